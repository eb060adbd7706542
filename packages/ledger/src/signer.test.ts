import { spawnSync } from 'node:child_process'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { done, testKey } from './conformance/registry.ts'
import { newGenesis, randomId } from './founding.ts'
import { Integrator } from './integrator.ts'
import { MemoryLedger } from './memory.ts'
import { CheckpointSigner, ForkError } from './signer.ts'

const founding = newGenesis({
  country: { code: 'XT', name: 'Exampleland' },
  timeZone: 'UTC',
  test: true,
  keyFor: testKey.vkey,
})

/** A copy of the same log with an entry of its own: one of two histories. */
async function copy(): Promise<MemoryLedger> {
  const ledger = new MemoryLedger()
  await ledger.found(founding.genesis, founding.documents)
  await grow(ledger)
  return ledger
}

async function grow(ledger: MemoryLedger): Promise<void> {
  const { system, authority: organisation } = founding.genesis
  const mandate = randomId()
  await done(ledger, system, 'MandateGranted', { mandate, organisation, role: 'government/Root', limit: null })
  await new Integrator(ledger).catchUp()
}

async function stateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signer-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'state.json')
}

test('of two histories that are signed at once with one key, one is', async () => {
  const file = await stateFile()
  const ledgers = await Promise.all([copy(), copy()])
  const outcomes = await Promise.allSettled(ledgers.map((ledger) => new CheckpointSigner(ledger, testKey, file).step()))
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const checkpoints = await Promise.all(ledgers.map((ledger) => ledger.tree.checkpoint()))
  expect(checkpoints.filter((checkpoint) => checkpoint !== undefined)).toHaveLength(1)
  await expect(access(`${file}.lock`)).rejects.toThrow('ENOENT')
})

test('nothing is signed without what was signed last, until a person has put it back', async () => {
  const file = await stateFile()
  const ledger = await copy()
  const signer = new CheckpointSigner(ledger, testKey, file)
  expect(await signer.step()).toBe(true)
  const kept = await readFile(file, 'utf8')
  const published = await ledger.tree.checkpoint()
  await grow(ledger)

  await rm(file)
  await expect(signer.step()).rejects.toThrow(`${file} with the last one signed is gone`)
  await expect(signer.step()).rejects.toThrow('{"size":…,"root":"…"}')
  const root = 'ab'.repeat(32)
  const useless = [
    '',
    '{}',
    'null',
    '[]',
    '{"size":0,"root":""}',
    JSON.stringify({ size: 0, root }),
    JSON.stringify({ size: '2', root }),
    JSON.stringify({ size: 1.5, root }),
    JSON.stringify({ size: 1, root: root.toUpperCase() }),
    JSON.stringify({ size: 1, root, more: 1 }),
    JSON.stringify({ size: 1, root }),
  ]
  for (const text of useless) {
    await writeFile(file, text)
    await expect(signer.step(), text).rejects.toThrow(ForkError)
  }
  expect(await ledger.tree.checkpoint()).toEqual(published)

  await writeFile(file, kept)
  expect(await signer.step()).toBe(true)
  expect((await ledger.tree.checkpoint())?.size).toBe((await ledger.head()).size)
})

test('what the database has published is continued, whatever the state file says', async () => {
  const file = await stateFile()
  const ledger = await copy()
  const published = { size: 2, root: 'ab'.repeat(32), at: '', note: '' }
  await ledger.tree.putCheckpoint(published)
  await grow(ledger)
  const other = await copy()
  await new CheckpointSigner(other, testKey, file).step()
  await expect(new CheckpointSigner(ledger, testKey, file).step()).rejects.toThrow('does not continue')
  expect(await ledger.tree.checkpoint()).toEqual(published)
})

test('what a killed process left behind is taken away', async () => {
  const file = await stateFile()
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  for (const holder of [
    { host: hostname(), pid, start: '1' },
    { host: hostname(), pid: process.pid, start: '1' },
  ]) {
    const ledger = await copy()
    await rm(file, { force: true })
    await writeFile(`${file}.lock`, JSON.stringify(holder))
    expect(await new CheckpointSigner(ledger, testKey, file).step()).toBe(true)
  }
})
