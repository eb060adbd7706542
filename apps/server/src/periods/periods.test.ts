import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'

let all: Article6
/** Of the project, and of its first and its second monitoring period. */
let project = ''
let first = ''
let next = ''

beforeAll(async () => {
  all = await article6()
  project = `/national/projects/${all.project}`
})
afterAll(() => all?.registry.close())

const read = async (from: string, who: Person = all.registry.nobody) => expectStatus(await who.get(from), 200).body
const certify = (who: Person, outcomes: Record<string, string>) =>
  who.post(`${first}/outcomes`, {
    outcomes: Object.entries(outcomes).map(([vintage, certified]) => ({ vintage, certified })),
  })
const issue = (more: object) => all.officer.post('/national/batches', { authorisation: all.authorisation, ...more })
const refused = (status: number, code: string) => ({ status, body: { code } })
const period = () => first.split('/').at(-1)

describe('crediting periods', () => {
  it('are read by everybody, the newest first', async () => {
    const expected = { number: 1, kind: 'renewable', from: '2023-01-01', to: '2027-12-31' }
    expect(await read(`${project}/crediting-periods`)).toMatchObject({ items: [expected], next: null })
    expect(await read(project)).toMatchObject({ creditingPeriods: [expected], periods: [] })
    expect(await all.registry.nobody.get(`/national/projects/${'0'.repeat(32)}/crediting-periods`)).toMatchObject({
      status: 404,
    })
  })

  it('say when a project may ask to be renewed, and when its crediting ends', async () => {
    const { moves } = await read(project)
    const now = all.registry.services.clock().toISOString()
    const from = (instant: string) => (instant > now ? instant : null)
    expect(moves).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          move: 'ask-renewal',
          ready: false,
          missing: expect.objectContaining({ from: from('2027-04-06T00:00:00.000Z'), crediting: null }),
        }),
        expect.objectContaining({
          move: 'end-crediting',
          missing: expect.objectContaining({ from: from('2028-01-01T00:00:00.000Z') }),
        }),
      ]),
    )
  })

  it('are set by the government, as long as their kind says, and further ones once they are earned', async () => {
    const set = (who: Person, body: object) => who.post(`${project}/crediting-periods`, body)
    const further = { kind: 'renewable', from: '2028-01-01', to: '2032-12-31' }
    expect(await set(all.owner.admin, further)).toMatchObject(refused(403, 'not-permitted'))
    expect(await set(all.officer, { ...further, to: '2032-12-30' })).toMatchObject(refused(422, 'dates-differ'))
    expect(await set(all.officer, further)).toMatchObject(refused(409, 'crediting-used-up'))
    expect(await set(all.officer, { ...further, kind: 'forever' })).toMatchObject(refused(422, 'code-unknown'))
    expect(await set(all.officer, { ...further, to: '2027-01-01' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'to' }] },
    })
  })
})

