import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDurably, writeDurably } from './files.ts'

test('of several writers of one file at once each writes it whole, and nothing else stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'files-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const contents = Array.from({ length: 30 }, (_, at) => `${at}`.repeat(50_000 + at))
  await Promise.all(contents.map((content) => writeDurably(join(folder, 'replaced'), content)))
  await Promise.all(contents.map((content) => createDurably(join(folder, 'created'), content)))
  for (const name of ['replaced', 'created']) expect(contents).toContain(await readFile(join(folder, name), 'utf8'))
  expect((await readdir(folder)).sort()).toEqual(['created', 'replaced'])
})
