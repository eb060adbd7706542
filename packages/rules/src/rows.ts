import type { Range } from './ids.ts'
import type { Run } from './runs.ts'

export type AccountKind =
  | 'issuance' // the source of all units; the only one without a floor
  | 'holding'
  | 'retirement'
  | 'cancellation'
  | 'buffer'
  | 'share-of-proceeds'
  | 'omge' // cancelled for overall mitigation in global emissions
  | 'ndc-use'
  | 'foreign' // an account in another country's registry
  | 'mirror-active'
  | 'mirror-retired'
  | 'mirror-cancelled'

/** The kinds that a person may open. */
export const openedKinds = [
  'holding',
  'retirement',
  'cancellation',
  'buffer',
  'share-of-proceeds',
  'omge',
  'ndc-use',
  'foreign',
] as const

/** The accounts to which parts of issuances go. */
export interface Pools {
  buffer: string | null
  shareOfProceeds: string | null
  omge: string | null
  host: string | null
}

/** How an account wants its movements decided. */
export interface AccountPolicy {
  /** Units above which an outgoing movement needs a second mandate of the holder; `null`: never. */
  secondAbove: string | null
  /** Incoming transfers of others wait until the holder accepts them. */
  acceptance: boolean
  /** Transfers leave only for trusted receivers, and accounts of the same holder that are as careful. */
  trustedOnly: boolean
}

/** A policy that stands, and one that asks for less with the instant from which on it takes its place. */
export interface StandingPolicy extends AccountPolicy {
  loosened: (AccountPolicy & { from: string }) | null
}

/** Clarification request, corrective action request, forward action request. */
export type FindingKind = 'CL' | 'CAR' | 'FAR'

/** What a movement that waits will be. */
export type PendingKind = 'transfer' | 'retirement' | 'cancellation'

export interface LedgerRow {
  ledger: string
  origin: string
  country: string
  timeZone: string
  system: string
  authority: string
  issuance: string
  test: boolean
  /** SHA-256 of the documents in force. */
  permissions: string
  preset: string
  /** The country's parameters for calculations: the set in force, and how many were adopted. None: those that ship. */
  parameters: { number: number; sha256: string } | null
  projects: number
  /** How many projects are in each state. */
  states: Record<string, number>
  /** How many monitoring periods are in each state, and of how many of them units were issued. */
  periods: Record<string, { all: number; issued: number }>
  /** The kinds of organisations that have accounts, ascending. */
  holders: string[]
  certificates: number
  pools: Pools
  /** The key that signs checkpoints from now on. */
  key: string
  /** Entries that were taken over from a predecessor, its genesis counted; 0 for a first log. */
  kept: number
}

/** The version in force of a kind of document, with the index of its entry. */
export interface DocumentVersion {
  version: number
  index: number
  sha256: string
  /** By slot. They stand on this version: the next one has none. */
  signatures?: Record<string, Signature>
}

/** A signature: for which organisation, written by which mandate, at which level. */
export interface Signature {
  organisation: string
  capacity: 'owner' | 'certifier' | 'government' | 'seller' | 'buyer'
  by: string
  level: 'SES' | 'AES' | 'QES' | 'WET'
  index: number
}

