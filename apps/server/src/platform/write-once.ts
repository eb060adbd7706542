import { isReceipt, type Receipt } from '@tallystick/ledger'
import { isRefusal, sha256Hex } from '@tallystick/rules'
import { forgetUnwritten } from './idempotency.ts'
import { problem, refusalProblem } from './problem.ts'
import type { Services } from './services.ts'

export interface OnceCommand {
  type: string
  /** The mandate to act under. */
  by: string
  /** What it is about: whoever writes it, however often, the log gets one entry under this key. */
  key: { sender: string; id: string }
  request: unknown
  /** Made for this request: their texts are forgotten again if nothing was written with them. */
  commitments?: readonly string[]
}

/**
 * Writes an entry whose key is a thing and not a request, so that several who do the same at once, or one after a crash,
 * write it once. Throws a problem where the ledger refuses.
 */
export async function writeOnce(services: Services, command: OnceCommand): Promise<Receipt> {
  const { type, by, key, request, commitments = [] } = command
  const requestHash = sha256Hex(JSON.stringify([type, key.sender, key.id]))
  const outcome = await services.ledger.execute({ type, by, approvals: [], key, requestHash, request })
  if (!isReceipt(outcome) || outcome.repeated) {
    await forgetUnwritten(services, commitments, isReceipt(outcome) ? outcome : undefined)
  }
  if (isRefusal(outcome)) throw refusalProblem(outcome)
  if (!isReceipt(outcome)) throw problem('key-reused')
  return outcome
}
