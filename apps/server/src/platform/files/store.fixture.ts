import { createHash, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect } from 'vitest'
import { checkedBytes, type FileStore, type ReceivedFile } from './store.ts'

/** A file that lies aside, as if it had been received. */
export async function receivedFile(folder: string, bytes: Buffer): Promise<ReceivedFile> {
  const path = join(folder, randomUUID())
  await writeFile(path, bytes)
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length }
}

export async function bytesIn(store: FileStore, sha256: string): Promise<Buffer | undefined> {
  const found = await store.get(sha256)
  return found && buffer(checkedBytes(found.bytes as Readable, sha256))
}

/** What every store of files does, whatever it keeps them in. */
export async function expectToKeep(store: FileStore, folder: string): Promise<void> {
  await store.check()
  for (const bytes of [Buffer.from('a'), Buffer.alloc(3_000_000, 'seven'), Buffer.from([0, 255, 13, 10])]) {
    const file = await receivedFile(folder, bytes)
    const { sha256 } = file
    expect(await store.has(sha256)).toBe(false)
    expect(await store.get(sha256)).toBeUndefined()
    await store.put(file)
    expect(await store.has(sha256)).toBe(true)
    const found = await store.get(sha256)
    expect(found?.size).toBe(bytes.length)
    expect(bytes.equals(await buffer(checkedBytes(found?.bytes as Readable, sha256)))).toBe(true)
    await store.put(await receivedFile(folder, bytes))
    expect((await bytesIn(store, sha256))?.equals(bytes)).toBe(true)
    await store.remove(sha256)
    await store.remove(sha256)
    expect(await store.has(sha256)).toBe(false)
  }
  const bytes = Buffer.alloc(500_000, 'at once')
  const files = await Promise.all(Array.from({ length: 8 }, () => receivedFile(folder, bytes)))
  await Promise.all(files.map((file) => store.put(file)))
  expect((await bytesIn(store, files[0]?.sha256 ?? ''))?.equals(bytes)).toBe(true)
  for (const odd of ['../../etc/passwd', '', 'A'.repeat(64), `${'a'.repeat(63)}/`]) {
    await expect(async () => store.get(odd)).rejects.toThrow('SHA-256')
    await expect(async () => store.remove(odd)).rejects.toThrow('SHA-256')
  }
}
