import {
  type Agreement,
  createDraft,
  type Draft,
  type DraftHead,
  deleteDraft,
  type Language,
  listDrafts,
  readDraft,
  saveDraft,
  setDraftSections,
  submitDraft,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { compute, validate } from '@tallystick/templates'
import type { FastifyInstance } from 'fastify'
import { calculationJudge } from '../platform/calculations.ts'
import { CreatedKey, decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import { templateCode } from '../platform/documents.ts'
import { spokenTo } from '../platform/language.ts'
import { lawInForce } from '../platform/law.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { settleDrafts } from '../platform/submissions.ts'
import { ownDraft, requireWriter, writableDraft } from './access.ts'
import { begun, templateFor } from './beginning.ts'
import { factsByHand, pathsByHand, writtenByHand } from './by-hand.ts'
import type { Value } from './changed-values.ts'
import { constantsProblems } from './constants.ts'
import {
  type DraftHeadRow,
  type DraftRow,
  draftOf,
  draftPage,
  dropDraft,
  makeDraft,
  requireRoom,
  templateOfDraft,
} from './drafts.ts'
import { sourcesFor } from './facts.ts'
import { fileProblems, filesNamed } from './named-files.ts'
import { told } from './problems.ts'
import { saveSections, saveValues } from './saving.ts'
import { submitted } from './submitting.ts'

/** Drafts of documents: begun, read, saved, and submitted. */
export function registerDrafts(app: FastifyInstance, services: Services): void {
  handle(app, services, createDraft, async ({ body, actor, request, reply }) => {
    const { project, period, kind } = body
    const subject = { project, period, agreement: await agreementOf(services, body) }
    const template = await templateFor(services, subject, kind)
    await requireWriter(services, actor, { ...subject, kind })
    await settleDrafts(services, actor)
    const document = await begun(services, subject, kind, template)
    await requireRoom(services, actor.organisation, subject)
    const files = filesNamed(template, document).map(({ sha256 }) => sha256)
    const id = await makeDraft(services, actor, subject, { kind, template: templateCode(template), document, files })
    if (id === undefined) {
      const known = await draftOf(services.pool, actor.organisation, subject, kind)
      throw problem('already-exists', known ? { draft: known.id } : {}, [
        { field: 'kind', message: 'has a draft of your organisation already' },
      ])
    }
    return shown(services, actor, await ownDraft(services, actor, id), spokenTo(request, reply))
  })

  handle(app, services, listDrafts, async ({ query, actor }) => {
    await settleDrafts(services, actor)
    const limit = limitOf(query)
    const asked = { project: query.project, before: decodeCursor(CreatedKey, query.cursor) }
    const rows = await draftPage(services, actor.organisation, asked, limit + 1)
    const names = await namesOf(services, rows)
    return pageFrom(
      rows,
      limit,
      (row) => headOf(row, names),
      ({ changed_at, id }) => [changed_at.toISOString(), id],
    )
  })

  handle(app, services, readDraft, async ({ params, actor, request, reply }) => {
    await settleDrafts(services, { id: params.id })
    return shown(services, actor, await ownDraft(services, actor, params.id), spokenTo(request, reply))
  })

  changes(app, services)
}

function changes(app: FastifyInstance, services: Services): void {
  handle(app, services, saveDraft, async ({ params, body, actor, request, reply }) => {
    const { project } = await writableDraft(services, actor, params.id)
    const wanted = { revision: body.revision, changes: body.changes as Value[] }
    const { problems, files, ...saved } = await saveValues(services, actor, params.id, wanted)
    const all = [...problems, ...(await fileProblems(services, actor, project, files))]
    return { id: params.id, ...saved, problems: told(all, spokenTo(request, reply)) }
  })

  handle(app, services, setDraftSections, async ({ params, body, actor, request, reply }) => {
    await writableDraft(services, actor, params.id)
    const row = await saveSections(services, actor, params.id, body)
    return shown(services, actor, row, spokenTo(request, reply))
  })

  handle(app, services, deleteDraft, async ({ params, actor }) => {
    await writableDraft(services, actor, params.id)
    await dropDraft(services, params.id)
    return undefined
  })

  handle(app, services, submitDraft, (call) => submitted(services, call))
}

/** A draft as it would be submitted now, with what is missing or wrong. */
async function shown(services: Services, actor: Actor, row: DraftRow, language: Language): Promise<Draft> {
  const facts = factsByHand((await lawInForce(services.ledger)).preset)
  const template = writtenByHand(templateOfDraft(row), facts)
  const [sources, names] = await Promise.all([
    sourcesFor(services, row, row.kind, template, row.document),
    namesOf(services, [row]),
  ])
  const document = compute(template, row.document, sources)
  const calculation = await calculationJudge(services, document.values)
  const problems = [
    ...validate(template, document, { final: true, sources, calculation }),
    ...(await fileProblems(services, actor, row.project, filesNamed(template, document))),
    ...(await constantsProblems(services, template, document)),
  ]
  const byHand = pathsByHand(templateOfDraft(row), facts)
  return { ...headOf(row, names), document: { ...document }, problems: told(problems, language), byHand }
}

function headOf(row: DraftHeadRow, names: ReadonlyMap<string, string>): DraftHead {
  const { id, project, period, agreement = null, kind, template, revision, changed_at, changed_by } = row
  const by = { id: changed_by, name: names.get(changed_by) ?? null }
  return { id, project, period, agreement, kind, template, revision, changed: { at: changed_at.toISOString(), by } }
}

/** The agreement that a draft is of: one that is there, or a new one between two accounts. */
async function agreementOf(
  services: Services,
  { project, agreement }: { project: string; agreement: { [Member in keyof Agreement]?: string | undefined } | null },
): Promise<Agreement | null> {
  if (agreement === null) return null
  const { id, seller = '', buyer = '' } = agreement
  if (id === undefined) return { id: randomId(), seller, buyer }
  const row = await services.ledger.row('agreement', id)
  if (row?.project !== project) throw problem('agreement-unknown', { agreement: id })
  return { id, seller: row.seller, buyer: row.buyer }
}

async function namesOf({ pool }: Services, rows: readonly DraftHeadRow[]): Promise<Map<string, string>> {
  const { rows: users } = await pool.query<{ id: string; name: string }>(
    'SELECT id, name FROM content_user WHERE id = ANY($1)',
    [[...new Set(rows.map(({ changed_by }) => changed_by))]],
  )
  return new Map(users.map(({ id, name }) => [id, name]))
}
