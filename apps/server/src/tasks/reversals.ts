import type { Rows } from '@tallystick/rules'
import { concerning, concerns, followConcerns } from '../platform/concerns.ts'
import { actOn, mayAct, projectThing } from '../platform/next-steps.ts'
import { instantIn } from './findings.ts'
import { namesOf } from './projects.ts'
import { type Found, type Look, type Place, type Source, scopeOf, sift } from './source.ts'

/** What follows on each state of a reversal that is open, and who does it. */
const STEPS = { reported: 'decide', avoidable: 'compensate', unavoidable: 'cancel' } as const
const ACTIONS = {
  reported: 'reversals.decide',
  avoidable: 'reversals.compensate',
  unavoidable: 'buffer.cancel',
} as const

type Open = keyof typeof STEPS
const OPEN: readonly Open[] = ['reported', 'avoidable', 'unavoidable']

interface Candidate {
  id: string
  row: Omit<Rows['reversal'], 'state'> & { state: Open }
  project: Rows['project']
  since: string | null
}

/** Losses to decide on, and those to make good: by the owners, or out of the buffer. */
export const reversalTasks: Source = {
  kind: 'reversal',
  async find(look, after, limit) {
    const scope = (state: Open) => scopeOf(look.law, look.doer.role, ACTIONS[state])
    const all = OPEN.filter((state) => scope(state) === 'any')
    const some = OPEN.filter((state) => scope(state) === 'own')
    if (all.length + some.length === 0) return []
    return sift(
      (from, most) => candidates(look, all, some, from, most),
      ({ id }) => ['', id],
      (rows) => tasksOf(look, rows),
      after,
      limit,
    )
  },
}

async function candidates(
  { services, doer }: Look,
  all: readonly Open[],
  some: readonly Open[],
  [, id]: Place,
  limit: number,
): Promise<Candidate[]> {
  if (some.length > 0) await followConcerns(services)
  const { rows } = await services.pool.query<Omit<Candidate, 'since'> & { said: Buffer | null }>({
    name: 'task-reversals',
    text: CANDIDATES,
    values: [all, some, doer.organisation, id, limit],
  })
  return rows.map(({ said, ...row }) => ({ ...row, since: said === null ? null : instantIn(said) }))
}

// Losses are few. What is proposed about one is the task of those who approve. It waits since the last entry about it that
// is no payment; how far the stream of its project is read is bounded.
const CANDIDATES = `
  SELECT r.id, r.row, p.row AS project, last.bytes AS said
    FROM (SELECT r.id, r.row
            FROM (SELECT r.id, r.row FROM ledger_row r
                   WHERE r.kind = 'reversal' AND r.row ->> 'state' = ANY($1::text[]) AND r.id > $4
                   UNION ALL
                  SELECT r.id, r.row FROM ${concerning('$3')} CROSS JOIN LATERAL (
                    SELECT p.row FROM ledger_row p WHERE p.kind = 'project' AND p.id = c.project OFFSET 0) p
                   CROSS JOIN LATERAL (
                    SELECT r.id, r.row FROM ledger_row r
                     WHERE r.kind = 'reversal' AND r.row ? 'project' AND r.row ->> 'project' = c.project OFFSET 0) r
                   WHERE r.row ->> 'state' = ANY($2::text[]) AND r.id > $4 AND ${concerns('$3')}) r
           WHERE NOT EXISTS (SELECT FROM content_proposal o
                              WHERE o.status = 'open' AND o.type IN ('ReversalDecided', 'BufferCancelled')
                                AND o.request ->> 'reversal' = r.id OFFSET 0)
           ORDER BY r.id LIMIT $5::bigint) r
   CROSS JOIN LATERAL (SELECT id, row FROM ledger_row WHERE kind = 'project' AND id = r.row ->> 'project' OFFSET 0) p
    LEFT JOIN LATERAL (
      SELECT e.bytes
        FROM (SELECT revision, indexes FROM ledger_stream WHERE id = p.id ORDER BY revision DESC LIMIT 2000) s
       CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
        JOIN ledger_entry e ON e.index = k.index
       WHERE e.type IN ('ReversalReported', 'ReversalDecided')
         AND position(convert_to('"reversal":"' || r.id || '"', 'UTF8') IN e.bytes) > 0
       ORDER BY s.revision DESC, k.at DESC LIMIT 1) last ON true
   ORDER BY r.id`

async function tasksOf(look: Look, rows: readonly Candidate[]): Promise<Found[]> {
  const { law, doer, at } = look
  const names = await namesOf(
    look,
    rows.map(({ project }) => project),
  )
  return rows.flatMap(({ id, row, project, since }) => {
    const thing = projectThing(project, names.owners(project), law.preset)
    const act = actOn(thing, ACTIONS[row.state])
    if (!mayAct(law.permissions, doer, act, at)) return []
    return [
      {
        ...{ place: ['', id], id, path: `/national/reversals/${id}`, ...names.refs(row.project, project) },
        title: { text: `waits.reversal.${STEPS[row.state]}`, places: { project: names.shown(project) } },
        steps: [STEPS[row.state]],
        since,
        due: null,
        isFor: (other) => mayAct(law.permissions, other, act, at),
      } satisfies Found,
    ]
  })
}
