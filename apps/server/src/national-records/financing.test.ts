import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { fieldsOf, itemsOf, organisationOf, read, short, suspend } from './records.fixture.ts'

let all: World
let bank: { id: string; admin: Person }
let stranger: { id: string; admin: Person }

beforeAll(async () => {
  all = await world()
  bank = await organisationOf(all, 'holder', 'Green Bank')
  stranger = await organisationOf(all, 'developer', 'Stranger Ltd')
})
afterAll(() => all.registry.close())

const PATH = '/national/financing'
const character = {
  instruments: ['grant'],
  type: 'public',
  level: 'international',
  stream: 'climate-finance',
  esgClassification: 'A(R)',
  from: '2026-01-01',
  to: '2030-12-31',
}
const grant = { ...character, amount: '250000.50', currency: 'USD' }
const ofProject = (more: object = {}) => ({ project: all.project.id, investor: bank.id, ...grant, ...more })
const record = (who: Person, body: object = ofProject()) => who.post(PATH, body)
const decide = (who: Person, id: unknown, revision = 1, outcome = 'approved') =>
  who.post(`${PATH}/${id}/decisions`, { revision, outcome, ...(outcome === 'rejected' ? { reason: 'No.' } : {}) })

it('one side records, the other agrees, and no share of the project moves', async () => {
  const { sunfield, harbour, registry, project } = all
  const owners = (await read(registry.nobody, `/national/projects/${project.id}`)).owners
  const { size } = await registry.services.ledger.head()
  const made = await done(record(sunfield.admin))
  expect(made).toMatchObject({
    status: 'pending',
    investor: { id: bank.id, name: 'Green Bank' },
    terms: { amount: '250000.50', currency: 'USD' },
    organisation: { name: 'Sunfield Power' },
  })
  for (const who of [sunfield.admin, harbour.admin, stranger.admin]) {
    expect(short(await decide(who, made.id))).toEqual([403, 'not-permitted'])
  }
  expect(await done(decide(bank.admin, made.id))).toMatchObject({ status: 'approved' })

  const offer = await done(record(bank.admin))
  expect(short(await decide(bank.admin, offer.id))).toEqual([403, 'not-permitted'])
  expect(await done(decide(harbour.admin, offer.id))).toMatchObject({ status: 'approved' })
  expect((await read(registry.nobody, `/national/projects/${project.id}`)).owners).toEqual(owners)
  expect((await registry.services.ledger.head()).size).toBe(size)
})

it('amounts are for owners, investor and government; what is pending is for nobody else at all', async () => {
  const { sunfield, harbour, officer, registry } = all
  const certifier = await organisationOf(all, 'certifier', 'Auditors')
  const { id } = await done(record(sunfield.admin))
  const one = `${PATH}/${id}`
  const outside = [registry.nobody, stranger.admin, certifier.admin]
  const inside = [sunfield.admin, harbour.admin, bank.admin, officer]
  for (const who of outside) expect((await who.get(one)).status).toBe(404)
  for (const who of inside) expect(await read(who, one)).toMatchObject({ terms: { amount: '250000.50' } })
  await done(decide(officer, id))
  for (const who of outside) {
    const shown = await read(who, one)
    expect(shown).toMatchObject({ status: 'approved', instruments: ['grant'], terms: null })
    expect(JSON.stringify(shown)).not.toContain('250000')
    const listed = (await itemsOf(who, PATH)).filter((item) => item.id === id)
    expect(listed).toMatchObject([{ terms: null }])
  }
  for (const who of inside) {
    expect((await itemsOf(who, `${PATH}?project=${all.project.id}`)).find((item) => item.id === id)).toMatchObject({
      terms: { amount: '250000.50' },
    })
  }
  expect((await stranger.admin.get(`${one}/versions`)).status).toBe(404)
  expect((await itemsOf(bank.admin, `${one}/versions`)).map(({ step }) => step)).toEqual(['approved', 'made'])
})

