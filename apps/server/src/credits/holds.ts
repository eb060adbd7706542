import { type Hold, liftHold, listHolds, placeHold } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { fromWire } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { entryOf, type LogRow, placeOf } from '../platform/entries.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import type { Services } from '../platform/services.ts'
import { pageOfEntries, type Show } from './lists.ts'
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

  handle(app, services, listHolds, ({ query }) => pageOfEntries(services, 'HoldPlaced', query, showHolds))
}

const showHolds: Show<'HoldPlaced', Hold & { standing: boolean }> = async (services, rows, names) => {
  const standing = await standingHolds(
    services,
    rows.map(({ entry }) => entry.body.hold),
  )
  return (row) => ({ ...holdOf(row, names), standing: standing.has(row.entry.body.hold) })
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
