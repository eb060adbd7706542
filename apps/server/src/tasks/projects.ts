import { type Law, movesOfClock, type Rows, windowOf } from '@tallystick/rules'
import { concerning, concerns, followConcerns } from '../platform/concerns.ts'
import type { Value } from '../platform/mail/texts.ts'
import { namesIn } from '../platform/names.ts'
import {
  actionsFrom,
  type NextStep,
  nextSteps,
  periodThing,
  projectThing,
  stepsFor,
  type Thing,
} from '../platform/next-steps.ts'
import { withUnsettled } from '../platform/unsettled.ts'
import { type Doer, type Found, type Look, type Place, type Source, scopeOf, sift } from './source.ts'

interface Candidate<Kind extends 'project' | 'period'> {
  id: string
  row: Rows[Kind]
}

type PeriodCandidate = Candidate<'period'> & { project: Rows['project'] }

/** Projects whose next step is somebody's. One whose step waits for approval already is a proposal. */
export const projectTasks: Source = {
  kind: 'project',
  async find(look, after, limit) {
    const { project } = look.law.preset
    const { ends, mayIssue: works, states } = project
    const reach = reachOf(look, { machine: project, ends, works, of: 'projects' }, states)
    return sift(
      (from, most) => candidates<Candidate<'project'>>(look, PROJECTS, reach, from, most),
      ({ id, row }) => [row.entered.at, id],
      (rows) => projectsOf(look, rows),
      after,
      limit,
    )
  },
}

/** Monitoring periods, likewise. */
export const periodTasks: Source = {
  kind: 'period',
  async find(look, after, limit) {
    const { period } = look.law.preset
    if (!period) return []
    const reach = reachOf(look, { machine: period, ends: period.ends, works: [], of: 'periods' }, period.states)
    return sift(
      (from, most) => candidates<PeriodCandidate>(look, PERIODS, reach, from, most),
      ({ id, row }) => [row.entered.at, id],
      (rows) => periodsOf(look, rows),
      after,
      limit,
    )
  },
}

interface Reach {
  /** States in which the role has something to do with any of them, and with some. */
  all: string[]
  some: string[]
}

function reachOf(
  { law, doer }: Look,
  thing: Pick<Thing, 'machine' | 'ends' | 'works' | 'of'>,
  states: readonly string[],
): Reach {
  const known = reaches.get(law) ?? new Map<string, Reach>()
  reaches.set(law, known)
  const name = `${thing.of} ${doer.role}`
  const reach = known.get(name) ?? { all: [], some: [] }
  if (known.has(name)) return reach
  for (const state of states) {
    const actions = actionsFrom({ ...thing, documents: law.preset.documents }, state)
    const scopes = new Set(actions.map((action) => scopeOf(law, doer.role, action)))
    if (scopes.has('any')) reach.all.push(state)
    else if (scopes.has('own') || scopes.has('assigned')) reach.some.push(state)
  }
  known.set(name, reach)
  return reach
}

/** By law, then by kind of thing and role: none of it changes while the law is in force. */
const reaches = new WeakMap<Law, Map<string, Reach>>()

async function candidates<Row extends Candidate<'project' | 'period'>>(
  { services, doer }: Look,
  text: string,
  { all, some }: Reach,
  [at, id]: Place,
  limit: number,
): Promise<Row[]> {
  if (all.length + some.length === 0) return []
  if (some.length > 0) await followConcerns(services)
  const { rows } = await services.pool.query<Row>({
    name: text === PROJECTS ? 'task-projects' : 'task-periods',
    text,
    values: [all, some, doer.organisation, at, id, limit],
  })
  return rows
}

/** No proposal of such a type waits about the thing `x`. */
const isFree = (x: string, type: string, field: string) => `
  NOT EXISTS (SELECT FROM content_proposal o
               WHERE o.status = 'open' AND o.type = '${type}' AND o.request ->> '${field}' = ${x}.id OFFSET 0)`

const PROJECT_IS_FREE = isFree('p', 'ProjectMoved', 'project')
const PERIOD_IS_FREE = isFree('t', 'MonitoringPeriodMoved', 'period')

/**
 * Things `x` of a kind in the state `s`, the oldest after the place. How many is asked for so that PostgreSQL does not know
 * it: believing that there are no more in the state, it would read and sort all of them.
 */
const inState = (x: string, kind: 'project' | 'period', isFree: string) => `
  SELECT ${x}.id, ${x}.row FROM ledger_row ${x}
   WHERE ${x}.kind = '${kind}' AND ${x}.row ->> 'state' = s.state
     AND (${x}.row -> 'entered' ->> 'at', ${x}.id) > ($4, $5) AND ${isFree}
   ORDER BY ${x}.row -> 'entered' ->> 'at', ${x}.id LIMIT (SELECT $6::bigint)`

// Of each state in which any of them may wait, the oldest; of the others those that concern the organisation.
const PROJECTS = `
  SELECT p.id, p.row
    FROM (SELECT p.id, p.row FROM unnest($1::text[]) s(state)
           CROSS JOIN LATERAL (${inState('p', 'project', PROJECT_IS_FREE)}) p
           UNION ALL
          SELECT p.id, p.row FROM ${concerning('$3')} CROSS JOIN LATERAL (
            SELECT p.id, p.row FROM ledger_row p WHERE p.kind = 'project' AND p.id = c.project OFFSET 0) p
           WHERE p.row ->> 'state' = ANY($2::text[]) AND (p.row -> 'entered' ->> 'at', p.id) > ($4, $5)
             AND ${PROJECT_IS_FREE} AND ${concerns('$3')}) p
   ORDER BY p.row -> 'entered' ->> 'at', p.id LIMIT $6::bigint`

