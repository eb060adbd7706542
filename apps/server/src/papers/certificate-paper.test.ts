import { PDF } from '@libpdf/core'
import { verifyCertificatePdf } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PaperError } from '../platform/paper/renderer.ts'
import { expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { exchanged, without } from './papers.fixture.ts'

let all: World

beforeAll(async () => {
  all = await world()
  const { id: batch } = await all.issue('2024', '1000')
  const end = { batch, from: all.sunfield.holding, purpose: 'voluntary' }
  const { admin } = all.sunfield
  const beneficiary = { name: 'Harbour Ferries Ltd', country: 'XT' }
  expectStatus(await admin.post('/national/retirements', { ...end, quantity: '250', beneficiary }), 201)
  expectStatus(await admin.post('/national/cancellations', { ...end, quantity: '40' }), 201)
  await all.registry.publish()
})

afterAll(() => all.registry.close())

function ask(path: string, headers: Record<string, string> = {}, remoteAddress = '192.0.2.1') {
  return all.registry.app.inject({ url: `/national/certificates/${path}`, headers, remoteAddress })
}

async function pdfOf(certificate: number, language = 'en'): Promise<Buffer> {
  const answer = await ask(`${certificate}/certificate.pdf?language=${language}`)
  expect(answer.statusCode, answer.body.slice(0, 500)).toBe(200)
  expect(answer.headers['content-type']).toBe('application/pdf')
  return answer.rawPayload
}

function check(pdf: Uint8Array) {
  return verifyCertificatePdf({ pdf, vkey: parseVkey(sha256Bytes, all.registry.services.genesis.key) })
}

async function attachmentsOf(pdf: Uint8Array): Promise<Map<string, string>> {
  const files = [...(await PDF.load(pdf)).getAttachments().keys()]
  const loaded = await PDF.load(pdf)
  return new Map(files.map((name) => [name, Buffer.from(loaded.getAttachment(name) ?? []).toString()]))
}

it('carries the bytes of the certificate and of a receipt, and is checked by them alone', async () => {
  const pdf = await pdfOf(1)
  const report = await check(pdf)
  expect(report).toMatchObject({ pdf: true, outcome: 'whole', test: true, findings: [] })
  expect(report.facts).toMatchObject({ quantity: '250', certificate: '1', 'beneficiary.name': 'Harbour Ferries Ltd' })
  // Another program finds the same attachments, and they are what the registry gives out one by one.
  const attached = await attachmentsOf(pdf)
  expect([...attached.keys()].sort()).toEqual(['certificate-1.json', 'certificate-1.tlog-proof'])
  expect(attached.get('certificate-1.json')).toBe((await ask('1')).body)
  expect(attached.get('certificate-1.tlog-proof')).toBe((await ask('1/receipt')).body)
})

it('is in the language that is asked for, of retirements and cancellations', async () => {
  for (const language of ['fr', 'es', 'ar']) expect((await check(await pdfOf(2, language))).facts.quantity).toBe('40')
  const spoken = await ask('1/certificate.pdf', { 'accept-language': 'fr' })
  expect(spoken.rawPayload.equals(await pdfOf(1, 'fr'))).toBe(true)
  expect(spoken.rawPayload.equals(await pdfOf(1, 'en'))).toBe(false)
  expect((await ask('1/certificate.pdf?language=de')).statusCode).toBe(400)
  expect((await ask('3/certificate.pdf')).statusCode).toBe(404)
})

it('does not hold when what is attached was altered or exchanged', async () => {
  const [one, two] = [await pdfOf(1), await pdfOf(2)]
  const [first, second] = [await attachmentsOf(one), await attachmentsOf(two)]
  const [certificate = '', proof = ''] = [first.get('certificate-1.json'), first.get('certificate-1.tlog-proof')]
  const others = second.get('certificate-2.tlog-proof') ?? ''
  expect(await check(exchanged(one, { certificate }))).toMatchObject({ outcome: 'whole' })
  expect(await check(exchanged(one, { proof }))).toMatchObject({ outcome: 'whole' })
  const cases: [code: string, pdf: Buffer][] = [
    ['proof-wrong', exchanged(one, { proof: others })],
    ['proof-malformed', exchanged(one, { proof: proof.slice(0, 60) })],
    ['fact-differs', exchanged(one, { certificate: certificate.replace('"quantity":"250"', '"quantity":"950"') })],
    ['opening-wrong', exchanged(one, { certificate: certificate.replaceAll('Harbour Ferries', 'Airport Ferries') })],
    ['certificate-malformed', exchanged(one, { certificate: certificate.slice(0, -1) })],
    ['pdf-changed', Buffer.concat([one, two])],
    ['attachment-missing', without(one, 'application/json')],
    ['attachment-missing', without(one, 'text/plain')],
  ]
  for (const [code, pdf] of cases) {
    const { outcome, findings } = await check(pdf)
    expect(outcome, code).toBe('wrong')
    expect(findings.map((finding) => finding.code)).toContain(code)
  }
})

it('is printed once, also for many at once; a busy printer and one who asks for too many are told', async () => {
  const { papers } = all.registry.services
  const renderPdf = papers.renderPdf.bind(papers)
  let prints = 0
  const { services } = all.registry
  services.papers = {
    ...papers,
    processes: [],
    close: () => papers.close(),
    renderPdf: (...of) => {
      prints += 1
      return renderPdf(...of)
    },
  }
  const many = await Promise.all(
    Array.from({ length: 12 }, () => ask('2/certificate.pdf?language=en', {}, '192.0.2.7')),
  )
  expect(new Set(many.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
  expect(prints).toBeLessThanOrEqual(1)
  services.papers = { ...services.papers, renderPdf: () => Promise.reject(new PaperError('busy', 'too many')) }
  expect((await ask('2/certificate.pdf?language=en')).statusCode).toBe(200)
  const { admin, holding: from } = all.harbour
  const batch = (await ask('1')).json().facts.batch
  expectStatus(await admin.post('/national/retirements', { batch, from, purpose: 'voluntary', quantity: '5' }), 201)
  await all.registry.publish()
  const busy = await ask('3/certificate.pdf')
  expect(busy).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } })
  expect(busy.json()).toMatchObject({ code: 'papers-busy' })
  for (let asked = 0; asked < 120; asked += 1) await ask('3/certificate.pdf', {}, '192.0.2.9')
  expect((await ask('3/certificate.pdf', {}, '192.0.2.9')).json()).toMatchObject({ code: 'too-many-requests' })
  expect((await ask('2/certificate.pdf?language=en', {}, '192.0.2.9')).statusCode).toBe(200)
  // What failed is not kept.
  services.papers = papers
  expect((await check(await pdfOf(3))).facts.quantity).toBe('5')
})

it('is void once the entry was taken back, also where it was printed before', async () => {
  const before = await pdfOf(1)
  const { entry } = expectStatus(await all.registry.nobody.get('/national/retirements/1'), 200).body
  const { index } = entry as { index: number }
  await all.approved(all.officer.post('/national/corrections', { index, reason: 'clerical-error' }))
  await all.registry.publish()
  const after = await pdfOf(1)
  expect(after.equals(before)).toBe(false)
  const { size } = await all.registry.services.ledger.head()
  const report = await check(after)
  expect(report).toMatchObject({
    outcome: 'wrong',
    takenBack: size - 1,
    findings: [{ code: 'certificate-taken-back' }],
  })
})
