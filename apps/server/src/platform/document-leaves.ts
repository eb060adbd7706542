import { type Column, type Document, type Field, formOf, type Json, type Template } from '@tallystick/templates'

/** A value of a document that is no table: a field, or a cell. */
export interface Leaf {
  path: string
  type: (Field | Column)['type']
  json: Json
  /** Is the place for everybody? */
  public: boolean
}

/** Every value of a document, whatever stands in it; of a table each cell. */
export function leavesIn(template: Template, { own, values }: Pick<Document, 'own' | 'values'>): Leaf[] {
  const form = formOf(template, own)
  const sections = typeof form === 'string' ? [] : form.sections
  return sections.flatMap(({ key, fields }) =>
    fields.flatMap((field) => {
      const json = memberOf(values[key] ?? null, field.key)
      return inField(field, json, `${key}.${field.key}`, field.public ?? template.public)
    }),
  )
}

function inField(field: Field, json: Json, path: string, isOpen: boolean): Leaf[] {
  if (field.type !== 'table' && field.type !== 'matrix') return [{ path, type: field.type, json, public: isOpen }]
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([row, cells]) =>
    field.fields.map((column): Leaf => {
      const at = `${path}.${row}.${column.key}`
      return {
        path: at,
        type: column.type,
        json: memberOf(cells, column.key),
        public: isOpen && column.public !== false,
      }
    }),
  )
}

/** A member of its own, of values that may have any names; null where there is none. */
export function memberOf(json: Json, key: string): Json {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, key) ? (Reflect.get(json, key) ?? null) : null
}
