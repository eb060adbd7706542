import { formOf } from './own.ts'
import { type Pair, pairs } from './pairs.ts'
import { isFilled, isGrid, type Members, member, membersOf, rowsOf, sameJson } from './place.ts'
import type { Document, Field, Json, Template } from './template.ts'

/** One difference between two documents. A row that moved or whose cells changed has the cells that changed in `cells`. */
export interface Change {
  /** The place in the later document; in the earlier one where it was removed. */
  path: string
  kind: 'added' | 'removed' | 'changed' | 'moved'
  before?: Json
  after?: Json
  /** Where a row stood in the earlier document. */
  from?: string
  cells?: Change[]
}

/** Every difference from one version of a document to another, in the order of the template. */
export function compare(template: Template, earlier: Document, later: Document): Change[] {
  const sections = [later, earlier].flatMap(({ own }) => {
    const form = formOf(template, own)
    return typeof form === 'string' ? [] : form.sections
  })
  const changes = cellChanges(ownOf(earlier), ownOf(later), 'own')
  for (const key of keysOf([sections, earlier.values, later.values])) {
    const section = sections.find((one) => one.key === key)
    const [a, b] = [member(earlier.values, key), member(later.values, key)]
    for (const name of keysOf([section?.fields ?? [], a, b])) {
      const field = section?.fields.find((one) => one.key === name)
      changes.push(...fieldChanges(field, member(a, name), member(b, name), `${key}.${name}`))
    }
  }
  return changes
}

/** The sections of the project's own, by their keys: what came, went or has another form. */
const ownOf = ({ own = [] }: Document): Json => Object.fromEntries(own.map((section) => [section.key, section])) as Json

/** Keys in the order of the template, then those that only the documents have. */
function keysOf([known, ...members]: [readonly { key: string }[], ...(Json | undefined)[]]): string[] {
  return [
    ...new Set([...known.map(({ key }) => key), ...members.flatMap((one) => Object.keys(membersOf(one) ?? {})).sort()]),
  ]
}

function fieldChanges(
  field: Field | undefined,
  before: Json | undefined,
  after: Json | undefined,
  path: string,
): Change[] {
  if (!field || !isGrid(field)) return valueChanges(before, after, path)
  if (field.type === 'table')
    return Array.isArray(before ?? []) && Array.isArray(after ?? [])
      ? tableChanges(field, before, after, path)
      : valueChanges(before, after, path)
  const [a, b] = [new Map(rowsOf(field, before)), new Map(rowsOf(field, after))]
  return field.rows.flatMap(({ key }) => cellChanges(a.get(key) ?? {}, b.get(key) ?? {}, `${path}.${key}`))
}

function valueChanges(before: Json | undefined, after: Json | undefined, path: string): Change[] {
  if (!isFilled(before)) return isFilled(after) ? [{ path, kind: 'added', after: after ?? null }] : []
  if (!isFilled(after)) return [{ path, kind: 'removed', before: before ?? null }]
  return sameJson(before, after) ? [] : [{ path, kind: 'changed', before: before ?? null, after: after ?? null }]
}

const cellChanges = (before: Json, after: Json, path: string): Change[] =>
  keysOf([[], before, after]).flatMap((key) => valueChanges(member(before, key), member(after, key), `${path}.${key}`))

function tableChanges(
  field: Extract<Field, { type: 'table' }>,
  before: Json | undefined,
  after: Json | undefined,
  path: string,
): Change[] {
  const [a, b] = [rowsOf(field, before), rowsOf(field, after)].map((rows) =>
    rows.filter(([, cells]) => isFilled(cells)),
  )
  if (!a || !b) return []
  const matched = pairs(
    a.map(([, cells]) => cells),
    b.map(([, cells]) => cells),
    field.rowKey,
  )
  const left = new Set(matched.map(({ from }) => from))
  const byPlace = new Map(matched.map((pair) => [pair.to, pair]))
  const removed = a.flatMap(([key, cells], index): Change[] =>
    left.has(index) ? [] : [{ path: `${path}.${key}`, kind: 'removed', before: cells }],
  )
  const others = b.flatMap(([key, cells], index): Change[] => {
    const pair = byPlace.get(index)
    const earlier = pair && a[pair.from]
    if (!pair || !earlier) return [{ path: `${path}.${key}`, kind: 'added', after: cells }]
    return rowChanges(pair, earlier, cells, path, key)
  })
  return [...removed, ...others]
}

function rowChanges(pair: Pair, [key, earlier]: [string, Members], later: Members, path: string, to: string): Change[] {
  const cells = cellChanges(earlier, later, `${path}.${to}`)
  if (cells.length === 0 && !pair.moved) return []
  const change: Change = {
    path: `${path}.${to}`,
    kind: pair.moved ? 'moved' : 'changed',
    before: earlier,
    after: later,
    from: `${path}.${key}`,
  }
  return [cells.length > 0 ? { ...change, cells } : change]
}
