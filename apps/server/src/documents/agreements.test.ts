import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, done, expectStatus, type Person } from '../registry.fixture.ts'
import { type Holder, type World, world } from '../world.fixture.ts'
import { begin, example, write, writtenIn } from './written.fixture.ts'

let all: World
let batch = ''
/** Holds units, and owns no part of the project. */
let trader: Holder
let stranger: Person

beforeAll(async () => {
  all = await world('Selu Grid Solar Plant')
  const { registry, officer, sunfield } = all
  batch = (await all.issue('2024', '1000')).id
  const { id } = await done(officer.post('/national/organisations', { kind: 'holder', name: 'Trade Winds' }))
  const admin = await registry.join(officer, String(id), 'Admin', 'trader@example.org')
  const { accounts } = await done(officer.post('/national/accounts', { organisation: id }))
  const account = (kind: string) =>
    (accounts as { id: string; kind: string }[]).find((one) => one.kind === kind)?.id ?? ''
  trader = { id: String(id), admin, holding: account('holding'), retirement: account('retirement') }
  stranger = (await registry.newOrganisation(officer, 'Stranger Ltd')).admin
  await done(
    sunfield.admin.post('/national/transfers', { batch, from: sunfield.holding, to: trader.holding, quantity: '100' }),
  )
}, 120_000)
afterAll(() => all?.registry.close())

const kind = 'transfer-agreement'
const drafts = '/national/drafts'
const sides = () => ({ seller: trader.holding, buyer: all.harbour.holding })

interface Values {
  [section: string]: Record<string, unknown>
}

/** All that people write in it: so many units of 2024, from a number on. */
function written(first: number, count: number, kept: Values) {
  const last = first + count - 1
  const party = (name: string, country = 'XT') => ({ name, country, registration: `${country}-RC-1` })
  const own: Record<string, unknown> = {
    'parties.seller': party('Trade Winds'),
    'parties.buyer': party('Harbour Trading'),
    'units.unitType': 'ITMO',
    'units.mode': 'SPOT',
    'units.quantities': [{ vintage: '2024', quantity: String(count) }],
    'units.ranges': [{ vintage: '2024', start: String(first), end: String(last) }],
    'payment.sellerAccount': kept.payment?.sellerAccount,
    'payment.buyerAccount': kept.payment?.buyerAccount,
    'instruction.create': false,
  }
  const skipped = ['units.schedule', 'instruction.lockUntil', 'authorisation.authorisation']
  return writtenIn(example('selu.transfer.json'))
    .filter(({ path }) => !skipped.includes(path))
    .map(({ path, value }) => ({ path, value: (own[path] ?? value) as never }))
}

/** Writes the agreement anew, and submits it. */
async function agreed(who: Person, about: object, first: number, count: number): Promise<Answer['body']> {
  const { id, revision, document } = await begin(who, { project: all.project.id, kind, agreement: about })
  const next = await write(who, id, revision, written(first, count, document.values as Values))
  expect(expectStatus(await who.get(`${drafts}/${id}`), 200).body.problems).toEqual([])
  return done(who.post(`${drafts}/${id}/submission`, { revision: next, name: 'Sale' }))
}

/** Signs a place of a version. */
async function sign(who: Person, slot: string, of: Answer['body']): Promise<Answer> {
  const { agreement, version, sha256 } = of as unknown as Deal
  await done(who.post('/national/signing/codes', { sha256 }, { key: null }))
  const code = all.registry.messages.findLast((one) => one.startsWith('Code to sign with for '))?.slice(-8)
  const place = { project: all.project.id, document: kind, agreement: agreement.id, version, sha256, slot }
  const permit = await who.post('/national/signing/permits', { ...place, code }, { key: null })
  if (permit.status !== 201) return permit
  return who.post('/national/signatures', { permit: permit.body.permit, agreed: true })
}

interface Deal {
  agreement: { id: string }
  version: number
  sha256: string
}

let first: Answer['body']