/** The state rows: a cache of the log, written only by effects, the only thing that decisions read. */
export interface Rows {
  ledger: LedgerRow
  organisation: {
    kind: string
    name: string | null
    active: boolean
    /** The organisations that it is affiliated to, ascending; each says the same of the other. */
    affiliates: string[]
    /** As a certifier: for which sectoral scopes, and from which day to which. */
    accreditations: Record<string, { scopes: string[]; from: string; to: string }>
  }
  mandate: {
    organisation: string
    role: string
    limit: string | null
    active: boolean
    /** The mandate on whose word alone this one is there; itself where two have vouched for it. */
    hand: string
    /** Where whoever granted it stands on another's word: that mandate, until somebody vouches for this one. */
    word?: string
    /** How many mandates are there on the word of this one, while it stands on another's. */
    brought?: number
  }
  account: {
    organisation: string
    kind: AccountKind
    active: boolean
    policy: StandingPolicy | null
    /** Of a foreign account: the registry that it is in, such as `KEN01`. */
    registry: string | null
  }
  /** `<account>/<receiver>`: transfers to the receiver are trusted from an instant on. */
  trusted: { from: string }
  project: {
    number: number
    state: string
    /** The entry by which it came into its state, and when. */
    entered: { index: number; at: string }
    /** The version in force of each kind of document, with the index of its entry. */
    documents: Record<string, DocumentVersion>
    /**
     * Findings about the project itself that are open, forward action requests counted apart; and how many were ever raised
     * about it and its monitoring periods, by kind.
     */
    findings: { open: number; forward: number; raised: Partial<Record<FindingKind, number>> }
    scope: string
    methodology: string
    title: string
    owners: { account: string; share: string }[]
    /** Percentage of each issuance that goes to the buffer. */
    buffer: string
    /** Levies that are not taken from this project. */
    exempt: string[]
    /** Units that the project owes to the buffer, by unit type. */
    debts: Record<string, string>
    /** Reversals that are not compensated. */
    reversals: number
    /** When its reversal risk was last assessed, and when its percentage was last raised. */
    assessed: string | null
    raised: string | null
    /** The organisation that each task is assigned to. */
    certifiers: Record<string, string>
    /** Who verified last, and how many monitoring periods in a row. */
    verified: { organisation: string; periods: number } | null
    /** The certifiers whose certification of it stands, with the index of its entry; the first one first. */
    certifiedBy: { organisation: string; index: number }[]
    /**
     * Its crediting periods, the first one first, their kind, how often that may be renewed, and how often the project was:
     * one period more than that may be set.
     */
    crediting: { kind: string; renewals: number; renewed: number; periods: { from: string; to: string }[] } | null
    /** How many monitoring periods were opened, the last of those that are not void, and how many are in each state. */
    periods: { opened: number; last: string | null; states: Record<string, number> }
    /** Forward action requests about monitoring periods that are open, by the number of the period. */
    forward: Record<string, number>
  }
  /** A monitoring period of a project. */
  period: {
    project: string
    number: number
    /** First and last day. */
    from: string
    to: string
    state: string
    /** The entry by which it came into its state, and when. */
    entered: { index: number; at: string }
    documents: Record<string, DocumentVersion>
    /** Findings about it that are open, forward action requests counted apart. */
    findings: { open: number; forward: number }
    /** The entry by which its outcomes were certified last, and by which organisation; none where that does not stand. */
    certified: { index: number; by: string } | null
    /** The organisation whose turn it was: which certified it first, whether or not that stands. */
    turn: string | null
    /** Tonnes certified of each vintage, and how many of those were issued or carried by issuances. */
    outcomes: Record<string, { certified: string; issued: string }>
    /** Its neighbours among those that are not void; none where it is void itself. */
    previous: string | null
    next: string | null
  }
  /** An agreement on units of a project, between the holders of two accounts; its documents by kind. */
  agreement: { project: string; seller: string; buyer: string; documents: Record<string, DocumentVersion> }
  finding: {
    project: string
    /** The monitoring period that it is about; none: the project itself. */
    period: string | null
    kind: FindingKind
    number: number
    state: 'open' | 'answered' | 'closed'
  }
  authorisation: {
    project: string
    unitType: string
    quantity: bigint
    issued: bigint
    /** Units of it that were first transferred. */
    transferred: bigint
    version: number
    active: boolean
    purposes: string[]
    firstTransfer: string | null
    cooperativeApproach: string | null
    /** Purposes from a version on, with the index of its entry: units keep those under which they were first transferred. */
    granted: { from: number; purposes: string[] }[]
  }
  /** Of units of another Party: `project` and `authorisation` are empty, and `first` to `last` is the whole space. */
  batch: {
    space: string
    first: bigint
    last: bigint
    class: string
    project: string
    vintage: string
    unitType: string
    authorisation: string
  }
  /** The issuance of a batch: the index of its entry, and the SHA-256 of what that says. */
  issued: { index: number; says: string }
  /** The batch that stands for all ITMOs of one foreign series, by their space. */
  series: { batch: string }
  /** Millionths of a unit that were certified and not issued, by unit class; negative: a deficit. */
  remainder: { micro: bigint }
  /** A movement that waits; the holds on its ranges are `<id>/<number>`. */
  pending: {
    kind: PendingKind
    batch: string
    from: string
    to: string
    ranges: [string, string][]
    purpose: string | null
    beneficiary: string | null
    /** The agreement by which units are transferred, in the version that everybody has signed. */
    agreement?: { id: string; sha256: string } | undefined
    proposer: string
    approvers: string[]
    /** Which of the approvals that were missing each approver gave. */
    given: (string[] | null)[]
    /** Approvals still to be given: the roles that may; `null`: mandates of the holder that might move the units themselves. */
    missing: (string[] | null)[]
    acceptance: boolean
    expiresAt: string
  }
  pledge: { account: string; batch: string; ranges: [string, string][]; to: string; expiresAt: string | null }
  /** What the buffer holds, by `<project>/<unit type>`, and of all by `all/<unit type>`; units by vintage. */
  pool: {
    in: bigint
    cancelled: bigint
    released: bigint
    /** When its first unit came, or units were last released. */
    since: string
    vintages: Record<string, string>
  }
  /**
   * What the buffer holds of one vintage, by `<project>/<unit type>/<vintage>`: units by batch; and by `all/…`: units by
   * project.
   */
  stock: { parts: Record<string, string> }
  /** Units ever issued of a project and not taken back, by `<project>/<unit type>`. */
  output: { issued: bigint }
  /** Units of a project that its holders have: those in accounts of the kind `holding`. */
  outstanding: { units: bigint }
  reversal: {
    project: string
    state: 'reported' | 'avoidable' | 'unavoidable' | 'dismissed' | 'compensated'
    /** The type of the units that were lost, once it is decided on. */
    unitType: string | null
    quantity: bigint
    compensated: bigint
  }
  /**
   * What is over and whose id is not used again: a hold, a movement that waited, a pledge; or an entry taken back, by its
   * leaf, an issuance by the hash of what it says.
   */
  ended: { index: number }
  space: { next: bigint }
  balance: { debits: bigint; credits: bigint; floor: bigint | null }
  hold: {
    batch: string | null
    first: bigint | null
    last: bigint | null
    account: string | null
    reason: string
    expiresAt: string | null
  }
  registry: { active: string; retired: string; cancelled: string }
  /** A project of another registry; the id of its stream. */
  foreign: {
    id: string
    registry: string
    code: string
    /** Did a list of projects name it? Else only records of its units did. */
    registered: boolean
  }
  /** What is known of the units of one class abroad; the id is the class. */
  lot: {
    /** Issued without serial numbers. */
    quantity: bigint
    /** Serial numbers known, and those of them that no issuance names. */
    numbered: bigint
    evidenced: bigint
  }
  /** A record of another registry that was taken back, by its index; the index of the entry that did. */
  corrected: { index: number }
  stream: { revision: number; leaf: string }
  /** An idempotency key: index and leaf of the entry that was written under it. */
  key: { index: number; leaf: string }
  /** What a name and a version of a country's parameters stand for. */
  parameters: { sha256: string }
  /** A document's SHA-256 with the index of the entry that first adopted it. */
  document: { index: number }
  /** A key of the log, by its public half, with the index of the entry that first named it. */
  signingKey: { index: number }
}

