import { compute, type Sources, sourced } from './compute.ts'
import { askedOf, isFromElsewhere } from './evaluate.ts'
import { formOf } from './own.ts'
import { put } from './place.ts'
import type { Document, Template } from './template.ts'

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
