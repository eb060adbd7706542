import { alpha3Of } from '@tallystick/serials'
import { z } from 'zod'
import { fromWire, Id, isAscending, MAX_SERIAL, sumOf, toWire, WireRange } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { type Run, without } from '../runs.ts'
import { itmoClass, itmoSpace } from '../spaces.ts'
import { balanceId, type Keys, noKeys, type RowKey, type State } from '../state.ts'
import { organisationsOf, policyReads, trustedReceiver, usable } from './accounts.ts'
import {
  admitAuthorised,
  admitFirstTransfer,
  admitItmos,
  firstTransferPuts,
  firstTransferReads,
  Itmos,
  isOimp,
  itmosOf,
  marked,
  untransferred,
} from './first-transfer.ts'
import { admitVintage } from './ground.ts'
import {
  admitHolds,
  admitMovement,
  admitRanges,
  admitRuns,
  batchRows,
  batchUnknown,
  chosen,
  decideRanges,
  MAX_RUNS,
  type Movement,
  movementEffects,
  movementReads,
  movementStreams,
  ONE_OF_BOTH,
  oneOfBoth,
  parties,
  piecesOf,
  quantityOf,
  Ranges,
} from './movement.ts'
import { directAct, sameHolder } from './movements.ts'
import { freshStream } from './organisations.ts'

const Allotted = z.strictObject({ itmos: Itmos })

const Request = z.strictObject({ ...parties, ...chosen }).refine(oneOfBoth, ONE_OF_BOTH)
type Request = z.infer<typeof Request>
const Abroad = z.strictObject({ ...parties, ranges: Ranges, allotted: Allotted })
type Abroad = z.infer<typeof Abroad>

function firstReads(state: State, request: Request): Keys {
  const keys = movementReads(state, request)
  const batch = state.peek('batch', request.batch)
  return { ...keys, rows: [...keys.rows, ...(batch ? firstTransferReads(state, batch) : [])] }
}

type Units = Pick<Movement, 'batch' | 'ranges'>

/** The units as the entry leaves them: first transferred, with their ITMO numbers. */
function firstPieces(state: State, body: Units): Run[] {
  const batch = state.get('batch', body.batch)
  return batch ? marked(state, batch, piecesOf(state, body)) : []
}

/** The identifiers of an entry's units, with the words that it leaves them with. */
function allottedTo(
  state: State,
  { batch: id }: Pick<Units, 'batch'>,
  pieces: readonly Run[],
): z.infer<typeof Allotted> | Refusal {
  const batch = state.get('batch', id)
  const itmos = batch ? itmosOf(state, batch, pieces) : null
  return isRefusal(itmos) ? itmos : { itmos }
}

function decided(state: State, request: Request): Abroad | Refusal {
  const ranges = decideRanges(state, request)
  if (isRefusal(ranges)) return ranges
  const { batch, from, to } = request
  const allotted = allottedTo(state, request, firstPieces(state, { batch, ranges }))
  return isRefusal(allotted) ? allotted : { batch, from, to, ranges, allotted }
}

/** Marks what was not first transferred yet, and moves all of it. */
function firstEffects(state: State, body: Abroad) {
  const batch = state.get('batch', body.batch)
  if (!batch) return noEffects()
  const effects = movementEffects(state, body, firstPieces(state, body))
  return { ...effects, puts: [...effects.puts, ...firstTransferPuts(state, batch, piecesOf(state, body))] }
}

function admitFirst(state: State, body: Units & Pick<Abroad, 'allotted'>): Refusal | undefined {
  const batch = state.get('batch', body.batch)
  if (!batch) return undefined
  return firstOf(
    admitFirstTransfer(state, batch.authorisation, untransferred(piecesOf(state, body))),
    admitItmos(body.allotted.itmos, itmosOf(state, batch, firstPieces(state, body))),
  )
}

function admitUnitType(state: State, id: string, preset: Preset): Refusal | undefined {
  const batch = state.get('batch', id)
  const type = batch && preset.unitTypes[batch.unitType]
  const abroad = Object.entries(preset.unitTypes).flatMap(([name, { abroad }]) => (abroad ? [name] : []))
  return batch?.project && type?.abroad !== true
    ? refuse('unit-type-not-movable', { field: 'batch', unitType: batch.unitType, allowed: abroad.join(', ') })
    : undefined
}

