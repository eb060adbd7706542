import { geometryFault } from './geometry.ts'
import { exact, whole } from './number.ts'
import { isOption } from './options.ts'
import { isFilled, isGrid, member, membersOf, rowKeyOf, type Spot, textOf } from './place.ts'
import { type Problem, type ProblemCode, problemOf } from './problem.ts'
import { type Field, GEOMETRIES, type Json, LIMITS } from './template.ts'
import { FILE, NOT_ON_A_LINE, TYPES } from './types.ts'

/** Every problem of a value by itself: its form, bounds and choices. What is missing is asked elsewhere. */
export function* valueProblems(leaf: Field, json: Json, path: string): Generator<Problem> {
  if (!isFilled(json)) return
  const { form, most = Number.POSITIVE_INFINITY } = TYPES[leaf.type]
  const length = typeof json === 'string' || Array.isArray(json) ? json.length : 0
  if (!form.safeParse(json).success) yield problemOf('form', path, { type: leaf.type })
  else if (length > most) yield problemOf('limit', path, { max: String(most) })
  else yield* boundProblems(leaf, json, path)
}

/** Every problem of what stands in a field, row or cell, as many as can be read. */
export function problemsAt({ field, row, column }: Omit<Spot, 'section'>, json: Json, path: string): Problem[] {
  const isRow = row !== undefined && !column && isGrid(field)
  const problems: Problem[] = []
  for (const problem of isRow ? rowProblems(field.fields, json, path) : valueProblems(column ?? field, json, path))
    if (problems.push(problem) === LIMITS.problems) break
  return problems
}

/** What is wrong with a value that has the form of its type. */
function* boundProblems(leaf: Field, json: Json, path: string): Generator<Problem> {
  const items = Array.isArray(json) ? json : []
  switch (leaf.type) {
    case 'text':
    case 'longtext':
    case 'richtext':
      yield* counted('too-short', 'too-long', [...textOf(json)].length, leaf.minLength, leaf.maxLength, path)
      if (leaf.type === 'text' && leaf.pattern !== undefined && !new RegExp(leaf.pattern, 'u').test(textOf(json)))
        yield problemOf('pattern', path)
      return
    case 'int':
    case 'decimal':
    case 'money': {
      const number = exact(leaf.type === 'money' ? member(json, 'amount') : json) ?? whole(0)
      const { min, max } = leaf
      if (min !== undefined && number.lt(min)) yield problemOf('too-small', path, { min })
      if (max !== undefined && number.gt(max)) yield problemOf('too-great', path, { max })
      if (leaf.type === 'decimal' && leaf.places !== undefined && placesOf(json) > leaf.places)
        yield problemOf('places', path, { max: String(leaf.places) })
      return
    }
    case 'period':
      if (textOf(member(json, 'end')) < textOf(member(json, 'start'))) yield problemOf('period-order', path)
      return
    case 'enum':
      return yield* unchosen(leaf, [textOf(json)], path)
    case 'multi':
      yield* unchosen(leaf, items.map(textOf), path)
      return yield* counted('too-few', 'too-many', items.length, leaf.minItems, leaf.maxItems, path)
    case 'files':
      for (const [index, file] of items.entries())
        if (!FILE.safeParse(file).success) yield problemOf('form', `${path}.${index}`, { type: 'files' })
      return yield* counted('too-few', 'too-many', items.length, leaf.minItems, leaf.maxItems, path)
    case 'geo': {
      const shapes = leaf.shapes ?? GEOMETRIES
      const fault = geometryFault(json, shapes)
      if (fault === 'size') yield problemOf('limit', path, { max: String(LIMITS.positions) })
      else if (fault) yield problemOf('geometry', path, { shapes: shapes.join(', ') })
      return
    }
    case 'table':
      for (const [index, row] of items.entries()) yield* rowProblems(leaf.fields, row, `${path}.${index}`)
      yield* counted('too-few', 'too-many', items.length, leaf.minRows, leaf.maxRows, path)
      return yield* repeated(leaf.rowKey ?? [], items, path)
    case 'matrix':
      yield* memberProblems('matrix', leaf.rows, json, path, (_, row, at) => rowProblems(leaf.fields, row, at))
  }
}

type Most = number | undefined
function* counted(few: ProblemCode, many: ProblemCode, count: number, min: Most, max: Most, path: string) {
  if (min !== undefined && count < min) yield problemOf(few, path, { min: String(min), count: String(count) })
  if (max !== undefined && count > max) yield problemOf(many, path, { max: String(max), count: String(count) })
}

const placesOf = (json: Json): number => (textOf(json).split('.')[1] ?? '').length

function* unchosen(leaf: Field, values: readonly string[], path: string) {
  for (const [index, one] of values.entries()) {
    if (!isOption(leaf, one)) yield problemOf('option', path, { given: clipped(one) })
    else if (values.indexOf(one) < index) yield problemOf('repeated', path, { given: one })
  }
}

/** What is wrong with the members of an object, each by what the template says of it; it knows no others. */
export function* memberProblems<T extends { key: string }>(
  type: string,
  known: readonly T[],
  json: Json,
  path: string,
  look: (one: T, json: Json, path: string) => Iterable<Problem>,
): Generator<Problem> {
  const members = membersOf(json)
  if (!members) yield problemOf('form', path, { type })
  for (const [key, value] of Object.entries(members ?? {})) {
    const one = known.find((each) => each.key === key)
    const at = path === '' ? '' : `${path}.`
    if (one) yield* look(one, value, `${at}${key}`)
    else yield problemOf('unknown', `${at}${clipped(key)}`)
  }
}

const rowProblems = (columns: readonly Field[], row: Json, path: string) =>
  memberProblems('row', columns, row, path, valueProblems)

/** Rows that are known by the same values. */
function* repeated(rowKey: readonly string[], rows: readonly Json[], path: string) {
  const keys = rows.map((row) => rowKeyOf(row, rowKey))
  for (const [index, key] of keys.entries()) {
    if (key === undefined || keys.indexOf(key) === index) continue
    const given = clipped(JSON.parse(key).map(textOf).join(', '))
    yield problemOf('repeated', `${path}.${index}.${rowKey[0]}`, { given })
  }
}

/** What stands at a place, in a few words. */
export function inShort(json: Json | undefined): string {
  if (!isFilled(json)) return '—'
  const { start, end, amount, currency, name } = membersOf(json) ?? {}
  if (start && end) return clipped(`${textOf(start)} – ${textOf(end)}`)
  if (amount && currency) return clipped(`${textOf(amount)} ${textOf(currency)}`)
  return clipped(textOf(name ?? json))
}

/** A name of a stranger's choosing, as long as a message can bear it. */
export const clipped = (text: string): string => {
  const line = text.replace(new RegExp(NOT_ON_A_LINE, 'gu'), '�')
  return line.length > 60 ? `${[...line].slice(0, 60).join('')}…` : line
}
