import type { Contact, Organisation, OrganisationProfile } from '@tallystick/contract'
import type { z } from 'zod'
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

/** An organisation that was not registered blocks its tax id for this long. */
const ATTEMPT_MS = 60_000

/** What of a tax id tells organisations apart: its letters and digits. */
export function taxKeyOf(taxId: string): string {
  return taxId
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

export interface NewDetails {
  taxId?: string | null | undefined
  contact?: z.infer<typeof Contact> | null | undefined
  profile?: z.infer<typeof OrganisationProfile> | null | undefined
}

/** Keeps what is known of an organisation that is still to be registered. False where the tax id is another's. */
export async function keepDetails(services: Services, id: string, details: NewDetails): Promise<boolean> {
  if (await insertDetails(services, id, details)) return true
  const { rows } = await services.pool.query('SELECT 1 FROM content_organisation WHERE organisation = $1', [id])
  if (rows.length > 0) return true
  const before = new Date(services.clock().getTime() - ATTEMPT_MS)
  await services.pool.query(
    `DELETE FROM content_organisation o WHERE tax_key = $1 AND created_at < $2
       AND NOT EXISTS (SELECT FROM ledger_row r WHERE r.kind = 'organisation' AND r.id = o.organisation)`,
    [taxKeyOf(details.taxId ?? ''), before],
  )
  return insertDetails(services, id, details)
}

async function insertDetails(
  { pool, clock }: Services,
  id: string,
  { taxId, contact, profile }: NewDetails,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `INSERT INTO content_organisation (organisation, tax_id, tax_key, contact, created_at, profile)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING`,
    [
      ...[id, taxId ?? null, taxId ? taxKeyOf(taxId) : null, contact ? JSON.stringify(contact) : null, clock()],
      profile ? JSON.stringify(profile) : null,
    ],
  )
  return rowCount === 1
}

/** Drops what was kept of an organisation, unless it was registered. */
export async function dropDetails(services: Services, id: string): Promise<void> {
  await services.pool.query(
    `DELETE FROM content_organisation WHERE organisation = $1
       AND NOT EXISTS (SELECT FROM ledger_row r WHERE r.kind = 'organisation' AND r.id = $1)`,
    [id],
  )
}
