import type { Document, Form, Json } from '@tallystick/templates'

/** A place of a document, and what stands there. */
export interface Value {
  path: string
  value: Json
}

/**
 * What stands otherwise in the later document, which was made of the earlier one: whole fields, and of tables only the rows
 * that are others. What did not change is the same object in both.
 */
export function changedValues(form: Pick<Form, 'sections'>, before: Document, after: Document): Value[] {
  return form.sections.flatMap(({ key, fields }) => {
    const [from, to] = [own(before.values, key), own(after.values, key)]
    if (from === to) return []
    return fields.flatMap((field): Value[] => {
      const [was, is] = [own(from, field.key), own(to, field.key)]
      if (was === is) return []
      const path = `${key}.${field.key}`
      if (field.type !== 'table' || !Array.isArray(was) || !Array.isArray(is) || was.length !== is.length) {
        return [{ path, value: is }]
      }
      return is.flatMap((row, at) => (row === was[at] ? [] : [{ path: `${path}.${at}`, value: row }]))
    })
  })
}

/** A member of its own, of values that may have any names. */
function own<Member>(members: Readonly<Record<string, Member>> | null, key: string): Member | null {
  return members !== null && Object.hasOwn(members, key) ? (members[key] ?? null) : null
}
