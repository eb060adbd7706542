import type { Entry, KeyRotation } from '@tallystick/rules'
import type { TestRegistry } from '../registry.ts'
import type { Agreement } from './agreements.ts'
import type { Signature } from './signatures.ts'

/**
 * What a registry is, kept in the most naive way: every unit by itself, every reason by name. It shares nothing with the
 * engine, so that the two can only agree by both being right.
 */
export interface Model {
  root: string
  officers: string[]
  system: string
  authority: string
  /** The account that all units come from. */
  issuance: string
  /** The instant of the command that is judged, and the index that its entry would have. */
  now: string
  size: number
  mandates: Map<string, Mandate>
  organisations: Map<string, Organisation>
  /** Pairs of organisations. */
  affiliations: string[][]
  accounts: Map<string, Account>
  /** `<account>/<receiver>`: from when on the receiver is trusted. */
  trusted: Map<string, string>
  projects: Map<string, Project>
  authorisations: Map<string, Authorisation>
  batches: Map<string, Batch>
  /** Next serial number, by unit type. */
  next: Map<string, bigint>
  /** Next ITMO number, by cooperative approach and vintage. */
  nextItmo: Map<string, bigint>
  pools: Pools
  /** Everything that came into the buffer or left it. */
  bufferMoves: BufferMove[]
  /** Millionths certified and not issued: by class what is carried, by project and unit type what is owed. */
  fractions: Map<string, bigint>
  deficits: Map<string, bigint>
  reversals: Map<string, Reversal>
  findings: Map<string, Finding>
  periods: Map<string, Period>
  /** Millionths of each vintage that an entry issued of a period. */
  issuedOf: { period: string; vintage: string; micro: bigint; index: number }[]
  /** Agreements on units of projects. */
  agreements: Map<string, Agreement>
  pending: Map<string, Waiting>
  pledges: Map<string, Pledge>
  holds: Map<string, Hold>
  /** Ids of holds, waiting movements and pledges that are over. */
  ended: Set<string>
  /** What was carried out, in order, as far as a correction may ask for it. */
  past: Past[]
  /** Indexes of entries that were taken back. */
  takenBack: Set<number>
  /** Ids under which something has a stream. */
  streams: Set<string>
  certificates: number
  registries: Map<string, Record<Fate, string>>
  /** Id of a project abroad, by registry and code. */
  foreign: Map<string, string>
  /** Units abroad, by space and number. */
  abroad: Map<string, Map<bigint, UnitAbroad>>
  /** Units issued abroad without serial numbers, by class. */
  lots: Map<string, { registry: string; quantity: bigint }>
  /** Indexes of records that were taken back. */
  corrected: Set<number>
  /** The key that signs, and all that ever did. */
  key: string
  keysNamed: Set<string>
  /** What may be proposed to hand over from one key to another. */
  rotations: KeyRotation[]
  documents: Map<string, { kind: DocumentKind; version: number }>
  inForce: Record<DocumentKind, number>
  /** Parameters for calculations that may be adopted, by SHA-256, and those that were, the last one in force. */
  sets: Map<string, { name: string; version: string }>
  adopted: { name: string; version: string; sha256: string }[]
}

export type Fate = 'active' | 'retired' | 'cancelled'
export type DocumentKind = 'permissions' | 'preset'
export type Owner = { account: string; share: string }
export type WireRange = [string, string]

export interface Policy {
  secondAbove: string | null
  acceptance: boolean
  trustedOnly: boolean
}

export interface Mandate {
  organisation: string
  role: string
  limit: bigint | null
  active: boolean
  /** Whoever might have made it up alone. */
  hand: string
  /** Whoever granted it, and stood on the word of another. */
  word?: string
}

export interface Account {
  organisation: string
  kind: string
  active: boolean
  /** How movements are decided, from which instant on; the last that has begun holds. */
  policies: (Policy & { from: string })[]
  registry: string | null
}

