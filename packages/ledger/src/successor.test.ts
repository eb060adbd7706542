import { access, copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Bytes } from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../../tests/support/log-files.ts'
import { approved, done, issued, type TestRegistry, testRegistry } from './conformance/registry.ts'
import { Integrator } from './integrator.ts'
import { entriesOf, live, type Open, open, query, restored } from './loss.fixture.ts'
import { isReceipt } from './port.ts'
import { replaceGenesis } from './postgres/replace-genesis.ts'
import type { PostgresLedger } from './postgres/store.ts'
import { exportLog } from './publish.ts'
import { reconcile } from './reconcile.ts'
import { signRotation } from './rotation.ts'
import { BehindError, CheckpointSigner, ForkError, lastSigned } from './signer.ts'
import { keyFolder, keyFromFile, nextKey, retiredFile } from './signing-key.ts'
import { planSuccession, type Succession, SuccessionError, succeed, successionBegun } from './successor.ts'
import { formatReport, verifyLog } from './verify/index.ts'
import { FolderSource } from './verify/source.ts'

interface Lost {
  backup: Open
  old: Open
  registry: TestRegistry
  folder: string
  /** Everything that the old log ever published. */
  copy: string
  asked: Succession
}

const signedFile = (folder: string) => join(folder, 'signed.json')

async function sign(ledger: PostgresLedger, folder: string): Promise<boolean> {
  await new Integrator(ledger).catchUp()
  return new CheckpointSigner(ledger, keyFolder(folder), signedFile(folder)).step()
}

async function rotate(registry: TestRegistry, folder: string): Promise<void> {
  const [own, next] = [await keyFromFile(join(folder, 'key.pem')), await nextKey(folder)]
  const body = await signRotation({ ...registry.genesis, ...(await registry.ledger.genesis()) }, own, next)
  const outcome = await approved(registry, registry.officer, 'KeyRotated', body, [registry.secondOfficer])
  expect(isReceipt(outcome)).toBe(true)
}

/** The newest entries are nowhere any more but in the signer's memory of their root. */
async function lostForEver({ rotated = false } = {}): Promise<Lost> {
  const [root, copy] = [await scratchFolder(), await scratchFolder()]
  const folder = join(root, 'signer')
  const first = await open()
  const registry = await testRegistry(first.ledger, await keyFromFile(join(folder, 'key.pem')))
  await live(registry)
  if (rotated) await rotate(registry, folder)
  await sign(first.ledger, folder)
  const backup = await restored(first)
  const old = await open(first.database)
  await live({ ...registry, ledger: old.ledger })
  await sign(old.ledger, folder)
  await exportLog(old.ledger, copy)
  return { backup, old, registry, folder, copy, asked: await askedOf(folder, join(root, 'kept')) }
}

async function askedOf(folder: string, keep: string): Promise<Succession> {
  const signed = await lastSigned(signedFile(folder))
  if (!signed) throw new Error('something was signed')
  return { folder, keep, signed, sameKey: false, now: new Date() }
}

const connectionOf = ({ database }: Open) => ({ connectionString: database.url })
const keyOf = (text: string) => parseVkey(sha256Bytes, text)

