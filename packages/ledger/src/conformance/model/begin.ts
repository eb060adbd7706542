import type { TestRegistry } from '../registry.ts'
import { hashFrom, idFrom, type Wish } from './command.ts'
import type { Model } from './naive.ts'

/** What a life finds when it begins. */
export interface Beginning {
  /** Holdings in pieces of two units: more of them than one command may take. */
  inPieces: boolean
  /** Accounts for the parts of issuances are named, and units of A6ER issued. */
  levied: boolean
  /** Accounts of the government and in registries abroad, and units of another Party. */
  abroad: boolean
  /** Records of another registry, some of units cancelled there. */
  mirror: boolean
  /** An account that asks for a second word, and movements that wait. */
  policies: boolean
  /** A loss of the project that is decided on and not made good. */
  reversed: boolean
  /** All of that happened years ago, and the project's reversal risk was assessed just now. */
  aged: boolean
  /** Documents adopted: permissions and preset of a later version. */
  law: { permissions: number; preset: number }
}

export type Told = [type: string, wish: Wish]

const SOON = '2026-01-20T00:00:00.000Z'

export const firstBatch = 'ba'.repeat(16)

/** The commands that make a beginning, told as to a person. */
export function tell(registry: TestRegistry, model: Model, beginning: Beginning): Told[] {
  const { officer, secondOfficer, developers } = registry
  const [giver, taker] = developers
  if (!giver || !taker) throw new Error('the test registry has two developers')
  const by = { by: officer, approvers: [secondOfficer] }
  return [
    ...people(registry),
    ...certifier(registry),
    [
      'BatchIssued',
      { ...by, request: issuance(firstBatch, registry.authorisation, beginning.inPieces ? '600' : '120') },
    ],
    ...(beginning.inPieces ? [3, 183].map((from) => pieces(giver, taker.holding, from)) : []),
    ...(beginning.levied ? levied(registry) : []),
    ...(beginning.abroad ? abroad(registry) : []),
    ...(beginning.mirror ? mirror(registry) : []),
    ...(beginning.policies ? policies(registry) : []),
    ...(beginning.reversed ? reversed(registry, beginning.inPieces ? 'avoidable' : 'unavoidable') : []),
    ...adoptions(registry, model, beginning.law),
    ...(beginning.law.preset === 3 ? monitored(registry) : []),
  ]
}

/** Where issuances are of monitoring periods: one of which units may be issued, and one that begins. */
function monitored({ officer, secondOfficer, developers, project }: TestRegistry): Told[] {
  const by = { by: officer }
  const owner = { by: developers[0]?.mandate ?? '' }
  const verifier = { by: idFrom('assessor') }
  const [period, next] = [idFrom('period 0'), idFrom('period 1')]
  const report = { document: 'monitoring-report', sha256: hashFrom('report'), name: null }
  const move = (name: string) => ({ period, move: name })
  return [
    ['CertifierAssigned', { ...by, request: { project, task: 'verification', organisation: idFrom('certifier') } }],
    ['CreditingPeriodSet', { ...by, request: { project, kind: 'renewable', from: '2022-01-01', to: '2026-12-31' } }],
    ['MonitoringPeriodOpened', { ...owner, request: { period, project, from: '2024-01-01', to: '2024-12-31' } }],
    ['DocumentSubmitted', { ...owner, request: { project, period, ...report } }],
    ['OutcomeCertified', { ...verifier, request: { period, outcomes: [{ vintage: '2024', certified: '150.5' }] } }],
    ['MonitoringPeriodMoved', { ...verifier, request: move('submit-verification') }],
    ['MonitoringPeriodMoved', { ...by, approvers: [secondOfficer], request: move('approve-issuance') }],
    ['MonitoringPeriodOpened', { ...owner, request: { period: next, project, from: '2025-01-01', to: '2025-06-30' } }],
  ]
}

function issuance(batch: string, authorisation: string, quantity: string, vintage = '2024') {
  return { batch, authorisation, vintage, quantity, monitoringPeriod: null }
}

