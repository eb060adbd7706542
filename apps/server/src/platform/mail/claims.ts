import type { MailReport } from '@tallystick/contract'
import type pg from 'pg'
import type { Mail } from './message.ts'
import { isTemplate } from './templates.ts'

/** A mail that this mailer has, until its lease is over. */
export interface Claimed extends Mail {
  tries: number
  /** Why it need not be sent any more; null where it must. */
  useless: string | null
}

interface Row extends Omit<Claimed, 'template' | 'link'> {
  template: string
  link: string | null
}

/**
 * Takes so many mails that are due, the essential ones first, and keeps others away from them for the lease. What a
 * mailer had that lives no longer is due again when its lease is over.
 */
export async function claimDue(
  pool: pg.Pool,
  { claim, most, leaseMs }: { claim: string; most: number; leaseMs: number },
): Promise<Claimed[]> {
  const { rows } = await pool.query<Row>({ name: 'mail-claim', text: CLAIM, values: [claim, most, leaseMs] })
  const order = (row: Row) => row.createdAt.getTime()
  return rows
    .sort((a, b) => order(a) - order(b))
    .map(({ template, link, useless, ...row }) => {
      const known = isTemplate(template)
      // A row of a version of this program that is not ours, or whose user is gone.
      const why = useless ?? (known ? null : 'template')
      return { ...row, template: known ? template : 'sign-in-link', link: link ?? '', useless: why }
    })
}

const CLAIM = `
  WITH due AS (
    SELECT id FROM content_mail WHERE state IN ('waiting', 'handing-over') AND due_at <= now()
     ORDER BY essential DESC, due_at LIMIT $2 FOR UPDATE SKIP LOCKED),
  claimed AS (
    UPDATE content_mail m SET claim = $1, due_at = now() + $3 * interval '1 millisecond'
      FROM due WHERE m.id = due.id RETURNING m.*)
  SELECT m.id, m.template, m.language, m.email, m.name, (m.params || coalesce(m.secrets, '{}')) - 'link' AS params, m.tries,
         coalesce(m.secrets ->> 'link', m.params ->> 'link') AS link, m.created_at AS "createdAt",
         u.mail_token AS token,
         CASE WHEN m.expires_at <= now() THEN 'expired'
              WHEN u.ended_at IS NOT NULL THEN 'user-ended' END AS useless
    FROM claimed m LEFT JOIN content_user u ON u.id = m.user_id`

/** Keeps what this mailer has for another lease. */
export async function renew(pool: pg.Pool, claim: string, ids: readonly string[], leaseMs: number): Promise<void> {
  await pool.query({
    name: 'mail-renew',
    text: `UPDATE content_mail SET due_at = now() + $2 * interval '1 millisecond'
            WHERE id = ANY($3) AND claim = $1 AND state IN ('waiting', 'handing-over')`,
    values: [claim, leaseMs, ids],
  })
}

/** Gives back what this mailer has and has not begun to hand over. */
export async function release(pool: pg.Pool, claim: string): Promise<void> {
  await pool.query(`UPDATE content_mail SET claim = NULL, due_at = now() WHERE claim = $1 AND state = 'waiting'`, [
    claim,
  ])
}

/**
 * Writes down that handing over begins. From then on nobody but this mailer can tell whether it was done: a mail that is
 * found like this later was in doubt. Answers false where another mailer has it by now.
 */
export async function noteBegun(pool: pg.Pool, id: string, claim: string): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'mail-begun',
    text: `UPDATE content_mail
              SET doubts = doubts + (state = 'handing-over')::integer, state = 'handing-over', tries = tries + 1
            WHERE id = $1 AND claim = $2 AND state IN ('waiting', 'handing-over')`,
    values: [id, claim],
  })
  return rowCount === 1
}

/** Writes down that the other side has taken it, and forgets what lets somebody in. */
export async function noteSent(pool: pg.Pool, id: string): Promise<void> {
  await pool.query({
    name: 'mail-sent',
    text: `UPDATE content_mail SET state = 'sent', ended_at = now(), claim = NULL, secrets = NULL, reason = NULL
            WHERE id = $1 AND state <> 'sent'`,
    values: [id],
  })
}

/** It was not taken; it is tried again after a pause. */
export async function noteRefused(
  pool: pg.Pool,
  { id, claim }: { id: string; claim: string },
  reason: string,
  pauseMs: number,
): Promise<void> {
  await pool.query({
    name: 'mail-refused',
    text: `UPDATE content_mail SET state = 'waiting', claim = NULL, reason = $3,
                  due_at = now() + $4 * interval '1 millisecond'
            WHERE id = $1 AND claim = $2 AND state = 'handing-over'`,
    values: [id, claim, reason, Math.round(pauseMs)],
  })
}

/** It is given up, and what lets somebody in is forgotten. */
export async function noteFailed(
  pool: pg.Pool,
  { id, claim }: { id: string; claim: string },
  reason: string,
): Promise<void> {
  await pool.query({
    name: 'mail-failed',
    text: `UPDATE content_mail SET state = 'failed', ended_at = now(), claim = NULL, secrets = NULL, reason = $3
            WHERE id = $1 AND claim = $2 AND state IN ('waiting', 'handing-over')`,
    values: [id, claim, reason],
  })
}

/** Forgets mails that ended so many days ago. */
export async function forgetOld(pool: pg.Pool, days: number): Promise<void> {
  await pool.query(
    `DELETE FROM content_mail WHERE id IN (
       SELECT id FROM content_mail WHERE state IN ('sent', 'failed', 'gathered') AND ended_at < now() - $1 * interval '1 day' LIMIT 1000)`,
    [days],
  )
}

/** What a person who runs the registry may know of the outbox: no address, no name, no text. */
export async function mailReport(pool: pg.Pool, most: number): Promise<MailReport> {
  const counts = await pool.query<{ state: string; count: number; since: Date | null }>(
    `SELECT state, count(*)::integer AS count, min(created_at) AS since FROM content_mail GROUP BY state`,
  )
  const failed = await pool.query<{ at: Date } & Omit<MailReport['givenUp'][number], 'at'>>(
    `SELECT id, template, user_id AS user, reason, tries, ended_at AS at FROM content_mail
      WHERE state = 'failed' AND ended_at IS NOT NULL ORDER BY ended_at DESC, id LIMIT $1`,
    [most],
  )
  const of = (state: string) => counts.rows.find((row) => row.state === state)
  const since = [of('waiting')?.since, of('handing-over')?.since].flatMap((at) => at ?? [])
  const oldest = since.toSorted((a, b) => a.getTime() - b.getTime())[0]
  return {
    waiting: of('waiting')?.count ?? 0,
    handingOver: of('handing-over')?.count ?? 0,
    gathering: of('gathering')?.count ?? 0,
    sent: of('sent')?.count ?? 0,
    failed: of('failed')?.count ?? 0,
    waitingSince: oldest?.toISOString() ?? null,
    givenUp: failed.rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() })),
  }
}
