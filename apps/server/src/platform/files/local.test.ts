import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sha256Hex } from '@tallystick/rules'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { localFiles } from './local.ts'
import { bytesIn, expectToKeep, receivedFile } from './store.fixture.ts'
import { placeOfFile } from './store.ts'

const KILLS = 12

let folder = ''
const children = new Set<ChildProcess>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-'))
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

it('keeps files by their hash alone', async () => {
  await expectToKeep(await localFiles(folder), folder)
})

it('what was changed on the disk is not given out', async () => {
  const store = await localFiles(folder)
  const file = await receivedFile(folder, Buffer.from('the original'))
  await store.put(file)
  const path = join(folder, 'kept', placeOfFile(file.sha256))
  await writeFile(path, 'the 0riginal')
  await expect(bytesIn(store, file.sha256)).rejects.toThrow('is not what was kept')
  await store.put(await receivedFile(folder, Buffer.from('the original')))
  expect(String(await bytesIn(store, file.sha256))).toBe('the original')
})

it('a folder that cannot be used is told', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  await expect(localFiles(join(file, 'within'))).rejects.toThrow('the folder of files does not work: ENOTDIR')
})

it('kill -9 leaves either all of a file under its name or nothing', async () => {
  const place = join(folder, 'killed')
  const script = fileURLToPath(new URL('./local-process.fixture.ts', import.meta.url))
  for (let nth = 0; nth < KILLS; nth++) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, place], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.add(child)
    let said = ''
    child.stdout?.on('data', (text) => (said += String(text)))
    await once(child.stdout ?? child, 'data')
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60))
    child.kill('SIGKILL')
    await once(child, 'close')
    const store = await localFiles(place)
    // What was said to be kept is kept; nothing stands under the name of a hash that it has not.
    for (const sha256 of said.split('\n').slice(1, -1)) expect(await store.has(sha256)).toBe(true)
    for (const name of await readdir(join(place, 'kept'), { recursive: true })) {
      if (!/[0-9a-f]{64}$/.test(name)) continue
      expect(sha256Hex(await readFile(join(place, 'kept', name)))).toBe(name.slice(-64))
    }
  }
  expect(
    (await readdir(join(place, 'kept'), { recursive: true })).filter((name) => name.length > 60).length,
  ).toBeGreaterThan(0)
}, 60_000)
