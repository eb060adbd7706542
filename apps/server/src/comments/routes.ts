import { Readable } from 'node:stream'
import {
  answerComment,
  type Comment,
  checkComments,
  confirmComment,
  hideComment,
  listComments,
  readCommentBundle,
  sendComment,
  submitComments,
} from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import { entryOf } from '../platform/entries.ts'
import { execute, type Sender, writtenOf } from '../platform/idempotency.ts'
import { refusalOf, wasCarriedOut } from '../platform/judged.ts'
import { languageOf } from '../platform/language.ts'
import { handle } from '../platform/operations.ts'
import { problem, refusalProblem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { networkOf, throttle } from '../platform/throttle.ts'
import { BUNDLE, checkedRounds, sealedRound } from './bundle.ts'
import { registerPages } from './pages.ts'
import { commentsShown } from './queries.ts'
import { requireDecider, requireOwner } from './rights.ts'
import { currentRound, isOpen } from './rounds.ts'
import { confirm, LIMITS, sendIn } from './sending.ts'
import { answerRow, bundleBytes, type CommentRow, commentPage, hideRow } from './store.ts'

/** A cursor over comments: round, and number within it. */
const CommentKey = z.tuple([
  z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  z.number().int().min(0).max(1_000_000),
])

/** Comments of the public on projects. */
export function register(app: FastifyInstance, services: Services): void {
  open(app, services)
  decisions(app, services)
  bundles(app, services)
  registerPages(app, services)
}

function open(app: FastifyInstance, services: Services): void {
  handle(app, services, sendComment, ({ params, body, request }) => {
    const { language = languageOf(request) } = body
    return sendIn(services, params.id, { ...body, language }, request)
  })

  handle(app, services, confirmComment, ({ body, request }) => {
    const { token } = body
    const inLink = URL.canParse(token) ? new URL(token).searchParams.get('token') : null
    return confirm(services, inLink ?? token, request)
  })

  handle(app, services, listComments, async ({ params, query }) => {
    await projectRow(services, params.id)
    const limit = limitOf(query)
    const rows = await commentPage(services, params.id, decodeCursor(CommentKey, query.cursor), limit + 1)
    const shown = new Map((await commentsShown(services, rows)).map((comment) => [comment.id, comment]))
    return pageFrom(
      rows,
      limit,
      ({ id }) => commentOf(shown.get(id)),
      ({ round, number }) => [Number(round), number],
    )
  })
}

function decisions(app: FastifyInstance, services: Services): void {
  handle(app, services, hideComment, async ({ params, body, actor }) => {
    await projectRow(services, params.id)
    await requireDecider(services, actor, params.id)
    const hidden = { reason: body.reason, by: actor.mandate }
    return shownOne(services, await hideRow(services, params.id, params.comment, hidden))
  })

  handle(app, services, answerComment, async ({ params, body, actor }) => {
    await requireOwner(services, actor, params.id, await projectRow(services, params.id))
    const answer = { text: body.text, by: actor.mandate }
    const row = await answerRow(services, params.id, params.comment, answer)
    if (row === 'taken') throw problem('already-exists', {}, [{ field: 'text', message: 'is answered already' }])
    return shownOne(services, row)
  })
}

function bundles(app: FastifyInstance, services: Services): void {
  handle(app, services, submitComments, async (call) => {
    const project = call.params.id
    const sha256 = (await wasCarriedOut(services, call)) ? NO_HASH : await sealed(services, call, project)
    const request = { project, document: BUNDLE, sha256, name: null }
    const receipt = await execute(services, call, { type: 'DocumentSubmitted', request })
    const { body } = entryOf('DocumentSubmitted', receipt)
    const { rows } = await services.pool.query<{ round: string; comments: number }>(
      'SELECT round, comments FROM content_comment_round WHERE sha256 = $1',
      [body.sha256],
    )
    return {
      project,
      round: Number(rows[0]?.round ?? 0),
      comments: rows[0]?.comments ?? 0,
      version: body.allotted.version,
      sha256: body.sha256,
      entry: writtenOf(receipt),
    }
  })

  handle(app, services, readCommentBundle, async ({ params, reply }) => {
    const bytes = await bundleBytes(services, params.sha256)
    if (!bytes) throw problem('not-found')
    reply.header('content-length', bytes.length)
    return Readable.from([bytes])
  })

  handle(app, services, checkComments, async ({ params, request }) => {
    await throttle(services, `comments checked from ${networkOf(request.ip)}`, LIMITS.checks)
    await projectRow(services, params.id)
    const round = await currentRound(services, params.id)
    return {
      open: round !== undefined && isOpen(services, round),
      rounds: await checkedRounds(services, params.id),
    }
  })
}

/** Stands for a hash where none is needed: nothing has it. */
const NO_HASH = '0'.repeat(64)

/** Makes the bundle, for somebody who may submit it, where the ledger would take it. */
async function sealed(services: Services, call: Sender, project: string): Promise<string> {
  const request = { project, document: BUNDLE, sha256: NO_HASH, name: null }
  const refused = await refusalOf(services, { type: 'DocumentSubmitted', by: call.actor.mandate, request })
  // What others approve is the bundle itself, so it is made before they do.
  if (refused && refused.refused !== 'approval-missing') throw refusalProblem(refused)
  return (await sealedRound(services, project)).sha256
}

async function projectRow(services: Services, id: string) {
  const row = await services.ledger.row('project', id)
  if (!row) throw problem('not-found')
  return row
}

async function shownOne(services: Services, row: CommentRow | undefined): Promise<Comment> {
  return commentOf(row && (await commentsShown(services, [row]))[0])
}

function commentOf(comment: Comment | undefined): Comment {
  if (!comment) throw problem('not-found')
  return comment
}
