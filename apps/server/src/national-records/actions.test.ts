import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { fieldsOf, itemsOf, organisationOf, read, short, suspend } from './records.fixture.ts'

let all: World
let path = ''

beforeAll(async () => {
  all = await world()
  path = `/national/projects/${all.project.id}/ndc-actions`
})
afterAll(() => all.registry.close())

const LIST = '/national/ndc-actions'
const solar = {
  kind: 'mitigation',
  title: 'Rooftop solar',
  methodology: 'AMS-I.D',
  mitigation: { type: 'solar', subType: 'photovoltaics' },
  solar: { energyGeneration: '1200.5', energyGenerationUnit: 'MWh', consumerGroup: 'School' },
  estimatedCredits: '400',
  coBenefits: { sdgs: [7, 13], gender: 'Half of the crews are women.' },
}
const adaptation = {
  implementingAgency: 'Water board',
  nationalPlanObjectives: 'Water for all.',
  nationalPlanCoverage: 'The north.',
  ghgEmissionsAvoided: { co2: '12.5' },
  includedInNap: true,
}
const submit = (who: Person, body: object = solar, key?: string) => who.post(path, body, key ? { key } : {})
const decide = (who: Person, id: unknown, revision: unknown, outcome = 'approved') =>
  who.post(`${LIST}/${id}/decisions`, { revision, outcome, ...(outcome === 'rejected' ? { reason: 'Not yet.' } : {}) })

it('numbers count through the country, whatever the kind, and each is given once', async () => {
  const { sunfield, harbour } = all
  const made = await done(submit(sunfield.admin))
  expect(made).toMatchObject({ number: '001-M-001', status: 'pending', revision: 1, sectoralScope: '1' })
  expect(made.owners).toMatchObject([{ name: 'Sunfield Power' }, { name: 'Harbour Trading' }])
  const second = await done(submit(harbour.admin, { kind: 'adaptation', title: 'Wells', adaptation }))
  expect(second).toMatchObject({ number: '001-A-002', adaptation, organisation: { name: 'Harbour Trading' } })
  const both = { ...solar, kind: 'cross-cutting', methodology: undefined, adaptation }
  expect(await done(submit(sunfield.admin, both))).toMatchObject({ number: '001-C-003' })
  const enabling = { kind: 'enablement', title: 'School', enablement: { type: 'capacity-building' } }
  expect(await done(submit(sunfield.admin, enabling))).toMatchObject({ number: '001-E-004' })

  const wave = await Promise.all(
    Array.from({ length: 16 }, (_, at) => submit(at % 2 === 0 ? sunfield.admin : harbour.admin)),
  )
  const numbers = wave.map(({ body }) => String(body.number))
  expect(wave.map(({ status }) => status)).toEqual(wave.map(() => 201))
  expect(numbers.toSorted()).toEqual(numbers.map((_, at) => `001-M-${String(at + 5).padStart(3, '0')}`))
})

it('the same command is carried out once and answered as at first, even where the record has changed since', async () => {
  const { sunfield, officer } = all
  const made = await done(submit(sunfield.admin, solar, 'the-same-command'))
  await done(decide(officer, made.id, 1))
  const again = await submit(sunfield.admin, solar, 'the-same-command')
  expect([again.status, again.body, again.headers['idempotency-replayed']]).toEqual([201, made, 'true'])
  expect(short(await submit(sunfield.admin, { ...solar, title: 'Other' }, 'the-same-command'))).toEqual([
    422,
    'key-reused',
  ])
  const raced = await Promise.all(Array.from({ length: 5 }, () => submit(sunfield.admin, solar, 'raced-command')))
  expect(new Set(raced.map(({ body }) => body.number)).size).toBe(1)
})

