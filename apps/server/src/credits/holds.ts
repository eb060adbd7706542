import { type Hold, liftHold, listHolds, placeHold } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { fromWire } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { entryOf, type LogRow, newestEntries, placeOf } from '../platform/entries.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import type { Services } from '../platform/services.ts'
import { standingHolds } from './queries.ts'

export function registerHolds(app: FastifyInstance, services: Services): void {
  handle(app, services, placeHold, async (call) => {
    const { account = null, batch = null, range, reason, expiresAt } = call.body
    const receipt = await execute(services, call, {
      type: 'HoldPlaced',
      request: { hold: randomId(), reason, account, batch, range: range ? [range.first, range.last] : null, expiresAt },
    })
    const row = { ...receipt, entry: entryOf('HoldPlaced', receipt) }
    return holdOf(row, await namesIn(services, row.entry))
  })

  handle(app, services, liftHold, async (call) => {
    const receipt = await execute(services, call, { type: 'HoldLifted', request: { hold: call.params.id } })
    return { id: entryOf('HoldLifted', receipt).body.hold, entry: writtenOf(receipt) }
  })

  handle(app, services, listHolds, async ({ query }) => {
    const limit = limitOf(query)
    const [before] = decodeCursor(NumberKey, query.cursor) ?? []
    const rows = await newestEntries(services, 'HoldPlaced', { before }, limit + 1)
    const [names, standing] = await Promise.all([
      namesIn(
        services,
        rows.map(({ entry }) => entry),
      ),
      standingHolds(
        services,
        rows.map(({ entry }) => entry.body.hold),
      ),
    ])
    return pageFrom(
      rows,
      limit,
      (row) => ({ ...holdOf(row, names), standing: standing.has(row.entry.body.hold) }),
      ({ place }) => [place],
    )
  })
}

function holdOf(row: LogRow<'HoldPlaced'>, names: KnownNames): Hold {
  const { hold: id, reason, account, batch, range, expiresAt } = row.entry.body
  return {
    id,
    reason,
    account: account === null ? null : names.party(account),
    batch,
    range: batch === null || range === null ? null : names.block(batch, fromWire(range)),
    expiresAt,
    entry: placeOf(row),
  }
}
