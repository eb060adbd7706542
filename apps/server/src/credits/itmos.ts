import type { Block } from '@tallystick/contract'
import { homeSeries, ITMO, itmoSpace, type Range, wordOf } from '@tallystick/rules'
import { itmoBlock, type KnownNames } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'

/** Units of one batch. */
export interface UnitsOf {
  batch: string
  ranges: readonly (readonly [string, string])[]
}

/** Most runs that are read of one range. */
const MOST_RUNS = 1_000

/** Each range with the runs that lie in it, in one round trip. */
const RUNS_IN = `
  SELECT a.at, r.first, r.last, r.attributes
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS a(space, first, last, at)
   CROSS JOIN LATERAL (
     SELECT first, last, attributes FROM ledger_run
      WHERE space = a.space AND first <= a.last
        AND first >= coalesce((SELECT max(first) FROM ledger_run WHERE space = a.space AND first <= a.first), a.first)
      ORDER BY first LIMIT ${MOST_RUNS}) r
   ORDER BY a.at, r.first`

/** The ITMO identifiers that units have, as the ledger has them now; of each of these in their order. */
export async function itmosOf(services: Services, units: readonly UnitsOf[], names: KnownNames): Promise<Block[][]> {
  const asked = units.flatMap(({ batch, ranges }, of) => {
    const known = names.batch(batch)
    return known ? ranges.map(([first, last]) => ({ of, known, first: BigInt(first), last: BigInt(last) })) : []
  })
  const home = asked.filter(({ known }) => !known.party)
  const rows = home.length === 0 ? [] : await runsIn(services, home)
  const found = units.map((): Itmos[] => [])
  for (const { of, known, first, last } of asked) {
    if (known.party) found[of]?.push({ space: known.space, first, last })
  }
  for (const { at, first, last, attributes } of rows) {
    const range = home[Number(at) - 1]
    const word = wordOf(attributes, ITMO)
    if (!range || word === undefined) continue
    const [approach = '', offset = '0'] = word.split(':')
    const space = itmoSpace(homeSeries(services.genesis.country.code, approach, range.known.vintage))
    const from = BigInt(first) > range.first ? BigInt(first) : range.first
    const to = BigInt(last) < range.last ? BigInt(last) : range.last
    if (to < from) continue
    found[range.of]?.push({ space, first: from + BigInt(offset), last: to + BigInt(offset) })
  }
  return found.map((itmos) => joined(itmos).map(({ space, ...range }) => itmoBlock(space, range)))
}

interface Itmos extends Range {
  space: string
}

interface Run {
  at: string
  first: string
  last: string
  attributes: string
}

async function runsIn(services: Services, ranges: readonly (Range & { known: { space: string } })[]): Promise<Run[]> {
  const { rows } = await services.pool.query<Run>({
    name: 'itmos-runs-in',
    text: RUNS_IN,
    values: [
      ranges.map(({ known }) => known.space),
      ranges.map(({ first }) => `${first}`),
      ranges.map(({ last }) => `${last}`),
    ],
  })
  return rows
}

/** In the order of their numbers, those that follow each other as one. */
function joined(itmos: Itmos[]): Itmos[] {
  const ordered = itmos.toSorted((a, b) =>
    a.space === b.space ? Number(a.first - b.first) : a.space < b.space ? -1 : 1,
  )
  const parts: Itmos[] = []
  for (const one of ordered) {
    const last = parts.at(-1)
    if (last && last.space === one.space && last.last + 1n === one.first) last.last = one.last
    else parts.push({ ...one })
  }
  return parts
}
