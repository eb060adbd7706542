import type { Rows } from '@tallystick/rules'
import { actOn, mayAct, projectThing } from '../platform/next-steps.ts'
import { CONCERNS, namesOf } from './projects.ts'
import { type Found, type Look, type Place, type Source, scopeOf, sift } from './source.ts'

/** What follows on each state of a finding, and who does it. */
const STEPS = { open: 'answer', answered: 'assess' } as const
const ACTIONS = { open: 'findings.answer', answered: 'findings.assess' } as const

interface Candidate {
  id: string
  row: Rows['finding'] & { state: 'open' | 'answered' }
  project: Rows['project']
  since: string | null
}

/** Findings to answer, and answers to assess. */
export const findingTasks: Source = {
  kind: 'finding',
  async find(look, after, limit) {
    const states = (scope: boolean) =>
      (['open', 'answered'] as const).filter((state) => {
        const own = scopeOf(look.law, look.doer.role, ACTIONS[state])
        return scope ? own === 'any' : own === 'own' || own === 'assigned'
      })
    const [all, some] = [states(true), states(false)]
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
  all: readonly string[],
  some: readonly string[],
  [, id]: Place,
  limit: number,
): Promise<Candidate[]> {
  const { rows } = await services.pool.query<Omit<Candidate, 'since'> & { said: Buffer | null }>({
    name: 'task-findings',
    text: CANDIDATES,
    values: [all, some, doer.organisation, id, limit],
  })
  return rows.map(({ said, ...row }) => ({ ...row, since: said === null ? null : instantIn(said) }))
}

function instantIn(bytes: Buffer): string | null {
  const entry: unknown = JSON.parse(bytes.toString('utf8'))
  return typeof entry === 'object' && entry !== null && 'at' in entry ? String(entry.at) : null
}

// A finding waits since the last entry about it; the streams of projects are short.
const CANDIDATES = `
  SELECT f.id, f.row, p.row AS project, last.bytes AS said
    FROM (SELECT f.id, f.row FROM ledger_row f
            JOIN ledger_row p ON p.kind = 'project' AND p.id = f.row ->> 'project'
           WHERE f.kind = 'finding' AND f.row ->> 'state' <> 'closed' AND f.row ->> 'state' = ANY($1::text[] || $2::text[]) AND f.id > $4
             AND (f.row ->> 'state' = ANY($1) OR ${CONCERNS})
           ORDER BY f.id LIMIT $5) f
    JOIN ledger_row p ON p.kind = 'project' AND p.id = f.row ->> 'project'
    LEFT JOIN LATERAL (
      SELECT e.bytes FROM ledger_stream s CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
        JOIN ledger_entry e ON e.index = k.index
       WHERE s.id = p.id AND e.type IN ('FindingRaised', 'FindingAnswered', 'FindingAssessed')
         AND position(convert_to('"finding":"' || f.id || '"', 'UTF8') IN e.bytes) > 0
       ORDER BY s.revision DESC, k.at DESC LIMIT 1) last ON true
   ORDER BY f.id`

async function tasksOf(look: Look, rows: readonly Candidate[]): Promise<Found[]> {
  const { law, doer, at } = look
  const names = await namesOf(
    look,
    rows.map(({ project }) => project),
  )
  return rows.flatMap(({ id, row, project, since }) => {
    const thing = projectThing(project, names.owners(project), law.preset)
    // Of a monitoring period, who verifies is assigned, and nobody else.
    const assigned = row.period === null ? thing.assigned : verifierOf(project)
    const act = actOn({ ...thing, assigned }, ACTIONS[row.state])
    if (!mayAct(law.permissions, doer, act, at)) return []
    const places = { project: names.shown(project), finding: `${row.kind} ${row.number}` }
    return [
      {
        ...{ place: ['', id], id, path: pathOf(id, row), ...names.refs(row.project, project) },
        title: { text: `waits.finding.${STEPS[row.state]}`, places },
        steps: [STEPS[row.state]],
        since,
        due: null,
        isFor: (other) => mayAct(law.permissions, other, act, at),
      } satisfies Found,
    ]
  })
}

function verifierOf({ certifiers }: Rows['project']): string[] {
  const { verification } = certifiers
  return verification === undefined ? [] : [verification]
}

function pathOf(id: string, { project, period }: Rows['finding']): string {
  return period === null ? `/national/projects/${project}/findings/${id}` : `/national/periods/${period}/findings/${id}`
}
