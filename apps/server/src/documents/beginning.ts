import { compute, type Document, prefill, type Template } from '@tallystick/templates'
import { keptDocuments, templateOfKind } from '../platform/documents.ts'
import { type Subject, subjectKind } from '../platform/filings.ts'
import { lawInForce } from '../platform/law.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { factsByHand, writtenByHand } from './by-hand.ts'
import { sourcesFor } from './facts.ts'

/**
 * The template of a kind of document, as people write it in this country. Throws a problem that names the kinds that have
 * one, where this has none.
 */
export async function templateFor(services: Services, subject: Subject, kind: string): Promise<Template> {
  const { preset } = await lawInForce(services.ledger)
  const of = subjectKind(subject)
  const found = templateOfKind(preset, kind, of)
  if (found) return writtenByHand(found, factsByHand(preset))
  const kinds = preset.documents.filter((one) => templateOfKind(preset, one.kind, of) !== undefined)
  const allowed = kinds.map((one) => one.kind).join(', ')
  const { detail } = problem('code-unknown', { allowed }).problem
  throw problem('code-unknown', { allowed }, [{ field: 'kind', message: detail, allowed }])
}

/** What a new draft says: what the last version says, or else what the registry and the other documents know. */
export async function begun(services: Services, subject: Subject, kind: string, template: Template): Promise<Document> {
  const last = await lastVersion(services, subject, kind)
  const isSame = last?.template === template.id && last.version === template.version
  const sources = await sourcesFor(services, subject, kind, template, isSame ? last : undefined)
  return isSame ? compute(template, last, sources) : prefill(template, sources)
}

async function lastVersion(services: Services, subject: Subject, kind: string): Promise<Document | undefined> {
  const inForce = await hashInForce(services, subject, kind)
  if (inForce === undefined) return undefined
  return (await keptDocuments(services, subject.project, [inForce])).get(inForce)
}

/** The hash of the version in force of a document. */
export async function hashInForce(
  services: Services,
  { project, period, agreement }: Subject,
  kind: string,
): Promise<string | undefined> {
  const ofProject = async () =>
    period === null ? services.ledger.row('project', project) : services.ledger.row('period', period)
  const row = await (agreement ? services.ledger.row('agreement', agreement.id) : ofProject())
  return row && Object.hasOwn(row.documents, kind) ? row.documents[kind]?.sha256 : undefined
}
