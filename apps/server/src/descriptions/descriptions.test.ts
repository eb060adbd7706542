import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fullDescription, plainDescription } from '../description.fixture.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

const RUNS = 30

let all: World
let path = ''

beforeAll(async () => {
  all = await world()
  path = `/national/projects/${all.project.id}/description`
})
afterAll(() => all.registry.close())

const read = async (from: string, who: Person = all.registry.nobody) => expectStatus(await who.get(from), 200).body
const put = (who: Person, body: object, at = path) => who.put(at, body)
const errors = (answer: { body: object }) => (answer.body as { errors: { field: string; message: string }[] }).errors

async function newProject(title: string): Promise<string> {
  const owners = [{ account: all.sunfield.holding, share: '100' }]
  const body = { title, sectoralScope: '1', methodology: 'AMS-I.D', owners }
  return String((await done(all.sunfield.admin.post('/national/projects', body))).id)
}

it('a project is described in versions, whose bytes anybody can hash and compare with the ledger', async () => {
  const { sunfield, harbour, officer, registry } = all
  expect(await registry.nobody.get(path)).toMatchObject({ status: 404 })
  const first = await done(put(sunfield.admin, fullDescription), 200)
  expect(first).toMatchObject({ version: 1, by: { name: 'Sunfield Power' }, description: fullDescription })

  const bytes = await registry.app.inject(`/national/descriptions/${first.sha256}`)
  expect(bytes.headers['content-type']).toMatch(/^application\/json/)
  expect(createHash('sha256').update(bytes.rawPayload).digest('hex')).toBe(first.sha256)
  expect(bytes.json()).toEqual(fullDescription)
  const { entry } = first as { entry: { index: number } }
  const written = (await read(`/national/entries/${entry.index}`)).entry
  expect(written).toMatchObject({ type: 'DocumentSubmitted', body: { document: 'description', sha256: first.sha256 } })

  const cheaper = { ...fullDescription, cost: { amount: '120000000', currency: 'NAD' }, gases: ['CO2'] }
  const { program: _, ...without } = cheaper
  expect(await done(put(harbour.admin, without), 200)).toMatchObject({ version: 2, by: { name: 'Harbour Trading' } })
  expect(await done(put(officer, { ...without, externalId: 'XT-2026-17' }), 200)).toMatchObject({ version: 3 })
  expect(await read(path)).toMatchObject({ version: 3, description: { externalId: 'XT-2026-17' } })
  const page = await read(`${path}/versions?limit=2`)
  expect(page).toMatchObject({ items: [{ version: 3 }, { version: 2 }] })
  expect(await read(`${path}/versions?limit=2&cursor=${page.next}`)).toMatchObject({
    items: [{ version: 1 }],
    next: null,
  })
  expect(await read(`${path}/versions/1`)).toMatchObject({ version: 1, description: fullDescription })
  expect(await registry.nobody.get(`${path}/versions/4`)).toMatchObject({ status: 404 })
  expect(await registry.nobody.get(`${path}/versions/0`)).toMatchObject({ status: 400 })

  expect(await read(`${path}/comparison?from=1&to=2`)).toMatchObject({
    from: { version: 1 },
    to: { version: 2 },
    differences: [
      { field: 'cost.amount', from: '125000000.00', to: '120000000' },
      { field: 'gases', from: ['CO2', 'CH4'], to: ['CO2'] },
      { field: 'program', from: 'Sun for all', to: null },
    ],
  })
  expect(await read(`${path}/comparison?from=2&to=2`)).toMatchObject({ differences: [] })
  expect(await read(`/national/projects/${all.project.id}`)).toMatchObject({
    documents: [{ kind: 'description', version: 3 }],
  })
})

it('the order of members makes no other description', async () => {
  const project = await newProject('In any order')
  const at = `/national/projects/${project}/description`
  const described = { ...fullDescription, externalId: 'any order' }
  const { sha256 } = await done(put(all.sunfield.admin, described, at), 200)
  const members = Object.entries(described)
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(members, { minLength: members.length }), async (shuffled) => {
      const answer = await put(all.sunfield.admin, Object.fromEntries(shuffled), at)
      expect(answer).toMatchObject({ status: 409, body: { code: 'nothing-changes' } })
    }),
    { numRuns: RUNS },
  )
  expect(await read(at)).toMatchObject({ version: 1, sha256 })
})

it('only those who may describe it do', async () => {
  const { registry, officer, sunfield } = all
  const stranger = await registry.newOrganisation(officer, 'Stranger Ltd')
  const viewer = await registry.join(officer, sunfield.id, 'ViewOnly')
  const mine = plainDescription('mine')
  expect(await put(stranger.admin, mine)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await put(viewer, mine)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await put(registry.nobody, mine)).toMatchObject({ status: 401 })
  expect(await put(officer, mine, `/national/projects/${'0'.repeat(32)}/description`)).toMatchObject({
    status: 404,
  })
  // Whoever may not has claimed nothing either.
  const project = await newProject('Mine')
  await done(put(sunfield.admin, mine, `/national/projects/${project}/description`), 200)
  const withdrawn = await newProject('Withdrawn')
  await done(sunfield.admin.post(`/national/projects/${withdrawn}/moves`, { move: 'withdraw' }))
  expect(
    await put(sunfield.admin, plainDescription('late'), `/national/projects/${withdrawn}/description`),
  ).toMatchObject({
    status: 409,
    body: { code: 'project-state' },
  })
})

