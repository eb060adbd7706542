import { FIRST_TRANSFER, ITMO, wordOf } from '../attributes.ts'
import { unitsIn } from '../entries/mirror-classes.ts'
import { countOf, fromWire, sumOf } from '../ids.ts'
import { invariant } from '../invariant.ts'
import type { Run } from '../runs.ts'
import { balanceId, type State } from '../state.ts'
import { periodsAreRight } from './periods-books.fixture.ts'
import { rowsOf } from './rows.fixture.ts'

/** Everything that must hold after any entry; throws where it does not. */
export function booksAreRight(state: State): void {
  const runs = state.partitions().flatMap((partition) => [...state.runs(partition).all()])
  balancesAreRuns(state, runs)
  batchesAreWhole(state)
  authorisationsCount(state, runs)
  poolIsTheBuffer(state, runs)
  holdsAreKept(state)
  projectsCount(state)
  periodsAreRight(state)
  numbersAreGivenOnce(state, runs)
}

function same(found: unknown, expected: unknown, what: string): void {
  invariant(found === expected, `${what}: ${found} instead of ${expected}`)
}

/** Every balance is the count of the account's units; what was issued is what others have. */
function balancesAreRuns(state: State, runs: Run[]): void {
  const { issuance } = state.ledger()
  const counted = new Map<string, bigint>()
  const count = (id: string, units: bigint) => counted.set(id, (counted.get(id) ?? 0n) + units)
  for (const run of runs) {
    if (run.account === issuance) continue
    count(balanceId(run.account, run.class), countOf(run))
    count(balanceId(issuance, run.class), -countOf(run))
  }
  for (const [unitClass, lot] of rowsOf(state, 'lot')) {
    const registry = state.get('registry', unitClass.slice('mirror:'.length).split('/')[0] ?? '')
    const rest = unitsIn(lot) - lot.numbered
    count(balanceId(registry?.active ?? '', unitClass), rest)
    count(balanceId(issuance, unitClass), -rest)
    const numbered = runs.filter((run) => run.class === unitClass)
    same(sumOf(numbered), lot.numbered, `serial numbers known of ${unitClass}`)
  }
  for (const [id, { debits, credits }] of rowsOf(state, 'balance')) {
    same(credits - debits, counted.get(id) ?? 0n, `balance ${id}`)
    counted.delete(id)
  }
  for (const [id, units] of counted) same(0n, units, `balance ${id}`)
}

/** Runs lie in their batch; a batch issued here has no hole. */
function batchesAreWhole(state: State): void {
  for (const [id, { first, last, project, class: unitClass }] of rowsOf(state, 'batch')) {
    const runs = state.runs(id).all()
    for (const run of runs) {
      invariant(run.first >= first && run.last <= last && run.first <= run.last, `runs lie in batch ${id}`)
      same(run.class, unitClass, `class of units of ${id}`)
    }
    if (project !== '') same(sumOf(runs), last - first + 1n, `units of batch ${id}`)
  }
}

/** An authorisation counts the units that were issued under it, and those that were first transferred. */
function authorisationsCount(state: State, runs: Run[]): void {
  const { issuance } = state.ledger()
  for (const [id, { issued, transferred }] of rowsOf(state, 'authorisation')) {
    const own = runs.filter((run) => state.get('batch', run.batch)?.authorisation === id && run.account !== issuance)
    same(issued, sumOf(own), `issued under ${id}`)
    const first = own.filter(({ attributes }) => wordOf(attributes, FIRST_TRANSFER) !== undefined)
    same(transferred, sumOf(first), `first transferred under ${id}`)
  }
  for (const [id, { issued }] of rowsOf(state, 'output')) {
    const own = runs.filter(({ batch, account }) => {
      const { project, unitType } = state.get('batch', batch) ?? {}
      return account !== issuance && `${project}/${unitType}` === id
    })
    same(issued, sumOf(own), `units issued of ${id}`)
  }
  for (const [id] of rowsOf(state, 'project')) {
    const held = runs.filter(({ batch, account }) => {
      return state.get('batch', batch)?.project === id && state.get('account', account)?.kind === 'holding'
    })
    same(state.get('outstanding', id)?.units ?? 0n, sumOf(held), `units that holders have of ${id}`)
  }
}

