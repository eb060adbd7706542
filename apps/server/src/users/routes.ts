import {
  addUser,
  changeRole,
  confirmUser,
  listUsers,
  readUser,
  removeUser,
  renameUser,
  sendSignInLink,
  updateProfile,
} from '@tallystick/contract'
import { allows } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { isGovernment } from '../platform/auth.ts'
import { execute, executeOnce, writtenOf } from '../platform/idempotency.ts'
import { sendWayIn } from '../platform/invitations.ts'
import { lawInForce } from '../platform/law.ts'
import { handle } from '../platform/operations.ts'
import { rename } from '../platform/people.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { add, explainRole, remove } from './commands.ts'
import { changeProfile, ownName } from './profile.ts'
import { shownUser, userById, userPage } from './queries.ts'
import { giveRole } from './role-change.ts'

export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, addUser, (call) => add(services, call))

  handle(app, services, confirmUser, async (call) => {
    const { id, mandate, active } = await visibleUser(services, call.actor, call.params.id)
    if (!active) throw problem('not-found')
    const receipt = await execute(services, call, { type: 'MandateConfirmed', request: { mandate } })
    return { id, mandate, entry: writtenOf(receipt) }
  })

  handle(app, services, updateProfile, ({ actor, body }) => changeProfile(services, actor.user, body))

  handle(app, services, renameUser, async ({ actor, params, body: { name } }) => {
    const user = await visibleUser(services, actor, params.id)
    if (!user.active) throw problem('not-found')
    if (user.id === actor.user) throw ownName(user.name)
    await mayManage(services, actor, user)
    await rename(services, user.id, name)
    return shownUser({ ...user, name })
  })

  handle(app, services, changeRole, async (call) => {
    const user = await visibleUser(services, call.actor, call.params.id)
    const kind = user.role.slice(0, user.role.indexOf('/'))
    return giveRole(services, call, user).catch((error) => explainRole(services, error, kind, call.body.role))
  })

  handle(app, services, removeUser, async (call) => {
    const user = await visibleUser(services, call.actor, call.params.id)
    const receipt = await remove(services, call, user)
    return { id: user.id, mandate: user.mandate, entry: writtenOf(receipt) }
  })

  handle(app, services, listUsers, async ({ query, actor }) => {
    const { organisation, ...page } = query
    if (isGovernment(actor)) return userPage(services, organisation ?? null, page)
    if (organisation !== undefined && organisation !== actor.organisation) throw problem('forbidden')
    return userPage(services, actor.organisation, page)
  })

  handle(app, services, readUser, async ({ params, actor }) => {
    const user = await visibleUser(services, actor, params.id)
    if (!user.active) throw problem('not-found')
    return shownUser(user)
  })

  handle(app, services, sendSignInLink, async (call) => {
    const user = await visibleUser(services, call.actor, call.params.id)
    if (!user.active) throw problem('not-found')
    await mayManage(services, call.actor, user)
    return executeOnce(services, call, async (client) => {
      const expiresAt = await sendWayIn(services, client, user)
      return { user: user.id, expiresAt: expiresAt.toISOString() }
    })
  })
}

/** Who is not the government knows of nobody outside the own organisation. */
async function visibleUser(services: Services, actor: Actor, id: string) {
  const user = await userById(services, id)
  if (!user || !(isGovernment(actor) || user.organisation === actor.organisation)) throw problem('not-found')
  return user
}

/** Whoever may give a role may also send its holder a link, and give the holder another name. */
async function mayManage(services: Services, actor: Actor, user: { role: string; organisation: string }) {
  const { permissions } = await lawInForce(services.ledger)
  const act = { action: `mandates.${user.role}`, organisations: [user.organisation] }
  if (!allows(permissions, actor.role, actor.organisation, act)) throw problem('forbidden')
}
