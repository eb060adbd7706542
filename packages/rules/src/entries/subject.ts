import type { Act } from '../permissions.ts'
import { VERIFICATION } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import type { Keys, Put, Rows, State } from '../state.ts'
import { aboutProject, projectReads } from './projects.ts'

/** What documents and findings are about: a project, or one of its monitoring periods. */
export interface Subject {
  project: string
  period: string | null
}

/** What both kinds of subjects have. */
type Row = Pick<Rows['period'], 'state' | 'entered' | 'documents'> & { findings: { open: number; forward: number } }

/** What the permission table is asked about it: of a monitoring period, who verifies is assigned, and nobody else. */
export function aboutSubject(state: State, { project, period }: Subject, action: string): Act {
  const act = aboutProject(state, project, action)
  return period === null ? act : { ...act, assigned: verifiersOf(state, project) }
}

/** The organisation that is assigned to the verification of a project, if there is one. */
export function verifiersOf(state: State, project: string): string[] {
  const { certifiers = {} } = state.get('project', project) ?? {}
  const verifier = Object.hasOwn(certifiers, VERIFICATION) ? certifiers[VERIFICATION] : undefined
  return verifier === undefined ? [] : [verifier]
}

/** The rows that anything about it looks at. */
export function subjectReads(state: State, { project, period }: Subject): Keys {
  const keys = projectReads(state, project)
  return period === null ? keys : { ...keys, rows: [...keys.rows, { kind: 'period', id: period }] }
}

/** Its row; why there is none. */
export function subjectOf(state: State, { project: id, period }: Subject): Row | Refusal {
  const project = state.get('project', id)
  if (!project) return refuse('project-unknown', { project: id })
  if (period === null) return project
  const row = state.get('period', period)
  return row?.project === id ? row : refuse('period-unknown', { period })
}

/** Is it in one of these states? */
export function admitState({ period }: Subject, { state }: Row, allowed: readonly string[]): Refusal | undefined {
  if (allowed.includes(state)) return undefined
  const detail = { state, allowed: allowed.join(', ') }
  return period === null ? refuse('project-state', detail) : refuse('period-state', detail)
}

/** Its row with something changed. */
export function subjectPuts(
  state: State,
  { project: id, period }: Subject,
  change: (row: Row) => Partial<Pick<Row, 'documents'>>,
): Put[] {
  const project = state.get('project', id)
  const row = period === null ? undefined : state.get('period', period)
  if (period !== null) return row ? [{ kind: 'period', id: period, row: { ...row, ...change(row) } }] : []
  return project ? [{ kind: 'project', id, row: { ...project, ...change(project) } }] : []
}
