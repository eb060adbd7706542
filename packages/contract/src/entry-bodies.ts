/** `[first, last]`, decimal strings. */
type WireRange = [string, string]

interface Movement {
  batch: string
  from: string
  to: string
  ranges: WireRange[]
}

interface End extends Movement {
  purpose: string
  /** A commitment. */
  beneficiary: string | null
  allotted: { certificate: number; prefix: string }
}

interface Hold {
  hold: string
  reason: string
  account: string | null
  batch: string | null
  range: WireRange | null
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
export interface EntryBodies {
  Genesis: { ledger: string; origin: string; country: { code: string; name: string }; timeZone: string; test: boolean }
  DocumentAdopted: { document: string; version: number; sha256: string }
  KeyRotated: { previous: string; next: string; signatures: { previous: string; next: string } }
  OrganisationRegistered: { organisation: string; kind: string; name: string }
  MandateGranted: { mandate: string; organisation: string; role: string; limit: string | null }
  MandateRevoked: { mandate: string }
  AccountsOpened: { organisation: string; accounts: { account: string; kind: string }[] }
  AccountSuspended: { account: string; reason: string }
  AccountReactivated: { account: string; reason: string }
  ProjectRegistered: {
    project: string
    title: string
    scope: string
    methodology: string
    owners: { account: string; share: string }[]
    allotted: { number: number }
  }
  ProjectMoved: { project: string; move: string }
  QuantityAuthorised: {
    authorisation: string
    project: string
    unitType: string
    quantity: string
    purposes: string[]
    firstTransfer: string | null
    cooperativeApproach: string | null
  }
  BatchIssued: {
    batch: string
    authorisation: string
    vintage: string
    quantity: string
    monitoringPeriod: { from: string; to: string } | null
    allotted: { first: string; parts: [account: string, first: string, last: string][] }
  }
  CreditsTransferred: Movement
  CreditsRetired: End
  CreditsCancelled: End
  HoldPlaced: Hold
  HoldLifted: { hold: string }
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