/** A second person for each developer, whom another officer admits, and for the government a third. */
function people({ root, secondOfficer, developers, genesis }: TestRegistry): Told[] {
  const grant = (by: string, name: string, organisation: string, role: string): Told => [
    'MandateGranted',
    { by, request: { mandate: idFrom(name), organisation, role, limit: null } },
  ]
  return [
    grant(root, 'third officer', genesis.authority, 'government/Admin'),
    ...developers.map(({ organisation }, at) =>
      grant(secondOfficer, `second of ${at}`, organisation, 'developer/Admin'),
    ),
  ]
}

/** A certifier with one person, accredited for the project and assigned to its validation. */
function certifier({ officer, secondOfficer, project }: TestRegistry): Told[] {
  const organisation = idFrom('certifier')
  const by = { by: officer }
  const mandate = { mandate: idFrom('assessor'), organisation, role: 'certifier/Admin', limit: null }
  const days = { from: '2020-01-01', to: '2999-12-31' }
  const accreditation = { accreditation: idFrom('first accreditation'), body: hashFrom('body'), scopes: ['1'], ...days }
  return [
    ['OrganisationRegistered', { ...by, request: { organisation, kind: 'certifier', name: hashFrom('name') } }],
    ['MandateGranted', { by: secondOfficer, request: mandate }],
    ['CertifierAccredited', { ...by, request: { organisation, ...accreditation } }],
    ['CertifierAssigned', { ...by, request: { project, task: 'validation', organisation } }],
  ]
}

/** Every third unit of sixty goes to the other. */
function pieces(giver: TestRegistry['developers'][number], to: string, from: number): Told {
  const serials = Array.from({ length: 60 }, (_, at) => `${from + 3 * at}`)
  const ranges = serials.map((serial) => [serial, serial])
  return ['CreditsTransferred', { by: giver.mandate, request: { batch: firstBatch, from: giver.holding, to, ranges } }]
}

function levied({ officer, secondOfficer, genesis, project }: TestRegistry): Told[] {
  const by = { by: officer, approvers: [secondOfficer] }
  const pools = {
    buffer: idFrom('buffer'),
    shareOfProceeds: idFrom('proceeds'),
    omge: idFrom('omge'),
    host: idFrom('host'),
  }
  const kinds = { buffer: 'buffer', shareOfProceeds: 'share-of-proceeds', omge: 'omge', host: 'holding' }
  const accounts = [
    ...Object.entries(kinds).map(([levy, kind]) => ({ account: pools[levy as keyof typeof pools], kind })),
    { account: idFrom('made good'), kind: 'cancellation' },
  ]
  const authorisation = idFrom('authorisation 0')
  const terms = { quantity: '300', purposes: ['NDC', 'OIMP_IMP', 'OIMP_OP'], firstTransfer: 'issuance' }
  return [
    ['AccountsOpened', { by: officer, request: { organisation: genesis.authority, accounts } }],
    ['PoolsNamed', { ...by, request: pools }],
    ['IssuanceTermsSet', { ...by, request: { project, buffer: '20', exempt: [], reason: 'risk-assessment' } }],
    [
      'QuantityAuthorised',
      { by: officer, request: { authorisation, project, unitType: 'A6ER', ...terms, cooperativeApproach: 'CA0001' } },
    ],
    ['BatchIssued', { ...by, request: issuance(idFrom('batch 0'), authorisation, '60', '2025') }],
    ['BatchIssued', { ...by, request: issuance(idFrom('batch 1'), authorisation, '40', '2021') }],
  ]
}

function abroad({ officer, secondOfficer, genesis, developers }: TestRegistry): Told[] {
  const by = { by: officer, approvers: [secondOfficer] }
  const ids = { treasury: idFrom('treasury'), use: idFrom('use'), kenya: idFrom('kenya'), swiss: idFrom('swiss') }
  const accounts = [
    { account: ids.treasury, kind: 'holding' },
    { account: ids.use, kind: 'ndc-use' },
    { account: idFrom('own retirement'), kind: 'retirement' },
    { account: idFrom('own cancellation'), kind: 'cancellation' },
    { account: ids.kenya, kind: 'foreign', registry: 'KEN01' },
    { account: ids.swiss, kind: 'foreign', registry: 'CHE01' },
  ]
  const series = { cooperativeApproach: 'CA0007', registry: 'KEN01', party: 'KEN', vintage: '2024' }
  const [giver] = developers
  const leaving = { batch: firstBatch, from: giver?.holding, to: ids.kenya, quantity: '20' }
  const coming = { batch: idFrom('series 0'), from: ids.kenya, to: ids.treasury, ranges: [['5', '24']], series }
  const goingOn = { batch: idFrom('series 0'), from: ids.treasury, to: ids.swiss, quantity: '2' }
  return [
    ['AccountsOpened', { by: officer, request: { organisation: genesis.authority, accounts } }],
    ['CreditsAcquired', { ...by, request: coming }],
    ['CreditsTransferredAbroad', { by: giver?.mandate ?? '', approvers: [secondOfficer], request: leaving }],
    ['CreditsTransferredAbroad', { ...by, request: goingOn }],
  ]
}

