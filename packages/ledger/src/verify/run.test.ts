import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Entry, encodeEntry, sha256Bytes } from '@tallystick/rules'
import { encodeBase64, formatTlogProof, inclusionProof } from '@tallystick/tlog'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { type LedgerFixture, publish } from '../../../../tests/support/ledger-fixture.ts'
import { liveLedger } from '../../../../tests/support/ledger-life.ts'
import { filesOf, scratchFolder } from '../../../../tests/support/log-files.ts'
import { exportLog } from '../publish.ts'
import { receiptOf } from '../receipt.ts'
import type { Certificate } from './certificate.ts'
import { type CertificateOpening, certificateFacts } from './certificate-facts.ts'
import { doubledMember } from './doubled-member.ts'
import { formatReport } from './format.ts'
import { runVerify } from './run.ts'

const fixture = await liveLedger('run', 300)
const checkpoint = await publish(fixture.ledger, fixture.key)

async function exported(): Promise<string> {
  const folder = join(await scratchFolder(), 'log')
  await exportLog(fixture.ledger, folder)
  return folder
}

test('0 whole, 3 identity not checked, 1 found wrong', async () => {
  const folder = await exported()
  const whole = await runVerify([folder, '--vkey', fixture.vkey])
  expect(whole).toMatchObject({ exitCode: 0 })
  expect(whole.text).toMatch(/^log {9}tallystick\/test\/xt\/[0-9a-f]{16}\n/)
  expect(whole.text).toContain('TEST LEDGER')
  const issued = (await fixture.ledger.dump()).rows.reduce((sum, put) => {
    if (put.kind !== 'batch' || !put.row?.project || put.row.unitType !== 'ITMO') return sum
    return sum + put.row.last - put.row.first + 1n
  }, 0n)
  expect(whole.text).toMatch(new RegExp(`national ITMO: issued ${issued}, active \\d+, retired \\d+, cancelled \\d+`))
  expect(whole.text).toMatch(/\nWHOLE: .*$/)

  const unknown = await runVerify([folder])
  expect(unknown).toMatchObject({ exitCode: 3 })
  expect(unknown.text).toMatch(/IDENTITY NOT CHECKED: give --vkey/)

  await writeFile(join(folder, 'keys.json'), '[]')
  const wrong = await runVerify([folder, '--vkey', fixture.vkey])
  expect(wrong).toMatchObject({ exitCode: 1 })
  expect(wrong.text).toContain('keys-differ at file keys.json, byte 1: ')
  expect(wrong.text).toMatch(/\nWRONG: 1 finding\.$/)
})

test('--json is one object', async () => {
  const { text, report } = await runVerify([await exported(), '--vkey', fixture.vkey, '--json'])
  expect(JSON.parse(text)).toEqual(report)
  expect(report).toMatchObject({ kind: 'log', outcome: 'whole', entries: { size: checkpoint.size } })
})

test('--since takes a saved checkpoint', async () => {
  const folder = await exported()
  const saved = join(folder, '../saved')
  await cp(join(folder, 'checkpoint'), saved)
  const { exitCode, text } = await runVerify([folder, '--vkey', fixture.vkey, '--since', saved])
  expect(exitCode).toBe(0)
  expect(text).toContain(`since       size ${checkpoint.size}: this log continues it`)
})

test('2 and a clear sentence for what cannot be done', async () => {
  const folder = await exported()
  const cases: [args: string[], sentence: RegExp][] = [
    [[], /^name the folder or the address/],
    [[folder, folder], /^name one folder/],
    [['/nowhere/at/all'], /^there is no folder/],
    [['http://:0'], /not an http or https address/],
    [[folder, '--vkey', 'nonsense'], /^--vkey is not a verification key/],
    [[folder, '--vkey', `${fixture.vkey.slice(0, -4)}AAAA`], /is the text complete/],
    [[folder, '--colour'], /--colour/],
    [[folder, '--since', '/nowhere'], /^cannot read/],
    [[folder, '--since', join(folder, 'keys.json')], /is not a checkpoint/],
    [['--proof', 'x'], /go together/],
    [
      ['/nowhere/at/all', '--proof', join(folder, 'keys.json'), '--certificate', join(folder, 'keys.json')],
      /^there is no folder/,
    ],
    [['--proof', '/nowhere', '--certificate', '/nowhere'], /^cannot read/],
  ]
  for (const [args, sentence] of cases) {
    const { exitCode, text, report } = await runVerify(args)
    expect([exitCode, report], args.join(' ')).toEqual([2, undefined])
    expect(text).toMatch(sentence)
  }
  expect(JSON.parse((await runVerify(['--json'])).text)).toEqual({ error: expect.stringMatching(/^name the folder/) })
})

