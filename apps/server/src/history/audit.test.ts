import { randomUUID } from 'node:crypto'
import { type AuditEvent, REGISTRY_EVENTS } from '@tallystick/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forgetSignIns, noteSignIn } from '../platform/sign-ins.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { followLog } from './acted.ts'

let all: World
let batch = ''
const FORMULA = '=HYPERLINK("http://example.org","x")'

beforeAll(async () => {
  all = await world()
  const { registry, officer, sunfield, harbour, project } = all
  batch = (await all.issue('2024', '1000')).id
  const units = { batch, from: sunfield.holding }
  for (const quantity of ['1', '2', '3', '4']) {
    await done(sunfield.admin.post('/national/transfers', { ...units, to: harbour.holding, quantity }))
  }
  const end = { ...units, quantity: '5', purpose: 'voluntary', beneficiary: { name: 'Fähren GmbH', country: 'DE' } }
  await done(sunfield.admin.post('/national/retirements', end))
  await done(
    officer.post(`/national/projects/${project.id}/moves`, { move: 'suspend', reason: 'integrity', text: 'Smoke.' }),
  )
  await done(officer.post(`/national/projects/${project.id}/moves`, { move: 'resume' }))
  await registry.newOrganisation(officer, FORMULA)
  const key = await done(sunfield.admin.post('/national/api-keys', { name: 'A program', scopes: ['read'] }))
  await done(officer.delete(`/national/api-keys/${key.id}`), 200)
  const issue = { authorisation: all.authorisation, vintage: '2024', quantity: '7' }
  expectStatus(await officer.post('/national/batches', issue), 202)
  const user = expectStatus(await harbour.admin.get('/national/sessions/current'), 200).body.user as { id: string }
  const third = await registry.join(officer, sunfield.id, 'Manager', 'third.person@example.org')
  const session = expectStatus(await third.get('/national/sessions/current'), 200).body.user as { id: string }
  expectStatus(await sunfield.admin.post(`/national/users/${session.id}/role`, { role: 'ViewOnly' }), 201)
  const { services } = registry
  for (const outcome of ['sign-in', 'sign-in-refused', 'sign-in-refused'] as const) {
    await noteSignIn(services, { user: user.id, address: '192.0.2.7', outcome })
  }
  await noteSignIn(services, { user: undefined, address: '2001:db8:1:2:3::4', outcome: 'sign-in-refused' })
})
afterAll(() => all.registry.close())

async function page(query: string, who: Person = all.officer) {
  const { body } = expectStatus(await who.get(`/national/audit${query}`), 200)
  return body as unknown as { items: AuditEvent[]; next: string | null; behind: number }
}

/** Every page of a search. */
async function search(query: Record<string, string>, limit = 200): Promise<AuditEvent[]> {
  const found: AuditEvent[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const asked = new URLSearchParams({ ...query, limit: `${limit}`, ...(cursor === '' ? {} : { cursor }) })
    const { items, next, behind } = await page(`?${asked}`)
    expect(behind).toBe(0)
    found.push(...items)
    cursor = next
  }
  return found
}

const typesOf = (events: readonly AuditEvent[]) => [...new Set(events.map(({ type }) => type))].sort()

