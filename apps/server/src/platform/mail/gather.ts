import type pg from 'pg'
import { inTransaction } from '../transaction.ts'
import { type NewMail, queueMails } from './outbox.ts'
import { isTemplate, type TemplateName } from './templates.ts'
import type { Item, Values } from './texts.ts'

/** A mail lists so many things at most, and says how many more there were. */
export const MOST_ITEMS = 200

interface Gathering {
  /** Of whoever has not chosen one. */
  language: string
  publicUrl: string
}

interface Reader {
  id: string
  email: string
  name: string
}

/**
 * Makes one mail of what was kept for a reader whose hour or day is over, and ends what it gathered, in one transaction:
 * whatever breaks, each is in one mail, and no reader gets two within his time. Any number of processes may do so at once.
 * Answers how many mails it made.
 */
export async function gatherMails(pool: pg.Pool, { language, publicUrl }: Gathering): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Reader>({ name: 'mail-gather-due', text: DUE })
    const [reader] = rows
    if (!reader) return 0
    const taken = await client.query<Gathered>({ name: 'mail-gather', text: TAKE, values: [reader.id] })
    const gathered = taken.rows.filter((row): row is Gathered & { template: TemplateName } => isTemplate(row.template))
    if (gathered.length > 0) await queueMails(client, language, [digestOf(reader, gathered, publicUrl)])
    // Another process may have gathered it all since this one looked who is due.
    return taken.rows.length > 0 ? 1 : 0
  })
}

interface Gathered {
  id: string
  template: string
  params: Values
  link: string
}

// The oldest of what is kept begins the hour or the day. Whoever wants mail at once has had too much of a kind.
const DUE = `
  SELECT u.id, u.email, u.name FROM content_user u
   WHERE u.id IN (SELECT g.user_id FROM content_mail g WHERE g.state = 'gathering' AND g.created_at <= now() - interval '1 hour')
     AND EXISTS (SELECT FROM content_mail g WHERE g.user_id = u.id AND g.state = 'gathering'
                    AND g.created_at <= now() - CASE u.mail_pace WHEN 'daily' THEN interval '1 day' ELSE interval '1 hour' END)
   ORDER BY u.id LIMIT 1 FOR NO KEY UPDATE OF u SKIP LOCKED`

const TAKE = `
  WITH taken AS (
    UPDATE content_mail SET state = 'gathered', ended_at = now()
     WHERE user_id = $1 AND state = 'gathering' RETURNING id, template, params, created_at)
  SELECT id, template, params - 'link' AS params, params ->> 'link' AS link FROM taken ORDER BY created_at, id`

function digestOf(
  { id, email, name }: Reader,
  gathered: readonly (Gathered & { template: TemplateName })[],
  publicUrl: string,
): NewMail {
  const items = gathered.slice(0, MOST_ITEMS).map(({ template, params, link }): Item => {
    return { text: `${template}.subject`, places: params, link }
  })
  return {
    // What was gathered is gathered once, so its first names the mail.
    cause: `digest:${gathered[0]?.id}`,
    template: 'digest',
    to: { user: id, email, name },
    params: { count: { number: String(gathered.length) }, items: { items, more: gathered.length - items.length } },
    link: publicUrl,
  }
}
