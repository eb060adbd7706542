import type { Contact, Organisation, OrganisationProfile, Page } from '@tallystick/contract'
import type { z } from 'zod'
import { decodeCursor, IdKey, limitOf, pageFrom } from '../platform/cursor.ts'
import {
  ORGANISATION_COLUMNS,
  ORGANISATION_TABLES,
  type OrganisationRow,
  shownOrganisation,
} from '../platform/organisations.ts'
import type { Services } from '../platform/services.ts'
import type { Picture } from './picture.ts'

interface Details {
  taxId: string | null
  contact: z.infer<typeof Contact> | null
  profile: z.infer<typeof OrganisationProfile> | null
}

export async function organisationDetails(services: Services, id: string): Promise<Details> {
  const { rows } = await services.pool.query<Details>(
    'SELECT tax_id AS "taxId", contact, profile FROM content_organisation WHERE organisation = $1',
    [id],
  )
  return rows[0] ?? { taxId: null, contact: null, profile: null }
}

export async function organisation(services: Services, id: string): Promise<Organisation | undefined> {
  const { rows } = await services.pool.query<OrganisationRow>(
    `SELECT ${ORGANISATION_COLUMNS} FROM ${ORGANISATION_TABLES} WHERE o.kind = 'organisation' AND o.id = $1`,
    [id],
  )
  return rows[0] && shownOrganisation(services, rows[0])
}

export async function organisationPage(
  services: Services,
  query: { limit?: number | undefined; cursor?: string | undefined; kind?: string | undefined },
): Promise<Page<Organisation>> {
  const [after] = decodeCursor(IdKey, query.cursor) ?? ['']
  const limit = limitOf(query)
  const { rows } = await services.pool.query<OrganisationRow>(
    `SELECT ${ORGANISATION_COLUMNS} FROM ${ORGANISATION_TABLES}
     WHERE o.kind = 'organisation' AND o.id > $1 AND ($2::text IS NULL OR o.row ->> 'kind' = $2)
     ORDER BY o.id LIMIT $3`,
    [after, query.kind ?? null, limit + 1],
  )
  return pageFrom(
    rows,
    limit,
    (row) => shownOrganisation(services, row),
    ({ id }) => [id],
  )
}

export async function changeDetails(
  { pool }: Services,
  id: string,
  { contact, profile }: Pick<Details, 'contact' | 'profile'>,
): Promise<void> {
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value))
  await pool.query('UPDATE content_organisation SET contact = $2, profile = $3 WHERE organisation = $1', [
    ...[id, json(contact), json(profile)],
  ])
}

/** Keeps a picture, or takes it away. */
export async function keepLogo({ pool }: Services, id: string, picture: Picture | undefined): Promise<void> {
  if (!picture) {
    await pool.query('DELETE FROM content_logo WHERE organisation = $1', [id])
    return
  }
  await pool.query(
    `INSERT INTO content_logo (organisation, media, bytes) VALUES ($1, $2, $3)
     ON CONFLICT (organisation) DO UPDATE SET media = excluded.media, bytes = excluded.bytes`,
    [id, picture.media, picture.bytes],
  )
}

export async function logoOfOrganisation({ pool }: Services, id: string): Promise<Picture | undefined> {
  const { rows } = await pool.query<Picture>('SELECT media, bytes FROM content_logo WHERE organisation = $1', [id])
  return rows[0]
}
