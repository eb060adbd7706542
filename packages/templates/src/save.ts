import { compute, put, type Sources } from './compute.ts'
import { type Form, formOf } from './own.ts'
import { held, isFilled, isGrid, member, withMember } from './place.ts'
import { isOfForm, type Problem, type ProblemCode } from './problem.ts'
import { isOfSize } from './size.ts'
import { type Column, type Document, type Field, type Json, LIMITS, type Section, type Template } from './template.ts'
import { problemsOf, rowProblemsOf } from './values.ts'

/** What came of saving one value: the document as it is then, or as it was where the value cannot be kept at all. */
export interface Saved {
  document: Document
  saved: boolean
  /** What is wrong with the value. A draft may keep one that is too short or out of bounds, not one of another form. */
  problems: Problem[]
}

/**
 * Saves one value of a draft: a field `A2.locations`, a row `A2.locations.0` or a cell `A2.locations.0.name`; null empties it.
 * The row after the last one may be saved too; a row that is emptied goes. Only this value is looked at, and what is
 * computed is computed anew.
 */
export function save(template: Template, document: Document, path: string, json: Json, sources: Sources = {}): Saved {
  const no = (code: ProblemCode, params: Record<string, string> = {}): Saved => ({
    document,
    saved: false,
    problems: [{ path, code, params, severity: 'error' }],
  })
  const form = formOf(template, document.own)
  if (typeof form === 'string') return no('own', { reason: form })
  if (!isOfSize(json)) return no('size')
  const target = targetOf(form, path)
  if (!target) return no('unknown')
  if (target.field.auto || target.column?.auto) return no('auto', { expected: '—' })
  const filled = isFilled(json)
  const before = held(document.values, target.section.key, target.field.key)
  const after = changed(target, before, filled ? json : undefined)
  if (!after) return no('unknown')
  const problems = filled ? problemsIn(target, json, path) : []
  if (problems.some(isOfForm)) return { document, saved: false, problems }
  const value = isFilled(after.json) ? after.json : undefined
  const values = put(document.values, target.section.key, target.field.key, value)
  return { document: compute(template, { ...document, values }, sources), saved: true, problems }
}

/** Whether a path leads to a field, row or cell that a document may have: where a comment can stand. */
export const isPlace = (form: Form, path: string): boolean => targetOf(form, path) !== undefined

interface Target {
  section: Section
  field: Field
  row?: string
  column?: Column
}

function targetOf(form: Form, path: string): Target | undefined {
  const [sectionKey, fieldKey, row, columnKey, ...more] = path.split('.')
  const section = form.sections.find(({ key }) => key === sectionKey)
  const field = section?.fields.find(({ key }) => key === fieldKey)
  if (!section || !field || more.length > 0) return undefined
  if (row === undefined) return { section, field }
  if (!isGrid(field) || !isRow(field, row)) return undefined
  if (columnKey === undefined) return { section, field, row }
  const column = field.fields.find(({ key }) => key === columnKey)
  return column && { section, field, row, column }
}

const isRow = (field: Field, row: string): boolean =>
  field.type === 'matrix'
    ? field.rows.some(({ key }) => key === row)
    : /^(0|[1-9]\d{0,4})$/.test(row) && Number(row) < LIMITS.rows

function problemsIn({ field, row, column }: Target, json: Json, path: string): Problem[] {
  if (column) return problemsOf(column, json, path)
  return row !== undefined && isGrid(field) ? rowProblemsOf(field.fields, json, path) : problemsOf(field, json, path)
}

/** The field with the value in its place; nothing where the row is beyond the one after the last. */
function changed(
  { field, row, column }: Target,
  before: Json | undefined,
  json: Json | undefined,
): { json: Json | undefined } | undefined {
  if (row === undefined) return { json }
  if (field.type === 'matrix') {
    const next = column ? withMember(member(before, row), column.key, json) : json
    return { json: withMember(before, row, isFilled(next) ? next : undefined) }
  }
  const rows = Array.isArray(before) ? before : []
  const index = Number(row)
  if (index > rows.length) return undefined
  const next = column ? withMember(rows[index], column.key, json) : json
  return { json: [...rows.slice(0, index), ...(next === undefined ? [] : [next]), ...rows.slice(index + 1)] }
}
