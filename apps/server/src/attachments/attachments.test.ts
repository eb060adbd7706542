import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keepDocument } from '../platform/documents.ts'
import {
  CSV,
  docxWith,
  GEOJSON,
  jpgOf,
  PDF,
  pdfWith,
  pngOf,
  xlsxWith,
} from '../platform/files/judge/samples.fixture.ts'
import { forgetFiles } from '../platform/files/kept.ts'
import { placeOfFile } from '../platform/files/store.ts'
import { expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { sender } from './attach.fixture.ts'

const DAY_MS = 86_400_000

let all: World
let attach: ReturnType<typeof sender>
let project = ''

beforeAll(async () => {
  all = await world()
  attach = sender(all.registry)
  project = all.project.id
})
afterAll(() => all.registry.close())

const at = (id: string) => `/national/projects/${id}/attachments`
const listed = async (who: Person, more = '') =>
  (expectStatus(await who.get(`${at(project)}${more}`), 200).body as { items: { id: string; name: string }[] }).items
const download = (who: Person, sha256: unknown, from = project) =>
  all.registry.app.inject({
    url: `/national/projects/${from}/files/${sha256}`,
    headers: who.token ? { authorization: `Bearer ${who.token}` } : {},
  })
const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
/** A file that nobody has sent yet. */
const fresh = () => Buffer.from(`place,key\nRuacana,${randomBytes(8).toString('hex')}\n`)
const lying = () => readdir(all.registry.services.files.incoming)
const given = async (answer: ReturnType<typeof attach>) => expectStatus(await answer, 201).body

it('a file of each kind is attached, listed, and downloaded as the bytes that were sent', async () => {
  const { sunfield, registry } = all
  const files = {
    'a.pdf': PDF,
    'b.docx': docxWith(),
    'c.xlsx': xlsxWith(),
    'd.csv': CSV,
    'e.geojson': GEOJSON,
    'f.jpg': jpgOf(9, 9),
    'g.png': pngOf(9, 9),
  }
  for (const [name, bytes] of Object.entries(files)) {
    const made = await given(attach(sunfield.admin, project, bytes, { name, public: 'true' }))
    const kind = name.slice(2)
    expect(made).toMatchObject({
      ...{
        project,
        document: null,
        title: name,
        name,
        kind,
        size: bytes.length,
        sha256: sha256Of(bytes),
        public: true,
      },
      ...{ notes: [], by: { name: 'Sunfield Power' } },
    })
    expect(expectStatus(await registry.nobody.get(`/national/attachments/${made.id}`), 200).body).toEqual(made)
    const answer = await download(registry.nobody, made.sha256)
    expect(answer.rawPayload).toEqual(bytes)
    expect(answer.headers).toMatchObject({
      'content-disposition': `attachment; filename="${name}"; filename*=UTF-8''${name}`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'content-length': String(bytes.length),
      'cache-control': 'no-store',
    })
    expect(answer.headers['content-type']).not.toMatch(/html|svg|xml;|script/)
  }
  expect((await listed(registry.nobody)).map(({ name }) => name)).toEqual(Object.keys(files).reverse())
  const page = expectStatus(await registry.nobody.get(`${at(project)}?limit=3`), 200).body
  const next = expectStatus(await registry.nobody.get(`${at(project)}?limit=200&cursor=${page.next}`), 200).body
  expect((next.items as object[]).length).toBe(4)
  expect(await lying()).toEqual([])
})

it('one that is not public is read by owners, certifiers, the government and whoever attached it, and is not there for others', async () => {
  const { sunfield, harbour, officer, registry } = all
  const stranger = await registry.newOrganisation(officer, 'Stranger Ltd')
  const made = await given(attach(sunfield.admin, project, fresh(), { name: 'private.csv', title: 'Prices' }))
  expect(made).toMatchObject({ public: false, title: 'Prices' })
  for (const who of [sunfield.admin, harbour.admin, officer]) {
    expect((await download(who, made.sha256)).statusCode).toBe(200)
    expect(await who.get(`/national/attachments/${made.id}`)).toMatchObject({ status: 200 })
    expect((await listed(who)).some(({ id }) => id === made.id)).toBe(true)
  }
  for (const who of [registry.nobody, stranger.admin]) {
    expect((await download(who, made.sha256)).statusCode).toBe(404)
    expect(await who.get(`/national/attachments/${made.id}`)).toMatchObject({ status: 404 })
    expect((await listed(who)).some(({ id }) => id === made.id)).toBe(false)
  }
  for (const who of [stranger.admin, harbour.admin]) {
    const status = who === harbour.admin ? 403 : 404
    expect(await who.put(`/national/attachments/${made.id}`, { title: 'x', public: true })).toMatchObject({ status })
    expect(await who.delete(`/national/attachments/${made.id}`)).toMatchObject({ status })
  }
  const opened = await sunfield.admin.put(`/national/attachments/${made.id}`, { title: 'Prices of 2024', public: true })
  expect(opened).toMatchObject({ status: 200, body: { ...made, title: 'Prices of 2024', public: true } })
  expect((await download(registry.nobody, made.sha256)).statusCode).toBe(200)
  expect(await officer.delete(`/national/attachments/${made.id}`)).toMatchObject({ status: 204 })
  expect((await download(officer, made.sha256)).statusCode).toBe(404)
})

it('the same file elsewhere is another matter: its hash opens nothing', async () => {
  const { sunfield, harbour, officer, registry } = all
  const bytes = fresh()
  const owners = [{ account: harbour.holding, share: '100' }]
  const body = { title: 'Another', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const other = String(expectStatus(await harbour.admin.post('/national/projects', body), 201).body.id)
  const made = await given(attach(harbour.admin, other, bytes, { name: 'mine.csv' }))
  expect((await download(sunfield.admin, made.sha256, other)).statusCode).toBe(404)
  expect((await download(officer, made.sha256)).statusCode).toBe(404)
  await given(attach(sunfield.admin, project, bytes, { name: 'ours.csv', public: 'true' }))
  const answer = await download(registry.nobody, made.sha256)
  expect([answer.statusCode, answer.headers['content-disposition']]).toEqual([200, expect.stringContaining('ours.csv')])
  expect((await download(registry.nobody, made.sha256, other)).statusCode).toBe(404)
})

it('only those who may submit the document attach a file to it, while they may', async () => {
  const { sunfield, officer, registry } = all
  const stranger = await registry.newOrganisation(officer, 'Passer-by Ltd')
  const viewer = await registry.join(officer, sunfield.id, 'ViewOnly')
  const named = { name: 'a.csv' }
  for (const who of [stranger.admin, viewer]) {
    expect(await attach(who, project, fresh(), named)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  }
  expect(await attach(registry.nobody, project, fresh(), named)).toMatchObject({ status: 401 })
  expect(await attach(sunfield.admin, '0'.repeat(32), fresh(), named)).toMatchObject({ status: 404 })
  const design = await given(attach(sunfield.admin, project, fresh(), { ...named, document: 'project-design' }))
  expect(design).toMatchObject({ document: 'project-design' })
  expect(await listed(sunfield.admin, '?document=project-design')).toMatchObject([{ id: design.id }])
  const letter = await attach(sunfield.admin, project, fresh(), { ...named, document: 'letter' })
  expect(letter).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await attach(officer, project, fresh(), { ...named, document: 'letter' })).toMatchObject({ status: 201 })
  const odd = await attach(officer, project, fresh(), { ...named, document: 'no-such-kind' })
  expect(odd).toMatchObject({ status: 400, body: { errors: [{ field: 'document' }] } })
  expect(await lying()).toEqual([])
})

it('what can do harm is refused by name, in the language of whoever sends it, and nothing of it is kept', async () => {
  const { sunfield, registry } = all
  const before = (await registry.services.pool.query('SELECT 1 FROM content_file')).rowCount
  const script = pdfWith('<< /S /JavaScript /JS (x) >>')
  const refused = async (bytes: Buffer | string, name: string, headers = {}) =>
    attach(sunfield.admin, project, bytes, { name }, headers)
  expect(await refused(script, 'a.pdf')).toMatchObject({
    status: 422,
    body: {
      code: 'file-refused',
      detail: 'This file is not taken: it holds something that runs when it is opened.',
      facts: { fault: 'active' },
      errors: [{ field: '', message: 'holds something that runs when it is opened' }],
    },
  })
  const french = await refused(script, 'a.pdf', { 'accept-language': 'fr' })
  expect(french.body.detail).toBe(
    'Ce fichier n’est pas accepté : il contient quelque chose qui s’exécute à l’ouverture.',
  )
  const cases: [Buffer | string, string, string][] = [
    ['<script>alert(1)</script>', 'list.csv', 'kind'],
    ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'logo.svg', 'kind'],
    [PDF, 'report.pdf.exe', 'ending'],
    [PDF, 'report', 'ending'],
    [PDF, 'report.pdf\u202egpj.exe', 'ending'],
    ['', 'empty.csv', 'empty'],
    [docxWith({ name: 'word/vbaProject.bin', content: 'x' }), 'a.docx', 'macros'],
    [docxWith({ name: 'word/a.xml', content: Buffer.alloc(60_000_000) }), 'bomb.docx', 'bomb'],
    [jpgOf(2, 2, { behind: '<script>alert(1)</script>' }), 'photo.jpg', 'two-in-one'],
  ]
  for (const [bytes, name, fault] of cases) {
    const { status, body } = await refused(bytes, name)
    expect([name, status, (body.facts as { fault?: string })?.fault]).toEqual([name, 422, fault])
  }
  expect(await refused(PDF, 'a\0.pdf')).toMatchObject({ status: 400 })
  expect(await refused(PDF, '')).toMatchObject({ status: 400 })
  expect((await registry.services.pool.query('SELECT 1 FROM content_file')).rowCount).toBe(before)
  expect(await lying()).toEqual([])
})

it('a hostile name is made harmless, and formulas are told', async () => {
  const { sunfield } = all
  const names = {
    '../../../etc/cron.d/x\u202evsc.csv': 'xvsc.csv',
    'C:\\a\\"b".exe.csv': '_b__exe.csv',
    'नक्शा.csv': 'नक्शा.csv',
  }
  for (const [name, clean] of Object.entries(names)) {
    expect(await given(attach(sunfield.admin, project, fresh(), { name }))).toMatchObject({ name: clean, title: clean })
  }
  const bytes = Buffer.from(`name\n=HYPERLINK("https://evil.example/${randomUUID()}")\n`)
  const made = await given(attach(sunfield.admin, project, bytes, { name: 'formulas.csv' }))
  expect(made).toMatchObject({ notes: ['formulas'] })
  expect((await download(sunfield.admin, made.sha256)).rawPayload).toEqual(bytes)
})

it('the same command again is answered as at first; with another file its key is refused', async () => {
  const { sunfield } = all
  const bytes = fresh()
  const headers = { 'idempotency-key': randomUUID() }
  const send = (content: Buffer, name = 'twice.csv') => attach(sunfield.admin, project, content, { name }, headers)
  const [first, again] = await Promise.all([send(bytes), send(bytes)])
  expect([first.status, again.status]).toEqual([201, 201])
  expect(again.body).toEqual(first.body)
  expect((await send(bytes)).headers['idempotency-replayed']).toBe('true')
  expect(await send(fresh())).toMatchObject({ status: 422, body: { code: 'key-reused' } })
  expect(await send(bytes, 'other.csv')).toMatchObject({ status: 422, body: { code: 'key-reused' } })
  const twice = await attach(sunfield.admin, project, bytes, { name: 'again.csv' })
  expect(twice).toMatchObject({ status: 409, body: { code: 'already-exists' } })
})

it('a form is refused with a word on what to send, and any other media type is as good as none', async () => {
  const { sunfield } = all
  for (const type of ['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded']) {
    const answer = await attach(sunfield.admin, project, fresh(), { name: 'a.csv' }, { 'content-type': type })
    expect(answer).toMatchObject({
      status: 415,
      body: { errors: [{ message: 'must be the file itself, not a form' }] },
    })
  }
  for (const type of ['application/json', 'text/html', 'image/svg+xml']) {
    const made = await given(attach(sunfield.admin, project, fresh(), { name: 'a.csv' }, { 'content-type': type }))
    expect(made).toMatchObject({ kind: 'csv' })
  }
})

it('a program attaches with a key that may, and with no other', async () => {
  const { sunfield, registry } = all
  const keyFor = async (...scopes: string[]) => {
    const made = await sunfield.admin.post('/national/api-keys', { name: 'uploader', scopes })
    return { api_key: String(expectStatus(made, 201).body.key) }
  }
  const send = async (headers: Record<string, string>) =>
    attach(registry.nobody, project, fresh(), { name: 'a.csv' }, headers)
  expect(await send(await keyFor('Attachments'))).toMatchObject({ status: 201 })
  expect(await send(await keyFor('attachFile'))).toMatchObject({ status: 201 })
  expect(await send(await keyFor('read'))).toMatchObject({ status: 403, body: { code: 'forbidden' } })
})

it('a file that a version of a document names stays', async () => {
  const { sunfield, registry } = all
  const named = await given(attach(sunfield.admin, project, fresh(), { name: 'annex.csv' }))
  const said = Buffer.from(JSON.stringify({ files: [{ sha256: named.sha256, title: 'Annex' }] }))
  const kept = { sha256: sha256Of(said), template: 'PDD@1', bytes: said }
  const sent = { draft: '', revision: 1, files: [{ sha256: String(named.sha256), public: false }] }
  expect(await keepDocument(registry.services, { ...kept, project: 'f'.repeat(32) }, sent)).toBe(false)
  const other = await given(attach(sunfield.admin, project, fresh(), { name: 'other.csv' }))
  expect(await keepDocument(registry.services, { ...kept, project }, sent)).toBe(true)
  const answer = await sunfield.admin.delete(`/national/attachments/${named.id}`)
  expect(answer).toMatchObject({ status: 409, body: { code: 'file-in-use' } })
  expect((await download(sunfield.admin, named.sha256)).statusCode).toBe(200)
  expect(await sunfield.admin.delete(`/national/attachments/${other.id}`)).toMatchObject({ status: 204 })
})

it('there is room for so much, however many send at once', async () => {
  const { sunfield, registry } = all
  const { files } = registry.services
  const large = () => Buffer.concat([Buffer.from('a\n'), Buffer.from(randomBytes(500_000).toString('hex'))])
  const named = { name: 'large.csv', document: 'monitoring-report' }
  const answers = []
  for (let nth = 0; nth < 3; nth++) {
    answers.push(
      ...(await Promise.all(Array.from({ length: 2 }, () => attach(sunfield.admin, project, large(), named)))),
    )
  }
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 201, 409, 409])
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
    code: 'too-many',
    detail: 'At most 4 MiB.',
  })
  const huge = Buffer.alloc(files.maxBytes + 1, 'a')
  const declared = await attach(sunfield.admin, project, huge, named)
  expect(declared).toMatchObject({ status: 413, body: { errors: [{ allowed: 'at most 2 MiB' }] } })
})

