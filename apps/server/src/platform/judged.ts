import {
  admit,
  type Command,
  decideBody,
  draft,
  isRefusal,
  type Put,
  type Refusal,
  reads,
  State,
} from '@tallystick/rules'
import type { Sender } from './idempotency.ts'
import { shelfInForce } from './law.ts'
import type { Services } from './services.ts'

/** Has the ledger carried out a command with this key? Then it answers as it did, or that the key was reused. */
export async function wasCarriedOut(services: Services, call: Sender): Promise<boolean> {
  const key = await services.ledger.loggedKey({ sender: call.sender, id: call.idempotencyKey })
  const { rows } = await services.pool.query('SELECT 1 FROM ledger_key WHERE id = $1', [key])
  return rows.length > 0
}

/** No key in the log is like this one. */
const NO_KEY = ''

/**
 * Why the ledger would refuse a command now, by the same rules, for a command that looks at rows alone. Whether it is
 * carried out the ledger decides: it may judge otherwise a moment later.
 */
export async function refusalOf(
  services: Services,
  wanted: Pick<Command, 'type' | 'by' | 'request'>,
): Promise<Refusal | undefined> {
  const { shelf, law, row } = await shelfInForce(services.ledger)
  const state = new State('partial')
  state.size = 1
  state.load({ kind: 'ledger', id: 'ledger', row })
  state.markLoaded('key', NO_KEY)
  const command: Command = { approvals: [], key: NO_KEY, ...wanted }
  for (;;) {
    const keys = reads(state, command, law)
    if (isRefusal(keys)) return keys
    const missing = keys.rows.filter(({ kind, id }) => !state.isLoaded(kind, id))
    if (missing.length === 0) break
    for (const { kind, id } of missing) {
      const found = await services.ledger.row(kind, id)
      if (found) state.load({ kind, id, row: found } as Put)
      state.markLoaded(kind, id)
    }
  }
  const body = decideBody(state, command, law)
  if (isRefusal(body)) return body
  const entry = draft(state, command, body, services.clock().toISOString())
  if (isRefusal(entry)) return entry
  const verdict = admit(state, entry, '', shelf)
  return isRefusal(verdict) ? verdict : undefined
}
