import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { emptyQuarantine, openQuarantine, receiveFile } from './quarantine.ts'

const folders: string[] = []
let folder = ''

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'incoming-')), 'in')
  folders.push(folder)
  await openQuarantine(folder)
})
afterAll(() => Promise.all(folders.map((one) => rm(join(one, '..'), { recursive: true, force: true }))))

const options = { maxBytes: 1_000_000, silenceMs: 1_000 }
const lying = () => readdir(folder)

it('a file is written as it comes, and hashed on the way', async () => {
  const pieces = ['one', Buffer.alloc(300_000, 2), Buffer.from([3])].map((piece) => Buffer.from(piece))
  const file = await receiveFile(folder, Readable.from(pieces), options)
  const whole = Buffer.concat(pieces)
  expect(await readFile(file.path)).toEqual(whole)
  expect(file).toMatchObject({ size: whole.length, sha256: createHash('sha256').update(whole).digest('hex') })
  await file.discard()
  expect(await lying()).toEqual([])
  expect(await receiveFile(folder, Readable.from([]), options)).toMatchObject({ size: 0 })
})

it('no more of it than is taken, and nothing stays', async () => {
  let given = 0
  const endless = new Readable({
    read() {
      given += 65_536
      this.push(Buffer.alloc(65_536))
    },
  })
  await expect(receiveFile(folder, endless, options)).rejects.toMatchObject({ reason: 'too-large' })
  expect(given).toBeLessThan(2 * options.maxBytes)
  expect(endless.destroyed).toBe(false)
  expect(await lying()).toEqual([])
  endless.destroy()
})

it('who breaks off or falls silent leaves nothing', async () => {
  const broken = new PassThrough()
  const received = receiveFile(folder, broken, options)
  broken.write('half')
  setImmediate(() => broken.destroy())
  await expect(received).rejects.toMatchObject({ reason: 'broken-off' })
  const failing = new PassThrough()
  const failed = receiveFile(folder, failing, options)
  setImmediate(() => failing.destroy(new Error('lost')))
  await expect(failed).rejects.toMatchObject({ reason: 'broken-off' })
  const silent = new PassThrough()
  silent.write('and then')
  await expect(receiveFile(folder, silent, { ...options, silenceMs: 50 })).rejects.toMatchObject({ reason: 'silent' })
  expect(await lying()).toEqual([])
})

it('what a killed process left is removed after its time', async () => {
  await writeFile(join(folder, 'old'), 'x')
  await writeFile(join(folder, 'new'), 'x')
  await utimes(join(folder, 'old'), new Date(0), new Date(0))
  expect(await emptyQuarantine(folder, 60_000)).toBe(1)
  expect(await lying()).toEqual(['new'])
})

it('a folder that is not there is told', async () => {
  const received = receiveFile(join(folder, 'none'), Readable.from(['x']), options)
  await expect(received).rejects.toThrow('the folder of files cannot be written: ENOENT')
})
