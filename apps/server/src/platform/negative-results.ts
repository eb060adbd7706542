import type { Document, Json } from '@tallystick/templates'
import { leavesIn, memberOf } from './document-leaves.ts'
import { keptDocuments, templateOf } from './documents.ts'
import { problem } from './problem.ts'
import type { Services } from './services.ts'

/** Versions in force by their kinds. */
type InForce = Readonly<Record<string, { sha256: string }>>

/** What a command asks for that certifies or issues; of others nothing is looked at. */
interface Wanted {
  authorisation?: unknown
  period?: unknown
  outcomes?: unknown
}

/**
 * Throws a problem where a command would certify or issue by a calculation that says that nothing may be issued by it: more was
 * emitted than without the project, over all or in one of its years. It is looked for in the documents in force of the
 * monitoring period, or else of the project. The ledger knows hashes alone: so it is asked here.
 */
export async function refuseNegative(services: Services, type: string, wanted: Wanted): Promise<void> {
  if (type === 'OutcomeCertified' && !isSome(wanted)) return
  if (type !== 'OutcomeCertified' && type !== 'BatchIssued') return
  const { ledger } = services
  const period = typeof wanted.period === 'string' ? await ledger.row('period', wanted.period) : undefined
  const ground = await ledger.row('authorisation', String(wanted.authorisation ?? ''))
  const project = type === 'BatchIssued' ? ground?.project : period?.project
  if (project === undefined) return
  const { documents = {} } = period ?? (await ledger.row('project', project)) ?? {}
  await refuseBlocking(services, project, documents)
}

/** That nothing was reduced may be certified. */
function isSome({ outcomes }: Wanted): boolean {
  return Array.isArray(outcomes) && outcomes.some((one) => memberOf(one, 'certified') !== '0')
}

async function refuseBlocking(services: Services, project: string, documents: InForce): Promise<void> {
  const hashes = Object.values(documents).map(({ sha256 }) => sha256)
  const kept = await keptDocuments(services, project, hashes)
  for (const [kind, { sha256 }] of Object.entries(documents)) {
    const path = blockingPlace(kept.get(sha256))
    if (path !== undefined) throw problem('result-negative', { kind, path, sha256 })
  }
}

/** Where a document has a calculation that keeps units from being issued. */
function blockingPlace(document: Document | undefined): string | undefined {
  const template = document && templateOf(`${document.template}@${document.version}`)
  if (!template) return undefined
  return leavesIn(template, document).find(({ type, json }) => type === 'calc' && blocks(json))?.path
}

/** It says so itself, or it is negative, whatever it says. */
function blocks(json: Json): boolean {
  const result = memberOf(json, 'result')
  const years = memberOf(result, 'perVintage')
  const all = [result, ...(Array.isArray(years) ? years : [])].map((one) => memberOf(one, 'er'))
  return memberOf(result, 'blocksIssuance') === true || all.some((er) => typeof er === 'string' && /^-.*[1-9]/.test(er))
}
