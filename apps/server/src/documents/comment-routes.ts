import { answerDraftComment, listDraftComments, resolveDraftComment, writeDraftComment } from '@tallystick/contract'
import { formOf, isPlace } from '@tallystick/templates'
import type { FastifyInstance } from 'fastify'
import { executeOnce } from '../platform/idempotency.ts'
import { handle } from '../platform/operations.ts'
import { fieldProblem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { ownDraft } from './access.ts'
import { addComment, commentOn, commentsOn, resolveComment } from './comments.ts'
import { type DraftRow, templateOfDraft } from './drafts.ts'

/** What colleagues say of the fields of a draft. Whoever may read it may say something. */
export function registerComments(app: FastifyInstance, services: Services): void {
  handle(app, services, listDraftComments, async ({ params, actor }) => {
    const { id } = await ownDraft(services, actor, params.id)
    return { items: await commentsOn(services, id) }
  })

  handle(app, services, writeDraftComment, async (call) => {
    const { params, body, actor } = call
    const draft = await ownDraft(services, actor, params.id)
    refusePlace(draft, body.path)
    const { id } = await executeOnce(services, call, async (client) => {
      return { id: await addComment(client, services, actor, draft.id, body) }
    })
    return commentOn(services, draft.id, id)
  })

  handle(app, services, answerDraftComment, async (call) => {
    const { params, body, actor } = call
    const draft = await ownDraft(services, actor, params.id)
    const { id, path } = await commentOn(services, draft.id, params.comment)
    await executeOnce(services, call, async (client) => {
      return { id: await addComment(client, services, actor, draft.id, { path, text: body.text, parent: id }) }
    })
    return commentOn(services, draft.id, id)
  })

  handle(app, services, resolveDraftComment, async ({ params, body, actor }) => {
    const draft = await ownDraft(services, actor, params.id)
    await resolveComment(services, actor, draft.id, { id: params.comment, resolved: body.resolved })
    return commentOn(services, draft.id, params.comment)
  })
}

/** A comment stands at a place that the document may have. */
function refusePlace(draft: DraftRow, path: string): void {
  const form = formOf(templateOfDraft(draft), draft.document.own)
  if (typeof form === 'string' || !isPlace(form, path)) throw fieldProblem('path', 'is no place of this document')
}
