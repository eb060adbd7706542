import { listReceivers, removeReceiver, setAccountPolicy, trustReceiver } from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import { decodeCursor, IdKey, limitOf, pageFrom } from '../platform/cursor.ts'
import { entryOf } from '../platform/entries.ts'
import { execute, type Sender, writtenOf } from '../platform/idempotency.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { accountOf } from './queries.ts'

/** How movements of an account are decided, and whom it trusts. */
export function registerPolicies(app: FastifyInstance, services: Services): void {
  handle(app, services, setAccountPolicy, async (call) => {
    const request = { account: call.params.id, policy: call.body }
    const receipt = await execute(services, call, { type: 'AccountPolicySet', request })
    const { account, policy } = entryOf('AccountPolicySet', receipt).body
    return { id: account, policy, entry: writtenOf(receipt) }
  })

  handle(app, services, trustReceiver, (call) => trust(services, call, 'ReceiverTrusted', call.body.receiver))
  handle(app, services, removeReceiver, (call) => trust(services, call, 'ReceiverRemoved', call.params.receiver))

  handle(app, services, listReceivers, async ({ params, query }) => {
    if (!(await accountOf(services, params.id))) throw problem('not-found')
    const [after] = decodeCursor(IdKey, query.cursor) ?? ['']
    const limit = limitOf(query)
    const { rows } = await services.pool.query<{ receiver: string; from: string }>(
      `SELECT split_part(id, '/', 2) AS receiver, row ->> 'from' AS "from" FROM ledger_row
        WHERE kind = 'trusted' AND id COLLATE "C" > $1 AND id COLLATE "C" < $2 ORDER BY id COLLATE "C" LIMIT $3`,
      [`${params.id}/${after}`, `${params.id}/~`, limit + 1],
    )
    const names = await namesIn(
      services,
      rows.map(({ receiver }) => receiver),
    )
    return pageFrom(
      rows,
      limit,
      ({ receiver, from }) => ({ receiver: names.party(receiver), from }),
      ({ receiver }) => [receiver],
    )
  })
}

async function trust(
  services: Services,
  call: Sender & { params: { id: string } },
  type: 'ReceiverTrusted' | 'ReceiverRemoved',
  receiver: string,
) {
  const receipt = await execute(services, call, { type, request: { account: call.params.id, receiver } })
  const { body } = entryOf(type, receipt)
  const names = await namesIn(services, body.receiver)
  return { account: body.account, receiver: names.party(body.receiver), entry: writtenOf(receipt) }
}
