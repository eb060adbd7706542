import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportLog, verifyEd25519 } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { parseVkey, verifyTlogProof } from '@tallystick/tlog'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await testRegistry()
  await registry.newOrganisation(
    await registry.join(registry.root, registry.root.organisation, 'Admin'),
    'Sunfield Power',
  )
})
afterAll(() => registry.close())

it('an entry is provable from the next checkpoint on, and its receipt proves it', async () => {
  const { size } = await registry.services.ledger.head()
  const last = `/national/entries/${size - 1}`
  expect(await registry.nobody.get(last)).toMatchObject({ status: 200, body: { provable: false } })
  const early = await registry.nobody.get(`${last}/receipt`)
  expect(early).toMatchObject({ status: 409, body: { code: 'not-yet-provable' } })

  const waiting = registry.app.inject(`${last}/receipt?wait=proof`)
  await registry.publish()
  const receipt = await waiting
  expect(receipt.statusCode).toBe(200)
  expect(receipt.headers['content-disposition']).toBe(`attachment; filename="entry-${size - 1}.tlog-proof"`)
  const { body } = await registry.nobody.get(last)
  expect(body.provable).toBe(true)
  const proven = await verifyTlogProof(receipt.body, Buffer.from(String(body.bytes), 'base64'), {
    vkeys: [parseVkey(sha256Bytes, registry.services.genesis.key)],
    verifyEd25519,
    sha256: sha256Bytes,
  })
  expect(proven).toMatchObject({ index: size - 1, size })
})

it('is listed entry by entry, in pages', async () => {
  const first = await registry.nobody.get('/national/entries?limit=2')
  expect(first.body.items).toMatchObject([
    { index: 0, type: 'Genesis', sentence: 'The test ledger of Exampleland begins.' },
    { index: 1 },
  ])
  const next = await registry.nobody.get(`/national/entries?limit=2&cursor=${first.body.next}`)
  expect(next.body.items).toMatchObject([{ index: 2 }, { index: 3 }])
  expect((await registry.nobody.get('/national/entries?from=3&limit=1')).body.items).toMatchObject([{ index: 3 }])
})

it('is served as exactly the files that an export writes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'log-'))
  try {
    await exportLog(registry.services.ledger, folder)
    const names = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = names.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
    expect(files.length).toBeGreaterThan(5)
    for (const file of files) {
      const answer = await registry.app.inject(`/log/${file.slice(folder.length + 1)}`)
      expect([file, answer.statusCode]).toEqual([file, 200])
      expect(answer.rawPayload.equals(await readFile(file))).toBe(true)
      const isImmutable = !/checkpoint$|keys\.json$/.test(file)
      expect(String(answer.headers['cache-control']).includes('immutable')).toBe(isImmutable)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('has nothing else, and no way out of it', async () => {
  for (const path of ['tile/0/999', 'tile/0/000', 'content/zz', '..%2f..%2fpackage.json', 'tile/0/000.p/0', '', 'x']) {
    expect((await registry.app.inject(`/log/${path}`)).statusCode).toBe(404)
  }
  for (const index of ['-1', '99999', 'x', '1.5', '9'.repeat(30), '%00']) {
    for (const path of [`/national/entries/${index}`, `/national/entries/${index}/receipt`]) {
      expect([400, 404]).toContain((await registry.nobody.get(path)).status)
    }
  }
})
