import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { documentBytes, sha256Hex } from '@tallystick/rules'
import { bundlesOf, tilePath, tilesOf } from '@tallystick/tlog'
import { expect, test, vi } from 'vitest'
import { LedgerFixture, publish } from '../../../tests/support/ledger-fixture.ts'
import { liveLedger } from '../../../tests/support/ledger-life.ts'
import { scratchFolder } from '../../../tests/support/log-files.ts'
import { ExportError, exportLog, publishedFile } from './publish.ts'

async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((name) => name.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const read = files.map(async (file) => [file.slice(folder.length + 1), await readFile(file)] as const)
  return new Map((await Promise.all(read)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

test('the folder holds exactly what is served, byte for byte', async () => {
  const fixture = await liveLedger('publish', 300)
  const { size } = await publish(fixture.ledger, fixture.key)
  const folder = await scratchFolder()
  const progress: number[] = []
  const exported = await exportLog(fixture.ledger, folder, { onProgress: (files) => progress.push(files) })
  const files = await filesIn(folder)
  expect(exported).toMatchObject({ size, files: files.size })
  expect(progress.at(-1)).toBe(files.size)
  for (const [path, bytes] of files) {
    const served = await publishedFile(fixture.ledger, path)
    expect(Buffer.from(served?.bytes ?? []).equals(bytes), path).toBe(true)
  }
  const tiles = [...bundlesOf(size), ...tilesOf(size)].map(tilePath)
  const content = [...files.keys()].filter((path) => path.startsWith('content/'))
  expect([...files.keys()].sort()).toEqual([...tiles, ...content, 'checkpoint', 'keys.json'].sort())
})

test('only what the checkpoint covers is published, partial tiles in every width up to it', async () => {
  const fixture = new LedgerFixture('covered')
  await fixture.found()
  expect(await publishedFile(fixture.ledger, 'checkpoint')).toBeUndefined()
  expect(await publishedFile(fixture.ledger, 'keys.json')).toBeUndefined()
  const { size } = await publish(fixture.ledger, fixture.key)
  const adopted = await fixture.adoptWattHours()
  const draft = await fixture.ledger.putDocument(documentBytes({ kind: 'preset', name: 'never adopted' }))
  for (let width = 1; width <= size; width += 1) {
    expect((await publishedFile(fixture.ledger, `tile/0/000.p/${width}`))?.bytes.length).toBe(32 * width)
    expect(await publishedFile(fixture.ledger, `tile/entries/000.p/${width}`)).toMatchObject({ immutable: true })
  }
  const absent = [
    `tile/0/000.p/${size + 1}`,
    'tile/0/000',
    `tile/entries/000.p/${size + 1}`,
    'tile/1/000.p/1',
    `content/${adopted}`,
    `content/${draft}`,
    'content/../keys.json',
    'tile/0/0',
    '',
  ]
  for (const path of absent) expect(await publishedFile(fixture.ledger, path), path).toBeUndefined()
  expect((await publishedFile(fixture.ledger, `content/${fixture.genesis.preset}`))?.type).toBe('application/json')

  await publish(fixture.ledger, fixture.key)
  expect(sha256Hex((await publishedFile(fixture.ledger, `content/${adopted}`))?.bytes ?? '')).toBe(adopted)
  expect(await publishedFile(fixture.ledger, `content/${draft}`)).toBeUndefined()
})

test('an export is brought up to date, and what it held stays', async () => {
  const fixture = await liveLedger('grow', 100)
  await publish(fixture.ledger, fixture.key)
  const folder = await scratchFolder()
  await exportLog(fixture.ledger, folder)
  const before = await filesIn(folder)
  expect(await exportLog(fixture.ledger, folder)).toMatchObject({ files: 1 })

  while ((await fixture.ledger.head()).size < 270) await fixture.issue('2025', '1')
  const { size, root } = await publish(fixture.ledger, fixture.key)
  expect(await exportLog(fixture.ledger, folder)).toMatchObject({ size, root })
  const after = await filesIn(folder)
  for (const [path, bytes] of before) if (path !== 'checkpoint') expect(after.get(path), path).toEqual(bytes)
  const fresh = await scratchFolder()
  await exportLog(fixture.ledger, fresh)
  for (const [path, bytes] of await filesIn(fresh)) expect(after.get(path), path).toEqual(bytes)
})

test('an export that was cut off is begun again', async () => {
  const fixture = await liveLedger('cut', 30)
  await publish(fixture.ledger, fixture.key)
  const folder = await scratchFolder()
  await exportLog(fixture.ledger, folder)
  const whole = await filesIn(folder)
  const cut = join(await scratchFolder(), 'log')
  await mkdir(cut)
  await cp(join(folder, 'keys.json'), join(cut, 'keys.json'))
  await exportLog(fixture.ledger, cut)
  expect(await filesIn(cut)).toEqual(whole)
})

test('a folder that holds anything else is refused and left alone', async () => {
  const fixture = await liveLedger('mine', 40)
  const folder = await scratchFolder()
  await expect(exportLog(fixture.ledger, folder)).rejects.toThrow(ExportError)
  await publish(fixture.ledger, fixture.key)

  await writeFile(join(folder, 'letter.txt'), 'Dear minister')
  await expect(exportLog(fixture.ledger, folder)).rejects.toThrow(/holds no exported log/)
  expect([...(await filesIn(folder)).keys()]).toEqual(['letter.txt'])

  const other = await liveLedger('other', 40)
  await publish(other.ledger, other.key)
  const others = await scratchFolder()
  await exportLog(other.ledger, others)
  await expect(exportLog(fixture.ledger, others)).rejects.toThrow(/holds another log/)

  const ahead = await liveLedger('mine', 60)
  await publish(ahead.ledger, ahead.key)
  const later = await scratchFolder()
  await exportLog(ahead.ledger, later)
  await expect(exportLog(fixture.ledger, later)).rejects.toThrow(/this log has \d+ signed/)

  const forked = new LedgerFixture('mine')
  await forked.found()
  await forked.issue('2026', '7')
  while ((await forked.ledger.head()).size < 70) await forked.issue('2026', '1')
  await publish(forked.ledger, forked.key)
  await expect(exportLog(forked.ledger, later)).rejects.toThrow(/another history/)
})

test('for one document only that is read', async () => {
  const fixture = new LedgerFixture('document')
  await fixture.found()
  await publish(fixture.ledger, fixture.key)
  const all = vi.spyOn(fixture.ledger, 'documents')
  const file = await publishedFile(fixture.ledger, `content/${fixture.genesis.preset}`)
  expect(sha256Hex(file?.bytes ?? '')).toBe(fixture.genesis.preset)
  expect(all).not.toHaveBeenCalled()
})

test('a folder whose keys or checkpoint are a pipe is refused, and nothing waits', async () => {
  const fixture = await liveLedger('pipe', 20)
  await publish(fixture.ledger, fixture.key)
  for (const name of ['keys.json', 'checkpoint']) {
    const folder = await scratchFolder()
    await exportLog(fixture.ledger, folder)
    await rm(join(folder, name))
    execFileSync('mkfifo', [join(folder, name)])
    await expect(exportLog(fixture.ledger, folder)).rejects.toThrow(ExportError)
  }
})
