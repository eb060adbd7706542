import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CSV, docxWith, PDF } from './judge/samples.fixture.ts'
import { judgeFile } from './judging.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'judging-'))
  await writeFile(join(folder, 'a.pdf'), PDF)
  await writeFile(join(folder, 'a.csv'), CSV)
  const parts = Array.from({ length: 50 }, (_, at) => ({ name: `word/${at}.xml`, content: '<f>1</f>'.repeat(480_000) }))
  await writeFile(join(folder, 'long.docx'), docxWith(...parts))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const judged = (name: string, timeMs?: number) => judgeFile(join(folder, name), name.split('.').at(-1) ?? '', timeMs)

it('each file is judged, however many wait, and none waits for one that takes too long', async () => {
  const names = ['long.docx', 'a.pdf', 'a.csv', 'a.pdf', 'a.csv']
  const verdicts = await Promise.all(names.map((name) => judged(name, name === 'long.docx' ? 50 : undefined)))
  expect(verdicts).toEqual([
    { fault: 'time' },
    { kind: 'pdf', notes: [] },
    { kind: 'csv', notes: [] },
    { kind: 'pdf', notes: [] },
    { kind: 'csv', notes: [] },
  ])
}, 60_000)

it('a file that cannot be read is not judged', async () => {
  await expect(judged('none.pdf')).rejects.toThrow('the file that arrived cannot be read: ENOENT')
})
