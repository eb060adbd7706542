import { isPassing } from '@tallystick/ledger'
import type pg from 'pg'
import type { Actor, Services } from '../services.ts'
import { inTransaction } from '../transaction.ts'
import { MOST_ITEMS } from './gather.ts'
import { queueMails } from './outbox.ts'
import type { Item } from './texts.ts'

const DAY_MS = 86_400_000
/** One reminder in so many days at most. */
export const REMINDER_PERIOD_MS = 7 * DAY_MS
/** So often it is looked whether somebody is to be reminded. */
const LOOK_MS = DAY_MS
const PEOPLE_AT_ONCE = 10

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
 * Reminds some of those who are due of what has waited for them too long, one mail each. That somebody was reminded is
 * noted in the transaction of his mail, under a lock on him: never two within a week, however many mailers run and end.
 * Answers how many people it looked at.
 */
export async function remindPeople({ services, language, days, waiting }: Reminding): Promise<number> {
  if (days === 0) return 0
  const now = services.clock()
  const before = (ms: number) => new Date(now.getTime() - ms)
  return inTransaction(services.pool, async (client) => {
    const { rows } = await client.query<Reader>({
      name: 'mail-remind-due',
      text: DUE,
      values: [before(LOOK_MS), before(REMINDER_PERIOD_MS), PEOPLE_AT_ONCE],
    })
    // Whose tasks cannot be told keeps nobody else waiting; he is looked at again in a day.
    const waitingFor = (reader: Reader) =>
      waiting(reader, before(days * DAY_MS)).catch((error: unknown) => {
        if (isPassing(error)) throw error
        return []
      })
    for (const reader of rows) {
      const items = await waitingFor(reader)
      await note(client, reader.user, now, items.length > 0)
      if (items.length === 0) continue
      const { user, email, name } = reader
      const shown = items.slice(0, MOST_ITEMS)
      const params = {
        count: { number: String(items.length) },
        items: { items: shown, more: items.length - shown.length },
      }
      const cause = `reminder:${user}:${now.toISOString()}`
      const link = services.publicUrl
      await queueMails(client, language, [{ cause, template: 'reminder', to: { user, email, name }, params, link }])
    }
    return rows.length
  })
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
   ORDER BY u.mail_looked_at, u.id LIMIT $3 FOR NO KEY UPDATE OF u SKIP LOCKED`

async function note(client: pg.PoolClient, user: string, now: Date, isReminded: boolean): Promise<void> {
  await client.query(
    `UPDATE content_user SET mail_looked_at = $2, mail_reminded_at = CASE WHEN $3 THEN $2 ELSE mail_reminded_at END
      WHERE id = $1`,
    [user, now, isReminded],
  )
}