test("what a stranger's log says cannot draw on the terminal or make a line", async () => {
  const { report } = await runVerify([await exported()])
  if (report?.kind !== 'log' || !report.ledger) throw new Error('the report is of a log')
  const country = { code: 'XT', name: 'Testland\n\nWHOLE: every hash holds.\u001b[2J\u202e' }
  const text = formatReport({ ...report, ledger: { ...report.ledger, country } })
  expect(text).not.toMatch(/^WHOLE/m)
  expect(text).toContain('Testland\\u{a}\\u{a}WHOLE: every hash holds.\\u{1b}[2J\\u{202e} (XT)')
})

interface Papers {
  proof: string
  certificate: Certificate
}

/** The proof and certificate of the last retirement for a beneficiary. */
async function papersOf({ ledger, openings }: LedgerFixture, until = checkpoint): Promise<Papers & { entry: Entry }> {
  const entries = (await ledger.entries(0, until.size)).map(receiptOf)
  const found = entries.findLast(({ entry }) => entry.type === 'CreditsRetired' && entry.body.beneficiary !== null)
  if (!found) throw new Error('somebody has retired for somebody')
  const { entry, index } = found
  const opening = openings.get(String(entry.body.beneficiary))
  const opened: CertificateOpening[] = opening ? [{ field: 'body.beneficiary', ...opening }] : []
  const read = ledger.tree.read.bind(ledger.tree)
  const hashes = await inclusionProof(sha256Bytes, index, until.size, read)
  return {
    entry,
    proof: formatTlogProof({ index, hashes, checkpoint: until.note }),
    certificate: {
      entry: encodeBase64(encodeEntry(entry)),
      openings: opened,
      facts: certificateFacts(entry, opened),
      takenBack: null,
    },
  }
}

async function verifyPapers({ proof, certificate }: Papers, ...args: string[]) {
  return verifyTexts(proof, JSON.stringify(certificate), ...args)
}

async function verifyTexts(proof: string, certificate: string, ...args: string[]) {
  const folder = await scratchFolder()
  await writeFile(join(folder, 'x.tlog-proof'), proof)
  await writeFile(join(folder, 'x.json'), certificate)
  return runVerify(['--proof', join(folder, 'x.tlog-proof'), '--certificate', join(folder, 'x.json'), ...args])
}

test('a certificate holds by itself, with its proof and the key', async () => {
  const papers = await papersOf(fixture)
  const { exitCode, text, report } = await verifyPapers(papers, '--vkey', fixture.vkey)
  expect(exitCode).toBe(0)
  expect(report).toMatchObject({ kind: 'certificate', outcome: 'whole', test: true, facts: papers.certificate.facts })
  expect(text).toMatch(/\nTEST LEDGER: /)
  const { facts } = papers.certificate
  expect(facts.beneficiary).toMatch(/^Beneficiary \d+$/)
  expect(facts.retiredAt).toBe(papers.entry.at)
  expect(text).toContain(`quantity: ${facts.quantity}`)
  expect(text).toMatch(/\nHOLDS: /)
  expect(await verifyPapers(papers)).toMatchObject({ exitCode: 3 })
})

