import { adoptDocument, readLaw, readLawDocument } from '@tallystick/contract'
import { allows, documentBytes, invariant, sha256Hex } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { entryAt, entryOf, type LogRow, newestEntries, placeOf } from '../platform/entries.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { lawInForce, shelfInForce } from '../platform/law.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { refuseFaults } from './law-faults.ts'

type Kind = 'permissions' | 'preset'

/** Most adoptions that are looked through for the last one of each document. */
const MAX_SEARCHED = 1_000

/** The preset and the permission table: which are in force, and how the next are adopted. */
export function registerLaw(app: FastifyInstance, services: Services): void {
  handle(app, services, readLaw, async () => {
    const { law, row } = await shelfInForce(services.ledger)
    const adoptions = await newestEntries(services, 'DocumentAdopted', {}, MAX_SEARCHED)
    const genesis = await entryAt(services, 0)
    invariant(genesis, 'the log has its first entry')
    const adopted = (kind: Kind): LogRow => adoptions.find(({ entry }) => entry.body.document === kind) ?? genesis
    return {
      documents: (['preset', 'permissions'] as const).map((document) => {
        const { name, version } = law[document]
        return { document, name, version, sha256: row[document], adopted: placeOf(adopted(document)) }
      }),
    }
  })

  handle(app, services, readLawDocument, async ({ params: { sha256 } }) => {
    const bytes = await services.ledger.document(sha256)
    if (!bytes) throw problem('not-found')
    return { sha256, content: JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown> }
  })

  handle(app, services, adoptDocument, async (call) => {
    const { document, content } = call.body
    const { law } = await shelfInForce(services.ledger)
    await refuseOthers(services, call.actor)
    refuseFaults(law, document, content)
    const bytes = documentBytes(content)
    // Durable before the entry that names it, and read by whoever is asked to approve it.
    const sha256 = await services.ledger.putDocument(bytes)
    const version = content.version as number
    const receipt = await execute(services, call, { type: 'DocumentAdopted', request: { document, version, sha256 } })
    const { body } = entryOf('DocumentAdopted', receipt)
    return { document, version: body.version, sha256: sha256Hex(bytes), entry: writtenOf(receipt) }
  })
}

/** Nobody stores documents here but who may adopt them. */
async function refuseOthers({ ledger }: Services, { role, organisation }: Actor): Promise<void> {
  const { permissions } = await lawInForce(ledger)
  const action = 'documents.adopt'
  if (!allows(permissions, role, organisation, { action, organisations: [] })) {
    throw problem('not-permitted', { action, role })
  }
}
