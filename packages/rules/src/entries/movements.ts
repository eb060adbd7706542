import { z } from 'zod'
import { Code, Commitment, countOf, fromWire, Id, Quantity, type Range, sumOf, toWire, WireRange } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf, noEffects } from '../rule.ts'
import { without } from '../runs.ts'
import { homeClass, homePrefix } from '../spaces.ts'
import { type AccountKind, balanceId, type Effects, type Keys, noKeys, type RowKey, type State } from '../state.ts'
import { codeIn, organisationsOf, usable } from './accounts.ts'
import { batchHeld, heldRanges } from './holds.ts'

/** At most this many ranges in one entry. */
export const MAX_RANGES = 100

const parties = { batch: Id, from: Id, to: Id }
const Ranges = z.array(WireRange).min(1).max(MAX_RANGES)

/** Either exact ranges, or a quantity for which the ledger takes the lowest free serials. */
const chosen = { ranges: Ranges.optional(), quantity: Quantity.optional() }
const oneOfBoth = (value: { ranges?: unknown; quantity?: unknown }) =>
  (value.ranges === undefined) !== (value.quantity === undefined)
const ONE_OF_BOTH = 'give either quantity or ranges'

interface Movement {
  batch: string
  from: string
  to: string
  ranges: [string, string][]
}

interface MovementRequest {
  batch: string
  from: string
  to: string
  ranges?: [string, string][] | undefined
  quantity?: string | undefined
}

function movementReads(state: State, request: MovementRequest): Keys {
  const rows: RowKey[] = [
    { kind: 'batch', id: request.batch },
    { kind: 'account', id: request.from },
    { kind: 'account', id: request.to },
  ]
  const batch = state.peek('batch', request.batch)
  if (!batch) return { ...noKeys(), rows }
  const unitClass = homeClass(batch.project, batch.vintage, batch.unitType)
  rows.push({ kind: 'project', id: batch.project })
  for (const account of [request.from, request.to]) rows.push({ kind: 'balance', id: balanceId(account, unitClass) })
  const ranges = (request.ranges ?? []).map(fromWire)
  // A range that one account holds is one run, or few where attributes differ; what else is asked for is refused unread.
  const lawful = admitRanges(ranges, batch) === undefined
  return {
    rows,
    runs: lawful ? ranges.map((range) => ({ space: batch.space, most: MAX_RANGES, ...range })) : [],
    held: request.quantity === undefined ? [] : [{ batch: request.batch, account: request.from }],
    holdsOn: [request.batch, request.from, request.to],
  }
}

/** The lowest free serials of the account in the batch that make up the quantity. */
function take(state: State, request: MovementRequest): [string, string][] | Refusal {
  if (request.ranges !== undefined) return request.ranges
  const quantity = BigInt(request.quantity ?? 0)
  const owned = state
    .runs(request.batch)
    .all()
    .filter((run) => run.account === request.from)
  const taken: Range[] = []
  let missing = quantity
  for (const range of without(owned, heldRanges(state, request.batch))) {
    if (taken.length === MAX_RANGES)
      return refuse('too-fragmented', { field: 'quantity', fits: sumOf(taken).toString() })
    const last = countOf(range) <= missing ? range.last : range.first + missing - 1n
    taken.push({ first: range.first, last })
    missing -= countOf({ first: range.first, last })
    if (missing === 0n) return taken.map(toWire)
  }
  return refuse('not-enough-credits', {
    field: 'quantity',
    available: (quantity - missing).toString(),
    asked: quantity.toString(),
  })
}

function batchKnown(state: State, batch: string): Refusal | undefined {
  return state.get('batch', batch) ? undefined : refuse('batch-unknown', { field: 'batch', batch })
}

function decideMovement<R extends MovementRequest>(state: State, request: R) {
  const unknown = batchKnown(state, request.batch) ?? usable(state, 'from', request.from, 'holding')
  if (unknown) return unknown
  const ranges = take(state, request)
  if (isRefusal(ranges)) return ranges
  const { quantity: _, ...rest } = request
  return { ...rest, ranges }
}

