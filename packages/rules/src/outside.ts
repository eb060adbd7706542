import { partiesOf, partiesReads } from './entries/parties.ts'
import { admitMandate, type PermissionTable } from './permissions.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { RowKey, State } from './state.ts'

/** Something that is done beside the ledger, and of which the permission table says who may do it. */
export interface OutsideAct {
  /** Of the permission table, such as `ndc.actions.submit`. */
  action: string
  /** The project that it is about: its owners are whose it is, and who has an interest in what is decided. */
  project?: string
  /** The organisations that it concerns, for `own`; without it the owners of the project. */
  organisations?: readonly string[]
  /** Whoever may not decide on it where the table asks for somebody independent; without it the owners of the project. */
  interests?: readonly string[]
}

/** The rows that judging such an act looks at, as far as is known now. */
export function outsideReads(state: State, by: string, { project }: OutsideAct): RowKey[] {
  const mandate = state.peek('mandate', by)
  const organisation = mandate ? [{ kind: 'organisation' as const, id: mandate.organisation }] : []
  return [{ kind: 'mandate', id: by }, ...organisation, ...partiesReads(state, project)]
}

/**
 * Judges an act beside the ledger by the permission table, as it judges entries: mandate in force, organisation not
 * suspended, role allowed, and independent where that is asked. Nothing beside the ledger waits for approvals: an action of
 * which a table asks for them is open to nobody.
 */
export function admitOutside(
  state: State,
  table: PermissionTable,
  { by, at }: { by: string; at: string },
  act: OutsideAct,
): Refusal | undefined {
  const { action, project } = act
  if (project !== undefined && !state.get('project', project)) return refuse('project-unknown', { project })
  const parties = partiesOf(state, project)
  const refusal = admitMandate(
    state,
    table,
    { by, at },
    {
      ...parties,
      action,
      organisations: [...(act.organisations ?? parties.interests)],
      interests: [...(act.interests ?? parties.interests)],
    },
  )
  if (refusal) return refusal
  const needed = (table.approvals[action] ?? []).reduce((sum, { count }) => sum + count, 0)
  return needed === 0 ? undefined : refuse('approval-missing', { needed: String(needed), given: '0', action })
}
