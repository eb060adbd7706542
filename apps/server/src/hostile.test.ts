import { randomUUID } from 'node:crypto'
import { statusesOf } from '@tallystick/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anyRequest, anyText, type HostileRequest, type Known, oddTexts, percent } from './hostile.fixture.ts'
import { expectStatus, type Person } from './registry.fixture.ts'
import { type World, world } from './world.fixture.ts'

let all: World
let known: Known
/** Signs out and is removed, so that the others stay. */
let spare: Person

beforeAll(async () => {
  all = await world()
  const { registry, officer, sunfield, harbour, project, authorisation } = all
  const { id: batch } = await all.issue('2024', '100')
  const units = { batch, from: sunfield.holding }
  const { admin } = sunfield
  expectStatus(await admin.post('/national/transfers', { ...units, to: harbour.holding, quantity: '5' }), 201)
  const end = { ...units, quantity: '5', purpose: 'voluntary', beneficiary: { name: 'Somebody' } }
  expectStatus(await admin.post('/national/retirements', end), 201)
  expectStatus(await admin.post('/national/cancellations', end), 201)
  const held = { batch, range: { first: '90', last: '95' }, reason: 'investigation' }
  const hold = expectStatus(await officer.post('/national/holds', held), 201)
  const issue = { authorisation, vintage: '2024', quantity: '7' }
  const proposal = expectStatus(await officer.post('/national/batches', issue), 202)
  spare = await registry.join(officer, sunfield.id, 'Admin')
  const session = expectStatus(await spare.get('/national/sessions/current'), 200)
  await registry.publish()
  const { user } = session.body as { user: { id: string } }
  const accounts = [sunfield.holding, harbour.holding]
  const more = await somethingOfEach(batch)
  const fields = {
    ...more,
    ...{ '{accounts}': [...accounts, sunfield.retirement], '{batches}': [batch], '{holds}': [String(hold.body.id)] },
    ...{ '{organisations}': [sunfield.id], '{projects}': [project.id], '{proposals}': [String(proposal.body.id)] },
    ...{ '{users}': [user.id], account: accounts, from: accounts, to: accounts, batch: [batch], project: [project.id] },
    ...{
      authorisation: [authorisation],
      organisation: [sunfield.id, harbour.id],
      sha256: [String(proposal.body.sha256)],
    },
    ...{
      kind: ['developer'],
      role: ['Admin'],
      unitType: ['ITMO'],
      vintage: ['2024'],
      purposes: ['NDC'],
      share: ['100'],
    },
    ...{
      firstTransfer: ['authorisation'],
      cooperativeApproach: ['CA0001'],
      move: ['register'],
      purpose: ['voluntary'],
    },
    ...{
      sectoralScope: ['1'],
      reason: ['investigation'],
      certificate: ['1', '2'],
      wait: ['proof'],
      quantity: ['1', '2'],
    },
    ...{ text: ['XT-ITMO-1-001-2024-0-1-10', 'XT-ITMO-1-001-2024-0-90-120'], serial: ['XT-ITMO-1-001-2024-0-20-21'] },
  }
  const texts = [
    '0',
    '7',
    '30',
    '100',
    'open',
    'AMS-I.D',
    'somebody@example.org',
    'DE',
    '2024-01-01',
    'https://example.org',
  ]
  const abroad = '9999-VCU-001-001-VCS-VCU-1-VER-XT-1-1-01012020-31122020-0'
  known = { texts: [...texts, abroad, ...Object.values(fields).flat()], fields }
})
afterAll(() => all.registry.close())

/** A movement that waits, a pledge, a reversal, and accounts of further kinds: ids by what stands before them in a path. */
async function somethingOfEach(batch: string): Promise<Record<string, string[]>> {
  const { officer, sunfield, harbour, project, authorisation, registry } = all
  const idOf = async (answer: ReturnType<Person['post']>) => String(expectStatus(await answer, 201).body.id)
  const units = { batch, from: sunfield.holding }
  const proposal = { kind: 'transfer', ...units, to: harbour.holding, quantity: '3', acceptance: true }
  const movement = await idOf(sunfield.admin.post('/national/movements', proposal))
  const pledge = { batch, account: sunfield.holding, to: harbour.id, reason: 'collateral', quantity: '3' }
  const pledged = await idOf(sunfield.admin.post('/national/pledges', pledge))
  const report = { project: project.id, occurredOn: '2026-01-01', cause: 'fire' }
  const reversal = await idOf(officer.post('/national/reversals', report))
  const kinds = [{ kind: 'buffer' }, { kind: 'ndc-use' }, { kind: 'foreign', registry: 'KEN01' }]
  const body = { organisation: registry.root.organisation, accounts: kinds }
  const opened = expectStatus(await officer.post('/national/accounts', body), 201).body
  const ids = (opened.accounts as { id: string }[]).map(({ id }) => id)
  return {
    '{movements}': [movement],
    '{pledges}': [pledged],
    '{reversals}': [reversal],
    '{authorisations}': [authorisation],
    reversal: [reversal],
    receiver: [harbour.holding],
    repays: [project.id],
    buffer: ids,
    serials: ['XT-ITMO-1-001-2024-0-1-10', 'CA0007-KEN01-KEN-1-2024'],
    expiresAt: [new Date(registry.services.clock().getTime() + 86_400_000).toISOString()],
    certified: ['0.5', '12.25'],
    cause: ['fire'],
  }
}

