import type { Act } from '../permissions.ts'
import type { RowKey, State } from '../state.ts'
import { organisationsOf } from './accounts.ts'

/** What the permission table is told of a project: whose it is, and who is assigned to it. */
export type Parties = Required<Pick<Act, 'interests' | 'assigned'>> & Pick<Act, 'scope'>

/** The organisations that own a project, those that are assigned to it, and the sectoral scope that they are assigned for. */
export function partiesOf(state: State, project: string | undefined): Parties {
  const row = project === undefined ? undefined : state.get('project', project)
  if (!row) return { interests: [], assigned: [] }
  const owners = row.owners.map(({ account }) => account)
  return {
    interests: [...new Set(organisationsOf(state, owners))],
    assigned: Object.values(row.certifiers),
    scope: row.scope,
  }
}

/** The rows that `partiesOf` looks at. */
export function partiesReads(state: State, project: string | undefined): RowKey[] {
  if (project === undefined) return []
  const owners = state.peek('project', project)?.owners ?? []
  return [{ kind: 'project', id: project }, ...owners.map(({ account }) => ({ kind: 'account' as const, id: account }))]
}
