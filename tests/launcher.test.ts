import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const root = join(import.meta.dirname, '..')
const PATIENCE = { timeout: 30_000, interval: 20 }

/** Answers as JSON, or runs until it is told to stop and says why it does. */
const COMMAND = `
const [name, ...args] = process.argv.slice(2)
if (name === 'answer') {
  console.log(JSON.stringify(args))
  process.exitCode = 7
} else {
  const stop = (why) => { console.error('stopped by ' + why); process.exit(0) }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal))
  process.on('disconnect', () => stop('disconnect'))
  console.log(process.pid)
  setInterval(() => {}, 1000)
}
`

/** Stands for npm: waits until it may, then leaves behind what a finished installation does. */
const NPM = `#!/bin/sh
echo "$@" >> calls
until [ -e may-install ]; do sleep 0.05; done
[ -e must-fail ] && { echo 'no such package' >&2; exit 1; }
mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json
`

let copy = ''
let started: ChildProcess[] = []

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'fresh clone '))
  for (const file of ['run.mjs', 'prepare.mjs']) await cp(join(root, 'scripts', file), join(copy, 'scripts', file))
  await write('apps/cli/src/main.ts', COMMAND)
  await write('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/x': { version: '1.0.0' } } }))
  await write('bin/npm', NPM)
  await chmod(join(copy, 'bin/npm'), 0o755)
})

afterEach(async () => {
  for (const child of started) child.kill('SIGKILL')
  started = []
  await rm(copy, { recursive: true, force: true })
})

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(copy, path)), { recursive: true })
  await writeFile(join(copy, path), text)
}

type Run = {
  child: ChildProcess
  out: string
  err: string
  ended: Promise<{ code: number | null; signal: string | null }>
}

function run(...args: string[]): Run {
  const { npm_lifecycle_event: _, ...environment } = process.env
  const env = { ...environment, PATH: `${join(copy, 'bin')}:${process.env.PATH}` }
  const child = spawn(process.execPath, [join(copy, 'scripts/run.mjs'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  const run: Run = { child, out: '', err: '', ended }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    run.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    run.err += text
  })
  return run
}

const says = (run: Run, words: string) => vi.waitFor(() => expect(run.out + run.err).toContain(words), PATIENCE)

async function serving(): Promise<{ launcher: Run; pid: number }> {
  await write('may-install', '')
  const launcher = run('serve')
  const pid = await vi.waitFor(() => {
    expect(launcher.out).toMatch(/^\d+\n/)
    return Number(launcher.out)
  }, PATIENCE)
  return { launcher, pid }
}

describe('the launcher', () => {
  it('installs once for two that start together, and leaves standard output and exit status to the command', async () => {
    const first = run('answer', 'a b', '--json')
    await says(first, 'Installing dependencies')
    const second = run('answer')
    await says(second, 'Waiting for another run')
    await write('may-install', '')
    expect(await Promise.all([first.ended, second.ended])).toEqual(Array(2).fill({ code: 7, signal: null }))
    expect([first.out, second.out]).toEqual(['["a b","--json"]\n', '[]\n'])
    expect((await readFile(join(copy, 'calls'), 'utf8')).trim().split('\n')).toHaveLength(1)
    const third = run('answer')
    await third.ended
    expect(third.err).toBe('')
  })

  it('installs again when the lock file has moved on', async () => {
    await write('may-install', '')
    await run('answer').ended
    await write('package-lock.json', JSON.stringify({ packages: { 'node_modules/x': { version: '2.0.0' } } }))
    const next = run('answer')
    await next.ended
    expect(next.err).toContain('Installing dependencies')
  })

  it('says what npm said when the installation fails, and lets the next run try', async () => {
    await write('must-fail', '')
    await write('may-install', '')
    const failed = run('answer')
    expect(await failed.ended).toEqual({ code: 1, signal: null })
    expect(failed.err).toContain('no such package')
    await rm(join(copy, 'must-fail'))
    expect((await run('answer').ended).code).toBe(7)
  })

  it('gives up the installation when it is told to stop', async () => {
    const stopped = run('answer')
    await vi.waitFor(() => expect(existsSync(join(copy, 'calls'))).toBe(true), PATIENCE)
    stopped.child.kill('SIGTERM')
    expect((await stopped.ended).code).toBe(1)
    expect(existsSync(join(copy, '.install.lock'))).toBe(false)
  })

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('stops the command in order on %s', async (signal) => {
    const { launcher } = await serving()
    launcher.child.kill(signal)
    expect(await launcher.ended).toEqual({ code: 0, signal: null })
    expect(launcher.err).toContain(`stopped by ${signal === 'SIGINT' ? 'SIGTERM' : signal}`)
  })

  it('lets the command stop in order when it is killed itself, and tells how a killed command ended', async () => {
    const orphan = await serving()
    orphan.launcher.child.kill('SIGKILL')
    await says(orphan.launcher, 'stopped by disconnect')
    const { launcher, pid } = await serving()
    process.kill(pid, 'SIGKILL')
    expect(await launcher.ended).toEqual({ code: null, signal: 'SIGKILL' })
  })
})
