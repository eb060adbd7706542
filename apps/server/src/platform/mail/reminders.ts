import { isPassing } from '@tallystick/ledger'
import type pg from 'pg'
import type { Actor, Services } from '../services.ts'
import { inTransaction } from '../transaction.ts'
import { MOST_ITEMS } from './gather.ts'
import { type NewMail, queueMails } from './outbox.ts'
import type { Item } from './texts.ts'

const DAY_MS = 86_400_000
/** One reminder in so many days at most. */
export const REMINDER_PERIOD_MS = 7 * DAY_MS
/** So often it is looked whether somebody is to be reminded. */
const LOOK_MS = DAY_MS

/** What has waited for somebody since an instant or longer, a line each. */
export type WaitingSince = (actor: Actor, before: Date) => Promise<readonly Item[]>

export interface Reminding {
  services: Services
  /** Of whoever has not chosen one. */
  language: string
  /** Days after which somebody is reminded; 0 for never. */
  days: number
  waiting: WaitingSince
}

interface Reader extends Actor {
  email: string
  name: string
}

/**
 * Reminds the next who is due of what has waited for him too long. That he was reminded is noted in the transaction of his
 * mail, under a lock on him: never twice within a week, however many mailers run and end. Answers how many people it looked
 * at: one, or none.
 */
export async function remindPeople({ services, language, days, waiting }: Reminding): Promise<number> {
  if (days === 0) return 0
  const now = services.clock()
  const before = (ms: number) => new Date(now.getTime() - ms)
  return inTransaction(services.pool, async (client) => {
    const { rows } = await client.query<Reader>({
      name: 'mail-remind-due',
      text: DUE,
      values: [before(LOOK_MS), before(REMINDER_PERIOD_MS)],
    })
    const [reader] = rows
    if (!reader) return 0
    // Whose tasks cannot be told keeps nobody else waiting; he is looked at again in a day.
    const items = await waiting(reader, before(days * DAY_MS)).catch((error: unknown) => {
      if (isPassing(error)) throw error
      return []
    })
    await note(client, reader.user, now, items.length > 0)
    if (items.length > 0) await queueMails(client, language, [reminderOf(reader, items, now, services.publicUrl)])
    return 1
  })
}

function reminderOf({ user, email, name }: Reader, items: readonly Item[], now: Date, link: string): NewMail {
  const shown = items.slice(0, MOST_ITEMS)
  const count = { number: String(items.length) }
  return {
    cause: `reminder:${user}:${now.toISOString()}`,
    template: 'reminder',
    to: { user, email, name },
    params: { count, items: { items: shown, more: items.length - shown.length } },
    link,
  }
}

// Those who act for an active organisation, under the mandate that they act under now.
const DUE = `
  SELECT u.id AS user, u.email, u.name, u.language, m.mandate, r.row ->> 'organisation' AS organisation, r.row ->> 'role' AS role
    FROM content_user u
    JOIN content_mandate m ON m.user_id = u.id
    JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate AND (r.row ->> 'active')::boolean
    JOIN ledger_row o ON o.kind = 'organisation' AND o.id = r.row ->> 'organisation' AND (o.row ->> 'active')::boolean
   WHERE u.ended_at IS NULL AND u.mail_looked_at <= $1 AND u.mail_pace <> 'never'
     AND (u.mail_reminded_at IS NULL OR u.mail_reminded_at <= $2)
   ORDER BY u.mail_looked_at, u.id LIMIT 1 FOR NO KEY UPDATE OF u SKIP LOCKED`

async function note(client: pg.PoolClient, user: string, now: Date, isReminded: boolean): Promise<void> {
  await client.query(
    `UPDATE content_user SET mail_looked_at = $2, mail_reminded_at = CASE WHEN $3 THEN $2 ELSE mail_reminded_at END
      WHERE id = $1`,
    [user, now, isReminded],
  )
}