export type RowKind = keyof Rows

/** One row by kind and id; `row: null` deletes (a lifted hold). */
export type Put = { [K in RowKind]: { kind: K; id: string; row: Rows[K] | null } }[RowKind]

export type RowKey = { kind: RowKind; id: string }

/** The keys of state that a command or an entry looks at. */
export interface Keys {
  rows: RowKey[]
  /** Runs that overlap these ranges, and their neighbours; of each range at most `most`, lowest first. */
  runs: (Range & { space: string; most: number })[]
  /** The lowest free runs of an account in a batch, and their neighbours. */
  held: { batch: string; account: string }[]
  /** Every hold that stands on these batches or accounts. */
  holdsOn: string[]
}

export function noKeys(): Keys {
  return { rows: [], runs: [], held: [], holdsOn: [] }
}

/** `amount` units of `class` leave `from` and reach `to`. */
export interface Posting {
  from: string
  to: string
  class: string
  amount: bigint
}

export interface Effects {
  puts: Put[]
  postings: Posting[]
  /** Each run takes the place of whatever covered its range. */
  runs: Run[]
  /** Serials abroad of which nothing is known any more. */
  gone?: (Range & { space: string })[]
}

export function balanceId(account: string, unitClass: string): string {
  return `${account}|${unitClass}`
}
