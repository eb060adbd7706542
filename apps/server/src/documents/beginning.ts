import { compute, type Document, prefill, type Template } from '@tallystick/templates'
import { keptDocuments, templateOfKind } from '../platform/documents.ts'
import type { Subject } from '../platform/filings.ts'
import { lawInForce } from '../platform/law.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { sourcesFor } from './facts.ts'

/** The template of a kind of document. Throws a problem that names the kinds that have one, where this has none. */
export async function templateFor(services: Services, { period }: Subject, kind: string): Promise<Template> {
  const { preset } = await lawInForce(services.ledger)
  const of = period === null ? 'project' : 'period'
  const found = templateOfKind(preset, kind, of)
  if (found) return found
  const kinds = preset.documents.filter((one) => templateOfKind(preset, one.kind, of) !== undefined)
  const allowed = kinds.map((one) => one.kind).join(', ')
  const { detail } = problem('code-unknown', { allowed }).problem
  throw problem('code-unknown', { allowed }, [{ field: 'kind', message: detail, allowed }])
}

/** What a new draft says: what the last version says, or else what the registry and the other documents know. */
export async function begun(services: Services, subject: Subject, kind: string, template: Template): Promise<Document> {
  const [sources, last] = await Promise.all([
    sourcesFor(services, subject, kind, template),
    lastVersion(services, subject, kind),
  ])
  const isSame = last?.template === template.id && last.version === template.version
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
  { project, period }: Subject,
  kind: string,
): Promise<string | undefined> {
  const row =
    period === null ? await services.ledger.row('project', project) : await services.ledger.row('period', period)
  return row && Object.hasOwn(row.documents, kind) ? row.documents[kind]?.sha256 : undefined
}
