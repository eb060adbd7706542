/** `[first, last]`, decimal strings. */
export type WireRange = [string, string]

/** Identifiers of ITMOs, the ranges being their numbers; `prefix` with `#` for the number: `CA0001-KEN01-KEN-#-2024`. */
export type Itmos = { prefix: string; ranges: WireRange[] } | null

/** Units that leave one account for another. */
export interface Moved {
  batch: string
  from: string
  to: string
  ranges: WireRange[]
}

interface End extends Moved {
  purpose: string
  /** A commitment. */
  beneficiary: string | null
  /** The movement that waited, of which this is the last step. */
  pending: string | null
  allotted: { certificate: number; prefix: string; itmos: Itmos }
}

interface Step {
  movement: string
}

/** The agreement by which units are transferred, in the version that both sides have signed. */
interface ByAgreement {
  agreement?: { id: string; sha256: string }
}

/** ITMOs of another Party. */
interface Series {
  cooperativeApproach: string
  registry: string
  party: string
  vintage: string
}

/** Bodies of entries that move units, or that keep them where they are. */
export interface MovementBodies {
  CreditsTransferred: Moved & { pending: string | null } & ByAgreement
  CreditsRetired: End
  CreditsCancelled: End
  MovementProposed: Moved &
    ByAgreement & {
      movement: string
      kind: 'transfer' | 'retirement' | 'cancellation'
      purpose: string | null
      beneficiary: string | null
      acceptance: boolean
      expiresAt: string
    }
  MovementApproved: Step
  MovementDeclined: Step
  MovementWithdrawn: Step
  MovementExpired: Step
  /** By the system, where this organisation of it is suspended. */
  MovementHalted: Step & { organisation: string }
  CreditsTransferredAbroad: Moved & { allotted: { itmos: Itmos } }
  CreditsAcquired: Moved & { series: Series | null }
  FirstTransferRecorded: {
    batch: string
    account: string
    ranges: WireRange[]
    event: 'authorisation' | 'issuance'
    allotted: { itmos: Itmos }
  }
  CreditsUsed: Moved & { year: string; allotted: { itmos: Itmos } }
  UnitsPledged: {
    pledge: string
    batch: string
    account: string
    to: string
    reason: string
    expiresAt: string | null
    ranges: WireRange[]
  }
  PledgeReleased: { pledge: string }
  PledgeExpired: { pledge: string }
  BufferContributed: Moved & { repays: string | null }
  BufferReleased: Moved
  BufferCancelled: Moved & { reversal: string }
  ReversalReported: { reversal: string; project: string; occurredOn: string; cause: string }
  ReversalDecided: {
    reversal: string
    decision: 'avoidable' | 'unavoidable' | 'dismissed'
    quantity: string | null
    unitType: string | null
  }
  ReversalCompensated: Moved & { reversal: string }
  EntryCorrected: {
    /** The whole entry; of an issuance its index, and what it says. */
    original: {
      type: string
      at: string
      by: string
      key?: string | null
      index?: number
      body: Record<string, unknown>
    }
    reason: string
  }
}
