import { createHash } from 'node:crypto'
import { isReceipt } from '@tallystick/ledger'
import { isRefusal } from '@tallystick/rules'
import { forEach } from '../platform/each.ts'
import type { Services } from '../platform/services.ts'

const MOST_A_ROUND = 100
/** Most movements of one organisation that one round ends, and of those at once. */
const MOST_MOVEMENTS = 1_000
const AT_ONCE = 100

/**
 * Does, once for each suspension, what follows from it: sessions and sign-in links of its people end, its open proposals
 * are withdrawn, movements that wait and that it takes part in are ended by the system. However the suspension was written,
 * and whenever: at once by whoever asked for it, else by the next round. Answers how many organisations it found.
 */
export async function followSuspensions(services: Services): Promise<number> {
  const { rows } = await services.pool.query<{ organisation: string; active: boolean }>({
    name: 'suspensions-to-follow',
    text: `SELECT c.organisation, (o.row ->> 'active')::boolean AS active
             FROM content_organisation c JOIN ledger_row o ON o.kind = 'organisation' AND o.id = c.organisation
            WHERE c.halted = (o.row ->> 'active')::boolean LIMIT ${MOST_A_ROUND}`,
  })
  for (const { organisation, active } of rows) {
    if (active) await mark(services, organisation, false)
    else await halt(services, organisation)
  }
  return rows.length
}

async function mark({ pool }: Pick<Services, 'pool'>, organisation: string, halted: boolean): Promise<void> {
  await pool.query('UPDATE content_organisation SET halted = $2 WHERE organisation = $1', [organisation, halted])
}

/** What of an organisation ends while it is suspended. Each step may be taken again; the mark is set after the last. */
async function halt(services: Services, organisation: string): Promise<void> {
  const { pool, openings } = services
  const ofIt = `SELECT m.user_id FROM content_mandate m JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate
                 WHERE r.row ? 'organisation' AND r.row ->> 'organisation' = $1`
  await pool.query(`DELETE FROM content_session WHERE user_id IN (${ofIt})`, [organisation])
  await pool.query(`DELETE FROM content_sign_in_link WHERE user_id IN (${ofIt})`, [organisation])
  const { rows } = await pool.query<{ commitments: string[] }>(
    `UPDATE content_proposal p SET status = 'withdrawn'
      WHERE p.by_organisation = $1 AND p.status = 'open'
        AND NOT EXISTS (SELECT FROM ledger_key k WHERE k.id = p.logged_key)
     RETURNING p.commitments`,
    [organisation],
  )
  const commitments = rows.flatMap((row) => row.commitments)
  if (commitments.length > 0) await openings.forget(commitments)
  if (await haltMovements(services, organisation)) await mark(services, organisation, true)
}

/**
 * Ends the movements that wait and that the organisation has proposed, holds the units of, or is to receive. None comes
 * after these while it is suspended. Answers whether none is left that can be ended.
 */
async function haltMovements(services: Services, organisation: string): Promise<boolean> {
  const waiting = await waitingOf(services, organisation)
  const halt = (movement: string) => haltMovement(services, movement, organisation)
  const { done, failure } = await forEach(waiting, AT_ONCE, halt)
  if (failure) throw failure.error
  return waiting.length < MOST_MOVEMENTS || done === 0
}

/** Accounts and mandates of an organisation are few, and found by index; movements that wait are looked through once. */
async function waitingOf({ pool }: Services, organisation: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'waiting-of-organisation',
    text: `WITH of_it AS MATERIALIZED (
             SELECT kind, id FROM ledger_row
              WHERE kind IN ('account', 'mandate') AND row ? 'organisation' AND row ->> 'organisation' = $1)
           SELECT p.id FROM ledger_row p
            WHERE p.kind = 'pending'
              AND (p.row ->> 'from' IN (SELECT id FROM of_it WHERE kind = 'account')
                OR p.row ->> 'to' IN (SELECT id FROM of_it WHERE kind = 'account')
                OR p.row ->> 'proposer' IN (SELECT id FROM of_it WHERE kind = 'mandate'))
            ORDER BY p.id LIMIT ${MOST_MOVEMENTS}`,
    values: [organisation],
  })
  return rows.map(({ id }) => id)
}

/** One key a movement, so that it is written once, however many processes do this, and for whichever organisation. */
async function haltMovement({ ledger, genesis }: Services, movement: string, organisation: string): Promise<boolean> {
  const outcome = await ledger.execute({
    type: 'MovementHalted',
    by: genesis.system,
    key: { sender: genesis.system, id: `halt ${movement}` },
    requestHash: createHash('sha256').update(`MovementHalted ${movement}`).digest('hex'),
    request: { movement, organisation },
  })
  if (isReceipt(outcome)) return !outcome.repeated
  if (isRefusal(outcome) && passing.has(outcome.refused)) return false
  throw new Error(`MovementHalted ${movement}: ${isRefusal(outcome) ? outcome.refused : outcome.conflict}`)
}

/** Ended by somebody else, reactivated meanwhile, or nothing that the country's table lets the system do. */
const passing: ReadonlySet<string> = new Set(['movement-unknown', 'not-suspended', 'not-permitted'])
