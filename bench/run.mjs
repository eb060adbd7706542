// Runs the bench with the Node that the dependencies bring, after installing them if need be: `npm run -s bench -- --json`,
// or the soak: `npm run -s bench -- soak`.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureDependencies, fail, findNode, SERVER_OPTIONS } from '../scripts/prepare.mjs'

await ensureDependencies().catch((error) => fail(error.message))
const given = process.argv.slice(2)
const [program, options] = given[0] === 'soak' ? ['soak/main.ts', given.slice(1)] : ['main.ts', given]
const args = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, program), ...options]
// For the ledger in the bench's own process, and for the servers that it starts.
const env = { ...process.env, NODE_OPTIONS: SERVER_OPTIONS.join(' ') }
const child = spawn(findNode(), args, { stdio: 'inherit', env })
child.on('error', (error) => fail(error.message))
child.on('exit', (code) => process.exit(code ?? 1))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