function mirror({ genesis, officer, secondOfficer, authorisation, developers }: TestRegistry): Told[] {
  const accounts = { active: idFrom('active 0'), retired: idFrom('retired 0'), cancelled: idFrom('cancelled 0') }
  const row = {
    registry: 'elsewhere',
    space: 'elsewhere:S',
    range: ['20', '49'],
    project: { id: idFrom('foreign 77 0'), code: '77' },
    vintage: '2020',
    unitType: 'VCU',
    ...{ issued: true, issuedOn: null, fate: 'cancelled', fateOn: null },
    facts: 'fa'.repeat(32),
  }
  const conversion = {
    ...{ batch: idFrom('converted 0'), authorisation, vintage: '2020', to: developers[0]?.holding },
    reason: 'registry-transition',
    source: { registry: 'elsewhere', space: 'elsewhere:S', ranges: [['20', '24']] },
  }
  return [
    ['MirrorOpened', { by: genesis.system, request: { registry: 'elsewhere', ...accounts } }],
    ['MirrorRecorded', { by: genesis.system, request: row }],
    ['UnitsConverted', { by: officer, approvers: [secondOfficer], request: conversion }],
  ]
}

/** The first developer wants two for all but small movements, the second wants to accept. */
function policies({ developers }: TestRegistry): Told[] {
  const [first, second] = developers
  const policy = (by: string, account: string, secondAbove: string | null): Told => [
    'AccountPolicySet',
    { by, request: { account, policy: { secondAbove, acceptance: secondAbove === null, trustedOnly: false } } },
  ]
  const [from, to] = [first?.holding ?? '', second?.holding ?? '']
  const large = { batch: firstBatch, from, to, quantity: '9', purpose: null, beneficiary: null }
  const movement = { movement: idFrom('movement 0'), kind: 'transfer', acceptance: false, expiresAt: SOON }
  return [
    policy(first?.mandate ?? '', from, '6'),
    policy(second?.mandate ?? '', to, null),
    ['MovementProposed', { by: first?.mandate ?? '', request: { ...movement, ...large } }],
  ]
}

/** A loss was found, and nothing is issued to the project until it is made good. */
function reversed({ officer, secondOfficer, developers, project }: TestRegistry, decision: string): Told[] {
  const reversal = idFrom('reversal 0')
  const report = { reversal, project, occurredOn: '2025-12-01', cause: 'storm' }
  const decided = { reversal, decision, quantity: '7', unitType: 'ITMO' }
  return [
    ['ReversalReported', { by: developers[0]?.mandate ?? '', request: report }],
    ['ReversalDecided', { by: officer, approvers: [secondOfficer], request: decided }],
  ]
}

/** The project is found to be at no greater risk than before. */
export function assessed({ officer, secondOfficer, project }: TestRegistry, model: Model): Told {
  const request = { project, buffer: model.projects.get(project)?.buffer, exempt: [], reason: 'risk-assessment' }
  return ['IssuanceTermsSet', { by: officer, approvers: [secondOfficer], request }]
}

/** Version after version, up to those named. */
function adoptions({ root, officer }: TestRegistry, model: Model, law: Beginning['law']): Told[] {
  return (['permissions', 'preset'] as const).flatMap((document) =>
    [2, 3]
      .filter((version) => version <= law[document])
      .map((version): Told => {
        const sha256 = [...model.documents].find(([, one]) => one.kind === document && one.version === version)?.[0]
        return ['DocumentAdopted', { by: root, approvers: [officer], request: { document, version, sha256 } }]
      }),
  )
}
