import type { Field, Json, Template } from '@tallystick/templates'
import type { Values } from './stories/story.ts'

/** What is known of a field of a form. */
export interface FieldForm {
  type: Field['type']
  /** Is it filled in by the registry? */
  auto: boolean
  /** Columns of a table or matrix that the registry fills in. */
  autoColumns: ReadonlySet<string>
}

/** The fields of a form by their paths. */
export function fieldsOf({ sections }: Template): Map<string, FieldForm> {
  return new Map(
    sections.flatMap((section) =>
      section.fields.map((field): [string, FieldForm] => {
        const columns = 'fields' in field ? field.fields : []
        const autoColumns = new Set(columns.filter(({ auto }) => auto !== undefined).map(({ key }) => key))
        return [`${section.key}.${field.key}`, { type: field.type, auto: field.auto !== undefined, autoColumns }]
      }),
    ),
  )
}

type Members = Record<string, Json>

const isMembers = (json: Json | undefined): json is Members =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

const isTable = ({ type }: FieldForm) => type === 'table' || type === 'matrix'

/**
 * What is to stand in each field: what is there already, in its gaps what the content has, and over both what is said of
 * now. What the registry fills in stands here with the content, for where the registry does not know it.
 */
export function wantedValues(
  fields: ReadonlyMap<string, FieldForm>,
  { known, content, over }: { known: Values; content: Values; over: Record<string, Json> },
): Record<string, Json> {
  const wanted: Record<string, Json> = {}
  for (const [path, field] of fields) {
    const [section = '', key = ''] = path.split('.')
    const merged = filled(field, known[section]?.[key], content[section]?.[key])
    if (merged !== undefined) wanted[path] = structuredClone(merged)
  }
  for (const [path, value] of Object.entries(over)) {
    if (value === null) delete wanted[path]
    else putAt(wanted, path, value)
  }
  for (const [path, field] of fields) if (wanted[path] !== undefined) wanted[path] = writable(field, wanted[path])
  return wanted
}

/** Of a table its rows stay, and get the cells that they lack; anything else that is there stays as it is. */
function filled(field: FieldForm, known: Json | undefined, mine: Json | undefined): Json | undefined {
  if (known === undefined || mine === undefined) return known ?? mine
  if (field.type === 'party') return joined(mine, known)
  if (!isTable(field)) return known
  if (Array.isArray(known) && Array.isArray(mine)) return known.map((row, at) => joined(mine[at], row))
  return isMembers(known) && isMembers(mine)
    ? { ...mine, ...Object.fromEntries(Object.entries(known).map(([key, row]) => [key, joined(mine[key], row)])) }
    : known
}

const joined = (mine: Json | undefined, row: Json): Json =>
  isMembers(mine) && isMembers(row) ? { ...mine, ...row } : row

/** Without the columns that nobody writes. */
function writable({ autoColumns }: FieldForm, json: Json): Json {
  const bare = (row: Json): Json =>
    isMembers(row) ? Object.fromEntries(Object.entries(row).filter(([key]) => !autoColumns.has(key))) : row
  if (autoColumns.size === 0) return json
  if (Array.isArray(json)) return json.map(bare)
  return isMembers(json) ? Object.fromEntries(Object.entries(json).map(([key, row]) => [key, bare(row)])) : json
}

/** Puts a value at a place: `A2.locations`, or deeper within it. Fields are the first two steps of a path. */
function putAt(wanted: Record<string, Json>, path: string, value: Json): void {
  const steps = path.split('.')
  const field = steps.slice(0, 2).join('.')
  const inner = steps.slice(2)
  const last = inner.pop()
  if (last === undefined) {
    wanted[field] = value
    return
  }
  wanted[field] ??= {}
  const at = inner.reduce<Json>((members, step) => {
    const within = members as Members
    within[step] ??= {}
    return within[step] as Json
  }, wanted[field])
  Object.assign(at as Members, { [last]: value })
}

/** What is to be saved: fields that are to stand otherwise than they do. */
export function differing(
  fields: ReadonlyMap<string, FieldForm>,
  wanted: Record<string, Json>,
  known: Values,
): { path: string; value: Json }[] {
  return Object.entries(wanted).flatMap(([path, value]) => {
    const [section = '', key = ''] = path.split('.')
    const field = fields.get(path)
    const there = known[section]?.[key]
    const stands = field && there !== undefined ? writable(field, there) : undefined
    return inOrder(stands) === inOrder(value) ? [] : [{ path, value }]
  })
}

/** As text, whatever the order of keys. */
function inOrder(json: Json | undefined): string {
  return JSON.stringify(json, (_, one) =>
    isMembers(one) ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))) : one,
  )
}