export interface Project {
  state: string
  /** By which entry it came into its state, and when. */
  entered: { index: number; at: string }
  /** Every document that was submitted, the oldest first. */
  submitted: { document: string; sha256: string; index: number; signatures?: Record<string, Signature> }[]
  number: number
  scope: string
  owners: Owner[]
  /** Percentage of issuances that goes to the buffer, and the levies that are not taken. */
  buffer: string
  exempt: string[]
  /** Units owed to the buffer, by unit type. */
  debts: Map<string, bigint>
  /** When the risk was assessed, and when the percentage for the buffer was raised, each the last time. */
  assessed: string | null
  raised: string | null
  /** The organisation of each task, and who verified last, how often in a row. */
  certifiers: Record<string, string>
  verified: { organisation: string; periods: number } | null
  /** The certifiers whose certification stands, the first one first. */
  certifiedBy: { organisation: string; index: number }[]
  /** Its crediting periods, the first one first, and how often it was renewed. */
  credits: { kind: string; from: string; to: string }[]
  renewed: number
}

/** A monitoring period. */
export interface Period extends Pick<Project, 'state' | 'entered' | 'submitted'> {
  project: string
  number: number
  from: string
  to: string
  /** By which entry its outcomes were certified last, and by whom; and how many tonnes of each year. */
  certified: { index: number; by: string } | null
  /** Who took a turn with it. */
  turn: string | null
  outcomes: Record<string, string>
}

/** For which scopes a certifier is accredited, and from which day to which. */
export interface Accreditation {
  scopes: string[]
  from: string
  to: string
}

export interface Organisation {
  kind: string
  active: boolean
  accreditations: Record<string, Accreditation>
}

/** Units that came into the buffer or left it. */
export interface BufferMove {
  way: 'in' | 'cancelled' | 'released'
  project: string
  unitType: string
  vintage: string
  units: bigint
  at: string
}

export interface Authorisation {
  project: string
  unitType: string
  quantity: bigint
  purposes: string[]
  firstTransfer: string | null
  cooperativeApproach: string | null
  /** The purposes from an entry on, by its index. */
  granted: { from: number; purposes: string[] }[]
  version: number
  active: boolean
}

/** One unit: whose it is, by which entry it was first transferred, and its ITMO number. */
export interface Unit {
  owner: string
  first: number | null
  itmo: string | null
}

export interface Batch {
  /** Neither for units of another Party. */
  project: string | null
  authorisation: string | null
  /** What the units are counted under. */
  class: string
  vintage: string
  unitType: string
  units: Map<bigint, Unit>
}

export interface UnitAbroad {
  class: string
  isIssued: boolean
  fate: Fate
  registry: string
  isConverted: boolean
}

export interface Pools {
  buffer: string | null
  shareOfProceeds: string | null
  omge: string | null
  host: string | null
}

export interface Reversal {
  project: string
  state: 'reported' | 'avoidable' | 'unavoidable' | 'dismissed' | 'compensated'
  unitType: string | null
  quantity: bigint
  compensated: bigint
}

export interface Finding {
  project: string
  period: string | null
  kind: 'CL' | 'CAR' | 'FAR'
  number: number
  state: 'open' | 'answered' | 'closed'
}

export interface Hold {
  account: string | null
  batch: string | null
  range: WireRange | null
  expiresAt: string | null
}

export type Whose = 'holder' | 'officer'

export interface Waiting {
  kind: 'transfer' | 'retirement' | 'cancellation'
  batch: string
  from: string
  to: string
  ranges: WireRange[]
  purpose: string | null
  beneficiary: string | null
  agreement?: { id: string; sha256: string }
  proposer: string
  /** Whose approvals are asked for: another mandate of the holder, an officer of the government. */
  asked: Whose[]
  /** Who gave which of them. */
  given: { by: string; whose: Whose }[]
  acceptance: boolean
  expiresAt: string
}

export interface Pledge {
  account: string
  batch: string
  ranges: WireRange[]
  to: string
  expiresAt: string | null
}

