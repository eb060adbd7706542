import { Readable } from 'node:stream'
import {
  compareDescriptions,
  descriptionSpeech,
  FINANCING,
  GASES,
  type Language,
  listDescriptions,
  MITIGATION_TYPES,
  type ProjectDescription,
  readDescription,
  readDescriptionBytes,
  readDescriptionCodes,
  readDescriptionVersion,
  SECTORS,
  submitDescription,
} from '@tallystick/contract'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { entryOf } from '../platform/entries.ts'
import { execute, type Sender } from '../platform/idempotency.ts'
import { refusalOf, wasCarriedOut } from '../platform/judged.ts'
import { spokenTo } from '../platform/language.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { fieldProblem, problem, refusalProblem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { submittedPage } from '../platform/submitted.ts'
import { differences } from './compare.ts'
import { DESCRIPTION, descriptionInForce, descriptionShown, versionRow, versionShown } from './queries.ts'
import { claimExternalId, descriptionBytes, endClaim, keepDescription } from './store.ts'

/** Most bytes of a description. */
const MAX_BYTES = 262_144

/** Descriptions of projects: documents whose bytes are kept here, and whose hashes are in the ledger. */
export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, submitDescription, async (call) => {
    const bytes = Buffer.from(canonicalJson(call.body))
    const sha256 = sha256Hex(bytes)
    const project = call.params.id
    const request = { project, document: DESCRIPTION, sha256, name: null }
    const claim = (await wasCarriedOut(services, call)) ? undefined : await prepare(services, call, request, bytes)
    const receipt = await execute(services, call, { type: 'DocumentSubmitted', request })
    if (claim) await endClaim(services, project, claim)
    return descriptionShown(services, { ...receipt, entry: entryOf('DocumentSubmitted', receipt) })
  })

  handle(app, services, readDescription, async ({ params }) => {
    const description = await descriptionInForce(services, params.id)
    if (!description) throw problem('not-found')
    return description
  })

  handle(app, services, listDescriptions, async ({ params, query }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    const limit = limitOf(query)
    const [before] = decodeCursor(NumberKey, query.cursor) ?? []
    const rows = await submittedPage(services, params.id, DESCRIPTION, before, limit + 1)
    const names = await namesIn(
      services,
      rows.map(({ entry }) => entry.by),
    )
    return pageFrom(
      rows,
      limit,
      (row) => versionShown(names, row),
      ({ place }) => [place],
    )
  })

  handle(app, services, readDescriptionVersion, async ({ params }) =>
    descriptionShown(services, await rowOf(services, params.id, params.version)),
  )

  handle(app, services, compareDescriptions, async ({ params, query }) => {
    const [from, to] = await Promise.all(
      [query.from, query.to].map(async (version) =>
        descriptionShown(services, await rowOf(services, params.id, version)),
      ),
    )
    if (!from?.description || !to?.description) throw problem('not-found')
    return { from, to, differences: differences(from.description, to.description) }
  })

  handle(app, services, readDescriptionCodes, async ({ request, reply }) => codesIn(spokenTo(request, reply)))

  handle(app, services, readDescriptionBytes, async ({ params, reply }) => {
    const bytes = await descriptionBytes(services, params.sha256)
    if (!bytes) throw problem('not-found')
    reply.header('content-length', bytes.length)
    return Readable.from([bytes])
  })
}

/** Every code with its name. */
function codesIn(language: Language) {
  const speech = descriptionSpeech(language)
  const named = (list: string) => (code: string) => ({ code, name: speech.code(list, code) })
  return {
    sectors: [...SECTORS].map(([sector, { scopes, types }]) => {
      return { ...named('sector')(sector), scopes: scopes && [...scopes], types: types && [...types] }
    }),
    typesOfMitigation: [...MITIGATION_TYPES].map(([type, subTypes]) => {
      return { ...named('type')(type), subTypes: subTypes.map(named('subType')) }
    }),
    gases: GASES.map(named('gas')),
    financing: FINANCING.map(named('financing')),
    goals: Array.from({ length: 17 }, (_, at) => named('sdg')(`${at + 1}`)),
  }
}

async function rowOf(services: Services, project: string, version: string) {
  const row = await versionRow(services, project, Number(version))
  if (!row) throw problem('not-found')
  return row
}

/**
 * What must be so before the ledger is asked: it would take the document, the description is of this project, and its
 * external id is nobody else's. Then the bytes are kept.
 */
async function prepare(
  services: Services,
  call: Sender & { body: ProjectDescription },
  request: { project: string; sha256: string },
  bytes: Uint8Array,
) {
  const { project, sha256 } = request
  if (bytes.length > MAX_BYTES) {
    throw problem('too-large', {}, [{ field: '', message: `must be at most ${MAX_BYTES} bytes` }])
  }
  const refused = await refusalOf(services, { type: 'DocumentSubmitted', by: call.actor.mandate, request })
  if (refused) throw refusalProblem(refused)
  const row = await services.ledger.row('project', project)
  if (!row) throw problem('not-found')
  const { sectoralScope, externalId } = call.body
  if (sectoralScope !== row.scope) throw fieldProblem('sectoralScope', 'is not that of the project', row.scope)
  const claim = await claimExternalId(services, project, externalId)
  if (!claim) {
    throw problem('external-id-taken', {}, [{ field: 'externalId', message: 'belongs to another project' }])
  }
  const { body: description } = call
  await keepDescription(services, { project, number: row.number, sha256, description, bytes })
  return claim
}
