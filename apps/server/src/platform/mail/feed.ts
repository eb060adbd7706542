import { type Statement, sentenceOf } from '@tallystick/contract'
import { isPassing } from '@tallystick/ledger'
import { askedFor } from '@tallystick/rules'
import type pg from 'pg'
import { type LogRow, logRowOf } from '../entries.ts'
import { lawInForce } from '../law.ts'
import type { Log } from '../log.ts'
import { namesIn, speechOf } from '../names.ts'
import { type ProposalRow, proposalById } from '../proposal-store.ts'
import { endOf } from '../proposals.ts'
import type { Services } from '../services.ts'
import { inTransaction } from '../transaction.ts'
import { readersOf } from './audience.ts'
import { EVENTS } from './events.ts'
import { type NewMail, queueMails } from './outbox.ts'
import { templateOf } from './templates.ts'
import { type Look, organisation, type Told } from './told.ts'

const ENTRIES_AT_ONCE = 100
const PROPOSALS_AT_ONCE = 20

export interface Feeding {
  services: Services
  /** Of whoever has not chosen one. */
  language: string
  log: Log
}

/** Begins with the log as it is now, if it has not begun: nobody is told of what happened before mail was there. */
export async function beginFeed(pool: pg.Pool): Promise<void> {
  await pool.query(
    `WITH begun AS (INSERT INTO content_mail_feed (next) SELECT size FROM ledger_head ON CONFLICT DO NOTHING RETURNING 1)
     UPDATE content_proposal SET told = status WHERE told <> status AND EXISTS (SELECT FROM begun)`,
  )
}

/**
 * Queues mails for the next entries of the log, and moves on past them, in one transaction: each entry is told of once.
 * Answers how many entries there were; 0 also where another process is at it.
 */
export async function feedEntries(feeding: Feeding): Promise<number> {
  const { services } = feeding
  return inTransaction(services.pool, async (client) => {
    const { rows } = await client.query<{ next: string }>('SELECT next FROM content_mail_feed FOR UPDATE SKIP LOCKED')
    if (!rows[0]) return 0
    const next = Number(rows[0].next)
    const entries = await services.ledger.entries(next, ENTRIES_AT_ONCE)
    if (entries.length === 0) return 0
    const logged = entries.map(logRowOf).filter(({ entry }) => Object.hasOwn(EVENTS, entry.type))
    const names = await namesIn(
      services,
      logged.map(({ entry }) => entry),
    )
    for (const row of logged) {
      await queue(feeding, client, `entry:${row.index}`, await toldOf(feeding, row, names))
    }
    await client.query('UPDATE content_mail_feed SET next = $1', [next + entries.length])
    return entries.length
  })
}

/** Who is told of an entry. One that cannot be told of keeps nobody else waiting. */
async function toldOf({ services, log }: Feeding, row: LogRow, names: Look['names']): Promise<Told[]> {
  const tell = EVENTS[row.entry.type] as ((row: LogRow, look: Look) => Told[] | Promise<Told[]>) | undefined
  if (!tell) return []
  try {
    return await tell(row, { services, names, law: await lawInForce(services.ledger) })
  } catch (error) {
    if (isPassing(error)) throw error
    log.warn(`mailer: nobody could be told of entry ${row.index} (${row.entry.type})`)
    return []
  }
}

/** Queues mails for proposals whose status is another than people were told, in one transaction with noting that. */
export async function feedProposals(feeding: Feeding): Promise<number> {
  const { services } = feeding
  return inTransaction(services.pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM content_proposal WHERE told <> status ORDER BY created_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [PROPOSALS_AT_ONCE],
    )
    for (const { id } of rows) {
      const row = await proposalById(client, id)
      if (row) await queue(feeding, client, `proposal:${id}:${row.status}`, await toldOfProposal(services, row))
    }
    await client.query('UPDATE content_proposal SET told = status WHERE id = ANY($1)', [rows.map(({ id }) => id)])
    return rows.length
  })
}

async function toldOfProposal(services: Services, row: ProposalRow): Promise<Told[]> {
  const names = await namesIn(services, row.request, row.by_mandate)
  const law = await lawInForce(services.ledger)
  const statement = { type: row.type, by: row.by_mandate, body: row.request } as unknown as Statement
  const path = `/national/proposals/${row.id}`
  const params = (language: string) => ({
    what: sentenceOf(statement, names, speechOf(services, language)),
    proposer: organisation(names, row.by_organisation),
    expiresAt: { instant: endOf(row, law).toISOString() },
  })
  switch (row.status) {
    case 'open': {
      const roles = [...new Set(askedFor(law.permissions, row.action).flat())]
      const without = [row.by_mandate]
      const able = row.holders.length > 0 ? [[{ action: row.action, organisations: row.holders }]] : []
      return [{ template: 'proposal-waits', to: { roles, able, without, distinctFrom: without }, params, path }]
    }
    case 'refused': {
      const refused = (language: string) => ({ ...params(language), reason: row.reason ?? '–' })
      return [{ template: 'proposal-refused', to: { users: [row.created_by] }, params: refused, path }]
    }
    case 'accepted':
    case 'expired':
      return [{ template: `proposal-${row.status}`, to: { users: [row.created_by] }, params, path }]
    default:
      return []
  }
}

/** Queues what is told of one cause: one mail for each reader, first of all that on which he must act. */
async function queue(
  { services, language }: Feeding,
  client: pg.PoolClient,
  cause: string,
  told: readonly Told[],
): Promise<void> {
  const { permissions } = await lawInForce(services.ledger)
  const at = services.clock().toISOString()
  const mails: NewMail[] = []
  const aware = new Set<string>()
  const ordered = told.toSorted(
    (a, b) => Number(templateOf(b.template).essential) - Number(templateOf(a.template).essential),
  )
  for (const { template, to, params, path, key } of ordered) {
    for (const { user, email, name, language: own } of await readersOf(client, permissions, to, at)) {
      if (aware.has(user)) continue
      aware.add(user)
      mails.push({
        cause: `${key ?? cause}:${template}:${user}`,
        template,
        to: { user, email, name },
        params: typeof params === 'function' ? params(own ?? language) : params,
        link: `${services.publicUrl}${path}`,
      })
    }
  }
  await queueMails(client, language, mails)
}
