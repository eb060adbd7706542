import { canonicalJson, sha256Hex } from '@tallystick/rules'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { begin, writtenDesign } from './written.fixture.ts'

const ROUNDS = Number(process.env.TALLYSTICK_RACE_ROUNDS ?? 15)

let all: World
let colleague: Person

beforeAll(async () => {
  all = await world()
  colleague = await all.registry.join(all.officer, all.sunfield.id, 'Admin', 'colleague@example.org')
})
afterAll(() => all.registry.close())

const drafts = '/national/drafts'
const read = async (from: string, who: Person) => expectStatus(await who.get(from), 200).body

async function newProject(title: string): Promise<string> {
  const owners = [{ account: all.sunfield.holding, share: '100' }]
  const body = { title, sectoralScope: '1', methodology: 'AMS-I.D', owners }
  return String((await done(all.sunfield.admin.post('/national/projects', body))).id)
}

async function newDraft(title: string) {
  return begin(all.sunfield.admin, { project: await newProject(title), kind: 'project-design' })
}

const save = (who: Person, id: string, revision: number, path: string, value: unknown) =>
  who.put(`${drafts}/${id}/values`, { revision, changes: [{ path, value }] })

it('two who save the same at once: one is told whose change it was; two who save different things are not', async () => {
  const { admin } = all.sunfield
  const { id, revision } = await newDraft('Two at once')
  const same = await Promise.all([
    save(admin, id, revision, 'A1.description', 'By the one.'),
    save(colleague, id, revision, 'A1.description', 'By the other.'),
  ])
  expect(same.map(({ status }) => status).sort()).toEqual([200, 409])
  const lost = same.find(({ status }) => status === 409)
  expect(lost?.body).toMatchObject({
    code: 'revision-stale',
    facts: { revision: String(revision + 1), by: 'A Admin' },
    errors: [{ field: 'A1.description', message: 'was changed meanwhile' }],
  })
  const others = await Promise.all([
    save(admin, id, revision, 'B4.baseline', 'The grid as it is.'),
    save(colleague, id, revision, 'D.analysis', 'No harm was found.'),
  ])
  expect(others.map(({ status }) => status)).toEqual([200, 200])
  const { document } = await read(`${drafts}/${id}`, admin)
  expect(document).toMatchObject({
    values: { B4: { baseline: 'The grid as it is.' }, D: { analysis: 'No harm was found.' } },
  })
})

it('what is sent again is answered again, and changes nothing', async () => {
  const { admin } = all.sunfield
  const { id, revision } = await newDraft('Again')
  const once = () => save(admin, id, revision, 'A1.description', 'Once.')
  expect(await done(once(), 200)).toMatchObject({ revision: revision + 1 })
  expect(await done(once(), 200)).toMatchObject({ revision: revision + 1, values: [] })
  expect(await save(admin, id, revision + 5, 'A1.description', 'From the future.')).toMatchObject({ status: 409 })
})

it('rows move up where one goes, so what was meant for a row is not written into another', async () => {
  const { admin } = all.sunfield
  const { id, revision } = await newDraft('Rows')
  const rows = [{ name: 'North' }, { name: 'South' }, { name: 'East' }]
  const filled = await done(save(admin, id, revision, 'A2.locations', rows), 200)
  const at = Number(filled.revision)
  expect(await save(admin, id, at, 'A2.locations.0', null)).toMatchObject({ status: 200 })
  expect(await save(colleague, id, at, 'A2.locations.1.name', 'Meant for the South')).toMatchObject({
    status: 409,
    body: { errors: [{ field: 'A2.locations' }] },
  })
  const { document } = await read(`${drafts}/${id}`, admin)
  expect(document).toMatchObject({ values: { A2: { locations: [{ name: 'South' }, { name: 'East' }] } } })
})

