import type { Act } from '../permissions.ts'
import { VERIFICATION } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import type { Keys, Put, RowKey, Rows, State } from '../state.ts'
import { organisationsOf } from './accounts.ts'
import { aboutProject, projectReads } from './projects.ts'

/** An agreement on units of a project: between whom, by their accounts. */
export interface Agreement {
  id: string
  seller: string
  buyer: string
}

/** What documents and findings are about: a project, one of its monitoring periods, or an agreement on its units. */
export interface Subject {
  project: string
  period: string | null
  agreement?: Agreement | undefined
}

/** What the preset calls it that its kinds of documents are of. */
export function kindOf({ period, agreement }: { period: string | null; agreement?: unknown }) {
  if (period !== null) return 'period'
  return agreement === undefined ? undefined : 'transfer'
}

/** What both kinds of subjects have. */
type Row = Pick<Rows['period'], 'state' | 'entered' | 'documents'> & { findings: { open: number; forward: number } }

/**
 * What the permission table is asked about it: of a monitoring period, who verifies is assigned, and nobody else; an
 * agreement is its two sides' own.
 */
export function aboutSubject(state: State, { project, period, agreement }: Subject, action: string): Act {
  const act = aboutProject(state, project, action)
  if (agreement) {
    const sides = organisationsOf(state, [agreement.seller, agreement.buyer])
    return { action, organisations: sides, interests: sides }
  }
  return period === null ? act : { ...act, assigned: verifiersOf(state, project) }
}

/** The organisation that is assigned to the verification of a project, if there is one. */
export function verifiersOf(state: State, project: string): string[] {
  const { certifiers = {} } = state.get('project', project) ?? {}
  const verifier = Object.hasOwn(certifiers, VERIFICATION) ? certifiers[VERIFICATION] : undefined
  return verifier === undefined ? [] : [verifier]
}

/** The rows that anything about it looks at. */
export function subjectReads(state: State, { project, period, agreement }: Subject): Keys {
  const keys = projectReads(state, project)
  const ofPeriod: RowKey[] = period === null ? [] : [{ kind: 'period', id: period }]
  return { ...keys, rows: [...keys.rows, ...ofPeriod, ...(agreement ? agreementReads(agreement) : [])] }
}

function agreementReads({ id, seller, buyer }: Agreement): RowKey[] {
  const accounts = [seller, buyer].map((account): RowKey => ({ kind: 'account', id: account }))
  return [{ kind: 'agreement', id }, ...accounts]
}

/** Its row; why there is none. */
export function subjectOf(state: State, { project: id, period, agreement }: Subject): Row | Refusal {
  const project = state.get('project', id)
  if (!project) return refuse('project-unknown', { project: id })
  if (agreement) {
    const documents = state.get('agreement', agreement.id)?.documents ?? {}
    // It has no states of its own, and none of its versions is sent again.
    return { state: project.state, entered: NEVER, documents, findings: NONE }
  }
  if (period === null) return project
  const row = state.get('period', period)
  return row?.project === id ? row : refuse('period-unknown', { period })
}

const NEVER = { index: -1, at: '' }
const NONE = { open: 0, forward: 0 }

/** Is it in one of these states? */
export function admitState({ period }: Subject, { state }: Row, allowed: readonly string[]): Refusal | undefined {
  if (allowed.includes(state)) return undefined
  const detail = { state, allowed: allowed.join(', ') }
  return period === null ? refuse('project-state', detail) : refuse('period-state', detail)
}

/** Its row with something changed. */
export function subjectPuts(
  state: State,
  { project: id, period, agreement }: Subject,
  change: (row: Pick<Row, 'documents'>) => Partial<Pick<Row, 'documents'>>,
): Put[] {
  if (agreement) {
    const { id: of, seller, buyer } = agreement
    const before = state.get('agreement', of) ?? { project: id, seller, buyer, documents: {} }
    return [{ kind: 'agreement', id: of, row: { ...before, ...change(before) } }]
  }
  const project = state.get('project', id)
  const row = period === null ? undefined : state.get('period', period)
  if (period !== null) return row ? [{ kind: 'period', id: period, row: { ...row, ...change(row) } }] : []
  return project ? [{ kind: 'project', id, row: { ...project, ...change(project) } }] : []
}