test('a certificate that says anything else does not hold', async () => {
  const papers = await papersOf(fixture)
  const { proof, certificate } = papers
  const [opening] = certificate.openings
  const other = (await readFile(join(await exported(), 'checkpoint'), 'utf8')).replace(/\n\d+\n/, '\n1\n')
  const swap = (change: Partial<Certificate>): Papers => ({ proof, certificate: { ...certificate, ...change } })
  const withEntry = (edit: (text: string) => string) =>
    swap({ entry: Buffer.from(edit(Buffer.from(certificate.entry, 'base64').toString())).toString('base64') })
  const cases: [code: string, papers: Papers][] = [
    ['fact-differs', swap({ facts: { ...certificate.facts, quantity: '1000000' } })],
    ['fact-unknown', swap({ facts: { ...certificate.facts, medal: 'gold' } })],
    ['fact-unknown', swap({ openings: [] })],
    ['opening-wrong', swap({ openings: opening ? [{ ...opening, value: 'Somebody else' }] : [] })],
    ['opening-wrong', swap({ openings: opening ? [{ ...opening, field: 'body.nothing' }] : [] })],
    ['opening-wrong', swap({ openings: opening ? [opening, opening] : [] })],
    ['opening-wrong', swap({ openings: opening ? [{ ...opening, field: 'constructor.name' }] : [] })],
    ['proof-wrong', withEntry((text) => text.replace('"purpose":"', '"purpose":"x'))],
    ['certificate-entry', withEntry((text) => text.replace('"v":1', '"v":1.0'))],
    ['certificate-entry', swap({ entry: '*' })],
    ['proof-wrong', { proof: proof.replace(/index \d+/, 'index 1'), certificate }],
    ['proof-malformed', { proof: 'hello', certificate }],
    ['checkpoint-signature', { proof: proof.slice(0, proof.indexOf('\n\n') + 2) + other, certificate }],
    ['certificate-malformed', swap({ facts: { quantity: 7 } as unknown as Record<string, string> })],
  ]
  for (const [code, altered] of cases) {
    const { exitCode, report } = await verifyPapers(altered, '--vkey', fixture.vkey)
    expect(
      report?.findings.map((finding) => finding.code),
      code,
    ).toContain(code)
    expect(exitCode).toBe(1)
  }
})

test('a certificate that says anything twice does not hold, whichever of the two is true', async () => {
  const { proof, certificate } = await papersOf(fixture)
  const text = JSON.stringify(certificate)
  const quantity = `"quantity":"${certificate.facts.quantity}"`
  const cases: [name: string, doubled: string][] = [
    ['facts', text.replace('"facts":', '"facts":{"quantity":"20000"},"facts":')],
    ['facts', text.replace('"facts":', '"f\\u0061cts":{},"facts":')],
    ['facts', text.replace(/}$/, ',"facts":{}}')],
    ['quantity', text.replace(quantity, `"quantity":"20000",${quantity}`)],
    ['quantity', text.replace(quantity, `${quantity},${quantity}`)],
    ['openings', text.replace('"openings":', '"openings":[],"openings":')],
    ['value', text.replace('"value":', '"value":{"name":"Somebody else"},"value":')],
    ['a"{', text.replace('"value":', '"value":{"a\\"{":{"b":1},"c":[{"b":2},"}"],"a\\"{":3},"value":')],
  ]
  for (const [name, doubled] of cases) {
    const { exitCode, text, report } = await verifyTexts(proof, doubled, '--vkey', fixture.vkey)
    expect({ exitCode, codes: report?.findings.map(({ code }) => code) }).toMatchObject({ exitCode: 1 })
    expect(text).toContain(`certificate-malformed: The certificate cannot be read: it has the member "${name}" twice.`)
  }
})

test('a name is doubled within one object only, and never in a text', () => {
  const names = fc.constantFrom('a', 'b', '"', '\\', '{', ':', 'a":', '')
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(names, fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(names, tie('tree'), { maxKeys: 3 })),
  }))
  fc.assert(fc.property(tree, (value) => doubledMember(JSON.stringify(value, null, 1)) === undefined))
})

test('a certificate is held to the log as it is now, and must stand to this day', async () => {
  const later = await liveLedger('taken back', 300)
  const before = await publish(later.ledger, later.key)
  const papers = await papersOf(later, before)
  const folder = join(await scratchFolder(), 'log')
  const verify = async () => {
    await exportLog(later.ledger, folder)
    return verifyPapers(papers, folder, '--vkey', later.vkey)
  }
  const holds = await verify()
  expect(holds).toMatchObject({
    exitCode: 0,
    report: { takenBack: null, log: { size: before.size, outcome: 'whole' } },
  })
  expect(holds.text).toContain(`size ${before.size}: not taken back`)
  expect(holds.text).toMatch(/\nHOLDS: .* stands to this day\.$/)

  const { admin, approver } = later.mandates
  const request = { original: papers.entry, reason: 'clerical-error' }
  await later.must({ type: 'EntryCorrected', by: admin, approvers: [approver], request })
  const after = await publish(later.ledger, later.key)
  const back = await verify()
  expect(back).toMatchObject({
    exitCode: 1,
    report: { outcome: 'wrong', takenBack: after.size - 1, findings: [{ code: 'certificate-taken-back' }] },
  })
  expect(back.text).toContain(`TAKEN BACK by entry ${after.size - 1}`)
  expect(await verifyPapers(papers, '--vkey', later.vkey)).toMatchObject({ exitCode: 0, report: { log: null } })

  const own = { ...papers, certificate: { ...papers.certificate, takenBack: { index: after.size - 1 } } }
  expect(await verifyPapers(own, '--vkey', later.vkey)).toMatchObject({
    exitCode: 1,
    report: { findings: [{ code: 'certificate-taken-back' }] },
  })
  const odd = { ...papers, certificate: { ...papers.certificate, takenBack: 7 as unknown as null } }
  const { exitCode, text } = await verifyPapers(odd, '--vkey', later.vkey)
  expect([exitCode, text]).toEqual([
    1,
    expect.stringContaining('"takenBack" is neither null nor the place of an entry'),
  ])
}, 60_000)

