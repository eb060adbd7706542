import {
  accreditCertifier,
  assignCertifier,
  endAffiliation,
  readIndependence,
  recordAffiliation,
  releaseCertifier,
  withdrawAccreditation,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type { FastifyInstance } from 'fastify'
import { entryOf } from '../platform/entries.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'

/** Who is affiliated to whom, which certifier is accredited for what, and which is assigned to which project. */
export function register(app: FastifyInstance, services: Services): void {
  affiliations(app, services)
  accreditations(app, services)
  assignments(app, services)

  handle(app, services, readIndependence, async ({ params: { id } }) => {
    const row = await services.ledger.row('organisation', id)
    if (!row) throw problem('not-found')
    const names = await namesIn(services, row.affiliates)
    return {
      id,
      affiliates: row.affiliates.map((one) => names.organisationRef(one)),
      accreditations: Object.entries(row.accreditations).map(([accreditation, { scopes, from, to }]) => {
        return { id: accreditation, scopes, from, to }
      }),
    }
  })
}

/** A pair stands in the ledger in the order of its ids. */
const pairOf = (a: string, b: string) => [a, b].sort()

function affiliations(app: FastifyInstance, services: Services): void {
  handle(app, services, recordAffiliation, async (call) => {
    const { id } = call.params
    const { organisation, kind } = call.body
    const request = { organisations: pairOf(id, organisation), kind }
    const receipt = await execute(services, call, { type: 'AffiliationRecorded', request })
    return { id, organisation, kind, entry: writtenOf(receipt) }
  })

  handle(app, services, endAffiliation, async (call) => {
    const { id } = call.params
    const { organisation, reason } = call.body
    const request = { organisations: pairOf(id, organisation), reason }
    const receipt = await execute(services, call, { type: 'AffiliationEnded', request })
    return { id, organisation, reason, entry: writtenOf(receipt) }
  })
}

function accreditations(app: FastifyInstance, services: Services): void {
  handle(app, services, accreditCertifier, async (call) => {
    const { accreditedBy, ...terms } = call.body
    const commitment = await services.openings.commit(accreditedBy)
    const receipt = await execute(services, call, {
      type: 'CertifierAccredited',
      request: { organisation: call.params.id, accreditation: randomId(), body: commitment, ...terms },
      commitments: [commitment],
    })
    const { organisation, accreditation, scopes, from, to } = entryOf('CertifierAccredited', receipt).body
    return { id: accreditation, organisation, accreditedBy, scopes, from, to, entry: writtenOf(receipt) }
  })

  handle(app, services, withdrawAccreditation, async (call) => {
    const { id } = call.params
    const request = { organisation: id, ...call.body }
    const receipt = await execute(services, call, { type: 'AccreditationWithdrawn', request })
    return { id, ...call.body, entry: writtenOf(receipt) }
  })
}

function assignments(app: FastifyInstance, services: Services): void {
  handle(app, services, assignCertifier, async (call) => {
    const { id } = call.params
    const receipt = await execute(services, call, { type: 'CertifierAssigned', request: { project: id, ...call.body } })
    return { id, ...call.body, entry: writtenOf(receipt) }
  })

  handle(app, services, releaseCertifier, async (call) => {
    const { id } = call.params
    const receipt = await execute(services, call, { type: 'CertifierReleased', request: { project: id, ...call.body } })
    return { id, ...call.body, entry: writtenOf(receipt) }
  })
}
