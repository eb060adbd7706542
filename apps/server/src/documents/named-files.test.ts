import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { forgetFiles } from '../platform/files/kept.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { fileProblems } from './named-files.ts'
import { attach, begin, example, writtenDesign } from './written.fixture.ts'

const ROUNDS = Number(process.env.TALLYSTICK_RACE_ROUNDS ?? 6)
/** A place of the design document that is for everybody. */
const MINUTES = 'App.minutes'

let all: World

beforeAll(async () => {
  all = await world()
})
afterAll(() => all.registry.close())

const drafts = '/national/drafts'
const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const fresh = () => Buffer.from(`day,present\n2025-01-01,${randomBytes(8).toString('hex')}\n`)
const named = (name: string, bytes: Buffer, more: object = {}) => [
  { name, sha256: sha256Of(bytes), size: String(bytes.length), ...more },
]
const save = (who: Person, id: string, revision: number, value: unknown, headers = {}) =>
  who.put(`${drafts}/${id}/values`, { revision, changes: [{ path: MINUTES, value }] }, { headers })
const submit = (who: Person, id: string, revision: number) => who.post(`${drafts}/${id}/submission`, { revision })
const download = (who: Person, project: string, bytes: Buffer) =>
  all.registry.app.inject({
    url: `/national/projects/${project}/files/${sha256Of(bytes)}`,
    headers: who.token ? { authorization: `Bearer ${who.token}` } : {},
  })