describe('a monitoring period', () => {
  it('is opened by the owner, within the crediting, and overlaps no other', async () => {
    const open = (who: Person, from: string, to: string) => who.post(`${project}/periods`, { from, to })
    expect(await open(all.rival.admin, '2023-01-01', '2024-06-30')).toMatchObject(refused(403, 'not-permitted'))
    expect(await open(all.officer, '2023-01-01', '2024-06-30')).toMatchObject(refused(403, 'not-permitted'))
    expect(await open(all.owner.admin, '2022-12-31', '2024-06-30')).toMatchObject(refused(409, 'crediting-missing'))
    const opened = await done(open(all.owner.admin, '2023-01-01', '2024-06-30'))
    expect(opened).toMatchObject({ number: 1, state: 'opened', outcomes: [], project: { id: all.project } })
    first = `/national/periods/${opened.id}`
    expect(await open(all.owner.admin, '2024-06-30', '2024-12-31')).toMatchObject(refused(409, 'dates-overlap'))
    const asked = { from: '2024-07-01', to: '2024-12-31' }
    const send = () => all.owner.admin.post(`${project}/periods`, asked, { key: 'the-next-period' })
    const once = expectStatus(await send(), 201)
    const again = expectStatus(await send(), 201)
    expect(again.body).toEqual(once.body)
    expect(again.headers['idempotency-replayed']).toBe('true')
    next = `/national/periods/${once.body.id}`
    const page = await read(`${project}/periods?limit=1`)
    expect(page).toMatchObject({ items: [{ number: 2, from: '2024-07-01' }] })
    expect(await read(`${project}/periods?limit=1&cursor=${page.next}`)).toMatchObject({
      items: [{ number: 1, to: '2024-06-30' }],
      next: null,
    })
  })

  it('says where it stands, and what is missing for what may follow', async () => {
    expect(await read(first)).toMatchObject({
      state: 'opened',
      moves: [
        { move: 'submit-report', ready: false, missing: { documents: ['monitoring-report'], outcomes: false } },
        { move: 'withdraw-report', ready: true },
      ],
      findings: { open: 0, forward: 0, earlier: 0 },
      certified: null,
    })
    expect(await all.registry.nobody.get(`/national/periods/${'0'.repeat(32)}`)).toMatchObject({ status: 404 })
  })

  it('is reported on, returned with a reason, and reported on anew', async () => {
    const { owner, officer, submit, move } = all
    expect(await move(owner.admin, first, 'submit-report')).toMatchObject(refused(409, 'document-missing'))
    expect(await submit(all.certifier.admin, first, 'monitoring-report')).toMatchObject(refused(403, 'not-permitted'))
    expect(await submit(owner.admin, first, 'project-design')).toMatchObject(refused(422, 'code-unknown'))
    await done(submit(owner.admin, first, 'monitoring-report'))
    expect(await move(officer, first, 'submit-report')).toMatchObject(refused(403, 'not-permitted'))
    expect(await done(move(owner.admin, first, 'submit-report'))).toMatchObject({ state: 'monitoring-submitted' })
    expect(await officer.post(`${first}/moves`, { move: 'return-report' })).toMatchObject(
      refused(422, 'reason-missing'),
    )
    const returning = { move: 'return-report', reason: 'incomplete', text: 'Where are the meter readings?' }
    const silent = { ...returning, text: ' \n\u200b' }
    expect(await officer.post(`${first}/moves`, silent)).toMatchObject(refused(400, 'invalid-request'))
    expect(await done(officer.post(`${first}/moves`, returning))).toMatchObject({ state: 'monitoring-returned' })
    // The report of the round before opens no door.
    expect(await move(owner.admin, first, 'submit-report')).toMatchObject(refused(409, 'document-missing'))
    expect(await done(submit(owner.admin, first, 'monitoring-report'))).toMatchObject({ version: 2, period: period() })
    await done(move(owner.admin, first, 'submit-report'))
    await done(move(officer, first, 'publish-report'))
    const { items } = await read(`${first}/documents`)
    expect(items).toMatchObject([{ version: 2 }, { version: 1, kind: 'monitoring-report' }])
    // Those of the other period are not among them; the project has them all.
    expect(await read(`${next}/documents`)).toEqual({ items: [], next: null })
    expect(await read(`${project}/documents?limit=2`)).toMatchObject({ items: [{ period: period() }, {}] })
  })

  it('is verified by whoever is assigned to that, and by nobody else', async () => {
    const { owner, officer, certifier, rival, move, submit } = all
    expect(await move(officer, first, 'begin-verification')).toMatchObject(refused(409, 'certifier-missing'))
    // Assigned to the validation of the project, which is another task; and it hears so.
    expect(await submit(certifier.admin, first, 'verification-report')).toMatchObject({
      status: 403,
      body: {
        code: 'not-permitted',
        errors: [{ field: 'kind', message: expect.stringContaining('is not assigned to a task of this project') }],
      },
    })
    await done(all.assign('verification', all.rival))
    await done(move(officer, first, 'begin-verification'))
    const outcomes = { '2023': '100.5', '2024': '50' }
    expect(await certify(owner.admin, outcomes)).toMatchObject(refused(403, 'not-permitted'))
    expect(await certify(officer, outcomes)).toMatchObject(refused(403, 'not-permitted'))
    // Assigned to the validation of the project, which is another task.
    expect(await certify(certifier.admin, outcomes)).toMatchObject(refused(403, 'not-permitted'))
    expect(await certify(all.registry.nobody, outcomes)).toMatchObject({ status: 401 })
    expect(await certify(rival.admin, { '2022': '5' })).toMatchObject(refused(422, 'vintage-wrong'))
    expect(await certify(rival.admin, { '2023': '1.0' })).toMatchObject({ status: 400 })
    const twice = [
      { vintage: '2023', certified: '1' },
      { vintage: '2023', certified: '2' },
    ]
    expect(await rival.admin.post(`${first}/outcomes`, { outcomes: twice })).toMatchObject({ status: 400 })
  })

  it('is not certified by who has become an affiliate of its owner', async () => {
    const { owner, officer, rival } = all
    const other = { organisation: rival.id }
    await done(owner.admin.post(`/national/organisations/${owner.id}/affiliations`, { ...other, kind: 'ownership' }))
    expect(await certify(rival.admin, { '2023': '1' })).toMatchObject(refused(403, 'conflict-of-interest'))
    await done(officer.post(`/national/organisations/${owner.id}/affiliations/end`, { ...other, reason: 'ended' }))
  })

  it('is certified once its findings are closed, and anew in each round', async () => {
    const { owner, officer, rival, submit, move } = all
    const raise = (kind: string) => rival.admin.post(`${first}/findings`, { kind, section: 'D.2', text: 'Why?' })
    const corrective = await done(raise('CAR'))
    expect(corrective).toMatchObject({ kind: 'CAR', number: 1, period: period(), state: 'open' })
    await done(raise('FAR'))
    expect(await read(first)).toMatchObject({ findings: { open: 1, forward: 1, earlier: 0 } })
    expect(await read(next)).toMatchObject({ findings: { open: 0, forward: 0, earlier: 1 } })
    const outcomes = { '2024': '50', '2023': '100.5' }
    expect(await certify(rival.admin, outcomes)).toMatchObject(refused(409, 'findings-open'))
    const finding = `${first}/findings/${corrective.id}`
    expect(await rival.admin.post(`${finding}/answers`, { text: 'For them.' })).toMatchObject({ status: 403 })
    await done(owner.admin.post(`${finding}/answers`, { text: 'Calibrated anew.' }))
    expect(await owner.admin.post(`${finding}/assessments`, { outcome: 'closed', text: 'Ours.' })).toMatchObject({
      status: 403,
    })
    await done(rival.admin.post(`${finding}/assessments`, { outcome: 'closed', text: 'Seen.' }))
    expect(await read(finding, owner.admin)).toMatchObject({
      state: 'closed',
      rounds: [
        { step: 'answer', text: 'Calibrated anew.' },
        { step: 'assessment', outcome: 'closed' },
      ],
    })
    expect(await all.registry.nobody.get(finding)).toMatchObject({ status: 401 })

    expect(await move(rival.admin, first, 'submit-verification')).toMatchObject(refused(409, 'document-missing'))
    await done(submit(rival.admin, first, 'verification-report'))
    expect(await move(rival.admin, first, 'submit-verification')).toMatchObject(refused(409, 'outcomes-missing'))
    expect(await done(certify(rival.admin, outcomes))).toMatchObject({
      outcomes: [
        { vintage: '2023', certified: '100.5' },
        { vintage: '2024', certified: '50' },
      ],
    })
    await done(move(rival.admin, first, 'submit-verification'))
    await done(move(officer, first, 'return-verification'))
    await done(submit(rival.admin, first, 'verification-report'))
    expect(await move(rival.admin, first, 'submit-verification')).toMatchObject(refused(409, 'outcomes-missing'))
    await done(certify(rival.admin, { '2023': '100.5', '2024': '40' }))
    await done(move(rival.admin, first, 'submit-verification'))
    expect(await read(first)).toMatchObject({
      state: 'verification-submitted',
      certified: { by: { id: all.rival.id, name: 'Rivals' }, entry: { index: expect.any(Number) } },
      outcomes: [
        { vintage: '2023', certified: '100.5', issued: '0', left: '100.5' },
        { vintage: '2024', certified: '40', issued: '0', left: '40' },
      ],
    })
  })

  it('is issued of once two officers have approved, and never more than was certified', async () => {
    const { owner, officer, submit, move } = all
    const [vintage, of] = ['2024', { period: period() }]
    expect(await move(owner.admin, first, 'request-issuance')).toMatchObject(refused(409, 'document-missing'))
    await done(submit(owner.admin, first, 'issuance-form'))
    await done(move(owner.admin, first, 'request-issuance'))
    expect(await issue({ ...of, vintage, quantity: '1' })).toMatchObject(refused(409, 'period-state'))
    await all.approved(move(officer, first, 'approve-issuance'))
    expect(await issue({ vintage, quantity: '1' })).toMatchObject(refused(422, 'period-missing'))
    const days = { from: '2023-01-01', to: '2024-06-30' }
    expect(await issue({ vintage, quantity: '1', monitoringPeriod: days })).toMatchObject(
      refused(422, 'period-missing'),
    )
    expect(await issue({ ...of, vintage, quantity: '1', monitoringPeriod: days })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'monitoringPeriod' }] },
    })
    expect(await issue({ period: '0'.repeat(32), vintage, quantity: '1' })).toMatchObject(
      refused(404, 'period-unknown'),
    )
    expect(await issue({ ...of, vintage, quantity: '41' })).toMatchObject(refused(409, 'certified-exceeded'))
    expect(await issue({ ...of, vintage: '2022', quantity: '1' })).toMatchObject({ status: 422 })
    const { body } = await all.approved(issue({ ...of, vintage: '2023', certified: '100.5' }))
    expect(await read(`/national/batches/${body.batch}`)).toMatchObject({
      block: { quantity: '100' },
      period: period(),
      monitoringPeriod: days,
    })
    await all.approved(issue({ ...of, vintage, quantity: '15' }))
    expect(await issue({ ...of, vintage, quantity: '26' })).toMatchObject({
      ...refused(409, 'certified-exceeded'),
      body: { facts: { left: '25' } },
    })
    // A fraction that is carried to the next issuance is taken of what was certified, too.
    const carry = (more: object) =>
      officer.post('/national/carried-outcomes', {
        authorisation: all.authorisation,
        vintage,
        certified: '0.5',
        ...more,
      })
    expect(await carry({})).toMatchObject(refused(422, 'period-missing'))
    expect(await carry({ ...of, vintage: '2023' })).toMatchObject(refused(409, 'certified-exceeded'))
    await all.approved(carry(of))
    expect(await read(`/national/carried-outcomes?project=${all.project}`)).toMatchObject({
      items: [{ certified: '0.5', period: period(), monitoringPeriod: days }],
    })
    const shown = {
      outcomes: [
        { vintage: '2023', issued: '100.5', left: '0' },
        { vintage: '2024', certified: '40', issued: '15.5', left: '24.5' },
      ],
    }
    expect(await read(first)).toMatchObject(shown)
    expect(await read(project)).toMatchObject({ periods: [{ number: 2 }, { number: 1, ...shown }] })
    await done(move(officer, first, 'complete-issuance'))
    expect(await read(first)).toMatchObject({ state: 'issued', moves: [] })
  })

  it('leaves a forward action request to the next one, which is not certified before it is closed', async () => {
    const { owner, officer, rival, submit, move } = all
    await done(submit(owner.admin, next, 'monitoring-report'))
    await done(move(owner.admin, next, 'submit-report'))
    await done(move(officer, next, 'publish-report'))
    await done(move(officer, next, 'begin-verification'))
    const outcomes = [{ vintage: '2024', certified: '10' }]
    const certifyNext = () => rival.admin.post(`${next}/outcomes`, { outcomes })
    expect(await certifyNext()).toMatchObject({ ...refused(409, 'findings-open'), body: { facts: { open: '1' } } })
    const { items } = await read(`${first}/findings`, owner.admin)
    const [forward] = items as { id: string; kind: string }[]
    expect(forward).toMatchObject({ kind: 'FAR', state: 'open' })
    const at = `findings/${forward?.id}`
    expect(await owner.admin.post(`${next}/${at}/answers`, { text: 'Elsewhere.' })).toMatchObject({ status: 404 })
    // It is found under the project as under its period.
    await done(owner.admin.post(`${project}/${at}/answers`, { text: 'Done.' }))
    await done(rival.admin.post(`${first}/${at}/assessments`, { outcome: 'closed', text: 'Indeed.' }))
    expect(await read(next)).toMatchObject({ findings: { earlier: 0 } })
    await done(certifyNext())
  })
})

