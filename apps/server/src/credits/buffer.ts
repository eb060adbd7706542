import {
  type BufferStatus,
  cancelFromBuffer,
  compensateReversal,
  contributeToBuffer,
  decideReversal,
  listBufferCancellations,
  listCompensations,
  listContributions,
  listReleases,
  listReversals,
  type Reversal,
  readBuffer,
  readProjectBuffer,
  readReversal,
  releaseFromBuffer,
  reportReversal,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { isLessThan, percentageOf, type Rows } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { entryNaming, entryOf, type LogRow, placeOf } from '../platform/entries.ts'
import { execute, type Sender, writtenOf } from '../platform/idempotency.ts'
import { lawInForce } from '../platform/law.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { type MovedType, movedOf } from './answers.ts'
import { chosenUnits } from './choice.ts'
import { each, pageOfEntries, type Show, shown } from './lists.ts'
import { accountOfSameHolder, endAccount } from './queries.ts'

/** The buffer that stands for losses, and reversals that are made good. */
export function registerBuffer(app: FastifyInstance, services: Services): void {
  handle(app, services, readBuffer, () => bufferStatus(services, undefined))
  handle(app, services, readProjectBuffer, async ({ params }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    return bufferStatus(services, params.id)
  })
  movements(app, services)
  reversals(app, services)

  const list = each(movedOf)
  handle(app, services, listContributions, ({ query }) => pageOfEntries(services, 'BufferContributed', query, list))
  handle(app, services, listReleases, ({ query }) => pageOfEntries(services, 'BufferReleased', query, list))
  handle(app, services, listBufferCancellations, ({ query }) => pageOfEntries(services, 'BufferCancelled', query, list))
  handle(app, services, listCompensations, ({ query }) => pageOfEntries(services, 'ReversalCompensated', query, list))
}

function movements(app: FastifyInstance, services: Services): void {
  handle(app, services, contributeToBuffer, async (call) => {
    const { from, repays } = call.body
    const [units, to] = await Promise.all([chosenUnits(services, call.body), bufferAccount(services)])
    return move(services, call, 'BufferContributed', { from, to, repays, ...units })
  })

  handle(app, services, releaseFromBuffer, async (call) => {
    const [units, from] = await Promise.all([chosenUnits(services, call.body), bufferAccount(services)])
    return move(services, call, 'BufferReleased', { from, to: call.body.to, ...units })
  })

  handle(app, services, cancelFromBuffer, async (call) => {
    const { reversal } = call.body
    const [units, from] = await Promise.all([chosenUnits(services, call.body), bufferAccount(services)])
    const to = await accountOfSameHolder(services, from, 'cancellation')
    if (to === undefined) throw problem('account-missing', { kind: 'cancellation' })
    return { ...(await move(services, call, 'BufferCancelled', { reversal, from, to, ...units })), reversal }
  })

  handle(app, services, compensateReversal, async (call) => {
    const [reversal, { from }] = [call.params.id, call.body]
    const [units, to] = await Promise.all([
      chosenUnits(services, call.body),
      endAccount(services, call.actor, from, 'cancellation'),
    ])
    return { ...(await move(services, call, 'ReversalCompensated', { reversal, from, to, ...units })), reversal }
  })
}

async function move<Type extends MovedType>(
  services: Services,
  call: Sender & { actor: Actor },
  type: Type,
  request: object,
) {
  const receipt = await execute(services, call, { type, request })
  const row: LogRow<MovedType> = { ...receipt, entry: entryOf(type, receipt) as LogRow<MovedType>['entry'] }
  return shown(services, row, each(movedOf))
}

function reversals(app: FastifyInstance, services: Services): void {
  handle(app, services, reportReversal, async (call) => {
    const request = { reversal: randomId(), ...call.body }
    const receipt = await execute(services, call, { type: 'ReversalReported', request })
    const row = { ...receipt, entry: entryOf('ReversalReported', receipt) }
    const unknown = { state: 'reported', quantity: '0', unitType: null, compensated: '0' } as const
    return shown(
      services,
      row,
      each((one, names) => ({ ...reportOf(one, names.projectRef(one.entry.body.project)), ...unknown })),
    )
  })

  handle(app, services, decideReversal, async (call) => {
    const request = { reversal: call.params.id, ...call.body }
    const receipt = await execute(services, call, { type: 'ReversalDecided', request })
    const { reversal, ...said } = entryOf('ReversalDecided', receipt).body
    return { id: reversal, ...said, entry: writtenOf(receipt) }
  })

  handle(app, services, readReversal, async ({ params: { id } }) => {
    const project = (await services.ledger.row('reversal', id))?.project
    const row = project && (await entryNaming(services, 'ReversalReported', project, ['reversal', id]))
    if (!row) throw problem('not-found')
    return shown(services, row, showReversals)
  })

  handle(app, services, listReversals, ({ query }) => pageOfEntries(services, 'ReversalReported', query, showReversals))
}

function reportOf(row: LogRow<'ReversalReported'>, project: Reversal['project']) {
  const { reversal: id, occurredOn, cause } = row.entry.body
  return { id, project, occurredOn, cause, entry: placeOf(row) }
}

const showReversals: Show<'ReversalReported', Reversal> = async (services, rows, names) => {
  const found = await services.pool.query<{ id: string; row: Rows['reversal'] }>({
    name: 'reversals-by-id',
    text: `SELECT id, row FROM ledger_row WHERE kind = 'reversal' AND id = ANY($1)`,
    values: [rows.map(({ entry }) => entry.body.reversal)],
  })
  const byId = new Map(found.rows.map(({ id, row }) => [id, row]))
  return (row) => {
    const known = byId.get(row.entry.body.reversal)
    const { state = 'reported', unitType = null, quantity = 0n, compensated = 0n } = known ?? {}
    const report = reportOf(row, names.projectRef(row.entry.body.project))
    return { ...report, state, unitType, quantity: `${quantity}`, compensated: `${compensated}` }
  }
}

/** The account that the government named. */
async function bufferAccount(services: Services): Promise<string> {
  const buffer = (await services.ledger.row('ledger', 'ledger'))?.pools.buffer
  if (!buffer) throw problem('pool-missing', { pool: 'buffer' })
  return buffer
}

const STILL_OPEN = `
  SELECT count(*)::integer AS open,
         coalesce(sum((row ->> 'quantity')::numeric - (row ->> 'compensated')::numeric), 0)::text AS at_risk
    FROM ledger_row
   WHERE kind = 'reversal' AND row ->> 'state' IN ('reported', 'avoidable', 'unavoidable')
     AND ($1::text IS NULL OR (row ? 'project' AND row ->> 'project' = $1))`

const OWED = `
  SELECT coalesce(sum(debt.units::numeric), 0)::text AS owed
    FROM ledger_row CROSS JOIN LATERAL jsonb_each_text(row -> 'debts') AS debt(unit_type, units)
   WHERE kind = 'project' AND ($1::text IS NULL OR id = $1)`

/** The books of a project or of all: one for each unit type. */
const BOOKS = `
  SELECT split_part(id, '/', 2) AS unit_type, row
    FROM ledger_row WHERE kind = 'pool' AND split_part(id, '/', 1) = $1 ORDER BY 1`

/**
 * Units of projects with a buffer percentage that rely on the buffer, by type: what was issued of them, less what they
 * themselves have in it or had cancelled from it.
 */
const RELYING = `
  SELECT split_part(output.id, '/', 2) AS unit_type,
         sum((output.row ->> 'issued')::numeric - coalesce((own.row ->> 'in')::numeric - (own.row ->> 'released')::numeric, 0))::text
           AS relying
    FROM ledger_row AS output
    JOIN ledger_row AS project ON project.kind = 'project' AND project.id = split_part(output.id, '/', 1)
    LEFT JOIN ledger_row AS own ON own.kind = 'pool' AND own.id = output.id
   WHERE output.kind = 'output' AND (project.row ->> 'buffer')::numeric > 0 AND ($1::text IS NULL OR project.id = $1)
   GROUP BY 1 ORDER BY 1`

interface Relying {
  unit_type: string
  relying: string
}

/** How far the buffer covers what relies on it, by unit type, and where that is less than the floor. */
function coverOf(books: { unit_type: string; row: Book }[], relying: Relying[], floor: string | null) {
  const types = [...new Set([...books, ...relying].map(({ unit_type: type }) => type))].sort()
  return types.map((unitType): BufferStatus['cover'][number] => {
    const book = books.find(({ unit_type: type }) => type === unitType)?.row
    const balance = book ? BigInt(book.in) - BigInt(book.cancelled) - BigInt(book.released) : 0n
    const units = BigInt(relying.find(({ unit_type: type }) => type === unitType)?.relying ?? 0)
    return {
      unitType,
      balance: `${balance}`,
      relying: `${units}`,
      percentage: percentageOf(balance, units),
      belowFloor: floor !== null && isLessThan(balance, units, floor),
    }
  })
}

/** A row of the buffer's book as it is stored. */
interface Book {
  in: string
  cancelled: string
  released: string
  vintages: Record<string, string>
}

/** What the buffer holds, of one project or of all. */
async function bufferStatus(services: Services, project: string | undefined): Promise<BufferStatus> {
  const [ledger, books, open, owed, relying, { preset }] = await Promise.all([
    services.ledger.row('ledger', 'ledger'),
    services.pool.query<{ unit_type: string; row: Book }>(BOOKS, [project ?? 'all']),
    services.pool.query<{ open: number; at_risk: string }>(STILL_OPEN, [project ?? null]),
    services.pool.query<{ owed: string }>(OWED, [project ?? null]),
    services.pool.query<Relying>(RELYING, [project ?? null]),
    lawInForce(services.ledger),
  ])
  const coverFloor = project === undefined ? (preset.buffer.coverFloor ?? null) : null
  const sum = (way: 'in' | 'cancelled' | 'released') =>
    books.rows.reduce((units, { row }) => units + BigInt(row[way]), 0n)
  const [came, cancelled, released] = [sum('in'), sum('cancelled'), sum('released')]
  return {
    account: ledger?.pools.buffer ?? null,
    in: `${came}`,
    cancelled: `${cancelled}`,
    released: `${released}`,
    balance: `${came - cancelled - released}`,
    vintages: books.rows.flatMap(({ unit_type: unitType, row: { vintages } }) =>
      Object.entries(vintages)
        .map(([vintage, quantity]) => ({ unitType, vintage, quantity }))
        .sort((a, b) => (a.vintage < b.vintage ? -1 : 1)),
    ),
    atRisk: open.rows[0]?.at_risk ?? '0',
    openReversals: open.rows[0]?.open ?? 0,
    owed: owed.rows[0]?.owed ?? '0',
    cover: coverOf(books.rows, relying.rows, coverFloor),
    coverFloor,
  }
}
