import { compute, type Sources } from './compute.ts'
import { type Form, formOf } from './own.ts'
import { held, isFilled, put, spotOf } from './place.ts'
import { isOfForm, type Problem, type ProblemCode, problemOf } from './problem.ts'
import { isOfSize } from './size.ts'
import type { Document, Json, Template } from './template.ts'
import { problemsAt } from './values.ts'

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
  const no = (code: ProblemCode, params?: Record<string, string>): Saved => ({
    document,
    saved: false,
    problems: [problemOf(code, path, params)],
  })
  const form = formOf(template, document.own)
  if (typeof form === 'string') return no('own', { reason: form })
  if (!isOfSize(json)) return no('size')
  const spot = spotOf(form, path)
  if (!spot) return no('unknown')
  const { section, field, row, column } = spot
  if (field.auto || column?.auto) return no('auto', { expected: '—' })
  const rows = held(document.values, { section, field })
  if (field.type === 'table' && Number(row ?? 0) > (Array.isArray(rows) ? rows.length : 0)) return no('unknown')
  const filled = isFilled(json)
  const problems = filled ? problemsAt(spot, json, path) : []
  if (problems.some(isOfForm)) return { document, saved: false, problems }
  const values = put(document.values, spot, filled ? json : undefined)
  return { document: compute(template, { ...document, values }, sources), saved: true, problems }
}

/** Whether a path leads to a field, row or cell that a document may have: where a comment can stand. */
export const isPlace = (form: Form, path: string): boolean => spotOf(form, path) !== undefined
