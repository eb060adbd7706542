import { randomBytes } from 'node:crypto'
import { link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A name beside a file that no other call gives. */
export function draftOf(file: string): string {
  return `${file}.${randomBytes(8).toString('hex')}.new`
}

async function writeSynced(file: string, data: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'w', 0o600)
  try {
    await handle.writeFile(data)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Replaces a file so that after a crash it has either the old content or the new, and the new is on disk on return. */
export async function writeDurably(file: string, data: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const draft = draftOf(file)
  await writeSynced(draft, data)
  await rename(draft, file)
  await syncFolder(dirname(file))
}

/** Creates a file with its whole content; of several at once one wins, and an existing file stays as it is. */
export async function createDurably(file: string, data: string | Uint8Array): Promise<void> {
  const draft = draftOf(file)
  await writeSynced(draft, data)
  try {
    await link(draft, file)
    await syncFolder(dirname(file))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
}
