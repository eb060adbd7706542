import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../../tests/support/log-files.ts'
import { approved, send, testKey, testRegistry } from './conformance/registry.ts'
import { randomId } from './founding.ts'
import { Integrator } from './integrator.ts'
import { entriesOf, live, lossAfterBackup, open, query, restored, sign, stateFile } from './loss.fixture.ts'
import { isReceipt } from './port.ts'
import { exportLog } from './publish.ts'
import { reconcile } from './reconcile.ts'
import { RecoveryError, recover } from './recover.ts'
import { signRotation } from './rotation.ts'
import { BehindError, CheckpointSigner, lastSigned } from './signer.ts'
import { ringOf, signingKey } from './signing-key.ts'
import { FolderSource } from './verify/source.ts'

test('after the restore of an older backup nothing is signed until the missing entries are back, byte for byte', async () => {
  const { old, registry, file, copy, size, backup } = await lossAfterBackup()
  const { ledger, database } = backup
  const before = (await ledger.head()).size
  const state = await readFile(file, 'utf8')
  await expect(sign(ledger, file)).rejects.toThrow(BehindError)
  await expect(sign(ledger, file)).rejects.toThrow(`the database has ${before} entries, ${size} were signed`)
  expect(await readFile(file, 'utf8')).toBe(state)

  const options = { signed: await lastSigned(file), vkey: registry.genesis.key }
  const from = new FolderSource(copy)
  const done1 = await recover(ledger, { connectionString: database.url }, from, options)
  expect(done1).toEqual({ before, size, missing: 0 })
  expect(await entriesOf(ledger)).toEqual(await entriesOf(old.ledger))
  expect((await ledger.dump()).rows.length).toBe((await old.ledger.dump()).rows.length)
  expect((await reconcile(ledger)).differences).toEqual([])
  expect((await ledger.tree.checkpoint())?.note).toBe((await old.ledger.tree.checkpoint())?.note)
  expect(await recover(ledger, { connectionString: database.url }, from, options)).toMatchObject({ before: size })

  // Life goes on, and what was signed before is continued.
  await live({ ...registry, ledger })
  expect(await sign(ledger, file)).toBe(true)
  expect((await exportLog(ledger, copy)).size).toBe((await ledger.head()).size)
  // A command whose entry came back is not carried out twice, though it is not known any more what was asked.
  const { key } = JSON.parse((await entriesOf(old.ledger)).at(-1) ?? '{}')
  const { rows } = await query(database, 'SELECT request FROM ledger_key WHERE id = $1', [key])
  expect(rows).toEqual([{ request: '' }])
})

test('an empty database is filled from a copy', async () => {
  const { old, registry, file, copy, size } = await lossAfterBackup()
  const { ledger, database } = await open()
  const options = { signed: await lastSigned(file), vkey: registry.genesis.key }
  const done1 = await recover(ledger, { connectionString: database.url }, new FolderSource(copy), options)
  expect(done1).toEqual({ before: 0, size, missing: 0 })
  expect(await entriesOf(ledger)).toEqual(await entriesOf(old.ledger))
  expect((await reconcile(ledger)).differences).toEqual([])
  expect(await sign(ledger, file)).toBe(false)
})

test('an older copy brings back what it has, and says how much is still missing', async () => {
  const { old, registry, file, copy, size, backup } = await lossAfterBackup()
  await live({ ...registry, ledger: old.ledger })
  await sign(old.ledger, file)
  const signed = await lastSigned(file)
  const { ledger, database } = backup
  const done1 = await recover(ledger, { connectionString: database.url }, new FolderSource(copy), {
    signed,
    vkey: registry.genesis.key,
  })
  expect(done1).toMatchObject({ size, missing: (signed?.size ?? 0) - size })
  await expect(sign(ledger, file)).rejects.toThrow(BehindError)
  await exportLog(old.ledger, copy)
  const rest = await recover(ledger, { connectionString: database.url }, new FolderSource(copy), {
    signed,
    vkey: registry.genesis.key,
  })
  expect(rest).toEqual({ before: size, size: signed?.size, missing: 0 })
})