it('says of each field what is wrong, in the language of the reader', async () => {
  const { admin } = all.sunfield
  const wrong = async (change: object) => errors(expectStatus(await put(admin, { ...fullDescription, ...change }), 400))
  expect(await wrong({ sector: 'forestry' })).toMatchObject([
    { field: 'sectoralScope', message: 'does not belong to this sector' },
    { field: 'typeOfMitigation.0.type' },
    { field: 'typeOfMitigation.1.type' },
  ])
  expect(await wrong({ sectoralScope: '2' })).toMatchObject([{ field: 'sectoralScope', allowed: '1' }])
  expect(await wrong({ typeOfMitigation: [{ type: 'solar', subType: 'onshore' }] })).toMatchObject([
    { field: 'typeOfMitigation.0.subType' },
  ])
  expect(await wrong({ endDate: '2025-12-31' })).toMatchObject([{ field: 'endDate', message: 'ends before it begins' }])
  expect(await wrong({ cost: { amount: 125, currency: 'NAD' } })).toMatchObject([{ field: 'cost.amount' }])
  expect(await wrong({ cost: { amount: '1e3', currency: 'XQX' } })).toMatchObject([
    { field: 'cost.amount' },
    { field: 'cost.currency', message: 'must be a currency such as USD' },
  ])
  expect(await wrong({ article6Trading: false })).toMatchObject([
    { field: 'buyerCountryEligibility' },
    { field: 'maximumInternationalTransfer' },
  ])
  expect(await wrong({ coBenefits: [{ sdg: 18 }] })).toMatchObject([{ field: 'coBenefits.0.sdg' }])
  expect(await wrong({ coBenefits: [{ sdg: 1 }, { sdg: 1 }] })).toMatchObject([{ field: 'coBenefits' }])
  expect(await wrong({ projectLink: 'javascript:alert(1)' })).toMatchObject([{ field: 'projectLink' }])
  const open = {
    type: 'Polygon',
    coordinates: [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
      ],
    ],
  }
  const shape = (geometry: object) => wrong({ projectLocations: [{ geometry }] })
  expect(await shape(open)).toMatchObject([{ message: 'a ring ends where it begins' }])
  expect(await shape({ type: 'Point', coordinates: [181, 0] })).toMatchObject([
    { field: 'projectLocations.0.geometry.coordinates.0' },
  ])
  expect(await shape({ type: 'Point', coordinates: [0.123456789, 0] })).toMatchObject([
    { message: 'must have at most 7 decimals' },
  ])
  expect(await wrong({ surprise: 1 })).toMatchObject([{ field: 'surprise' }])
  const french = { 'accept-language': 'fr' }
  const told = await admin.put(path, { ...fullDescription, endDate: '2025-12-31' }, { headers: french })
  expect(errors(told)[0]?.message).not.toMatch(/begins/)
  const ring = Array.from({ length: 4_999 }, (_, at) => [at / 100, at / 100])
  const large = { type: 'MultiPolygon', coordinates: Array.from({ length: 9 }, () => [[...ring, [0, 0]]]) }
  expect(await put(admin, { ...fullDescription, projectLocations: [{ geometry: large }] })).toMatchObject({
    status: 413,
    body: { code: 'too-large' },
  })
})

it('an external id is one project’s, however it is written and however many ask at once', async () => {
  const { admin } = all.sunfield
  const projects = await Promise.all(Array.from({ length: 8 }, (_, at) => newProject(`Rival ${at}`)))
  const at = (project: string | undefined) => `/national/projects/${project}/description`
  const spellings = ['Key 7', 'KEY-7', 'key.7', 'K e y 7']
  const answers = await Promise.all(
    projects.map((project, index) => put(admin, plainDescription(spellings[index % 4] ?? ''), at(project))),
  )
  const won = answers.filter(({ status }) => status === 200)
  expect(won.length).toBe(1)
  for (const answer of answers.filter((one) => one.status !== 200)) {
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'external-id-taken', errors: [{ field: 'externalId' }] },
    })
  }
  const holder = projects[answers.findIndex(({ status }) => status === 200)]
  const other = projects.find((project) => project !== holder)
  expect(await read('/national/projects?externalId=key7')).toMatchObject({ items: [{ id: holder }] })

  // A corrected description frees the id at once, and keeps its own.
  await done(put(admin, plainDescription('Key 8'), at(holder)), 200)
  await done(put(admin, plainDescription('Key 7'), at(other)), 200)
  expect(await put(admin, plainDescription('Key 7'), at(holder))).toMatchObject({ status: 409 })
  expect(await put(admin, plainDescription('Key 8'), at(other))).toMatchObject({ status: 409 })
})

