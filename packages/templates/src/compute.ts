import { evaluate, type Facts, holds, type Scope } from './evaluate.ts'
import { written } from './number.ts'
import { isNumber, isSpan, type Value } from './operators.ts'
import { type Computed, computedOrder } from './order.ts'
import { type Form, formOf } from './own.ts'
import { held, isFilled, isGrid, type Members, member, membersOf, rowsOf, withMember } from './place.ts'
import { isOfForm } from './problem.ts'
import type { Column, Document, Field, Json, Source, Template } from './template.ts'
import { problemsOf } from './values.ts'

/** What a document is filled in from: what the registry knows, and the last document of each other template. */
export interface Sources {
  facts?: Facts
  documents?: Record<string, Document>
}

/** The document with every value that the registry fills in: computed ones, and those of `sources` where these are given. */
export function compute(template: Template, document: Document, sources: Sources = {}): Document {
  const form = formOf(template, document.own)
  if (typeof form === 'string') return document
  const values = filledValues(form, document.values, sources)
  return values === document.values ? document : { ...document, values }
}

type Values = Document['values']

function filledValues(form: Form, given: Values, sources: Sources): Values {
  let values = given
  for (const section of form.sections) {
    for (const field of section.fields) {
      if (!field.auto || 'compute' in field.auto || !isGiven(field.auto, sources)) continue
      values = put(values, section.key, field.key, sourced(field, field.auto, sources))
    }
  }
  const order = computedOrder(form)
  if (typeof order === 'string') return values
  const memo: Scope['memo'] = new Map()
  for (const node of order) {
    if (node.asksFacts && !sources.facts) continue
    const { section, field } = node
    const scope = { template: form, values, facts: sources.facts, memo }
    const before = held(values, section.key, field.key)
    const after = node.column
      ? computedColumn(node, node.column, before, scope)
      : jsonOf(field, valueOfNode(node, scope))
    values = put(values, section.key, field.key, after)
  }
  return values
}

const valueOfNode = ({ expression, shownIf }: Computed, scope: Scope): Value =>
  shownIf.every((one) => holds(one, scope) === true) ? evaluate(expression, scope) : undefined

/** The rows of a table with one column computed in each. */
function computedColumn(node: Computed, column: Column, json: Json | undefined, scope: Scope): Json | undefined {
  const table = { section: node.section, field: node.field, kind: 'table', many: false } as const
  const changed = new Map<string, Members>()
  for (const [key, cells] of rowsOf(node.field, json)) {
    const after = jsonOf(column, valueOfNode(node, { ...scope, row: { table, cells } }))
    if (!same(member(cells, column.key), after)) changed.set(key, withMember(cells, column.key, after))
  }
  if (changed.size === 0) return json
  if (Array.isArray(json)) return json.map((row, index) => changed.get(String(index)) ?? row)
  return { ...membersOf(json), ...Object.fromEntries(changed) }
}

const same = (a: Json | undefined, b: Json | undefined) => a === b || JSON.stringify(a) === JSON.stringify(b)

/** The values with one field set, or taken away; the same object where nothing changes. */
export function put(values: Values, section: string, field: string, json: Json | undefined): Values {
  const before = held(values, section, field)
  if (before === json || same(before, json)) return values
  const fields = withMember(member(values, section), field, json)
  return { ...values, [section]: fields }
}

/** A computed value as a document holds it. */
function jsonOf(leaf: Field | Column, value: Value): Json | undefined {
  if (isNumber(value)) {
    const text = written(value, leaf.type === 'decimal' ? leaf.places : undefined)
    return leaf.type === 'int' && text?.includes('.') ? undefined : text
  }
  if (isSpan(value)) return { start: value.start, end: value.end }
  return typeof value === 'string' || typeof value === 'boolean' ? value : undefined
}

/** Whether the caller has brought what this source is of, so that its absence means that there is nothing. */
export const isGiven = (source: Source, { facts, documents }: Sources): boolean =>
  'fact' in source ? facts !== undefined : documents !== undefined

/** The value of a source in the form of a field; columns and values that do not fit the field are left out. */
export function sourced(field: Field, source: Source, { facts, documents }: Sources): Json | undefined {
  if ('fact' in source) return fitting(field, facts?.[source.fact])
  const [id, path] = source.document.split(':') as [string, string]
  const [section, name, part] = path.split('.') as [string, string, string?]
  const json = held(documents?.[id]?.values, section, name)
  return fitting(field, part === undefined ? json : member(json, part))
}

function fitting(field: Field, json: Json | undefined): Json | undefined {
  if (!isGrid(field)) return fits(field, json) ? json : undefined
  const rows = rowsOf(field, json).map(([key, cells]): [string, Members] => {
    const fit = field.fields.filter((column) => isFilled(member(cells, column.key)) && fits(column, cells[column.key]))
    return [key, Object.fromEntries(fit.map(({ key: name }) => [name, cells[name] ?? null]))]
  })
  const filled = rows.filter(([, cells]) => isFilled(cells))
  if (filled.length === 0) return undefined
  return field.type === 'matrix' ? Object.fromEntries(filled) : filled.map(([, cells]) => cells)
}

const fits = (leaf: Field | Column, json: Json | undefined): boolean =>
  json !== undefined && json !== null && !problemsOf(leaf, json, '').some(isOfForm)
