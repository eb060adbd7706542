import { Readable } from 'node:stream'
import { compareDocuments, listTemplates, readDocument, readDocumentBytes, readTemplateOf } from '@tallystick/contract'
import { templates } from '@tallystick/templates'
import type { FastifyInstance } from 'fastify'
import { templateOf } from '../platform/documents.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { registerComments } from './comment-routes.ts'
import { registerDrafts } from './draft-routes.ts'
import { registerPapers } from './paper-routes.ts'
import { differences, versionOf, versionShown } from './versions.ts'

/** Documents that are data: drafts, versions whose hashes are in the ledger, and how both are shown. */
export function register(app: FastifyInstance, services: Services): void {
  registerTemplates(app, services)
  registerDrafts(app, services)
  registerComments(app, services)
  registerVersions(app, services)
  registerPapers(app, services, services.papers)
}

function registerTemplates(app: FastifyInstance, services: Services): void {
  handle(app, services, listTemplates, async () => ({ items: [...templates()] }))

  handle(app, services, readTemplateOf, async ({ params }) => {
    const found = templateOf(`${params.id}@${params.version}`)
    if (!found) throw problem('not-found')
    return found
  })
}

function registerVersions(app: FastifyInstance, services: Services): void {
  handle(app, services, readDocument, async ({ params, actor }) => {
    const version = await versionOf(services, actor, params.sha256)
    const { document, withheld } = version
    return { ...(await versionShown(services, version)), document: { ...document }, withheld }
  })

  handle(app, services, readDocumentBytes, async ({ params, actor, reply }) => {
    const { kept, whole, withheld } = await versionOf(services, actor, params.sha256)
    // The bytes are the whole, or they are not those of the hash.
    if (!whole && withheld.length > 0) throw problem('forbidden')
    reply.header('content-length', kept.bytes.length)
    return Readable.from([kept.bytes])
  })

  handle(app, services, compareDocuments, async ({ params, query, actor }) => {
    const [from, to] = await Promise.all([
      versionOf(services, actor, query.from),
      versionOf(services, actor, params.sha256),
    ])
    const changes = differences(from, to)
    const [earlier, later] = await Promise.all([versionShown(services, from), versionShown(services, to)])
    return { from: earlier, to: later, changes, withheld: [...new Set([...from.withheld, ...to.withheld])] }
  })
}
