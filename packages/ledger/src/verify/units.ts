import {
  balanceId,
  bookId,
  countOf,
  EVIDENCED,
  FIRST_TRANSFER,
  type Lot,
  type Run,
  type State,
  withoutSerials,
  wordOf,
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
  /** Used towards this country's NDC. */
  used: string
  /** In accounts of registries abroad. */
  abroad: string
}

const fatesOfUnits = ['active', 'retired', 'cancelled', 'used', 'abroad'] as const
type Fate = (typeof fatesOfUnits)[number]

const fates: Record<string, Fate> = {
  holding: 'active',
  buffer: 'active',
  'share-of-proceeds': 'active',
  omge: 'cancelled',
  'ndc-use': 'used',
  foreign: 'abroad',
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
    const sums = totals.get(id) ?? { registry, unitType, active: 0n, retired: 0n, cancelled: 0n, used: 0n, abroad: 0n }
    totals.set(id, sums)
    return sums
  }
  for (const run of allRuns(state)) {
    const fate = fates[state.get('account', run.account)?.kind ?? '']
    if (fate) sumsOf(run.class)[fate] += countOf(run)
  }
  for (const [id, lot] of lotsOf(state)) sumsOf(id).active += withoutSerials(lot)
  return [...totals.values()].map((sums) => ({
    registry: sums.registry,
    unitType: sums.unitType,
    issued: `${fatesOfUnits.reduce((sum, fate) => sum + sums[fate], 0n)}`,
    active: `${sums.active}`,
    retired: `${sums.retired}`,
    cancelled: `${sums.cancelled}`,
    used: `${sums.used}`,
    abroad: `${sums.abroad}`,
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
  const issuance = state.ledger().issuance
  const held = new Map<string, bigint>()
  const inBatch = new Map<string, bigint>()
  const numbered = new Map<string, bigint>()
  const evidenced = new Map<string, bigint>()
  const add = (sums: Map<string, bigint>, id: string, more: bigint) => sums.set(id, (sums.get(id) ?? 0n) + more)
  for (const run of allRuns(state)) {
    // What was taken back to where it came from is nobody's: that account has no floor, and its balance is below zero.
    if (run.account !== issuance) add(held, balanceId(run.account, run.class), countOf(run))
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
  for (const [id, row] of state.rowsOf('batch')) {
    // Of a series of another Party, only what came here is known.
    if (row && row.project !== '') compare(`batch ${id}`, inBatch.get(id), row.last - row.first + 1n)
  }
  for (const [id, row] of state.rowsOf('balance')) {
    if (row === null || row.floor === null) continue
    compare(`the balance ${id}`, held.get(id), row.credits - row.debits)
    held.delete(id)
  }
  for (const [id, sum] of held) compare(`the balance ${id}`, sum, 0n)
  compareBooks(state, compare)
  return found
}

type Compare = (what: string, sum: bigint | undefined, expected: bigint) => void

/** The buffer's book and the authorisations' counters, against the serials that they are about. */
function compareBooks(state: State, compare: Compare): void {
  const { issuance, pools } = state.ledger()
  const counted = new Map<string, bigint>()
  const add = (id: string, more: bigint) => counted.set(id, (counted.get(id) ?? 0n) + more)
  for (const run of allRuns(state)) {
    const batch = run.batch === '' ? undefined : state.get('batch', run.batch)
    if (!batch || batch.project === '') continue
    const units = countOf(run)
    if (run.account !== issuance) {
      add(`issued ${batch.authorisation}`, units)
      add(`output ${bookId(batch.project, batch.unitType)}`, units)
    }
    if (state.get('account', run.account)?.kind === 'holding') add(`outstanding ${batch.project}`, units)
    if (wordOf(run.attributes, FIRST_TRANSFER) !== undefined) add(`transferred ${batch.authorisation}`, units)
    if (run.account !== pools.buffer) continue
    const parts = { all: batch.project, [batch.project]: run.batch }
    for (const [whose, part] of Object.entries(parts)) {
      const book = bookId(whose, batch.unitType)
      add(`pool ${book} ${batch.vintage}`, units)
      add(`stock ${book}/${batch.vintage} ${part}`, units)
    }
  }
  for (const [id, row] of state.rowsOf('authorisation')) {
    if (row === null) continue
    compare(`what was issued under ${id}`, counted.get(`issued ${id}`), row.issued)
    compare(`what was first transferred under ${id}`, counted.get(`transferred ${id}`), row.transferred)
  }
  for (const [id, row] of state.rowsOf('output')) {
    if (row) compare(`what was issued of ${id}`, counted.get(`output ${id}`) ?? 0n, row.issued)
  }
  for (const [id, row] of state.rowsOf('outstanding')) {
    if (row) compare(`what holders have of ${id}`, counted.get(`outstanding ${id}`) ?? 0n, row.units)
  }
  for (const [id, row] of state.rowsOf('stock')) {
    for (const [part, units] of Object.entries(row?.parts ?? {})) {
      compare(`the buffer's units of ${part} in ${id}`, counted.get(`stock ${id} ${part}`), BigInt(units))
    }
  }
  for (const [id, row] of state.rowsOf('pool')) {
    if (row === null) continue
    let sum = 0n
    for (const [vintage, units] of Object.entries(row.vintages)) {
      compare(`the buffer's ${vintage} of ${id}`, counted.get(`pool ${id} ${vintage}`), BigInt(units))
      sum += BigInt(units)
    }
    compare(`the buffer's book of ${id}`, sum, row.in - row.cancelled - row.released)
  }
}

function* lotsOf(state: State): Generator<[unitClass: string, lot: Lot]> {
  for (const [id, row] of state.rowsOf('lot')) if (row) yield [id, row]
}

function* allRuns(state: State): Generator<Run> {
  for (const partition of state.partitions()) yield* state.runs(partition).all()
}

/** Of a class such as `<project>/<vintage>/ITMO`, `itmo:CA0001-KEN01-KEN-2024` or `mirror:verra/<project>/<vintage>/VCU`. */
function kindOf(unitClass: string): { registry: string; unitType: string } {
  const parts = unitClass.split('/')
  const unitType = parts.at(-1) ?? ''
  if (unitClass.startsWith('itmo:')) return { registry: unitClass, unitType: 'ITMO' }
  const mirror = /^mirror:(.*)$/.exec(parts[0] ?? '')?.[1]
  return { registry: mirror ?? 'national', unitType }
}
