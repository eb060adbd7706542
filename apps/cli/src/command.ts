import { type ParseArgsConfig, parseArgs } from 'node:util'
import { text } from './texts.ts'

/** What the command line says cannot be done; nothing was done. */
export class UsageError extends Error {}

/** How a command ends: the text for people, the object for `--json`, and the exit code. */
export interface Done {
  exitCode: number
  text: string
  json: object
}

export type Command = (args: string[]) => Promise<Done>

/** Reads options; `--data` and `--json` are understood by every command. Throws UsageError. */
export function parse<T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: T,
  names: string[] = [],
) {
  const parsed = understand(args, options)
  const missing = names[parsed.positionals.length]
  if (missing) throw new UsageError(text('missing', { what: missing }))
  const extra = parsed.positionals[names.length]
  if (extra !== undefined) throw new UsageError(text('unexpected', { argument: extra }))
  return parsed
}

function understand<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { ...options, data: { type: 'string' }, json: { type: 'boolean' } },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
