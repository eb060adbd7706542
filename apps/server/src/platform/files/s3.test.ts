import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../config.ts'
import { openFiles } from './open.ts'
import { answering, BUCKET, KEYS, lineTo, testS3 } from './s3.fixture.ts'
import { type S3Options, s3Files } from './s3.ts'
import { bytesIn, expectToKeep, receivedFile } from './store.fixture.ts'
import { FilesUnavailable, placeOfFile } from './store.ts'

let s3: Awaited<ReturnType<typeof testS3>>
let folder = ''

beforeAll(async () => {
  s3 = await testS3()
  folder = await mkdtemp(join(tmpdir(), 's3-files-'))
})
afterAll(async () => {
  await s3?.close()
  await rm(folder, { recursive: true, force: true })
})

function storeAt(endpoint: string, more: Partial<S3Options> = {}) {
  const store = s3Files({
    bucket: BUCKET,
    endpoint,
    region: 'us-east-1',
    keys: KEYS,
    pathStyle: true,
    silenceMs: 1_000,
    ...more,
  })
  onTestFinished(() => store.close())
  return store
}

const half = { size: 2_000_000, cutAt: 1_000_000 }
const someFile = (size = 1_000) => receivedFile(folder, randomBytes(size))

it('keeps files by their hash alone', async () => {
  await expectToKeep(storeAt(s3.url), folder)
})

it('is what a configuration names', async () => {
  const environment = {
    ...{
      DATA_DIR: join(folder, 'data'),
      FILE_SERVICE: 'S3',
      S3_COMMON_BUCKET: BUCKET,
      S3_ENDPOINT: s3.url,
      FILE_MAX_MB: '7',
    },
    ...{ S3_ACCESS_KEY_ID: KEYS.accessKeyId, S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
  }
  const files = await openFiles(readConfig(environment, folder))
  onTestFinished(() => files.store.close())
  expect(files).toMatchObject({ maxBytes: 7 * 1_048_576, store: { description: `the bucket ${BUCKET} at ${s3.url}` } })
  const file = await receivedFile(files.incoming, Buffer.from('named'))
  await files.store.put(file)
  expect(String(await bytesIn(storeAt(s3.url), file.sha256))).toBe('named')
})

it('what was changed in the bucket is not given out, and is mended by whoever brings the file again', async () => {
  const store = storeAt(s3.url)
  const bytes = Buffer.from('the original')
  const { sha256 } = await receivedFile(folder, bytes)
  const client = new S3Client({ endpoint: s3.url, region: 'us-east-1', credentials: KEYS, forcePathStyle: true })
  const at = { Bucket: BUCKET, Key: `files/${placeOfFile(sha256)}` }
  await client.send(new PutObjectCommand({ ...at, Body: 'half' }))
  await expect(bytesIn(store, sha256)).rejects.toThrow('is not what was kept')
  await store.put(await receivedFile(folder, bytes))
  expect(await bytesIn(store, sha256)).toEqual(bytes)
  await client.send(new DeleteObjectCommand(at))
  client.destroy()
})

it('a put that is broken off once is made again; one that always is fails, and leaves nothing that is given out', async () => {
  const line = await lineTo(s3.port)
  onTestFinished(() => line.close())
  const [file, other] = [await someFile(half.size), await someFile(half.size)]
  line.cut(1, half.cutAt)
  await storeAt(line.url).put(file)
  expect((await bytesIn(storeAt(s3.url), file.sha256))?.length).toBe(half.size)
  line.cut(Number.MAX_SAFE_INTEGER, half.cutAt)
  await expect(storeAt(line.url).put(other)).rejects.toThrow(FilesUnavailable)
  const left = await bytesIn(storeAt(s3.url), other.sha256).catch((error) => error)
  expect(left === undefined || left instanceof FilesUnavailable).toBe(true)
  await storeAt(s3.url).put(other)
  expect((await bytesIn(storeAt(s3.url), other.sha256))?.length).toBe(half.size)
})

it('the same file put by many at once, while lines break, is whole', async () => {
  const line = await lineTo(s3.port)
  onTestFinished(() => line.close())
  const bytes = randomBytes(half.size)
  const files = await Promise.all(Array.from({ length: 6 }, () => receivedFile(folder, bytes)))
  line.cut(3, half.cutAt)
  await Promise.allSettled(files.map((file) => storeAt(line.url).put(file)))
  await storeAt(s3.url).put(await receivedFile(folder, bytes))
  expect((await bytesIn(storeAt(s3.url), files[0]?.sha256 ?? ''))?.equals(bytes)).toBe(true)
})

it('a server that is down, fails, is slow or does not let us in is told in one line, without our keys', async () => {
  const down = await lineTo(s3.port)
  await down.close()
  const failing = await answering(500)
  const slow = await answering(200, 60_000)
  onTestFinished(() => Promise.all([failing.close(), slow.close()]).then(() => undefined))
  const wrong = { ...KEYS, secretAccessKey: 'not the secret' }
  const unknown = { ...KEYS, accessKeyId: 'NOBODY' }
  const cases: [string, ReturnType<typeof storeAt>, RegExp][] = [
    ['down', storeAt(down.url), /does not do it: ECONNREFUSED/],
    ['failing', storeAt(failing.url), /does not do it: .*500/],
    ['slow', storeAt(slow.url, { silenceMs: 100 }), /does not do it: (TimeoutError|ETIMEDOUT|AbortError)/],
    ['wrong secret', storeAt(s3.url, { keys: wrong }), /does not do it: .*403/],
    ['unknown key', storeAt(s3.url, { keys: unknown }), /does not do it: .*403/],
    ['no bucket', storeAt(s3.url, { bucket: 'nowhere' }), /does not do it: .*404/],
  ]
  for (const [name, store, told] of cases) {
    const file = await someFile()
    for (const attempt of [
      () => store.check(),
      () => store.put(file),
      () => store.get(file.sha256),
      () => store.has(file.sha256),
    ]) {
      const error = await attempt().then(
        () => name,
        (reason: unknown) => reason,
      )
      if (name === 'no bucket' && error === name) continue
      expect([name, error]).toEqual([name, expect.any(FilesUnavailable)])
      expect((error as Error).message).toMatch(told)
      expect((error as Error).message).not.toMatch(/not the secret|S3RVER|NOBODY/)
    }
  }
  expect(failing.asked()).toBeGreaterThan(4)
})

it('a server that falls silent in the middle of a file fails it; a reader who is slow does not', async () => {
  const line = await lineTo(s3.port)
  onTestFinished(() => line.close())
  const file = await someFile(8_000_000)
  await storeAt(s3.url).put(file)
  const slow = await storeAt(line.url, { silenceMs: 200 }).get(file.sha256)
  const iterator = slow?.bytes[Symbol.asyncIterator]()
  let size = (await iterator?.next())?.value?.length ?? 0
  await new Promise((resolve) => setTimeout(resolve, 900))
  for (let next = await iterator?.next(); next && !next.done; next = await iterator?.next()) size += next.value.length
  expect(size).toBe(8_000_000)
  const cut = await storeAt(line.url, { silenceMs: 200 }).get(file.sha256)
  line.silence()
  await expect(async () => {
    for await (const _ of cut?.bytes ?? []) line.silence()
  }).rejects.toThrow(/fell silent|aborted/)
})
