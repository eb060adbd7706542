import { randomId } from '@tallystick/ledger'
import type pg from 'pg'
import { newToken } from '../auth.ts'
import { type TemplateName, templateOf } from './templates.ts'
import type { Values } from './texts.ts'

/** A reader who gets so many mails of one kind within an hour gets the rest of them in one. */
export const MOST_AN_HOUR = 5

/** On this channel mailers are told that there is something new. */
export const CHANNEL = 'tallystick_mail'

/** A mail that is to be sent. */
export interface NewMail {
  /** What brings it about, such as `entry:17:transfer-received:<user>`: a cause that is known already brings none. */
  cause: string
  template: TemplateName
  to: { email: string; name: string /** Id of the user; whoever is none yet has no settings. */; user?: string }
  params: Values
  /** Where its action leads; a secret one lets somebody in, and is forgotten once the mail is sent. */
  link: string
  secret?: boolean
  /** Values of its text that let somebody in, forgotten like a secret link. */
  hidden?: Values
  /** After this it is of no use. */
  expiresAt?: Date
}

type Queries = Pick<pg.Pool | pg.PoolClient, 'query'>

// No quotes, brackets, commas or controls: what stands here is one mailbox, in whatever header or command it is put.
const MAILBOX = /^[^\s"<>,;:()[\]\\@\p{C}]{1,64}@[^\s"<>,;:()[\]\\@\p{C}]{1,255}$/u

/** Can mail go there? */
export function isMailbox(address: string): boolean {
  return MAILBOX.test(address) && Buffer.byteLength(address) <= 254
}

/**
 * Queues mails, as part of the transaction that `queries` is in, if it is in one: once that is committed they will be
 * sent, and whatever is rolled back is not. Answers how many are new. Addresses to which nothing can go are kept as failed.
 */
export async function queueMails(queries: Queries, language: string, mails: readonly NewMail[]): Promise<number> {
  if (mails.length === 0) return 0
  const rows = mails.map((mail) => rowOf(mail))
  const switchable = rows.flatMap(({ essential, user_id }) => (essential || user_id === null ? [] : [user_id]))
  if (switchable.length > 0) await giveTokens(queries, [...new Set(switchable)])
  const { rowCount } = await queries.query({ text: QUEUE, values: [JSON.stringify(rows), language, MOST_AN_HOUR] })
  if (rowCount) await queries.query(`SELECT pg_notify('${CHANNEL}', '')`)
  return rowCount ?? 0
}

function rowOf({ cause, template, to, params, link, secret = false, hidden, expiresAt }: NewMail) {
  const { essential, gathers } = templateOf(template)
  return {
    id: randomId(),
    cause,
    template,
    essential,
    gathers: essential ? 'never' : (gathers ?? 'asked'),
    user_id: to.user ?? null,
    email: to.email,
    name: to.name,
    params: secret ? params : { ...params, link },
    secrets: secret && isMailbox(to.email) ? { ...hidden, link } : null,
    failed: !isMailbox(to.email),
    expires_at: expiresAt ?? null,
  }
}

/**
 * Whoever wants only what is essential is not queued for the rest. What a reader wants gathered, and what becomes too
 * much within an hour, is kept until the mail that gathers it.
 */
const QUEUE = `
  INSERT INTO content_mail (id, cause, template, essential, language, user_id, email, name, params, secrets, expires_at,
                            state, reason, ended_at)
  SELECT m.id, m.cause, m.template, m.essential, coalesce(u.language, $2), m.user_id, m.email, m.name, m.params,
         nullif(m.secrets, 'null'), m.expires_at,
         CASE WHEN m.failed THEN 'failed'
              WHEN m.gathers = 'never' OR u.id IS NULL THEN 'waiting'
              WHEN u.mail_pace IN ('hourly', 'daily') THEN 'gathering'
              WHEN m.gathers = 'many' AND m.place + (
                SELECT count(*) FROM (SELECT FROM content_mail c
                   WHERE c.user_id = m.user_id AND c.template = m.template AND c.created_at > now() - interval '1 hour'
                   LIMIT $3) late) > $3 THEN 'gathering'
              ELSE 'waiting' END,
         CASE WHEN m.failed THEN 'address' END,
         CASE WHEN m.failed THEN now() END
    FROM (SELECT *, row_number() OVER (PARTITION BY user_id, template ORDER BY id) AS place
            FROM jsonb_to_recordset($1::jsonb) r(
                   id text, cause text, template text, essential boolean, gathers text, user_id text, email text,
                   name text, params jsonb, secrets jsonb, failed boolean, expires_at timestamptz)) m
    LEFT JOIN content_user u ON u.id = m.user_id
   WHERE (m.user_id IS NULL OR u.id IS NOT NULL) AND (m.essential OR u.mail_pace IS DISTINCT FROM 'never')
  ON CONFLICT (cause) DO NOTHING`

/** With it, and without signing in, a reader switches off what is not essential; it can do nothing else. */
async function giveTokens(queries: Queries, users: string[]): Promise<void> {
  await queries.query(
    `UPDATE content_user u SET mail_token = t.token FROM unnest($1::text[], $2::text[]) t(id, token)
      WHERE u.id = t.id AND u.mail_token IS NULL`,
    [users, users.map(() => newToken())],
  )
}

/** Switches off what is not essential, for the reader whose token it is; what waits for him is dropped. */
export async function switchOff(pool: pg.Pool, token: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `WITH reader AS (UPDATE content_user SET mail_pace = 'never' WHERE mail_token = $1 RETURNING id),
          dropped AS (DELETE FROM content_mail m USING reader
                       WHERE m.user_id = reader.id AND m.state IN ('waiting', 'gathering') AND NOT m.essential)
     SELECT FROM reader`,
    [token],
  )
  return rowCount === 1
}