test('what does not extend the database, or is not what was signed, is refused, and nothing is written', async () => {
  const { registry, file, copy, backup } = await lossAfterBackup()
  const { ledger, database } = backup
  const connection = { connectionString: database.url }
  const signed = await lastSigned(file)
  const options = { signed, vkey: registry.genesis.key }
  const refused = async (folder: string, given = options) => {
    const before = await entriesOf(ledger)
    const failure = await recover(ledger, connection, new FolderSource(folder), given).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RecoveryError)
    expect(await entriesOf(ledger)).toEqual(before)
    return String(failure)
  }
  const other = await open()
  const strange = await testRegistry(other.ledger)
  const [otherFile, otherCopy] = [await stateFile(), await scratchFolder()]
  await sign(other.ledger, otherFile)
  await exportLog(other.ledger, otherCopy)
  expect(await refused(otherCopy)).toContain('origin-differs')
  expect(await refused(otherCopy, { ...options, vkey: strange.genesis.key })).toContain('is another log')
  expect(
    await refused(copy, { ...options, signed: { size: (signed?.size ?? 0) - 1, root: 'ab'.repeat(32) } }),
  ).toContain('another history than the one that was signed')
  const tile = join(copy, 'tile/entries/000.p', String(signed?.size))
  const good = await readFile(tile)
  await writeFile(
    tile,
    good.map((byte, at) => (at === good.length - 5 ? byte ^ 1 : byte)),
  )
  expect(await refused(copy)).toContain('entry-altered')
  await writeFile(tile, good)

  // Somebody let the registry run on the restored backup: its entries are not those of the log.
  const at = (await ledger.head()).size
  await live({ ...registry, ledger })
  expect(await refused(copy)).toContain(`entry ${at} of the database is not that of`)
  await live({ ...registry, ledger })
  await live({ ...registry, ledger })
  expect(await refused(copy)).toContain(`entry ${at} of the database is not that of`)
})

test('recovery stopped at any transaction is gone on with', async () => {
  const { old, registry, file, copy, size, backup } = await lossAfterBackup()
  const { ledger, database } = backup
  const options = { signed: await lastSigned(file), vkey: registry.genesis.key }
  const connection = { connectionString: database.url }
  await query(database, 'ALTER TABLE ledger_key ADD CONSTRAINT no_more CHECK (index < 0) NOT VALID')
  await expect(recover(ledger, connection, new FolderSource(copy), options)).rejects.toThrow('no_more')
  const { size: between } = await ledger.head()
  expect((await reconcile(ledger)).differences).toEqual([])
  await query(database, 'ALTER TABLE ledger_key DROP CONSTRAINT no_more')
  const done1 = await recover(ledger, connection, new FolderSource(copy), options)
  expect(done1).toEqual({ before: between, size, missing: 0 })
  expect(await entriesOf(ledger)).toEqual(await entriesOf(old.ledger))
  expect((await reconcile(ledger)).differences).toEqual([])
})

test('a rotation that was lost comes back with the entries', async () => {
  const first = await open()
  const [file, copy] = [await stateFile(), await scratchFolder()]
  const registry = await testRegistry(first.ledger)
  await sign(first.ledger, file)
  const backup = await restored(first)
  const old = await open(first.database)
  const later = { ...registry, ledger: old.ledger }
  const next = signingKey(generateKeyPairSync('ed25519').privateKey)
  const body = await signRotation(registry.genesis, testKey, next)
  const outcome = await approved(later, registry.officer, 'KeyRotated', body, [registry.secondOfficer])
  expect(isReceipt(outcome)).toBe(true)
  await new Integrator(old.ledger).catchUp()
  await new CheckpointSigner(old.ledger, ringOf(testKey, next), file).step()
  await live(later)
  await new Integrator(old.ledger).catchUp()
  await new CheckpointSigner(old.ledger, ringOf(next), file).step()
  await exportLog(old.ledger, copy)

  const { ledger, database } = backup
  const options = { signed: await lastSigned(file), vkey: registry.genesis.key }
  await recover(ledger, { connectionString: database.url }, new FolderSource(copy), options)
  await send(ledger, registry.root, 'MandateGranted', {
    mandate: randomId(),
    organisation: registry.genesis.authority,
    role: 'government/ViewOnly',
    limit: null,
  })
  await new Integrator(ledger).catchUp()
  expect(await new CheckpointSigner(ledger, ringOf(next), file).step()).toBe(true)
})