it.each([
  ['no methodology', { methodology: undefined }, 'methodology'],
  ['no type', { mitigation: undefined }, 'mitigation'],
  ['a type that there is not', { mitigation: { type: 'alchemy' } }, 'mitigation.type'],
  ['a sub-type of another type', { mitigation: { type: 'solar', subType: 'manure' } }, 'mitigation.subType'],
  ['no sub-type where there are', { mitigation: { type: 'solar' } }, 'mitigation.subType'],
  ['fields of another type', { mitigation: { type: 'wind', subType: 'onshore' } }, 'solar'],
  ['fields of another kind', { adaptation }, 'adaptation'],
  ['an estimate of nothing', { estimatedCredits: '0' }, 'estimatedCredits'],
  ['an estimate below zero', { estimatedCredits: '-5' }, 'estimatedCredits'],
  ['an estimate that is no string', { estimatedCredits: 5 }, 'estimatedCredits'],
  ['a goal that there is not', { coBenefits: { sdgs: [18] } }, 'coBenefits.sdgs.0'],
  ['an organisation of its own choosing', { organisation: 'f'.repeat(32) }, 'organisation'],
  ['a status of its own choosing', { status: 'approved' }, 'status'],
  ['owners of its own choosing', { companyId: ['x'] }, 'companyId'],
])('%s is refused', async (_what, change, field) => {
  const answer = await submit(all.sunfield.admin, { ...solar, ...change })
  expect([answer.status, fieldsOf(answer)]).toEqual([400, expect.arrayContaining([field])])
})

it('a type of mitigation belongs to the sector of the project', async () => {
  const answer = await submit(all.sunfield.admin, {
    ...solar,
    solar: undefined,
    mitigation: { type: 'forestry', subType: 'mangroves' },
  })
  expect([...short(answer), fieldsOf(answer)]).toEqual([422, 'code-unknown', ['mitigation.type']])
  const types = await itemsOf(all.registry.nobody, '/national/mitigation-types')
  expect(types).toContainEqual({
    type: 'wind',
    subTypes: ['offshore', 'onshore'],
    sectors: expect.arrayContaining(['energy']),
  })
})

it('only owners and the government enter and change them; only the government decides, and never on its own word', async () => {
  const { officer, second, sunfield, harbour, registry } = all
  const stranger = await organisationOf(all, 'developer', 'Stranger Ltd')
  const certifier = await organisationOf(all, 'certifier', 'Auditors')
  const viewer = await registry.join(officer, sunfield.id, 'ViewOnly')
  const manager = await registry.join(officer, sunfield.id, 'Manager')
  for (const who of [stranger.admin, certifier.admin, viewer, registry.root]) {
    expect(short(await submit(who))).toEqual([403, 'not-permitted'])
  }
  expect(short(await submit(registry.nobody))).toEqual([401, 'not-signed-in'])
  const nowhere = `/national/projects/${'0'.repeat(32)}/ndc-actions`
  expect(short(await sunfield.admin.post(nowhere, solar))).toEqual([404, 'project-unknown'])

  const { id } = await done(submit(manager))
  for (const who of [stranger.admin, certifier.admin, viewer, manager, sunfield.admin, harbour.admin]) {
    expect(short(await decide(who, id, 1))).toEqual([403, 'not-permitted'])
  }
  const { kind: _, ...content } = solar
  const change = { revision: 1, ...content, title: 'Hijacked' }
  for (const who of [stranger.admin, viewer]) {
    expect(short(await who.post(`${LIST}/${id}/versions`, change))).toEqual([403, 'not-permitted'])
    expect(short(await who.post(`${LIST}/${id}/withdrawal`, { revision: 1, reason: 'No.' }))).toEqual([
      403,
      'not-permitted',
    ])
  }
  const own = await done(submit(officer))
  expect(short(await decide(officer, own.id, 1))).toEqual([409, 'approval-not-distinct'])
  expect(await done(decide(second, own.id, 1))).toMatchObject({ status: 'approved' })
})

it('whoever owns the project, or is affiliated to an owner, does not decide', async () => {
  const { officer, second, registry, sunfield } = all
  const { id } = await done(submit(sunfield.admin))
  const authority = registry.founded.genesis.authority
  const pair = { organisation: authority, kind: 'control' }
  await done(officer.post(`/national/organisations/${sunfield.id}/affiliations`, pair))
  expect(short(await decide(second, id, 1))).toEqual([403, 'conflict-of-interest'])
  const end = { organisation: authority, reason: 'ended' }
  await done(officer.post(`/national/organisations/${sunfield.id}/affiliations/end`, end))
  await done(decide(second, id, 1))
})