test('a certificate is held to no other log, and to none that is wrong or from before it', async () => {
  const papers = await papersOf(fixture)
  const folder = await exported()
  const other = await liveLedger('another', 20)
  await publish(other.ledger, other.key)
  const elsewhere = join(await scratchFolder(), 'log')
  await exportLog(other.ledger, elsewhere)
  const strange = await verifyPapers(papers, elsewhere, '--vkey', fixture.vkey)
  expect(strange).toMatchObject({ exitCode: 1, report: { takenBack: null, log: { outcome: 'wrong' } } })
  expect(strange.report?.findings.map(({ code }) => code)).toContain('origin-differs')
  await writeFile(join(folder, 'keys.json'), '[]')
  expect(await verifyPapers(papers, folder, '--vkey', fixture.vkey)).toMatchObject({
    exitCode: 1,
    report: { findings: [{ code: 'keys-differ' }] },
  })
  const nothing = await serve((path) => (path === 'checkpoint' ? checkpoint.note : 503))
  expect(await verifyPapers(papers, nothing, '--vkey', fixture.vkey)).toMatchObject({
    exitCode: 2,
    report: { outcome: 'not-read' },
  })
}, 60_000)

test('a certificate names the ITMO identifiers of its units', async () => {
  const { entry } = await papersOf(fixture)
  const prefix = 'CA0001-XTX01-XTX-#-2024'
  const ranges = [
    ['401', '450'],
    ['500', '500'],
  ]
  const factsOf = (type: string, allotted: object) =>
    certificateFacts({ ...entry, type, body: { ...entry.body, allotted } }, [])
  const itmos = 'CA0001-XTX01-XTX-401-2024 - CA0001-XTX01-XTX-450-2024, CA0001-XTX01-XTX-500-2024'
  for (const type of ['CreditsRetired', 'CreditsTransferredAbroad', 'CreditsUsed', 'FirstTransferRecorded']) {
    expect(factsOf(type, { itmos: { prefix, ranges } }), type).toMatchObject({ itmos })
    expect(factsOf(type, { itmos: null }), type).not.toHaveProperty('itmos')
  }
  const converted = factsOf('UnitsConverted', { first: '401', itmos: { prefix, ranges } })
  expect(converted).not.toHaveProperty('itmos') // of a body that says of no units abroad
  const source = {
    registry: 'verra',
    space: 'verra:VCU',
    ranges: [
      ['11', '60'],
      ['70', '70'],
    ],
  }
  const conversion = {
    ...entry,
    type: 'UnitsConverted',
    body: { source, allotted: { first: '401', itmos: { prefix, ranges } } },
  }
  expect(certificateFacts(conversion, [])).toMatchObject({
    ...{ quantity: '51', numbers: '401-451', itmos, registry: 'verra', numbersAbroad: '11-60, 70' },
  })
  const abroad = {
    ...entry,
    body: { ...entry.body, ranges: [['7', '9']], allotted: { prefix: 'CA0002-KEN01-KEN-#-2024' } },
  }
  expect(certificateFacts(abroad, []).serials).toBe('CA0002-KEN01-KEN-7-2024 - CA0002-KEN01-KEN-9-2024')
})

test('what an opening shows becomes facts, member by member', async () => {
  const { entry } = await papersOf(fixture)
  const value = { name: 'Harbour Ferries Ltd', country: null, fleet: 7 }
  const facts = certificateFacts(entry, [{ field: 'body.beneficiary', key: '', value }])
  expect(facts).toMatchObject({ 'beneficiary.name': 'Harbour Ferries Ltd', 'beneficiary.fleet': '7' })
  expect(Object.keys(facts).filter((name) => name.startsWith('beneficiary'))).toHaveLength(2)
})

