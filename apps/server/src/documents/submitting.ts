import type { SubmittedDocument } from '@tallystick/contract'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import { settle, validate } from '@tallystick/templates'
import { calculationJudge } from '../platform/calculations.ts'
import { keepDocument, templateCode } from '../platform/documents.ts'
import { type Subject, submitTo } from '../platform/filings.ts'
import type { Sender } from '../platform/idempotency.ts'
import { refusalOf, wasCarriedOut } from '../platform/judged.ts'
import { problem, refusalProblem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { writableDraft } from './access.ts'
import { templateFor } from './beginning.ts'
import { type DraftRow, dropDraft } from './drafts.ts'
import { sourcesFor } from './facts.ts'
import { fileProblems, filesNamed } from './named-files.ts'
import { unfinished } from './problems.ts'

/** Stands for ids and hashes where none are needed: the command was carried out, and is answered as it was. */
const NOTHING = { subject: { project: '0'.repeat(32), period: null }, kind: 'none', sha256: '0'.repeat(64) }

interface Ready {
  subject: Subject
  kind: string
  sha256: string
}

/** Submits a draft as the next version of its document. Its bytes are kept before the ledger knows their hash. */
export async function submitted(
  services: Services,
  call: Sender & { actor: Actor; params: { id: string }; body: { revision: number; name: string | null } },
): Promise<SubmittedDocument> {
  const { id } = call.params
  const { revision, name } = call.body
  const ready = (await wasCarriedOut(services, call)) ? NOTHING : await prepared(services, call, id, revision)
  const { subject, kind, sha256 } = ready
  const answer = await submitTo(services, { ...call, body: { kind, sha256, name } }, subject)
  await dropDraft(services, id, revision)
  return answer
}

/** What must be so before the ledger is asked: it is whole, and the ledger would take it. Then its bytes are kept. */
async function prepared(
  services: Services,
  call: Sender & { actor: Actor },
  id: string,
  revision: number,
): Promise<Ready> {
  const draft = await writableDraft(services, call.actor, id)
  if (draft.revision !== revision) throw problem('revision-stale', { revision: String(draft.revision) })
  const { project, period, agreement, kind } = draft
  const subject = { project, period, agreement: agreement ?? null }
  const { text, files } = await finalText(services, call.actor, draft)
  const bytes = Buffer.from(text)
  const sha256 = sha256Hex(bytes)
  const request = { project, period, ...(agreement ? { agreement } : {}), document: kind, sha256, name: null }
  const refused = await refusalOf(services, { type: 'DocumentSubmitted', by: call.actor.mandate, request })
  // What others approve are these bytes, so they are kept before they do.
  if (refused && refused.refused !== 'approval-missing') throw refusalProblem(refused)
  const isKept = await keepDocument(
    services,
    { project, sha256, template: draft.template, bytes },
    { draft: id, revision, files },
  )
  // One of its files was taken away meanwhile: it is told which.
  return isKept ? { subject, kind, sha256 } : prepared(services, call, id, revision)
}

/** The canonical JSON of a draft as it is handed in, and the files in it. Throws a problem that names what is missing or wrong. */
async function finalText(services: Services, actor: Actor, draft: DraftRow) {
  const { kind, document } = draft
  const template = await templateFor(services, draft, kind)
  if (draft.template !== templateCode(template)) {
    const params = { given: draft.template, expected: templateCode(template) }
    throw unfinished([{ path: '', code: 'template', params, severity: 'error' }])
  }
  const sources = await sourcesFor(services, draft, kind, template, document)
  const settled = settle(template, document, sources)
  const calculation = await calculationJudge(services, settled.values)
  const files = filesNamed(template, settled)
  const problems = [
    ...validate(template, settled, { final: true, sources, calculation }),
    ...(await fileProblems(services, actor, draft.project, files)),
  ]
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw unfinished(errors)
  return { text: canonicalJson(settled), files }
}
