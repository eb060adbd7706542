import { createHash } from 'node:crypto'
import { canonicalJson } from '@tallystick/rules'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { begin, designOf, write, writtenDesign } from './written.fixture.ts'

let all: World

beforeAll(async () => {
  all = await world('Selu Grid Solar Plant')
})
afterAll(() => all.registry.close())

const read = async (from: string, who: Person = all.registry.nobody) => expectStatus(await who.get(from), 200).body
const drafts = '/national/drafts'

async function newProject(title: string): Promise<string> {
  const owners = [{ account: all.sunfield.holding, share: '100' }]
  const body = { title, sectoralScope: '1', methodology: 'AMS-I.D', owners }
  return String((await done(all.sunfield.admin.post('/national/projects', body))).id)
}

it('a document is begun with what is known, written field by field, and submitted as bytes that anybody may hash', async () => {
  const { sunfield, project } = all
  const { admin } = sunfield
  const about = { project: project.id, kind: 'project-design' }
  const begun = await begin(admin, about)
  expect(begun.document).toMatchObject({
    template: 'PDD',
    version: 1,
    values: { head: { title: 'Selu Grid Solar Plant', host: 'XT', scopes: ['1'], reference: 'XT-001' } },
  })
  expect(begun.problems).toContainEqual(expect.objectContaining({ path: 'A1.description', code: 'required' }))
  expect(await admin.post(drafts, about)).toMatchObject({
    status: 409,
    body: { code: 'already-exists', facts: { draft: begun.id } },
  })

  const early = await admin.post(`${drafts}/${begun.id}/submission`, { revision: 1 })
  expect(early).toMatchObject({ status: 422, body: { code: 'document-unfinished' } })
  expect((early.body.errors as { field: string }[]).map(({ field }) => field)).toContain('A1.description')

  const revision = await write(admin, begun.id, begun.revision, await designOf(admin, project.id))
  const whole = await read(`${drafts}/${begun.id}`, admin)
  expect(whole).toMatchObject({ revision, problems: [] })
  const answer = await done(admin.post(`${drafts}/${begun.id}/submission`, { revision, name: 'Design' }))
  expect(answer).toMatchObject({ kind: 'project-design', version: 1, template: 'PDD@1', name: 'Design' })

  const bytes = await all.registry.app.inject({
    url: `/national/documents/${answer.sha256}/bytes`,
    headers: { authorization: `Bearer ${admin.token}` },
  })
  expect(createHash('sha256').update(bytes.rawPayload).digest('hex')).toBe(answer.sha256)
  expect(bytes.payload).toBe(canonicalJson(bytes.json()))
  const { entry } = answer as { entry: { index: number } }
  expect((await read(`/national/entries/${entry.index}`)).entry).toMatchObject({
    type: 'DocumentSubmitted',
    body: { document: 'project-design', sha256: answer.sha256, allotted: { version: 1 } },
  })
  expect(await admin.get(`${drafts}/${begun.id}`)).toMatchObject({ status: 404 })
  expect(await read(`/national/projects/${project.id}/documents`)).toMatchObject({
    items: [{ version: 1, template: 'PDD@1' }],
  })
})

it('what is not public is withheld from strangers, who are told so', async () => {
  const { registry, officer, sunfield, harbour, project } = all
  const { items } = await read(`/national/projects/${project.id}/documents`)
  const [{ sha256 }] = items as [{ sha256: string }]
  const at = `/national/documents/${sha256}`
  const { admin: stranger } = await registry.newOrganisation(officer, 'Stranger Ltd')
  const contact = 'sara.adeyemi@selu-solar.example'
  for (const who of [registry.nobody, stranger]) {
    const shown = await read(at, who)
    expect(shown).toMatchObject({ inForce: true, template: 'PDD@1', project: project.id })
    expect(shown.withheld).toEqual(expect.arrayContaining(['head.contact']))
    expect(JSON.stringify(shown)).not.toContain(contact)
    expect(await who.get(`${at}/bytes`)).toMatchObject({ status: 403 })
    const page = await registry.app.inject({ url: `${at}/page?language=fr`, headers: bearer(who) })
    expect(page.statusCode).toBe(200)
    expect(page.body).toContain('ne sont pas publiques')
    expect(page.body).not.toContain(contact)
  }
  for (const who of [sunfield.admin, harbour.admin, officer]) {
    const shown = await read(at, who)
    expect(shown).toMatchObject({ withheld: [] })
    expect(JSON.stringify(shown)).toContain(contact)
  }
})

const bearer = ({ token }: Person): Record<string, string> => (token ? { authorization: `Bearer ${token}` } : {})

