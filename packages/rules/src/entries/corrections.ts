import { z } from 'zod'
import { FIRST_TRANSFER, ITMO, withoutWord, wordOf } from '../attributes.ts'
import { canonicalJson, decodeEntry, type Entry, encodeEntry, leafOf } from '../envelope.ts'
import {
  Certified,
  Code,
  countOf,
  fromWire,
  Id,
  Instant,
  microOf,
  Quantity,
  SerialNumber,
  sumOf,
  WireRange,
} from '../ids.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { type Run, without } from '../runs.ts'
import { balanceId, type Effects, type Keys, noKeys, type Put, type Rows, type State } from '../state.ts'
import { admitActive, codeIn } from './accounts.ts'
import { takenBackPuts, takenBackReads } from './ground.ts'
import { heldRanges, standingOn } from './holds.ts'
import { hashOfIssuance } from './issuance.ts'
import { batchRows } from './movement.ts'
import { issuedPuts } from './outcomes.ts'
import { outstandingPuts } from './outstanding.ts'
import { partiesOf, partiesReads } from './parties.ts'

const Correction = z.strictObject({
  /** A movement: the whole entry, as it stands in the log. An issuance: what `IssuedEntry` has of it. */
  original: z.unknown(),
  reason: Code,
})
type Correction = z.infer<typeof Correction>

/** A range in more runs than these was divided since, and is not looked at further. */
const MAX_PIECES = 1_000

/** What a correction needs of the body of each type that can be taken back. */
const Moved = z.object({ batch: Id, from: Id, to: Id, ranges: z.array(WireRange) })
const Issued = z.object({
  batch: Id,
  authorisation: Id,
  period: Id.nullable(),
  vintage: z.string(),
  quantity: Quantity,
  certified: Certified,
  allotted: z.object({ parts: z.array(z.tuple([Id, SerialNumber, SerialNumber])) }),
})

/**
 * An issuance without links and approvals: with as many owners as there may be, the whole entry and the links of the
 * correction would not fit into one. The batch's row knows the hash of the rest.
 */
const IssuedEntry = z.strictObject({
  index: z.number().int().min(1),
  type: z.literal('BatchIssued'),
  at: Instant,
  by: Id,
  body: z.record(z.string(), z.unknown()),
})

const movements: readonly string[] = ['CreditsTransferred', 'CreditsRetired', 'CreditsCancelled']
const correctable = [...movements, 'BatchIssued']

/** Units on their way back: from the account that the original brought them to. */
interface Back {
  batch: string
  legs: { account: string; to: string; ranges: [string, string][] }[]
}

interface Original {
  /** What tells it from every other entry: its leaf, of an issuance the hash of what it says. */
  id: string
  /** The idempotency key of a movement; of an issuance the index that it claims. */
  place: { key: string | null } | { index: number }
  back: Back
  issued: z.infer<typeof Issued> | undefined
}

/** The bytes of the original; none where it has no canonical form. */
function bytesOf(original: unknown): Uint8Array {
  try {
    return encodeEntry(original as Entry)
  } catch {
    return new Uint8Array()
  }
}

function hasCanonicalForm(body: object): boolean {
  try {
    canonicalJson(body)
    return true
  } catch {
    return false // half of a surrogate pair, escaped
  }
}

/** The id of the row `ended` of an entry, should it have been taken back: its leaf, of an issuance the hash of what it says. */
export function endedIdOf({ type, by, at, body }: Pick<Entry, 'type' | 'by' | 'at' | 'body'>, leaf: string): string {
  return type === 'BatchIssued' ? hashOfIssuance({ by, at, body }) : leaf
}

/** Reads the original; only what is an entry that can be taken back. */
function originalOf({ original }: Correction, issuance: string): Original | Refusal {
  const issued = IssuedEntry.safeParse(original)
  return issued.success ? issuanceOf(issued.data, issuance) : movementOf(original)
}

function issuanceOf({ index, at, by, body }: z.infer<typeof IssuedEntry>, issuance: string): Original | Refusal {
  const issued = Issued.safeParse(body)
  if (!issued.success || !hasCanonicalForm(body)) return refuse('malformed', { field: 'original' })
  const legs = issued.data.allotted.parts.map(([account, first, last]) => {
    return { account, to: issuance, ranges: [[first, last] as [string, string]] }
  })
  const id = hashOfIssuance({ by, at, body })
  return { id, place: { index }, back: { batch: issued.data.batch, legs }, issued: issued.data }
}

