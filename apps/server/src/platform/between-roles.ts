import { problem } from './problem.ts'
import type { Actor, Services } from './services.ts'

/**
 * Refuses whoever is between two roles. The mandate of the new one stands beside the old one until that is revoked: what he
 * began under the one he could approve under the other. It is over in an instant, or, where it was interrupted, with
 * the next round of the system.
 */
export async function refuseBetweenRoles(
  { pool }: Pick<Services, 'pool'>,
  { user }: Pick<Actor, 'user'>,
): Promise<void> {
  const { rows } = await pool.query({
    name: 'between-roles',
    text: `SELECT 1 FROM content_role_change WHERE user_id = $1 AND state = 'moved'`,
    values: [user],
  })
  if (rows.length > 0) throw problem('role-changing')
}