it('nobody records for a project that is not his, or for others', async () => {
  const { sunfield, officer, registry } = all
  const viewer = await registry.join(officer, sunfield.id, 'ViewOnly')
  expect(short(await record(stranger.admin))).toEqual([403, 'not-permitted'])
  expect(short(await record(viewer))).toEqual([403, 'not-permitted'])
  expect(short(await record(registry.root))).toEqual([403, 'not-permitted'])
  expect(short(await record(registry.nobody))).toEqual([401, 'not-signed-in'])
  for (const smuggled of [
    { organisation: sunfield.id },
    { status: 'approved' },
    { percentage: 50 },
    { companyId: [1] },
  ]) {
    expect((await record(stranger.admin, ofProject(smuggled))).status).toBe(400)
  }
  const national = { ...grant, project: null, investor: bank.id }
  expect(short(await record(stranger.admin, national))).toEqual([403, 'not-permitted'])
  expect(short(await record(sunfield.admin, ofProject({ project: 'f'.repeat(32) })))).toEqual([404, 'project-unknown'])
  expect(short(await record(sunfield.admin, ofProject({ investor: 'f'.repeat(32) })))).toEqual([
    404,
    'organisation-unknown',
  ])
  const { id } = await done(record(sunfield.admin))
  const change = { revision: 1, ...grant, amount: '1' }
  for (const who of [stranger.admin, bank.admin]) {
    expect(short(await who.post(`${PATH}/${id}/versions`, change))).toEqual([403, 'not-permitted'])
    expect(short(await who.post(`${PATH}/${id}/withdrawal`, { revision: 1, reason: 'No.' }))).toEqual([
      403,
      'not-permitted',
    ])
  }
})

it('an affiliate of the side that recorded does not agree for the other', async () => {
  const { sunfield, officer } = all
  await done(
    officer.post(`/national/organisations/${sunfield.id}/affiliations`, { organisation: bank.id, kind: 'control' }),
  )
  const { id } = await done(record(sunfield.admin))
  expect(short(await decide(bank.admin, id))).toEqual([403, 'conflict-of-interest'])
  await done(decide(officer, id))
  await done(
    officer.post(`/national/organisations/${sunfield.id}/affiliations/end`, { organisation: bank.id, reason: 'ended' }),
  )
})

const loan = { paybackFrom: '2027-01-01', paybackTo: '2035-12-31', interestRate: '2.25' }
it.each([
  ['a loan without its rate', { instruments: ['loan'] }, ['interestRate']],
  [
    'a concessional loan without its times',
    { instruments: ['concessional-loan'], interestRate: '1' },
    ['paybackFrom', 'paybackTo'],
  ],
  ['results without what is paid', { instruments: ['result-based'] }, ['resultMetric', 'paymentPerMetric']],
  ['a guarantee without its payback', { instruments: ['guarantee'], interestRate: '1' }, ['guaranteePayback']],
  ['insurance without its payback', { instruments: ['insurance'] }, ['insurancePayback']],
  ['something other without a word', { instruments: ['other'] }, ['comment']],
  ['a grant with a rate', { interestRate: '2' }, ['interestRate']],
  ['an instrument twice', { instruments: ['grant', 'grant'] }, ['instruments']],
  [
    'payback that ends before it begins',
    { instruments: ['concessional-loan'], ...loan, paybackTo: '2026-01-01' },
    ['paybackTo'],
  ],
  ['a time that ends before it begins', { to: '2025-12-31' }, ['to']],
  ['nothing', { amount: '0.00' }, ['amount']],
  ['less than nothing', { amount: '-1' }, ['amount']],
  ['a number', { amount: 5 }, ['amount']],
  ['five decimals', { amount: '1.00001' }, ['amount']],
  ['money of nowhere', { currency: 'XQQ' }, ['currency']],
  ['two investors', { investorName: 'A fund' }, ['investor', 'investorName']],
  ['no investor', { investor: undefined }, ['investor', 'investorName']],
])('%s is refused', async (_what, change, fields) => {
  const answer = await record(all.sunfield.admin, ofProject(change))
  expect([answer.status, fieldsOf(answer)]).toEqual([400, expect.arrayContaining(fields)])
})

it('each instrument brings what belongs to it', async () => {
  const all10 = {
    ...{ instruments: ['loan', 'concessional-loan', 'non-concessional-loan', 'result-based', 'grant', 'equity'] },
    ...loan,
    ...{ resultMetric: 'tonne', paymentPerMetric: '5.25' },
  }
  const made = await done(
    record(all.sunfield.admin, ofProject({ ...all10, investor: undefined, investorName: 'A fund' })),
  )
  expect(made).toMatchObject({ investor: { id: null, name: 'A fund' }, terms: { ...loan, paymentPerMetric: '5.25' } })
  const more = {
    instruments: ['guarantee', 'insurance', 'in-kind', 'other'],
    interestRate: '0.5',
    comment: 'See annex.',
  }
  const payback = { guaranteePayback: 'annual', insurancePayback: 'lump-sum' }
  expect(await done(record(all.sunfield.admin, ofProject({ ...more, ...payback })))).toMatchObject({ terms: payback })
})

