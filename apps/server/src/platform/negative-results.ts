import type { Document, Json } from '@tallystick/templates'
import { leavesIn, memberOf } from './document-leaves.ts'
import { keptDocuments, templateOf } from './documents.ts'
import { problem } from './problem.ts'
import type { Services } from './services.ts'

/** Versions in force by their kinds. */
type InForce = Readonly<Record<string, { sha256: string }>>

/**
 * Throws a problem where a calculation in one of these documents says that nothing may be issued by it: more was emitted than
 * without the project, over all or in one of its years. The ledger knows hashes alone: so it is asked here.
 */
export async function refuseNegative(services: Services, project: string, documents: InForce): Promise<void> {
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
