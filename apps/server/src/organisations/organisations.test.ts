import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry
let officer: Person

beforeAll(async () => {
  registry = await testRegistry()
  officer = await registry.join(registry.root, registry.founded.genesis.authority, 'Admin')
})
afterAll(() => registry.close())

const wish = {
  kind: 'developer',
  name: 'Sunfield Power “Ltd” 日照',
  taxId: 'TIN-77-123',
  contact: {
    email: 'desk@sunfield.example',
    phone: '+00 1 234',
    website: 'https://sunfield.example',
    address: 'Salt Lake 1',
  },
}

/** The same with a tax id of its own. */
const another = () => ({ ...wish, taxId: `XT-${randomUUID()}` })

describe('an organisation', () => {
  it('has a public name that the ledger commits to, and details that are not public', async () => {
    const { body } = expectStatus(await officer.post('/national/organisations', wish), 201)
    expect(body).toMatchObject({ kind: 'developer', name: wish.name })
    const path = `/national/organisations/${body.id}`
    const own = await registry.join(officer, String(body.id), 'ViewOnly')
    const details = { taxId: wish.taxId, contact: wish.contact, profile: null }
    expect((await registry.nobody.get(path)).body).toEqual({
      id: body.id,
      kind: 'developer',
      name: wish.name,
      active: true,
      details: null,
    })
    expect((await own.get(path)).body.details).toEqual(details)
    expect((await officer.get(path)).body.details).toEqual(details)
    const { admin: rival } = await registry.newOrganisation(officer, 'Rival')
    expect((await rival.get(path)).body.details).toBeNull()

    const [entry] = await registry.services.ledger.entries((body.entry as { index: number }).index, 1)
    const logged = JSON.parse(Buffer.from(entry?.bytes ?? []).toString())
    expect(logged.body).toEqual({
      organisation: body.id,
      kind: 'developer',
      name: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const opened = await registry.services.openings.open([logged.body.name])
    expect(opened.get(logged.body.name)?.value).toBe(wish.name)
  })

  it('keeps its name and details whatever the entry that they stand on is answered as', async () => {
    const { ledger } = registry.services
    const real = ledger.execute.bind(ledger)
    const spy = vi.spyOn(ledger, 'execute').mockImplementationOnce(async (submission) => {
      return { ...(await real(submission)), repeated: true }
    })
    const { taxId, contact, name } = another()
    const { body } = expectStatus(await officer.post('/national/organisations', { ...wish, taxId }), 201)
    spy.mockRestore()
    const path = `/national/organisations/${body.id}`
    expect((await officer.get(path)).body).toMatchObject({ name, details: { taxId, contact } })
  })

  it('is registered once under a key, and leaves nothing behind when it is repeated or refused', async () => {
    const count = async () => {
      const { rows } = await registry.services.pool.query(
        'SELECT (SELECT count(*) FROM content_opening) AS openings, (SELECT count(*) FROM content_organisation) AS details',
      )
      return rows[0]
    }
    const wish = another()
    const first = expectStatus(await officer.post('/national/organisations', wish, { key: 'one-organisation' }), 201)
    const before = await count()
    const again = await officer.post('/national/organisations', wish, { key: 'one-organisation' })
    expect([again.status, again.body]).toEqual([201, first.body])
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    const other = await officer.post('/national/organisations', { ...wish, name: 'X' }, { key: 'one-organisation' })
    expect(other).toMatchObject({ status: 422, body: { code: 'key-reused' } })
    const refused = await officer.post('/national/organisations', { ...wish, kind: 'wizard' })
    expect(refused).toMatchObject({
      status: 422,
      body: {
        code: 'code-unknown',
        errors: [{ field: 'kind', allowed: expect.stringMatching(/^government, developer/) }],
      },
    })
    expect(await count()).toEqual(before)
  })

  it('twenty at once under one key are one', async () => {
    const wish = another()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => officer.post('/national/organisations', wish, { key: 'twenty-at-once' })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1)
  })

  it('keys of two people never meet', async () => {
    const key = 'the-very-same-key'
    const one = expectStatus(await officer.post('/national/organisations', another(), { key }), 201)
    const other = expectStatus(
      await registry.root.post('/national/organisations', { ...another(), name: 'Y' }, { key }),
      201,
    )
    expect(other.body.id).not.toBe(one.body.id)
  })

  it('has its tax id alone, however it is written', async () => {
    const taxId = 'na 12.34-5 ab'
    expectStatus(await officer.post('/national/organisations', { ...wish, taxId }), 201)
    for (const same of [taxId, 'NA12345AB', 'na-123-45\u00a0ab', '\uff2e\uff21 12345 AB']) {
      expect(await officer.post('/national/organisations', { ...wish, taxId: same })).toMatchObject({
        status: 409,
        body: { code: 'tax-id-taken', errors: [{ field: 'taxId' }] },
      })
    }
    expect((await officer.post('/national/organisations', { ...wish, taxId: '-- . --' })).status).toBe(400)
  })

  it('is not kept from its tax id by an attempt that never got into the ledger', async () => {
    const { taxId } = another()
    const { pool } = registry.services
    await pool.query(
      `INSERT INTO content_organisation (organisation, tax_id, tax_key, created_at)
       VALUES ('lost', $1, upper(replace($1, '-', '')), now() - interval '1 hour')`,
      [taxId],
    )
    expectStatus(await officer.post('/national/organisations', { ...wish, taxId }), 201)
  })

  it('is listed in pages, each once', async () => {
    const seen: unknown[] = []
    let next: unknown = ''
    while (next !== null) {
      const { body } = expectStatus(
        await registry.nobody.get(`/national/organisations?limit=2${next && `&cursor=${next}`}`),
        200,
      )
      seen.push(...(body.items as unknown[]))
      next = body.next
    }
    const { body } = await registry.nobody.get('/national/organisations?limit=200')
    expect(seen).toEqual(body.items)
    const government = (await registry.nobody.get('/national/organisations?kind=government')).body.items
    expect(government).toEqual([
      { id: registry.founded.genesis.authority, kind: 'government', active: true, name: 'Government of Exampleland' },
    ])
  })

  it('shows no name once the name is erased', async () => {
    const { body } = expectStatus(
      await officer.post('/national/organisations', { kind: 'developer', name: 'Gone' }),
      201,
    )
    const row = await registry.services.ledger.row('organisation', String(body.id))
    await registry.services.openings.forget([row?.name ?? ''])
    expect((await registry.nobody.get(`/national/organisations/${body.id}`)).body.name).toBeNull()
  })
})
