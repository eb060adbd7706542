import { generateKeyPairSync } from 'node:crypto'
import { PostgresLedger, signingKey } from '@tallystick/ledger'
import { documentBytes, sha256Hex, shippedSources } from '@tallystick/rules'
import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../tests/support/database.ts'
import { openContent } from '../platform/content.ts'
import { foundRegistry, type Setup } from './founding.ts'

let database: TestDatabase
let ledger: PostgresLedger
let pool: pg.Pool
const key = async () => signingKey(generateKeyPairSync('ed25519').privateKey)
const clock = () => new Date()

beforeEach(async () => {
  database = await testDatabase()
  ledger = await PostgresLedger.open({ connectionString: database.url })
  pool = await openContent(database.url, 'create')
})
afterEach(async () => {
  await ledger.close()
  await pool.end()
  await database.close()
})

const found = (setup: Setup) => foundRegistry({ pool, ledger, clock, key }, setup)
const namibia = { code: 'NA', name: 'Namibia' }

async function mandates() {
  const { rows } = await pool.query(
    `SELECT row ->> 'role' AS role FROM ledger_row WHERE kind = 'mandate' ORDER BY role`,
  )
  return rows.map(({ role }) => role)
}

describe('founding a registry', () => {
  it('without a country makes a test ledger of a made-up one', async () => {
    const { genesis, founded } = await found({ rootEmail: 'root@example.org' })
    expect(founded).toBe(true)
    expect(genesis).toMatchObject({ country: { code: 'XT', name: 'Exampleland' }, timeZone: 'UTC', test: true })
  })

  it('with a country makes its ledger, with one Root user', async () => {
    const { genesis, root } = await found({
      rootEmail: 'dna@example.na',
      country: namibia,
      timeZone: 'Africa/Windhoek',
    })
    expect(genesis).toMatchObject({ country: namibia, timeZone: 'Africa/Windhoek', test: false })
    expect(root.email).toBe('dna@example.na')
    expect(await mandates()).toEqual(['government/Root', 'system/system'])
  })

  it('may be repeated, and finished by another process', async () => {
    const first = await found({ rootEmail: 'root@example.org' })
    const second = await found({ rootEmail: 'ROOT@example.org' })
    expect(second).toMatchObject({ genesis: first.genesis, root: first.root, founded: false, notes: [] })
    expect((await ledger.head()).size).toBe(2)
  })

  it('by ten at once makes one ledger with one Root user', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => found({ rootEmail: 'root@example.org' })))
    expect(new Set(all.map(({ genesis }) => genesis.ledger)).size).toBe(1)
    expect(new Set(all.map(({ root }) => root.user)).size).toBe(1)
    expect(await mandates()).toEqual(['government/Root', 'system/system'])
    expect((await ledger.head()).size).toBe(2)
  })

  it('goes on where an earlier attempt broke off', async () => {
    const { execute } = ledger
    ledger.execute = () => Promise.reject(new Error('power cut'))
    await expect(found({ rootEmail: 'root@example.org' })).rejects.toThrow('power cut')
    ledger.execute = execute
    const { root } = await found({ rootEmail: 'root@example.org' })
    const { rows } = await pool.query('SELECT user_id FROM content_root')
    expect(rows).toEqual([{ user_id: root.user }])
    expect(await mandates()).toEqual(['government/Root', 'system/system'])
  })

  it('refuses another country or time zone, and says why', async () => {
    await found({ country: namibia, timeZone: 'Africa/Windhoek' })
    await expect(found({ country: { code: 'ZM', name: 'Zambia' } })).rejects.toThrow(/Namibia \(NA\).*Zambia \(ZM\)/)
    await expect(found({ timeZone: 'Asia/Tokyo' })).rejects.toThrow(/Africa\/Windhoek.*Asia\/Tokyo/)
    await found({ country: namibia, timeZone: 'Africa/Windhoek' })
    await found({})
  })

  it('tells where documents that ship are others by now, in what, and what to do', async () => {
    const { genesis } = await found({ preset: 'simple' })
    expect((await found({ preset: 'simple' })).notes).toEqual([])
    const { preset, permissions } = structuredClone(shippedSources.simple) as Record<string, Record<string, object>>
    Object.assign(preset?.trust ?? {}, { hours: 99 })
    Object.assign(permissions?.actions ?? {}, { 'accounts.open': { 'government/Root': 'any' } })
    const documents = { preset: documentBytes(preset), permissions: documentBytes(permissions) }
    const [note = '', ...others] = (await found({ preset: { from: './mine', documents } })).notes
    expect(others).toEqual([])
    expect(note).toContain('PRESET=./mine')
    expect(note).toContain('preset.json (in force: simple, version 1) differs in trust.hours')
    expect(note).toContain('permissions.json (in force: simple, version 1) differs in actions.accounts.open')
    expect(note).toMatch(/preset check FOLDER.*POST \/national\/law/)
    expect(sha256Hex(documents.preset)).not.toBe(genesis.preset)
    const [another = ''] = (await found({ preset: 'article6' })).notes
    expect(another).toMatch(/differs in .* and \d+ more/)
  })

  it('tells that a new e-mail address or name changes nothing', async () => {
    await found({ rootEmail: 'root@example.org', country: namibia })
    const { notes, root } = await found({ rootEmail: 'other@example.org', country: { code: 'NA', name: 'Namibië' } })
    expect(root.email).toBe('root@example.org')
    expect(notes).toEqual([
      expect.stringMatching(/root@example\.org.*other@example\.org/),
      expect.stringMatching(/Namibië/),
    ])
  })
})