it('whoever holds units of a project writes an agreement on them, and nobody else of it', async () => {
  const { sunfield, harbour, project } = all
  const about = { project: project.id, kind, agreement: sides() }
  for (const who of [harbour.admin, sunfield.admin, stranger])
    expect(await who.post(drafts, about)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await trader.admin.post(drafts, { project: project.id, kind })).toMatchObject({ status: 422 })
  for (const agreement of [{ seller: trader.holding }, { id: '0'.repeat(32), ...sides() }, {}])
    expect(await trader.admin.post(drafts, { ...about, agreement })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'agreement', message: 'give either id, or seller and buyer' }] },
    })
  const begun = await begin(trader.admin, about)
  expect(begun).toMatchObject({ agreement: { id: expect.any(String), ...sides() } })
  expect(begun.document.values).toMatchObject({
    parties: { seller: { name: 'Trade Winds', id: trader.id }, buyer: { name: 'Harbour Trading', id: harbour.id } },
    units: { ranges: [{ vintage: '2024', start: '1', end: '100' }] },
    payment: { sellerAccount: trader.holding, buyerAccount: harbour.holding },
  })
  expect(await trader.admin.delete(`${drafts}/${begun.id}`)).toMatchObject({ status: 204 })
})

it('credits that the seller does not have, or that are on hold, keep it from being submitted', async () => {
  const { project } = all
  const { id, revision, document } = await begin(trader.admin, { project: project.id, kind, agreement: sides() })
  const next = await write(trader.admin, id, revision, written(91, 20, document.values as Values))
  const early = await trader.admin.post(`${drafts}/${id}/submission`, { revision: next })
  expect(early).toMatchObject({ status: 422, body: { code: 'document-unfinished' } })
  expect((early.body.errors as { field: string }[]).map(({ field }) => field)).toEqual(['units.ranges'])
  expect(await trader.admin.delete(`${drafts}/${id}`)).toMatchObject({ status: 204 })
})

it('two agreements of one project are two documents: both are in force, and neither is the other’s version', async () => {
  first = await agreed(trader.admin, sides(), 1, 10)
  expect(first).toMatchObject({ kind, version: 1, template: 'TRANSFER@1', agreement: { ...sides() } })
  const other = await agreed(trader.admin, sides(), 11, 10)
  expect(other).toMatchObject({ version: 1 })
  const { agreement } = first as unknown as Deal
  const renewed = await agreed(trader.admin, { id: agreement.id }, 1, 12)
  expect(renewed).toMatchObject({ version: 2, agreement: { id: agreement.id } })
  const at = `/national/documents/${renewed.sha256}/comparison?from=`
  const compared = expectStatus(await all.harbour.admin.get(`${at}${first.sha256}`), 200).body
  expect((compared.changes as { path: string }[]).map(({ path }) => path)).toContain('units.total')
  expect(await all.officer.get(`${at}${other.sha256}`)).toMatchObject({ status: 400 })
  expect(await all.registry.nobody.get(`/national/documents/${other.sha256}`)).toMatchObject({
    body: { inForce: true },
  })
  expect(
    await trader.admin.post(drafts, { project: all.project.id, kind, agreement: { id: '0'.repeat(32) } }),
  ).toMatchObject({
    status: 404,
    body: { code: 'agreement-unknown' },
  })
  first = renewed
})

it('its price is the two sides’ own: neither the owner of the project nor a stranger reads it, on no page', async () => {
  const { registry, officer, sunfield, harbour } = all
  const at = `/national/documents/${first.sha256}`
  for (const who of [registry.nobody, stranger, sunfield.admin]) {
    const { body } = expectStatus(await who.get(at), 200)
    expect(body.withheld).toEqual(expect.arrayContaining(['price.unitPrice', 'parties.details']))
    expect(Object.keys((body.document as { values: Values }).values.price ?? {})).toEqual([])
    expect((body.document as { values: Values }).values.units).toMatchObject({ total: '12' })
    expect(await who.get(`${at}/bytes`)).toMatchObject({ status: 403 })
  }
  for (const who of [trader.admin, harbour.admin, officer])
    expect(expectStatus(await who.get(at), 200).body).toMatchObject({ withheld: [] })
  const headers = { authorization: `Bearer ${harbour.admin.token}` }
  expect((await registry.app.inject({ url: `${at}/page?language=fr`, headers })).body).toContain('Trade Winds')
  expect((await registry.app.inject({ url: `${at}/pdf`, headers })).rawPayload.subarray(0, 5).toString()).toBe('%PDF-')
})

