import { randomUUID } from 'node:crypto'
import { LedgerBusy, type Submission } from '@tallystick/ledger'
import type { FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../app.ts'
import { networkOf } from '../platform/throttle.ts'
import { done, expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { CONFIRM_MS, LIMITS } from './requests.ts'

let registry: TestRegistry
let officer: Person
let second: Person
let developer: { id: string; admin: Person }
let rival: { id: string; admin: Person }
let reader: Person

beforeAll(async () => {
  registry = await testRegistry()
  const government = registry.founded.genesis.authority
  officer = await registry.join(registry.root, government, 'Admin')
  second = await registry.join(registry.root, government, 'Admin')
  developer = await registry.newOrganisation(officer, 'Sunfield Power')
  rival = await registry.newOrganisation(officer, 'Green Port')
  reader = await registry.join(developer.admin, developer.id, 'ViewOnly')
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => registry.close())

const newEmail = () => `${randomUUID()}@example.org`
const newTaxId = () => `NA ${randomUUID()}`

function ask(email: string, goal: object = { organisation: { kind: 'developer', name: 'New Wind' } }, more = {}) {
  // Whoever asks in these tests comes from a network of his own, but for those that test that.
  registry.pass(1)
  return registry.nobody.post('/national/registrations', { email, name: 'Ana New', ...goal, ...more }, { key: null })
}

const confirmWith = (token: string) =>
  registry.nobody.post('/national/registrations/confirmations', { token }, { key: null })

/** A request whose address is confirmed; its id. */
async function confirmed(email: string, goal?: object, more?: object): Promise<string> {
  await registry.services.pool.query('DELETE FROM content_throttle')
  await done(ask(email, goal, more))
  const url = registry.confirmations.get(email)?.pop() ?? ''
  return String((await done(confirmWith(url))).id)
}

const approve = (by: Person, id: string, body: object = {}, key: string = randomUUID()) =>
  by.post(`/national/registrations/${id}/approval`, body, { key })
const reject = (by: Person, id: string, key: string = randomUUID()) =>
  by.post(`/national/registrations/${id}/rejection`, { reason: 'No such company' }, { key })

/** How many entries of a type name an id. */
async function written(type: string, id: string): Promise<number> {
  const { rows } = await registry.services.pool.query(
    `SELECT 1 FROM ledger_entry WHERE type = $1 AND position($2::bytea IN bytes) > 0`,
    [type, Buffer.from(id)],
  )
  return rows.length
}

describe('a new organisation', () => {
  it('is registered with its first Admin when the government approves', async () => {
    const email = newEmail()
    const contact = { phone: '+264 61 123', address: '1 Kelp Road' }
    const taxId = newTaxId()
    const id = await confirmed(
      email,
      { organisation: { kind: 'developer', name: 'Kelp Works', taxId, contact } },
      { phone: '+264 81 555 0101', language: 'fr' },
    )
    const shown = expectStatus(await officer.get(`/national/registrations/${id}`), 200).body
    expect(shown).toMatchObject({
      status: 'open',
      person: { email, name: 'Ana New', phone: '+264 81 555 0101', language: 'fr' },
      wanted: { kind: 'developer', name: 'Kelp Works', taxId, contact },
      decision: null,
    })
    const body = await done(approve(officer, id))
    expect(body).toMatchObject({ id, organisation: shown.organisation, role: 'Admin' })
    expect((await officer.get(`/national/organisations/${body.organisation}`)).body).toMatchObject({
      name: 'Kelp Works',
      details: { taxId, contact },
    })
    const ana = await registry.signIn(email)
    expect((await ana.get('/national/sessions/current')).body).toMatchObject({
      role: 'Admin',
      organisation: { id: body.organisation, name: 'Kelp Works' },
      user: { name: 'Ana New' },
    })
    expect((await officer.get(`/national/registrations/${id}`)).body).toMatchObject({ status: 'approved' })
    const text = Buffer.from((await registry.services.ledger.entries(0, 500)).flatMap((e) => [...e.bytes])).toString()
    for (const secret of [email, taxId, 'Ana New', 'Kelp Works']) expect(text).not.toContain(secret)
  })

  it('waits for the government alone', async () => {
    const id = await confirmed(newEmail())
    for (const by of [developer.admin, reader, rival.admin]) {
      expect((await approve(by, id)).status).toBe(404)
      expect((await reject(by, id)).status).toBe(404)
      expect((await by.get(`/national/registrations/${id}`)).status).toBe(404)
    }
    expect((await registry.nobody.post(`/national/registrations/${id}/approval`, {})).status).toBe(401)
    expect((await reader.get('/national/registrations')).body.code).toBe('forbidden')
    const listed = (await officer.get('/national/registrations?limit=200')).body.items as { id: string }[]
    expect(listed.map((one) => one.id)).toContain(id)
    const own = (await developer.admin.get('/national/registrations?limit=200')).body.items as { id: string }[]
    expect(own.map((one) => one.id)).not.toContain(id)
  })

  it.each(['government', 'ministry', 'api', 'emperor', 'system'])('cannot be a %s', async (kind) => {
    const answer = await ask(newEmail(), { organisation: { kind, name: 'Ours' } })
    expect(answer).toMatchObject({ status: 422, body: { code: 'code-unknown' } })
    expect(JSON.stringify(answer.body.errors)).toContain('developer')
  })

  it('gives nobody another role than its Admin, and no role can be asked for', async () => {
    expect((await ask(newEmail(), undefined, { role: 'Root' })).status).toBe(400)
    expect((await ask(newEmail(), { organisation: { kind: 'developer', name: 'X', role: 'Admin' } })).status).toBe(400)
    const id = await confirmed(newEmail())
    expect((await approve(officer, id, { role: 'Root' })).body).toMatchObject({ errors: [{ field: 'role' }] })
    expect(await written('MandateGranted', id)).toBe(0)
  })

  it('is written once, with one user and one link, by twenty who approve at once', async () => {
    const email = newEmail()
    const id = await confirmed(email)
    const { organisation } = (await officer.get(`/national/registrations/${id}`)).body
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => approve(at % 2 ? officer : second, id)))
    for (const { status } of answers) expect([201, 409]).toContain(status)
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0)
    expect(await written('OrganisationRegistered', String(organisation))).toBe(1)
    expect(await written('MandateGranted', String(organisation))).toBe(1)
    expect(registry.links.get(email)).toHaveLength(1)
    const { rows } = await registry.services.pool.query('SELECT 1 FROM content_user WHERE email = $1', [email])
    expect(rows).toHaveLength(1)
  })

  it('is approved or rejected, never both', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await confirmed(newEmail())
      const [yes, no] = await Promise.all([approve(officer, id), reject(second, id)])
      expect([yes.status, no.status].toSorted()).toEqual([201, 409])
      const { status, organisation } = (await officer.get(`/national/registrations/${id}`)).body
      expect(status).toBe(yes.status === 201 ? 'approved' : 'rejected')
      expect(await written('MandateGranted', String(organisation))).toBe(yes.status === 201 ? 1 : 0)
    }
  })

  it('is answered as at first under the same key, and under another it is decided', async () => {
    const email = newEmail()
    const id = await confirmed(email)
    const first = expectStatus(await approve(officer, id, {}, 'approve-this-once'), 201)
    const again = expectStatus(await approve(officer, id, {}, 'approve-this-once'), 201)
    expect(again.body).toEqual(first.body)
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect((await approve(officer, id, { role: 'Admin' }, 'approve-this-once')).body.code).toBe('key-reused')
    expect((await approve(second, id)).body.code).toBe('registration-decided')
    expect((await reject(second, id)).body.code).toBe('registration-decided')
    expect(registry.links.get(email)).toHaveLength(1)
  })

  it('stays open where its tax id is that of another, however it is written', async () => {
    const organisation = { kind: 'developer', name: 'First', taxId: 'na 77.123-4' }
    const one = await confirmed(newEmail(), { organisation })
    const other = await confirmed(newEmail(), { organisation: { ...organisation, name: 'Twin', taxId: 'NA77 1234' } })
    expectStatus(await approve(officer, one), 201)
    expect(await approve(officer, other)).toMatchObject({ status: 409, body: { code: 'tax-id-taken' } })
    expect((await officer.get(`/national/registrations/${other}`)).body.status).toBe('open')
    expectStatus(await reject(officer, other), 201)
    expect(registry.messages.at(-1)).toMatch(/^Registration of .*@example.org was rejected: No such company$/)
  })
})

