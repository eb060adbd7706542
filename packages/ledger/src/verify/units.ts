import {
  balanceId,
  countOf,
  EVIDENCED,
  type Lot,
  type Run,
  type State,
  withoutSerials,
  wordsOf,
} from '@tallystick/rules'

/** Units of one registry and type after the last entry; decimal strings. */
export interface UnitTotals {
  /** `national` for those issued here. */
  registry: string
  unitType: string
  issued: string
  active: string
  retired: string
  cancelled: string
}

type Fate = 'active' | 'retired' | 'cancelled'

const fates: Record<string, Fate> = {
  holding: 'active',
  'mirror-active': 'active',
  retirement: 'retired',
  'mirror-retired': 'retired',
  cancellation: 'cancelled',
  'mirror-cancelled': 'cancelled',
}

interface Sums extends Record<Fate, bigint> {
  registry: string
  unitType: string
}

/** Sums the runs of serials, and what is left of the lots, by registry, type and what became of the units. */
export function totalsOf(state: State): UnitTotals[] {
  const totals = new Map<string, Sums>()
  const sumsOf = (unitClass: string): Sums => {
    const { registry, unitType } = kindOf(unitClass)
    const id = `${registry}/${unitType}`
    const sums = totals.get(id) ?? { registry, unitType, active: 0n, retired: 0n, cancelled: 0n }
    totals.set(id, sums)
    return sums
  }
  for (const run of allRuns(state)) {
    const fate = fates[state.get('account', run.account)?.kind ?? '']
    if (fate) sumsOf(run.class)[fate] += countOf(run)
  }
  for (const [id, lot] of lotsOf(state)) sumsOf(id).active += withoutSerials(lot)
  return [...totals.values()].map(({ registry, unitType, active, retired, cancelled }) => ({
    registry,
    unitType,
    issued: `${active + retired + cancelled}`,
    active: `${active}`,
    retired: `${retired}`,
    cancelled: `${cancelled}`,
  }))
}

/** A number that two ways of counting give differently; none, unless the rules themselves are wrong. */
export interface Inconsistency {
  what: string
  found: string
  expected: string
}

/**
 * Counts the state in a second way: every account's debits and credits against the serials that it holds and what is left
 * of the lots, every batch's serials against its size, and every lot's numbers against the serials of its class.
 */
export function inconsistenciesOf(state: State): Inconsistency[] {
  const held = new Map<string, bigint>()
  const inBatch = new Map<string, bigint>()
  const numbered = new Map<string, bigint>()
  const evidenced = new Map<string, bigint>()
  const add = (sums: Map<string, bigint>, id: string, more: bigint) => sums.set(id, (sums.get(id) ?? 0n) + more)
  for (const run of allRuns(state)) {
    add(held, balanceId(run.account, run.class), countOf(run))
    if (run.batch !== '') add(inBatch, run.batch, countOf(run))
    else add(numbered, run.class, countOf(run))
    if (wordsOf(run.attributes).includes(EVIDENCED)) add(evidenced, run.class, countOf(run))
  }
  for (const [id, lot] of lotsOf(state)) {
    add(held, balanceId(state.get('registry', kindOf(id).registry)?.active ?? '', id), withoutSerials(lot))
  }
  const found: Inconsistency[] = []
  const compare = (what: string, sum: bigint | undefined, expected: bigint) => {
    if ((sum ?? 0n) !== expected) found.push({ what, found: `${sum ?? 0n}`, expected: `${expected}` })
  }
  for (const [id, lot] of lotsOf(state)) {
    compare(`the serials of the lot ${id}`, numbered.get(id), lot.numbered)
    compare(`the evidenced serials of the lot ${id}`, evidenced.get(id), lot.evidenced)
    numbered.delete(id)
  }
  for (const [id, sum] of numbered) compare(`the serials of the lot ${id}`, sum, 0n)
  for (const { kind, id, row } of state.rows()) {
    if (row === null) continue
    if (kind === 'batch') compare(`batch ${id}`, inBatch.get(id), row.last - row.first + 1n)
    if (kind !== 'balance' || row.floor === null) continue
    compare(`the balance ${id}`, held.get(id), row.credits - row.debits)
    held.delete(id)
  }
  for (const [id, sum] of held) compare(`the balance ${id}`, sum, 0n)
  return found
}

function* lotsOf(state: State): Generator<[unitClass: string, lot: Lot]> {
  for (const { kind, id, row } of state.rows()) if (kind === 'lot' && row) yield [id, row]
}

function* allRuns(state: State): Generator<Run> {
  for (const partition of state.partitions()) yield* state.runs(partition).all()
}

/** Of a class such as `<project>/<vintage>/ITMO` or `mirror:verra/<project>/<vintage>/VCU`. */
function kindOf(unitClass: string): { registry: string; unitType: string } {
  const parts = unitClass.split('/')
  const unitType = parts.at(-1) ?? ''
  const mirror = /^mirror:(.*)$/.exec(parts[0] ?? '')?.[1]
  return { registry: mirror ?? 'national', unitType }
}
