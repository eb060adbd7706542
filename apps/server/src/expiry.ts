import { createHash } from 'node:crypto'
import { isReceipt } from '@tallystick/ledger'
import { isRefusal } from '@tallystick/rules'
import { expireProposals } from './platform/proposals.ts'
import type { Services } from './platform/services.ts'

/** Most of one kind that one round ends. */
const MOST_A_ROUND = 100

/** What ends by itself: where it stands, and the entry that ends it. Holds of movements and pledges end with those. */
export const endings = [
  {
    type: 'MovementExpired',
    field: 'movement',
    due: `SELECT id FROM ledger_row WHERE kind = 'pending' AND row ->> 'expiresAt' <= $1
           ORDER BY row ->> 'expiresAt', id LIMIT $2`,
  },
  {
    type: 'PledgeExpired',
    field: 'pledge',
    due: `SELECT id FROM ledger_row WHERE kind = 'pledge' AND row ->> 'expiresAt' <= $1
           ORDER BY row ->> 'expiresAt', id LIMIT $2`,
  },
  {
    type: 'HoldExpired',
    field: 'hold',
    due: `SELECT id FROM ledger_hold WHERE expires_at <= $1 AND id NOT LIKE '%/%' ORDER BY expires_at, id LIMIT $2`,
  },
] as const

/**
 * Ends, as the system, what is due: movements that waited, pledges and holds; and proposals. Answers how many it ended. Several
 * processes may do so at once: each end has one key in the ledger, so it is written once. What the ledger refuses was
 * ended by somebody else meanwhile, or is due a moment later by the ledger's own time: the next round sees.
 */
export async function expireDue(services: Services): Promise<number> {
  const now = services.clock().toISOString()
  let ended = 0
  for (const { type, field, due } of endings) {
    const { rows } = await services.pool.query<{ id: string }>({
      name: `due-${field}`,
      text: due,
      values: [now, MOST_A_ROUND],
    })
    const outcomes = await Promise.all(rows.map(({ id }) => expire(services, type, field, id)))
    ended += outcomes.filter((isEnded) => isEnded).length
  }
  return ended + (await expireProposals(services, MOST_A_ROUND))
}

async function expire({ ledger, genesis }: Services, type: string, field: string, id: string): Promise<boolean> {
  const outcome = await ledger.execute({
    type,
    by: genesis.system,
    key: { sender: genesis.system, id: `expiry ${id}` },
    requestHash: createHash('sha256').update(`${type} ${id}`).digest('hex'),
    request: { [field]: id },
  })
  if (isReceipt(outcome)) return !outcome.repeated
  if (isRefusal(outcome) && passing.has(outcome.refused)) return false
  throw new Error(`${type} ${id}: ${isRefusal(outcome) ? outcome.refused : outcome.conflict}`)
}

/** Ended by somebody else, or not yet due by the ledger's time. */
const passing: ReadonlySet<string> = new Set(['movement-unknown', 'pledge-unknown', 'hold-unknown', 'not-expired'])
