import { compute, type Sources, sourced } from './compute.ts'
import { askedOf, isFromElsewhere } from './evaluate.ts'
import { type Form, formOf } from './own.ts'
import { held, isFilled, put, spotOf } from './place.ts'
import { isOfForm, type Problem, problemOf } from './problem.ts'
import { isOfSize } from './size.ts'
import type { Document, Json, Template } from './template.ts'
import { inShort, problemsAt } from './values.ts'

/** A document in which nothing is filled in. */
export const blank = ({ id, version }: Template): Document => ({ template: id, version, values: {} })

/** A new document, begun with what the registry and the last documents know. */
export const prefill = (template: Template, sources: Sources): Document =>
  compute(template, { ...blank(template), values: sourced(template, {}, 'from', sources) }, sources)

/**
 * The document as it is handed in: computed, and without what is not asked for, which those who sign would not see.
 * What goes can make other fields unasked for, so this is done until nothing more goes.
 */
export function settle(template: Template, document: Document, sources: Sources = {}): Document {
  let settled = compute(template, document, sources)
  for (let round = 0; round < 20; round += 1) {
    const next = compute(template, withoutHidden(template, settled, sources), sources)
    if (next === settled) return settled
    settled = next
  }
  return settled
}

function withoutHidden(template: Template, document: Document, { facts }: Sources): Document {
  const form = formOf(template, document.own)
  if (typeof form === 'string') return document
  let { values } = document
  for (const one of askedOf(form, { values, facts, memo: new Map() }))
    if (!one.asked && !isFromElsewhere(one.field)) values = put(values, one, undefined)
  return values === document.values ? document : { ...document, values }
}

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
  const refused = (...problems: Problem[]): Saved => ({ document, saved: false, problems })
  const form = formOf(template, document.own)
  if (typeof form === 'string') return refused(problemOf('own', path, { reason: form }))
  if (!isOfSize(json)) return refused(problemOf('size', path))
  const spot = spotOf(form, path)
  if (!spot) return refused(problemOf('unknown', path))
  const { section, field, row, column } = spot
  const stated = () => inShort(held(compute(template, document, sources).values, spot))
  if (field.auto || column?.auto) return refused(problemOf('auto', path, { expected: stated() }))
  const rows = held(document.values, { section, field })
  if (field.type === 'table' && Number(row ?? 0) > (Array.isArray(rows) ? rows.length : 0))
    return refused(problemOf('unknown', path))
  const filled = isFilled(json)
  const problems = filled ? problemsAt(spot, json, path) : []
  if (problems.some(isOfForm)) return refused(...problems)
  const values = put(document.values, spot, filled ? json : undefined)
  return { document: compute(template, { ...document, values }, sources), saved: true, problems }
}

/** Whether a path leads to a field, row or cell that a document may have: where a comment can stand. */
export const isPlace = (form: Form, path: string): boolean => spotOf(form, path) !== undefined
