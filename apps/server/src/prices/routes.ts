import { type MovementPrice, type PriceStatement, readPrice, setPrice } from '@tallystick/contract'
import { allows, canonicalJson } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { endingOf, entryNaming } from '../platform/entries.ts'
import { lawInForce } from '../platform/law.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'

/** What both holders of a transfer in two steps tell each other of its price. For everybody else there is nothing here. */
export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, readPrice, async ({ params, actor }) => {
    await refuseThirds(services, actor, params.id)
    return priceFor(services, actor.organisation, params.id)
  })

  handle(app, services, setPrice, async ({ params, body, actor }) => {
    const { organisation, role } = actor
    await refuseThirds(services, actor, params.id)
    const { permissions } = await lawInForce(services.ledger)
    if (!allows(permissions, role, organisation, { action: TRANSFER, organisations: [organisation] })) {
      throw problem('not-permitted', { action: TRANSFER, role })
    }
    if (!(await services.ledger.row('organisation', organisation))?.active) {
      throw problem('organisation-suspended', { organisation })
    }
    const { price, paymentState, note } = body
    await services.pool.query(
      `INSERT INTO content_price (movement, organisation, price, payment_state, note, said_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (movement, organisation) DO UPDATE
         SET price = excluded.price, payment_state = excluded.payment_state, note = excluded.note, said_at = excluded.said_at`,
      [params.id, organisation, price && JSON.stringify(price), paymentState, note, services.clock()],
    )
    return priceFor(services, organisation, params.id)
  })
}

/** Whoever may move units of the organisation says what they cost. */
const TRANSFER = 'credits.transfer'

/** Throws a problem for whoever is not one of the two holders of a transfer, as if there were none. */
async function refuseThirds(services: Services, { organisation }: Actor, id: string): Promise<void> {
  const accounts = await accountsOf(services, id)
  if (!accounts) throw problem('not-found')
  const rows = await services.ledger.rows('account', accounts)
  const holders = new Set([...rows.values()].map((row) => row.organisation))
  if (holders.size !== 2 || !holders.has(organisation)) throw problem('not-found')
}

/** Between which accounts a transfer in two steps is, or was to be; undefined where there is no such transfer. */
async function accountsOf(services: Services, id: string): Promise<[string, string] | undefined> {
  const waiting = await services.ledger.row('pending', id)
  if (waiting) return waiting.kind === 'transfer' ? [waiting.from, waiting.to] : undefined
  const end = await endingOf(services, id)
  const stream = end?.entry.streams[0]?.[0]
  if (!end || stream === undefined) return undefined
  const proposal = await entryNaming(services, 'MovementProposed', stream, ['movement', id], end.index)
  if (proposal?.entry.body.kind !== 'transfer') return undefined
  const { from, to } = proposal.entry.body
  return [from, to]
}

interface Row {
  organisation: string
  price: PriceStatement['price']
  payment_state: PriceStatement['paymentState']
  note: string | null
  said_at: Date
}

async function priceFor({ pool }: Services, organisation: string, id: string): Promise<MovementPrice> {
  const { rows } = await pool.query<Row>(
    'SELECT organisation, price, payment_state, note, said_at FROM content_price WHERE movement = $1',
    [id],
  )
  const mine = statementOf(rows.find((row) => row.organisation === organisation))
  const theirs = statementOf(rows.find((row) => row.organisation !== organisation))
  return { id, mine, theirs, agreed: mine !== null && theirs !== null && said(mine) === said(theirs) }
}

function statementOf(row: Row | undefined): PriceStatement | null {
  if (!row) return null
  const { price, payment_state: paymentState, note, said_at: at } = row
  return { price, paymentState, note, at: at.toISOString() }
}

/** Compared by its worth: `5.0` is `5`. */
function said({ price, paymentState }: PriceStatement): string {
  const worth = price && { ...price, amount: price.amount.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') }
  return canonicalJson([worth, paymentState])
}