it('a version follows on the last one, and what differs is told field by field', async () => {
  const { sunfield, project, registry } = all
  const { admin } = sunfield
  const { items } = await read(`/national/projects/${project.id}/documents`)
  const [{ sha256: first }] = items as [{ sha256: string }]
  const { id, revision } = await begin(admin, { project: project.id, kind: 'project-design' })
  expect(await admin.post(`${drafts}/${id}/submission`, { revision })).toMatchObject({
    status: 409,
    body: { code: 'nothing-changes' },
  })
  const changes = [
    { path: 'A1.description', value: 'Otherwise than before. '.repeat(9).trim() },
    { path: 'head.contact', value: { name: 'Somebody Else' } },
  ]
  const saved = await done(admin.put(`${drafts}/${id}/values`, { revision, changes }), 200)
  expect(saved).toMatchObject({ revision: revision + 1, problems: [] })
  const second = await done(admin.post(`${drafts}/${id}/submission`, { revision: saved.revision }))
  expect(second).toMatchObject({ version: 2, name: null })
  const at = `/national/documents/${second.sha256}/comparison?from=${first}`
  const paths = async (who: Person) =>
    ((await read(at, who)).changes as { path: string; kind: string }[]).map(({ path, kind }) => `${kind} ${path}`)
  expect(await paths(admin)).toEqual(['changed head.contact', 'changed A1.description'])
  expect(await paths(registry.nobody)).toEqual(['changed A1.description'])
  expect(await read(at)).toMatchObject({ from: { version: 1, inForce: false }, to: { version: 2, inForce: true } })
  expect(await registry.nobody.get(`/national/documents/${'0'.repeat(64)}`)).toMatchObject({ status: 404 })
})

it('is printed as a page and as PDF, and a draft says that it is one', async () => {
  const { sunfield, registry } = all
  const project = await newProject('Printed')
  const { id } = await begin(sunfield.admin, { project, kind: 'project-design' })
  const get = (url: string) => registry.app.inject({ url, headers: bearer(sunfield.admin) })
  const page = await get(`${drafts}/${id}/page?language=ar`)
  expect(page.headers['content-type']).toMatch(/^text\/html/)
  expect(page.body).toContain('dir="rtl"')
  expect(page.body).toContain('مسودة')
  const pdf = await get(`${drafts}/${id}/pdf?language=es`)
  expect(pdf.statusCode).toBe(200)
  expect(pdf.headers['content-type']).toBe('application/pdf')
  expect(pdf.rawPayload.subarray(0, 5).toString()).toBe('%PDF-')
  expect(await registry.nobody.get(`${drafts}/${id}/pdf`)).toMatchObject({ status: 401 })
})

it('a draft is of one organisation: nobody else is told of it, and only who may submit it writes', async () => {
  const { registry, officer, sunfield, harbour } = all
  const project = await newProject('Private')
  const { id, revision } = await begin(sunfield.admin, { project, kind: 'project-design' })
  const viewer = await registry.join(officer, sunfield.id, 'ViewOnly')
  const body = { revision, changes: [{ path: 'A1.description', value: 'By a viewer.' }] }
  expect(await read(`${drafts}/${id}`, viewer)).toMatchObject({ id })
  expect(await viewer.put(`${drafts}/${id}/values`, body)).toMatchObject({ status: 403 })
  expect(await viewer.delete(`${drafts}/${id}`)).toMatchObject({ status: 403 })
  for (const who of [officer, harbour.admin]) {
    expect(await who.get(`${drafts}/${id}`)).toMatchObject({ status: 404 })
    expect(await who.put(`${drafts}/${id}/values`, body)).toMatchObject({ status: 404 })
    expect(await who.post(`${drafts}/${id}/submission`, { revision })).toMatchObject({ status: 404 })
    expect(await who.get(`${drafts}/${id}/comments`)).toMatchObject({ status: 404 })
    expect(JSON.stringify(await read(drafts, who))).not.toContain(id)
  }
  const stranger = await registry.newOrganisation(officer, 'Another stranger')
  const begun = await stranger.admin.post(drafts, { project, kind: 'project-design' })
  expect(begun).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await sunfield.admin.post(drafts, { project, kind: 'letter' })).toMatchObject({
    status: 422,
    body: {
      code: 'code-unknown',
      errors: [{ allowed: expect.stringMatching(/^initial-notification, project-design, .*, issuance-form$/) }],
    },
  })
  expect(await sunfield.admin.post(drafts, { project: '0'.repeat(32), kind: 'project-design' })).toMatchObject({
    status: 404,
  })
  expect(await read(`${drafts}?project=${project}`, sunfield.admin)).toMatchObject({ items: [{ id }], next: null })
  expect(await sunfield.admin.delete(`${drafts}/${id}`)).toMatchObject({ status: 204 })
  expect(await sunfield.admin.get(`${drafts}/${id}`)).toMatchObject({ status: 404 })
})

