import type { LoggedEntry } from '@tallystick/contract'

type WireRange = [string, string]

/** Units of one batch that an entry names, and from which account to which they go; the same where they stay. */
export interface Leg {
  batch: string
  /** Null where they come from nowhere: an issuance, or what another registry held. */
  from: string | null
  /** Null where an issuance is taken back. */
  to: string | null
  ranges: WireRange[]
}

/** What an entry says of units of batches. Nothing for records of another registry, which are of no batch. */
export function legsOf(entry: Pick<LoggedEntry, 'type' | 'body'>): Leg[] {
  const { type, body } = entry as LoggedEntry
  switch (type) {
    case 'BatchIssued':
      return body.allotted.parts.map(([to, first, last]) => {
        return { batch: body.batch, from: null, to, ranges: [[first, last]] }
      })
    case 'UnitsConverted': {
      const first = BigInt(body.allotted.first)
      const units = body.source.ranges.reduce((sum, range) => sum + BigInt(range[1]) - BigInt(range[0]) + 1n, 0n)
      return [{ batch: body.batch, from: null, to: body.to, ranges: [[`${first}`, `${first + units - 1n}`]] }]
    }
    case 'CreditsTransferred':
    case 'CreditsRetired':
    case 'CreditsCancelled':
    case 'CreditsTransferredAbroad':
    case 'CreditsUsed':
    case 'BufferContributed':
    case 'BufferReleased':
    case 'BufferCancelled':
    case 'ReversalCompensated':
    case 'CreditsAcquired':
      return [{ batch: body.batch, from: body.from, to: body.to, ranges: body.ranges }]
    case 'EntryCorrected':
      return legsOf(body.original as unknown as LoggedEntry).map((leg) => ({ ...leg, from: leg.to, to: leg.from }))
    case 'MovementProposed':
      return [{ batch: body.batch, from: body.from, to: body.from, ranges: body.ranges }]
    case 'UnitsPledged':
    case 'FirstTransferRecorded':
      return [{ batch: body.batch, from: body.account, to: body.account, ranges: body.ranges }]
    default:
      return []
  }
}

/** How many units the ranges hold. */
export function unitsIn(ranges: readonly (readonly [string, string])[]): bigint {
  return ranges.reduce((sum, [first, last]) => sum + BigInt(last) - BigInt(first) + 1n, 0n)
}
