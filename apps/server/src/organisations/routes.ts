import {
  listOrganisations,
  reactivateOrganisation,
  readOrganisation,
  registerOrganisation,
  suspendOrganisation,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type { FastifyInstance } from 'fastify'
import { isGovernment } from '../platform/auth.ts'
import { execute, type Sender, writtenOf } from '../platform/idempotency.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { dropDetails, keepDetails, organisation, organisationDetails, organisationPage } from './queries.ts'

export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, registerOrganisation, async (call) => {
    const { kind, name, ...details } = call.body
    const id = randomId()
    const commitment = await services.openings.commit(name)
    await keepDetails(services, id, details)
    const receipt = await execute(services, call, {
      type: 'OrganisationRegistered',
      request: { organisation: id, kind, name: commitment },
      commitments: [commitment],
      takeBack: () => dropDetails(services, id),
    })
    return { id: String(receipt.entry.body.organisation), kind, name, active: true, entry: writtenOf(receipt) }
  })

  handle(app, services, suspendOrganisation, (call) => setStatus(services, call, 'OrganisationSuspended', false))
  handle(app, services, reactivateOrganisation, (call) => setStatus(services, call, 'OrganisationReactivated', true))

  handle(app, services, listOrganisations, ({ query }) => organisationPage(services, query))

  handle(app, services, readOrganisation, async ({ params, actor }) => {
    const found = await organisation(services, params.id)
    if (!found) throw problem('not-found')
    const mayReadAll = isGovernment(actor) || actor?.organisation === params.id
    return { ...found, details: mayReadAll ? await organisationDetails(services, params.id) : null }
  })
}

async function setStatus(
  services: Services,
  call: Sender & { params: { id: string }; body: { reason: string } },
  type: 'OrganisationSuspended' | 'OrganisationReactivated',
  active: boolean,
) {
  const { id } = call.params
  const { reason } = call.body
  const receipt = await execute(services, call, { type, request: { organisation: id, reason } })
  return { id, active, reason, entry: writtenOf(receipt) }
}
