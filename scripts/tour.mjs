// Runs the commands of the README's tour in a fresh clone, as printed, and puts what they print into the README here.
// Usage: node scripts/tour.mjs <folder of a fresh clone>
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const INDENT = '    '
const START_MS = 300_000
const readme = fileURLToPath(new URL('../README.md', import.meta.url))
const [folder] = process.argv.slice(2)
if (!folder) throw new Error('name the folder of a fresh clone')
const cwd = resolve(folder)

/** A block of the tour: indented lines of which the first is a command. */
function blocksOf(lines) {
  const blocks = []
  for (let at = 0; at < lines.length; at += 1) {
    if (!lines[at].startsWith(`${INDENT}$ `)) continue
    let end = at
    while (
      end < lines.length &&
      (lines[end].startsWith(INDENT) || (lines[end] === '' && lines[end + 1]?.startsWith(INDENT)))
    )
      end += 1
    blocks.push({ from: at, to: end, commands: lines.slice(at, end).flatMap((line) => commandIn(line)) })
    at = end
  }
  return blocks
}

function commandIn(line) {
  return line.startsWith(`${INDENT}$ `) ? [line.slice(INDENT.length + 2)] : []
}

function indented(text) {
  const said = text.replace(/^npm warn .*\n/gm, '').replace(/^\n+|\n+$/g, '')
  const lines = said.split('\n')
  return lines.map((line) => (line === '' ? '' : INDENT + line))
}

/** Starts the registry and answers what it printed until the welcome was whole. */
function start(command) {
  const child = spawn('bash', ['-c', `${command} 2>&1`], { cwd, detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`no welcome: ${said}`)), START_MS)
    child.stdout.on('data', (data) => {
      said += data
      if (!/Docs\s/.test(said)) return
      clearTimeout(timer)
      done({ said, stop: () => process.kill(-child.pid, 'SIGINT') })
    })
  })
}

function run(command) {
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd, encoding: 'utf8' })
  return stdout + stderr
}

const lines = readFileSync(readme, 'utf8').split('\n')
let registry
const written = []
let done = 0
for (const { from, to, commands } of blocksOf(lines)) {
  written.push(...lines.slice(done, from))
  for (const command of commands) {
    console.error(`$ ${command}`)
    written.push(`${INDENT}$ ${command}`)
    let said
    if (command === 'npm start') {
      registry = await start(command)
      said = registry.said
    } else said = run(command)
    if (said.trim() !== '') written.push(...indented(said))
  }
  done = to
}
written.push(...lines.slice(done))
registry?.stop()
writeFileSync(readme, written.join('\n'))
