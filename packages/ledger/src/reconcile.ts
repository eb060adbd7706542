import { decodeEntry, type Entry, isRefusal, leafOf, type Put, type Run, type State, sumOf } from '@tallystick/rules'
import type { Found, Ledger } from './port.ts'
import { Replay } from './verify/replay.ts'

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
 * Rebuilds the state from the log and compares it with what the store holds, row for row: the state, and under what
 * entries are found. Checks that runs partition their batches and that what was debited was credited. What a key was
 * sent with is not in the log, so it is not compared. Answers at most 100 differences.
 */
export async function reconcile(ledger: Ledger): Promise<Reconciliation> {
  const replay = new Replay()
  for (const { sha256, bytes } of await ledger.documents()) replay.shelve(sha256, bytes)
  const stored = await ledger.dump()
  const differences: Difference[] = []
  const inStore = new Map(stored.found.map((found) => [found.index, foundText(found)]))
  for await (const { index, bytes, leaf } of entriesOf(ledger, stored.size)) {
    const computed = leafOf(bytes)
    if (leaf !== computed) differences.push({ what: `leaf of entry ${index}`, inStore: leaf, fromLog: computed })
    const entry = decodeEntry(bytes)
    const broken = isRefusal(entry) ? entry : replay.take(entry, computed)
    if (isRefusal(entry) || broken) {
      const rule = broken && (isRefusal(broken) ? broken.refused : broken.unjudged)
      const unlawful = { what: `entry ${index}`, inStore: 'unlawful', fromLog: rule ?? '' }
      return { entries: index, rows: 0, runs: 0, differences: [unlawful] }
    }
    differences.push(...compareFound(index, inStore, entry))
  }
  for (const [index, found] of inStore) differences.push({ what: `entry ${index}`, inStore: found, fromLog: null })
  const { state } = replay
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

async function* entriesOf(ledger: Ledger, size: number) {
  for (let from = 0; from < size; from += PAGE) yield* await ledger.entries(from, Math.min(PAGE, size - from))
}

/** Takes an entry off what the store has not been asked for yet. */
function compareFound(index: number, found: Map<number, string>, { type, streams }: Entry): Difference[] {
  const inStore = found.get(index) ?? null
  const fromLog = foundText({ index, type, streams: streams.map(([id, revision]) => [id, revision]) })
  found.delete(index)
  return inStore === fromLog ? [] : [{ what: `entry ${index}`, inStore, fromLog }]
}

function foundText({ type, streams }: Found): string {
  return [type, ...streams.map(([stream, revision]) => `${stream} ${revision}`).sort()].join(', ')
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
    // Of a series of another Party, only what came here is known.
    if (kind === 'batch' && row !== null && row.project !== '') {
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
