import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person, testRegistry } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let path = ''

beforeAll(async () => {
  all = await world()
  path = `/national/projects/${all.project.id}`
})
afterAll(() => all.registry.close())

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
const read = async (from: string, who: Person = all.registry.nobody) => expectStatus(await who.get(from), 200).body

it('a project says where it stands, since when, and what may follow', async () => {
  const { moves, since, ...project } = await read(path)
  expect(project).toMatchObject({ state: 'registered', documents: [], findings: { open: 0, forward: 0 } })
  expect(since).toMatchObject({ index: expect.any(Number), at: expect.any(String) })
  expect(moves).toEqual([
    { move: 'suspend', to: 'suspended', reason: false, ready: true, until: null, missing: expect.anything() },
    { move: 'deregister', to: 'deregistered', reason: false, ready: true, until: null, missing: expect.anything() },
  ])
})

it('documents are kept by kind and version, by those who may', async () => {
  const { officer, sunfield, registry } = all
  const stranger = await registry.newOrganisation(officer, 'Stranger Ltd')
  const submit = (who: Person, kind: string, text: string, name: string | null = null) =>
    who.post(`${path}/documents`, { kind, sha256: hashOf(text), name })
  expect(await done(submit(sunfield.admin, 'project-design', 'first', 'Design.pdf'))).toMatchObject({
    kind: 'project-design',
    version: 1,
    name: 'Design.pdf',
    by: { name: 'Sunfield Power' },
  })
  expect(await submit(sunfield.admin, 'project-design', 'first')).toMatchObject({
    status: 409,
    body: { code: 'nothing-changes' },
  })
  expect(await done(submit(sunfield.admin, 'project-design', 'second'))).toMatchObject({ version: 2, name: null })
  expect(await submit(sunfield.admin, 'letter', 'ours')).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await submit(stranger.admin, 'project-design', 'theirs')).toMatchObject({ status: 403 })
  const poem = await submit(stranger.admin, 'poem', 'of nobody')
  const allowed = expect.stringContaining('project-design')
  expect(poem).toMatchObject({ status: 422, body: { code: 'code-unknown', errors: [{ field: 'kind', allowed }] } })
  const astray = await stranger.admin.post(`${path}/moves`, { move: 'regster' })
  expect(astray).toMatchObject({ status: 422, body: { code: 'move-unknown', errors: [{ field: 'move' }] } })
  expect(await registry.nobody.post(`${path}/moves`, { move: 'regster' })).toMatchObject({ status: 401 })
  expect(await submit(registry.nobody, 'project-design', 'anybody')).toMatchObject({ status: 401 })
  expect(await read(path)).toMatchObject({
    documents: [{ kind: 'project-design', version: 2, sha256: hashOf('second') }],
  })
  const page = await read(`${path}/documents?limit=1`)
  expect(page).toMatchObject({ items: [{ version: 2, name: null }] })
  expect(await read(`${path}/documents?limit=1&cursor=${page.next}`)).toMatchObject({
    items: [{ version: 1, sha256: hashOf('first'), name: 'Design.pdf' }],
    next: null,
  })
})

it('a finding is raised, answered by the project, and assessed by others', async () => {
  const { officer, sunfield, harbour } = all
  const raised = await done(
    officer.post(`${path}/findings`, { kind: 'CAR', section: 'B.4.2', text: 'No baseline.\nWhy?' }),
  )
  expect(raised).toMatchObject({ number: 1, state: 'open', text: 'No baseline.\nWhy?' })
  const finding = `${path}/findings/${raised.id}`
  const assess = (who: Person, outcome: string) => who.post(`${finding}/assessments`, { outcome, text: 'Read it.' })
  expect(await read(path)).toMatchObject({ findings: { open: 1, forward: 0 } })
  expect(await assess(officer, 'closed')).toMatchObject({ status: 409, body: { code: 'finding-state' } })
  expect(await officer.post(`${finding}/answers`, { text: 'For them.' })).toMatchObject({ status: 403 })
  await done(harbour.admin.post(`${finding}/answers`, { text: 'Here it is.' }))
  expect(await assess(sunfield.admin, 'closed')).toMatchObject({ status: 403 })
  expect(await done(assess(officer, 'open'))).toMatchObject({ state: 'open' })
  await done(sunfield.admin.post(`${finding}/answers`, { text: 'And the annex.' }))
  await done(assess(officer, 'closed'))
  expect(await read(path)).toMatchObject({ findings: { open: 0, forward: 0 } })
  expect(await read(finding, sunfield.admin)).toMatchObject({
    state: 'closed',
    rounds: [
      { step: 'answer', text: 'Here it is.', outcome: null, by: { name: 'Harbour Trading' } },
      { step: 'assessment', outcome: 'open' },
      { step: 'answer', text: 'And the annex.' },
      { step: 'assessment', outcome: 'closed' },
    ],
  })
  expect(await read(`${path}/findings`, sunfield.admin)).toMatchObject({ items: [{ id: raised.id, state: 'closed' }] })
  expect(await all.registry.nobody.get(finding)).toMatchObject({ status: 401 })
  const other = `/national/projects/${'0'.repeat(32)}/findings/${raised.id}`
  expect(await sunfield.admin.get(other)).toMatchObject({ status: 404 })
})

