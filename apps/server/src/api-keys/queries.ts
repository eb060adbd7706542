import { type ApiKey, MOST_KEYS, type Page } from '@tallystick/contract'
import { invariant } from '@tallystick/rules'
import type pg from 'pg'
import { CreatedKey, decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'

export interface KeyRow {
  id: string
  name: string
  user: string
  userName: string
  organisation: string
  /** As in the permission table. */
  role: string
  scopes: string[]
  addresses: string[]
  createdAt: Date
  expiresAt: Date
  usedAt: Date | null
  revokedAt: Date | null
  /** Does its user act under its mandate still? */
  stands: boolean
  /** Is the organisation active? */
  open: boolean
}

/** Whose keys are meant: those of one user, of one organisation, or all. */
export interface Visible {
  user?: string
  organisation?: string
}

const KEYS = `
  SELECT k.id, k.name, k.user_id AS user, u.name AS "userName", k.organisation, m.row ->> 'role' AS role, k.scopes,
         k.addresses, k.created_at AS "createdAt", k.expires_at AS "expiresAt", k.used_at AS "usedAt",
         k.revoked_at AS "revokedAt", u.ended_at IS NULL AND (m.row ->> 'active')::boolean AS stands,
         (o.row ->> 'active')::boolean AS open
  FROM content_api_key k
  JOIN content_user u ON u.id = k.user_id
  JOIN ledger_row m ON m.kind = 'mandate' AND m.id = k.mandate
  JOIN ledger_row o ON o.kind = 'organisation' AND o.id = k.organisation`

/** What `status` says, in SQL; the instant is $1. In this order, as in `statusOf`. */
const STATUS = `CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
  WHEN u.ended_at IS NOT NULL OR NOT (m.row ->> 'active')::boolean THEN 'ended'
  WHEN k.expires_at <= $1 THEN 'expired'
  WHEN NOT (o.row ->> 'active')::boolean THEN 'suspended' ELSE 'active' END`

export function shownKey(row: KeyRow, now: Date): ApiKey {
  const { id, name, user, userName, organisation, role, scopes, addresses } = row
  return {
    ...{ id, name, user: { id: user, name: userName }, organisation, role: role.slice(role.indexOf('/') + 1) },
    ...{ scopes, addresses, status: statusOf(row, now), createdAt: row.createdAt.toISOString() },
    expiresAt: row.expiresAt.toISOString(),
    usedAt: row.usedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }
}

function statusOf({ revokedAt, stands, expiresAt, open }: KeyRow, now: Date): ApiKey['status'] {
  if (revokedAt) return 'revoked'
  if (!stands) return 'ended'
  if (expiresAt <= now) return 'expired'
  return open ? 'active' : 'suspended'
}

export async function keyById(database: Pick<pg.Pool, 'query'>, id: string): Promise<KeyRow | undefined> {
  const { rows } = await database.query<KeyRow>(`${KEYS} WHERE k.id = $1`, [id])
  return rows[0]
}

interface KeyQuery extends Partial<Record<'limit', number | undefined>> {
  cursor?: string | undefined
  organisation?: string | undefined
  user?: string | undefined
  status?: ApiKey['status'] | undefined
}

export async function keyPage(services: Services, visible: Visible, query: KeyQuery): Promise<Page<ApiKey>> {
  const now = services.clock()
  const limit = limitOf(query)
  const after = decodeCursor(CreatedKey, query.cursor)
  const values: unknown[] = [now]
  const place = (value: unknown) => `$${values.push(value)}`
  const wanted = [
    ...[visible.user, query.user].flatMap((user) => (user === undefined ? [] : [`k.user_id = ${place(user)}`])),
    ...[visible.organisation, query.organisation].flatMap((one) =>
      one === undefined ? [] : [`k.organisation = ${place(one)}`],
    ),
    `(${query.status === undefined ? '$1::timestamptz IS NOT NULL' : `${STATUS} = ${place(query.status)}`})`,
    ...(after ? [`(k.created_at, k.id) > (${place(after[0])}::timestamptz, ${place(after[1])})`] : []),
  ]
  const { rows } = await services.pool.query<KeyRow>(
    `${KEYS} WHERE ${wanted.join(' AND ')} ORDER BY k.created_at, k.id LIMIT ${place(limit + 1)}`,
    values,
  )
  return pageFrom(
    rows,
    limit,
    (row) => shownKey(row, now),
    ({ createdAt, id }) => [createdAt.toISOString(), id],
  )
}

interface NewKey {
  id: string
  /** SHA-256 of the key, hex: all that is kept of it. */
  hash: string
  name: string
  scopes: readonly string[]
  addresses: readonly string[]
  createdAt: Date
  expiresAt: Date
}

/** Keeps a key of a user, who waits for his other keys that are under way. */
export async function keepKey(client: pg.PoolClient, actor: Actor, wanted: NewKey): Promise<KeyRow> {
  const { id, hash, name, scopes, addresses, createdAt, expiresAt } = wanted
  await client.query('SELECT FROM content_user WHERE id = $1 FOR NO KEY UPDATE', [actor.user])
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM content_api_key
      WHERE user_id = $1 AND mandate = $2 AND revoked_at IS NULL AND expires_at > $3`,
    [actor.user, actor.mandate, createdAt],
  )
  if ((rows[0]?.count ?? 0) >= MOST_KEYS) throw problem('too-many-api-keys', { most: String(MOST_KEYS) })
  await client.query(
    `INSERT INTO content_api_key
       (id, key_hash, user_id, mandate, organisation, name, scopes, addresses, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, hash, actor.user, actor.mandate, actor.organisation, name, scopes, addresses, createdAt, expiresAt],
  )
  const row = await keyById(client, id)
  invariant(row, 'a key that was kept is there')
  if (!row.stands) throw problem('not-signed-in')
  if (!row.open) throw problem('organisation-suspended', { organisation: row.organisation })
  return row
}

/** Revokes a key under a mandate; one that was revoked stays so since then. */
export async function revokeKey(client: pg.PoolClient, id: string, by: string, now: Date): Promise<KeyRow> {
  await client.query(
    'UPDATE content_api_key SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL',
    [id, now, by],
  )
  const row = await keyById(client, id)
  invariant(row, 'a key that was found is there')
  return row
}
