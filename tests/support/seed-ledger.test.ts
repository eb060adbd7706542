import { FolderSource, PostgresLedger, reconcile, verifyLog } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { expect, onTestFinished, test } from 'vitest'
import { testDatabase } from './database.ts'
import { publish } from './ledger-fixture.ts'
import { scratchFolder } from './log-files.ts'
import { seedFolder, seedPostgres } from './seed-ledger.ts'

const shape = { seed: 'seeded', entries: 3_000, holders: 12, batches: 5, units: 20_000 }

test('a seeded log in a folder is whole', async () => {
  const folder = await scratchFolder()
  const { vkey, size } = await seedFolder(folder, shape)
  const report = await verifyLog(new FolderSource(folder), { vkey: parseVkey(sha256Bytes, vkey) })
  expect(report).toMatchObject({ outcome: 'whole', entries: { size, replayed: size } })
  expect(size).toBe(shape.entries)
})

test('a seeded database holds what its log says, has the root of the folder, and goes on', async () => {
  const database = await testDatabase()
  onTestFinished(() => database.close())
  const { fixture, holders, batches } = await seedPostgres(database.url, shape)
  const clock = () => new Date('2027-01-01T00:00:00.000Z')
  const ledger = await PostgresLedger.open({ connectionString: database.url }, { clock })
  onTestFinished(() => ledger.close())
  const { root, size } = await publish(ledger, fixture.key)
  expect(await reconcile(ledger)).toMatchObject({ entries: shape.entries, differences: [] })
  const { vkey: _, ledger: __, ...asFiles } = await seedFolder(await scratchFolder(), shape)
  expect({ root, size }).toEqual(asFiles)

  const [from, to] = holders
  const request = { batch: batches[0]?.id, from: from?.account, to: to?.account, quantity: '1' }
  const key = { sender: 'somebody', id: 'first' }
  const sent = { type: 'CreditsTransferred', by: from?.mandate ?? '', key, requestHash: 'aa', request }
  expect(await ledger.execute(sent)).toMatchObject({ index: shape.entries })
})
