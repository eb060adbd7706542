import { certifyProject, listCertifications, revokeCertification } from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import { certificationsOf } from '../platform/certifications.ts'
import { entryOf } from '../platform/entries.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'

/** Certifiers put their names to projects, and take them away again; or the government does that. */
export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, certifyProject, async (call) => {
    const request = { project: call.params.id }
    const receipt = await execute(services, call, { type: 'ProjectCertified', request })
    const { by, body } = entryOf('ProjectCertified', receipt)
    const names = await namesIn(services, by)
    const certifier = names.organisationRef(names.mandate(by)?.organisation ?? '')
    return { id: body.project, certifier, entry: writtenOf(receipt) }
  })

  handle(app, services, listCertifications, async ({ params: { id } }) => {
    const project = await services.ledger.row('project', id)
    if (!project) throw problem('not-found')
    return { items: await certificationsOf(services, project) }
  })

  handle(app, services, revokeCertification, async (call) => {
    const { organisation, reason, text } = call.body
    const commitment = text === undefined ? undefined : await services.openings.commit(text)
    const receipt = await execute(services, call, {
      type: 'CertificationRevoked',
      request: {
        project: call.params.id,
        ...{ organisation, reason },
        ...(commitment === undefined ? {} : { text: commitment }),
      },
      commitments: commitment === undefined ? [] : [commitment],
    })
    const { body } = entryOf('CertificationRevoked', receipt)
    const names = await namesIn(services, body)
    const opened = body.text === undefined ? null : (names.opened(body.text) ?? null)
    const certifier = names.organisationRef(body.organisation)
    return { id: body.project, certifier, reason: body.reason, text: opened, entry: writtenOf(receipt) }
  })
}