/** The buffer's book says what the buffer's account has, by project and vintage. */
function poolIsTheBuffer(state: State, runs: Run[]): void {
  const { buffer } = state.ledger().pools
  const there = runs.filter(({ account }) => account === buffer)
  for (const [id, pool] of rowsOf(state, 'pool')) {
    const [whose, unitType] = id.split('/')
    const vintages = new Map<string, bigint>()
    for (const run of there) {
      const batch = state.get('batch', run.batch)
      if (!batch || batch.unitType !== unitType || (whose !== 'all' && batch.project !== whose)) continue
      vintages.set(batch.vintage, (vintages.get(batch.vintage) ?? 0n) + countOf(run))
    }
    const held = [...vintages.values()].reduce((sum, units) => sum + units, 0n)
    same(pool.in - pool.cancelled - pool.released, held, `units in the buffer of ${id}`)
    const booked = Object.entries(pool.vintages)
      .sort()
      .map((one) => one.join(' '))
    const found = [...vintages].sort().map((one) => one.join(' '))
    same(booked.join(), found.join(), `vintages in the buffer of ${id}`)
  }
  const counted = new Map<string, bigint>()
  for (const run of there) {
    const batch = state.get('batch', run.batch)
    if (!batch) continue
    const { project, unitType, vintage } = batch
    for (const key of [`all/${unitType}/${vintage} ${project}`, `${project}/${unitType}/${vintage} ${run.batch}`]) {
      counted.set(key, (counted.get(key) ?? 0n) + countOf(run))
    }
  }
  const booked = rowsOf(state, 'stock').flatMap(([id, { parts }]) =>
    Object.entries(parts).map(([part, units]) => `${id} ${part} ${units}`),
  )
  const found = [...counted].map(([key, units]) => `${key} ${units}`)
  same(booked.sort().join(), found.sort().join(), 'batches in the buffer')
}

/** A movement that waits and a pledge hold just their units, which nobody else holds; nothing else has such a hold. */
function holdsAreKept(state: State): void {
  const kept = new Map<string, string>()
  for (const [id, { batch, from, ranges }] of rowsOf(state, 'pending')) keep(id, batch, from, ranges)
  for (const [id, { batch, account, ranges }] of rowsOf(state, 'pledge')) keep(id, batch, account, ranges)
  function keep(id: string, batch: string, account: string, ranges: [string, string][]): void {
    invariant(!state.get('ended', id), `${id} goes on, so it is not ended`)
    for (const [at, range] of ranges.entries()) {
      kept.set(`${id}/${at}`, `${batch} ${range.join('-')}`)
      const owned = state
        .runs(batch)
        .pieces(fromWire(range))
        .filter((piece) => piece.account === account)
      same(sumOf(owned), countOf(fromWire(range)), `units that ${id} keeps`)
    }
  }
  for (const [id, { batch, first, last }] of rowsOf(state, 'hold')) {
    if (id.includes('/')) same(`${batch} ${first}-${last}`, kept.get(id), `hold ${id}`)
    kept.delete(id)
  }
  same([...kept.keys()].join(), '', 'holds that are missing')
}

function projectsCount(state: State): void {
  const open = ['reported', 'avoidable', 'unavoidable']
  for (const [id, { debts, reversals }] of rowsOf(state, 'project')) {
    invariant(
      Object.values(debts).every((units) => BigInt(units) > 0n),
      `what project ${id} owes is more than nothing`,
    )
    const found = rowsOf(state, 'reversal').filter(([, one]) => one.project === id && open.includes(one.state))
    same(reversals, found.length, `open reversals of ${id}`)
  }
  for (const [id, { quantity, compensated }] of rowsOf(state, 'reversal')) {
    invariant(compensated <= quantity, `reversal ${id} is made good once`)
  }
}

/** Serial numbers and ITMO numbers are given once, and before the next one. */
function numbersAreGivenOnce(state: State, runs: Run[]): void {
  const given = runs.flatMap((run) => {
    const [approach = '', offset = '0'] = wordOf(run.attributes, ITMO)?.split(':') ?? []
    if (approach === '') return [{ series: run.space, first: run.first, last: run.last }]
    const series = `${approach} ${state.get('batch', run.batch)?.vintage}`
    const itmo = { series, first: run.first + BigInt(offset), last: run.last + BigInt(offset) }
    return [{ series: run.space, first: run.first, last: run.last }, itmo]
  })
  given.sort((a, b) => (a.series === b.series ? (a.first < b.first ? -1 : 1) : a.series < b.series ? -1 : 1))
  for (const [at, { series, first }] of given.entries()) {
    const before = given[at - 1]
    invariant(first >= 0n && (before?.series !== series || before.last < first), `${series} ${first} is given once`)
  }
  for (const [space, { next }] of rowsOf(state, 'space')) {
    const last = given.filter(({ series }) => series === space).at(-1)?.last ?? 0n
    invariant(last < next, `${space} goes on after what was given`)
  }
}
