import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Batch, IssuedPaper, Page } from '@tallystick/contract'
import {
  exportLog,
  FolderSource,
  formatReport,
  isReceipt,
  randomId,
  runVerify,
  verifyCertificatePdf,
} from '@tallystick/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratchFolder } from '../../../../tests/support/log-files.ts'
import { PaperError } from '../platform/paper/renderer.ts'
import { expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { paperPage } from './list.ts'
import { askOf, attachedTo, checked, keyOf, onePaper, papersOfProject, pdfOfPaper, textOf } from './papers.fixture.ts'

const poppler = existsSync('/usr/bin/pdftotext')
const LANGUAGES = ['en', 'fr', 'es', 'ar'] as const

let all: World
let batch: Batch

beforeAll(async () => {
  all = await world()
  batch = await all.issue('2024', '1000')
  const { admin, holding: from } = all.sunfield
  const beneficiary = { name: 'Harbour Ferries Ltd', country: 'XT' }
  const end = { batch: batch.id, from, purpose: 'voluntary', quantity: '50', beneficiary }
  expectStatus(await admin.post('/national/retirements', end), 201)
  await all.registry.publish()
})
afterAll(() => all.registry.close())

const ask = (url: string, headers: Record<string, string> = {}) => askOf(all, url, headers)
const papersOf = (project?: string) => papersOfProject(all, project)
const paperOf = (kind: IssuedPaper['kind'], project?: string) => onePaper(all, kind, project)
const pdfOf = (paper: IssuedPaper, language?: string) => pdfOfPaper(all, paper, language)
const check = (pdf: Uint8Array) => checked(all, pdf)
const vkey = () => keyOf(all)
const page = async ({ page: path }: IssuedPaper, language = 'en') =>
  (await ask(`${path}?language=${language}`)).body.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')

describe('every paper of a project', () => {
  it('is listed with how it stands, newest first, page by page', async () => {
    const papers = await papersOf()
    expect(papers.map(({ kind }) => kind)).toEqual(['retirement', 'issuance', 'authorisation', 'registration'])
    for (const paper of papers) {
      expect(paper.standing).toEqual({ state: 'stands', by: null })
      expect(paper.project).toEqual({ id: all.project.id, number: 1, title: 'Salt Lake solar plant' })
      expect((await ask(`/national/papers/${paper.entry.index}`)).json()).toEqual(paper)
    }
    expect(papers[1]?.batch).toBe(batch.id)
    const paged: IssuedPaper[] = []
    let pages = 0
    for (let next: string | null = ''; next !== null && pages < 20; pages += 1) {
      const path = `/national/projects/${all.project.id}/papers?limit=1${next === '' ? '' : `&cursor=${next}`}`
      const { body } = expectStatus(await all.registry.nobody.get(path), 200)
      const answer = body as unknown as Page<IssuedPaper>
      paged.push(...answer.items)
      next = answer.next
    }
    expect(paged).toEqual(papers)
  })

  it('is found however many other entries stand between, by pages that look at so many', async () => {
    for (const most of [1, 2, 3, 5]) {
      const found: IssuedPaper[] = []
      for (let cursor: string | undefined, more = true; more; ) {
        const { items, next } = await paperPage(all.registry.services, all.project.id, { limit: 2, cursor }, most)
        found.push(...items)
        more = next !== null
        cursor = next ?? undefined
      }
      expect(found, `${most}`).toEqual(await papersOf())
    }
  })

  it.each(LANGUAGES)('says in %s what its proof says, and is checked by the file alone', async (language) => {
    for (const paper of await papersOf()) {
      const pdf = await pdfOf(paper, language)
      const report = await check(pdf)
      expect(report, paper.kind).toMatchObject({ outcome: 'whole', test: true, findings: [] })
      const { certificate, proof, names } = await attachedTo(pdf)
      expect(names).toHaveLength(2)
      expect(JSON.parse(certificate).facts).toEqual(report.facts)
      expect(proof).toMatch(/^c2sp/)
      if (!poppler) continue
      const text = textOf(pdf)
      const { project, title, quantity, serials, vintage } = report.facts
      expect(text).toContain(paper.reference)
      if (project !== undefined) expect(text).toContain(`${Number(project)}`)
      for (const fact of [title, serials?.slice(0, 20), vintage]) {
        if (fact !== undefined) expect(text, paper.kind).toContain(fact)
      }
      if (quantity !== undefined) expect(text.replace(/(?<=\d)[ .,\u00a0\u202f](?=\d{3})/g, '')).toContain(quantity)
      expect(text.replace(/\s/g, '')).toContain(`/papers/${paper.entry.index}`)
    }
  })

  it('proves of an issuance the serial numbers as they are printed, and of a registration what the project is', async () => {
    const issued = await check(await pdfOf(await paperOf('issuance')))
    expect(issued.facts).toMatchObject({
      ...{ serials: 'XT-ITMO-1-001-2024-0-1-1000', quantity: '1000', vintage: '2024', batch: batch.id },
      ...{ country: 'XT', unitType: 'ITMO', project: '001', title: 'Salt Lake solar plant', issuedAt: batch.entry.at },
    })
    const registered = await check(await pdfOf(await paperOf('registration')))
    expect(registered.facts).toMatchObject({
      ...{ type: 'ProjectMoved', move: 'register', project: '001', scope: '1', methodology: 'AMS-I.D' },
      title: 'Salt Lake solar plant',
    })
    const text = formatReport(issued)
    expect(text).toMatch(
      /compare .*quantity 1000, unitType ITMO, vintage 2024, project 001, title Salt Lake solar plant/,
    )
    expect(text).toContain('serials XT-ITMO-1-001-2024-0-1-1000, issuedAt ')
  })

  it('is checked by the command line, with the file of a browser, offline and against the log', async () => {
    const folder = await scratchFolder()
    const file = join(folder, 'x.pdf')
    await writeFile(file, await pdfOf(await paperOf('registration')))
    const key = all.registry.services.genesis.key
    const run = await runVerify(['--certificate', file, '--vkey', key])
    expect(run).toMatchObject({ exitCode: 0, report: { pdf: true, outcome: 'whole' } })
    expect(run.text).toContain('title: Salt Lake solar plant')
    expect(run.text).toMatch(/^HOLDS/m)
    expect(await runVerify(['--certificate', file])).toMatchObject({ exitCode: 3 })
    await exportLog(all.registry.services.ledger, join(folder, 'log'))
    const today = await runVerify([join(folder, 'log'), '--certificate', file, '--vkey', key])
    expect(today.text).toContain('the entry stands to this day')
    expect(today.exitCode).toBe(0)
  })
})

describe('over HTTP', () => {
  it('is told to wait until a checkpoint covers the entry', async () => {
    const { id } = await all.issue('2023', '10')
    const paper = await paperOf('issuance')
    expect(paper.batch).toBe(id)
    const early = await ask(paper.pdf)
    expect(early).toMatchObject({ statusCode: 409, headers: { 'retry-after': '1', 'cache-control': 'no-store' } })
    expect(early.json()).toMatchObject({ code: 'not-yet-provable', facts: { index: `${paper.entry.index}` } })
    expect(early.headers.etag).toBeUndefined()
    expect(await page(paper)).toContain('Not signed yet')
    const waiting = ask(`${paper.pdf}?wait=proof`)
    await all.registry.publish()
    expect((await waiting).statusCode).toBe(200)
    expect(await page(paper)).toContain('Proved')
  })

  it('is the same for the same checkpoint; who has it is told so, in each language by itself', async () => {
    const { pdf } = await paperOf('registration')
    const [first, french] = await Promise.all([ask(`${pdf}?language=en`), ask(`${pdf}?language=fr`)])
    const etag = String(first.headers.etag)
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/)
    expect(first.headers['cache-control']).toBe('public, no-cache')
    expect(french.headers.etag).not.toBe(etag)
    const again = await ask(`${pdf}?language=en`, { 'if-none-match': `"x", ${etag}` })
    expect([again.statusCode, again.rawPayload.length, again.headers.etag]).toEqual([304, 0, etag])
    expect((await ask(`${pdf}?language=fr`, { 'if-none-match': etag })).statusCode).toBe(200)
    expect((await ask(pdf, { 'accept-language': 'fr' })).rawPayload.equals(french.rawPayload)).toBe(true)
    expect((await ask(pdf, { 'accept-language': 'fr' })).headers.vary).toContain('Accept-Language')
    // Another process, which has printed nothing yet, prints the same bytes.
    const { services } = all.registry
    const { createApp } = await import('../app.ts')
    const app = await createApp({ ...services })
    const { pdf: newest } = await paperOf('issuance')
    const bytes = (await ask(`${newest}?language=es`)).rawPayload
    expect((await app.inject(`${newest}?language=es`)).rawPayload.equals(bytes)).toBe(true)
    await app.close()
  })

  it('knows nothing of entries that make no paper, nor of what is no index', async () => {
    const { size } = await all.registry.services.ledger.head()
    for (const index of [0, 1, size, size + 1_000]) {
      for (const path of ['', '/certificate', '/paper.pdf']) {
        expect((await ask(`/national/papers/${index}${path}`)).statusCode, `${index}${path}`).toBe(404)
      }
      expect((await ask(`/papers/${index}`)).statusCode).toBe(404)
    }
    for (const index of ['1e3', '-1', '00', '9'.repeat(16), 'x']) {
      expect((await ask(`/national/papers/${index}`)).statusCode).toBe(400)
      expect((await ask(`/papers/${index}`)).statusCode).toBe(404)
    }
    expect((await ask(`/national/projects/${'0'.repeat(32)}/papers`)).statusCode).toBe(404)
    expect((await ask(`${(await paperOf('registration')).pdf}?language=de`)).statusCode).toBe(400)
  })

  it('tells of a busy printer, and when to ask again', async () => {
    const { services } = all.registry
    const { papers } = services
    services.papers = {
      ...papers,
      processes: [],
      close: () => {},
      renderPdf: () => Promise.reject(new PaperError('busy', 'x')),
    }
    try {
      const busy = await ask(`${(await paperOf('authorisation')).pdf}?language=ar&x=`.replace('&x=', ''))
      const fresh = busy.statusCode === 200 ? await ask(`${(await paperOf('issuance')).pdf}?language=ar`) : busy
      expect(fresh).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } })
      expect(fresh.json().code).toBe('papers-busy')
    } finally {
      services.papers = papers
    }
  })
})