/** An entry that was written, and which units it brought where. */
export interface Past {
  index: number
  entry: Entry
  brought: Brought | undefined
}

export interface Brought {
  batch: string
  /** Where each unit was before, and where it was brought. */
  units: { serial: bigint; from: string; to: string }[]
  /** Of an issuance: what was certified, in millionths. */
  certified?: bigint
}

/** The model of a registry in which nothing has been issued yet. */
export function modelOf(registry: TestRegistry): Model {
  const { genesis, root, officer, secondOfficer, developers, project, authorisation } = registry
  const { authority, system } = genesis
  const government = (hand: string, role: string) => ({
    organisation: authority,
    role,
    limit: null,
    active: true,
    hand,
  })
  const model: Model = {
    root,
    officers: [officer, secondOfficer],
    system,
    authority,
    issuance: genesis.issuance,
    now: '',
    size: 0,
    mandates: new Map([
      [system, government(system, 'system/system')],
      [root, government(root, 'government/Root')],
      [officer, government(officer, 'government/Admin')],
      [secondOfficer, government(secondOfficer, 'government/Admin')],
    ]),
    organisations: new Map([[authority, newOrganisation('government')]]),
    affiliations: [],
    accounts: new Map([[genesis.issuance, newAccount(authority, 'issuance')]]),
    trusted: new Map(),
    projects: new Map(),
    authorisations: new Map(),
    batches: new Map(),
    next: new Map(),
    nextItmo: new Map(),
    pools: { buffer: null, shareOfProceeds: null, omge: null, host: null },
    bufferMoves: [],
    fractions: new Map(),
    deficits: new Map(),
    reversals: new Map(),
    findings: new Map(),
    periods: new Map(),
    issuedOf: [],
    agreements: new Map(),
    pending: new Map(),
    pledges: new Map(),
    holds: new Map(),
    ended: new Set(),
    past: [],
    takenBack: new Set(),
    streams: new Set([project]),
    certificates: 0,
    registries: new Map(),
    foreign: new Map(),
    abroad: new Map(),
    lots: new Map(),
    corrected: new Set(),
    key: genesis.key,
    keysNamed: new Set([genesis.key]),
    rotations: [],
    documents: new Map(),
    inForce: { permissions: 1, preset: 1 },
    sets: new Map(),
    adopted: [],
  }
  for (const { organisation, mandate, holding, retirement, cancellation } of developers) {
    model.organisations.set(organisation, newOrganisation('developer'))
    model.mandates.set(mandate, { organisation, role: 'developer/Admin', limit: null, active: true, hand: officer })
    for (const [kind, account] of Object.entries({ holding, retirement, cancellation })) {
      model.accounts.set(account, newAccount(organisation, kind))
      model.streams.add(account)
    }
  }
  const [a, b] = developers.map(({ holding }) => holding)
  const owners = [
    { account: a ?? '', share: '60' },
    { account: b ?? '', share: '40' },
  ]
  model.projects.set(project, newProject(1, '1', owners, registry.registered, 'registered'))
  model.authorisations.set(authorisation, {
    project,
    unitType: 'ITMO',
    quantity: 100_000n,
    purposes: ['NDC'],
    firstTransfer: null,
    cooperativeApproach: 'CA0001',
    granted: [{ from: registry.authorisedAt, purposes: ['NDC'] }],
    version: 1,
    active: true,
  })
  return model
}

export function newAccount(organisation: string, kind: string, registry: string | null = null): Account {
  return { organisation, kind, active: true, policies: [], registry }
}

export function newOrganisation(kind: string): Organisation {
  return { kind, active: true, accreditations: {} }
}

export function newProject(
  number: number,
  scope: string,
  owners: Owner[],
  entered: Project['entered'],
  state = 'submitted',
): Project {
  return {
    ...{ state, entered, submitted: [], number, scope, owners },
    ...{ buffer: '0', exempt: [], debts: new Map(), assessed: null, raised: null },
    ...{ certifiers: {}, verified: null, certifiedBy: [], credits: [], renewed: 0 },
  }
}