test('a successor keeps what is left, byte for byte, goes on with all of it, and names what is lost', async () => {
  const { backup, registry, folder, copy, asked } = await lostForEver()
  const { ledger } = backup
  const before = await entriesOf(ledger)
  await expect(sign(ledger, folder)).rejects.toThrow(BehindError)
  const { predecessor, lost } = await planSuccession(ledger, asked)
  expect(predecessor).toMatchObject({ origin: registry.genesis.origin, key: registry.genesis.key, kept: before.length })
  expect(lost).toBe(asked.signed.size - before.length)

  const genesis = await succeed(ledger, connectionOf(backup), asked)
  const { ledger: id, system, authority, issuance, country, test: isTest } = registry.genesis
  expect(genesis).toMatchObject({ ledger: id, system, authority, issuance, country, test: isTest })
  expect(genesis.origin).not.toBe(registry.genesis.origin)
  // name+hash+key, where the key may have a plus of its own.
  const [, , ...key] = registry.genesis.key.split('+')
  expect(genesis.key).not.toContain(key.join('+'))
  expect((await entriesOf(ledger)).slice(1)).toEqual(before.slice(1))
  expect((await reconcile(ledger)).differences).toEqual([])

  // What was sent before under a key is not carried out again; serial numbers and certificates go on.
  const now = { ...registry, ledger, genesis }
  await live(now)
  expect((await ledger.row('ledger', 'ledger'))?.certificates).toBe(2)
  expect(await sign(ledger, folder)).toBe(true)
  expect((await reconcile(ledger)).differences).toEqual([])

  const published = await scratchFolder()
  await exportLog(ledger, published)
  const vkey = keyOf(genesis.key)
  const report = await verifyLog(new FolderSource(published), { vkey, predecessor: new FolderSource(copy) })
  expect(report).toMatchObject({ outcome: 'whole', findings: [], signedBy: genesis.key })
  expect(report.predecessor).toMatchObject({
    kept: before.length,
    lost,
    size: asked.signed.size,
    compared: before.length - 1,
  })
  const text = formatReport(report)
  expect(text).toContain(`took over   from ${registry.genesis.origin} at `)
  expect(text).toContain(`of its ${asked.signed.size} signed entries ${lost} are lost`)
  expect(text).toContain(`${before.length - 1} entries compared`)
  // The folder with what was left of the old log is enough to compare with, and is itself whole.
  const kept = await verifyLog(new FolderSource(asked.keep), { vkey: keyOf(registry.genesis.key) })
  expect(kept).toMatchObject({ outcome: 'whole', predecessor: null })
  const byKept = await verifyLog(new FolderSource(published), { vkey, predecessor: new FolderSource(asked.keep) })
  expect(byKept).toMatchObject({ outcome: 'whole' })
  expect(await verifyLog(new FolderSource(published), { vkey: keyOf(registry.genesis.key) })).toMatchObject({
    outcome: 'wrong',
  })
})

test('the old key, and what the signer knew, lie apart; the old log is signed no more', async () => {
  const { backup, old, registry, folder, asked } = await lostForEver()
  const oldState = await readFile(signedFile(folder), 'utf8')
  await succeed(backup.ledger, connectionOf(backup), asked)
  const apart = join(folder, `predecessor-${registry.genesis.origin.split('/').at(-1)}`)
  expect((await readdir(apart)).sort()).toEqual(['key.pem', 'signed.json'])
  expect(await readFile(join(apart, 'signed.json'), 'utf8')).toBe(oldState)
  expect((await keyFromFile(join(apart, 'key.pem'))).vkey(registry.genesis.origin)).toBe(registry.genesis.key)
  expect((await readdir(folder)).filter((name) => name.startsWith('successor'))).toEqual([])
  await live({ ...registry, ledger: old.ledger })
  await expect(sign(old.ledger, folder)).rejects.toThrow(ForkError)
})

test('the same key file may go on under the new name', async () => {
  const { backup, registry, folder, asked } = await lostForEver()
  const genesis = await succeed(backup.ledger, connectionOf(backup), { ...asked, sameKey: true })
  expect(keyOf(genesis.key).publicKey).toEqual(keyOf(registry.genesis.key).publicKey)
  expect(await sign(backup.ledger, folder)).toBe(true)
})

test('a lost key alone: nothing is lost but the key', async () => {
  const root = await scratchFolder()
  const folder = join(root, 'signer')
  const place = await open()
  const registry = await testRegistry(place.ledger, await keyFromFile(join(folder, 'key.pem')))
  await live(registry)
  await sign(place.ledger, folder)
  const asked = await askedOf(folder, join(root, 'kept'))
  await expect(planSuccession(place.ledger, asked)).rejects.toThrow('no other may take its place')
  await rm(join(folder, 'key.pem'))
  const { size } = await place.ledger.head()
  expect(await planSuccession(place.ledger, asked)).toMatchObject({
    lost: 0,
    hasKey: false,
    predecessor: { kept: size },
  })
  await succeed(place.ledger, connectionOf(place), asked)
  expect(await sign(place.ledger, folder)).toBe(true)
})

