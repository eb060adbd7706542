import { balanceId, countOf, type Run, type State } from '@tallystick/rules'

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

/** Sums the runs of serials by registry, type and what became of them. */
export function totalsOf(state: State): UnitTotals[] {
  const totals = new Map<string, Sums>()
  for (const run of allRuns(state)) {
    const { registry, unitType } = kindOf(run)
    const id = `${registry}/${unitType}`
    const sums = totals.get(id) ?? { registry, unitType, active: 0n, retired: 0n, cancelled: 0n }
    const fate = fates[state.get('account', run.account)?.kind ?? '']
    if (fate) sums[fate] += countOf(run)
    totals.set(id, sums)
  }
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
 * Counts the state in a second way: every account's debits and credits against the serials that it holds, and every
 * batch's serials against its size.
 */
export function inconsistenciesOf(state: State): Inconsistency[] {
  const held = new Map<string, bigint>()
  const inBatch = new Map<string, bigint>()
  for (const run of allRuns(state)) {
    const id = balanceId(run.account, run.class)
    held.set(id, (held.get(id) ?? 0n) + countOf(run))
    if (run.batch !== '') inBatch.set(run.batch, (inBatch.get(run.batch) ?? 0n) + countOf(run))
  }
  const found: Inconsistency[] = []
  const compare = (what: string, sum: bigint, expected: bigint) => {
    if (sum !== expected) found.push({ what, found: `${sum}`, expected: `${expected}` })
  }
  for (const { kind, id, row } of state.rows()) {
    if (row === null) continue
    if (kind === 'batch') compare(`batch ${id}`, inBatch.get(id) ?? 0n, row.last - row.first + 1n)
    if (kind !== 'balance' || row.floor === null) continue
    compare(`the balance ${id}`, held.get(id) ?? 0n, row.credits - row.debits)
    held.delete(id)
  }
  for (const [id, sum] of held) compare(`the balance ${id}`, sum, 0n)
  return found
}

function* allRuns(state: State): Generator<Run> {
  for (const partition of state.partitions()) yield* state.runs(partition).all()
}

/** Of a class such as `<project>/<vintage>/ITMO` or `mirror:verra/<project>/<vintage>/VCU`. */
function kindOf(run: Run): { registry: string; unitType: string } {
  const parts = run.class.split('/')
  const unitType = parts.at(-1) ?? ''
  const mirror = /^mirror:(.*)$/.exec(parts[0] ?? '')?.[1]
  return { registry: mirror ?? 'national', unitType }
}