test('a certificate of an issuance, a transfer and a cancellation states what they did', async () => {
  const entries = (await fixture.ledger.entries(0, checkpoint.size)).map((stored) => receiptOf(stored).entry)
  const factsOf = (type: string) => {
    const entry = entries.find((candidate) => candidate.type === type)
    return entry ? certificateFacts(entry, []) : {}
  }
  expect(factsOf('BatchIssued')).toMatchObject({
    type: 'BatchIssued',
    vintage: '2024',
    quantity: '100000',
    numbers: '1-100000',
    monitoredFrom: '2024-01-01',
    monitoredTo: '2024-12-31',
  })
  expect(Object.keys(factsOf('CreditsTransferred')).sort()).toEqual([
    'batch',
    'from',
    'mandate',
    'numbers',
    'quantity',
    'to',
    'transferredAt',
    'type',
  ])
  expect(factsOf('CreditsCancelled')).toMatchObject({
    purpose: 'environmental-integrity',
    certificate: expect.stringMatching(/^\d+$/),
    serials: expect.stringMatching(/^XT-ITMO-3-001-2025-0-\d+-\d+(, XT-ITMO-3-001-2025-0-\d+(-\d+)?)*$/),
    country: 'XT',
    unitType: 'ITMO',
    project: '001',
    vintage: '2025',
  })
})

/** Serves what `answer` gives for a path: bytes, a status, or nothing but the end of the connection. */
async function serve(answer: (path: string) => Uint8Array | string | number | undefined): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    const answered = answer(url.slice(1))
    if (answered === undefined) response.destroy()
    else if (typeof answered === 'number') response.writeHead(answered).end()
    else response.writeHead(200).end(answered)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

test('where there is no log, nothing is called wrong', async () => {
  const empty = await scratchFolder()
  const other = await scratchFolder()
  await writeFile(join(other, 'README.txt'), 'hello')
  const cases: [source: string, sentence: RegExp][] = [
    [empty, /^there is no log at .*: it has no checkpoint/],
    [other, /^there is no log at /],
    [await serve(() => 404), /^there is no log at http:/],
    [await serve(() => 403), /^there is no log to be had at .*: the server answers 403\n/],
    [await serve(() => undefined), /^there is no log to be had at http:.*: fetch failed: other side closed\n/],
  ]
  for (const [source, sentence] of cases) {
    const { exitCode, text } = await runVerify([source, '--vkey', fixture.vkey])
    expect({ exitCode, text }, source).toEqual({ exitCode: 2, text: expect.stringMatching(sentence) })
  }
  const { exitCode, text } = await runVerify([empty, '--json'])
  expect([exitCode, JSON.parse(text)]).toEqual([2, { error: expect.stringMatching(/^there is no log at/) }])
})

test('a log without its checkpoint is wrong', async () => {
  const folder = await exported()
  await rm(join(folder, 'checkpoint'))
  expect(await runVerify([folder])).toMatchObject({
    exitCode: 1,
    report: { findings: [{ code: 'checkpoint-missing' }] },
  })
  const files = await filesOf(fixture.ledger)
  const url = await serve((path) => (path === 'checkpoint' ? 404 : (files.get(path) ?? 404)))
  expect(await runVerify([url])).toMatchObject({ exitCode: 1, report: { findings: [{ code: 'checkpoint-missing' }] } })
})

test('what a server does not give is not held against the log, what it denies is', async () => {
  const files = await filesOf(fixture.ledger)
  for (const file of ['tile/entries/000', 'tile/0/000', 'tile/0/001', 'keys.json', [...files.keys()].find(isContent)]) {
    const without = (status: number) =>
      serve((path) => (path.startsWith(`${file}`) ? status : (files.get(path) ?? 404)))
    const refused = await runVerify([await without(403), '--vkey', fixture.vkey])
    expect(refused, file).toMatchObject({ exitCode: 2, report: { outcome: 'not-read', units: [] } })
    expect(new Set(refused.report?.findings.map(({ code }) => code))).toEqual(new Set(['out-of-reach']))
    expect(refused.text).toMatch(/\nNOT READ TO ITS END: .*$/)
    const denied = await runVerify([await without(404), '--vkey', fixture.vkey])
    expect(denied, file).toMatchObject({ exitCode: 1, report: { outcome: 'wrong' } })
  }
  const nothing = await serve((path) => (path === 'checkpoint' ? checkpoint.note : undefined))
  expect(await runVerify([nothing, '--vkey', fixture.vkey])).toMatchObject({ exitCode: 2 })
})

function isContent(path: string): boolean {
  return path.startsWith('content/')
}