async function newProject(): Promise<string> {
  const owners = [{ account: all.sunfield.holding, share: '100' }]
  const body = { title: 'With files', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  return String((await done(all.sunfield.admin.post('/national/projects', body))).id)
}

async function savedMinutes(who: Person, project: string, value: unknown) {
  const { id, revision } = await writtenDesign(who, project)
  const { revision: now, problems } = await done(save(who, id, revision, value), 200)
  return { id, revision: Number(now), problems }
}

it('a file that is not attached to the project is told when it is saved, and keeps the document from being submitted', async () => {
  const { admin } = all.sunfield
  const [project, other] = [await newProject(), await newProject()]
  const bytes = fresh()
  await done(attach(admin, other, 'minutes.csv', bytes))
  const { id, revision, problems } = await savedMinutes(admin, project, named('minutes.csv', bytes))
  const path = `${MINUTES}.0`
  const told = (code: string, message: string) => [{ path, code, severity: 'error', message }]
  const unknown = 'The file minutes.csv is not attached to this project: attach it first.'
  expect(problems).toEqual(told('file-unknown', unknown))
  const draft = expectStatus(await admin.get(`${drafts}/${id}`), 200).body
  expect(draft.problems).toEqual(told('file-unknown', unknown))
  expect(await submit(admin, id, revision)).toMatchObject({
    status: 422,
    body: { code: 'document-unfinished', errors: [{ field: path, message: unknown }] },
  })
  const french = await save(admin, id, revision, named('minutes.csv', bytes), { 'accept-language': 'fr' })
  expect(french.body.problems).toMatchObject([{ message: expect.stringContaining('n’est pas joint à ce projet') }])

  await done(attach(admin, project, 'minutes.csv', bytes, {}))
  const now = async () => Number(expectStatus(await admin.get(`${drafts}/${id}`), 200).body.revision)
  const again = async (value: unknown) => (await done(save(admin, id, await now(), value), 200)).problems
  const otherwise = 'This file is attached under the name minutes.csv, not protocol.csv.'
  expect(await again(named('protocol.csv', bytes))).toEqual(told('file-named-otherwise', otherwise))
  const size = `The file minutes.csv has ${bytes.length} bytes.`
  expect(await again(named('minutes.csv', bytes, { size: '7' }))).toEqual(told('file-size', size))
  expect(await again(named('minutes.csv', bytes))).toMatchObject([{ path, code: 'file-opens', severity: 'warning' }])
  expect(await submit(admin, id, await now())).toMatchObject({ status: 201 })
})

it('a file that somebody may not read is as good as none, in a draft too', async () => {
  const { officer, sunfield } = all
  const project = await newProject()
  const bytes = fresh()
  await done(attach(officer, project, 'letter.csv', bytes, { document: 'letter' }))
  // The owner of a project reads all that goes with it.
  const { problems } = await savedMinutes(sunfield.admin, project, named('letter.csv', bytes))
  expect(problems).toMatchObject([{ code: 'file-opens' }])
  const stranger = await all.registry.newOrganisation(officer, 'Stranger Ltd')
  const actor = { user: '', organisation: stranger.id, mandate: '', role: 'developer/Admin' }
  const file = { path: 'A.b.0', name: 'letter.csv', sha256: sha256Of(bytes), size: undefined, public: true }
  const told = await fileProblems(all.registry.services, actor, project, [file])
  expect(told).toMatchObject([{ check: 'file-unknown' }])
})

it('what a version names stays, and is read by everybody where the version is', async () => {
  const { sunfield, registry } = all
  const { admin } = sunfield
  const project = await newProject()
  const [open, closed] = [fresh(), fresh()]
  const attachment = async (name: string, bytes: Buffer) => {
    const { id } = await done(attach(admin, project, name, bytes, {}))
    return `/national/attachments/${id}`
  }
  const [shown, hidden] = [await attachment('open.csv', open), await attachment('closed.csv', closed)]
  const value = [...named('open.csv', open), ...named('closed.csv', closed, { public: false })]
  const { id, revision, problems } = await savedMinutes(admin, project, value)
  expect(problems).toMatchObject([{ path: `${MINUTES}.0`, code: 'file-opens' }])
  expect((await download(registry.nobody, project, open)).statusCode).toBe(404)
  const { sha256 } = await done(submit(admin, id, revision))

  expect((await download(registry.nobody, project, open)).rawPayload).toEqual(open)
  expect(await registry.nobody.get(shown)).toMatchObject({ status: 200, body: { public: true } })
  const list = expectStatus(await registry.nobody.get(`/national/projects/${project}/attachments?limit=100`), 200).body
  const names = (list.items as { name: string }[]).map(({ name }) => name)
  expect([names.includes('open.csv'), names.includes('closed.csv')]).toEqual([true, false])
  const version = JSON.stringify(expectStatus(await registry.nobody.get(`/national/documents/${sha256}`), 200).body)
  expect([version.includes('open.csv'), version.includes('closed.csv')]).toEqual([true, false])
  expect((await download(registry.nobody, project, closed)).statusCode).toBe(404)
  expect((await download(admin, project, closed)).rawPayload).toEqual(closed)

  const inUse = { status: 409, body: { code: 'file-in-use' } }
  for (const one of [shown, hidden]) expect(await admin.delete(one)).toMatchObject(inUse)
  expect(await admin.put(shown, { title: 'Minutes', public: false })).toMatchObject(inUse)
  expect(await admin.put(shown, { title: 'Minutes', public: true })).toMatchObject({ body: { title: 'Minutes' } })
  expect(await admin.put(hidden, { title: 'Closed', public: false })).toMatchObject({ status: 200 })

  // A later version that names neither leaves the earlier one as it is.
  const next = await begin(admin, { project, kind: 'project-design' })
  const { revision: later } = await done(save(admin, next.id, next.revision, null), 200)
  expectStatus(await submit(admin, next.id, Number(later)), 201)
  expect(await admin.delete(shown)).toMatchObject(inUse)
  expect((await download(registry.nobody, project, open)).statusCode).toBe(200)
})

it('a file that is taken away while it is submitted is either gone and told, or stays', async () => {
  const { admin } = all.sunfield
  const seen = new Set<string>()
  const project = await newProject()
  const first = await writtenDesign(admin, project)
  expectStatus(await submit(admin, first.id, first.revision), 201)
  for (let round = 0; round < ROUNDS; round += 1) {
    const bytes = fresh()
    const { id: attachment } = await done(attach(admin, project, 'minutes.csv', bytes))
    const { id, revision } = await begin(admin, { project, kind: 'project-design' })
    const saved = await done(save(admin, id, revision, named('minutes.csv', bytes)), 200)
    const later = async () => {
      await new Promise((resolve) => setTimeout(resolve, (round * 400) / ROUNDS))
      return admin.delete(`/national/attachments/${attachment}`)
    }
    const [submitted, taken] = await Promise.all([submit(admin, id, Number(saved.revision)), later()])
    seen.add(`${submitted.status} ${taken.status}`)
    expect([`201 409`, `422 204`]).toContain(`${submitted.status} ${taken.status}`)
    if (submitted.status === 201) expect((await download(admin, project, bytes)).statusCode).toBe(200)
    else {
      expect(submitted.body).toMatchObject({ errors: [{ field: `${MINUTES}.0` }] })
      expectStatus(await admin.delete(`${drafts}/${id}`), 204)
    }
  }
  console.log(`submitted and taken away at once: ${[...seen].join(', ')}`)
})

it('a file is not taken away before the end of a submission that names it', async () => {
  const { admin } = all.sunfield
  const { pool } = all.registry.services
  const project = await newProject()
  const bytes = fresh()
  const { id } = await done(attach(admin, project, 'minutes.csv', bytes))
  const submission = await pool.connect()
  try {
    await submission.query('BEGIN')
    await submission.query('SELECT 1 FROM content_attachment WHERE project = $1 FOR KEY SHARE', [project])
    const taken = admin.delete(`/national/attachments/${id}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const version = 'f'.repeat(64)
    await submission.query(
      `INSERT INTO content_document (project, sha256, template, bytes, created_at) VALUES ($1, $2, 'PDD@1', '', now())`,
      [project, version],
    )
    await submission.query('INSERT INTO content_document_file VALUES ($1, $2, $3, true)', [
      project,
      version,
      sha256Of(bytes),
    ])
    await submission.query('COMMIT')
    expect(await taken).toMatchObject({ status: 409, body: { code: 'file-in-use' } })
  } finally {
    submission.release()
  }
})

it('a file that only a draft names is kept as long as that names it', async () => {
  const { admin } = all.sunfield
  const { services } = all.registry
  const project = await newProject()
  const bytes = fresh()
  const { id: attachment } = await done(attach(admin, project, 'minutes.csv', bytes))
  const { id, revision } = await begin(admin, { project, kind: 'project-design' })
  const saved = await done(save(admin, id, revision, named('minutes.csv', bytes)), 200)
  expectStatus(await admin.delete(`/national/attachments/${attachment}`), 204)
  const old = `UPDATE content_file SET brought_at = brought_at - interval '2 days' WHERE sha256 = $1`
  await services.pool.query(old, [sha256Of(bytes)])
  await forgetFiles(services)
  expect(await services.files.store.has(sha256Of(bytes))).toBe(true)
  await done(save(admin, id, Number(saved.revision), null), 200)
  await forgetFiles(services)
  expect(await services.files.store.has(sha256Of(bytes))).toBe(false)
})

it('an example is written, and submitted, exactly as it stands', async () => {
  const { admin } = all.sunfield
  const project = await newProject()
  const { id, revision } = await writtenDesign(admin, project)
  const answer = await done(submit(admin, id, revision))
  const { document } = expectStatus(await admin.get(`/national/documents/${answer.sha256}`), 200).body
  const { B63 } = (document as { values: Record<string, { calculation: object }> }).values
  expect(B63?.calculation).toEqual(example('selu.pdd.json').values.B63?.calculation)
})
