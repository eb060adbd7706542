import type { confirmRegistration, requestRegistration } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { newToken, tokenHash } from '../platform/auth.ts'
import { lawInForce } from '../platform/law.ts'
import { holderOf } from '../platform/people.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { networkOf, throttle, tried } from '../platform/throttle.ts'
import { deciders, openKinds } from './reach.ts'
import { forgetRegistrations, keepRegistration, openRegistration, registrationByToken } from './store.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A request is forgotten after this time if its address is not confirmed. */
export const CONFIRM_MS = DAY_MS
/** A decided registration is kept for this long, for questions. */
const DECIDED_MS = 90 * DAY_MS

/** Requests that one network, and all together, may send; and links that go to one address, whoever sends for them. */
export const LIMITS = {
  network: { most: 20, windowMs: HOUR_MS },
  everybody: { most: 1000, windowMs: HOUR_MS },
  address: { most: 3, windowMs: DAY_MS },
  confirmations: { most: 60, windowMs: HOUR_MS },
} as const

type Wanted = z.output<NonNullable<(typeof requestRegistration)['body']>>

/**
 * Keeps a request and sends its link. Whoever asks hears nothing of whom the registry knows: the answer, and the work up
 * to it, are the same. An address that was sent enough links is sent no more, and that is not told either.
 */
export async function request(services: Services, body: Wanted, { ip }: Pick<FastifyRequest, 'ip'>) {
  await throttle(services, `registrations from ${networkOf(ip)}`, LIMITS.network)
  await throttle(services, 'registrations', LIMITS.everybody)
  const now = services.clock()
  const before = (ms: number) => new Date(now.getTime() - ms)
  await forgetRegistrations(services, before(CONFIRM_MS), before(DECIDED_MS))
  const goal = await goalOf(services, body)
  const expiresAt = new Date(now.getTime() + CONFIRM_MS)
  const answer = { email: body.email, expiresAt: expiresAt.toISOString() }
  if ((await tried(services, `registrations of ${body.email.toLowerCase()}`, LIMITS.address)) > 0) return answer
  const token = newToken()
  const { email, name, phone, language = null } = body
  await keepRegistration(services, {
    id: randomId(),
    ...goal,
    email,
    name,
    phone,
    language,
    token_hash: tokenHash(token),
  })
  const url = `${services.publicUrl}/registrations/confirm?token=${token}`
  await services.notify.confirmAddress({ email, name: '', language }, { url, expiresAt })
  return answer
}

/** What is asked for: a new organisation, under the id that it will have, or one that is there. */
async function goalOf(services: Services, { organisation: wanted, join }: Wanted) {
  if (wanted) {
    const open = openKinds(await lawInForce(services.ledger))
    if (!open.includes(wanted.kind)) {
      const allowed = open.join(', ')
      const facts = { code: wanted.kind, allowed }
      throw problem('code-unknown', facts, [{ field: 'organisation.kind', message: 'cannot be asked for', allowed }])
    }
    const { kind, name: organisation_name, taxId: tax_id, contact } = wanted
    return { organisation: randomId(), is_new: true, kind, organisation_name, tax_id, contact }
  }
  const organisation = join ?? ''
  const known = await services.ledger.row('organisation', organisation)
  if (!known) throw problem('organisation-unknown', { organisation })
  if (!known.active) throw problem('organisation-suspended', { organisation })
  return { organisation, is_new: false, kind: known.kind }
}

type Confirmed = z.input<(typeof confirmRegistration)['answer']>

/** Opens a request for decision by the token of its link, and tells those who decide. */
export async function confirm(
  services: Services,
  token: string,
  { ip }: Pick<FastifyRequest, 'ip'>,
): Promise<Confirmed> {
  await throttle(services, `confirmations from ${networkOf(ip)}`, LIMITS.confirmations)
  const after = new Date(services.clock().getTime() - CONFIRM_MS)
  const row = await registrationByToken(services, tokenHash(token), after)
  if (!row) throw problem('link-unknown')
  // Whoever has the link reads the mail of this address: to him alone this may be said.
  if ((await holderOf(services, row.email))?.active) {
    throw problem('email-taken', {}, [{ field: 'email', message: 'belongs to a user' }])
  }
  const address = `${services.publicUrl}/national/registrations/${row.id}`
  // First told, each once, then opened: the link works until both are done.
  for (const person of await deciders(services, row)) {
    await services.notify.registrationWaits(person, { id: row.id, url: address })
  }
  if (!(await openRegistration(services, row.id))) throw problem('link-unknown')
  return { id: row.id, status: 'open' }
}
