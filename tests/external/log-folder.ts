import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type HashReader, logFiles, rootOf, type Signer, signCheckpoint } from '@tallystick/tlog'
import { sha256 } from '../../packages/tlog/test/node-crypto.ts'
import { sampleEntry } from '../../packages/tlog/test/sample-log.ts'

/** Writes the log of the first `size` sample entries, signed by `signer`, into `folder`. */
export async function writeLog(folder: string, size: number, readHashes: HashReader, signer: Signer): Promise<void> {
  const root = await rootOf(sha256, size, readHashes)
  const checkpoint = await signCheckpoint({ origin: signer.vkey.name, size, root }, [signer])
  const readEntries = (start: number, count: number) =>
    Array.from({ length: count }, (_, at) => sampleEntry(start + at))
  for await (const [path, bytes] of logFiles({ checkpoint, readHashes, readEntries })) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
}
