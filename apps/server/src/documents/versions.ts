import type { DocumentData } from '@tallystick/contract'
import { compare, type Document, type Template } from '@tallystick/templates'
import { type KeptDocument, keptUnder, templateOf } from '../platform/documents.ts'
import { entryNaming, firstNaming, type LogRow } from '../platform/entries.ts'
import { submittedDocument } from '../platform/filings.ts'
import { namesIn } from '../platform/names.ts'
import { fieldProblem, problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { readsWhole } from './access.ts'
import { hashInForce } from './beginning.ts'
import { publicPart } from './public-part.ts'

/** A version of a document that was submitted, as somebody may read it. */
export interface Version {
  row: LogRow<'DocumentSubmitted'>
  kept: KeptDocument
  template: Template
  document: Document
  withheld: string[]
  /** Does the reader see all of it that is kept? */
  whole: boolean
}

/** The version of a hash, for whoever asks. Throws a problem where none was submitted that is data. */
export async function versionOf(services: Services, actor: Actor | undefined, sha256: string): Promise<Version> {
  for (const kept of await keptUnder(services, sha256)) {
    const row = await submissionOf(services, kept.project, sha256)
    const template = templateOf(kept.template)
    // What nobody submitted, or not yet, is nobody's to read.
    if (row?.entry.body.sha256 !== sha256 || !template) continue
    const said = JSON.parse(Buffer.from(kept.bytes).toString('utf8')) as Document
    const names = await namesIn(services, row.entry.by)
    const by = names.mandate(row.entry.by)?.organisation ?? ''
    const { agreement } = row.entry.body
    const whole = await readsWhole(services, actor, { project: kept.project, by, agreement })
    const shown = whole ? { document: said, withheld: [] } : publicPart(template, said)
    return { row, kept, template, whole, ...shown }
  }
  throw problem('not-found')
}

/**
 * The last submission of these bytes, as the document as which they came first: whoever submits the hash of another's paper
 * as something of its own does not come to read it.
 */
async function submissionOf(
  services: Services,
  project: string,
  sha256: string,
): Promise<LogRow<'DocumentSubmitted'> | undefined> {
  const naming = ['sha256', sha256] as const
  const [first, last] = await Promise.all([
    firstNaming(services, 'DocumentSubmitted', project, naming),
    entryNaming(services, 'DocumentSubmitted', project, naming),
  ])
  return first && last && isSame(first, last) ? last : first
}

/** Are they versions of one document? */
function isSame(
  { entry: { body: a } }: LogRow<'DocumentSubmitted'>,
  { entry: { body: b } }: LogRow<'DocumentSubmitted'>,
) {
  const isOfOne = a.period === b.period && a.agreement?.id === b.agreement?.id
  return isOfOne && a.project === b.project && a.document === b.document
}

/** Which version it is, and how it stands. */
export async function versionShown(
  services: Services,
  { row, kept }: Version,
): Promise<Omit<DocumentData, 'document' | 'withheld'>> {
  const { project, period, agreement = null, document, sha256 } = row.entry.body
  const [submitted, inForce] = await Promise.all([
    submittedDocument(services, row),
    hashInForce(services, { project, period, agreement }, document),
  ])
  return { ...submitted, project, template: kept.template, inForce: inForce === sha256 }
}

/** What differs from one version to another, of what the reader sees of both. */
export function differences(from: Version, to: Version) {
  if (!isSame(from.row, to.row)) {
    throw fieldProblem('from', 'is a version of another document')
  }
  return compare(to.template, from.document, to.document).map(({ cells, ...change }) => ({
    ...change,
    ...(cells && { cells: cells.map((cell) => ({ ...cell })) }),
  }))
}