test('a database that was written to after the restore is taken over only when somebody says what the backup had', async () => {
  const { backup, registry, folder, copy, asked } = await lostForEver()
  const { ledger } = backup
  const had = (await ledger.head()).size
  while ((await ledger.head()).size <= asked.signed.size) await live({ ...registry, ledger })
  await expect(planSuccession(ledger, asked)).rejects.toThrow(SuccessionError)
  await expect(succeed(ledger, connectionOf(backup), asked)).rejects.toThrow('--kept')
  for (const kept of [0, -1, 1e6]) await expect(planSuccession(ledger, { ...asked, kept })).rejects.toThrow('--kept')
  const genesis = await succeed(ledger, connectionOf(backup), { ...asked, kept: had })
  await sign(ledger, folder)
  const published = await scratchFolder()
  await exportLog(ledger, published)
  const options = { vkey: keyOf(genesis.key), predecessor: new FolderSource(copy) }
  expect(await verifyLog(new FolderSource(published), options)).toMatchObject({
    outcome: 'whole',
    predecessor: { kept: had, lost: asked.signed.size - had, compared: had - 1 },
  })
})

test('a successor that kept something else than it says is found out', async () => {
  const { backup, registry, folder, copy, asked } = await lostForEver()
  const { ledger } = backup
  const had = (await ledger.head()).size
  await live({ ...registry, ledger })
  const genesis = await succeed(ledger, connectionOf(backup), { ...asked, kept: had + 2 })
  await sign(ledger, folder)
  const published = await scratchFolder()
  await exportLog(ledger, published)
  const vkey = keyOf(genesis.key)
  const report = await verifyLog(new FolderSource(published), { vkey, predecessor: new FolderSource(copy) })
  expect(report.findings).toMatchObject([
    { code: 'predecessor-differs', where: { entry: had } },
    { code: 'predecessor-differs', where: { entry: had + 1 } },
  ])
  const stranger = await verifyLog(new FolderSource(published), { vkey, predecessor: new FolderSource(published) })
  expect(stranger.findings).toMatchObject([{ code: 'origin-differs' }])
  const alone = await verifyLog(new FolderSource(copy), {
    vkey: keyOf(registry.genesis.key),
    predecessor: new FolderSource(copy),
  })
  expect(alone.findings).toMatchObject([{ code: 'no-predecessor' }])
})

test('keys that the old log handed over are kept for the record, through a successor of a successor', async () => {
  const { backup, registry, folder, asked } = await lostForEver({ rotated: true })
  const { ledger } = backup
  const connection = connectionOf(backup)
  const first = await succeed(ledger, connection, asked)
  const now = { ...registry, ledger, genesis: first }
  await rotate(now, folder)
  await live(now)
  expect(await sign(ledger, folder)).toBe(true)
  expect((await reconcile(ledger)).differences).toEqual([])
  await rm(join(folder, 'key.pem'))
  const again = await askedOf(folder, join(await scratchFolder(), 'kept'))
  const second = await succeed(ledger, connection, again)
  expect(second.predecessor).toMatchObject({ origin: first.origin, firstKey: first.key })
  expect(second.predecessor?.key).not.toBe(first.key)
  await rotate({ ...now, genesis: second }, folder)
  expect(await sign(ledger, folder)).toBe(true)
  expect((await reconcile(ledger)).differences).toEqual([])
  const published = await scratchFolder()
  await exportLog(ledger, published)
  const report = await verifyLog(new FolderSource(published), {
    vkey: keyOf(second.key),
    predecessor: new FolderSource(again.keep),
  })
  expect(report).toMatchObject({ outcome: 'whole', keys: [{ vkey: second.key, from: 0 }, {}] })
  // A key that the kept entries name signs for this ledger no more.
  const own = await keyFromFile(join(folder, 'key.pem'))
  const oldest = join(folder, `predecessor-${registry.genesis.origin.split('/').at(-1)}`, 'key.pem')
  for (const file of [join(folder, retiredFile(first.key)), oldest]) {
    const body = await signRotation(second, own, await keyFromFile(file))
    expect(await approved(now, now.officer, 'KeyRotated', body, [now.secondOfficer])).toMatchObject({
      refused: 'signing-key-known',
    })
  }
})

