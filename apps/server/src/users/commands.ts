import type { addUser, User, Written } from '@tallystick/contract'
import { type Receipt, randomId } from '@tallystick/ledger'
import { invariant } from '@tallystick/rules'
import type { z } from 'zod'
import { execute, type Sender, writtenOf } from '../platform/idempotency.ts'
import { invite } from '../platform/invitations.ts'
import { refusalOf, wasCarriedOut } from '../platform/judged.ts'
import { lawInForce } from '../platform/law.ts'
import { dropAttempt, endUser, prepareUser } from '../platform/people.ts'
import { ProblemError, problem, refusalProblem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { shownUser, type UserRow, userByMandate, withOtherAdmins } from './queries.ts'

/** What is granted, but for the mandate's id. */
interface Grant {
  organisation: string
  role: string
  limit: string | null
}

type Wanted = z.output<NonNullable<(typeof addUser)['body']>>

/** Grants a mandate and keeps who holds it; the user gets a first way in, once. */
export async function add(services: Services, call: Sender & { body: Wanted }): Promise<User & { entry: Written }> {
  const { email, name, organisation, role, limit = null } = call.body
  const kind = (await services.ledger.row('organisation', organisation))?.kind
  if (kind === undefined) throw problem('organisation-unknown', { organisation })
  const grant = { organisation, role: `${kind}/${role}`, limit }
  const receipt = await granted(services, call, grant).catch((error) => explainRole(services, error, kind, role))
  const user = await userByMandate(services, String(receipt.entry.body.mandate))
  invariant(user, 'whoever holds a mandate is known')
  // Also on a repetition: what is repeated may have ended between the entry and the message.
  await invite(services, user)
  return { ...shownUser(user), email, name, entry: writtenOf(receipt) }
}

/** Whoever may not grant the mandate claims no e-mail address, and does not hear whether it is a user's. */
async function granted(services: Services, call: Sender & { body: Wanted }, grant: Grant): Promise<Receipt> {
  const fresh = { mandate: randomId(), ...grant }
  const type = 'MandateGranted'
  if (await wasCarriedOut(services, call)) return execute(services, call, { type, request: fresh })
  const refused = await refusalOf(services, { type, by: call.actor.mandate, request: fresh })
  if (refused) throw refusalProblem(refused)
  const prepared = await prepareUser(services, { ...call.body, ...call })
  if (!prepared) throw problem('email-taken', {}, [{ field: 'email', message: 'belongs to a user' }])
  const request = { ...grant, mandate: prepared.mandate }
  return execute(services, call, { type, request, takeBack: () => dropAttempt(services, prepared) })
}

/** Nobody may give a role that does not exist; then it helps more to hear which ones do. */
export async function explainRole(services: Services, error: unknown, kind: string, role: string): Promise<never> {
  if (error instanceof ProblemError && error.problem.code === 'not-permitted') {
    const { permissions } = await lawInForce(services.ledger)
    const roles = permissions.roles.filter((one) => one.startsWith(`${kind}/`)).map((one) => one.slice(kind.length + 1))
    const allowed = roles.join(', ')
    if (!roles.includes(role))
      throw problem('role-unknown', { role, allowed }, [{ field: 'role', message: 'is no role here', allowed }])
  }
  throw error
}

/** Revokes a user's mandate and ends the user. Nobody removes himself, or the last Admin of an organisation. */
export async function remove(services: Services, call: Sender & { actor: Actor }, user: UserRow): Promise<Receipt> {
  if (user.id === call.actor.user) throw problem('own-account')
  return withOtherAdmins(services, user.organisation, user.mandate, async (others, client) => {
    if (user.active && user.role.endsWith('/Admin') && others === 0) throw problem('last-admin')
    const { rows } = await client.query('SELECT 1 FROM content_mandate WHERE mandate = $1', [user.mandate])
    // The role was changed meanwhile: it is another mandate that must be revoked.
    if (rows.length === 0) throw problem('role-changing')
    const receipt = await revoke(services, call, user)
    await endUser(services, client, user.id)
    return receipt
  })
}

/** Who was removed before is not there for a new command; the same command gets its answer again. */
async function revoke(services: Services, call: Sender, user: UserRow): Promise<Receipt> {
  try {
    return await execute(services, call, { type: 'MandateRevoked', request: { mandate: user.mandate } })
  } catch (error) {
    if (!user.active && error instanceof ProblemError && error.problem.code === 'mandate-revoked') {
      throw problem('not-found')
    }
    throw error
  }
}
