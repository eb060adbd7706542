// `npm run drive`: three projects from idea to end, to be watched (docs/drive.md). It installs the dependencies first if need be.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureDependencies, fail, findNode, root } from './prepare.mjs'

await ensureDependencies().catch((error) => fail(error.message))
const args = ['--disable-warning=ExperimentalWarning', join(root, 'tests/e2e/drive/main.ts'), ...process.argv.slice(2)]
const child = spawn(findNode(), args, { stdio: 'inherit' })
child.on('error', (error) => fail(error.message))
child.on('exit', (code) => process.exit(code ?? 1))
// Ctrl-C goes to the whole group: the play ends its registry, and then we end.
process.on('SIGINT', () => undefined)