/** Sends it; whatever is written is provable at once, so that no question waits for a checkpoint. */
async function send({ operation, url, body }: HostileRequest, who: Person, headers: Record<string, string> = {}) {
  const { app } = all.registry
  const answer = await app.inject({
    method: operation.method,
    url,
    headers: {
      ...(who.token ? { authorization: `Bearer ${who.token}` } : {}),
      ...(operation.command ? { 'idempotency-key': randomUUID() } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  if (answer.statusCode < 300 && operation.method !== 'GET') await all.registry.publish()
  return answer
}

it('whatever is asked of an operation, its answer is one that the contract names', async () => {
  const { officer, sunfield, registry } = all
  const request = fc.constantFrom(...registry.app.operations).chain((operation) => anyRequest(operation, known))
  await fc.assert(
    fc.asyncProperty(request, fc.nat(9), async (asked, at) => {
      const signedIn = at < 2 ? sunfield.admin : officer
      const who = asked.operation.id === 'signOut' ? spare : at === 9 ? registry.nobody : signedIn
      const answer = await send(asked, who)
      const named = statusesOf(asked.operation)
      // An empty part of a path is another address; one that is too long, or no percent-encoding, is none.
      if (answer.statusCode === 404 && answer.json().code === 'not-found') named.add(404)
      expect([...named, 405], answer.body).toContain(answer.statusCode)
    }),
    { numRuns: 900 },
  )
})

it('whatever the headers hold, no operation fails', async () => {
  const names = [
    ...['authorization', 'cookie', 'idempotency-key', 'accept', 'accept-encoding', 'accept-language', 'content-type'],
    ...['content-encoding', 'origin', 'referer', 'sec-fetch-site', 'host', 'if-none-match', 'if-modified-since'],
    ...['range', 'expect', 'x-request-id', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded'],
    ...['api_key', 'x-http-method-override', 'prefer', 'traceparent', 'upgrade', 'connection', 'te', 'accept-version'],
  ]
  const token = all.officer.token
  const meant = [
    ...['application/json', 'application/json; charset=utf-16', 'text/html', '*/*', 'gzip', 'bytes=0-', 'same-origin'],
    ...['http://localhost:3030', 'null', 'localhost:80', '[::1', 'close', `Bearer ${token}`, 'Bearer', 'Basic e30='],
    ...[
      `tallystick_session=${token}`,
      `tallystick_session=${token}; tallystick_session=%`,
      'a="b',
      '=;;=',
      '100-continue',
    ],
  ]
  const value = anyText({ texts: meant, fields: {} }).map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, ''))
  const headers = fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1, maxKeys: 4 })
  const request = fc.constantFrom(...all.registry.app.operations).chain((operation) => anyRequest(operation, known))
  await fc.assert(
    fc.asyncProperty(request, headers, async (asked, sent) => {
      const who = asked.operation.id === 'signOut' ? spare : all.officer
      const answer = await send(asked, who, sent)
      expect([answer.statusCode < 500, answer.body]).toEqual([true, answer.body])
    }),
    { numRuns: 400 },
  )
})

it('whatever a page is asked for, it does not fail', async () => {
  const places = ['/serials/', '/serials?q=', '/entries/', '/projects/', '/log/', '/log/tile/0/', '/log/tile/entries/']
  const more = ['/log/content/', '/sign-in?token=', '/assets/', '/source?', '/national/openapi.json?', '/verify?', '/?']
  const files = ['x001/234', '000', '000.p/1', '000.p/256', 'checkpoint', 'keys.json', 'x999/x999/x999/999']
  const piece = anyText({ ...known, texts: [...known.texts, ...files] })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places, ...more), piece, fc.boolean(), async (place, text, forBrowser) => {
      const accept = forBrowser ? 'text/html' : '*/*'
      const answer = await all.registry.app.inject({ url: `${place}${percent(text)}`, headers: { accept } })
      expect([answer.statusCode < 500, answer.body]).toEqual([true, answer.body])
    }),
    { numRuns: 300 },
  )
})

it('the form of the sign-in page takes anything', async () => {
  for (const text of oddTexts) {
    const answer = await all.registry.app.inject({
      method: 'POST',
      url: '/sign-in',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `token=${percent(text)}&${percent(text)}=1`,
    })
    expect(answer.statusCode).toBeLessThan(500)
  }
})