describe('an approval that is interrupted', () => {
  /** Ends the process, as it were, before or after the nth entry is written. */
  function endAt(nth: number, when: 'before' | 'after') {
    const { ledger } = registry.services
    const real = ledger.execute.bind(ledger)
    let count = 0
    vi.spyOn(ledger, 'execute').mockImplementation(async (submission: Submission) => {
      count += 1
      if (count === nth && when === 'before') throw new LedgerBusy('ended')
      const outcome = await real(submission)
      if (count === nth) throw new LedgerBusy('ended')
      return outcome
    })
  }

  it.each([
    [1, 'before'],
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
  ] as const)('at entry %i, %s it is written, is completed by whoever approves again', async (nth, when) => {
    for (const by of [officer, second]) {
      const email = newEmail()
      const taxId = newTaxId()
      const id = await confirmed(email, { organisation: { kind: 'developer', name: 'Half', taxId } })
      const { organisation } = (await officer.get(`/national/registrations/${id}`)).body
      const key = randomUUID()
      endAt(nth, when)
      expect((await approve(officer, id, {}, key)).status).toBe(503)
      vi.restoreAllMocks()
      expect((await officer.get(`/national/registrations/${id}`)).body.status).toBe('open')
      expect((await reject(officer, id)).body.code).toBe('registration-decided')
      const body = await done(approve(by, id, {}, by === officer ? key : randomUUID()))
      expect(body.organisation).toBe(organisation)
      expect(await written('OrganisationRegistered', String(organisation))).toBe(1)
      expect(await written('MandateGranted', String(organisation))).toBe(1)
      expect((await officer.get(`/national/organisations/${organisation}`)).body.details).toMatchObject({ taxId })
      expect((await registry.signIn(email)).organisation).toBe(organisation)
    }
  })

  it('may still be rejected, a minute later, where nothing was written', async () => {
    const email = newEmail()
    const id = await confirmed(email)
    endAt(1, 'before')
    expect((await approve(officer, id)).status).toBe(503)
    vi.restoreAllMocks()
    registry.pass(61_000)
    expectStatus(await reject(second, id), 201)
    expect((await approve(officer, id)).body.code).toBe('registration-decided')
    const again = { email, name: 'Ana', organisation: developer.id, role: 'ViewOnly' }
    expectStatus(await officer.post('/national/users', again), 201)
  })
})