it('a decision carries its reason and its text', async () => {
  const { officer } = all
  const move = (body: object) => officer.post(`${path}/moves`, { move: 'suspend', ...body })
  expect(await move({ text: 'Because.' })).toMatchObject({ status: 400 })
  expect(await move({ reason: 'spite' })).toMatchObject({ status: 422, body: { code: 'code-unknown' } })
  await done(move({ reason: 'integrity', text: 'As the inspection of May showed.' }))
  const { items } = await read(`${path}/ledger?limit=100`)
  expect((items as { sentence: string }[]).at(-1)?.sentence).toContain('because: integrity')
  expect(await read(path)).toMatchObject({ state: 'suspended', moves: [{ move: 'resume' }, { move: 'deregister' }] })
})

it('a project is deregistered when it is settled, and says what is open before', async () => {
  const { officer, sunfield, harbour, registry } = all
  const deregister = () => officer.post(`${path}/moves`, { move: 'deregister' })
  await done(officer.post(`${path}/moves`, { move: 'resume' }))
  const { id: batch } = await all.issue('2024', '10')
  const retire = (holder: typeof sunfield, quantity: string) =>
    done(holder.admin.post('/national/retirements', { batch, from: holder.holding, quantity, purpose: 'voluntary' }))
  await retire(sunfield, '6')
  await retire(harbour, '3')
  const facts = { units: '1', periods: '0', reversals: '0', debts: '0' }
  expect(await deregister()).toMatchObject({ status: 409, body: { code: 'not-settled', facts } })
  const loss = { project: all.project.id, occurredOn: '2026-01-02', cause: 'fire' }
  const { id: reversal } = await done(sunfield.admin.post('/national/reversals', loss))
  const missing = { unsettled: { units: '1', periods: 0, reversals: 1, debts: [] } }
  expect(await read(path)).toMatchObject({
    moves: [{ move: 'suspend' }, { move: 'deregister', ready: false, missing }],
  })
  const dismissed = { decision: 'dismissed', quantity: null, unitType: null }
  await all.approved(officer.post(`/national/reversals/${reversal}/decision`, dismissed))
  await retire(harbour, '1')
  expect(await read(path, registry.nobody)).toMatchObject({
    moves: [{ move: 'suspend' }, { move: 'deregister', ready: true, missing: { unsettled: null } }],
  })
  expect(await done(deregister())).toMatchObject({ state: 'deregistered' })
})

it('a registry that is founded with another preset has its states and its moves', async () => {
  const registry = await testRegistry({ preset: 'article6' })
  const officer = await registry.join(registry.root, registry.root.organisation, 'Admin')
  const { id: organisation, admin } = await registry.newOrganisation(officer, 'Sunfield Power')
  const { accounts } = await done(officer.post('/national/accounts', { organisation }))
  const [account] = (accounts as { id: string; kind: string }[]).filter(({ kind }) => kind === 'holding')
  const owners = [{ account: account?.id, share: '100' }]
  const asked = { title: 'Salt Lake', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const project = await done(admin.post('/national/projects', asked))
  const from = `/national/projects/${project.id}`
  expect(await admin.post(`${from}/moves`, { move: 'submit-concept' })).toMatchObject({
    status: 409,
    body: { code: 'document-missing', facts: { kinds: 'concept-note' } },
  })
  expect(await read(from, registry.nobody)).toMatchObject({
    state: 'draft',
    moves: [
      { move: 'submit-concept', ready: false, missing: { documents: ['concept-note'] } },
      { move: 'withdraw', ready: true },
    ],
  })
  await done(admin.post(`${from}/documents`, { kind: 'concept-note', sha256: hashOf('concept') }))
  expect(await done(admin.post(`${from}/moves`, { move: 'submit-concept' }))).toMatchObject({ state: 'inf-submitted' })
  await registry.close()
})