/** Byte for byte an entry. */
function movementOf(original: unknown): Original | Refusal {
  const bytes = bytesOf(original)
  const entry = decodeEntry(bytes)
  if (isRefusal(entry)) return refuse('malformed', { field: 'original', reason: entry.detail.reason ?? entry.refused })
  if (!correctable.includes(entry.type)) {
    return refuse('not-correctable', { field: 'original', type: entry.type, allowed: correctable.join(', ') })
  }
  const moved = movements.includes(entry.type) ? Moved.safeParse(entry.body) : undefined
  if (!moved?.success) return refuse('malformed', { field: 'original', allowed: 'index, type, at, by, body' })
  const { batch, from, to, ranges } = moved.data
  const back = { batch, legs: [{ account: to, to: from, ranges }] }
  return { id: leafOf(bytes), place: { key: entry.key }, back, issued: undefined }
}

function reads(state: State, request: Correction): Keys {
  const original = originalOf(request, state.ledger().issuance)
  if (isRefusal(original)) return noKeys()
  const { back, place, issued } = original
  const batch = state.peek('batch', back.batch)
  const accounts = back.legs.flatMap(({ account, to }) => [account, to])
  return {
    ...noKeys(),
    rows: [
      { kind: 'batch', id: back.batch },
      ...partiesReads(state, batch?.project || undefined),
      { kind: 'ended', id: original.id },
      ...('index' in place ? [{ kind: 'issued' as const, id: back.batch }] : []),
      ...('key' in place && place.key !== null ? [{ kind: 'key' as const, id: place.key }] : []),
      ...(issued ? takenBackReads(state, issued) : []),
      ...(issued?.period ? [{ kind: 'period' as const, id: issued.period }] : []),
      ...accounts.map((id) => ({ kind: 'account' as const, id })),
      ...(batch
        ? [
            ...batchRows(batch),
            ...(batch.project === '' ? [] : [{ kind: 'outstanding' as const, id: batch.project }]),
            ...accounts.map((id) => ({ kind: 'balance' as const, id: balanceId(id, batch.class) })),
          ]
        : []),
    ],
    runs: batch
      ? back.legs.flatMap(({ ranges }) =>
          ranges.map((range) => ({ space: batch.space, most: MAX_PIECES + 2, ...fromWire(range) })),
        )
      : [],
    holdsOn: [back.batch, ...accounts],
  }
}

/** How many units go back: as many as the entry moved or issued. */
function quantityBack(original: Original | Refusal): bigint {
  if (isRefusal(original)) return 0n
  return sumOf(original.back.legs.flatMap(({ ranges }) => ranges.map(fromWire)))
}

/** The pieces of a leg, as they are now. */
function piecesOf(state: State, batch: string, ranges: [string, string][]): Run[] {
  const runs = state.runs(batch)
  return ranges.flatMap((range) => runs.pieces(fromWire(range)))
}

function admitLeg(state: State, batch: string, { account, to, ranges }: Back['legs'][number]): Refusal | undefined {
  const wanted = ranges.map(fromWire)
  const pieces = piecesOf(state, batch, ranges)
  const there = pieces.filter((piece) => piece.account === account).reduce((sum, piece) => sum + countOf(piece), 0n)
  const asked = sumOf(wanted)
  return firstOf(
    pieces.length > MAX_PIECES && refuse('units-moved', { field: 'original', account }),
    there !== asked && refuse('units-moved', { field: 'original', account, there: there.toString() }),
    sumOf(without(wanted, heldRanges(state, batch))) !== asked && refuse('on-hold', { field: 'original' }),
    [batch, account, to].some((target) => standingOn(state, target).length > 0) &&
      refuse('on-hold', { field: 'original' }),
    ...[account, to].map((id) => id !== state.ledger().issuance && admitActive(state, 'original', id)),
  )
}

/** Nothing that the correction cannot undo hangs on the issuance: the buffer's book, or a later first transfer. */
function admitIssued(state: State, original: Original): Refusal | undefined {
  if (!original.issued) return undefined
  const { buffer } = state.ledger().pools
  const index = indexOf(state, original)
  const pieces = original.back.legs.flatMap(({ ranges }) => piecesOf(state, original.back.batch, ranges))
  const marks = pieces.map(({ attributes }) => wordOf(attributes, FIRST_TRANSFER) ?? index)
  return firstOf(
    original.back.legs.some(({ account }) => account === buffer) &&
      refuse('units-moved', { field: 'original', account: buffer ?? '' }),
    marks.some((mark) => mark !== index) && refuse('already-transferred', { field: 'original' }),
  )
}

