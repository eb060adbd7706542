import type { FieldError } from '@tallystick/contract'
import {
  compute,
  type Document,
  type Form,
  formOf,
  isFilled,
  type Json,
  LIMITS,
  type Problem,
  type Section,
  type Sources,
  save,
  type Template,
} from '@tallystick/templates'
import type pg from 'pg'
import { lawInForce } from '../platform/law.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { inTransaction } from '../platform/transaction.ts'
import { factsByHand, writtenByHand } from './by-hand.ts'
import { changedValues, type Value } from './changed-values.ts'
import { changedSince, type DraftRow, keepRevision, lockedDraft, templateOfDraft } from './drafts.ts'
import { sourcesFor } from './facts.ts'
import { filesNamed, type NamedFile } from './named-files.ts'
import { unsavable } from './problems.ts'

/** What came of saving values. */
export interface SavedValues {
  revision: number
  values: Value[]
  problems: Problem[]
  /** Files that stand at the places that were sent. */
  files: NamedFile[]
}

/** Saves values of a draft by their places: all of them, or none. Throws a problem for what cannot be kept. */
export async function saveValues(
  services: Services,
  actor: Actor,
  id: string,
  { revision, changes }: { revision: number; changes: readonly Value[] },
): Promise<SavedValues> {
  const facts = factsByHand((await lawInForce(services.ledger)).preset)
  return inTransaction(services.pool, async (client) => {
    const row = await lockedDraft(client, id)
    const template = writtenByHand(templateOfDraft(row), facts)
    const done = savedIn(template, row.document, changes)
    if (done.refused.length > 0) {
      const sources = await sourcesFor(services, row, row.kind, template, row.document)
      throw unsavable(done.refused.map((one) => withStated(one, template, row.document, sources)))
    }
    await refuseOverwriting(client, row, revision, done.paths)
    const { document, problems } = done
    const named = filesNamed(template, document)
    const files = named.filter((file) => changes.some(({ path }) => meet(path, file.path)))
    if (document.values === row.document.values) return { revision: row.revision, values: [], problems, files }
    const next = await keepRevision(client, services, actor, row, { ...kept(document, named), paths: done.paths })
    const values = changedValues(formKnown(template, document), row.document, document)
    return { revision: next, values, problems, files }
  })
}

/** Sets the sections of the project's own; what stood in those that go goes with them. */
export async function saveSections(
  services: Services,
  actor: Actor,
  id: string,
  { revision, sections }: { revision: number; sections: readonly unknown[] },
): Promise<DraftRow> {
  const facts = factsByHand((await lawInForce(services.ledger)).preset)
  return inTransaction(services.pool, async (client) => {
    const row = await lockedDraft(client, id)
    const template = writtenByHand(templateOfDraft(row), facts)
    const document = withSections(template, row.document, sections as Section[])
    if (JSON.stringify(document) === JSON.stringify(row.document)) return row
    await refuseOverwriting(client, row, revision, [OWN])
    const now = kept(document, filesNamed(template, document))
    const next = await keepRevision(client, services, actor, row, { ...now, paths: [OWN] })
    return { ...row, document, revision: next, changed_at: services.clock(), changed_by: actor.user }
  })
}

/** Stands for all sections of the project's own, whose keys begin so. */
const OWN = 'x-'

function withSections(template: Template, { own: _, ...document }: Document, sections: Section[]): Document {
  const own = sections.length > 0 ? { own: sections } : {}
  const form = formOf(template, own.own)
  if (typeof form === 'string') {
    throw unsavable([{ path: 'sections', code: 'own', params: { reason: form }, severity: 'error' }])
  }
  const kept = Object.entries(document.values).filter(([key]) => form.sections.some((one) => one.key === key))
  return compute(template, { ...document, ...own, values: Object.fromEntries(kept) })
}

/** What is said of a field that the registry fills in, with what it knows now. */
function withStated(refused: Problem, template: Template, document: Document, sources: Sources): Problem {
  const [again] = refused.code === 'auto' ? save(template, document, refused.path, null, sources).problems : []
  return again ?? refused
}

interface Done {
  document: Document
  problems: Problem[]
  /** Why none of it can be kept. */
  refused: Problem[]
  /** Places that stand otherwise by what was sent. */
  paths: string[]
}

function savedIn(template: Template, before: Document, changes: readonly Value[]): Done {
  const form = formKnown(template, before)
  const done: Done = { document: before, problems: [], refused: [], paths: [] }
  for (const { path, value } of changes) {
    const { document, saved, problems } = save(template, done.document, path, value)
    if (!saved) done.refused.push(...problems)
    else done.problems.push(...problems)
    if (document.values === done.document.values) continue
    done.document = document
    done.paths.push(placeChanged(form, path, value))
  }
  return done
}

/** The place that others must not have changed meanwhile: of a row that goes the whole table, since others move up. */
function placeChanged({ sections }: Pick<Form, 'sections'>, path: string, value: Json): string {
  const [section, name, row, column] = path.split('.')
  const field = sections.find(({ key }) => key === section)?.fields.find(({ key }) => key === name)
  const isGone = row !== undefined && column === undefined && field?.type === 'table' && !isFilled(value)
  return isGone ? `${section}.${name}` : path
}

/** Refuses what would overwrite a change that the sender has not seen: of the same place, or around it, or within it. */
async function refuseOverwriting(
  client: pg.PoolClient,
  { id, revision: current }: DraftRow,
  revision: number,
  paths: readonly string[],
): Promise<void> {
  if (revision === current) return
  const others = revision > current ? [] : await changedSince(client, id, revision)
  const unseen = others.filter(({ path }) => paths.some((one) => meet(one, path)))
  if (revision < current && unseen.length === 0) return
  const by = [...new Set(unseen.flatMap((one) => one.by ?? []))].join(', ')
  const errors = unseen.map(({ path }): FieldError => ({ field: path, message: 'was changed meanwhile' }))
  throw problem('revision-stale', { revision: String(current), ...(by === '' ? {} : { by }) }, errors.slice(0, 100))
}

function meet(one: string, other: string): boolean {
  if (one === OWN || other === OWN) return one.startsWith(OWN) && other.startsWith(OWN)
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`)
}

/** The form of a draft, whose own sections were looked at when they were set. */
function formKnown(template: Template, { own }: Document): Form {
  const form = formOf(template, own)
  if (typeof form === 'string')
    throw unsavable([{ path: '', code: 'own', params: { reason: form }, severity: 'error' }])
  return form
}

function kept(document: Document, named: readonly NamedFile[]) {
  return { text: textOf(document), files: named.map(({ sha256 }) => sha256) }
}

/** A draft as it is kept. Throws a problem where it would be larger than any document may be. */
function textOf(document: Document): string {
  const text = JSON.stringify(document)
  const most = LIMITS.bytes
  if (Buffer.byteLength(text) <= most) return text
  throw problem('too-large', {}, [{ field: '', message: `must be at most ${most} bytes` }])
}