it('whoever saves what at the same time, what was answered stands until somebody saw it and changed it', async () => {
  const { admin } = all.sunfield
  const { id } = await newDraft('Many')
  const place = fc.constantFrom('A1.description', 'B4.baseline', 'D.analysis')
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(place, fc.nat(9)), { minLength: 2, maxLength: 8 }), async (wishes) => {
      run += 1
      const textOf = (path: string, number: number) => `Text ${number} for ${path} in run ${run}.`
      const { revision } = await read(`${drafts}/${id}`, admin)
      const answers = await Promise.all(
        wishes.map(([path, number], at) =>
          save(at % 2 === 0 ? admin : colleague, id, Number(revision), path, textOf(path, number)),
        ),
      )
      const { document } = await read(`${drafts}/${id}`, admin)
      const { values } = document as { values: Record<string, Record<string, string>> }
      for (const path of new Set(wishes.map(([one]) => one))) {
        const [section = '', field = ''] = path.split('.')
        const stands = values[section]?.[field]
        const told = wishes.flatMap(([one, number], at) =>
          one === path && answers[at]?.status === 200 ? [textOf(path, number)] : [],
        )
        // Nobody has seen another's change: all that were taken are the same, and it stands.
        expect(new Set(told).size).toBe(1)
        expect(stands).toBe(told[0])
      }
      for (const { status } of answers) expect([200, 409]).toContain(status)
    }),
    { numRuns: ROUNDS },
  )
})

it('submitted twice at once it is one version; the same command again is answered as at first', async () => {
  const { admin } = all.sunfield
  const project = await newProject('Submitted twice')
  const { id, revision } = await writtenDesign(admin, project)
  const submit = (who: Person, key: string) => who.post(`${drafts}/${id}/submission`, { revision }, { key })
  const answers = await Promise.all([submit(admin, 'first-of-two'), submit(colleague, 'second-of-two')])
  const won = answers.filter(({ status }) => status === 201)
  expect(won.length).toBe(1)
  for (const { status, body } of answers.filter((one) => one.status !== 201)) {
    expect([404, 409]).toContain(status)
    expect(['not-found', 'nothing-changes']).toContain(body.code)
  }
  const [who, key] = answers[0]?.status === 201 ? [admin, 'first-of-two'] : [colleague, 'second-of-two']
  const again = await submit(who, String(key))
  expect(again.body).toEqual(won[0]?.body)
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect(await read(`/national/projects/${project}/documents`, admin)).toMatchObject({ items: [{ version: 1 }] })
})

it('killed between the bytes and the entry: nothing was submitted, and it is submitted when it is sent again', async () => {
  const { admin } = all.sunfield
  const { ledger, pool } = all.registry.services
  const project = await newProject('Killed before')
  const { id, revision } = await writtenDesign(admin, project)
  const submit = () => admin.post(`${drafts}/${id}/submission`, { revision }, { key: 'killed-before' })
  const execute = ledger.execute.bind(ledger)
  ledger.execute = () => Promise.reject(new Error('killed'))
  try {
    expect(await submit()).toMatchObject({ status: 500 })
  } finally {
    ledger.execute = execute
  }
  const { rows } = await pool.query<{ sha256: string; bytes: Buffer }>(
    'SELECT sha256, bytes FROM content_document WHERE project = $1',
    [project],
  )
  const [kept] = rows
  expect(rows.length).toBe(1)
  expect(await admin.get(`/national/documents/${kept?.sha256}`)).toMatchObject({ status: 404 })
  expect(await read(`/national/projects/${project}/documents`, admin)).toMatchObject({ items: [] })
  const answer = await done(submit())
  expect(answer).toMatchObject({ version: 1, sha256: kept?.sha256 })
  expect(await read(`/national/documents/${answer.sha256}`, admin)).toMatchObject({ version: 1 })
})

it('killed after the entry: it was submitted, its bytes are there, and the answer is the same when it is sent again', async () => {
  const { admin } = all.sunfield
  const { ledger } = all.registry.services
  const project = await newProject('Killed after')
  const { id, revision } = await writtenDesign(admin, project)
  const submit = () => admin.post(`${drafts}/${id}/submission`, { revision }, { key: 'killed-after' })
  const execute = ledger.execute.bind(ledger)
  ledger.execute = async (command) => {
    await execute(command)
    throw new Error('killed')
  }
  try {
    expect(await submit()).toMatchObject({ status: 500 })
  } finally {
    ledger.execute = execute
  }
  const { items } = await read(`/national/projects/${project}/documents`, admin)
  expect(items).toMatchObject([{ version: 1, template: 'PDD@1' }])
  const [{ sha256 }] = items as [{ sha256: string }]
  const { document } = await read(`/national/documents/${sha256}`, admin)
  expect(sha256Hex(Buffer.from(canonicalJson(document)))).toBe(sha256)
  expect(await done(submit())).toMatchObject({ version: 1, sha256 })
  expect(await admin.get(`${drafts}/${id}`)).toMatchObject({ status: 404 })
})
