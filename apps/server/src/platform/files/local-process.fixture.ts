// Receives files without end and keeps them, until somebody kills it; prints the hash of each that is kept.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { localFiles } from './local.ts'
import { openQuarantine, receiveFile } from './quarantine.ts'

const [, , folder = ''] = process.argv
const incoming = join(folder, 'incoming')
await openQuarantine(incoming)
const store = await localFiles(folder)
process.stdout.write('ready\n')
for (;;) {
  const pieces = Array.from({ length: 20 }, () => randomBytes(20_000))
  const file = await receiveFile(incoming, Readable.from(pieces), { maxBytes: 10_000_000, silenceMs: 1_000 })
  await store.put(file)
  process.stdout.write(`${file.sha256}\n`)
}
