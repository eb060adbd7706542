import { isIPv6 } from 'node:net'
import { problem } from './problem.ts'
import type { Services } from './services.ts'

export interface Limit {
  /** So often in a window. */
  most: number
  windowMs: number
}

const SWEPT = 100

/**
 * Counts one more try and answers how many seconds are to be waited, 0 where none. All processes count together; what
 * is counted is kept as a keyed hash, and no longer than its window.
 */
export async function tried(services: Services, what: string, { most, windowMs }: Limit): Promise<number> {
  const key = await services.ledger.loggedKey({ sender: 'throttle', id: what })
  const now = services.clock()
  const { rows } = await services.pool.query<{ count: number; ends_at: Date }>(
    `INSERT INTO content_throttle AS t (key, count, ends_at) VALUES ($1, 1, $3)
     ON CONFLICT (key) DO UPDATE
       SET count = CASE WHEN t.ends_at <= $2 THEN 1 ELSE least(t.count + 1, 1000000) END,
           ends_at = CASE WHEN t.ends_at <= $2 THEN excluded.ends_at ELSE t.ends_at END
     RETURNING count, ends_at`,
    [key, now, new Date(now.getTime() + windowMs)],
  )
  await services.pool.query(
    `DELETE FROM content_throttle WHERE key IN (
       SELECT key FROM content_throttle WHERE ends_at <= $1 ORDER BY ends_at LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED)`,
    [now],
  )
  const [row] = rows
  if (!row || row.count <= most) return 0
  return Math.max(1, Math.ceil((row.ends_at.getTime() - now.getTime()) / 1000))
}

/** As `tried`, and throws a problem where something is to be waited. */
export async function throttle(services: Services, what: string, limit: Limit): Promise<void> {
  const seconds = await tried(services, what, limit)
  if (seconds > 0) throw problem('too-many-requests', { seconds: String(seconds) })
}

/** Takes back a try that turned out well. */
export async function forgive(services: Services, what: string): Promise<void> {
  const key = await services.ledger.loggedKey({ sender: 'throttle', id: what })
  await services.pool.query('UPDATE content_throttle SET count = count - 1 WHERE key = $1 AND count > 0', [key])
}

export interface Slowing {
  /** So many tries without a pause; after each further one the pause is twice as long as the last, from a second on. */
  free: number
  /** No pause is longer. */
  mostMs: number
  /** After so long without a try it begins anew. */
  windowMs: number
}

const NEXT_TRY = `t.ends_at + (least($6::double precision, 1000 * 2 ^ least(t.count - $5::integer, 30)) - $4::double precision) * interval '1 millisecond'`

/**
 * Begins one more try, and answers 0; or, while the pause after the last one lasts, how many seconds are to be waited. A try
 * that has to wait does not count: whoever knocks all the time makes no pause longer. Of many at once one gets in.
 */
export async function slowed(services: Services, what: string, { free, mostMs, windowMs }: Slowing): Promise<number> {
  const key = await services.ledger.loggedKey({ sender: 'throttle', id: what })
  const now = services.clock()
  const values = [key, now, new Date(now.getTime() + windowMs), windowMs, free, mostMs]
  const { rowCount } = await services.pool.query(
    `INSERT INTO content_throttle AS t (key, count, ends_at) VALUES ($1, 1, $3)
     ON CONFLICT (key) DO UPDATE
       SET count = CASE WHEN t.ends_at <= $2 THEN 1 ELSE least(t.count + 1, 1000) END, ends_at = excluded.ends_at
     WHERE t.ends_at <= $2 OR t.count < $5 OR ${NEXT_TRY} <= $2`,
    values,
  )
  if (rowCount === 1) return 0
  const { rows } = await services.pool.query<{ at: Date }>(
    `SELECT ${NEXT_TRY} AS at FROM content_throttle t WHERE t.key = $1 AND $2::timestamptz < $3::timestamptz`,
    values,
  )
  return Math.max(1, Math.ceil(((rows[0]?.at ?? now).getTime() - now.getTime()) / 1000))
}

/** Forgets that something was tried. */
export async function forgetTries(services: Services, what: string): Promise<void> {
  const key = await services.ledger.loggedKey({ sender: 'throttle', id: what })
  await services.pool.query('DELETE FROM content_throttle WHERE key = $1', [key])
}

/** Remembers that something was so, for a time. */
export async function remember(services: Services, what: string, forMs: number): Promise<void> {
  const key = await services.ledger.loggedKey({ sender: 'throttle', id: what })
  await services.pool.query(
    `INSERT INTO content_throttle (key, count, ends_at) VALUES ($1, 0, $2)
     ON CONFLICT (key) DO UPDATE SET ends_at = excluded.ends_at`,
    [key, new Date(services.clock().getTime() + forMs)],
  )
}

export async function isRemembered(services: Services, what: string): Promise<boolean> {
  const key = await services.ledger.loggedKey({ sender: 'throttle', id: what })
  const { rowCount } = await services.pool.query('SELECT 1 FROM content_throttle WHERE key = $1 AND ends_at > $2', [
    key,
    services.clock(),
  ])
  return rowCount === 1
}

/** Whose address it is, as far as one can tell: of IPv6 the network of a household. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? []
  const [first, last] = [head.split(':').filter(Boolean), (tail ?? '').split(':').filter(Boolean)]
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0')
  return [...first, ...zeros, ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