describe('joining an organisation', () => {
  it('waits for its Admin, who says as what', async () => {
    const email = newEmail()
    const id = await confirmed(email, { join: developer.id })
    for (const by of [rival.admin, reader]) expect((await approve(by, id)).status).toBe(404)
    expect((await approve(developer.admin, id, { role: 'Emperor' })).body).toMatchObject({ code: 'role-unknown' })
    const body = await done(approve(developer.admin, id, { role: 'ViewOnly', limit: '5' }))
    expect(body).toMatchObject({ organisation: developer.id, role: 'ViewOnly' })
    expect(await written('OrganisationRegistered', developer.id)).toBe(1)
    expect((await (await registry.signIn(email)).get('/national/sessions/current')).body).toMatchObject({ limit: '5' })
  })

  it('asks for an organisation that is there and active', async () => {
    expect((await ask(newEmail(), { join: 'f'.repeat(32) })).body.code).toBe('organisation-unknown')
    const { id } = await registry.newOrganisation(officer, 'Halted')
    const waiting = await confirmed(newEmail(), { join: id })
    expectStatus(await officer.post(`/national/organisations/${id}/suspend`, { reason: 'investigation' }), 200)
    expect((await ask(newEmail(), { join: id })).body.code).toBe('organisation-suspended')
    expect((await approve(officer, waiting)).status).toBe(201)
    expect((await ask(newEmail(), { join: id, organisation: { kind: 'developer', name: 'x' } })).status).toBe(400)
    expect((await ask(newEmail(), {})).status).toBe(400)
  })

  it('may not be approved by a mandate that was limited more than what it gives', async () => {
    const admin = newEmail()
    const wish = { email: admin, name: 'Small', organisation: developer.id, role: 'Admin', limit: '10' }
    expectStatus(await officer.post('/national/users', wish), 201)
    const small = await registry.signIn(admin)
    const id = await confirmed(newEmail(), { join: developer.id })
    expect((await approve(small, id, { role: 'Admin' })).body.code).toBe('mandate-limit')
    expect((await officer.get(`/national/registrations/${id}`)).body.status).toBe('open')
  })
})

