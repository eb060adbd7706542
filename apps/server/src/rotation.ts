import { problemOf } from '@tallystick/contract'
import { type KeyRing, keyHistory, keyInForce, preparedKey, signRotation } from '@tallystick/ledger'
import { invariant, isRefusal, proposalHash, publicHalfOf, sha256Hex } from '@tallystick/rules'
import type { Services } from './platform/services.ts'
import { StartupError } from './platform/startup-error.ts'
import { userByEmail } from './users/queries.ts'

/** The keys of a log as an operator sees them. */
export interface KeyStatus {
  origin: string
  /** The key that signs from now on, and the entry that names it. */
  vkey: string
  from: number
  /** The key that was made to follow; null where there is none. */
  next: string | null
}

export async function keyStatus(services: Services, signerFolder: string): Promise<KeyStatus> {
  const history = await keyHistory(services.ledger)
  const { vkey, from } = keyInForce(history, Number.MAX_SAFE_INTEGER)
  const { origin } = services.genesis
  const next = (await preparedKey(signerFolder))?.vkey(origin)
  return { origin, vkey, from, next: next === undefined || next === vkey ? null : next }
}

/** A hand-over: the key that gave way, and the index of the entry. */
export interface HandOver {
  previous: string
  index: number
}

/**
 * Writes the entry that hands signing over to the prepared key, in the mandate of one officer and with the approvals of
 * others. Safe to repeat: a prepared key is handed over to once. Throws StartupError with a sentence for the operator.
 */
export async function rotateKey(
  services: Services,
  keys: KeyRing,
  { signerFolder, by, approvers }: { signerFolder: string; by: string; approvers: readonly string[] },
): Promise<HandOver> {
  const { ledger, genesis } = services
  const [inForce, former] = (await keyHistory(ledger)).toReversed()
  const next = await preparedKey(signerFolder)
  const previous = inForce && (await keys.find(inForce.vkey))
  invariant(inForce && previous, 'a registry gives its keys only with the one in force')
  if (!next) {
    throw new StartupError(
      `No key is prepared in ${signerFolder}; the key that signs is ${inForce.vkey}. Run: tallystick key prepare`,
    )
  }
  if (former && next.vkey(genesis.origin) === inForce.vkey) return { previous: former.vkey, index: inForce.from }
  const body = await signRotation(genesis, previous, next)
  const key = { sender: 'system', id: `key rotation ${publicHalfOf(body.next)}` }
  const mandate = await mandateOf(services, by)
  const proposal = proposalHash({ v: 1, type: 'KeyRotated', by: mandate, key: await ledger.loggedKey(key), body })
  const approvals = []
  for (const email of approvers) approvals.push({ by: await mandateOf(services, email), proposal })
  const requestHash = sha256Hex(JSON.stringify(body))
  const outcome = await ledger.execute({ type: 'KeyRotated', by: mandate, approvals, key, requestHash, request: body })
  if (isRefusal(outcome)) throw new StartupError(problemOf(outcome.refused, outcome.detail).detail)
  return { previous: body.previous, index: outcome.index }
}

async function mandateOf(services: Services, email: string): Promise<string> {
  const user = await userByEmail(services, email)
  if (user?.active) return user.mandate
  throw new StartupError(`No user with the e-mail address ${email} holds a mandate.`)
}
