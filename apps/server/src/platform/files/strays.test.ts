import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type World, world } from '../../world.fixture.ts'
import type { Taken } from './judge/verdict.ts'
import { forgetFiles, keepFile } from './kept.ts'
import { localFiles } from './local.ts'
import { BUCKET, KEYS, testS3 } from './s3.fixture.ts'
import { s3Files } from './s3.ts'
import { bytesIn, receivedFile } from './store.fixture.ts'
import { type FileStore, hashOfPlace, placeOfFile } from './store.ts'
import { ForeignStore, strayFiles } from './strays.ts'

const DAY_MS = 86_400_000

let all: World
let s3: Awaited<ReturnType<typeof testS3>>
let folder = ''

beforeAll(async () => {
  all = await world()
  s3 = await testS3()
  folder = await mkdtemp(join(tmpdir(), 'strays-'))
})
afterAll(async () => {
  await all?.registry.close()
  await s3?.close()
  await rm(folder, { recursive: true, force: true })
})

const stores: [string, () => Promise<FileStore>][] = [
  ['LOCAL', () => localFiles(join(folder, 'local'))],
  ['S3', async () => s3Files({ bucket: BUCKET, endpoint: s3.url, region: 'us-east-1', keys: KEYS, pathStyle: true })],
]

const fresh = () => receivedFile(folder, randomBytes(500))
const csv: Taken = { kind: 'csv', notes: [] }

describe.each(stores)('in %s', (_name, open) => {
  let store: FileStore
  let services: World['registry']['services']
  /** Time passes for the database; files are as old as they are. */
  let late = 0

  beforeAll(async () => {
    store = await open()
    const { services: own } = all.registry
    const clock = () => new Date(Date.now() + late)
    services = { ...own, clock, files: { ...own.files, store } }
    await own.pool.query('DELETE FROM content_file_stray')
  })
  afterAll(() => store.close())

  it('a file of which nothing is known goes after it was a stray for a week, and nothing else', async () => {
    const [stray, known] = [await fresh(), await fresh()]
    await store.put(stray)
    await keepFile(services, known, csv)
    const round = strayFiles(services)
    const twice = async () => (await round()) + (await round())
    const areThere = () => Promise.all([stray, known].map(({ sha256 }) => store.has(sha256)))
    late = 0
    expect(await twice()).toBe(0)
    // Old enough to be seen, and seen only now.
    late = 2 * DAY_MS
    expect(await twice()).toBe(0)
    late = 8 * DAY_MS
    expect(await twice()).toBe(0)
    late = 10 * DAY_MS
    expect(await areThere()).toEqual([true, true])
    const both = [strayFiles(services), strayFiles(services)]
    expect((await Promise.all(both.map((one) => one()))).reduce((sum, one) => sum + one)).toBe(1)
    expect(await areThere()).toEqual([false, true])
    late = 0
  })

  it('one that somebody brings while it is forgotten is there afterwards', async () => {
    const { pool } = services
    for (const forget of ['stray', 'unnamed'] as const) {
      const file = await fresh()
      const bytes = await readFile(file.path)
      if (forget === 'stray') await store.put(file)
      else await keepFile(services, file, csv)
      late = 2 * DAY_MS
      await strayFiles(services)()
      late = 10 * DAY_MS
      let brought: Promise<void> | undefined
      const remove: FileStore['remove'] = async (sha256) => {
        if (sha256 === file.sha256) {
          brought = keepFile(services, { ...file, ...(await receivedFile(folder, bytes)) }, csv)
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
        await store.remove(sha256)
      }
      const slow = { ...services, files: { ...services.files, store: { ...store, remove } } }
      await (forget === 'stray' ? strayFiles(slow)() : forgetFiles(slow))
      expect(brought, forget).toBeDefined()
      await brought
      expect((await bytesIn(store, file.sha256))?.equals(bytes), forget).toBe(true)
      const { rows } = await pool.query('SELECT size FROM content_file WHERE sha256 = $1', [file.sha256])
      expect(rows).toEqual([{ size: '500' }])
      // And what was brought before the forgetting began is not forgotten.
      await Promise.all([forgetFiles(services), strayFiles(services)()])
      expect(await store.has(file.sha256), forget).toBe(true)
      late = 0
    }
  })

  it('what lies there is listed in the order of its hashes, page by page', async () => {
    const files = await Promise.all(Array.from({ length: 12 }, fresh))
    for (const file of files) await store.put(file)
    const found: string[] = []
    for (let after = ''; ; after = found.at(-1) ?? '') {
      const page = await store.list(after, 5)
      if (page.length === 0) break
      expect(page.length).toBeLessThanOrEqual(5)
      found.push(...page.map(({ sha256 }) => sha256))
      for (const { at } of page) expect(Math.abs(Date.now() - at.getTime())).toBeLessThan(600_000)
    }
    expect(found).toEqual(found.toSorted())
    expect(new Set(found).size).toBe(found.length)
    expect(found).toEqual(expect.arrayContaining(files.map(({ sha256 }) => sha256)))
  })

  it('a store in which another registry was first is left alone', async () => {
    const file = await fresh()
    await store.put(file)
    late = 100 * DAY_MS
    const foreign = { ...services, genesis: { ...services.genesis, origin: 'another.example/log' } }
    const rounds = strayFiles(foreign)
    await expect(rounds()).rejects.toThrow(ForeignStore)
    await expect(rounds()).rejects.toThrow(services.genesis.origin)
    expect(await store.has(file.sha256)).toBe(true)
    expect(await Promise.all([store.claim('a'), store.claim('b')])).toEqual(Array(2).fill(services.genesis.origin))
    late = 0
  })
})

it('a name that is none of ours is no file', () => {
  const sha256 = createHash('sha256').update('x').digest('hex')
  expect(hashOfPlace(placeOfFile(sha256))).toBe(sha256)
  for (const odd of ['', sha256, `00/00/${sha256}`, `${placeOfFile(sha256)}.tmp`, `../${placeOfFile(sha256)}`]) {
    expect(hashOfPlace(odd)).toBeUndefined()
  }
})
