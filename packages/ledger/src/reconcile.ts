import {
  admit,
  applyVerdict,
  decodeEntry,
  isRefusal,
  leafOf,
  type Put,
  type Run,
  Shelf,
  State,
  sumOf,
} from '@tallystick/rules'
import type { Ledger } from './port.ts'

/** A difference between the state rows of a store and what the log says they are. */
export interface Difference {
  what: string
  inStore: string | null
  fromLog: string | null
}

export interface Reconciliation {
  entries: number
  rows: number
  runs: number
  differences: Difference[]
}

const PAGE = 1_000
const MOST_DIFFERENCES = 100

/**
 * Rebuilds the state from the log and compares it with the state rows of the store, row for row; checks that runs
 * partition their batches and that what was debited was credited. Answers at most 100 differences.
 */
export async function reconcile(ledger: Ledger): Promise<Reconciliation> {
  const shelf = new Shelf()
  for (const { bytes } of await ledger.documents()) shelf.add(bytes)
  const state = new State()
  const differences: Difference[] = []
  const stored = await ledger.dump()
  const { size } = stored
  for (let from = 0; from < size; from += PAGE) {
    for (const { index, bytes, leaf } of await ledger.entries(from, Math.min(PAGE, size - from))) {
      const entry = decodeEntry(bytes)
      if (leaf !== leafOf(bytes))
        differences.push({ what: `leaf of entry ${index}`, inStore: leaf, fromLog: leafOf(bytes) })
      const verdict = isRefusal(entry) ? entry : admit(state, entry, leafOf(bytes), shelf)
      if (isRefusal(verdict) || isRefusal(entry)) {
        const rule = isRefusal(verdict) ? verdict.refused : ''
        return {
          entries: index,
          rows: 0,
          runs: 0,
          differences: [{ what: `entry ${index}`, inStore: 'unlawful', fromLog: rule }],
        }
      }
      applyVerdict(state, entry, verdict)
    }
  }
  differences.push(...compare(rowTexts(stored.rows), rowTexts(state.rows())))
  const runs = state.partitions().flatMap((partition) => [...state.runs(partition).all()])
  differences.push(...compare(runTexts(stored.runs), runTexts(runs)))
  differences.push(...checkShape(state))
  return {
    entries: state.size,
    rows: stored.rows.length,
    runs: stored.runs.length,
    differences: differences.slice(0, MOST_DIFFERENCES),
  }
}

function rowTexts(puts: Iterable<Put>): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { kind, id, row } of puts) if (row !== null) texts.set(`${kind} ${id}`, sortedJson(row))
  return texts
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part) => {
    if (typeof part === 'bigint') return part.toString()
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function runTexts(runs: Iterable<Run>): Map<string, string> {
  const texts = new Map<string, string>()
  for (const run of runs) texts.set(`run ${run.space} ${run.first}`, sortedJson(run))
  return texts
}

function compare(inStore: Map<string, string>, fromLog: Map<string, string>): Difference[] {
  const differences: Difference[] = []
  for (const what of new Set([...inStore.keys(), ...fromLog.keys()])) {
    const [a, b] = [inStore.get(what) ?? null, fromLog.get(what) ?? null]
    if (a !== b) differences.push({ what, inStore: a, fromLog: b })
  }
  return differences
}

/** Runs of a batch leave no hole, and for each class the debits of all accounts equal the credits. */
function checkShape(state: State): Difference[] {
  const differences: Difference[] = []
  const nets = new Map<string, bigint>()
  for (const { kind, id, row } of state.rows()) {
    if (kind === 'batch' && row !== null) {
      const held = sumOf(state.runs(id).all())
      const whole = row.last - row.first + 1n
      if (held !== whole) differences.push({ what: `runs of batch ${id}`, inStore: `${held}`, fromLog: `${whole}` })
    }
    if (kind === 'balance' && row !== null) {
      const unitClass = id.slice(id.indexOf('|') + 1)
      nets.set(unitClass, (nets.get(unitClass) ?? 0n) + row.credits - row.debits)
    }
  }
  for (const [unitClass, net] of nets) {
    if (net !== 0n) differences.push({ what: `debits and credits of ${unitClass}`, inStore: `${net}`, fromLog: '0' })
  }
  return differences
}
