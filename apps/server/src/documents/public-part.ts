import {
  type Column,
  type Document,
  type Field,
  formOf,
  isFilled,
  type Json,
  type Template,
} from '@tallystick/templates'

type Members = Record<string, Json>

/** A document without what is not public in it, and where that stands. */
export interface PublicPart {
  document: Document
  withheld: string[]
}

/**
 * What everybody may read of a document: fields that are public, of tables the columns that are, of files those that are,
 * and of people not where they are reached. What is left out is told by its place: that it is there is no secret, what it says is.
 */
export function publicPart(template: Template, document: Document): PublicPart {
  const form = formOf(template, document.own)
  const withheld: string[] = []
  const values: Document['values'] = {}
  const sections = typeof form === 'string' ? [] : form.sections
  for (const { key, fields } of sections) {
    const section = Object.hasOwn(document.values, key) ? (document.values[key] ?? {}) : {}
    const open = fields.flatMap((field): [string, Json][] => {
      const json = Object.hasOwn(section, field.key) ? (section[field.key] ?? null) : null
      if (!isFilled(json)) return []
      const path = `${key}.${field.key}`
      if (field.public ?? template.public) return [[field.key, openField(field, json, path, withheld)]]
      withheld.push(path)
      return []
    })
    if (open.length > 0) values[key] = Object.fromEntries(open)
  }
  return { document: { ...document, values }, withheld: [...new Set(withheld)] }
}

function openField(field: Field, json: Json, path: string, withheld: string[]): Json {
  if (field.type === 'table' && Array.isArray(json)) {
    return json.map((row) => openRow(field.fields, row, path, withheld))
  }
  if (field.type === 'matrix' && isMembers(json)) {
    const rows = Object.entries(json).map(([key, row]) => [key, openRow(field.fields, row, path, withheld)] as const)
    return Object.fromEntries(rows)
  }
  return openLeaf(field, json, path, withheld)
}

function openRow(columns: readonly Column[], row: Json, path: string, withheld: string[]): Json {
  if (!isMembers(row)) return {}
  const cells = columns.flatMap((column): [string, Json][] => {
    const json = Object.hasOwn(row, column.key) ? (row[column.key] ?? null) : null
    if (!isFilled(json)) return []
    const at = `${path}.${column.key}`
    if (column.public !== false) return [[column.key, openLeaf(column, json, at, withheld)]]
    withheld.push(at)
    return []
  })
  return Object.fromEntries(cells)
}

/** Where people are reached is nobody's but theirs; of files each says by itself that it is not public. */
function openLeaf(leaf: Field | Column, json: Json, path: string, withheld: string[]): Json {
  if (leaf.type === 'person' && isMembers(json)) {
    const { email, phone, ...open } = json
    if (email !== undefined || phone !== undefined) withheld.push(path)
    return open
  }
  if (leaf.type !== 'files' || !Array.isArray(json)) return json
  const open = json.filter((file) => !isMembers(file) || file.public !== false)
  if (open.length < json.length) withheld.push(path)
  return open
}

function isMembers(json: Json): json is Members {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
