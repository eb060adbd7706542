import {
  approveRegistration,
  confirmRegistration,
  listRegistrations,
  readRegistration,
  rejectRegistration,
  requestRegistration,
} from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import { CreatedKey, decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { linkTokenOf } from '../platform/sign-in-links.ts'
import { approve, shownRegistration, turnAway } from './decisions.ts'
import { registerConfirmPage } from './page.ts'
import { reaches, reachOf } from './reach.ts'
import { confirm, request } from './requests.ts'
import { type RegistrationRow, registrationById, registrationPage } from './store.ts'

export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, requestRegistration, (call) => request(services, call.body, call.request))

  handle(app, services, confirmRegistration, (call) => confirm(services, linkTokenOf(call.body.token), call.request))

  handle(app, services, listRegistrations, async ({ query, actor }) => {
    const reach = await reachOf(services, actor)
    if (reach.newKinds.length + reach.joinKinds.length === 0 && reach.own === null) throw problem('forbidden')
    const { status = 'open' } = query
    const limit = limitOf(query)
    const statuses = status === 'open' ? ['open', 'deciding'] : [status]
    const rows = await registrationPage(services, reach, statuses, decodeCursor(CreatedKey, query.cursor), limit + 1)
    return pageFrom(rows, limit, shownRegistration, (row) => [row.created_at.toISOString(), row.id])
  })

  handle(app, services, readRegistration, async ({ params, actor }) =>
    shownRegistration(await visible(services, actor, params.id)),
  )

  handle(app, services, approveRegistration, async (call) =>
    approve(services, call, await visible(services, call.actor, call.params.id)),
  )

  handle(app, services, rejectRegistration, async (call) => {
    const { id } = await visible(services, call.actor, call.params.id)
    return turnAway(services, call, id)
  })

  registerConfirmPage(app, services, (token, from) => confirm(services, token, from))
}

/** Nobody hears of a registration on which he may not decide. */
async function visible(services: Services, actor: Actor, id: string): Promise<RegistrationRow> {
  const row = await registrationById(services, id)
  if (!row || !reaches(await reachOf(services, actor), row)) throw problem('not-found')
  return row
}