describe('what strangers may hear and do', () => {
  it('is the same whether an address or a tax id is known', async () => {
    const known = newEmail()
    const taxId = newTaxId()
    expectStatus(
      await officer.post('/national/users', { email: known, name: 'K', organisation: rival.id, role: 'ViewOnly' }),
      201,
    )
    expectStatus(await officer.post('/national/organisations', { kind: 'developer', name: 'Known', taxId }), 201)
    const shape = (answer: Awaited<ReturnType<typeof ask>>) => [
      answer.status,
      Object.keys(answer.body).toSorted(),
      Object.keys(answer.headers).toSorted(),
    ]
    const stranger = await ask(newEmail(), { organisation: { kind: 'developer', name: 'A', taxId: newTaxId() } })
    const knows = await ask(known.toUpperCase(), { organisation: { kind: 'developer', name: 'A', taxId } })
    expect(shape(knows)).toEqual(shape(stranger))
    expect(
      (await developer.admin.post('/national/organisations', { kind: 'developer', name: 'A', taxId })).body.code,
    ).toBe('not-permitted')
    const url = registry.confirmations.get(known.toUpperCase())?.pop() ?? ''
    expect((await confirmWith(url)).body.code).toBe('email-taken')
  })

  it('needs the mail of the address: nobody registers under somebody else’s', async () => {
    const email = newEmail()
    await done(ask(email))
    const open = (await officer.get('/national/registrations?limit=200')).body.items as { person: { email: string } }[]
    expect(open.map(({ person }) => person.email)).not.toContain(email)
    for (const token of ['x', 'A'.repeat(43), 'http://localhost:3030/registrations/confirm']) {
      expect((await confirmWith(token)).body.code).toBe('link-unknown')
    }
    const url = registry.confirmations.get(email)?.pop() ?? ''
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await confirmWith(url)).status))
    expect(statuses.toSorted()).toEqual([201, 404, 404, 404, 404])
    const { rows } = await registry.services.pool.query('SELECT * FROM content_registration WHERE email = $1', [email])
    expect(JSON.stringify(rows)).not.toContain(new URL(url).searchParams.get('token'))
  })

  it('takes an address that became a user’s while the request waited, in whatever case, for taken', async () => {
    const email = newEmail()
    const id = await confirmed(email)
    const user = { email: email.toUpperCase(), name: 'K', organisation: rival.id, role: 'ViewOnly' }
    expectStatus(await officer.post('/national/users', user), 201)
    expect((await approve(officer, id)).body.code).toBe('email-taken')
    expect((await officer.get(`/national/registrations/${id}`)).body.status).toBe('open')
  })

  it('shows markup in a name as text', async () => {
    const id = await confirmed(newEmail(), undefined, { name: '<b onload=alert(1)>Ana</b>' })
    expect((await officer.get(`/national/registrations/${id}`)).body).toMatchObject({
      person: { name: '<b onload=alert(1)>Ana</b>' },
    })
  })

  it('forgets a request that nobody confirmed', async () => {
    const email = newEmail()
    await done(ask(email))
    const url = registry.confirmations.get(email)?.pop() ?? ''
    registry.pass(CONFIRM_MS)
    expect((await confirmWith(url)).body.code).toBe('link-unknown')
    await done(ask(newEmail()))
    const { rows } = await registry.services.pool.query('SELECT 1 FROM content_registration WHERE email = $1', [email])
    expect(rows).toEqual([])
  })

  it.each([
    ['a line break in a name', { name: 'Ana\r\nBcc: all@example.org' }],
    ['a turned direction in a name', { name: 'Ana \u202e gro' }],
    ['a line break in an address', { email: 'ana@example.org\r\nBcc: b@example.org' }],
    ['two addresses', { email: 'ana@example.org,b@example.org' }],
    ['a dotless i', { email: 'ana@exampl\u0131.org' }],
    ['a Kelvin sign', { email: '\u212aate@example.org' }],
    ['a full-width letter', { email: '\uff41na@example.org' }],
    ['an unknown language', { language: 'xx' }],
    ['markup for a phone', { phone: '<script>' }],
  ])('refuses %s', async (_what, more) => {
    expect((await ask(newEmail(), undefined, more)).status).toBe(400)
  })
})

