import { createHash } from 'node:crypto'
import { isReceipt } from '@tallystick/ledger'
import { isReady, isRefusal, type Move, missingFor, movesOfClock, type Preset, type Rows } from '@tallystick/rules'
import { forEach, type Outcome } from './platform/each.ts'
import { lawInForce } from './platform/law.ts'
import type { Services } from './platform/services.ts'
import { inTransaction } from './platform/transaction.ts'
import { withUnsettled } from './platform/unsettled.ts'

const DAY_MS = 86_400_000

/** Most projects that one round looks at for one move and state, and that it moves at once. */
const MOST_A_ROUND = 500
const AT_ONCE = 50

/** Projects in a state at least since an instant, those after a place, the ones that came first first. */
export const DUE = `
  SELECT id, row FROM ledger_row
   WHERE kind = 'project' AND row ->> 'state' = $1 AND row -> 'entered' ->> 'at' <= $2
     AND (row -> 'entered' ->> 'at', id) > ($3, $4)
   ORDER BY row -> 'entered' ->> 'at', id LIMIT $5`

/**
 * There are no statistics of expressions of which the index is a partial one: PostgreSQL takes the rows for few, and would
 * fetch and sort all of a state. By this it reads them in the order of the index.
 */
export const IN_ORDER = 'SET LOCAL enable_sort = off'

interface Due {
  id: string
  row: Rows['project']
}

/** Where the next round goes on, by move and state: what is not ready does not keep it from what comes after. */
type Places = Map<string, readonly [at: string, id: string]>

/**
 * Takes, as the system, the moves of projects that the permission table gives to it, once all is there that they need.
 * Answers a function for one round, which says how many it took. Each move out of each stay in a state has one key in the
 * ledger, so that it is written once, however many processes do this and wherever one of them ends.
 */
export function projectClock(services: Services): () => Promise<number> {
  const places: Places = new Map()
  return async () => {
    const law = await lawInForce(services.ledger)
    const all: Outcome[] = []
    for (const move of movesOfClock(law)) {
      for (const state of move.from) all.push(await takeDue(services, law.preset, { move, state }, places))
    }
    // Told when everything else was done.
    for (const { failure } of all) if (failure) throw failure.error
    return all.reduce((sum, { done }) => sum + done, 0)
  }
}

async function takeDue(
  services: Services,
  preset: Preset,
  { move, state }: { move: Move; state: string },
  places: Places,
): Promise<Outcome> {
  const now = services.clock().toISOString()
  const place = `${move.name} ${state}`
  const rows = await dueIn(services, move, state, places.get(place) ?? ['', ''], now)
  const last = rows.at(-1)
  if (last && rows.length === MOST_A_ROUND) places.set(place, [last.row.entered.at, last.id])
  else places.delete(place)
  const known = await withUnsettled(services.ledger, preset, new Map(rows.map(({ id, row }) => [id, row])))
  const ready = rows.filter(({ id, row }) => isReady(missingFor(move, known.get(id) ?? row, now, preset.documents)))
  return forEach(ready, AT_ONCE, (due) => take(services, move, due))
}

async function dueIn(
  { pool }: Services,
  { needs = {} }: Move,
  state: string,
  [afterAt, afterId]: readonly [string, string],
  now: string,
): Promise<Due[]> {
  const since = new Date(Date.parse(now) - (needs.days ?? 0) * DAY_MS).toISOString()
  const values = [state, since, afterAt, afterId, MOST_A_ROUND]
  return inTransaction(pool, async (client) => {
    await client.query(IN_ORDER)
    return (await client.query<Due>({ name: 'due-projects', text: DUE, values })).rows
  })
}

async function take({ ledger, genesis }: Services, { name }: Move, { id, row }: Due): Promise<boolean> {
  const key = `clock ${name} ${id} ${row.entered.index}`
  const outcome = await ledger.execute({
    type: 'ProjectMoved',
    by: genesis.system,
    key: { sender: genesis.system, id: key },
    requestHash: createHash('sha256').update(key).digest('hex'),
    request: { project: id, move: name },
  })
  if (isReceipt(outcome)) return !outcome.repeated
  if (isRefusal(outcome) && passing.has(outcome.refused)) return false
  throw new Error(`${key}: ${isRefusal(outcome) ? outcome.refused : outcome.conflict}`)
}

/** Somebody was faster, or something is missing by now, or it is due a moment later by the ledger's own time. */
const passing: ReadonlySet<string> = new Set([
  'project-state',
  'move-unknown',
  'not-permitted',
  'reason-missing',
  'approval-missing',
  'document-missing',
  'findings-open',
  'certifier-missing',
  'crediting-missing',
  'crediting-used-up',
  'outcomes-missing',
  'not-settled',
  'conflict-of-interest',
  'too-early',
  'too-late',
])
