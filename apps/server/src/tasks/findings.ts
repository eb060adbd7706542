import type { Law, Rows } from '@tallystick/rules'
import { concerning, concerns, followConcerns } from '../platform/concerns.ts'
import { actOn, mayAct, projectThing } from '../platform/next-steps.ts'
import { namesOf } from './projects.ts'
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
  if (some.length > 0) await followConcerns(services)
  const { rows } = await services.pool.query<Omit<Candidate, 'since'> & { said: Buffer | null }>({
    name: 'task-findings',
    text: CANDIDATES,
    values: [all, some, doer.organisation, id, limit],
  })
  return rows.map(({ said, ...row }) => ({ ...row, since: said === null ? null : instantIn(said) }))
}

/** The instant of an entry. */
export function instantIn(bytes: Buffer): string | null {
  const entry: unknown = JSON.parse(bytes.toString('utf8'))
  return typeof entry === 'object' && entry !== null && 'at' in entry ? String(entry.at) : null
}

// A finding waits since the last entry about it. The stream of a project whose units move much is long: how far it is read
// is bounded.
const CANDIDATES = `
  SELECT f.id, f.row, p.row AS project, last.bytes AS said
    FROM (SELECT f.id, f.row
            FROM (SELECT f.id, f.row FROM unnest($1::text[]) s(state) CROSS JOIN LATERAL (
                    SELECT f.id, f.row FROM ledger_row f
                     WHERE f.kind = 'finding' AND f.row ->> 'state' <> 'closed' AND f.row ->> 'state' = s.state
                       AND f.id > $4 ORDER BY f.id LIMIT (SELECT $5::bigint)) f
                   UNION ALL
                  SELECT f.id, f.row FROM ${concerning('$3')} CROSS JOIN LATERAL (
                    SELECT p.row FROM ledger_row p WHERE p.kind = 'project' AND p.id = c.project OFFSET 0) p
                   CROSS JOIN LATERAL (
                    SELECT f.id, f.row FROM ledger_row f
                     WHERE f.kind = 'finding' AND f.row ? 'project' AND f.row ->> 'project' = c.project OFFSET 0) f
                   WHERE f.row ->> 'state' = ANY($2::text[]) AND f.id > $4 AND ${concerns('$3')}) f
           ORDER BY f.id LIMIT $5::bigint) f
   CROSS JOIN LATERAL (SELECT id, row FROM ledger_row WHERE kind = 'project' AND id = f.row ->> 'project' OFFSET 0) p
    LEFT JOIN LATERAL (
      SELECT e.bytes
        FROM (SELECT revision, indexes FROM ledger_stream WHERE id = p.id ORDER BY revision DESC LIMIT 2000) s
       CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
        JOIN ledger_entry e ON e.index = k.index
       WHERE e.type IN ('FindingRaised', 'FindingAnswered', 'FindingAssessed')
         AND position(convert_to('"finding":"' || f.id || '"', 'UTF8') IN e.bytes) > 0
       ORDER BY s.revision DESC, k.at DESC LIMIT 1) last ON true
   ORDER BY f.id`

async function tasksOf(look: Look, rows: readonly Candidate[]): Promise<Found[]> {
  const { law, doer, at } = look
  const names = await namesOf(
    look,
    rows.map(({ project }) => project),
  )
  const periods = await look.services.ledger.rows(
    'period',
    rows.flatMap(({ row }) => row.period ?? []),
  )
  return rows.flatMap(({ id, row, project, since }) => {
    if (isOver(law, row, project, row.period === null ? undefined : periods.get(row.period))) return []
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

/** What has come to its end waits for no answer; a forward action request about a period is for the next one. */
function isOver(
  { preset }: Law,
  { kind }: Pick<Rows['finding'], 'kind'>,
  project: Rows['project'],
  period: Rows['period'] | undefined,
): boolean {
  if (preset.project.ends.includes(project.state)) return true
  return period !== undefined && kind !== 'FAR' && preset.period?.ends.includes(period.state) === true
}

function verifierOf({ certifiers }: Rows['project']): string[] {
  const { verification } = certifiers
  return verification === undefined ? [] : [verification]
}

function pathOf(id: string, { project, period }: Rows['finding']): string {
  return period === null ? `/national/projects/${project}/findings/${id}` : `/national/periods/${period}/findings/${id}`
}
