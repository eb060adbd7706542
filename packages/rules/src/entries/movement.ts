import { z } from 'zod'
import { countOf, fromWire, Id, isAscending, Quantity, type Range, sumOf, toWire, WireRange } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { firstOf, noEffects } from '../rule.ts'
import { type Run, without } from '../runs.ts'
import { homePrefix, itmoPrefix } from '../spaces.ts'
import {
  type AccountKind,
  balanceId,
  type Effects,
  type Keys,
  noKeys,
  type RowKey,
  type Rows,
  type State,
} from '../state.ts'
import { usable } from './accounts.ts'
import { batchHeld, heldRanges, standingOn } from './holds.ts'
import { outstandingPuts, outstandingReads } from './outstanding.ts'

/** At most this many ranges in one entry. */
export const MAX_RANGES = 100
/** At most this many runs in one entry: pieces that their holder or their marks tell apart. No fewer than ranges. */
export const MAX_RUNS = 100

export const Ranges = z.array(WireRange).min(1).max(MAX_RANGES)
export const parties = { batch: Id, from: Id, to: Id }

/** Either exact ranges, or a quantity for which the ledger takes the lowest free serials. */
export const chosen = { ranges: Ranges.optional(), quantity: Quantity.optional() }
export const oneOfBoth = (value: { ranges?: unknown; quantity?: unknown }) =>
  (value.ranges === undefined) !== (value.quantity === undefined)
export const ONE_OF_BOTH = 'give either quantity or ranges'

/** Units of one batch that leave one account for another. */
export interface Movement {
  batch: string
  from: string
  to: string
  ranges: [string, string][]
}

export interface MovementRequest {
  batch: string
  from: string
  to: string
  ranges?: [string, string][] | undefined
  quantity?: string | undefined
}

/** Between which kinds of account units may move, and which holds do not stand in the way. */
export interface Way {
  from: readonly AccountKind[]
  to: readonly AccountKind[]
  /** Holds of this movement that waited: those whose id begins with its own. */
  pending?: string | null
}

export const quantityOf = (body: { ranges: [string, string][] }) => sumOf(body.ranges.map(fromWire))

export function movementReads(state: State, request: MovementRequest): Keys {
  const rows: RowKey[] = [
    { kind: 'batch', id: request.batch },
    { kind: 'account', id: request.from },
    { kind: 'account', id: request.to },
  ]
  const batch = state.peek('batch', request.batch)
  if (!batch) return { ...noKeys(), rows }
  rows.push(...batchRows(batch), ...outstandingReads(state, batch.project, request.from, request.to))
  for (const account of [request.from, request.to]) rows.push({ kind: 'balance', id: balanceId(account, batch.class) })
  const ranges = (request.ranges ?? []).map(fromWire)
  const lawful = admitRanges(ranges, batch) === undefined
  return {
    rows,
    runs: lawful ? ranges.map((range) => ({ space: batch.space, most: MAX_RUNS, ...range })) : [],
    held: request.quantity === undefined ? [] : [{ batch: request.batch, account: request.from }],
    holdsOn: [request.batch, request.from, request.to],
  }
}

/** The project and the authorisation of a batch; units of another Party have neither. */
export function batchRows(batch: Rows['batch']): RowKey[] {
  if (batch.project === '') return []
  return [
    { kind: 'project', id: batch.project },
    { kind: 'authorisation', id: batch.authorisation },
  ]
}

/** The lowest free serials of the account in the batch that make up the quantity. */
function take(state: State, request: MovementRequest): [string, string][] | Refusal {
  if (request.ranges !== undefined) return request.ranges
  const quantity = BigInt(request.quantity ?? 0)
  const held = heldRanges(state, request.batch)
  const taken: Range[] = []
  let missing = quantity
  let runs = 0
  for (const run of state.runs(request.batch).ownedBy(request.from)) {
    for (const range of without([run], held)) {
      const before = taken.at(-1)
      // Units side by side that only their marks tell apart are one range.
      const joins = before !== undefined && before.last + 1n === range.first
      runs += 1
      if (runs > MAX_RUNS) return tooFragmented('quantity', sumOf(taken))
      const last = countOf(range) <= missing ? range.last : range.first + missing - 1n
      if (joins) before.last = last
      else taken.push({ first: range.first, last })
      missing -= countOf({ first: range.first, last })
      if (missing === 0n) return taken.map(toWire)
    }
  }
  return refuse('not-enough-credits', {
    field: 'quantity',
    available: (quantity - missing).toString(),
    asked: quantity.toString(),
  })
}

function tooFragmented(field: string, fits: bigint, most = MAX_RUNS): Refusal {
  return refuse('too-fragmented', { field, most: String(most), fits: fits.toString() })
}

/**
 * No more runs than one entry may touch. Asked before anything else of the pieces: of more than these a store does not
 * know them all.
 */
