import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundlesOf, encodeBundle, type Tile, tilePath } from '@tallystick/tlog'
import { expect, onTestFinished, test } from 'vitest'
import { publish } from '../../../../tests/support/ledger-fixture.ts'
import { liveLedger } from '../../../../tests/support/ledger-life.ts'
import { filesOf, MemorySource, scratchFolder } from '../../../../tests/support/log-files.ts'
import { exportLog } from '../publish.ts'
import { FolderSource, isUnreadable, type LogSource } from './source.ts'
import { entryAt, ReaderInThread, readerHere, type Stretch } from './stretch.ts'

function plain({ tile, reading, hashes }: Stretch): unknown {
  const stretch = { tile, hashes: hashes instanceof Uint8Array ? Buffer.from(hashes).toString('hex') : hashes }
  if (!reading || isUnreadable(reading)) return { ...stretch, reading }
  const { bytes, ...inspected } = reading
  const read = Array.from({ length: reading.formed }, (_, at) => entryAt(reading, at))
  return { ...stretch, reading: { ...inspected, bytes: Buffer.from(bytes).toString('hex'), read } }
}

async function expectTheSame(source: LogSource, tiles: Iterable<Tile>): Promise<void> {
  const thread = new ReaderInThread(source)
  onTestFinished(() => thread.close())
  const here = readerHere(source)
  const all = [...tiles]
  const found = await Promise.all(all.map((tile) => thread.read(tile)))
  expect(found.map(plain)).toEqual((await Promise.all(all.map((tile) => here.read(tile)))).map(plain))
}

test('another thread reads a log as this one does, from a folder and from elsewhere', async () => {
  const fixture = await liveLedger('stretch', 600)
  const { size } = await publish(fixture.ledger, fixture.key)
  const folder = await scratchFolder()
  await exportLog(fixture.ledger, folder)
  const tiles = [...bundlesOf(size), { level: 'entries', index: 9, width: 256 } as const]
  await expectTheSame(new FolderSource(folder), tiles)
  await expectTheSame(new MemorySource(await filesOf(fixture.ledger)), tiles)

  const entries = (await fixture.ledger.entries(0, 256)).map(({ bytes }) => bytes)
  const bundle = encodeBundle(entries)
  for (const bytes of [bundle.subarray(0, -3), encodeBundle(entries.with(7, Buffer.from('{}'))), Buffer.of()]) {
    await writeFile(join(folder, tilePath({ level: 'entries', index: 0, width: 256 })), bytes)
    await expectTheSame(new FolderSource(folder), tiles)
  }
})

test('a thread that has ended says so instead of waiting for ever', async () => {
  const thread = new ReaderInThread(new FolderSource('/nowhere'))
  const tile = { level: 'entries', index: 0, width: 256 } as const
  const refused = expect(thread.read(tile)).rejects.toThrow('has ended')
  await thread.close()
  await refused
  await expect(thread.read(tile)).rejects.toThrow('has ended')
})
