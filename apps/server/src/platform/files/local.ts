import { randomUUID } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { access, link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../error-code.ts'
import {
  type FileStore,
  FilesUnavailable,
  hashOfPlace,
  OWNER,
  placeOfFile,
  type ReceivedFile,
  type StoredFile,
} from './store.ts'

/**
 * Files in a folder of this machine. A file comes into its place by one renaming, after its bytes and before its name are on
 * the disk: whoever is killed in between leaves either all of it or nothing under its name.
 */
export async function localFiles(folder: string): Promise<FileStore> {
  const kept = join(folder, 'kept')
  await mkdir(kept, { recursive: true, mode: 0o700 }).catch(unavailable)
  const placeOf = (sha256: string) => join(kept, placeOfFile(sha256))
  return {
    description: `the folder ${kept}`,
    put: (file) => putFile(file, placeOf(file.sha256)).catch(unavailable),
    async get(sha256) {
      const path = placeOf(sha256)
      const file = await open(path, 'r').catch(absent)
      if (!file) return undefined
      const { size } = await file.stat()
      return { size, bytes: createReadStream(path, { fd: file }) }
    },
    async has(sha256) {
      return (await stat(placeOf(sha256)).catch(absent)) !== undefined
    },
    async remove(sha256) {
      await rm(placeOf(sha256), { force: true }).catch(unavailable)
    },
    list: (after, most) => listFiles(kept, after, most).catch(unavailable),
    claim: (owner) => claimFolder(join(kept, OWNER), owner).catch(unavailable),
    check: () => access(kept, constants.R_OK | constants.W_OK).catch(unavailable),
    close: () => undefined,
  }
}

async function putFile({ path }: ReceivedFile, place: string): Promise<void> {
  const folder = dirname(place)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await rename(path, place)
  // The name itself, and those of the folders that were made for it.
  for (const one of [folder, dirname(folder), dirname(dirname(folder))]) await syncFolder(one)
}

/** Walks the folders in the order of the hashes, and reads no further than it must. */
async function listFiles(kept: string, after: string, most: number): Promise<StoredFile[]> {
  const found: StoredFile[] = []
  const least = (from: number, to: number) => after.slice(from, to)
  for (const one of await namesFrom(kept, least(0, 2))) {
    const isFirst = one === least(0, 2)
    for (const two of await namesFrom(join(kept, one), isFirst ? least(2, 4) : '')) {
      for (const name of await namesFrom(join(kept, one, two), '')) {
        const sha256 = hashOfPlace(`${one}/${two}/${name}`)
        if (sha256 === undefined || sha256 <= after) continue
        const file = await stat(join(kept, one, two, name)).catch(absent)
        if (file) found.push({ sha256, at: file.mtime })
        if (found.length >= most) return found
      }
    }
  }
  return found
}

/** What lies in a folder, in order, from a name on; nothing in what is no folder. */
async function namesFrom(folder: string, name: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => (errorCode(error) === 'ENOTDIR' ? [] : absent(error)))
  return (names ?? []).filter((one) => one >= name).sort()
}

/** All of it comes under its name at once; of several who do so one is first. */
async function claimFolder(path: string, owner: string): Promise<string> {
  const aside = `${path}-${randomUUID()}`
  await writeFile(aside, owner, { mode: 0o600 })
  try {
    await link(aside, path)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    await rm(aside, { force: true })
  }
  return readFile(path, 'utf8')
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function absent(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined
  return unavailable(error)
}

function unavailable(error: unknown): never {
  throw new FilesUnavailable(`the folder of files does not work: ${errorCode(error) || error}`)
}