it('colleagues comment on a field, answer, and say that it is done with', async () => {
  const { registry, officer, sunfield } = all
  const project = await newProject('Commented')
  const { id } = await begin(sunfield.admin, { project, kind: 'project-design' })
  const colleague = await registry.join(officer, sunfield.id, 'ViewOnly')
  const at = `${drafts}/${id}/comments`
  const comment = await done(colleague.post(at, { path: 'A1.description', text: 'How many megawatts?' }))
  expect(comment).toMatchObject({ path: 'A1.description', by: { name: 'A ViewOnly' }, answers: [], resolved: null })
  const answered = await done(sunfield.admin.post(`${at}/${comment.id}/answers`, { text: 'Ten.' }))
  expect(answered).toMatchObject({ id: comment.id, answers: [{ text: 'Ten.', by: { name: 'A Admin' } }] })
  const resolve = (resolved: boolean) => sunfield.admin.put(`${at}/${comment.id}/resolved`, { resolved })
  expect(await done(resolve(true), 200)).toMatchObject({ resolved: { by: { name: 'A Admin' } } })
  expect(await done(resolve(false), 200)).toMatchObject({ resolved: null })
  expect(await read(at, colleague)).toMatchObject({ items: [{ id: comment.id, answers: [{ text: 'Ten.' }] }] })
  for (const path of ['Z9.nothing', 'A1.nothing', 'A1.description.0']) {
    expect(await colleague.post(at, { path, text: 'Where?' })).toMatchObject({ status: 400 })
  }
  expect(await colleague.post(`${at}/${'0'.repeat(32)}/answers`, { text: 'To nobody' })).toMatchObject({ status: 404 })
})

it('a project adds sections of its own, and the core stays as it is', async () => {
  const { admin } = all.sunfield
  const project = await newProject('With a section of its own')
  const { id, revision } = await begin(admin, { project, kind: 'project-design' })
  const set = (sections: object[], at = revision) => admin.put(`${drafts}/${id}/sections`, { revision: at, sections })
  const label = { en: 'Number of birds' }
  const birds = { key: 'x-birds', number: 'X', title: { en: 'Birds' }, fields: [{ key: 'count', type: 'int', label }] }
  expect(await set([{ ...birds, key: 'A1' }])).toMatchObject({ status: 400, body: { errors: [{ field: 'sections' }] } })
  expect(await done(set([birds]), 200)).toMatchObject({
    revision: revision + 1,
    document: { own: [{ key: 'x-birds' }] },
  })
  const changes = [{ path: 'x-birds.count', value: '12' }]
  const saved = await done(admin.put(`${drafts}/${id}/values`, { revision: revision + 1, changes }), 200)
  expect(saved).toMatchObject({ values: [{ path: 'x-birds.count', value: '12' }] })
  expect(await set([])).toMatchObject({ status: 409, body: { code: 'revision-stale', facts: { by: 'A Admin' } } })
  const without = await done(set([], Number(saved.revision)), 200)
  expect(without.document).not.toHaveProperty('own')
  expect(JSON.stringify(without.document)).not.toContain('x-birds')
})

it('the bare way stays open, and says that the document is no data', async () => {
  const { admin } = all.sunfield
  const project = await newProject('On paper')
  const body = { kind: 'project-design', sha256: 'a'.repeat(64) }
  expect(await done(admin.post(`/national/projects/${project}/documents`, body))).toMatchObject({
    version: 1,
    template: null,
  })
  expect(await admin.get(`/national/documents/${'a'.repeat(64)}`)).toMatchObject({ status: 404 })
  const { document } = await begin(admin, { project, kind: 'project-design' })
  expect(document.values.head).toMatchObject({ title: 'On paper' })
})

it('templates are read by anybody', async () => {
  const { items } = await read('/national/templates')
  expect(items).toContainEqual(expect.objectContaining({ id: 'PDD', version: 1, of: 'project' }))
  expect(await read('/national/templates/PDD/1')).toMatchObject({ id: 'PDD', sections: expect.any(Array) })
  expect(await all.registry.nobody.get('/national/templates/PDD/99')).toMatchObject({ status: 404 })
})

it('a finished design of another project is submitted like the first', async () => {
  const { admin } = all.sunfield
  const project = await newProject('Second of its kind')
  const { id, revision } = await writtenDesign(admin, project)
  const answer = await done(admin.post(`${drafts}/${id}/submission`, { revision }))
  expect(await read(`/national/documents/${answer.sha256}`, admin)).toMatchObject({
    project,
    document: { values: { head: { title: 'Second of its kind' } } },
  })
})
