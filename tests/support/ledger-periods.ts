import { documentBytes, sha256Hex, shippedDocuments } from '@tallystick/rules'
import { type Body, type Country, idOf } from '../unlawful/country.ts'

const YEAR = '2026'

/** The preset in force with the monitoring and crediting periods of *article6*, for projects that are registered. */
async function keepPeriods({ fixture }: Country): Promise<void> {
  const { ledger, mandates } = fixture
  const inForce = (await ledger.row('ledger', 'ledger'))?.preset
  const documents = await ledger.documents()
  const jsonOf = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes))
  const preset = jsonOf(documents.find(({ sha256 }) => sha256 === inForce)?.bytes ?? new Uint8Array())
  const article6 = jsonOf(shippedDocuments.article6.preset)
  const ofPeriods: { kind: string; of?: string }[] = article6.documents.filter(
    (one: { of?: string }) => one.of === 'period',
  )
  const others = preset.documents.filter((one: { kind: string }) => ofPeriods.every(({ kind }) => kind !== one.kind))
  const next = {
    ...preset,
    version: preset.version + 1,
    period: article6.period,
    crediting: { ...article6.crediting, states: ['registered'] },
    documents: [...others, ...ofPeriods],
  }
  const sha256 = await ledger.putDocument(documentBytes(next))
  const request = { document: 'preset', version: next.version, sha256 }
  await fixture.must({ type: 'DocumentAdopted', by: mandates.root, request, approvers: [mandates.admin] })
}

/** A certifier with one person, assigned to the verification of the project. */
async function haveVerifier({ fixture }: Country): Promise<string> {
  const { mandates, project } = fixture
  const [organisation, mandate] = [idOf('verifier ltd'), idOf('verifier')]
  const write = (type: string, request: Body, by = mandates.admin) => fixture.must({ type, by, request })
  const name = fixture.commit('Verifiers of Testland')
  await write('OrganisationRegistered', { organisation, kind: 'certifier', name }, mandates.root)
  await write('MandateGranted', { mandate, organisation, role: 'certifier/Admin', limit: null })
  const terms = { body: fixture.commit('National Accreditors'), scopes: ['3'], from: '2020-01-01', to: '2999-12-31' }
  await write('CertifierAccredited', { organisation, accreditation: idOf('of the verifier'), ...terms })
  await write('CertifierAssigned', { project, task: 'verification', organisation })
  return mandate
}

/** A year of the project is monitored, reported, verified with a question, certified, and issued in part. */
export async function monitor(country: Country): Promise<void> {
  const { fixture } = country
  const { mandates, project, authorisation } = fixture
  await keepPeriods(country)
  const verifier = await haveVerifier(country)
  const [period, finding] = [idOf('monitored year'), idOf('for the next year')]
  const write = (by: string, type: string, request: Body) => fixture.must({ type, by, request })
  const move = (by: string, name: string) => write(by, 'MonitoringPeriodMoved', { period, move: name })
  const paper = (by: string, document: string) =>
    write(by, 'DocumentSubmitted', { project, period, document, sha256: sha256Hex(document), name: null })
  const days = { from: `${YEAR}-01-01`, to: `${YEAR}-12-31` }

  const credited = { project, kind: 'renewable', from: days.from, to: '2030-12-31' }
  await write(mandates.admin, 'CreditingPeriodSet', credited)
  await write(mandates.alpha, 'MonitoringPeriodOpened', { period, project, ...days })
  await paper(mandates.alpha, 'monitoring-report')
  const report = { project, period, document: 'monitoring-report', version: 1, sha256: sha256Hex('monitoring-report') }
  const how = { slot: 'owner', level: 'SES', evidence: sha256Hex('how it was signed') }
  await write(mandates.alpha, 'DocumentSigned', { ...report, ...how })
  await move(mandates.alpha, 'submit-report')
  await move(mandates.admin, 'publish-report')
  await move(mandates.admin, 'begin-verification')
  const question = { kind: 'FAR', section: null, text: fixture.commit('Sample another district next time.') }
  await write(verifier, 'FindingRaised', { project, period, finding, ...question })
  await write(verifier, 'OutcomeCertified', { period, outcomes: [{ vintage: YEAR, certified: '1500.75' }] })
  await paper(verifier, 'verification-report')
  await move(verifier, 'submit-verification')
  await paper(mandates.alpha, 'issuance-form')
  await move(mandates.alpha, 'request-issuance')
  await country.decree('MonitoringPeriodMoved', { period, move: 'approve-issuance' })
  const issue = { batch: idOf('of the monitored year'), authorisation, period, vintage: YEAR, quantity: '500' }
  await country.decree('BatchIssued', { ...issue, monitoringPeriod: null })
}