describe('what came later', () => {
  const texts = async (paper: IssuedPaper) => [await page(paper), ...(poppler ? [textOf(await pdfOf(paper))] : [])]

  it('is said on a certificate of issuance that was taken back', async () => {
    const { index } = (await all.issue('2022', '5')).entry
    const paper = await paperOf('issuance')
    await all.approved(all.officer.post('/national/corrections', { index, reason: 'clerical-error' }))
    await all.registry.publish()
    expect((await ask(`/national/papers/${index}`)).json()).toMatchObject({ standing: { state: 'void' } })
    for (const text of await texts(paper)) expect(text).toMatch(/void/i)
    expect((await check(await pdfOf(paper))).findings.map(({ code }) => code)).toEqual(['certificate-taken-back'])
  })

  it('is said on a letter of an authorisation that was changed, then revoked', async () => {
    const authorised = (await papersOf()).filter(({ kind }) => kind === 'authorisation')
    const first = authorised.at(-1)
    if (!first) throw new Error('no letter')
    const path = `/national/authorisations/${all.authorisation}`
    const terms = { quantity: '8000', purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'authorisation' }
    const ground = { reason: 'risk-assessment', effectiveFrom: '2026-01-01' }
    await all.approved(all.officer.post(`${path}/versions`, { ...terms, cooperativeApproach: 'CA0001', ...ground }))
    await all.registry.publish()
    const second = await paperOf('authorisation')
    const then = (await papersOf()).find(({ entry }) => entry.index === first.entry.index)
    expect(then?.standing).toEqual({ state: 'superseded', by: second.entry })
    for (const text of await texts(first))
      expect(text).toMatch(/Superseded.*has taken (its place|the place of this letter)/)
    for (const text of await texts(second))
      expect(text).toMatch(/at most 8,000 tonnes.*With effect from.*1 January 2026/)
    expect((await check(await pdfOf(second))).facts).toMatchObject({
      ...{ version: '2', quantity: '8000', change: 'amend', reason: 'risk-assessment', unitType: 'ITMO' },
    })
    // The proof of the older letter holds, and the log says what has become of it.
    const folder = await scratchFolder()
    await exportLog(all.registry.services.ledger, folder)
    const old = await verifyCertificatePdf({ pdf: await pdfOf(first), vkey: vkey(), source: new FolderSource(folder) })
    expect(old.findings.map(({ message }) => message)).toEqual([
      'The authorisation was changed or revoked since: its version 2 is what counts.',
    ])

    await all.approved(all.officer.post(`${path}/revocation`, ground))
    await all.registry.publish()
    const revocation = await paperOf('revocation')
    for (const { entry } of [first, second]) {
      const now = (await papersOf()).find((one) => one.entry.index === entry.index)
      expect(now?.standing).toEqual({ state: 'revoked', by: revocation.entry })
    }
    for (const text of await texts(second)) expect(text).toMatch(/Revoked.*was revoked by entry/)
    expect(revocation.standing.state).toBe('stands')
    for (const text of await texts(revocation))
      expect(text).toMatch(
        new RegExp(`authorisation ${second.reference} .*Nothing more is issued under this authorisation`),
      )
    expect(await check(await pdfOf(revocation))).toMatchObject({
      outcome: 'whole',
      facts: { change: 'revoke', version: '3' },
    })
  })

  it('is said on a certificate of registration: at rest, in force again, at its end; its owners are those of its day', async () => {
    const { id } = expectStatus(
      await all.sunfield.admin.post('/national/projects', {
        ...{ title: 'مشروع "1" <b>', sectoralScope: '7', methodology: 'AMS-III.C' },
        owners: [{ account: all.sunfield.holding, share: '100' }],
      }),
      201,
    ).body
    const move = async (name: string) =>
      expectStatus(await all.officer.post(`/national/projects/${id}/moves`, { move: name }), 201)
    await move('register')
    const owners = [{ account: all.harbour.holding, share: '100' }]
    const change = await all.officer.post(`/national/projects/${id}/ownership`, { owners })
    expect([201, 202], JSON.stringify(change.body)).toContain(change.status)
    await all.registry.publish()
    const paper = await paperOf('registration', String(id))
    const state = async () => (await ask(`/national/papers/${paper.entry.index}`)).json().standing.state
    const states = [await state()]
    for (const name of ['suspend', 'resume', 'suspend', 'deregister']) {
      await move(name)
      states.push(await state())
    }
    expect(states).toEqual(['stands', 'paused', 'stands', 'paused', 'over'])
    await all.registry.publish()
    for (const text of await texts(paper)) {
      expect(text).toContain('Sunfield Power')
      expect(text).not.toContain('Harbour Trading')
      expect(text).toContain('No longer in force')
    }
    for (const language of LANGUAGES) {
      const { body } = await ask(`${paper.page}?language=${language}`)
      expect(body).not.toMatch(/<b>|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
      expect(body).toMatch(/<bdi[^>]*>مشروع &#34;1&#34; &#60;b&#62;<\/bdi>/)
    }
  })

  it('is said of a letter of objection, whose grounds are those that were written', async () => {
    const { id } = expectStatus(
      await all.sunfield.admin.post('/national/projects', {
        ...{ title: 'Old dam', sectoralScope: '1', methodology: 'AMS-I.D' },
        owners: [{ account: all.sunfield.holding, share: '100' }],
      }),
      201,
    ).body
    const text = 'The dam was built in 1998.\n\nIt was paid for by 2010, long before <carbon> finance.'
    const decided = { move: 'reject', reason: 'not-additional', text }
    expectStatus(await all.officer.post(`/national/projects/${id}/moves`, decided), 201)
    await all.registry.publish()
    const paper = await paperOf('objection', String(id))
    const { facts, outcome } = await check(await pdfOf(paper))
    expect({ outcome, ...facts }).toMatchObject({ outcome: 'whole', text, reason: 'not-additional', title: 'Old dam' })
    for (const shown of await texts(paper)) {
      expect(shown).toContain('reason: not additional')
      expect(shown).toContain('The dam was built in 1998.')
      expect(shown).toContain('Our reasons')
    }
    expect((await ask(paper.page)).body).toContain('before &#60;carbon&#62; finance')
  })
})

it('units in the place of others have a certificate that says of which', async () => {
  const { ledger, genesis } = all.registry.services
  const send = async (type: string, request: object) => {
    const id = randomBytes(8).toString('hex')
    const outcome = await ledger.execute({
      type,
      by: genesis.system,
      key: { sender: 'import', id },
      requestHash: id,
      request,
    })
    if (!isReceipt(outcome)) throw new Error(JSON.stringify(outcome))
  }
  await send('MirrorOpened', { registry: 'verra', active: randomId(), retired: randomId(), cancelled: randomId() })
  await send('MirrorRecorded', {
    ...{
      registry: 'verra',
      space: 'verra:VCU',
      range: ['70000001', '70000500'],
      facts: randomBytes(32).toString('hex'),
    },
    ...{ project: { id: randomId(), code: '1234' }, vintage: '2021', unitType: 'VCU', issued: true },
    ...{ issuedOn: '2022-01-01', fate: 'cancelled', fateOn: '2023-01-01' },
  })
  const terms = { unitType: 'ITMO', quantity: '9000', purposes: [] }
  const asked = await all.officer.post(`/national/projects/${all.project.id}/authorisations`, terms)
  const { id: authorisation } = expectStatus(asked, 201).body
  const serials = ['9301-70000001-70000500-VCS-VCU-999-VER-XT-14-1234-01012021-31122021-1']
  const wish = { authorisation, vintage: '2021', to: all.sunfield.holding, reason: 'registry-transition', serials }
  await all.approved(all.officer.post('/national/conversions', wish))
  await all.registry.publish()
  const paper = await paperOf('issuance')
  const pdf = await pdfOf(paper)
  const { outcome, facts } = await check(pdf)
  expect({ outcome, ...facts }).toMatchObject({
    ...{ outcome: 'whole', type: 'UnitsConverted', registry: 'verra', numbersAbroad: '70000001-70000500' },
    ...{ quantity: '500', project: '001', serials: expect.stringMatching(/^XT-ITMO-1-001-2021-0-\d+-\d+$/) },
  })
  if (poppler) expect(textOf(pdf)).toMatch(/In the place of.*Verra: 70000001-70000500/)
  expect((await ask(`/serials/${facts.serials}`)).body).toContain(`href="${paper.page}"`)
})

it('pages lead to the papers, and the papers back to the project', async () => {
  const project = (await ask(`/projects/${all.project.id}`)).body
  for (const { page: path, pdf } of await papersOf()) {
    expect(project).toContain(`href="${path}"`)
    expect(project).toContain(`href="${pdf}?wait=proof"`)
    expect((await ask(path)).body).toContain(`href="/projects/${all.project.id}"`)
  }
  const serial = (await ask(`/serials/${batch.block.serial}`)).body
  for (const kind of ['issuance', 'retirement'] as const) {
    const { page: path } = (await papersOf()).find((one) => one.kind === kind && one.batch === batch.id) ?? { page: '' }
    expect(serial).toContain(`href="${path}"`)
  }
  const shown = (await ask((await paperOf('retirement')).page)).body
  expect(shown.match(/<h1/g)).toHaveLength(1)
  expect(shown).toContain('verify --certificate C-000001.pdf')
})