it('a claim of which nothing was written blocks nobody for long', async () => {
  const { registry, sunfield } = all
  const [stuck, waiting] = await Promise.all([newProject('Stuck'), newProject('Waiting')])
  const { pool, clock } = registry.services
  await pool.query('INSERT INTO content_external_id VALUES ($1, $2, $3, false)', ['STUCK1', stuck, clock()])
  const path = `/national/projects/${waiting}/description`
  expect(await put(sunfield.admin, plainDescription('stuck 1'), path)).toMatchObject({ status: 409 })
  registry.pass(600_001)
  await done(put(sunfield.admin, plainDescription('stuck 1'), path), 200)
})

it('the same command sent again is answered as at first, and changes nothing', async () => {
  const { registry, sunfield } = all
  const project = await newProject('Twice')
  const path = `/national/projects/${project}/description`
  const key = 'the same key, sent twice'
  const described = plainDescription('twice')
  const send = () => sunfield.admin.put(path, described, { key: key.replaceAll(' ', '-') })
  const [first, again] = await Promise.all([send(), send()])
  expect([first.status, again.status]).toEqual([200, 200])
  expect(again.body).toEqual(first.body)
  expect((await send()).headers['idempotency-replayed']).toBe('true')
  expect(await read(`${path}/versions`)).toMatchObject({ items: [{ version: 1 }] })
  expect(await registry.nobody.get(`/national/descriptions/${'0'.repeat(64)}`)).toMatchObject({ status: 404 })
})

it('no other operation submits a description', async () => {
  const body = { kind: 'description', sha256: 'a'.repeat(64) }
  const answer = await all.officer.post(`/national/projects/${all.project.id}/documents`, body)
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'kind' }] } })
})

it('the page of the project tells it in three languages, and whose words they are', async () => {
  const text = '<script>alert("x")</script>\n\u202eTURNED'.replace('\u202e', '')
  const described = { ...fullDescription, externalId: 'page', description: text, program: undefined }
  const project = await newProject('On a page')
  await done(put(all.sunfield.admin, described, `/national/projects/${project}/description`), 200)
  const page = async (language: string) => {
    const answer = await all.registry.app.inject({
      url: `/projects/${project}`,
      headers: { 'accept-language': language },
    })
    expect(answer.statusCode).toBe(200)
    expect(answer.body).not.toContain('<script')
    return answer.body.replace(/<[^>]*>/g, ' ').replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
  }
  const [en, fr, es] = [await page('en'), await page('fr'), await page('es')]
  expect(en).toMatch(/Said by\s+Sunfield Power[\s\S]*not that they are true/)
  expect(en).toMatch(
    /Photovoltaics[\s\S]*carbon dioxide[\s\S]*125,000,000.00 NAD[\s\S]*7\. Affordable and clean energy/,
  )
  expect(fr).toMatch(/Photovoltaïque[\s\S]*dioxyde de carbone/)
  expect(es).toMatch(/Fotovoltaica[\s\S]*dióxido de carbono/)
  for (const words of [en, fr, es]) expect(words).toContain('alert("x")')
})

it('every code has a name of its own in each language', async () => {
  const codes = async (language: string) => {
    const answer = await all.registry.app.inject({
      url: '/national/description-codes',
      headers: { 'accept-language': language },
    })
    expect([answer.statusCode, answer.headers['content-language']]).toEqual([200, language])
    return answer.json()
  }
  const [en, fr, es] = [await codes('en'), await codes('fr'), await codes('es')]
  expect(en.sectors).toContainEqual(expect.objectContaining({ code: 'waste', name: 'Waste', scopes: ['13', '10'] }))
  expect(fr.goals[0]).toEqual({ code: '1', name: 'Pas de pauvreté' })
  for (const { sectors, typesOfMitigation, gases, financing, goals } of [en, fr, es]) {
    const subTypes = typesOfMitigation.flatMap((type: { subTypes: object[] }) => type.subTypes)
    const named = [...sectors, ...typesOfMitigation, ...subTypes, ...gases, ...financing, ...goals]
    expect(named.filter(({ code, name }: Record<string, string>) => code === name)).toEqual([])
    const types = new Set(typesOfMitigation.map(({ code }: { code: string }) => code))
    const unknown = sectors
      .flatMap((sector: { types: string[] | null }) => sector.types ?? [])
      .filter((type: string) => !types.has(type))
    expect(unknown).toEqual([])
  }
})

it('what was erased is said to be gone, and the ledger keeps its hash', async () => {
  const project = await newProject('Erased')
  const path = `/national/projects/${project}/description`
  const { sha256 } = await done(put(all.sunfield.admin, plainDescription('erased'), path), 200)
  await all.registry.services.pool.query('DELETE FROM content_description WHERE sha256 = $1', [sha256])
  expect(await read(path)).toMatchObject({ version: 1, sha256, description: null })
  expect((await all.registry.app.inject(`/projects/${project}`)).body).toContain('not kept here any more')
})