it('what was approved stands, for everybody, until a later version is approved', async () => {
  const { officer, sunfield, harbour, registry } = all
  const stranger = await organisationOf(all, 'holder', 'Somebody else')
  const { id, number } = await done(submit(sunfield.admin))
  const one = `${LIST}/${id}`
  expect((await registry.nobody.get(one)).status).toBe(404)
  expect((await stranger.admin.get(one)).status).toBe(404)
  expect(await itemsOf(registry.nobody, `${LIST}?number=${number}`)).toEqual([])
  expect(await itemsOf(harbour.admin, `${LIST}?number=${number}`)).toMatchObject([{ id, status: 'pending' }])
  await done(decide(officer, id, 1))

  const { kind: _, ...content } = solar
  const next = { revision: 2, ...content, title: 'More solar', reason: 'A second roof.' }
  expect(await done(sunfield.admin.post(`${one}/versions`, next))).toMatchObject({ status: 'pending', revision: 3 })
  expect(await read(registry.nobody, one)).toMatchObject({ title: 'Rooftop solar', status: 'approved', revision: 2 })
  expect(await read(harbour.admin, one)).toMatchObject({ title: 'More solar', status: 'pending', revision: 3 })
  expect(await read(officer, one)).toMatchObject({ title: 'More solar', status: 'pending' })
  expect(await itemsOf(registry.nobody, `${LIST}?status=pending`)).toEqual([])

  expect(short(await decide(officer, id, 2))).toEqual([409, 'revision-stale'])
  await done(decide(officer, id, 3, 'rejected'))
  expect(await read(registry.nobody, one)).toMatchObject({ title: 'Rooftop solar', status: 'approved' })
  expect(short(await decide(officer, id, 4))).toEqual([409, 'status-wrong'])
  const end = { revision: 4, reason: 'The roof is gone.' }
  expect(await done(sunfield.admin.post(`${one}/withdrawal`, end))).toMatchObject({ status: 'withdrawn' })
  expect(await read(registry.nobody, one)).toMatchObject({ status: 'withdrawn' })
  expect(short(await sunfield.admin.post(`${one}/versions`, { ...next, revision: 5 }))).toEqual([409, 'status-wrong'])

  const steps = await itemsOf(sunfield.admin, `${one}/versions`)
  expect(steps.map(({ step }) => step)).toEqual(['withdrawn', 'rejected', 'changed', 'approved', 'made'])
  expect(steps[2]).toMatchObject({ by: { name: 'Sunfield Power' }, reason: 'A second roof.', at: expect.any(String) })
  expect((await stranger.admin.get(`${one}/versions`)).status).toBe(404)
  expect((await registry.nobody.get(`${one}/versions`)).status).toBe(401)
})

it('a rejection says why, and of two changes of one version one is made', async () => {
  const { officer, sunfield, harbour } = all
  const { id } = await done(submit(sunfield.admin))
  const silent = await officer.post(`${LIST}/${id}/decisions`, { revision: 1, outcome: 'rejected' })
  expect([silent.status, fieldsOf(silent)]).toEqual([400, ['reason']])
  const { kind: _, ...content } = solar
  const change = (who: Person, title: string) => who.post(`${LIST}/${id}/versions`, { revision: 1, ...content, title })
  expect(short(await change(sunfield.admin, solar.title))).toEqual([409, 'nothing-changes'])
  const raced = await Promise.all([
    change(sunfield.admin, 'Mine'),
    change(harbour.admin, 'Ours'),
    decide(officer, id, 1),
    decide(all.second, id, 1),
  ])
  expect(raced.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(raced.filter(({ body }) => body.code === 'revision-stale')).toHaveLength(3)
})

it('versions are only added, whoever asks the database', async () => {
  const { pool } = all.registry.services
  for (const sql of [
    'UPDATE content_record_version SET status = $1',
    'DELETE FROM content_record_version WHERE $1 <> step',
  ])
    await expect(pool.query(sql, ['x'])).rejects.toThrow('only added')
})

it('lists go on where they ended', async () => {
  const { sunfield } = all
  const seen: unknown[] = []
  for (let next = ''; ; ) {
    const page = await read(sunfield.admin, `${LIST}?limit=3&project=${all.project.id}${next}`)
    seen.push(...(page.items as { number: string }[]).map(({ number }) => number))
    if (page.next === null) break
    next = `&cursor=${page.next}`
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.length).toBeGreaterThan(20)
})

it('a suspended organisation enters nothing', async () => {
  const { harbour, registry, officer } = all
  const email = 'suspended@example.org'
  await registry.join(officer, harbour.id, 'Admin', email)
  await suspend(all, harbour.id)
  const again = await registry.signIn(email)
  expect(short(await submit(again))).toEqual([409, 'organisation-suspended'])
  await suspend(all, harbour.id, 'reactivate')
  await done(submit(again))
})
