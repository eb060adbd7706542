import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import { onDisk } from '../support/cluster.ts'

/** What the Go program said of a log folder: `OK size=… root=…`, or `FAIL <what>: <why>`. */
export interface GoVerdict {
  ok: boolean
  output: string
}

export interface GoVerifier {
  verify(folder: string, vkey: string): Promise<GoVerdict>
}

const PACKAGES = ['golang-go', 'golang-golang-x-mod-dev']
const DEBIAN_GOPATH = '/usr/share/gocode'
const SUMDB = join(DEBIAN_GOPATH, 'src/golang.org/x/mod/sumdb/tlog')
const VERIFY = fileURLToPath(new URL('./verify/main.go', import.meta.url))

const run = promisify(execFile)
let verifier: Promise<GoVerifier | { skipped: string }> | undefined

/** The outside judge of our logs, built once a process from `verify/main.go`. */
export function goVerifier(): Promise<GoVerifier | { skipped: string }> {
  verifier ??= goProgram(VERIFY).then((program) =>
    'skipped' in program ? program : { verify: (log, vkey) => program.run(log, vkey) },
  )
  return verifier
}

export interface GoProgram {
  run(...args: string[]): Promise<GoVerdict>
}

/**
 * Builds a program from its source with the Go of Debian's archive. Where that is missing it is installed, as root and
 * unless TALLYSTICK_TEST_APT is `0`; else the answer says why there is none.
 */
export async function goProgram(source: string): Promise<GoProgram | { skipped: string }> {
  const missing = (await whatIsMissing()) && ((await install()) ?? (await whatIsMissing()))
  if (missing) return { skipped: missing }

  const runFolder = onDisk(inject('runFolder'))
  await mkdir(runFolder, { recursive: true })
  const folder = await mkdtemp(join(runFolder, 'go-verify-'))
  const binary = join(folder, 'verify')
  const environment = {
    GO111MODULE: 'off',
    GOPATH: DEBIAN_GOPATH,
    GOFLAGS: '',
    CGO_ENABLED: '0',
    // Of the run: the standard library is compiled once for all programs.
    GOCACHE: join(runFolder, 'go-cache'),
  }
  await run('go', ['build', '-o', binary, source], { env: { ...process.env, ...environment } })
  return { run: (...args) => verdict(binary, args) }
}

/** Exit 0 and 1 are verdicts; anything else is a fault of the test and thrown. */
async function verdict(binary: string, args: string[]): Promise<GoVerdict> {
  try {
    const { stdout } = await run(binary, args)
    return { ok: true, output: stdout.trim() }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 1 && 'stdout' in error)) throw error
    return { ok: false, output: String(error.stdout).trim() }
  }
}

async function whatIsMissing(): Promise<string | undefined> {
  try {
    await run('go', ['version'])
  } catch {
    return `no Go: apt-get install ${PACKAGES.join(' ')}`
  }
  return existsSync(SUMDB) ? undefined : `no ${SUMDB}: apt-get install ${PACKAGES.join(' ')}`
}

/** Installs Go from the distribution's archive; returns why it could not. */
async function install(): Promise<string | undefined> {
  if (process.env.TALLYSTICK_TEST_APT === '0') return 'Go is missing, and TALLYSTICK_TEST_APT=0 forbids to install it'
  if (process.getuid?.() !== 0) return `Go is missing, and only root may run apt-get install ${PACKAGES.join(' ')}`
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 540_000 }
  try {
    await run('apt-get', ['update'], options)
    await run('apt-get', ['install', '--yes', '--no-install-recommends', ...PACKAGES], options)
    return undefined
  } catch (error) {
    return `Go is missing, and apt-get failed: ${error instanceof Error ? error.message : error}`
  }
}