it('the page of the project shows what was certified and issued, in each language', async () => {
  const path = `/projects/${all.project}`
  const page = async (language: string) =>
    (await all.registry.app.inject({ url: path, headers: { 'accept-language': language } })).body
  const text = (body: string) => body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
  expect(text(await page('en'))).toMatch(/Crediting periods .* 1 1 January 2023 to 31 December 2027 renewable/)
  expect(text(await page('en'))).toMatch(/Monitoring periods .* 2023 100\.5 100\.5 2024 40 15\.5/)
  expect(text(await page('fr'))).toMatch(/Périodes de suivi .* 2023 100,5 100,5 2024 40 15,5/)
  expect(text(await page('es'))).toMatch(/Períodos de vigilancia .* 2023 100,5 100,5 2024 40 15,5/)
})

it('the ledger says in a sentence what was done about periods', async () => {
  const { items } = await read(`${project}/ledger?limit=200`)
  const sentences = (items as { sentence: string }[]).map(({ sentence }) => sentence).join('\n')
  for (const said of [
    /sets a crediting period of Salt Lake \(project 1\) from .* to .*: renewable\./,
    /Sunfield opens the monitoring period from .* to .* of Salt Lake \(project 1\)\./,
    /takes the step “return the report” for the monitoring period from .*, because: incomplete\./,
    /Sunfield submits a version of the document “monitoring report” of the monitoring period from/,
    /Rivals certifies the outcome of the monitoring period from .*: 100\.5 tonnes of vintage 2023 and 40 tonnes/,
  ]) {
    expect(sentences).toMatch(said)
  }
})
