import { type ParseArgsConfig, parseArgs } from 'node:util'
import {
  type Config,
  claimInstance,
  type OpenOptions,
  openRegistry,
  type Registry,
  readConfig,
  stderrLog,
} from '@tallystick/server'
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

/** The configuration, with what the command line says in place of the environment's. */
export function configFor(overrides: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined))
  return readConfig({ ...process.env, ...given })
}

/** Opens the registry of a data folder, makes it ready if it is new, and closes it afterwards. */
export async function withRegistry<T>(
  config: Config,
  work: (registry: Registry) => Promise<T>,
  options: Partial<OpenOptions> = {},
): Promise<T> {
  const registry = await openRegistry(config, { log: stderrLog, ...options })
  try {
    return await work(registry)
  } finally {
    await registry.close()
  }
}

/** Where people reach the registry: the address that was set, else that of the server that runs on the data folder. */
export async function addressOf(config: Config): Promise<string> {
  if (config.PUBLIC_URL !== `http://localhost:${config.PORT}`) return config.PUBLIC_URL
  const claim = await claimInstance(config.DATA_DIR, config.PUBLIC_URL)
  if (!claim.claimed) return claim.url
  await claim.release()
  return config.PUBLIC_URL
}