/** International transfer: units leave for an account in another country's registry. What was not yet is first transferred. */
export const creditsTransferredAbroad = defineRule<Abroad, Request>({
  type: 'CreditsTransferredAbroad',
  v: 1,
  body: Abroad,
  request: Request,
  attested: ['that the registry abroad took them over'],
  reads: (state, request) => {
    const keys = firstReads(state, request)
    return { ...keys, rows: [...keys.rows, ...policyReads(state, request.from, request.to)] }
  },
  decide: decided,
  act: (state, body, written) => directAct(state, 'credits.transfer.abroad', body, written),
  admit: (state, body, { preset }, { at }) =>
    firstOf(
      admitMovement(state, body, { from: ['holding'], to: ['foreign'] }),
      trustedReceiver(state, body.from, body.to, at),
      admitUnitType(state, body.batch, preset),
      admitFirst(state, body),
    ),
  streams: movementStreams,
  effects: firstEffects,
})

const Marking = z.strictObject({
  batch: Id,
  account: Id,
  ranges: Ranges,
  event: z.enum(['authorisation', 'issuance']),
  allotted: Allotted,
})
type Marking = z.infer<typeof Marking>
const MarkingRequest = Marking.omit({ allotted: true })
type MarkingRequest = z.infer<typeof MarkingRequest>

/**
 * Units of an authorisation that is also for use towards an NDC are set apart for other purposes: with its definition
 * `authorisation` or `issuance` that makes them first transferred, though nothing moves.
 */
export const firstTransferRecorded = defineRule<Marking, MarkingRequest>({
  type: 'FirstTransferRecorded',
  v: 1,
  body: Marking,
  request: MarkingRequest,
  attested: ['the purpose for which the units are set apart'],
  reads: (state, { account, ...request }) => firstReads(state, { ...request, from: account, to: account }),
  decide: (state, request) => {
    const allotted = allottedTo(state, request, firstPieces(state, request))
    return isRefusal(allotted) ? allotted : { ...request, allotted }
  },
  act: (state, body) => ({
    action: 'credits.first-transfer',
    organisations: organisationsOf(state, [body.account]),
    quantity: quantityOf(body),
  }),
  admit: (state, body) => {
    const batch = state.get('batch', body.batch)
    if (!batch) return batchUnknown(body.batch)
    if (batch.project === '') return refuse('unit-type-not-movable', { field: 'batch' })
    const { firstTransfer, purposes = [] } = state.get('authorisation', batch.authorisation) ?? {}
    const pieces = piecesOf(state, body)
    const ranges = body.ranges.map(fromWire)
    return firstOf(
      usable(state, 'account', body.account, 'holding'),
      admitRanges(ranges, batch),
      firstTransfer !== body.event && refuse('definition-differs', { field: 'event', definition: firstTransfer ?? '' }),
      !purposes.some(isOimp) && refuse('purpose-not-authorised', { allowed: purposes.join(', ') }),
      admitRuns(pieces),
      (sumOf(pieces) !== quantityOf(body) || pieces.some((piece) => piece.account !== body.account)) &&
        refuse('not-owned', { field: 'ranges', held: sumOf(pieces).toString() }),
      sumOf(untransferred(pieces)) !== sumOf(pieces) && refuse('already-transferred', { field: 'ranges' }),
      admitFirstTransfer(state, batch.authorisation, pieces),
      admitHolds(state, { ...body, from: body.account, to: body.account }, ranges, null),
      admitItmos(body.allotted.itmos, itmosOf(state, batch, firstPieces(state, body))),
    )
  },
  streams: (state, body) => {
    const project = state.get('batch', body.batch)?.project
    return [body.batch, ...(project ? [project] : []), body.account]
  },
  effects: (state, body) => {
    const batch = state.get('batch', body.batch)
    if (!batch) return noEffects()
    const puts = firstTransferPuts(state, batch, piecesOf(state, body))
    return { puts, postings: [], runs: firstPieces(state, body) }
  },
})

