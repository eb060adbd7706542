import {
  attachFile,
  changeAttachment,
  listAttachments,
  readAttachment,
  readFileOfProject,
  removeAttachment,
} from '@tallystick/contract'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { mayRead, mayReadAll } from '../platform/attachments.ts'
import { CreatedKey, decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import { FAULTS, KINDS } from '../platform/files/judge/verdict.ts'
import { judgeFile } from '../platform/files/judging.ts'
import { keepFile } from '../platform/files/kept.ts'
import { asDownload, cleanName, endingOf } from '../platform/files/names.ts'
import { checkedBytes } from '../platform/files/store.ts'
import { forUploads, uploadOf } from '../platform/files/upload.ts'
import { executeOnce } from '../platform/idempotency.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { requireAttacher, requireKeeper, requireKind } from './rights.ts'
import {
  type AttachmentRow,
  addAttachment,
  attachment,
  attachmentPage,
  attachmentsOfFile,
  changeDetails,
  removeRow,
  shownAttachments,
} from './store.ts'

/** Files that go with projects: their bytes by their hash, what they are by their content, never shown in place. */
export function register(app: FastifyInstance, services: Services): void {
  forUploads(app, (scope) => registerUpload(scope, services))

  handle(app, services, listAttachments, async ({ params, query, actor }) => {
    const project = await services.ledger.row('project', params.id)
    if (!project) throw problem('not-found')
    const limit = limitOf(query)
    const rows = await attachmentPage(services, {
      project: params.id,
      document: query.document,
      all: await mayReadAll(services, actor, project),
      organisation: actor?.organisation ?? '',
      before: decodeCursor(CreatedKey, query.cursor),
      limit: limit + 1,
    })
    return pageFrom(
      await shownAttachments(services, rows),
      limit,
      (one) => one,
      ({ at, id }) => [at, id],
    )
  })

  handle(app, services, readAttachment, async ({ params, actor }) => {
    const row = await attachment(services, params.id)
    if (!row || !(await mayRead(services, actor, row))) throw problem('not-found')
    return shownOne(services, row)
  })

  handle(app, services, changeAttachment, async ({ params, body, actor }) => {
    const row = await attachment(services, params.id)
    await requireKeeper(services, actor, row)
    // What a document shows to everybody is not hidden from them.
    if (row?.shown && !body.public) throw problem('file-in-use')
    await changeDetails(services, params.id, body)
    return shownOne(services, await attachment(services, params.id))
  })

  handle(app, services, removeAttachment, async ({ params, actor }) => {
    await requireKeeper(services, actor, await attachment(services, params.id))
    if (!(await removeRow(services, params.id))) throw problem('file-in-use')
    return undefined
  })

  handle(app, services, readFileOfProject, async ({ params: { id, sha256 }, actor, reply }) => {
    const rows = await attachmentsOfFile(services, id, sha256)
    const readable = await Promise.all(rows.map((row) => mayRead(services, actor, row)))
    const row = rows.find((_, at) => readable[at])
    if (!row) throw problem('not-found')
    const file = await services.files.store.get(sha256)
    if (!file) throw problem('files-unavailable')
    reply
      .type(KINDS[row.kind].media)
      .header('content-disposition', asDownload(row.name))
      .header('content-security-policy', "default-src 'none'; sandbox")
      .header('content-length', file.size)
    return checkedBytes(file.bytes, sha256)
  })
}

/** Judged before anything is kept; of what is refused nothing stays. */
function registerUpload(scope: FastifyInstance, services: Services): void {
  handle(scope, services, attachFile, async (call) => {
    const { params, query, actor, request } = call
    const { document = '' } = query
    await requireKind(services, document)
    await requireAttacher(services, actor, { project: params.id, document })
    return uploadOf(services, request, async (file) => {
      const verdict = file.size === 0 ? { fault: 'empty' as const } : await judgeFile(file.path, endingOf(query.name))
      if ('fault' in verdict) throw refused(verdict.fault)
      await keepFile(services, file, verdict)
      const name = cleanName(query.name, verdict.kind)
      const { sha256, size } = file
      const { title = name } = query
      const wanted = { project: params.id, document, sha256, size, name, title, public: query.public }
      const requestHash = sha256Hex(canonicalJson([call.requestHash, wanted]))
      const id = await executeOnce(services, { ...call, requestHash }, (client) =>
        addAttachment(services, client, actor, wanted),
      )
      return shownOne(services, await attachment(services, id))
    })
  })
}

function refused(fault: keyof typeof FAULTS) {
  const reason = FAULTS[fault]
  const allowed = fault === 'kind' || fault === 'ending' ? { allowed: Object.keys(KINDS).join(', ') } : {}
  return problem('file-refused', { fault, reason }, [{ field: '', message: reason, ...allowed }])
}

async function shownOne(services: Services, row: AttachmentRow | undefined) {
  const [shown] = await shownAttachments(services, row ? [row] : [])
  if (!shown) throw problem('not-found')
  return shown
}