describe('a search of the audit', () => {
  it('is for those whom the permission table names', async () => {
    const { registry, sunfield, officer } = all
    expect(await registry.nobody.get('/national/audit')).toMatchObject({ status: 401 })
    for (const path of ['/national/audit', '/national/audit.csv']) {
      expect(await sunfield.admin.get(path)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
    }
    expectStatus(await registry.root.get('/national/audit'), 200)
    const viewer = await registry.join(registry.root, registry.root.organisation, 'ViewOnly')
    expect(await viewer.get('/national/audit')).toMatchObject({ status: 403 })
    const made = await done(officer.post('/national/api-keys', { name: 'Reader', scopes: ['read'] }))
    const answer = await registry.app.inject({ url: '/national/audit', headers: { api_key: String(made.key) } })
    expect(answer.json()).toMatchObject({ status: 403, code: 'forbidden' })
  })

  it('finds every entry of the log, and what the registry did besides, newest first', async () => {
    const found = await search({})
    const { size } = await all.registry.services.ledger.head()
    const indexes = found.flatMap(({ index }) => index ?? [])
    expect(indexes).toEqual(Array.from({ length: size }, (_, at) => size - 1 - at))
    const times = found.map(({ at }) => at)
    expect(times).toEqual(times.toSorted().reverse())
    const events = found.filter(({ source }) => source === 'registry')
    expect(typesOf(events)).toEqual([
      ...['api-key-made', 'api-key-revoked', 'proposal-approved', 'proposal-made', 'role-changed'],
      ...['sign-in', 'sign-in-refused'],
    ])
  })

  it('tells who it was, by name, also after a change of role', async () => {
    const [transfer] = await search({ type: 'CreditsTransferred' })
    expect(transfer?.by).toMatchObject({ role: 'developer/Admin', person: { name: 'A Admin' } })
    const [issued] = await search({ type: 'BatchIssued' })
    expect(issued?.approvals).toMatchObject([{ role: 'government/Admin', person: { name: 'A Admin' } }])
    const [revoked] = await search({ type: 'api-key-revoked' })
    expect(revoked).toMatchObject({ sentence: 'A Admin revoked the API key “A program”.' })
  })

  it('finds by whoever acted or approved, whatever the mandate was', async () => {
    const { second } = all
    const me = expectStatus(await second.get('/national/sessions/current'), 200).body as {
      user: { id: string }
      mandate: string
    }
    for (const actor of [me.user.id, me.mandate]) {
      const found = await search({ actor })
      expect(typesOf(found)).toEqual(['BatchIssued', 'proposal-approved', 'sign-in'])
    }
    expect(await search({ actor: '0'.repeat(32) })).toEqual([])
    const everything = await search({})
    const of = (type: string) => everything.filter((event) => event.type === type)
    for (const type of REGISTRY_EVENTS) {
      const actors = [...of(type).flatMap(({ by }) => by?.mandate ?? []), me.mandate]
      for (const actor of new Set(actors)) {
        const expected = of(type).filter(({ by }) => by?.mandate === actor)
        expect(await search({ actor, type }), type).toEqual(expected)
      }
    }
  })

  it('finds by action, a whole family of them, and of what the registry did', async () => {
    const moves = await search({ action: 'projects.move.*' })
    expect(typesOf(moves)).toEqual(['ProjectMoved'])
    expect(moves).toHaveLength(3)
    expect(await search({ action: 'projects.move.suspend' })).toHaveLength(1)
    expect(typesOf(await search({ action: 'mandates.developer/ViewOnly' }))).toEqual(['MandateGranted'])
    expect(typesOf(await search({ action: 'keys.*' }))).toEqual(['api-key-made', 'api-key-revoked'])
    expect(await search({ action: 'nothing.such' })).toEqual([])
    expect(typesOf(await search({ action: 'credits.transfer' }))).toEqual(['CreditsTransferred'])
  })

  it('finds by words of names, titles, reasons, beneficiaries and people', async () => {
    expect((await search({ text: 'smoke' })).map(({ type }) => type)).toEqual(['ProjectMoved'])
    expect(typesOf(await search({ text: 'FÄHREN gmb' }))).toEqual(['CreditsRetired'])
    expect(typesOf(await search({ text: 'salt lake', type: 'ProjectRegistered' }))).toEqual(['ProjectRegistered'])
    const sunfield = await search({ text: 'sunfield' })
    expect(sunfield.length).toBeGreaterThan(6)
    const third = await search({ text: 'third.person@example.org' })
    expect(typesOf(third)).toEqual(['sign-in'])
    expect(third.map(({ by }) => by?.person?.name)).toEqual(['A Manager'])
    expect(await search({ text: `' | 'zz' & ! :*` })).toEqual([])
    expect(await all.officer.get('/national/audit?text=%27')).toMatchObject({ status: 400 })
  })

  it('any filters together find what each of them finds', async () => {
    const everything = await search({})
    const { sunfield, harbour, project, officer } = all
    const me = expectStatus(await officer.get('/national/sessions/current'), 200).body as { mandate: string }
    const streams = new Map<number, string[]>()
    const { size } = await all.registry.services.ledger.head()
    for (const { index, bytes } of await all.registry.services.ledger.entries(0, size)) {
      const entry = JSON.parse(new TextDecoder().decode(bytes)) as { streams: [string, number][] }
      streams.set(
        index,
        entry.streams.map(([id]) => id),
      )
    }
    const within = (id: string) => (event: AuditEvent) =>
      event.index !== null && (streams.get(event.index)?.includes(id) ?? false)
    const doers = ({ by, approvals }: AuditEvent) => [...(by ? [by] : []), ...approvals]
    const times = everything.map(({ at }) => at)
    type Filter = [name: string, value: string, fits: (event: AuditEvent) => boolean]
    const filters = fc.constantFrom<Filter>(
      ...[me.mandate].map((one): Filter => ['actor', one, (event) => doers(event).some((by) => by.mandate === one)]),
      ...[sunfield.id, harbour.id, officer.organisation].map(
        (id): Filter => ['organisation', id, (event) => doers(event).some((by) => by.organisation.id === id)],
      ),
      ...typesOf(everything).map((type): Filter => ['type', type, (event) => event.type === type]),
      ...['credits.transfer', 'projects.move.suspend', 'accounts.open', 'mandates.*', 'keys.make'].map(
        (action): Filter => {
          const fits = (one: string) => (action.endsWith('*') ? one.startsWith(action.slice(0, -1)) : one === action)
          return ['action', action, ({ actions }) => actions.some(fits)]
        },
      ),
      ['project', project.id, within(project.id)],
      ['account', sunfield.holding, within(sunfield.holding)],
      ['account', harbour.holding, within(harbour.holding)],
      ...times.flatMap((at): Filter[] => [
        ['from', at, (event) => event.at >= at],
        ['to', at, (event) => event.at < at],
      ]),
    )
    const some = fc.uniqueArray(filters, { selector: ([name]) => name, minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(some, fc.integer({ min: 1, max: 9 }), async (chosen, limit) => {
        const query = Object.fromEntries(chosen.map(([name, value]) => [name, value]))
        const expected = everything.filter((event) => chosen.every(([, , fits]) => fits(event)))
        expect(await search(query, limit)).toEqual(expected)
      }),
      { numRuns: 120 },
    )
  })

  it('refuses filters that it does not know, and values that are none', async () => {
    const { officer } = all
    for (const query of [
      '?sort=at',
      '?actor=1',
      `?type=${encodeURIComponent("x' OR 1=1")}`,
      '?action=a;b',
      '?from=now',
    ]) {
      expect(await officer.get(`/national/audit${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid-request' },
      })
    }
    for (const key of [[1], [-1, '', ''], [1, 'x', ''], ['1', '', '']]) {
      const cursor = Buffer.from(JSON.stringify(key)).toString('base64url')
      expect(await officer.get(`/national/audit?cursor=${cursor}`)).toMatchObject({ body: { code: 'cursor-invalid' } })
    }
  })

  it('forgets the words of a text that was erased', async () => {
    const { services } = all.registry
    const { rows } = await services.pool.query<{ commitment: string }>(
      `SELECT commitment FROM content_opening WHERE value::text LIKE '%Fähren%'`,
    )
    await services.openings.forget(rows.map(({ commitment }) => commitment))
    expect(await search({ text: 'Fähren' })).toEqual([])
    const { rows: left } = await services.pool.query(
      `SELECT * FROM content_stated WHERE words @@ '''fähren'''::tsquery`,
    )
    expect(left).toEqual([])
  })

  it('makes its index anew where the log is another', async () => {
    const { services } = all.registry
    const before = await search({ organisation: all.sunfield.id })
    await services.pool.query(`UPDATE content_audited SET next = next - 1, leaf = 'another'`)
    await services.pool.query('DELETE FROM content_acted WHERE index % 2 = 0')
    expect(await search({ organisation: all.sunfield.id })).toEqual(before)
  })

  it('many who search at once find the same, and take each entry in once', async () => {
    await all.registry.services.pool.query(`UPDATE content_audited SET next = 0, leaf = ''`)
    await all.registry.services.pool.query('DELETE FROM content_acted')
    const found = await Promise.all(Array.from({ length: 8 }, () => search({ organisation: all.harbour.id })))
    for (const one of found) expect(one).toEqual(found[0])
    expect(await followLog(all.registry.services)).toBe(0)
  })
})

describe('the file of a search', () => {
  it('has a row for each, and no cell that a spreadsheet would carry out', async () => {
    const answer = await all.registry.app.inject({
      url: '/national/audit.csv?type=OrganisationRegistered',
      headers: { authorization: `Bearer ${all.officer.token}` },
    })
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(answer.headers['content-disposition']).toBe('attachment; filename="audit.csv"')
    const rows = answer.body.split('\r\n')
    expect(rows[0]).toMatch(/^at,source,type,actions,/)
    expect(rows).toHaveLength(3 + 2)
    const everything = await all.registry.app.inject({
      url: `/national/audit.csv`,
      headers: { authorization: `Bearer ${all.officer.token}` },
    })
    expect(everything.body).toContain('HYPERLINK')
    expect(everything.body).not.toMatch(/(^|[,\n])"?[=+@-]/m)
    const { size } = await all.registry.services.ledger.head()
    expect(everything.body.split('\r\n').length).toBeGreaterThan(size)
  })
})

describe('sign-ins', () => {
  it('are told with who, when and a keyed hash of the network; refusals are counted', async () => {
    const found = (await search({ type: 'sign-in-refused' })).filter(({ by }) => by !== null)
    expect(found).toMatchObject([{ times: 2, sentence: 'A Admin was refused a sign-in 2 times within an hour.' }])
    const [unknown] = (await search({ type: 'sign-in-refused' })).filter(({ by }) => by === null)
    expect(unknown?.sentence).toBe('Somebody was refused a sign-in.')
    const { rows } = await all.registry.services.pool.query('SELECT * FROM content_sign_in')
    expect(JSON.stringify(rows)).not.toMatch(/192\.0\.2|2001:db8/)
  })

  it('of one network have one hash, of others another', async () => {
    const { services } = all.registry
    const tell = (address: string) => noteSignIn(services, { user: undefined, address, outcome: 'sign-in' })
    for (const address of ['2001:db8:7::1', '2001:db8:7::2', '198.51.100.1']) await tell(address)
    const networks = (await search({ type: 'sign-in' })).slice(0, 3).map(({ network }) => network)
    expect(new Set(networks).size).toBe(2)
  })

  it('of a person who is erased are gone, and old ones are forgotten', async () => {
    const { registry } = all
    const { services } = registry
    const id = randomUUID().replaceAll('-', '')
    await services.pool.query(
      `INSERT INTO content_user (id, email, name, created_at, key_sender, key_id) VALUES ($1, $1, 'N', now(), 's', 'k')`,
      [id],
    )
    await noteSignIn(services, { user: id, address: '192.0.2.1', outcome: 'sign-in' })
    await services.pool.query('DELETE FROM content_user WHERE id = $1', [id])
    const { rows } = await services.pool.query('SELECT 1 FROM content_sign_in WHERE user_id = $1', [id])
    expect(rows).toEqual([])
    expect(await forgetSignIns(services, 1)).toBe(0)
    registry.pass(2 * 86_400_000)
    expect(await forgetSignIns(services, 1)).toBeGreaterThan(3)
    const { rowCount } = await services.pool.query('SELECT 1 FROM content_sign_in')
    expect(rowCount).toBe(0)
  })
})
