import { listPledges, type Pledge, pledgeCredits, readPledge, releasePledge } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type { FastifyInstance } from 'fastify'
import { endingOf, entryNaming, entryOf, type LogRow, placeOf } from '../platform/entries.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { unitsShown } from './answers.ts'
import { chosenUnits } from './choice.ts'
import { pageOfEntries, type Show, shown } from './lists.ts'
import { sayUnknown } from './queries.ts'

/** Units that their holder pledges to somebody. */
export function registerPledges(app: FastifyInstance, services: Services): void {
  handle(app, services, pledgeCredits, async (call) => {
    const { account, to, reason, expiresAt } = call.body
    const units = await chosenUnits(services, call.body)
    const receipt = await execute(services, call, {
      type: 'UnitsPledged',
      request: { pledge: randomId(), account, to, reason, expiresAt, ...units },
    })
    const row = { ...receipt, entry: entryOf('UnitsPledged', receipt) }
    return pledgeOf(row, await namesIn(services, row.entry))
  })

  handle(app, services, listPledges, ({ query }) => pageOfEntries(services, 'UnitsPledged', query, showPledges))

  handle(app, services, readPledge, async ({ params }) => {
    const row = await pledgeEntry(services, params.id)
    if (!row) throw problem('not-found')
    return shown(services, row, showPledges)
  })

  handle(app, services, releasePledge, async (call) => {
    const pledge = call.params.id
    const receipt = await execute(services, call, { type: 'PledgeReleased', request: { pledge } }).catch((error) =>
      sayUnknown(services, error, 'pledge', pledge),
    )
    return { id: entryOf('PledgeReleased', receipt).body.pledge, entry: writtenOf(receipt) }
  })
}

/** The entry that pledged the units: by the batch of a pledge that stands, by the streams of the end of one that is over. */
async function pledgeEntry(services: Services, id: string): Promise<LogRow<'UnitsPledged'> | undefined> {
  const standing = await services.ledger.row('pledge', id)
  const stream = standing?.batch ?? (await endingOf(services, id))?.entry.streams[0]?.[0]
  return stream === undefined ? undefined : entryNaming(services, 'UnitsPledged', stream, ['pledge', id])
}

const showPledges: Show<'UnitsPledged', Pledge & { standing: boolean }> = async (services, rows, names) => {
  const found = await services.pool.query<{ id: string }>({
    name: 'pledges-standing',
    text: `SELECT id FROM ledger_row WHERE kind = 'pledge' AND id = ANY($1)`,
    values: [rows.map(({ entry }) => entry.body.pledge)],
  })
  const standing = new Set(found.rows.map(({ id }) => id))
  return (row) => ({ ...pledgeOf(row, names), standing: standing.has(row.entry.body.pledge) })
}

function pledgeOf(row: LogRow<'UnitsPledged'>, names: KnownNames): Pledge {
  const { pledge: id, account, to, reason, expiresAt } = row.entry.body
  return {
    id,
    ...unitsShown(row.entry.body, names),
    account: names.party(account),
    to: names.organisationRef(to),
    reason,
    expiresAt,
    entry: placeOf(row),
  }
}