export function admitRuns(pieces: readonly Range[], most = MAX_RUNS, field = 'ranges'): Refusal | undefined {
  return pieces.length > most ? tooFragmented(field, sumOf(pieces.slice(0, most)), most) : undefined
}

/** The exact ranges of what was asked for; checks only what it needs to find them. */
export function decideRanges(
  state: State,
  request: MovementRequest,
  kinds: readonly AccountKind[] = ['holding'],
): [string, string][] | Refusal {
  const unknown =
    (state.get('batch', request.batch) ? undefined : batchUnknown(request.batch)) ??
    usable(state, 'from', request.from, ...kinds)
  return unknown ?? take(state, request)
}

export function batchUnknown(batch: string): Refusal {
  return refuse('batch-unknown', { field: 'batch', batch })
}

/** Ranges ascend, do not touch, and lie in the batch. */
export function admitRanges(ranges: readonly Range[], batch: Range): Refusal | undefined {
  let previous: Range | undefined
  for (const range of ranges) {
    const [first, last] = toWire(range)
    if (range.last < range.first || (previous && range.first <= previous.last + 1n)) {
      return refuse('ranges-disorder', { field: 'ranges', first, last })
    }
    if (range.first < batch.first || range.last > batch.last) {
      return refuse('range-outside-batch', { field: 'ranges', first, last, batch: toWire(batch).join('-') })
    }
    previous = range
  }
  return undefined
}

export function admitOwned(
  state: State,
  batch: string,
  account: string,
  ranges: readonly Range[],
): Refusal | undefined {
  const runs = state.runs(batch)
  const broken = admitRuns(ranges.flatMap((range) => runs.pieces(range)))
  if (broken) return broken
  for (const range of ranges) {
    const [first, last] = toWire(range)
    const owned = runs.pieces(range).filter((piece) => piece.account === account)
    if (sumOf(owned) !== countOf(range))
      return refuse('not-owned', { field: 'ranges', first, last, held: sumOf(owned).toString() })
  }
  return undefined
}

/** Neither the batch, nor one of the accounts, nor one of the units is on hold. */
export function admitHolds(
  state: State,
  body: Movement,
  ranges: readonly Range[],
  pending: string | null,
): Refusal | undefined {
  if (batchHeld(state, body.batch)) return refuse('on-hold', { field: 'batch', batch: body.batch })
  for (const field of ['from', 'to'] as const) {
    if (standingOn(state, body[field]).length > 0) return refuse('on-hold', { field, account: body[field] })
  }
  const free = without(ranges, heldRanges(state, body.batch, pending))
  return sumOf(free) === sumOf(ranges)
    ? undefined
    : refuse('on-hold', { field: 'ranges', held: (sumOf(ranges) - sumOf(free)).toString() })
}

/** What every movement must keep: units of the batch, held by the account and free, between accounts of the right kinds. */
export function admitMovement(state: State, body: Movement, way: Way): Refusal | undefined {
  const batch = state.get('batch', body.batch)
  if (!batch) return batchUnknown(body.batch)
  const ranges = body.ranges.map(fromWire)
  return firstOf(
    body.from === body.to && refuse('same-account', { field: 'to' }),
    usable(state, 'from', body.from, ...way.from),
    usable(state, 'to', body.to, ...way.to),
    admitRanges(ranges, batch),
    admitOwned(state, body.batch, body.from, ranges),
    admitHolds(state, body, ranges, way.pending ?? null),
  )
}

/** The pieces of a movement's ranges as they are now. */
export function piecesOf(state: State, body: Pick<Movement, 'batch' | 'ranges'>): Run[] {
  const runs = state.runs(body.batch)
  return body.ranges.filter(isAscending).flatMap((range) => runs.pieces(fromWire(range)))
}

/** The units reach `to`, with the words that their pieces have. */
export function movementEffects(state: State, body: Movement, pieces: Run[] = piecesOf(state, body)): Effects {
  const batch = state.get('batch', body.batch)
  if (!batch) return noEffects()
  const postings = [{ from: body.from, to: body.to, class: batch.class, amount: quantityOf(body) }]
  return {
    puts: outstandingPuts(state, batch.project, postings),
    postings,
    runs: pieces.map((piece) => ({ ...piece, account: body.to })),
  }
}

export function movementStreams(state: State, body: Movement): string[] {
  const project = state.get('batch', body.batch)?.project
  return [body.batch, ...(project ? [project] : []), body.from, body.to]
}

/** What the serials of a batch are printed with; of ITMOs of another Party `#` stands for the number. */
export function prefixOf(
  state: State,
  batch: Pick<Rows['batch'], 'project' | 'space' | 'vintage' | 'unitType'>,
): string {
  const project = batch.project === '' ? undefined : state.get('project', batch.project)
  if (project) {
    return homePrefix({ ...batch, country: state.ledger().country, scope: project.scope, project: project.number })
  }
  const [cooperativeApproach = '', registry = '', party = '', vintage = ''] = batch.space.slice(5).split('-')
  return itmoPrefix({ cooperativeApproach, registry, party, vintage })
}
