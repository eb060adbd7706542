import { referenceSet } from '@tallystick/calculators'
import { verifyLog } from '@tallystick/ledger'
import { documentBytes, sha256Bytes, sha256Hex } from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { filesOf, MemorySource } from '../../../../tests/support/log-files.ts'
import { type Answer, done, expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry
let officer: Person
let second: Person
let developer: Person

beforeAll(async () => {
  registry = await testRegistry()
  const { root } = registry
  officer = await registry.join(root, root.organisation, 'Admin')
  second = await registry.join(root, root.organisation, 'Admin')
  developer = (await registry.newOrganisation(officer, 'Sunfield')).admin
})
beforeEach(() => registry.pass(60_000))
afterAll(() => registry.close())

const PATH = '/national/parameters'
const RICE = '/national/calculations/UNDP-AGRI-RICE'
const inputs = { area: { value: '50', unit: 'ha' }, duration: { value: '365', unit: 'd' } }

const entry = {
  ...{ key: 'undp.rice.factor', value: '0.05', unit: 'tCO2e/ha/d', source: 'Decree 1', sourceVersion: '1' },
  ...{ validFrom: '2024-01-01', validTo: null, verifiedBy: 'Designated national authority', verifiedAt: '2026-05-04' },
}
const set = (version: string, change: object = {}, more: unknown[] = []) => ({
  ...{ id: 'exampleland', version },
  entries: [{ ...entry, ...change }, ...more],
})

const send = (who: Person, content: unknown, sent = {}) => who.post(PATH, { content }, sent)
const approve = (who: Person, { body }: Answer) =>
  who.post(`/national/proposals/${body.id}/approvals`, { sha256: body.sha256 })

/** One officer asks for it, the other approves. */
async function adopt(content: unknown): Promise<void> {
  const made = expectStatus(await send(officer, content), 202)
  expect(expectStatus(await approve(second, made), 201).body).toMatchObject({ status: 'accepted' })
}

const calculate = (more: object = {}) => registry.nobody.post(RICE, { inputs, ...more }, { key: null })

interface Kept {
  snapshot: { result: { er: string; on: string | null; parameterSet: { country: { hash: string } | null } } }
}

const kept = async (more: object = {}) => (await done(calculate(more), 200)) as unknown as Kept
const listed = async () => expectStatus(await registry.nobody.get(PATH), 200).body

it('one person does not adopt constants, nor does anybody who may not', async () => {
  const content = set('2026-1')
  const made = expectStatus(await send(officer, content, { key: 'adopt-it-once' }), 202)
  expect(await listed()).toMatchObject({ inForce: null, adopted: [] })
  expect(await kept()).toMatchObject({ snapshot: { result: { er: '839.5' } } })
  // The same again is the same proposal.
  expect((await send(officer, content, { key: 'adopt-it-once' })).body).toEqual(made.body)

  expect((await approve(officer, made)).status).toBe(409)
  expect((await approve(developer, made)).status).toBe(403)
  expect((await send(developer, content)).body).toMatchObject({ code: 'not-permitted', status: 403 })
  expect((await send(registry.root, content)).body).toMatchObject({ code: 'not-permitted' })
  expect((await send(registry.nobody, content)).status).toBe(401)

  // Who approves reads it, and the public does not before it is adopted.
  const sha256 = sha256Hex(documentBytes(content))
  expect((await second.get(`${PATH}/${sha256}`)).body).toMatchObject({ ...content, sha256 })
  expect((await registry.nobody.get(`${PATH}/${sha256}`)).status).toBe(404)
  expect((await calculate({ parameters: sha256 })).body.code).toBe('document-unknown')

  expectStatus(await approve(second, made), 201)
  const { inForce } = await listed()
  expect(inForce).toMatchObject({ number: 1, name: 'exampleland', version: '2026-1', sha256 })
  expect((await registry.nobody.get(`${PATH}/${sha256}`)).body).toMatchObject(content)
})

it('a result names its set and is got again after the set has changed', async () => {
  const before = await kept()
  expect(before.snapshot.result).toMatchObject({
    er: '912.5',
    parameterSet: { country: { id: 'exampleland', version: '2026-1' } },
  })
  const hash = before.snapshot.result.parameterSet.country?.hash ?? ''
  expect(hash).toBe(sha256Hex(documentBytes(set('2026-1'))))
  // Its constants have a beginning.
  const early = await calculate({ on: '2023-12-31' })
  expect(early.body).toMatchObject({ code: 'not-calculated', errors: [{ field: 'inputs.areaFactor' }] })
  expect(await kept({ on: '2024-01-01' })).toMatchObject({ snapshot: { result: { er: '912.5', on: '2024-01-01' } } })

  await adopt(set('2026-2', { value: '0.06' }))
  expect((await kept()).snapshot.result.er).toBe('1095')
  expect(await done(calculate({ parameters: hash }), 200)).toEqual(before)
  expect((await kept({ parameters: 'reference' })).snapshot.result.er).toBe('839.5')

  const form = expectStatus(await registry.nobody.get(RICE), 200).body
  expect(form).toMatchObject({ parameterSet: { version: '2026-2' } })
  expect(form.inputs).toContainEqual(expect.objectContaining({ default: expect.objectContaining({ value: '0.06' }) }))
  const old = expectStatus(await registry.nobody.get(`${RICE}?parameters=${hash}&on=2025-01-01`), 200).body
  expect(old).toMatchObject({ parameterSet: { version: '2026-1' } })
})

it('lists what was adopted, newest first, with the entries', async () => {
  await adopt(set('2026-1'))
  const { inForce, adopted } = await listed()
  const told = (adopted as { number: number; version: string; entry: { index: number } }[]) ?? []
  expect(told.map(({ number, version }) => [number, version])).toEqual([
    [3, '2026-1'],
    [2, '2026-2'],
    [1, '2026-1'],
  ])
  expect(inForce).toEqual(told[0])
  for (const { entry: place } of told) {
    const [stored] = await registry.services.ledger.entries(place.index, 1)
    expect(Buffer.from(stored?.bytes ?? []).toString()).toContain('"ParametersAdopted"')
  }
  expect((await kept()).snapshot.result.er).toBe('912.5')
})

it('refuses what is in force, and another set under a name and version that mean one', async () => {
  expect((await send(officer, set('2026-1'))).body).toMatchObject({ code: 'nothing-changes', status: 409 })
  const other = await send(officer, set('2026-2', { value: '0.07' }))
  expect(other.body).toMatchObject({ code: 'already-exists', errors: [{ field: 'content.version' }] })
})

it('of two sets that wait only the first to be approved is adopted', async () => {
  const [one, other] = [await send(officer, set('2026-3')), await send(officer, set('2026-4'))]
  expectStatus(await approve(second, expectStatus(one, 202)), 201)
  expect((await approve(second, expectStatus(other, 202))).body).toMatchObject({ code: 'version-not-next' })
  expect(await listed()).toMatchObject({ inForce: { number: 4, version: '2026-3' } })
})

it('names every fault of a set by its field, in the language that is asked for', async () => {
  const wrong = set('2026 5', { value: '1e3' }, [
    { ...entry, key: 'no.such.key' },
    { ...entry, unit: 'kg', verifiedAt: null },
    { ...entry, value: '999999' },
    'entry',
  ])
  const faults = async (language: string) => {
    const { body } = await send(officer, wrong, { headers: { 'accept-language': language } })
    expect(body.code).toBe('document-unknown')
    return body.errors as { field: string; message: string }[]
  }
  const english = await faults('en')
  expect(english.map(({ field }) => field)).toEqual([
    'content.entries.0.value',
    'content.entries.1.key',
    'content.entries.2',
    'content.entries.2.unit',
    'content.entries.3.value',
    'content.entries.4',
  ])
  const french = await faults('fr')
  for (const [at, { message }] of english.entries()) expect(french[at]?.message).not.toBe(message)
  const { body } = await send(officer, set('2026 5'))
  expect(body).toMatchObject({ status: 400, errors: [{ field: 'content.version' }] })
})

it('refuses sets that nobody could mean, and keeps none of them', async () => {
  const { services } = registry
  const before = (await services.ledger.documents()).length
  const many = referenceSet.entries.slice(0, 200).map(({ min, max, ...one }) => {
    const words = { source: 's'.repeat(500), sourceVersion: 's'.repeat(500), verifiedBy: 'v'.repeat(500) }
    return { ...one, ...words, verifiedAt: '2026-01-01', value: min }
  })
  expect((await send(officer, { id: 'exampleland', version: '9', entries: many })).status).toBe(413)
  const odd: unknown[] = [
    ...[
      {},
      { id: 'x' },
      { id: 'x', version: '1', entries: null },
      { ...set('9'), more: 1 },
      { ...set('9'), entries: {} },
    ],
    ...[set('9', { value: 5 }), set('9', { value: '9'.repeat(5000) }), set('9', { value: '1e999999999' })],
    ...[set('9', { source: '' }), set('9', { source: 's'.repeat(501) }), set('9', { validFrom: '2025-02-30' })],
    ...[set('9', {}, [entry]), { ...set('9'), id: 'Exampleland/2' }, set('9', { key: '__proto__' })],
    { ...set('9'), entries: Array.from({ length: 5001 }, () => 0) },
  ]
  for (const content of odd) {
    const { status } = await send(officer, content)
    expect(status, JSON.stringify(content).slice(0, 100)).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  }
  expect(await services.ledger.documents()).toHaveLength(before)
})

it('the verifier replays adoptions, asks for their text, and finds it changed', async () => {
  await registry.publish()
  const { ledger, genesis } = registry.services
  const vkey = parseVkey(sha256Bytes, genesis.key)
  const source = new MemorySource(await filesOf(ledger))
  const report = await verifyLog(source, { vkey })
  expect(report).toMatchObject({ outcome: 'whole', entries: { types: { ParametersAdopted: 4 } } })
  expect(report.attested.some(({ type }) => type === 'ParametersAdopted')).toBe(true)
  const sha256 = sha256Hex(documentBytes(set('2026-2', { value: '0.06' })))
  const changed = source.with(`content/${sha256}`, documentBytes(set('2026-2', { value: '0.01' })))
  expect((await verifyLog(changed, { vkey })).outcome).toBe('wrong')
  const without = new MemorySource(new Map([...source.files].filter(([path]) => path !== `content/${sha256}`)))
  expect((await verifyLog(without, { vkey })).outcome).not.toBe('whole')
})