it('a store that lost or changed a file says that files are not to be had, and gives out nothing', async () => {
  const { registry, sunfield } = all
  const { store, incoming } = registry.services.files
  const bytes = fresh()
  const made = await given(attach(sunfield.admin, project, bytes, { name: 'lost.csv', public: 'true' }))
  const sha256 = String(made.sha256)
  await writeFile(join(incoming, '..', 'kept', placeOfFile(sha256)), 'changed')
  expect((await download(registry.nobody, sha256)).json()).toMatchObject({ code: 'files-unavailable', status: 503 })
  await store.remove(sha256)
  expect((await download(registry.nobody, sha256)).json()).toMatchObject({ code: 'files-unavailable' })
  await given(attach(sunfield.admin, project, bytes, { name: 'lost.csv', document: 'project-design' }))
  expect((await download(registry.nobody, sha256)).rawPayload).toEqual(bytes)
})

it('a file that nothing names is forgotten after a day, and one that is named or brought again is not', async () => {
  const { sunfield, registry } = all
  const { services } = registry
  const [kept, gone, back] = [fresh(), fresh(), fresh()]
  for (const bytes of [kept, gone, back]) {
    const { id } = await given(attach(sunfield.admin, project, bytes, { name: 'a.csv' }))
    if (bytes !== kept) await sunfield.admin.delete(`/national/attachments/${id}`)
  }
  const areThere = () => Promise.all([kept, gone, back].map((bytes) => services.files.store.has(sha256Of(bytes))))
  await forgetFiles(services)
  expect(await areThere()).toEqual([true, true, true])
  registry.pass(DAY_MS + 1)
  await services.pool.query('UPDATE content_file SET brought_at = $2 WHERE sha256 = $1', [
    sha256Of(back),
    services.clock(),
  ])
  await Promise.all([forgetFiles(services), forgetFiles(services)])
  expect(await areThere()).toEqual([true, false, true])
  const { rowCount } = await services.pool.query('SELECT 1 FROM content_file WHERE sha256 = $1', [sha256Of(gone)])
  expect(rowCount).toBe(0)
})
