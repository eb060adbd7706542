import type { MailSettings } from '@tallystick/contract'
import type pg from 'pg'

/** How a person wants mail. */
export async function mailSettings(pool: pg.Pool, user: string): Promise<MailSettings> {
  const { rows } = await pool.query<MailSettings>(`SELECT mail_pace AS pace FROM content_user WHERE id = $1`, [user])
  return rows[0] ?? { pace: 'at-once' }
}

/** Keeps how a person wants mail from now on; what waits for him and he does not want any more is dropped. */
export async function keepSettings(pool: pg.Pool, user: string, { pace }: MailSettings): Promise<void> {
  await pool.query(
    `WITH reader AS (UPDATE content_user SET mail_pace = $2 WHERE id = $1 RETURNING id)
     DELETE FROM content_mail m USING reader
      WHERE $2 = 'never' AND m.user_id = reader.id AND m.state IN ('waiting', 'gathering') AND NOT m.essential`,
    [user, pace],
  )
}
