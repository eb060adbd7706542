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
