import type { SignedDocument, SigningTarget } from '@tallystick/contract'
import type { Receipt } from '@tallystick/ledger'
import { entryOf } from '../platform/entries.ts'
import { writtenOf } from '../platform/idempotency.ts'
import { refusalOf } from '../platform/judged.ts'
import { namesIn } from '../platform/names.ts'
import { refusalProblem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import type { SignatureRecord } from './store.ts'
import { type Words, wordsIn } from './words.ts'

const NO_EVIDENCE = '0'.repeat(64)

/** Throws a problem where the ledger would not take such a signature of this person now. */
export async function requireSignable(
  services: Services,
  { mandate }: Actor,
  target: SigningTarget,
  level: SignatureRecord['level'],
  organisation: string | null = null,
): Promise<void> {
  const request = { ...target, level, evidence: NO_EVIDENCE, organisation }
  const refused = await refusalOf(services, { type: 'DocumentSigned', by: mandate, request })
  if (refused) throw refusalProblem(refused)
}

/** What somebody agrees to by signing, in a language. */
export async function statementOf(
  services: Services,
  { organisation }: Actor,
  target: SigningTarget,
  language: string,
): Promise<string> {
  const words = wordsIn(services, language)
  const names = await namesIn(services, target.project, organisation)
  return words.say('statement', {
    ...placesOf(words, target),
    project: projectNamed(names.project(target.project)),
    organisation: names.organisationRef(organisation).name ?? words.say('unnamed'),
  })
}

/** How texts name the place on the document. */
export function placesOf(words: Words, { document, version, sha256, slot }: SigningTarget) {
  return { document: words.document(document), version: String(version), sha256, slot }
}

export function projectNamed(known: { number: number; title: string | null } | undefined): string {
  return [known?.number, known?.title].filter(Boolean).join(' · ')
}

/** A signature that is in the ledger. */
export function signedOf(receipt: Receipt): SignedDocument {
  const { body } = entryOf('DocumentSigned', receipt)
  const { project, period, agreement, document, version, sha256, slot, level, evidence } = body
  const place = { project, period, document, version, sha256, slot, ...(agreement === undefined ? {} : { agreement }) }
  return { ...place, level, evidence, entry: writtenOf(receipt) }
}
