import type { Itmos, MovementBodies, WireRange } from './movement-bodies.ts'

interface Hold {
  hold: string
  reason: string
  account: string | null
  batch: string | null
  range: WireRange | null
  /** From when on the system may end it. */
  expiresAt: string | null
}

interface Owner {
  account: string
  share: string
}

type Levy = 'buffer' | 'shareOfProceeds' | 'omge' | 'host'

/** A document on which a move was taken. */
interface Grounds {
  document: string
  sha256: string
}

interface Period {
  from: string
  to: string
}

/** What is authorised. */
interface Terms {
  quantity: string
  purposes: string[]
  firstTransfer: string | null
  cooperativeApproach: string | null
}

/** Units abroad that a wrong record is taken back of, and what was known of them before it. */
interface TakenUnits {
  kind: 'units'
  space: string
  issued: boolean
  fate: 'active' | 'retired' | 'cancelled'
  parts: { range: WireRange; before: 'unknown' | 'active' | 'evidenced' }[]
}

/** The form of each type's body, version 1, as it stands in the log. The rules have judged it; readers rely on it. */
export interface EntryBodies extends MovementBodies {
  Genesis: { ledger: string; origin: string; country: { code: string; name: string }; timeZone: string; test: boolean }
  DocumentAdopted: { document: string; version: number; sha256: string }
  ParametersAdopted: { number: number; name: string; version: string; sha256: string }
  KeyRotated: { previous: string; next: string; signatures: { previous: string; next: string } }
  OrganisationRegistered: { organisation: string; kind: string; name: string }
  MandateGranted: { mandate: string; organisation: string; role: string; limit: string | null }
  MandateConfirmed: { mandate: string }
  MandateRevoked: { mandate: string }
  OrganisationSuspended: { organisation: string; reason: string }
  OrganisationReactivated: { organisation: string; reason: string }
  AffiliationRecorded: { organisations: [string, string]; kind: string }
  AffiliationEnded: { organisations: [string, string]; reason: string }
  CertifierAccredited: {
    organisation: string
    accreditation: string
    body: string
    scopes: string[]
    from: string
    to: string
  }
  AccreditationWithdrawn: { organisation: string; accreditation: string; reason: string }
  CertifierAssigned: { project: string; task: string; organisation: string }
  CertifierReleased: { project: string; task: string; reason: string }
  ProjectCertified: { project: string }
  CertificationRevoked: { project: string; organisation: string; reason: string; text?: string }
  AccountsOpened: { organisation: string; accounts: { account: string; kind: string; registry: string | null }[] }
  AccountSuspended: { account: string; reason: string }
  AccountReactivated: { account: string; reason: string }
  AccountPolicySet: {
    account: string
    policy: { secondAbove: string | null; acceptance: boolean; trustedOnly: boolean }
  }
  ReceiverTrusted: { account: string; receiver: string }
  ReceiverRemoved: { account: string; receiver: string }
  ProjectRegistered: {
    project: string
    title: string
    scope: string
    methodology: string
    owners: Owner[]
    allotted: { number: number }
  }
  OwnershipChanged: { project: string; owners: Owner[] }
  IssuanceTermsSet: { project: string; buffer: string; exempt: Exclude<Levy, 'buffer'>[]; reason: string }
  PoolsNamed: Record<Levy, string | null>
  ProjectMoved: { project: string; move: string; reason?: string; text?: string; documents?: Grounds[] }
  CreditingPeriodSet: { project: string; kind: string; from: string; to: string; allotted: { number: number } }
  MonitoringPeriodOpened: {
    period: string
    project: string
    from: string
    to: string
    before: string | null
    allotted: { number: number }
  }
  MonitoringPeriodMoved: { period: string; move: string; reason?: string; text?: string; documents?: Grounds[] }
  OutcomeCertified: { period: string; outcomes: { vintage: string; certified: string }[]; documents?: Grounds[] }
  DocumentSubmitted: {
    project: string
    period: string | null
    document: string
    sha256: string
    name: string | null
    /** Of an agreement on units of the project: its accounts. */
    agreement?: { id: string; seller: string; buyer: string }
    allotted: { version: number }
  }
  DocumentSigned: {
    project: string
    period: string | null
    document: string
    version: number
    sha256: string
    slot: string
    level: 'SES' | 'AES' | 'QES' | 'WET'
    evidence: string
    organisation: string | null
    /** The agreement that the document is. */
    agreement?: string
    allotted: { capacity: string }
  }
  FindingRaised: {
    finding: string
    project: string
    period: string | null
    kind: 'CL' | 'CAR' | 'FAR'
    section: string | null
    text: string
    allotted: { number: number }
  }
  FindingAnswered: { project: string; period: string | null; finding: string; text: string }
  FindingAssessed: {
    project: string
    period: string | null
    finding: string
    text: string
    outcome: 'closed' | 'open'
  }
  QuantityAuthorised: {
    authorisation: string
    project: string
    unitType: string
  } & Terms
  AuthorisationChanged: {
    authorisation: string
    version: number
    change: 'amend' | 'revoke'
    reason: string
    effectiveFrom: string
  } & Terms
  BatchIssued: {
    batch: string
    authorisation: string
    vintage: string
    quantity: string
    certified: string
    monitoringPeriod: Period | null
    period: string | null
    owners: Owner[]
    levies: Record<Levy, string>
    allotted: { first: string; parts: [account: string, first: string, last: string][]; itmos: Itmos }
  }
  OutcomeCarried: {
    authorisation: string
    vintage: string
    certified: string
    monitoringPeriod: Period | null
    period: string | null
  }
  UnitsConverted: {
    batch: string
    authorisation: string
    vintage: string
    to: string
    reason: string
    source: { registry: string; space: string; ranges: WireRange[] }
    allotted: { first: string; itmos: Itmos }
  }
  HoldPlaced: Hold
  HoldLifted: { hold: string }
  HoldExpired: { hold: string }
  MirrorOpened: { registry: string; active: string; retired: string; cancelled: string }
  MirrorRecorded: {
    registry: string
    space: string
    range: WireRange
    project: { id: string; code: string }
    vintage: string
    unitType: string
    issued: boolean
    issuedOn: string | null
    fate: 'active' | 'retired' | 'cancelled'
    fateOn: string | null
    facts: string
  }
  MirrorLotRecorded: {
    registry: string
    project: { id: string; code: string }
    vintage: string
    unitType: string
    quantity: string
    issuedOn: string | null
    facts: string
  }
  MirrorProjectRecorded: { registry: string; project: { id: string; code: string }; facts: string }
  MirrorCorrected: {
    registry: string
    project: { id: string; code: string }
    vintage: string
    unitType: string
    record: { index: number; leaf: string }
    taken: TakenUnits | { kind: 'lot'; quantity: string }
    reason: string
  }
}

export type EntryType = keyof EntryBodies

interface Envelope<Type extends EntryType> {
  v: number
  type: Type
  at: string
  by: string
  approvals: { by: string; proposal: string }[]
  key: string | null
  streams: [id: string, revision: number, leaf: string | null][]
  body: EntryBodies[Type]
}

/** An entry of one type, or of any: told apart by `type`. */
export type LoggedEntry<Type extends EntryType = EntryType> = { [T in Type]: Envelope<T> }[Type]

/** Reads an entry that the ledger has admitted; its form was judged then, so nothing is judged here. */
export function readEntry(bytes: Uint8Array | string): LoggedEntry {
  return JSON.parse(typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)) as LoggedEntry
}

/** An entry of the type expected, from a store that was asked for that type. */
export function readEntryOf<Type extends EntryType>(type: Type, bytes: Uint8Array): LoggedEntry<Type> {
  const entry = readEntry(bytes)
  if (entry.type !== type) throw new TypeError(`the entry is a ${entry.type}, not a ${type}`)
  return entry as LoggedEntry<Type>
}