it('whoever submits its hash as a document of the project does not come to read it', async () => {
  const { sunfield, project } = all
  const at = `/national/documents/${first.sha256}`
  const body = { kind: 'project-design', sha256: first.sha256 }
  await done(sunfield.admin.post(`/national/projects/${project.id}/documents`, body))
  const shown = expectStatus(await sunfield.admin.get(at), 200).body
  expect(shown).toMatchObject({ kind, agreement: { id: (first as unknown as Deal).agreement.id }, version: 2 })
  expect(shown.withheld).toEqual(expect.arrayContaining(['price.unitPrice']))
  expect(await sunfield.admin.get(`${at}/bytes`)).toMatchObject({ status: 403 })
  const own = { project: project.id, kind: 'project-design' }
  const begun = await begin(sunfield.admin, own)
  expect(JSON.stringify(begun)).not.toContain('unitPrice')
  await sunfield.admin.delete(`${drafts}/${begun.id}`)
  expect(await all.harbour.admin.get(at)).toMatchObject({ body: { withheld: [] } })
})

it('both sides sign it, and then a transfer names it', async () => {
  const { harbour, sunfield, registry } = all
  const { agreement, sha256 } = first as unknown as Deal
  const move = (more: object = {}, who = trader, to = harbour.holding) =>
    who.admin.post('/national/transfers', {
      batch,
      from: who.holding,
      to,
      quantity: '12',
      agreement: { id: agreement.id },
      ...more,
    })
  expect(await move()).toMatchObject({ status: 409, body: { code: 'signatures-missing' } })
  expect(await sign(sunfield.admin, 'seller', first)).toMatchObject({ status: 403 })
  expect(await sign(trader.admin, 'seller', first)).toMatchObject({ status: 201, body: { agreement: agreement.id } })
  expect(await sign(trader.admin, 'buyer', first)).toMatchObject({ status: 403, body: { code: 'signer-wrong' } })
  expect(await sign(harbour.admin, 'buyer', first)).toMatchObject({ status: 201 })
  const at = `/national/projects/${all.project.id}/documents/${kind}/signatures?agreement=${agreement.id}`
  expect(await registry.nobody.get(at)).toMatchObject({
    body: { complete: true, places: [{ slot: 'seller' }, { slot: 'buyer' }] },
  })

  expect(await move({}, trader, sunfield.holding)).toMatchObject({ status: 404, body: { code: 'agreement-unknown' } })
  expect(await move({}, sunfield, harbour.holding)).toMatchObject({ status: 404, body: { code: 'agreement-unknown' } })
  expect(await move({ agreement: { id: agreement.id, sha256: '0'.repeat(64) } })).toMatchObject({
    status: 409,
    body: { code: 'terms-changed' },
  })
  const made = expectStatus(await move(), 201).body
  expect(made).toMatchObject({ quantity: '12', agreement: { id: agreement.id, sha256 } })
  expect(await registry.nobody.get(`/national/transfers/${made.id}`)).toMatchObject({ body: { agreement: { sha256 } } })
  const { entry } = expectStatus(await registry.nobody.get(`/national/entries/${made.id}`), 200).body
  expect(entry).toMatchObject({ type: 'CreditsTransferred', body: { agreement: { id: agreement.id, sha256 } } })
})

it('a transfer that waits keeps its agreement until it is accepted, and history tells of it', async () => {
  const { harbour, registry } = all
  const deal = await agreed(trader.admin, sides(), 21, 5)
  const { agreement } = deal as unknown as Deal
  await done(sign(trader.admin, 'seller', deal))
  await done(sign(harbour.admin, 'buyer', deal))
  const { id } = await done(
    trader.admin.post('/national/movements', {
      ...{ kind: 'transfer', batch, from: trader.holding, to: harbour.holding, acceptance: true },
      ...{ ranges: [{ first: '21', last: '25' }], agreement: { id: agreement.id } },
    }),
  )
  expect(await registry.nobody.get(`/national/movements/${id}`)).toMatchObject({
    body: { state: 'waiting', agreement: { id: agreement.id, sha256: deal.sha256 } },
  })
  await done(harbour.admin.post(`/national/movements/${id}/approvals`, {}))
  expect(await registry.nobody.get(`/national/movements/${id}`)).toMatchObject({
    body: { state: 'done', agreement: { id: agreement.id } },
  })
  const told = JSON.stringify((await registry.nobody.get(`/national/projects/${all.project.id}/timeline`)).body)
  expect(told).toContain('by a signed agreement')
})