test('stopped at any point, a succession is gone on with, and gives one log', async () => {
  // Before the database, while it is written, and at each move of a file afterwards.
  for (const stop of ['database', 'lawless', 'committed', 'state moved', 'key copied', 'key moved'] as const) {
    const { backup, registry, folder, asked } = await lostForEver()
    const { ledger } = backup
    const connection = connectionOf(backup)
    const apart = join(folder, `predecessor-${registry.genesis.origin.split('/').at(-1)}`)
    if (stop === 'lawless')
      await query(backup.database, 'ALTER TABLE ledger_row ADD CONSTRAINT stop CHECK (kind <> $$ledger$$) NOT VALID')
    const wrong = { connectionString: connection.connectionString.replace(/\/[^/]*$/, '/nowhere') }
    await expect(succeed(ledger, stop === 'lawless' ? connection : wrong, asked)).rejects.toThrow()
    if (stop === 'lawless') await query(backup.database, 'ALTER TABLE ledger_row DROP CONSTRAINT stop')
    const begun = await successionBegun(folder)
    if (!begun) throw new Error('it was begun')
    expect((await ledger.genesis())?.origin).toBe(registry.genesis.origin)
    if (!['database', 'lawless'].includes(stop)) await replaceGenesis(connection, begun)
    if (['state moved', 'key copied', 'key moved'].includes(stop)) {
      await mkdir(apart)
      await copyFile(signedFile(folder), join(apart, 'signed.json'))
      await rm(signedFile(folder))
    }
    if (['key copied', 'key moved'].includes(stop)) await copyFile(join(folder, 'key.pem'), join(apart, 'key.pem'))
    if (stop === 'key moved') await copyFile(join(folder, 'successor.pem'), join(folder, 'key.pem'))
    if (stop === 'key moved') await rm(join(folder, 'successor.pem'))

    const genesis = await succeed(ledger, connection, asked)
    expect(genesis, stop).toEqual(begun)
    await expect(access(join(folder, 'successor.json'))).rejects.toThrow('ENOENT')
    expect((await keyFromFile(join(apart, 'key.pem'))).vkey(registry.genesis.origin)).toBe(registry.genesis.key)
    expect((await keyFromFile(join(folder, 'key.pem'))).vkey(genesis.origin)).toBe(genesis.key)
    expect(await sign(ledger, folder), stop).toBe(true)
    expect((await reconcile(ledger)).differences).toEqual([])
  }
})

test('an idempotency key of the old log stands for its entry in the new one', async () => {
  const { backup, registry, asked } = await lostForEver()
  const { ledger } = backup
  const organisation = registry.genesis.authority
  const request = { mandate: 'ab'.repeat(16), organisation, role: 'government/ViewOnly', limit: null }
  const sent = {
    type: 'MandateGranted',
    by: registry.root,
    key: { sender: 'x', id: 'once' },
    requestHash: 'h',
    request,
  }
  const first = await ledger.execute(sent)
  const genesis = await succeed(ledger, connectionOf(backup), asked)
  const again = await ledger.execute(sent)
  expect(again).toMatchObject({ index: isReceipt(first) ? first.index : -1, repeated: true })
  expect(await ledger.execute({ ...sent, requestHash: 'other' })).toMatchObject({ conflict: 'key-reused' })
  expect(genesis.predecessor?.kept).toBe((await ledger.head()).size)
  await done(ledger, registry.root, 'MandateGranted', { ...request, mandate: 'cd'.repeat(16) })
  expect(await issued({ ...registry, ledger }, '10')).toMatch(/^[0-9a-f]{32}$/)
})
