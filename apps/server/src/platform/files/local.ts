import { constants, createReadStream } from 'node:fs'
import { access, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { type FileStore, FilesUnavailable, placeOfFile, type ReceivedFile } from './store.ts'

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
