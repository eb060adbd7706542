// Runs the tallystick command: `npm start` is `node scripts/run.mjs serve`. It installs the dependencies first if need be.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDependencies, fail, findNode, root, SERVER_OPTIONS } from './prepare.mjs'

const IMPATIENT_AFTER_MS = 3_000
const PARENT_CHECK_MS = 1_000
const VERIFY_YOUNG_MB = 32

await ensureDependencies().catch((error) => fail(error.message))
const main = join(root, 'apps/cli/src/main.ts')
const nodeOptions = {
  serve: SERVER_OPTIONS,
  // What verify makes of an entry is garbage soon: room for more of it means to look through it less often.
  verify: [`--max-semi-space-size=${VERIFY_YOUNG_MB}`],
}
const args = [
  '--disable-warning=ExperimentalWarning',
  ...(nodeOptions[process.argv[2]] ?? []),
  main,
  ...process.argv.slice(2),
]
// The channel carries nothing: when it closes, the command knows that this process is gone and ends as well.
const child = spawn(findNode(), args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })

child.on('error', (error) => fail(error.message))
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1)
  for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.removeAllListeners(name)
  process.kill(process.pid, signal)
})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
// Ctrl-C goes to the whole group, so the command has it already and is stopping; if it was sent to us alone, pass it on.
process.on('SIGINT', () => setTimeout(() => child.kill('SIGTERM'), IMPATIENT_AFTER_MS).unref())

// npm passes a signal on to its shell only, which dies and leaves us behind: then the command stops too.
if (process.env.npm_lifecycle_event) {
  const ancestors = lineage()
  setInterval(() => {
    if (lineage() === ancestors) return
    child.kill('SIGTERM')
  }, PARENT_CHECK_MS).unref()
}

/** Our parent and, if that is the shell between npm and us, npm. */
function lineage() {
  const parent = process.ppid
  try {
    const [, name, , grandparent] = /^\d+ \((.*)\) (\S+) (\d+)/.exec(readFileSync(`/proc/${parent}/stat`, 'utf8')) ?? []
    return /^(ba|da)?sh$/.test(name) ? `${parent} ${grandparent}` : `${parent}`
  } catch {
    return `${parent}`
  }
}