const PERIODS = `
  SELECT t.id, t.row, p.row AS project
    FROM (SELECT t.id, t.row FROM unnest($1::text[]) s(state)
           CROSS JOIN LATERAL (${inState('t', 'period', PERIOD_IS_FREE)}) t
           UNION ALL
          SELECT t.id, t.row FROM ${concerning('$3')} CROSS JOIN LATERAL (
            SELECT p.row FROM ledger_row p WHERE p.kind = 'project' AND p.id = c.project OFFSET 0) p
           CROSS JOIN LATERAL (
            SELECT t.id, t.row FROM ledger_row t
             WHERE t.kind = 'period' AND t.row ? 'project' AND t.row ->> 'project' = c.project OFFSET 0) t
           WHERE t.row ->> 'state' = ANY($2::text[]) AND (t.row -> 'entered' ->> 'at', t.id) > ($4, $5)
             AND ${PERIOD_IS_FREE} AND ${concerns('$3')}) t
   CROSS JOIN LATERAL (SELECT row FROM ledger_row WHERE kind = 'project' AND id = t.row ->> 'project' OFFSET 0) p
   ORDER BY t.row -> 'entered' ->> 'at', t.id LIMIT $6::bigint`

async function projectsOf(look: Look, rows: readonly Candidate<'project'>[]): Promise<Found[]> {
  const names = await namesOf(
    look,
    rows.map(({ row }) => row),
  )
  const { services, law } = look
  const known = await withUnsettled(services.ledger, law.preset, new Map(rows.map(({ id, row }) => [id, row])))
  return rows.flatMap(({ id, row }) => {
    const owners = names.owners(row)
    const thing = projectThing(known.get(id) ?? row, owners, look.law.preset)
    return taskOf(look, thing, { id, path: `/national/projects/${id}`, ...names.refs(id, row) }, (steps) => ({
      text: 'waits.project',
      places: { project: names.shown(row), state: { code: row.state, list: 'state' }, steps },
    }))
  })
}

async function periodsOf(look: Look, rows: readonly PeriodCandidate[]): Promise<Found[]> {
  const names = await namesOf(
    look,
    rows.map(({ project }) => project),
  )
  return rows.flatMap(({ id, row, project }) => {
    const thing = periodThing(row, project, names.owners(project), look.law.preset)
    if (!thing) return []
    const places = { project: names.shown(project), from: { day: row.from }, to: { day: row.to } }
    return taskOf(
      look,
      thing,
      { id, path: `/national/periods/${id}`, ...names.refs(row.project, project) },
      (steps) => ({
        text: 'waits.period',
        places: { ...places, state: { code: row.state, list: 'state' }, steps },
      }),
    )
  })
}

/** What projects and their owners are called. */
export async function namesOf({ services }: Look, projects: readonly Rows['project'][]) {
  const known = await namesIn(
    services,
    projects.map(({ title, owners }) => [title, owners]),
  )
  const owners = (row: Rows['project']) => [
    ...new Set(row.owners.map(({ account }) => known.account(account)?.organisation ?? '')),
  ]
  const titleOf = ({ title }: Rows['project']) => known.opened(title) ?? null
  return {
    owners,
    shown: (row: Rows['project']) => ({ project: row.number, title: titleOf(row) }),
    refs: (id: string, row: Rows['project']) => {
      const [first] = owners(row)
      const organisation = first === undefined ? null : known.organisationRef(first)
      return { organisation, project: { id, number: row.number, title: titleOf(row) } }
    },
  }
}

function taskOf(
  { law, doer, at }: Look,
  thing: Thing,
  about: Pick<Found, 'id' | 'path' | 'organisation' | 'project'>,
  titleOf: (steps: Value) => Found['title'],
): Found[] {
  const steps = nextSteps(thing, at)
  const own = stepsFor(steps, law, doer, at)
  if (own.length === 0) return []
  const since = thing.standing.entered.at
  return [
    {
      ...about,
      place: [since, about.id],
      title: titleOf({ steps: own.map(({ kind, name }) => ({ kind, name })) }),
      steps: own.map(wordOf),
      since,
      due: endOf(thing, law),
      isFor: perRole((other) => stepsFor(steps, law, other, at).length > 0),
    },
  ]
}

/** People of one organisation differ in nothing but their role: each role is judged once. */
function perRole(isFor: (doer: Doer) => boolean): (doer: Doer) => boolean {
  const known = new Map<string, boolean>()
  return (doer) => {
    const judged = known.get(doer.role) ?? isFor(doer)
    known.set(doer.role, judged)
    return judged
  }
}

/** When the registry itself takes the thing on, if it does. */
function endOf({ of, standing }: Thing, law: Look['law']): string | null {
  if (of !== 'projects') return null
  const moves = timedMoves(law).filter(({ from }) => from.includes(standing.state))
  const ends = moves.flatMap((move) => windowOf(move, standing).from ?? [])
  return ends.sort()[0] ?? null
}

function timedMoves(law: Law): ReturnType<typeof movesOfClock> {
  const moves = timed.get(law) ?? movesOfClock(law)
  timed.set(law, moves)
  return moves
}

const timed = new WeakMap<Law, ReturnType<typeof movesOfClock>>()

function wordOf({ kind, name }: NextStep): string {
  return kind === 'move' ? name : name === '' ? kind : `${kind}/${name}`
}
