import { DecidedStatus } from '@tallystick/contract'
import type { KnownNames } from '../platform/names.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import type { Versioned } from './store.ts'

/** What every record that is decided on says of the version that is shown. */
export function decidedFields(names: KnownNames, row: Versioned) {
  return {
    id: row.id,
    status: DecidedStatus.parse(row.said),
    createdAt: row.created_at.toISOString(),
    revision: row.revision,
    organisation: names.organisationRef(row.organisation),
    at: row.at.toISOString(),
  }
}

/** The organisations that own a project, each once. Throws a problem where there is no such project. */
export function ownersIn(names: KnownNames, project: string): string[] {
  const owners = names.project(project)?.owners
  if (!owners) throw problem('project-unknown', { project })
  return [...new Set(owners.map(({ account }) => names.party(account).organisation.id))]
}

/** Refuses an organisation that there is not, or that is of none of these kinds, where some are asked for. */
export async function refuseOrganisation(
  services: Services,
  organisation: string,
  kinds: readonly string[] = [],
): Promise<void> {
  const row = await services.ledger.row('organisation', organisation)
  if (!row) throw problem('organisation-unknown', { organisation })
  if (kinds.length > 0 && !kinds.includes(row.kind)) {
    throw problem('organisation-kind', { organisation, kind: row.kind, allowed: kinds.join(', ') })
  }
}
