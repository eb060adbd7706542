import type { Organisation } from '@tallystick/contract'
import { speechOf } from './names.ts'
import type { Services } from './services.ts'

/** What a query of organisations selects; the `name` is what the opening of its commitment shows. */
export const ORGANISATION_COLUMNS = `o.id, o.row ->> 'kind' AS kind, (o.row ->> 'active')::boolean AS active, n.value AS name`
/** The tables that it selects from. */
export const ORGANISATION_TABLES = `ledger_row o LEFT JOIN content_opening n ON n.commitment = o.row ->> 'name'`

export interface OrganisationRow {
  id: string
  kind: string
  active: boolean
  name: unknown
}

/** An organisation as everybody may see it. The government has the name of its country. */
export function shownOrganisation(services: Services, { id, kind, active, name }: OrganisationRow): Organisation {
  if (id === services.genesis.authority) return { id, kind, active, name: authorityName(services) }
  return { id, kind, active, name: typeof name === 'string' ? name : null }
}

function authorityName(services: Services): string {
  return speechOf(services).say('government', { country: services.genesis.country.name })
}
