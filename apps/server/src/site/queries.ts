import { lawInForce } from '../platform/law.ts'
import type { Services } from '../platform/services.ts'

/** Tonnes by what became of them. */
export interface Totals {
  issued: bigint
  held: bigint
  retired: bigint
  cancelled: bigint
  /** Towards an NDC. */
  used: bigint
  abroad: bigint
}

export interface AllTotals {
  /** When they were counted. */
  at: string
  home: Totals
  /** By the code of the other registry. */
  recorded: Map<string, Totals>
}

/** Sums over all balances are kept this long, so that the cost of the page does not follow its visitors. */
const KEPT_MS = 10_000

const kept = new WeakMap<Services, { until: number; totals: Promise<AllTotals> }>()

/** How many tonnes were issued, are held, and came to rest; at home and as recorded from elsewhere. */
export function totals(services: Services): Promise<AllTotals> {
  const known = kept.get(services)
  if (known && known.until > Date.now()) return known.totals
  const fresh = countTotals(services)
  kept.set(services, { until: Date.now() + KEPT_MS, totals: fresh })
  fresh.catch(() => kept.delete(services))
  return fresh
}

interface Row {
  registry: string
  unit_type: string
  kind: string
  sum: string
}

async function countTotals(services: Services): Promise<AllTotals> {
  const at = services.clock().toISOString()
  const { preset } = await lawInForce(services.ledger)
  const { rows } = await services.pool.query<Row>(
    `SELECT CASE WHEN b.class LIKE 'mirror:%' THEN substr(split_part(b.class, '/', 1), 8) ELSE '' END AS registry,
            CASE WHEN b.class LIKE 'mirror:%' THEN '' ELSE split_part(b.class, '/', 3) END AS unit_type,
            a.row ->> 'kind' AS kind, sum(b.credits - b.debits) AS sum
       FROM ledger_balance b JOIN ledger_row a ON a.kind = 'account' AND a.id = b.account
      GROUP BY 1, 2, 3 ORDER BY 1`,
  )
  const home = noTotals()
  const recorded = new Map<string, Totals>()
  for (const { registry, unit_type, kind, sum } of rows) {
    if (registry === '' && preset.unitTypes[unit_type]?.measure !== 'tCO2e') continue
    const into = registry === '' ? home : (recorded.get(registry) ?? noTotals())
    if (registry !== '') recorded.set(registry, into)
    const name = nameOfKind[kind]
    if (name) into[name] += kind === 'issuance' ? -BigInt(sum) : BigInt(sum)
  }
  return { at, home, recorded }
}

const nameOfKind: Readonly<Record<string, keyof Totals>> = {
  issuance: 'issued',
  holding: 'held',
  retirement: 'retired',
  cancellation: 'cancelled',
  buffer: 'held',
  'share-of-proceeds': 'held',
  omge: 'cancelled',
  'ndc-use': 'used',
  foreign: 'abroad',
  'mirror-active': 'held',
  'mirror-retired': 'retired',
  'mirror-cancelled': 'cancelled',
}

function noTotals(): Totals {
  return { issued: 0n, held: 0n, retired: 0n, cancelled: 0n, used: 0n, abroad: 0n }
}
