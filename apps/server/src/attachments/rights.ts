import { mayRead } from '../platform/attachments.ts'
import { isGovernment } from '../platform/auth.ts'
import { lawInForce } from '../platform/law.ts'
import { refusalOutside } from '../platform/permitted.ts'
import { fieldProblem, problem, refusalProblem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import type { AttachmentRow } from './store.ts'

/** What goes with no document is attached by whoever may describe the project. */
const DESCRIPTION = 'description'

const actionFor = (document: string) => `documents.submit.${document || DESCRIPTION}`

/** Throws a problem for a kind of document that the preset does not know. */
export async function requireKind({ ledger }: Services, document: string): Promise<void> {
  const { preset } = await lawInForce(ledger)
  if (document === '' || preset.documents.some(({ kind }) => kind === document)) return
  const allowed = preset.documents.map(({ kind }) => kind).join(', ')
  throw fieldProblem('document', 'is no kind of document of this registry', allowed)
}

/** Throws a problem for whoever may not submit the document that a file goes with. Approvals are for the document itself. */
export async function requireAttacher(
  services: Services,
  actor: Actor,
  { project, document }: { project: string; document: string },
): Promise<void> {
  const refusal = await refusalOutside(services, actor, { action: actionFor(document), project })
  if (refusal && refusal.refused !== 'approval-missing') throw refusalProblem(refusal)
}

/** Throws a problem for whoever neither attached the file nor is the government, or may not attach there any more. */
export async function requireKeeper(services: Services, actor: Actor, row: AttachmentRow | undefined): Promise<void> {
  if (!row || !(await mayRead(services, actor, row))) throw problem('not-found')
  if (actor.organisation !== row.organisation && !isGovernment(actor)) {
    throw problem('not-permitted', { action: actionFor(row.document), role: actor.role })
  }
  await requireAttacher(services, actor, row)
}
