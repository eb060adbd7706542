import { once } from 'node:events'
import { ExportError, ForkError, MirrorError } from '@tallystick/ledger'
import { StartupError } from '@tallystick/server'
import { type Command, UsageError } from './command.ts'
import { calculateCommand } from './commands/calculate.ts'
import { demoCommand } from './commands/demo.ts'
import { keyCommand } from './commands/key.ts'
import { exportLogCommand, reconcileCommand, vkeyCommand } from './commands/ledger.ts'
import { importCommand, mirrorCommand, verifyCommand } from './commands/outside.ts'
import { presetCommand } from './commands/preset.ts'
import { recoverCommand, successorCommand } from './commands/repair.ts'
import { rolesCommand } from './commands/roles.ts'
import { serveCommand } from './commands/serve.ts'
import { adminCommand, setupCommand } from './commands/setup.ts'
import { takeBackCommand } from './commands/take-back.ts'
import { versionCommand } from './commands/version.ts'
import { witnessCommand } from './commands/witness.ts'
import { text } from './texts.ts'

const commands: Record<string, Command> = {
  'export-log': exportLogCommand,
  mirror: mirrorCommand,
  reconcile: reconcileCommand,
  vkey: vkeyCommand,
  key: keyCommand,
  preset: presetCommand,
  roles: rolesCommand,
  recover: recoverCommand,
  successor: successorCommand,
  calculate: calculateCommand,
  setup: setupCommand,
  demo: demoCommand,
  'take-back': takeBackCommand,
  admin: adminCommand,
  version: versionCommand,
}

const printing = ['verify', 'import']

/** Runs one command line and ends the process with its exit code, unless it is a server that goes on. */
export async function run(argv: string[]): Promise<void> {
  const [name = 'help', ...args] = argv
  const json = args.includes('--json')
  try {
    if (name === 'serve') return await serveCommand(args)
    if (name === 'witness') return await witnessCommand(args)
    if (name === 'help' || name === '--help')
      return print(json ? JSON.stringify({ usage: text('usage') }) : text('usage'), 0)
    if (name === 'verify') {
      const { text, exitCode } = await verifyCommand(args)
      return print(text, exitCode, json)
    }
    if (name === 'import') {
      const { text, exitCode } = await importCommand(args)
      return await printPieces(text, exitCode, json)
    }
    const command = commands[name]
    if (!command) {
      const known = ['serve', 'witness', ...printing, ...Object.keys(commands)].join(', ')
      throw new UsageError(text('unknownCommand', { command: name, known }))
    }
    const done = await command(args)
    return print(json ? JSON.stringify(done.json) : done.text, done.exitCode, json)
  } catch (error) {
    if (error instanceof UsageError) return fail(`${error.message}\n\n${text('usage')}`, error.message, 2, json)
    if (error instanceof MirrorError) return fail(error.message, error.message, error.isWrong ? 1 : 2, json)
    if (
      error instanceof StartupError ||
      error instanceof ExportError ||
      error instanceof ForkError ||
      isAboutFiles(error)
    ) {
      fail(error.message, error.message, 2, json)
      // A server that could not start may have begun to.
      if (name === 'serve' || name === 'witness') process.exit()
      return
    }
    throw error
  }
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
