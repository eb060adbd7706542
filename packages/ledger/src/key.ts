import { createHmac } from 'node:crypto'

/** The idempotency key as it stands in the log: an HMAC under a secret of this ledger, so that it tells nothing. */
export function loggedKey(secret: Uint8Array, key: { sender: string; id: string }): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([key.sender, key.id]))
    .digest('hex')
}
