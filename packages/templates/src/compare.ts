import { formOf } from './own.ts'
import { type Pair, pairs, type Row } from './pairs.ts'
import { isFilled, member, membersOf, rowsOf, sameJson } from './place.ts'
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

type Held = Json | undefined
type Table = Extract<Field, { type: 'table' }>

/** Every difference from one version of a document to another, in the order of the template. */
export function compare(template: Template, earlier: Document, later: Document): Change[] {
  const sections = [later, earlier].flatMap(({ own }) => {
    const form = formOf(template, own)
    return typeof form === 'string' ? [] : form.sections
  })
  const changes = cellChanges(ownOf(earlier), ownOf(later), 'own')
  for (const key of keysOf(sections, earlier.values, later.values)) {
    const section = sections.find((one) => one.key === key)
    const [a, b] = [member(earlier.values, key), member(later.values, key)]
    for (const name of keysOf(section?.fields ?? [], a, b)) {
      const field = section?.fields.find((one) => one.key === name)
      changes.push(...fieldChanges(field, member(a, name), member(b, name), `${key}.${name}`))
    }
  }
  return changes
}

/** The sections of the project's own, by their keys: what came, went or has another form. */
const ownOf = ({ own = [] }: Document): Json => Object.fromEntries(own.map((section) => [section.key, section])) as Json

/** Keys in the order of the template, then those that only the documents have. */
const keysOf = (known: readonly { key: string }[], ...members: Held[]): Set<string> =>
  new Set([...known.map(({ key }) => key), ...members.flatMap((one) => Object.keys(membersOf(one) ?? {})).sort()])

function fieldChanges(field: Field | undefined, before: Held, after: Held, path: string): Change[] {
  if (field?.type === 'matrix')
    return field.rows.flatMap(({ key }) => cellChanges(member(before, key), member(after, key), `${path}.${key}`))
  return field?.type === 'table' && Array.isArray(before ?? []) && Array.isArray(after ?? [])
    ? tableChanges(field, before, after, path)
    : valueChanges(before, after, path)
}

function valueChanges(before: Held, after: Held, path: string): Change[] {
  if (!isFilled(before)) return isFilled(after) ? [{ path, kind: 'added', after: after ?? null }] : []
  if (!isFilled(after)) return [{ path, kind: 'removed', before: before ?? null }]
  return sameJson(before, after) ? [] : [{ path, kind: 'changed', before: before ?? null, after: after ?? null }]
}

const cellChanges = (before: Held, after: Held, path: string): Change[] =>
  [...keysOf([], before, after)].flatMap((key) =>
    valueChanges(member(before, key), member(after, key), `${path}.${key}`),
  )

function tableChanges(field: Table, before: Held, after: Held, path: string): Change[] {
  const rowsIn = (json: Held): Row[] =>
    rowsOf(field, json)
      .filter(([, cells]) => isFilled(cells))
      .map(([key, cells], index) => ({ index, path: `${path}.${key}`, cells }))
  const [a, b] = [rowsIn(before), rowsIn(after)]
  const found = pairs(a, b, field.rowKey)
  const kept = new Set(found.map(({ from }) => from))
  const became = new Map(found.map((pair) => [pair.to, pair]))
  const removed = a.filter((row) => !kept.has(row))
  return [
    ...removed.map((row): Change => ({ path: row.path, kind: 'removed', before: row.cells })),
    ...b.flatMap((row) => rowChanges(row, became.get(row))),
  ]
}

function rowChanges({ path, cells: after }: Row, pair: Pair | undefined): Change[] {
  if (!pair) return [{ path, kind: 'added', after }]
  const { from, moved } = pair
  const cells = cellChanges(from.cells, after, path)
  if (cells.length === 0 && !moved) return []
  const change: Change = { path, kind: moved ? 'moved' : 'changed', before: from.cells, after, from: from.path }
  return [cells.length > 0 ? { ...change, cells } : change]
}
