import { FIRST_TRANSFER, ITMO, withWord, wordOf } from '../attributes.ts'
import { countOf, sumOf } from '../ids.ts'
import { invariant } from '../invariant.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { firstOf } from '../rule.ts'
import type { Run } from '../runs.ts'
import { homeSeries, itmoSpace } from '../spaces.ts'
import type { Put, RowKey, Rows, State } from '../state.ts'

/**
 * First transfer: the one event in the life of a unit after which the country adjusts its emissions balance (2/CMA.3
 * annex, para 2). Which event it is, the authorisation says. Units of another Party were first transferred by that Party.
 */

/** Is the purpose one of those other than an NDC? */
export function isOimp(purpose: string): boolean {
  return purpose.startsWith('OIMP')
}

/** The sequence in which units of a batch get ITMO numbers; undefined without a cooperative approach. */
function seriesSpace(state: State, vintage: string, cooperativeApproach: string | null): string | undefined {
  return cooperativeApproach === null
    ? undefined
    : itmoSpace(homeSeries(state.ledger().country, cooperativeApproach, vintage))
}

/** What marking units of a batch as first transferred looks at, besides the batch and its authorisation. */
export function firstTransferReads(state: State, batch: Pick<Rows['batch'], 'authorisation' | 'vintage'>): RowKey[] {
  const authorisation = batch.authorisation === '' ? undefined : state.peek('authorisation', batch.authorisation)
  const space = authorisation && seriesSpace(state, batch.vintage, authorisation.cooperativeApproach)
  return space === undefined ? [] : [{ kind: 'space', id: space }]
}

/** The pieces that were not first transferred yet. */
export function untransferred(pieces: readonly Run[]): Run[] {
  return pieces.filter(
    (piece) => !piece.space.startsWith('itmo:') && wordOf(piece.attributes, FIRST_TRANSFER) === undefined,
  )
}

/** May these pieces be first transferred now? Only while their authorisation stands, and within it. */
export function admitFirstTransfer(state: State, id: string, pieces: readonly Run[]): Refusal | undefined {
  const units = sumOf(pieces)
  if (units === 0n) return undefined
  const authorisation = state.get('authorisation', id)
  invariant(authorisation, 'units issued here stand on an authorisation')
  const left = authorisation.quantity - authorisation.transferred
  return firstOf(
    !authorisation.active && refuse('authorisation-revoked', { authorisation: id }),
    authorisation.purposes.length === 0 && refuse('purpose-not-authorised', { allowed: '' }),
    units > left &&
      refuse('authorisation-exceeded', { authorised: authorisation.quantity.toString(), left: left.toString() }),
  )
}

/** The first of the consecutive ITMO numbers that the pieces get, in their order; `null` where they get none. */
export function itmoFirst(
  state: State,
  batch: Pick<Rows['batch'], 'authorisation' | 'vintage'>,
  pieces: readonly Run[],
): string | null {
  const authorisation = batch.authorisation === '' ? undefined : state.get('authorisation', batch.authorisation)
  const space = authorisation && seriesSpace(state, batch.vintage, authorisation.cooperativeApproach)
  if (space === undefined || pieces.length === 0) return null
  return (state.get('space', space)?.next ?? 1n).toString()
}

/** The pieces with the words of a first transfer by the entry that is being written. */
export function marked(
  state: State,
  batch: Pick<Rows['batch'], 'authorisation'>,
  pieces: readonly Run[],
  first: string | null,
): Run[] {
  if (pieces.length === 0) return []
  const approach = state.get('authorisation', batch.authorisation)?.cooperativeApproach ?? ''
  let next = first === null ? undefined : BigInt(first)
  return pieces.map((piece) => {
    const transferred = withWord(piece.attributes, FIRST_TRANSFER, state.size.toString())
    if (next === undefined) return { ...piece, attributes: transferred }
    const offset = next - piece.first
    next += countOf(piece)
    return { ...piece, attributes: withWord(transferred, ITMO, `${approach}:${offset}`) }
  })
}

/** The authorisation counts what was first transferred, and the series goes on after the numbers given. */
export function firstTransferPuts(
  state: State,
  batch: Pick<Rows['batch'], 'authorisation' | 'vintage'>,
  pieces: readonly Run[],
  first: string | null,
): Put[] {
  const authorisation = pieces.length === 0 ? undefined : state.get('authorisation', batch.authorisation)
  if (!authorisation) return []
  const units = sumOf(pieces)
  const space = seriesSpace(state, batch.vintage, authorisation.cooperativeApproach)
  return [
    {
      kind: 'authorisation',
      id: batch.authorisation,
      row: { ...authorisation, transferred: authorisation.transferred + units },
    },
    ...(first === null || space === undefined
      ? []
      : [{ kind: 'space' as const, id: space, row: { next: BigInt(first) + units } }]),
  ]
}
