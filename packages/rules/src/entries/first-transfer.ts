import { z } from 'zod'
import { FIRST_TRANSFER, ITMO, withWord, wordOf } from '../attributes.ts'
import { countOf, type Range, sumOf, toWire, WireRange } from '../ids.ts'
import { invariant } from '../invariant.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { firstOf } from '../rule.ts'
import type { Run } from '../runs.ts'
import { homeSeries, itmoPrefix, itmoSpace } from '../spaces.ts'
import type { Put, RowKey, Rows, State } from '../state.ts'
import { MAX_RANGES, prefixOf } from './movement.ts'

/**
 * First transfer: the one event in the life of a unit after which the country adjusts its emissions balance (2/CMA.3
 * annex, para 2). Which event it is, the authorisation says. Units of another Party were first transferred by that Party.
 */

/** Identifiers of ITMOs: `prefix` with `#` in the place of the number, such as `CA0001-KEN01-KEN-#-2024`. */
const Identifiers = z.strictObject({
  prefix: z
    .string()
    .regex(/^CA\d{4}-[A-Z]{3}\d{2}-[A-Z]{3}-#-20\d\d$/, 'must be a series such as CA0001-KEN01-KEN-#-2024'),
  ranges: z.array(WireRange).min(1).max(MAX_RANGES),
})

/** The ITMO identifiers that the units of an entry have after it; `null` where they have none. */
export const Itmos = Identifiers.nullable()
export type Itmos = z.infer<typeof Itmos>

/** What tells in which sequence units of a batch get ITMO numbers, and under which authorisation. */
type Numbered = Pick<Rows['batch'], 'authorisation' | 'vintage'>

/** Is the purpose one of those other than an NDC? */
export function isOimp(purpose: string): boolean {
  return purpose.startsWith('OIMP')
}

/** Are all units first transferred by being issued? Where they are for other purposes alone, and it is so defined. */
export function isFirstByIssuance({ purposes, firstTransfer }: Rows['authorisation']): boolean {
  return purposes.length > 0 && purposes.every(isOimp) && firstTransfer !== 'use-or-cancellation'
}

/** The sequence in which units of a batch get ITMO numbers; undefined without a cooperative approach. */
function seriesSpace(state: State, vintage: string, cooperativeApproach: string | null): string | undefined {
  return cooperativeApproach === null
    ? undefined
    : itmoSpace(homeSeries(state.ledger().country, cooperativeApproach, vintage))
}

/** What marking units of a batch as first transferred looks at, besides the batch and its authorisation. */
export function firstTransferReads(state: State, batch: Numbered): RowKey[] {
  const authorisation = batch.authorisation === '' ? undefined : state.peek('authorisation', batch.authorisation)
  const space = authorisation && seriesSpace(state, batch.vintage, authorisation.cooperativeApproach)
  return space === undefined ? [] : [{ kind: 'space', id: space }]
}

function isUntransferred({ space, attributes }: Run): boolean {
  return !space.startsWith('itmo:') && wordOf(attributes, FIRST_TRANSFER) === undefined
}

/** The pieces that were not first transferred yet. */
export function untransferred(pieces: readonly Run[]): Run[] {
  return pieces.filter(isUntransferred)
}

/**
 * May these pieces be first transferred now? Only while their authorisation stands, within it, and under a cooperative
 * approach: without one they would have no identifier for ever.
 */
export function admitFirstTransfer(state: State, id: string, pieces: readonly Run[]): Refusal | undefined {
  const units = sumOf(pieces)
  if (units === 0n) return undefined
  const authorisation = state.get('authorisation', id)
  invariant(authorisation, 'units issued here stand on an authorisation')
  const left = authorisation.quantity - authorisation.transferred
  return firstOf(
    !authorisation.active && refuse('authorisation-revoked', { authorisation: id }),
    authorisation.purposes.length === 0 && refuse('purpose-not-authorised', { allowed: '' }),
    authorisation.cooperativeApproach === null && refuse('approach-missing', { authorisation: id }),
    units > left &&
      refuse('authorisation-exceeded', { authorised: authorisation.quantity.toString(), left: left.toString() }),
  )
}

/** What these units are authorised for: by the version in force when they were first transferred, or by that in force now. */
function purposesOf({ purposes, granted }: Rows['authorisation'], { attributes }: Run): string[] {
  const index = wordOf(attributes, FIRST_TRANSFER)
  if (index === undefined) return purposes
  return granted.findLast(({ from }) => from < Number(index))?.purposes ?? purposes
}

/** Are all these units authorised for a purpose of the kind that is asked for? */
export function admitAuthorised(
  state: State,
  id: string,
  pieces: readonly Run[],
  fits: (purpose: string) => boolean,
): Refusal | undefined {
  const authorisation = state.get('authorisation', id)
  invariant(authorisation, 'units issued here stand on an authorisation')
  const allowed = pieces.map((piece) => purposesOf(authorisation, piece)).find((purposes) => !purposes.some(fits))
  return allowed && refuse('purpose-not-authorised', { field: 'purpose', allowed: allowed.join(', ') })
}

/** The first of the consecutive ITMO numbers that units get next; undefined where they get none. */
function nextItmo(state: State, batch: Numbered): bigint | undefined {
  const authorisation = batch.authorisation === '' ? undefined : state.get('authorisation', batch.authorisation)
  const space = authorisation && seriesSpace(state, batch.vintage, authorisation.cooperativeApproach)
  return space === undefined ? undefined : (state.get('space', space)?.next ?? 1n)
}

/** The pieces, those that were not yet with the words of a first transfer by the entry that is being written. */
export function marked(state: State, batch: Numbered, pieces: readonly Run[]): Run[] {
  if (untransferred(pieces).length === 0) return [...pieces]
  const approach = state.get('authorisation', batch.authorisation)?.cooperativeApproach ?? ''
  let next = nextItmo(state, batch)
  return pieces.map((piece) => {
    if (!isUntransferred(piece)) return piece
    const transferred = withWord(piece.attributes, FIRST_TRANSFER, state.size.toString())
    if (next === undefined) return { ...piece, attributes: transferred }
    const offset = next - piece.first
    next += countOf(piece)
    return { ...piece, attributes: withWord(transferred, ITMO, `${approach}:${offset}`) }
  })
}

/** The ITMO identifiers of pieces of one batch, with the words that the entry leaves them with. Too many are refused. */
export function itmosOf(
  state: State,
  batch: Pick<Rows['batch'], 'project' | 'space' | 'vintage' | 'unitType'>,
  pieces: readonly Run[],
): Itmos | Refusal {
  if (batch.project === '') return identifiers(prefixOf(state, batch), pieces)
  const approaches = new Set<string>()
  const numbers = pieces.flatMap((piece): Range[] => {
    const word = wordOf(piece.attributes, ITMO)
    if (word === undefined) return []
    const [approach = '', offset = '0'] = word.split(':')
    approaches.add(approach)
    return [{ first: piece.first + BigInt(offset), last: piece.last + BigInt(offset) }]
  })
  const [approach = ''] = approaches
  invariant(approaches.size <= 1, 'units of one batch are of one cooperative approach')
  return identifiers(itmoPrefix(homeSeries(state.ledger().country, approach, batch.vintage)), numbers)
}

function identifiers(prefix: string, numbers: readonly Range[]): Itmos | Refusal {
  if (numbers.length === 0) return null
  const ranges: Range[] = []
  for (const { first, last } of [...numbers].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = ranges.at(-1)
    if (before && before.last + 1n === first) before.last = last
    else ranges.push({ first, last })
  }
  if (ranges.length <= MAX_RANGES) return { prefix, ranges: ranges.map(toWire) }
  return refuse('too-fragmented', { field: 'ranges', fits: sumOf(numbers.slice(0, MAX_RANGES)).toString() })
}

/** The entry names just these identifiers. */
export function admitItmos(said: Itmos, expected: Itmos | Refusal): Refusal | undefined {
  if (isRefusal(expected)) return expected
  const same =
    said?.prefix === expected?.prefix &&
    JSON.stringify(said?.ranges ?? null) === JSON.stringify(expected?.ranges ?? null)
  return same ? undefined : refuse('allocation-wrong', { field: 'itmos' })
}

/** The authorisation counts what of the pieces is first transferred, and the series goes on after the numbers given. */
export function firstTransferPuts(state: State, batch: Numbered, pieces: readonly Run[]): Put[] {
  const units = sumOf(untransferred(pieces))
  const authorisation = units === 0n ? undefined : state.get('authorisation', batch.authorisation)
  if (!authorisation) return []
  const first = nextItmo(state, batch)
  const space = seriesSpace(state, batch.vintage, authorisation.cooperativeApproach)
  return [
    {
      kind: 'authorisation',
      id: batch.authorisation,
      row: { ...authorisation, transferred: authorisation.transferred + units },
    },
    ...(first === undefined || space === undefined
      ? []
      : [{ kind: 'space' as const, id: space, row: { next: first + units } }]),
  ]
}
