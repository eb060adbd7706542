import { documentBytes, leafOf } from '@tallystick/rules'
import { type Body, type Country, idOf } from '../unlawful/country.ts'

const DAY_MS = 86_400_000
/** So soon that it is over after a few commands. */
const SOON_MS = 3_000

/** Movements, a pledge and a hold that come to each of their ends. */
async function endings(country: Country): Promise<void> {
  const { fixture } = country
  const { system, alpha, beta } = fixture.mandates
  const bySystem = (type: string, request: Body) => fixture.must({ type, by: system, request })
  const units = { batch: idOf('units'), from: idOf('gamma'), quantity: '10' }
  const propose = async (name: string, change: Body) => {
    const plain = { kind: 'transfer', to: fixture.accounts.beta, purpose: null, beneficiary: null, acceptance: true }
    const expiresAt = await country.later(DAY_MS)
    await country.gamma('MovementProposed', { movement: idOf(name), ...units, ...plain, expiresAt, ...change })
    return { movement: idOf(name) }
  }
  const late = await propose('nobody answers', { expiresAt: await country.later(SOON_MS) })
  const approved = await propose('is approved', { from: idOf('guarded'), quantity: '150' })
  await fixture.must({ type: 'MovementApproved', by: idOf('gamma by two'), request: approved })
  await fixture.must({ type: 'MovementDeclined', by: beta, request: approved })
  await country.gamma('MovementWithdrawn', await propose('is withdrawn', {}))
  await bySystem('MovementExpired', late)
  const doubted = { organisation: fixture.organisations.beta, reason: 'investigation' }
  const halted = await propose('is halted', {})
  await country.decree('OrganisationSuspended', doubted)
  await bySystem('MovementHalted', { ...halted, organisation: doubted.organisation })
  await country.decree('OrganisationReactivated', doubted)

  const pledge = async (name: string, expiresAt: string | null) => {
    const to = fixture.organisations.alpha
    const { from: account, ...rest } = units
    await country.gamma('UnitsPledged', { pledge: idOf(name), account, to, reason: 'collateral', ...rest, expiresAt })
    return { pledge: idOf(name) }
  }
  await fixture.must({ type: 'PledgeReleased', by: alpha, request: await pledge('is paid back', null) })
  const forgotten = await pledge('is forgotten', await country.later(SOON_MS))
  const hold = { hold: idOf('short hold'), reason: 'court-order', account: null, batch: idOf('small'), range: null }
  await country.decree('HoldPlaced', { ...hold, expiresAt: await country.later(SOON_MS) })
  await trustAndDoubt(country)
  await bySystem('PledgeExpired', forgotten)
  await bySystem('HoldExpired', { hold: hold.hold })
}

/** A mandate that another officer vouches for; a receiver that is trusted for a while; an organisation that is suspended. */
async function trustAndDoubt(country: Country): Promise<void> {
  const { fixture } = country
  const vouched = { mandate: idOf('delta by one') }
  await fixture.must({ type: 'MandateConfirmed', by: fixture.mandates.approver, request: vouched })
  const receiver = { account: idOf('gamma'), receiver: fixture.accounts.beta }
  await country.gamma('ReceiverTrusted', receiver)
  await country.gamma('ReceiverRemoved', receiver)
  const organisation = idOf('epsilon ltd')
  const name = fixture.commit('epsilon Verifiers Ltd')
  await fixture.must({
    type: 'OrganisationRegistered',
    by: fixture.mandates.root,
    request: { organisation, kind: 'developer', name },
  })
  for (const type of ['OrganisationSuspended', 'OrganisationReactivated']) {
    await country.decree(type, { organisation, reason: 'investigation' })
  }
}

