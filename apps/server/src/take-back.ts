import { problemOf } from '@tallystick/contract'
import { isReceipt } from '@tallystick/ledger'
import { proposalHash, sha256Hex } from '@tallystick/rules'
import { correctionOf, type Uncorrectable } from './import/correction.ts'
import type { Services } from './platform/services.ts'
import { StartupError } from './platform/startup-error.ts'
import { userByEmail } from './users/queries.ts'

const reasons: Record<Uncorrectable, string> = {
  'no-record': 'is no record of another registry’s units',
  'taken-back': 'was taken back already',
  'too-fragmented': 'would be taken back in more than 100 parts',
}

export interface TakingBack {
  /** Index of the entry that was wrong. */
  index: number
  by: string
  approvers: readonly string[]
  /** Why, kept outside the log. */
  reason: string
}

/**
 * Takes back a wrong record of another registry, in the mandate of one officer and with the approvals of others; answers the
 * index of the entry that does. Throws StartupError with a sentence for the operator.
 */
export async function takeBack(services: Services, { index, by, approvers, reason }: TakingBack): Promise<number> {
  const { ledger, openings } = services
  const correction = await correctionOf(ledger, index)
  if (typeof correction === 'string') throw new StartupError(`Entry ${index} ${reasons[correction]}.`)
  const mandate = await mandateOf(services, by)
  const approving = await Promise.all(approvers.map((email) => mandateOf(services, email)))
  const request = { ...correction, reason: await openings.commit(reason) }
  const requestHash = sha256Hex(JSON.stringify(request))
  const key = { sender: 'system', id: `take back ${requestHash}` }
  const logged = await ledger.loggedKey(key)
  const proposal = proposalHash({ v: 1, type: 'MirrorCorrected', by: mandate, key: logged, body: request })
  const outcome = await ledger.execute({
    type: 'MirrorCorrected',
    by: mandate,
    approvals: approving.map((approver) => ({ by: approver, proposal })),
    key,
    requestHash,
    request,
  })
  if (isReceipt(outcome)) return outcome.index
  throw new StartupError(
    'conflict' in outcome ? problemOf('key-reused').detail : problemOf(outcome.refused, outcome.detail).detail,
  )
}

async function mandateOf(services: Services, email: string): Promise<string> {
  const user = await userByEmail(services, email)
  if (user?.active) return user.mandate
  throw new StartupError(`No user with the e-mail address ${email} holds a mandate.`)
}