/** Ranges ascend, do not touch, and lie in the batch. */
function admitRanges(ranges: readonly Range[], batch: Range): Refusal | undefined {
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

function admitOwned(state: State, body: Movement, ranges: readonly Range[]): Refusal | undefined {
  const runs = state.runs(body.batch)
  for (const range of ranges) {
    const [first, last] = toWire(range)
    const owned = runs.pieces(range).filter((piece) => piece.account === body.from)
    if (sumOf(owned) !== countOf(range))
      return refuse('not-owned', { field: 'ranges', first, last, held: sumOf(owned).toString() })
  }
  return undefined
}

function admitHolds(state: State, body: Movement, ranges: readonly Range[]): Refusal | undefined {
  if (batchHeld(state, body.batch)) return refuse('on-hold', { field: 'batch', batch: body.batch })
  for (const field of ['from', 'to'] as const) {
    if (state.holdsOn(body[field]).length > 0) return refuse('on-hold', { field, account: body[field] })
  }
  const held = heldRanges(state, body.batch)
  const free = without(ranges, held)
  return sumOf(free) === sumOf(ranges)
    ? undefined
    : refuse('on-hold', { field: 'ranges', held: (sumOf(ranges) - sumOf(free)).toString() })
}

function admitMovement(state: State, body: Movement, to: AccountKind): Refusal | undefined {
  const batch = state.get('batch', body.batch)
  if (!batch) return batchKnown(state, body.batch)
  const ranges = body.ranges.map(fromWire)
  return firstOf(
    body.from === body.to && refuse('same-account', { field: 'to' }),
    usable(state, 'from', body.from, 'holding'),
    usable(state, 'to', body.to, to),
    admitRanges(ranges, batch),
    admitOwned(state, body, ranges),
    admitHolds(state, body, ranges),
  )
}

function movementEffects(state: State, body: Movement): Effects {
  const batch = state.get('batch', body.batch)
  if (!batch) return noEffects()
  const unitClass = homeClass(batch.project, batch.vintage, batch.unitType)
  const ranges = body.ranges.map(fromWire)
  return {
    puts: [],
    postings: [{ from: body.from, to: body.to, class: unitClass, amount: sumOf(ranges) }],
    runs: ranges.flatMap((range) =>
      state
        .runs(body.batch)
        .pieces(range)
        .map((piece) => ({ ...piece, account: body.to })),
    ),
  }
}

function movementStreams(state: State, body: Movement): string[] {
  const project = state.get('batch', body.batch)?.project
  return [body.batch, ...(project ? [project] : []), body.from, body.to]
}

const quantityOf = (body: Movement) => sumOf(body.ranges.map(fromWire))

const TransferRequest = z.strictObject({ ...parties, ...chosen }).refine(oneOfBoth, ONE_OF_BOTH)
type TransferRequest = z.infer<typeof TransferRequest>
const Transfer = z.strictObject({ ...parties, ranges: Ranges })
type Transfer = z.infer<typeof Transfer>

/** Moves units of one batch from one holding account to another. */
export const creditsTransferred = defineRule<Transfer, TransferRequest>({
  type: 'CreditsTransferred',
  v: 1,
  body: Transfer,
  request: TransferRequest,
  attested: [],
  reads: movementReads,
  decide: decideMovement,
  act: (state, body) => ({
    action: 'credits.transfer',
    organisations: organisationsOf(state, [body.from]),
    quantity: quantityOf(body),
  }),
  admit: (state, body) => admitMovement(state, body, 'holding'),
  streams: movementStreams,
  effects: movementEffects,
})

const ending = {
  purpose: Code,
  /** On whose behalf: a commitment, opened in the certificate. */
  beneficiary: Commitment.nullable(),
}
const EndRequest = z.strictObject({ ...parties, ...chosen, ...ending }).refine(oneOfBoth, ONE_OF_BOTH)
type EndRequest = z.infer<typeof EndRequest>
const End = z.strictObject({
  ...parties,
  ranges: Ranges,
  ...ending,
  allotted: z.strictObject({
    certificate: z.number().int().min(1),
    /** What the serials are printed with, so that the entry alone says which units it ends. */
    prefix: z.string().regex(/^[A-Z0-9-]{10,40}$/),
  }),
})
type End = z.infer<typeof End>

function allottedTo(state: State, id: string): End['allotted'] {
  const { country, certificates } = state.ledger()
  const batch = state.get('batch', id)
  const project = batch && state.get('project', batch.project)
  const prefix =
    batch && project ? homePrefix({ ...batch, country, scope: project.scope, project: project.number }) : ''
  return { certificate: certificates + 1, prefix }
}

function admitAllotted(state: State, { batch, allotted }: End): Refusal | undefined {
  const { certificate, prefix } = allottedTo(state, batch)
  return firstOf(
    allotted.certificate !== certificate && refuse('allocation-wrong', { field: 'certificate' }),
    allotted.prefix !== prefix && refuse('allocation-wrong', { field: 'prefix' }),
  )
}

/** An end of units: they reach an account of the same organisation that nothing leaves. */
function endRule(type: string, action: string, kind: 'retirement' | 'cancellation'): AnyRule {
  const purposes = (preset: Preset) => preset.purposes[kind]
  return defineRule<End, EndRequest>({
    type,
    v: 1,
    body: End,
    request: EndRequest,
    attested: ['the purpose and the beneficiary'],
    reads: movementReads,
    decide: (state, request) => {
      const decided = decideMovement(state, request)
      if (isRefusal(decided)) return decided
      return { ...decided, allotted: allottedTo(state, request.batch) }
    },
    act: (state, body) => ({
      action,
      organisations: organisationsOf(state, [body.from]),
      quantity: quantityOf(body),
    }),
    admit: (state, body, { preset }) =>
      firstOf(
        admitMovement(state, body, kind),
        state.get('account', body.from)?.organisation !== state.get('account', body.to)?.organisation &&
          refuse('account-foreign', { field: 'to', account: body.to }),
        codeIn('purpose', body.purpose, purposes(preset)),
        admitAllotted(state, body),
      ),
    streams: movementStreams,
    effects: (state, body) => ({
      ...movementEffects(state, body),
      puts: [{ kind: 'ledger', id: 'ledger', row: { ...state.ledger(), certificates: body.allotted.certificate } }],
    }),
  })
}

export const creditsRetired = endRule('CreditsRetired', 'credits.retire', 'retirement')
export const creditsCancelled = endRule('CreditsCancelled', 'credits.cancel', 'cancellation')
