import type { Rows } from '@tallystick/rules'
import { concerning, concerns, followConcerns } from '../platform/concerns.ts'
import type { Values } from '../platform/mail/texts.ts'
import { actOn, mayAct, projectThing, type Thing } from '../platform/next-steps.ts'
import { namesOf } from './projects.ts'
import { type Found, type Look, type Place, type Source, scopeOf, sift } from './source.ts'

/** What comes up about a project and stays open until somebody has settled it. */
export type MatterKind = 'finding' | 'reversal'

export interface Matter<Kind extends MatterKind> {
  id: string
  row: Rows[Kind]
  project: Rows['project']
  since: string | null
}

/** Matters of one kind, and how their tasks are found and told. */
export interface Matters<Kind extends MatterKind> {
  kind: Kind
  /** What follows on each open state, and the action by which it is done. */
  steps: Readonly<Record<string, { step: string; action: string }>>
  /**
   * SQL: `t.id, t.row` of those in the states `$1` that come after `$4`, whoever is concerned; where there are many, the
   * first `$5` of each state.
   */
  everybodys: string
  /** SQL: a condition on `t` without which nothing waits. */
  unless?: string
  /** Types of the entries about one: it waits since the last of them. */
  entries: readonly string[]
  /** How these are told, by what is looked up for all of them at once. */
  tell(look: Look, matters: readonly Matter<Kind>[]): Promise<(matter: Matter<Kind>) => Telling | undefined>
}

/** How one is told; there is none where it waits for nobody. */
export interface Telling {
  path: string
  /** Places of the sentence beside the project. */
  places?: Values
  /** Who is assigned, where it is not whoever is to the project. */
  assigned?: Thing['assigned']
}

/** Tasks to settle what is open about projects. */
export function openMatters<Kind extends MatterKind>(matters: Matters<Kind>): Source {
  const states = Object.entries(matters.steps)
  const query = { name: `task-${matters.kind}s`, text: statementOf(matters) }
  return {
    kind: matters.kind,
    async find(look, after, limit) {
      const { law, doer } = look
      const inReach = (...scopes: ReturnType<typeof scopeOf>[]) =>
        states.filter(([, { action }]) => scopes.includes(scopeOf(law, doer.role, action))).map(([state]) => state)
      const [all, some] = [inReach('any'), inReach('own', 'assigned')]
      if (all.length + some.length === 0) return []
      return sift(
        (from, most) => candidates<Kind>(look, query, [all, some], from, most),
        ({ id }) => ['', id],
        (found) => tasksOf(look, matters, found),
        after,
        limit,
      )
    },
  }
}

async function candidates<Kind extends MatterKind>(
  { services, doer }: Look,
  query: { name: string; text: string },
  [all, some]: readonly [readonly string[], readonly string[]],
  [, id]: Place,
  limit: number,
): Promise<Matter<Kind>[]> {
  if (some.length > 0) await followConcerns(services)
  const { rows } = await services.pool.query<Omit<Matter<Kind>, 'since'> & { said: Buffer | null }>({
    ...query,
    values: [all, some, doer.organisation, id, limit],
  })
  return rows.map(({ said, ...row }) => ({ ...row, since: said === null ? null : instantIn(said) }))
}

/** The instant of an entry. */
function instantIn(bytes: Buffer): string | null {
  const entry: unknown = JSON.parse(bytes.toString('utf8'))
  return typeof entry === 'object' && entry !== null && 'at' in entry ? String(entry.at) : null
}

/** So many groups of a project's entries are looked through at most for the last about a matter. */
const GROUPS_READ = 2000

// The stream of a project whose units move much is long: how far it is read is bounded.
function statementOf({ kind, everybodys, unless, entries }: Omit<Matters<MatterKind>, 'tell'>): string {
  return `
  SELECT t.id, t.row, p.row AS project, last.bytes AS said
    FROM (SELECT t.id, t.row
            FROM (${everybodys}
                   UNION ALL
                  SELECT t.id, t.row FROM ${concerning('$3')} CROSS JOIN LATERAL (
                    SELECT p.row FROM ledger_row p WHERE p.kind = 'project' AND p.id = c.project OFFSET 0) p
                   CROSS JOIN LATERAL (
                    SELECT t.id, t.row FROM ledger_row t
                     WHERE t.kind = '${kind}' AND t.row ? 'project' AND t.row ->> 'project' = c.project OFFSET 0) t
                   WHERE t.row ->> 'state' = ANY($2::text[]) AND t.id > $4 AND ${concerns('$3')}) t
           ${unless === undefined ? '' : `WHERE NOT (${unless})`}
           ORDER BY t.id LIMIT $5::bigint) t
   CROSS JOIN LATERAL (SELECT id, row FROM ledger_row WHERE kind = 'project' AND id = t.row ->> 'project' OFFSET 0) p
    LEFT JOIN LATERAL (
      SELECT e.bytes
        FROM (SELECT revision, indexes FROM ledger_stream WHERE id = p.id ORDER BY revision DESC LIMIT ${GROUPS_READ}) s
       CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
        JOIN ledger_entry e ON e.index = k.index
       WHERE e.type IN (${entries.map((type) => `'${type}'`).join(', ')})
         AND position(convert_to('"${kind}":"' || t.id || '"', 'UTF8') IN e.bytes) > 0
       ORDER BY s.revision DESC, k.at DESC LIMIT 1) last ON true
   ORDER BY t.id`
}

async function tasksOf<Kind extends MatterKind>(
  look: Look,
  { kind, steps, tell }: Matters<Kind>,
  found: readonly Matter<Kind>[],
): Promise<Found[]> {
  const { law, doer, at } = look
  const names = await namesOf(
    look,
    found.map(({ project }) => project),
  )
  const tellingOf = await tell(look, found)
  return found.flatMap((matter) => {
    const { id, row, project, since } = matter
    const [next, telling] = [steps[row.state], tellingOf(matter)]
    if (!next || !telling) return []
    const { path, places = {}, ...assigned } = telling
    const thing = { ...projectThing(project, names.owners(project), law.preset), ...assigned }
    const act = actOn(thing, next.action)
    if (!mayAct(law.permissions, doer, act, at)) return []
    return [
      {
        ...{ place: ['', id], id, path, ...names.refs(row.project, project) },
        title: { text: `waits.${kind}.${next.step}`, places: { project: names.shown(project), ...places } },
        steps: [next.step],
        since,
        due: null,
        isFor: (other) => mayAct(law.permissions, other, act, at),
      } satisfies Found,
    ]
  })
}
