import { homeSeries, itmoSpace, type Range, type Run } from '@tallystick/rules'
import type { Serial } from '@tallystick/serials'
import type { Services } from '../platform/services.ts'

/** Units with the place of the first of them in what was asked for: its ITMO number, or else its serial number. */
export interface PlacedRun extends Run {
  place: bigint
}

/**
 * Runs by their ITMO numbers: those that have one of $3 to $4 in the series of approach $1 and vintage $2, in order. Series
 * and number are the expressions of the index `ledger_run_itmo`.
 */
export const RUNS_BY_ITMO = `
  WITH numbered AS NOT MATERIALIZED (
    SELECT *, first + substring(attributes FROM 'itmo:CA[0-9]{4}:(-?[0-9]+)')::bigint AS itmo
      FROM ledger_run
     WHERE attributes LIKE '%itmo:%'
       AND substring(attributes FROM 'itmo:(CA[0-9]{4}):') = $1 AND split_part(class, '/', 2) = $2)
  SELECT space, first, last, batch, class, account, attributes, itmo
    FROM numbered
   WHERE itmo <= $4
     AND itmo >= coalesce((SELECT itmo FROM numbered WHERE itmo <= $3 ORDER BY itmo DESC LIMIT 1), $3)
     AND itmo + (last - first) >= $3
   ORDER BY itmo LIMIT $5`

/** Cooperative approach and vintage of identifiers that this country's registry gives; undefined for all others. */
export function ownSeries({ genesis }: Services, { format, space }: Serial): [string, string] | undefined {
  if (format !== 'itmo') return undefined
  const [approach = '', , , vintage = ''] = space.slice('itmo:'.length).split('-')
  return space === itmoSpace(homeSeries(genesis.country.code, approach, vintage)) ? [approach, vintage] : undefined
}

/** The units that have these ITMO numbers, cut to them, in the order of the numbers; at most so many runs. */
export async function runsByItmo(
  services: Services,
  [approach, vintage]: [string, string],
  { first, last }: Range,
  most: number,
): Promise<PlacedRun[]> {
  const { rows } = await services.pool.query<Record<keyof Run | 'itmo', string>>({
    name: 'runs-by-itmo',
    text: RUNS_BY_ITMO,
    values: [approach, vintage, `${first}`, `${last}`, most],
  })
  return rows.map(({ itmo: number, ...row }) => {
    const [start, end, itmo] = [BigInt(row.first), BigInt(row.last), BigInt(number)]
    const skipped = first > itmo ? first - itmo : 0n
    const count = end - start + 1n
    const kept = last < itmo + count - 1n ? last - itmo : count - 1n
    return { ...row, first: start + skipped, last: start + kept, place: itmo + skipped }
  })
}
