import { evaluate, type Facts, isTrue, type Scope } from './evaluate.ts'
import { written } from './number.ts'
import { isNumber, isSpan, type Value } from './operands.ts'
import { type Computed, computedOrder } from './order.ts'
import { type Form, formOf } from './own.ts'
import type { Members, Sections, Values } from './place.ts'
import { held, isFilled, isGrid, leavesOf, member, membersOf, put, rowsOf, sameJson, withMember } from './place.ts'
import { isOfForm } from './problem.ts'
import type { Document, Field, Json, Source, Template } from './template.ts'
import { TYPES } from './types.ts'
import { problemsAt } from './values.ts'

/** What a document is filled in from: what the registry knows, and the last document of each other template. */
export interface Sources {
  facts?: Facts
  documents?: Record<string, Document>
}

/** The document with every value that the registry fills in: computed ones, and those of `sources` where these are given. */
export function compute(template: Template, document: Document, sources: Sources = {}): Document {
  const form = formOf(template, document.own)
  if (typeof form === 'string') return document
  const values = computed(form, sourced(form, document.values, 'auto', sources), sources)
  return values === document.values ? document : { ...document, values }
}

/** The values with those that come from elsewhere, where it is given what they come from. */
export function sourced({ sections }: Sections, given: Values, from: 'auto' | 'from', sources: Sources): Values {
  let values = given
  for (const { leaf, ...spot } of leavesOf(sections)) {
    const source = leaf[from]
    if ((source?.fact && sources.facts) || (source?.document && sources.documents))
      values = put(values, spot, fitting(leaf, toldBy(source, sources)))
  }
  return values
}

function toldBy({ fact, document = '' }: Source, { facts, documents }: Sources): Json | undefined {
  if (fact) return facts?.[fact]
  const [id = '', path = ''] = document.split(':')
  const [section = '', field = '', part] = path.split('.')
  const json = member(member(documents?.[id]?.values, section), field)
  return part === undefined ? json : member(json, part)
}

/** A value in the form of a field; columns and cells that do not fit it are left out. */
function fitting(field: Field, json: Json | undefined): Json | undefined {
  if (json === undefined || json === null) return undefined
  if (!isGrid(field)) return fits(field, json) ? json : undefined
  const rows = rowsOf(field, json).map(([key, cells]): [string, Members] => {
    const fit = Object.entries(cells).filter(([name, cell]) => {
      const column = field.fields.find((one) => one.key === name)
      return column && isFilled(cell) && fits(column, cell)
    })
    return [key, Object.fromEntries(fit)]
  })
  const filled = rows.filter(([, cells]) => isFilled(cells))
  if (filled.length === 0) return undefined
  return field.type === 'matrix' ? Object.fromEntries(filled) : filled.map(([, cells]) => cells)
}

const fits = (field: Field, json: Json): boolean =>
  TYPES[field.type].form.safeParse(json).success && !problemsAt({ field }, json, '').some(isOfForm)

function computed(form: Form, given: Values, { facts }: Sources): Values {
  let values = given
  const memo: Scope['memo'] = new Map()
  const order = computedOrder(form)
  for (const node of typeof order === 'string' ? [] : order) {
    if (node.needs.has('facts') && !facts) continue
    const { section, field, column, leaf } = node
    const scope = { values, facts, memo }
    const before = held(values, { section, field })
    const after = column ? computedColumn(node, before, scope) : jsonOf(leaf, computedValue(node, scope))
    values = put(values, { section, field }, after)
  }
  return values
}

const computedValue = ({ expression, shownIf }: Computed, scope: Scope): Value =>
  shownIf.every((one) => isTrue(one, scope)) ? evaluate(expression, scope) : undefined

/** The rows of a table with one column computed in each. */
function computedColumn(node: Computed, json: Json | undefined, scope: Scope): Json | undefined {
  const { field, leaf } = node
  const changed = new Map<string, Members>()
  for (const [key, cells] of rowsOf(field, json)) {
    const after = jsonOf(leaf, computedValue(node, { ...scope, row: cells }))
    if (!sameJson(member(cells, leaf.key), after)) changed.set(key, withMember(cells, leaf.key, after))
  }
  if (changed.size === 0) return json
  if (Array.isArray(json)) return json.map((row, index) => changed.get(String(index)) ?? row)
  return { ...membersOf(json), ...Object.fromEntries(changed) }
}

/** A computed value as a document holds it. */
function jsonOf(leaf: Field, value: Value): Json | undefined {
  if (isNumber(value)) {
    const text = written(value, leaf.type === 'decimal' ? leaf.places : undefined)
    return leaf.type === 'int' && text?.includes('.') ? undefined : text
  }
  if (isSpan(value)) return { start: value.start, end: value.end }
  return typeof value === 'string' || typeof value === 'boolean' ? value : undefined
}
