import { nameOf, readParameterSet as readSet, referenceSet } from '@tallystick/calculators'
import { type AdoptedParameters, adoptParameters, readParameterSet, readParameters } from '@tallystick/contract'
import { allows, CountryParameters, documentBytes, invariant, MAX_DOCUMENT_BYTES, sha256Hex } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { asJson } from '../platform/calculations.ts'
import { adoptedSet, keptSet } from '../platform/country-parameters.ts'
import { entryOf, newestEntries, placeOf } from '../platform/entries.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { lawInForce } from '../platform/law.ts'
import { handle } from '../platform/operations.ts'
import { checked, problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { faultsProblem, fieldOfSet } from './problems.ts'

const MOST_LISTED = 1_000

/** The country's constants for calculations: which were adopted, which are in force, and how the next are adopted. */
export function registerParameters(app: FastifyInstance, services: Services): void {
  handle(app, services, readParameters, async () => {
    const rows = await newestEntries(services, 'ParametersAdopted', {}, MOST_LISTED)
    const adopted = rows.map((row): AdoptedParameters => ({ ...row.entry.body, entry: placeOf(row) }))
    return { reference: nameOf(referenceSet), inForce: adopted[0] ?? null, adopted }
  })

  handle(app, services, readParameterSet, async ({ params: { sha256 }, actor }) => {
    const shipped = sha256 === nameOf(referenceSet).hash ? referenceSet : undefined
    // Approvers read what they are asked to approve; for the public there is nothing before it is adopted.
    const set = shipped ?? (await (actor ? keptSet : adoptedSet)(services, sha256))
    if (!set) throw problem('not-found')
    return { sha256, ...asJson(set) }
  })

  handle(app, services, adoptParameters, async (call) => {
    await refuseOthers(services, call.actor)
    const { id: name, version, entries } = fitting(call.body.content)
    const bytes = documentBytes({ id: name, version, entries })
    if (bytes.length > MAX_DOCUMENT_BYTES) throw problem('too-large')
    const known = await services.ledger.row('parameters', `${name}/${version}`)
    if (known && known.sha256 !== sha256Hex(bytes)) {
      const message = 'this name and version mean another set: give it a version of its own'
      throw problem('already-exists', { sha256: known.sha256 }, [{ field: 'content.version', message }])
    }
    // Durable before the entry that names it, and read by whoever is asked to approve it.
    const sha256 = await services.ledger.putDocument(bytes)
    const row = await services.ledger.row('ledger', 'ledger')
    invariant(row, 'the ledger has its genesis')
    const number = (row.parameters?.number ?? 0) + 1
    const request = { number, name, version, sha256 }
    const receipt = await execute(services, call, { type: 'ParametersAdopted', request })
    return { ...entryOf('ParametersAdopted', receipt).body, entry: writtenOf(receipt) }
  })
}

/** The set, if it has the form of one, and its constants lie within what the reference allows. Throws every fault by its field. */
function fitting(content: unknown): CountryParameters {
  const read = readSet(content)
  if ('problems' in read) throw faultsProblem('document-unknown', read.problems, fieldOfSet)
  const formed = checked(z.object({ content: CountryParameters }), { content: read.set })
  if ('error' in formed) throw formed.error
  return formed.value.content
}

/** Nobody stores sets here but who may adopt them. */
async function refuseOthers({ ledger }: Services, { role, organisation }: Actor): Promise<void> {
  const { permissions } = await lawInForce(ledger)
  const action = 'parameters.adopt'
  if (!allows(permissions, role, organisation, { action, organisations: [] })) {
    throw problem('not-permitted', { action, role })
  }
}
