import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseVkey } from '@tallystick/tlog'
import { expect, test } from 'vitest'
import { Dice, type LedgerFixture, publish } from '../../../tests/support/ledger-fixture.ts'
import { extend, liveLedger } from '../../../tests/support/ledger-life.ts'
import { filesOf, MemorySource, scratchFolder } from '../../../tests/support/log-files.ts'
import { mirrorLog } from './mirror.ts'
import { exportLog } from './publish.ts'
import { sha256 } from './verify/inspect.ts'
import { verifyLog } from './verify/log.ts'
import { FolderSource, type LogSource, type ReadOutcome } from './verify/source.ts'

async function contentsOf(folder: string): Promise<Map<string, string>> {
  const contents = new Map<string, string>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    contents.set(file.slice(folder.length + 1), (await readFile(file)).toString('hex'))
  }
  return new Map([...contents].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function published(fixture: LedgerFixture): Promise<MemorySource> {
  await publish(fixture.ledger, fixture.key)
  return new MemorySource(await filesOf(fixture.ledger))
}

/** A source that counts what it is asked for, and gives no more than `most` bundles. */
function counting(source: LogSource, most = Number.POSITIVE_INFINITY): LogSource & { asked: string[] } {
  const asked: string[] = []
  return {
    name: source.name,
    ahead: source.ahead,
    asked,
    read: async (path): Promise<ReadOutcome> => {
      if (asked.filter((one) => one.startsWith('tile/')).length >= most) return { unreadable: 'gone', outOfReach: true }
      asked.push(path)
      return source.read(path, 1e9)
    },
    partialWidths: (path) => source.partialWidths(path),
    paths: () => undefined,
  }
}

test('a mirror is what an export is, however often the log has grown, and fetches only what is new', async () => {
  const fixture = await liveLedger('mirror', 60)
  const folder = await scratchFolder()
  const vkey = parseVkey(sha256, fixture.vkey)
  const dice = new Dice('steps')
  let earlier = 0
  for (const target of [100, 256, 257, 511, 600, 1_024, 1_030]) {
    await extend(fixture, target + dice.below(2))
    const source = counting(await published(fixture))
    const { size, fetched } = await mirrorLog(source, folder)
    expect(fetched).toBe(Math.ceil(size / 256) - Math.floor(earlier / 256))
    expect(source.asked.filter((path) => path.startsWith('tile/') && !path.startsWith('tile/entries/'))).toEqual([])
    const exported = await scratchFolder()
    await exportLog(fixture.ledger, exported)
    expect(await contentsOf(folder)).toEqual(await contentsOf(exported))
    expect(await verifyLog(new FolderSource(folder), { vkey })).toMatchObject({ outcome: 'whole', notices: [] })
    earlier = size
  }
  const again = counting(await published(fixture))
  await mirrorLog(again, folder)
  expect(again.asked.filter((path) => path.startsWith('tile/')).length).toBeLessThanOrEqual(1)
})

test('a stopped run leaves no checkpoint, and the next one fetches the rest', async () => {
  const fixture = await liveLedger('stopped', 1_100)
  const source = await published(fixture)
  const folder = await scratchFolder()
  const stopped = counting(source, 3)
  await expect(mirrorLog(stopped, folder)).rejects.toMatchObject({ isWrong: false, message: /cannot be had: gone/ })
  expect([...(await contentsOf(folder)).keys()]).not.toContain('checkpoint')
  const next = counting(source)
  await mirrorLog(next, folder)
  expect(next.asked.filter((path) => path.startsWith('tile/'))).toHaveLength(2)
  const exported = await scratchFolder()
  await exportLog(fixture.ledger, exported)
  expect(await contentsOf(folder)).toEqual(await contentsOf(exported))
})

test('a log that became shorter, has another past, or contradicts its root is refused, and the folder stays', async () => {
  const fixture = await liveLedger('past', 300)
  const short = await published(fixture)
  await extend(fixture, 400)
  const long = await published(fixture)
  const folder = await scratchFolder()
  await mirrorLog(long, folder)
  const before = await contentsOf(folder)

  const forked = await liveLedger('past', 300)
  const request = { organisation: forked.dice.id(), kind: 'developer', name: forked.commit('Another past') }
  await forked.must({ type: 'OrganisationRegistered', by: forked.mandates.root, request })
  await extend(forked, 900)
  const other = await liveLedger('other', 500)
  await extend(fixture, 700)
  const longer = await published(fixture)
  const bundle = await longer.read('tile/entries/001')
  const altered = bundle?.map((byte, at) => (at === 5_000 ? byte ^ 1 : byte)) ?? new Uint8Array()
  const refused: [source: LogSource, isWrong: boolean, message: RegExp][] = [
    [short, true, /become shorter/],
    [await published(forked), true, /do not lead to the root of the checkpoint of size 4\d\d/],
    [await published(other), false, /the folder holds the log/],
    [longer.with('tile/entries/001', altered), true, /do not lead to the root|no bundle/],
    [longer.with('tile/entries/001', altered.subarray(0, 900)), true, /no bundle of 256/],
    [longer.with('checkpoint', Buffer.from('nothing')), false, /cannot be read/],
  ]
  for (const [source, isWrong, message] of refused) {
    await expect(mirrorLog(source, folder)).rejects.toMatchObject({ isWrong, message: expect.stringMatching(message) })
    expect(await contentsOf(folder)).toEqual(before)
  }
  await mirrorLog(longer, folder)
  const report = await verifyLog(new FolderSource(folder), { vkey: parseVkey(sha256, fixture.vkey) })
  expect(report).toMatchObject({ outcome: 'whole' })
})

test('a folder with something else in it is left alone, and a damaged mirror is told', async () => {
  const fixture = await liveLedger('folders', 300)
  const source = await published(fixture)
  const folder = await scratchFolder()
  await writeFile(join(folder, 'notes.txt'), 'mine')
  await expect(mirrorLog(source, folder)).rejects.toThrow('something else than a log: notes.txt')

  for (const content of [Buffer.from('short'), Buffer.alloc(32)]) {
    const damaged = await scratchFolder()
    await mirrorLog(source, damaged)
    await writeFile(join(damaged, 'tile/1/000.p/1'), content)
    await expect(mirrorLog(source, damaged)).rejects.toMatchObject({ isWrong: false, message: /is damaged/ })
  }
})

test('a document that is not what its name says is refused', async () => {
  const source = await published(await liveLedger('document', 50))
  const name = [...source.files.keys()].find((path) => path.startsWith('content/')) ?? ''
  const folder = await scratchFolder()
  await expect(mirrorLog(source.with(name, Buffer.from('{}')), folder)).rejects.toThrow('not what its name says')
})