/**
 * Takes an entry back by a compensating one, while the units are where it brought them: a transfer, a retirement, a
 * cancellation, or a whole issuance. The entry itself stays in the log for ever.
 */
export const entryCorrected = defineRule<Correction, Correction>({
  type: 'EntryCorrected',
  v: 1,
  body: Correction,
  request: Correction,
  attested: ['that the entry was an error'],
  reads,
  // What has no canonical form cannot be carried.
  decide: (state, request) => {
    const original = originalOf(request, state.ledger().issuance)
    return isRefusal(original) ? original : request
  },
  act: (state, body) => {
    const original = originalOf(body, state.ledger().issuance)
    const project = isRefusal(original) ? undefined : state.get('batch', original.back.batch)?.project
    return {
      action: 'entries.correct',
      organisations: [],
      ...partiesOf(state, project || undefined),
      quantity: quantityBack(original),
    }
  },
  admit: (state, body, { preset }) => {
    const original = originalOf(body, state.ledger().issuance)
    if (isRefusal(original)) return original
    const { id, back } = original
    return firstOf(
      !isInLog(state, original) && refuse('entry-unknown', { field: 'original', hash: id }),
      state.get('ended', id) && refuse('already-corrected', { field: 'original', hash: id }),
      codeIn('reason', body.reason, preset.purposes.correction),
      // Of a leg in too many pieces not all are known.
      ...back.legs.map((leg) => admitLeg(state, back.batch, leg)),
      admitIssued(state, original),
    )
  },
  streams: (state, body) => {
    const original = originalOf(body, state.ledger().issuance)
    if (isRefusal(original)) return []
    const { batch, legs } = original.back
    const project = state.get('batch', batch)?.project
    const accounts = legs.flatMap(({ account, to }) => (to === state.ledger().issuance ? [account] : [account, to]))
    return [...new Set([batch, ...(project ? [project] : []), ...accounts])]
  },
  effects: (state, body) => {
    const original = originalOf(body, state.ledger().issuance)
    return isRefusal(original) ? noEffects() : effectsOf(state, original)
  },
})

function isInLog(state: State, { id, place, back }: Original): boolean {
  if ('key' in place) return place.key !== null && state.get('key', place.key)?.leaf === id
  const issued = state.get('issued', back.batch)
  return issued?.says === id && issued.index === place.index
}

/** Where the entry stands in the log, as words of first transfers have it. */
function indexOf(state: State, { place }: Original): string {
  if ('index' in place) return String(place.index)
  return place.key === null ? '' : String(state.get('key', place.key)?.index)
}

function effectsOf(state: State, original: Original): Effects {
  const { back, id, issued } = original
  const batch = state.get('batch', back.batch)
  if (!batch) return noEffects()
  const index = indexOf(state, original)
  const runs: Run[] = []
  let unmarked = 0n
  for (const { to, ranges } of back.legs) {
    for (const piece of piecesOf(state, back.batch, ranges)) {
      const undone = wordOf(piece.attributes, FIRST_TRANSFER) === index
      if (undone) unmarked += countOf(piece)
      const attributes = undone ? withoutWord(withoutWord(piece.attributes, FIRST_TRANSFER), ITMO) : piece.attributes
      runs.push({ ...piece, account: to, attributes })
    }
  }
  const postings = back.legs.map(({ account, to, ranges }) => {
    const amount = ranges.map(fromWire).reduce((sum, range) => sum + countOf(range), 0n)
    return { from: account, to, class: batch.class, amount }
  })
  return {
    puts: [
      { kind: 'ended', id, row: { index: state.size } },
      ...authorisationPuts(state, batch, unmarked, BigInt(issued?.quantity ?? 0)),
      ...(issued ? takenBackPuts(state, issued) : []),
      ...(issued ? issuedPuts(state, issued.period, issued.vintage, -microOf(issued.certified)) : []),
      ...outstandingPuts(state, batch.project, postings),
    ],
    postings,
    runs,
  }
}

/** The authorisation has so much more left. */
function authorisationPuts(state: State, batch: Rows['batch'], unmarked: bigint, unissued: bigint): Put[] {
  const row = batch.authorisation === '' ? undefined : state.get('authorisation', batch.authorisation)
  if (!row || (unmarked === 0n && unissued === 0n)) return []
  const { issued, transferred } = row
  const now = { ...row, issued: issued - unissued, transferred: transferred - unmarked }
  return [{ kind: 'authorisation', id: batch.authorisation, row: now }]
}
