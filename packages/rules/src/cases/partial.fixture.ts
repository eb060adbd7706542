import type { Law } from '../documents.ts'
import { type Command, reads } from '../engine.ts'
import { invariant } from '../invariant.ts'
import { isRefusal } from '../refusal.ts'
import type { Run } from '../runs.ts'
import { type Keys, type RowKey, State } from '../state.ts'

/** Of a whole state just what a command names, as a store would load it: asked until nothing new is named. */
export function partOf(whole: State, command: Command, law: Law): State {
  const part = new State('partial')
  part.size = whole.size
  part.at = whole.at
  loadRow(whole, part, { kind: 'ledger', id: 'ledger' })
  for (let round = 0; ; round += 1) {
    invariant(round < 10, 'what a command reads is known after a few rounds')
    const keys = reads(part, command, law)
    if (isRefusal(keys)) return part
    const fresh = keys.rows.filter(({ kind, id }) => !part.isLoaded(kind, id))
    for (const key of fresh) loadRow(whole, part, key)
    if (fresh.length > 0) continue
    loadUnits(whole, part, keys)
    return part
  }
}

function loadRow(whole: State, part: State, { kind, id }: RowKey): void {
  const row = whole.get(kind, id)
  if (row) part.load({ kind, id, row } as Parameters<State['load']>[0])
  part.markLoaded(kind, id)
}

function loadUnits(whole: State, part: State, { runs, held, holdsOn }: Keys): void {
  const all = whole.partitions().flatMap((partition) => [...whole.runs(partition).all()])
  const wanted = (run: Run) =>
    runs.some(({ space, first, last }) => run.space === space && run.last >= first - 1n && run.first <= last + 1n) ||
    held.some(({ batch, account }) => run.batch === batch && run.account === account)
  for (const run of all.filter(wanted)) part.loadRun(run)
  for (const target of holdsOn) for (const id of whole.holdsOn(target)) loadRow(whole, part, { kind: 'hold', id })
}
