import { compute, put, type Sources, sourced } from './compute.ts'
import { isFromElsewhere, isShown, type Scope, scopeOf } from './evaluate.ts'
import { formOf } from './own.ts'
import { held, isFilled, isGrid, type Members, rowsOf } from './place.ts'
import type { Document, Field, Section, Template } from './template.ts'

/** A document in which nothing is filled in. */
export const blank = (template: Template): Document => ({
  template: template.id,
  version: template.version,
  values: {},
})

/** A new document, begun with what the registry and the last documents know. */
export function prefill(template: Template, sources: Sources): Document {
  let { values } = blank(template)
  for (const section of template.sections) {
    for (const field of section.fields)
      if (field.from) values = put(values, section.key, field.key, sourced(field, field.from, sources))
  }
  return compute(template, { ...blank(template), values }, sources)
}

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

function withoutHidden(template: Template, document: Document, sources: Sources): Document {
  const form = formOf(template, document.own)
  if (typeof form === 'string') return document
  const scope = scopeOf({ template: form, values: document.values, facts: sources.facts })
  let { values } = document
  for (const section of form.sections) {
    const shown = isShown(section, scope)
    for (const field of section.fields) {
      const json = held(document.values, section.key, field.key)
      if (!isFilled(json) || isFromElsewhere(field)) continue
      if (!shown || !isShown(field, scope)) values = put(values, section.key, field.key, undefined)
      else if (isGrid(field)) values = put(values, section.key, field.key, withoutHiddenCells(section, field, scope))
    }
  }
  return values === document.values ? document : { ...document, values }
}

function withoutHiddenCells(section: Section, field: Extract<Field, { type: 'table' | 'matrix' }>, scope: Scope) {
  const json = held(scope.values, section.key, field.key)
  const conditional = field.fields.filter(({ visibleIf }) => visibleIf !== undefined)
  if (conditional.length === 0) return json
  const table = { section, field, kind: 'table', many: false } as const
  const rows = rowsOf(field, json).map(([key, cells]): [string, Members] => {
    const hidden = conditional.filter((column) => !isShown(column, { ...scope, row: { table, cells } }))
    return [
      key,
      Object.fromEntries(Object.entries(cells).filter(([name]) => !hidden.some((column) => column.key === name))),
    ]
  })
  return field.type === 'matrix' ? Object.fromEntries(rows) : rows.map(([, cells]) => cells)
}