/** Project Orchard: what the buffer takes and pays. */
async function orchard(country: Country): Promise<void> {
  const { fixture } = country
  const project = idOf('orchard')
  const gamma = { account: idOf('gamma'), share: '100' }
  const title = fixture.commit('orchard')
  await country.gamma('ProjectRegistered', { project, title, scope: '14', methodology: 'AR-ACM0003', owners: [gamma] })
  await country.decree('ProjectMoved', { project, move: 'register' })
  const authorisation = { authorisation: idOf('orchard itmo'), project, unitType: 'ITMO', quantity: '100000' }
  const purposes = { purposes: ['NDC', 'OIMP_IMP'], firstTransfer: 'authorisation', cooperativeApproach: 'CA0001' }
  await country.decree('QuantityAuthorised', { ...authorisation, ...purposes })
  await country.decree('IssuanceTermsSet', { project, buffer: '20', exempt: [], reason: 'risk-assessment' })
  const issue = { batch: idOf('orchard 2024'), authorisation: authorisation.authorisation, vintage: '2024' }
  await country.decree('OutcomeCarried', {
    ...{ authorisation: issue.authorisation, vintage: '2024', certified: '0.4', monitoringPeriod: null },
  })
  await country.decree('BatchIssued', { ...issue, quantity: '1000', monitoringPeriod: null })

  const units = { batch: issue.batch }
  const given = { ...units, from: idOf('gamma'), to: idOf('buffer'), quantity: '20', repays: null }
  await country.gamma('BufferContributed', given)
  const reversal = idOf('drought')
  await country.decree('ReversalReported', { reversal, project, occurredOn: '2025-11-01', cause: 'fire' })
  await country.decree('ReversalDecided', { reversal, decision: 'unavoidable', unitType: 'ITMO', quantity: '30' })
  const paid = { ...units, reversal, from: idOf('buffer'), to: idOf('made good'), quantity: '20' }
  await country.decree('BufferCancelled', paid)
  const own = { ...units, reversal, from: idOf('gamma'), to: idOf('gamma cancelled'), quantity: '10' }
  await country.gamma('ReversalCompensated', own)
}

/** What the buffer gives back after years; and other owners. */
async function harvest(country: Country): Promise<void> {
  const project = idOf('orchard')
  await country.decree('IssuanceTermsSet', { project, buffer: '20', exempt: [], reason: 'risk-assessment' })
  const released = { batch: idOf('orchard 2024'), from: idOf('buffer'), to: idOf('gamma'), quantity: '15' }
  await country.decree('BufferReleased', released)
  const shared = [
    { account: idOf('gamma'), share: '75' },
    { account: idOf('guarded'), share: '25' },
  ]
  await country.decree('OwnershipChanged', { project, owners: shared })
  await adoptParameters(country)
}

/** The country's own constants for calculations. */
async function adoptParameters(country: Country): Promise<void> {
  const entry = {
    ...{ key: 'grid.combined-margin', value: '0.5512', unit: 'tCO2/MWh', source: 'Ministry of Energy' },
    ...{ sourceVersion: 'March 2026', validFrom: '2025-01-01', validTo: null, verifiedBy: null, verifiedAt: null },
  }
  const set = { id: 'testland', version: '2026-1', entries: [entry] }
  const sha256 = await country.fixture.ledger.putDocument(documentBytes(set))
  await country.decree('ParametersAdopted', { number: 1, name: set.id, version: set.version, sha256 })
}

/** Units that leave the country and come to it, and a record of another registry that was wrong. */
async function foreignAffairs(country: Country): Promise<void> {
  const { fixture } = country
  const { system, approver } = fixture.mandates
  const leaving = { batch: idOf('orchard 2024'), from: idOf('gamma'), to: idOf('gamma abroad'), quantity: '25' }
  await fixture.must({
    type: 'CreditsTransferredAbroad',
    by: idOf('gamma by one'),
    request: leaving,
    approvers: [approver],
  })
  const use = { batch: idOf('itmos of KEN'), from: idOf('treasury'), to: idOf('ndc use'), quantity: '10', year: '2025' }
  await country.decree('CreditsUsed', use)

  const project = { id: idOf('listed'), code: '2001' }
  const listed = { registry: 'verra', project, facts: fixture.commit('a project of the list') }
  await fixture.must({ type: 'MirrorProjectRecorded', by: system, request: listed })
  const lot = { registry: 'verra', project, vintage: '2021', unitType: 'VCU' }
  const issued = { ...lot, quantity: '500', issuedOn: '2022-05-01', facts: fixture.commit('a lot') }
  const { index } = await fixture.must({ type: 'MirrorLotRecorded', by: system, request: issued })
  const [stored] = await fixture.ledger.entries(index, 1)
  const record = { index, leaf: leafOf(stored?.bytes ?? new Uint8Array()) }
  const taken = { kind: 'lot', quantity: '500' }
  await country.decree('MirrorCorrected', { ...lot, record, taken, reason: fixture.commit('two digits exchanged') })
}

/** All that a country lives through, in its order, so that every type of entry is met. */
export function chaptersOf(country: Country): (() => Promise<unknown>)[] {
  const { past, years, present } = country
  const more = [harvest, endings, foreignAffairs].map((chapter) => () => chapter(country))
  return [...past, () => orchard(country), years, ...present, ...more]
}
