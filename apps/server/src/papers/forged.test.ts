import type { IssuedPaper } from '@tallystick/contract'
import { verifyCertificatePdf } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus, testRegistry } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { attachedTo, checked, exchanged, onePaper, pdfOfPaper, without } from './papers.fixture.ts'

let all: World

beforeAll(async () => {
  all = await world()
  await all.issue('2024', '1000')
  await all.registry.publish()
})
afterAll(() => all.registry.close())

const paperOf = (kind: IssuedPaper['kind'], project?: string) => onePaper(all, kind, project)
const pdfOf = (paper: IssuedPaper) => pdfOfPaper(all, paper)
const check = (pdf: Uint8Array) => checked(all, pdf)

describe('a forged paper is refused by name', () => {
  it('with other attachments', async () => {
    const [pdf, other] = await Promise.all([paperOf('issuance').then(pdfOf), paperOf('registration').then(pdfOf)])
    const [own, others] = await Promise.all([attachedTo(pdf), attachedTo(other)])
    const foreign = await testRegistry()
    await foreign.publish()
    const abroad = (await foreign.app.inject('/national/entries/0/receipt')).body
    const foreignKey = parseVkey(sha256Bytes, foreign.services.genesis.key)
    await foreign.close()
    const said = JSON.parse(own.certificate)
    const [genesis, project, authorised] = said.restsOn
    const file = (changes: object) => JSON.stringify({ ...said, ...changes })
    const resting = (restsOn: unknown[]) => exchanged(pdf, { certificate: file({ restsOn }) })
    expect(await check(exchanged(pdf, { certificate: own.certificate, proof: own.proof }))).toMatchObject({
      outcome: 'whole',
    })
    const lent = { ...project, openings: [{ ...project.openings[0], value: 'Sahara solar plant' }] }
    const cases: [code: string, pdf: Buffer, of?: RegExp][] = [
      [
        'fact-differs',
        exchanged(pdf, { certificate: own.certificate.replace('"quantity":"1000"', '"quantity":"9000"') }),
      ],
      ['fact-differs', exchanged(pdf, { certificate: own.certificate.replaceAll('-2024-0-1-1000', '-2025-0-1-1000') })],
      ['proof-wrong', exchanged(pdf, { proof: others.proof })],
      ['checkpoint-not-signed', exchanged(pdf, { proof: abroad }), /tallystick\/test/],
      ['proof-malformed', exchanged(pdf, { proof: own.proof.slice(0, 70) })],
      ['certificate-malformed', exchanged(pdf, { certificate: own.certificate.slice(0, -9) }), /not JSON/],
      ['certificate-malformed', resting('x' as unknown as unknown[]), /restsOn/],
      ['certificate-malformed', resting(Array.from({ length: 9 }, () => project)), /restsOn/],
      ['attachment-missing', without(pdf, 'application/json')],
      ['attachment-missing', without(pdf, 'text/plain')],
      ['pdf-changed', Buffer.concat([pdf, other]), /behind its end/],
      // What it rests on: left out, of another, shown otherwise, proved by another proof, twice, or of no use.
      ['fact-unknown', resting([genesis, authorised]), /project/],
      ['fact-unknown', resting([]), /serials/],
      ['opening-wrong', resting([genesis, lent, authorised]), /body.title/],
      ['proof-wrong', resting([genesis, { ...project, proof: authorised.proof }, authorised])],
      ['checkpoint-not-signed', resting([{ ...genesis, proof: abroad }, project, authorised])],
      ['rests-on-wrong', resting([genesis, project, project, authorised]), /two of this type/],
      [
        'rests-on-wrong',
        resting(
          [...said.restsOn, { ...said, facts: undefined, takenBack: undefined }].map(({ entry, openings, proof }) => ({
            entry,
            openings,
            proof: proof ?? own.proof,
          })),
        ),
        /no certificate rests/,
      ],
      ['rests-on-wrong', resting([{ ...genesis, entry: 'e30=' }, project, authorised]), /published form/],
    ]
    for (const [code, forged, of = /./] of cases) {
      const { outcome, findings } = await check(forged)
      expect(outcome, code).toBe('wrong')
      expect(findings.map((finding) => `${finding.code} ${finding.message}`).join('\n')).toMatch(
        new RegExp(`${code} .*${of.source}`),
      )
    }
    const wrongKey = await verifyCertificatePdf({ pdf, vkey: foreignKey })
    expect(wrongKey.findings.map(({ code }) => code)).toContain('checkpoint-not-signed')
  })

  it('that says it is under another authorisation of the same project', async () => {
    const terms = { unitType: 'NCC', quantity: '7', purposes: [] }
    expectStatus(await all.officer.post(`/national/projects/${all.project.id}/authorisations`, terms), 201)
    await all.registry.publish()
    const [pdf, other] = await Promise.all([paperOf('issuance').then(pdfOf), paperOf('authorisation').then(pdfOf)])
    const [own, theirs] = await Promise.all([attachedTo(pdf), attachedTo(other)])
    const [mine, { entry, openings }] = [JSON.parse(own.certificate), JSON.parse(theirs.certificate)]
    const restsOn = [...mine.restsOn.slice(0, 2), { entry, openings, proof: theirs.proof }]
    const { findings } = await check(exchanged(pdf, { certificate: JSON.stringify({ ...mine, restsOn }) }))
    expect(findings[0]?.message).toContain('does not belong to it: it is another authorisation.')
  })

  it('that lends itself the name of another project, though that is in the log', async () => {
    const { id } = expectStatus(
      await all.sunfield.admin.post('/national/projects', {
        ...{ title: 'Sahara solar plant', sectoralScope: '1', methodology: 'AMS-I.D' },
        owners: [{ account: all.sunfield.holding, share: '100' }],
      }),
      201,
    ).body
    expectStatus(await all.officer.post(`/national/projects/${id}/moves`, { move: 'register' }), 201)
    await all.registry.publish()
    const pdf = await pdfOf(await paperOf('registration'))
    const [own, sahara] = await Promise.all([
      attachedTo(pdf),
      paperOf('registration', String(id)).then(pdfOf).then(attachedTo),
    ])
    const [mine, theirs] = [JSON.parse(own.certificate), JSON.parse(sahara.certificate)]
    const facts = { ...mine.facts, title: 'Sahara solar plant', project: '002' }
    const certificate = JSON.stringify({ ...mine, facts, restsOn: theirs.restsOn })
    const { findings } = await check(exchanged(pdf, { certificate }))
    expect(findings.map(({ message }) => message)).toEqual([
      'ProjectRegistered, which the certificate rests on, does not belong to it: it is of another project.',
      'The fact project does not follow from the entry and its openings.',
      'The fact title does not follow from the entry and its openings.',
      'The fact scope does not follow from the entry and its openings.',
      'The fact methodology does not follow from the entry and its openings.',
    ])
  })
})