it('national financing is divided among projects and no more, also where they draw at once', async () => {
  const { officer, second, sunfield, harbour } = all
  const national = await done(record(officer, { ...grant, project: null, investor: bank.id, amount: '1000' }))
  expect(national).toMatchObject({ project: null, drawsOn: null })
  const part = (amount: string, more: object = {}) => ofProject({ drawsOn: national.id, amount, ...more })
  expect(short(await record(sunfield.admin, part('10')))).toEqual([409, 'status-wrong'])
  expect(short(await decide(officer, national.id))).toEqual([409, 'approval-not-distinct'])
  await done(decide(second, national.id))
  expect(short(await record(sunfield.admin, part('10', { currency: 'EUR' })))).toEqual([409, 'too-much'])
  expect(short(await record(sunfield.admin, part('1000.0001')))).toEqual([409, 'too-much'])
  const wave = await Promise.all(
    Array.from({ length: 8 }, (_, at) => record(at % 2 === 0 ? sunfield.admin : harbour.admin, part('300'))),
  )
  const made = wave.filter(({ status }) => status === 201)
  expect(made).toHaveLength(3)
  expect(wave.filter(({ body }) => body.code === 'too-much')).toHaveLength(5)
  const [first] = made
  const by = wave.indexOf(first as never) % 2 === 0 ? sunfield.admin : harbour.admin
  const more = { revision: 1, ...grant }
  expect(short(await by.post(`${PATH}/${first?.body.id}/versions`, { ...more, amount: '401' }))).toEqual([
    409,
    'too-much',
  ])
  expect(await done(by.post(`${PATH}/${first?.body.id}/versions`, { ...more, amount: '400' }))).toMatchObject({
    revision: 2,
  })

  const less = await done(
    officer.post(`${PATH}/${national.id}/versions`, { revision: 2, ...grant, amount: '999.9999' }),
  )
  expect(short(await decide(second, national.id, 3))).toEqual([409, 'too-much'])
  expect(less).toMatchObject({ status: 'pending' })
  const partOfPart = ofProject({ drawsOn: first?.body.id, amount: '1' })
  expect(short(await record(sunfield.admin, partOfPart))).toEqual([409, 'status-wrong'])
  expect(short(await record(sunfield.admin, ofProject({ drawsOn: 'f'.repeat(32) })))).toEqual([404, 'not-found'])
})

it('what was approved stands until its next version is approved, and a withdrawn one is over', async () => {
  const { sunfield, registry, officer } = all
  const { id } = await done(record(sunfield.admin))
  await done(decide(bank.admin, id))
  const change = { revision: 2, ...grant, amount: '300000', stream: 'carbon-market' }
  await done(sunfield.admin.post(`${PATH}/${id}/versions`, change))
  expect(await read(registry.nobody, `${PATH}/${id}`)).toMatchObject({ stream: 'climate-finance', status: 'approved' })
  expect(await read(bank.admin, `${PATH}/${id}`)).toMatchObject({ stream: 'carbon-market', status: 'pending' })
  expect(short(await decide(bank.admin, id, 2))).toEqual([409, 'revision-stale'])
  await done(decide(bank.admin, id, 3, 'rejected'))
  expect(await done(sunfield.admin.post(`${PATH}/${id}/withdrawal`, { revision: 4, reason: 'Off.' }))).toMatchObject({
    status: 'withdrawn',
  })
  expect(short(await decide(officer, id, 5))).toEqual([409, 'status-wrong'])
})

it('a suspended investor agrees to nothing', async () => {
  const email = 'bank@example.org'
  await all.registry.join(all.officer, bank.id, 'Admin', email)
  const { id } = await done(record(all.sunfield.admin))
  await suspend(all, bank.id)
  const again = await all.registry.signIn(email)
  expect(short(await decide(again, id))).toEqual([409, 'organisation-suspended'])
  await suspend(all, bank.id, 'reactivate')
})
