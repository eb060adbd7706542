import { namePools, type Party, readPools } from '@tallystick/contract'
import type { Pools } from '@tallystick/rules'
import { invariant } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { entryOf } from '../platform/entries.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import type { Services } from '../platform/services.ts'

/** The accounts to which parts of issuances go. */
export function registerPools(app: FastifyInstance, services: Services): void {
  handle(app, services, readPools, async () => {
    const row = await services.ledger.row('ledger', 'ledger')
    invariant(row, 'the ledger has its genesis')
    return poolsOf(row.pools, await namesIn(services, row.pools))
  })

  handle(app, services, namePools, async (call) => {
    const receipt = await execute(services, call, { type: 'PoolsNamed', request: call.body })
    const { body } = entryOf('PoolsNamed', receipt)
    return { ...poolsOf(body, await namesIn(services, body)), entry: writtenOf(receipt) }
  })
}

function poolsOf({ buffer, shareOfProceeds, omge, host }: Pools, names: KnownNames) {
  const party = (account: string | null): Party | null => (account === null ? null : names.party(account))
  return { buffer: party(buffer), shareOfProceeds: party(shareOfProceeds), omge: party(omge), host: party(host) }
}
