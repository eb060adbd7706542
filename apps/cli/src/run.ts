import { once } from 'node:events'
import { type Command, UsageError } from './command.ts'
import { text } from './texts.ts'

/** Each with the module that it is in: it is read when the command is given, since most need little of what there is. */
const commands: Record<string, () => Promise<Command>> = {
  'export-log': async () => (await import('./commands/ledger.ts')).exportLogCommand,
  mirror: async () => (await import('./commands/outside.ts')).mirrorCommand,
  reconcile: async () => (await import('./commands/ledger.ts')).reconcileCommand,
  vkey: async () => (await import('./commands/ledger.ts')).vkeyCommand,
  key: async () => (await import('./commands/key.ts')).keyCommand,
  preset: async () => (await import('./commands/preset.ts')).presetCommand,
  roles: async () => (await import('./commands/roles.ts')).rolesCommand,
  recover: async () => (await import('./commands/repair.ts')).recoverCommand,
  successor: async () => (await import('./commands/repair.ts')).successorCommand,
  calculate: async () => (await import('./commands/calculate.ts')).calculateCommand,
  setup: async () => (await import('./commands/setup.ts')).setupCommand,
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  'take-back': async () => (await import('./commands/take-back.ts')).takeBackCommand,
  admin: async () => (await import('./commands/setup.ts')).adminCommand,
  version: async () => (await import('./commands/version.ts')).versionCommand,
}

const printing = ['verify', 'import']

/** Runs one command line and ends the process with its exit code, unless it is a server that goes on. */
export async function run(argv: string[]): Promise<void> {
  const [name = 'help', ...args] = argv
  const json = args.includes('--json')
  try {
    if (name === 'serve') return await (await import('./commands/serve.ts')).serveCommand(args)
    if (name === 'witness') return await (await import('./commands/witness.ts')).witnessCommand(args)
    if (name === 'help' || name === '--help')
      return print(json ? JSON.stringify({ usage: text('usage') }) : text('usage'), 0)
    if (name === 'verify') {
      const { text, exitCode } = await (await import('./commands/outside.ts')).verifyCommand(args)
      return print(text, exitCode, json)
    }
    if (name === 'import') {
      const { text, exitCode } = await (await import('./commands/import.ts')).importCommand(args)
      return await printPieces(text, exitCode, json)
    }
    const command = await commands[name]?.()
    if (!command) {
      const known = ['serve', 'witness', ...printing, ...Object.keys(commands)].join(', ')
      throw new UsageError(text('unknownCommand', { command: name, known }))
    }
    const done = await command(args)
    return print(json ? JSON.stringify(done.json) : done.text, done.exitCode, json)
  } catch (error) {
    if (error instanceof UsageError) return fail(`${error.message}\n\n${text('usage')}`, error.message, 2, json)
    const exitCode = await exitCodeOf(error)
    if (exitCode === undefined || !(error instanceof Error)) throw error
    fail(error.message, error.message, exitCode, json)
    // A server that could not start may have begun to.
    if (name === 'serve' || name === 'witness') process.exit()
  }
}

/** Of an error that tells a person what to put right; undefined where the program itself is at fault. */
async function exitCodeOf(error: unknown): Promise<number | undefined> {
  if (isAboutFiles(error)) return 2
  // Whoever has thrown one of these has read its module already.
  const { ExportError, ForkError, MirrorError } = await import('@tallystick/ledger')
  if (error instanceof MirrorError) return error.isWrong ? 1 : 2
  if (error instanceof ExportError || error instanceof ForkError) return 2
  const { StartupError } = await import('@tallystick/server/process')
  return error instanceof StartupError ? 2 : undefined
}

/** A file or folder that the command line or the environment names cannot be used. */
function isAboutFiles(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'path' in error && 'syscall' in error
}

/** What was asked for goes to standard output; what went wrong to standard error, unless a program reads it. */
function print(answer: string, exitCode: number, json = false): void {
  if (exitCode === 2 && !json) process.stderr.write(`${answer}\n`)
  else process.stdout.write(`${answer}\n`)
  process.exitCode = exitCode
}

/** What may be longer than fits into memory. */
async function printPieces(pieces: AsyncIterable<string>, exitCode: number, json: boolean): Promise<void> {
  const out = exitCode === 2 && !json ? process.stderr : process.stdout
  for await (const piece of pieces) if (!out.write(piece)) await once(out, 'drain')
  out.write('\n')
  process.exitCode = exitCode
}

function fail(forPeople: string, message: string, exitCode: number, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ error: message })}\n`)
  else process.stderr.write(`${forPeople}\n`)
  process.exitCode = exitCode
}