/** ITMOs of another Party that enter: the series says which numbers they are. */
const Series = z.strictObject({
  cooperativeApproach: z.string().regex(/^CA\d{4}$/, 'must be a cooperative approach such as CA0001'),
  registry: z.string().regex(/^[A-Z]{3}\d{2}$/, 'must be a Party registry such as KEN01'),
  party: z.string().regex(/^[A-Z]{3}$/, 'must be a Party of three letters such as KEN'),
  vintage: z.string().regex(/^20\d\d$/, 'must be a year such as 2024'),
})
const Acquired = z.strictObject({
  batch: Id,
  from: Id,
  to: Id,
  ranges: z.array(WireRange).min(1).max(20),
  series: Series.nullable(),
})
type Acquired = z.infer<typeof Acquired>

function acquiredReads(state: State, request: Acquired): Keys {
  if (request.series === null) return movementReads(state, request)
  const space = itmoSpace(request.series)
  const batch = state.peek('series', space)?.batch ?? request.batch
  // A batch that was issued here has this id: it is refused, and its streams are looked at all the same.
  const known = state.peek('batch', batch)
  const accounts = [request.from, request.to, state.ledger().issuance]
  const rows: RowKey[] = [
    { kind: 'series', id: space },
    { kind: 'batch', id: batch },
    ...(known ? batchRows(known) : []),
    ...accounts.flatMap((id): RowKey[] => [
      { kind: 'account', id },
      { kind: 'balance', id: balanceId(id, itmoClass(request.series ?? nothing)) },
    ]),
  ]
  const runs = request.ranges.filter(isAscending).map((range) => ({ space, most: MAX_RUNS, ...fromWire(range) }))
  return { ...noKeys(), rows, runs, holdsOn: [batch, request.from, request.to] }
}

const nothing = { cooperativeApproach: '', registry: '', party: '', vintage: '' }

/** Of the ranges: what is known here, held by the foreign account or by others, and what is not known yet. */
function knownOf(state: State, body: Acquired): { known: Run[]; unknown: { first: bigint; last: bigint }[] } {
  const known = piecesOf(state, body)
  return { known, unknown: without(body.ranges.map(fromWire), known) }
}

function admitSeries(
  state: State,
  body: Acquired,
  series: NonNullable<Acquired['series']>,
  at: string,
): Refusal | undefined {
  const space = itmoSpace(series)
  const batch = state.get('series', space)?.batch
  let last = 0n
  const disorder = body.ranges.map(fromWire).find((range) => {
    const bad = range.first < 1n || range.last < range.first || range.first <= last
    last = range.last
    return bad
  })
  const pieces = piecesOf(state, body)
  const foreign = pieces.find((piece) => piece.account !== body.from)
  return firstOf(
    usable(state, 'from', body.from, 'foreign'),
    usable(state, 'to', body.to, 'holding'),
    disorder && refuse('ranges-disorder', { field: 'ranges', first: toWire(disorder)[0], last: toWire(disorder)[1] }),
    [series.party, series.registry.slice(0, 3)].includes(alpha3Of(state.ledger().country)) &&
      refuse('registry-own', { field: 'series' }),
    // Nobody has units of a year that has not begun.
    admitVintage(series.vintage, at),
    batch === undefined
      ? freshStream(state, 'batch', body.batch)
      : batch !== body.batch && refuse('allocation-wrong', { field: 'batch' }),
    admitRuns(pieces),
    foreign &&
      refuse('already-exists', { field: 'ranges', first: foreign.first.toString(), last: foreign.last.toString() }),
    admitHolds(state, body, body.ranges.map(fromWire), null),
  )
}

/**
 * Acquisition: units come from an account in another country's registry. Without `series` they are units that left from
 * here and come back; with it, ITMOs of another Party, which enter once, and are known ever after.
 */