describe('the flood', () => {
  it('is stopped per network, and an address is sent few links whoever asks', async () => {
    await registry.services.pool.query('DELETE FROM content_throttle')
    const email = newEmail()
    const answers = await Promise.all(Array.from({ length: LIMITS.network.most + 5 }, () => ask(email)))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(5)
    expect(refused[0]?.body).toMatchObject({ code: 'too-many-requests' })
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(LIMITS.network.most)
    expect(registry.confirmations.get(email)).toHaveLength(LIMITS.address.most)
    registry.pass(LIMITS.network.windowMs)
    expectStatus(await ask(newEmail()), 201)
    const { rows } = await registry.services.pool.query('SELECT key FROM content_throttle')
    expect(JSON.stringify(rows)).not.toMatch(/127\.0\.0\.1|@/)
  })

  it('is counted by the address that a trusted proxy names, and by none that anybody else does', async () => {
    const body = () => ({ email: newEmail(), name: 'Ana', organisation: { kind: 'developer', name: 'X' } })
    const statuses = async (app: FastifyInstance, address: (at: number) => string) => {
      await registry.services.pool.query('DELETE FROM content_throttle')
      const answers = await Promise.all(
        Array.from({ length: LIMITS.network.most + 1 }, (_, at) =>
          app.inject({
            method: 'POST',
            url: '/national/registrations',
            headers: { 'content-type': 'application/json', 'x-forwarded-for': address(at) },
            payload: JSON.stringify(body()),
          }),
        ),
      )
      return answers.filter(({ statusCode }) => statusCode === 429).length
    }
    const behind = await createApp(registry.services, { trustProxy: ['127.0.0.1'] })
    try {
      expect(await statuses(registry.app, (at) => `192.0.2.${at}`)).toBe(1)
      expect(await statuses(behind, (at) => `192.0.2.${at}`)).toBe(0)
      expect(await statuses(behind, (at) => `203.0.113.${at}, 192.0.2.1`)).toBe(1)
    } finally {
      await behind.close()
    }
  })

  it('counts the addresses of one household as one', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2')
    expect(networkOf('2001:db8:1:2::9')).toBe('2001:db8:1:2')
    expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0')
    expect(networkOf('::1')).toBe('0:0:0:0')
    expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7')
    expect(networkOf('192.0.2.7')).toBe('192.0.2.7')
  })
})

describe('the page of the link', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const submit = (token: string, headers = {}) =>
    registry.app.inject({
      method: 'POST',
      url: '/registrations/confirm',
      headers: { ...form, ...headers },
      payload: `token=${encodeURIComponent(token)}`,
    })

  it('changes nothing when it is opened, and confirms by its button', async () => {
    await registry.services.pool.query('DELETE FROM content_throttle')
    const email = newEmail()
    await done(ask(email))
    const url = new URL(registry.confirmations.get(email)?.pop() ?? '')
    const token = url.searchParams.get('token') ?? ''
    const page = await registry.app.inject({ url: url.pathname + url.search })
    expect(page.body).toContain(`name="token" value="${token}"`)
    expect((await submit(token, { origin: 'https://evil.example' })).statusCode).toBe(403)
    expect((await submit(token, { origin: 'http://localhost:3030' })).statusCode).toBe(200)
    expect((await submit(token)).statusCode).toBe(404)
    expect((await registry.app.inject({ url: '/registrations/confirm' })).statusCode).toBe(400)
  })
})