export const creditsAcquired = defineRule<Acquired, Acquired>({
  type: 'CreditsAcquired',
  v: 1,
  body: Acquired,
  request: Acquired,
  attested: ['that the registry abroad gave them up'],
  reads: acquiredReads,
  decide: (state, request) => {
    const known = request.series && state.get('series', itmoSpace(request.series))
    return known ? { ...request, batch: known.batch } : request
  },
  act: (state, body) => ({
    action: 'credits.acquire',
    organisations: organisationsOf(state, [body.to]),
    quantity: quantityOf(body),
  }),
  admit: (state, body, _law, { at }) =>
    body.series === null
      ? admitMovement(state, body, { from: ['foreign'], to: ['holding'] })
      : admitSeries(state, body, body.series, at),
  streams: movementStreams,
  effects: (state, body) => {
    if (body.series === null) return movementEffects(state, body)
    const { known, unknown } = knownOf(state, body)
    const space = itmoSpace(body.series)
    const unitClass = itmoClass(body.series)
    const run = { space, batch: body.batch, class: unitClass, account: body.to, attributes: '' }
    const row = {
      space,
      first: 1n,
      last: MAX_SERIAL,
      class: unitClass,
      project: '',
      vintage: body.series.vintage,
      unitType: 'ITMO',
      authorisation: '',
    }
    const postings = [
      { from: state.ledger().issuance, to: body.to, class: unitClass, amount: sumOf(unknown) },
      { from: body.from, to: body.to, class: unitClass, amount: sumOf(known) },
    ]
    return {
      puts: [
        { kind: 'series', id: space, row: { batch: body.batch } },
        { kind: 'batch', id: body.batch, row },
      ],
      postings: postings.filter(({ amount }) => amount > 0n),
      runs: [
        ...unknown.map((range) => ({ ...run, ...range })),
        ...known.map((piece) => ({ ...piece, account: body.to })),
      ],
    }
  },
})

const year = z.string().regex(/^20\d\d$/, 'must be a year such as 2030')
const Use = z.strictObject({ ...parties, ranges: Ranges, year, allotted: Allotted })
type Use = z.infer<typeof Use>
const UseRequest = z.strictObject({ ...parties, ...chosen, year }).refine(oneOfBoth, ONE_OF_BOTH)
type UseRequest = z.infer<typeof UseRequest>

/** Units of our own are used towards the NDC only where they were first transferred, and authorised for that. */
function admitUse(state: State, body: Use): Refusal | undefined {
  const batch = state.get('batch', body.batch)
  if (!batch || batch.project === '') return undefined
  const pieces = piecesOf(state, body)
  const own = untransferred(pieces)
  return firstOf(
    own.length > 0 && refuse('not-first-transferred', { field: 'ranges', units: sumOf(own).toString() }),
    admitAuthorised(state, batch.authorisation, pieces, (purpose) => !isOimp(purpose)),
  )
}

/**
 * Use towards this country's NDC: of ITMOs, in a year of the NDC period in which the outcome happened, not before it. The
 * year may be to come: where a country counts towards the last year of a period, that is the year of use.
 */
export const creditsUsed = defineRule<Use, UseRequest>({
  type: 'CreditsUsed',
  v: 1,
  body: Use,
  request: UseRequest,
  attested: ['of ITMOs of another Party: that it authorised them for use towards an NDC'],
  reads: movementReads,
  decide: (state, request) => {
    const ranges = decideRanges(state, request)
    if (isRefusal(ranges)) return ranges
    const { batch, from, to, year } = request
    const allotted = allottedTo(state, request, piecesOf(state, { batch, ranges }))
    return isRefusal(allotted) ? allotted : { batch, from, to, year, ranges, allotted }
  },
  act: (state, body, written) => directAct(state, 'credits.use', body, written),
  admit: (state, body, { preset }) => {
    const batch = state.get('batch', body.batch)
    const vintage = batch?.vintage ?? ''
    const period = preset.ndcPeriods.find(([from, to]) => from <= vintage && vintage <= to)
    const years = [vintage, period?.[1] ?? '']
    return firstOf(
      admitMovement(state, body, { from: ['holding'], to: ['ndc-use'] }),
      sameHolder(state, body),
      admitUse(state, body),
      !period && refuse('period-wrong', { field: 'batch', vintage, allowed: periods(preset) }),
      period &&
        (body.year < vintage || body.year > period[1]) &&
        refuse('period-wrong', { field: 'year', vintage, allowed: years.join('-') }),
      batch && admitItmos(body.allotted.itmos, itmosOf(state, batch, piecesOf(state, body))),
    )
  },
  streams: movementStreams,
  effects: (state, body) => movementEffects(state, body),
})

function periods({ ndcPeriods }: Preset): string {
  return ndcPeriods.map((period) => period.join('-')).join(', ')
}
