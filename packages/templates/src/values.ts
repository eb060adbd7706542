import { isDate } from './date.ts'
import { geometryFault } from './geometry.ts'
import { calculated, exact, isDecimal, isWhole } from './number.ts'
import { isCountry, isCurrency, isOption } from './options.ts'
import { isFilled, isGrid, type Members, member, membersOf, textOf } from './place.ts'
import type { Problem, ProblemCode } from './problem.ts'
import { type Column, type Field, GEOMETRIES, type Json, LIMITS } from './template.ts'

/** Tells one problem of the value at `path`. */
export type Report = (code: ProblemCode, path: string, params?: Record<string, string>) => void

/** What a text on one line may not have: control characters, ends of line, marks that turn the direction of what follows. */
const NOT_ON_A_LINE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u
const NOT_IN_A_TEXT = /[^\P{Cc}\n\t]|[\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u
const SHA256 = /^[0-9a-f]{64}$/
const EMAIL = /^[^\s@<>()",;:\\]{1,64}@[^\s@<>()",;:\\]{1,190}$/

/** What is wrong with a value by itself: its form, bounds and choices. What is missing is asked elsewhere. */
export function valueProblems(leaf: Field | Column, json: Json, path: string, report: Report) {
  if (isGrid(leaf)) return gridProblems(leaf, json, path, report)
  switch (leaf.type) {
    case 'text':
    case 'longtext':
    case 'richtext':
      return textProblems(leaf, json, path, report)
    case 'int':
    case 'decimal':
      return numberProblems(leaf, json, path, report)
    case 'enum':
    case 'multi':
      return choiceProblems(leaf, json, path, report)
    case 'files':
      return filesProblems(leaf, json, path, report)
    case 'geo':
      return geoProblems(leaf, json, path, report)
    case 'money':
      return moneyProblems(leaf, json, path, report)
    case 'period':
      return periodProblems(json, path, report)
    default:
      if (!FORMS[leaf.type](json)) report('form', path, { type: leaf.type })
  }
}

type Simple = 'date' | 'bool' | 'party' | 'person' | 'reference' | 'calc'

/** Types whose values are right or wrong as a whole. */
const FORMS: Record<Simple, (json: Json) => boolean> = {
  date: isDate,
  bool: (json) => typeof json === 'boolean',
  party: (json) =>
    hasTexts(json, { name: true, id: false, country: false, registration: false }) &&
    (member(json, 'country') === undefined || isCountry(member(json, 'country'))),
  person: (json) => {
    const email = member(json, 'email')
    const known = hasTexts(json, { name: true, title: false, organisation: false, email: false, phone: false })
    return known && (email === undefined || EMAIL.test(String(email)))
  },
  reference: (json) => hasTexts(json, { id: true, title: false }),
  calc: (json) => calculationOf(json) !== undefined,
}

const isLine = (json: Json | undefined, most: number = LIMITS.text): json is string =>
  typeof json === 'string' && json.trim() !== '' && json.length <= most && !NOT_ON_A_LINE.test(json)

/** An object of lines of text with these members, true for those that must be there, and no others. */
function hasTexts(json: Json, wanted: Record<string, boolean>): boolean {
  const members = membersOf(json)
  if (!members || !Object.keys(members).every((key) => Object.hasOwn(wanted, key))) return false
  return Object.entries(wanted).every(([key, needed]) => {
    const one = member(members, key)
    return one === undefined ? !needed : isLine(one, 500)
  })
}

const CALC_MEMBERS = ['method', 'version', 'inputs', 'result']

/** Method, version, inputs and a result with its four sums; what else the calculator froze with them may stand there too. */
export function calculationOf(json: Json | undefined): Members | undefined {
  const members = membersOf(json)
  if (!members || !Object.keys(members).every((key) => CALC_MEMBERS.includes(key))) return undefined
  const [result, inputs] = [member(members, 'result'), member(members, 'inputs')]
  if (!isLine(member(members, 'method'), 100) || !isLine(member(members, 'version'), 40) || !membersOf(inputs))
    return undefined
  return ['be', 'pe', 'le', 'er'].every((sum) => calculated(member(result, sum)) !== undefined) ? members : undefined
}

type Of<T> = Extract<Field | Column, { type: T }>

function textProblems(leaf: Of<'text' | 'longtext' | 'richtext'>, json: Json, path: string, report: Report) {
  const line = leaf.type === 'text'
  if (typeof json !== 'string' || (line ? NOT_ON_A_LINE : NOT_IN_A_TEXT).test(json))
    return report('form', path, { type: leaf.type })
  const most = line ? LIMITS.text : LIMITS.longtext
  if (json.length > most) return report('limit', path, { max: String(most) })
  const count = String([...json].length)
  if (leaf.minLength !== undefined && Number(count) < leaf.minLength)
    report('too-short', path, { min: String(leaf.minLength), count })
  if (leaf.maxLength !== undefined && Number(count) > leaf.maxLength)
    report('too-long', path, { max: String(leaf.maxLength), count })
  if (leaf.type === 'text' && leaf.pattern !== undefined && !new RegExp(leaf.pattern, 'u').test(json))
    report('pattern', path)
}

function numberProblems(leaf: Of<'int' | 'decimal'>, json: Json, path: string, report: Report) {
  const isOne = leaf.type === 'int' ? isWhole : isDecimal
  if (typeof json !== 'string' || !isOne(json)) return report('form', path, { type: leaf.type })
  boundProblems(leaf, json, path, report)
  const places = json.split('.')[1]?.length ?? 0
  if (leaf.type === 'decimal' && leaf.places !== undefined && places > leaf.places)
    report('places', path, { max: String(leaf.places) })
}

function boundProblems(
  leaf: { min?: string | undefined; max?: string | undefined },
  text: string,
  path: string,
  report: Report,
) {
  const number = exact(text)
  if (leaf.min !== undefined && number?.lt(leaf.min)) report('too-small', path, { min: leaf.min })
  if (leaf.max !== undefined && number?.gt(leaf.max)) report('too-great', path, { max: leaf.max })
}

function moneyProblems(leaf: Of<'money'>, json: Json, path: string, report: Report) {
  const members = membersOf(json)
  const amount = member(json, 'amount')
  const right = members && Object.keys(members).length === 2 && isCurrency(member(json, 'currency'))
  if (!right || typeof amount !== 'string' || !/^-?(0|[1-9]\d{0,14})(\.\d{1,4})?$/.test(amount))
    return report('form', path, { type: 'money' })
  boundProblems(leaf, amount, path, report)
}

function periodProblems(json: Json, path: string, report: Report) {
  const [start, end] = [member(json, 'start'), member(json, 'end')]
  const right = isDate(start) && isDate(end) && Object.keys(membersOf(json) ?? {}).length === 2
  if (!right) report('form', path, { type: 'period' })
  else if (end < start) report('period-order', path)
}

function choiceProblems(leaf: Of<'enum' | 'multi'>, json: Json, path: string, report: Report) {
  if (leaf.type === 'enum') {
    if (typeof json !== 'string') report('form', path, { type: 'enum' })
    else if (!isOption(leaf, json)) report('option', path, { given: clipped(json) })
    return
  }
  if (!Array.isArray(json) || !json.every((one) => typeof one === 'string'))
    return report('form', path, { type: 'multi' })
  if (json.length > LIMITS.items) return report('limit', path, { max: String(LIMITS.items) })
  const seen = new Set<string>()
  for (const one of json as string[]) {
    if (!isOption(leaf, one)) report('option', path, { given: clipped(one) })
    else if (seen.has(one)) report('repeated', path, { given: one })
    seen.add(one)
  }
  countProblems(json.length, leaf.minItems, leaf.maxItems, path, report)
}

function filesProblems(leaf: Of<'files'>, json: Json, path: string, report: Report) {
  if (!Array.isArray(json)) return report('form', path, { type: 'files' })
  if (json.length > LIMITS.items) return report('limit', path, { max: String(LIMITS.items) })
  for (const [index, file] of json.entries()) if (!isFile(file)) report('form', `${path}.${index}`, { type: 'files' })
  countProblems(json.length, leaf.minItems, leaf.maxItems, path, report)
}

const FILE_MEMBERS = ['name', 'sha256', 'title', 'size', 'public']

function isFile(json: Json): boolean {
  const members = membersOf(json)
  if (!members || !Object.keys(members).every((key) => FILE_MEMBERS.includes(key))) return false
  const [name, sha256, title, size, open] = FILE_MEMBERS.map((key) => member(members, key))
  if (!isLine(name, 255) || /[/\\]/.test(name) || typeof sha256 !== 'string' || !SHA256.test(sha256)) return false
  const sized = size === undefined || (typeof size === 'string' && isWhole(size) && !size.startsWith('-'))
  return sized && (title === undefined || isLine(title, 300)) && (open === undefined || typeof open === 'boolean')
}

function geoProblems(leaf: Of<'geo'>, json: Json, path: string, report: Report) {
  const shapes = leaf.shapes ?? GEOMETRIES
  const fault = geometryFault(json, shapes)
  if (fault === 'size') report('limit', path, { max: String(LIMITS.positions) })
  else if (fault) report('geometry', path, { shapes: shapes.join(', ') })
}

/** What is wrong with rows; their cells are looked at one by one. */
function gridProblems(field: Extract<Field, { type: 'table' | 'matrix' }>, json: Json, path: string, report: Report) {
  if (field.type === 'matrix') {
    const rows = membersOf(json)
    if (!rows) return report('form', path, { type: 'matrix' })
    for (const key of Object.keys(rows)) {
      if (field.rows.some((row) => row.key === key))
        rowProblems(field.fields, rows[key] ?? null, `${path}.${key}`, report)
      else report('unknown', `${path}.${clipped(key)}`)
    }
    return
  }
  if (!Array.isArray(json)) return report('form', path, { type: 'table' })
  if (json.length > LIMITS.rows) return report('limit', path, { max: String(LIMITS.rows) })
  for (const [index, row] of json.entries()) rowProblems(field.fields, row, `${path}.${index}`, report)
  countProblems(json.length, field.minRows, field.maxRows, path, report)
  if (field.rowKey) keyProblems(field.rowKey, json, path, report)
}

function rowProblems(columns: readonly Column[], row: Json, path: string, report: Report) {
  const cells = membersOf(row)
  if (!cells) return report('form', path, { type: 'row' })
  for (const key of Object.keys(cells)) {
    const column = columns.find((one) => one.key === key)
    if (!column) report('unknown', `${path}.${clipped(key)}`)
    else if (isFilled(cells[key])) valueProblems(column, cells[key] ?? null, `${path}.${key}`, report)
  }
}

function keyProblems(rowKey: readonly string[], rows: readonly Json[], path: string, report: Report) {
  const seen = new Set<string>()
  for (const [index, row] of rows.entries()) {
    const cells = rowKey.map((key) => member(row, key))
    if (!cells.every(isFilled)) continue
    const key = JSON.stringify(cells)
    if (seen.has(key))
      report('repeated', `${path}.${index}.${rowKey[0]}`, { given: clipped(cells.map(textOf).join(', ')) })
    seen.add(key)
  }
}

function countProblems(count: number, min: number | undefined, max: number | undefined, path: string, report: Report) {
  if (min !== undefined && count < min) report('too-few', path, { min: String(min), count: String(count) })
  if (max !== undefined && count > max) report('too-many', path, { max: String(max), count: String(count) })
}

/** A name of a stranger's choosing, as long as a message can bear it. */
export const clipped = (text: string): string => {
  const line = text.replace(new RegExp(NOT_ON_A_LINE, 'gu'), '�')
  return line.length > 60 ? `${[...line].slice(0, 60).join('')}…` : line
}

/** Every problem of a value by itself. */
export const problemsOf = (leaf: Field | Column, json: Json, path: string): Problem[] =>
  gathered((report) => valueProblems(leaf, json, path, report))

/** Every problem of one row of a table. */
export const rowProblemsOf = (columns: readonly Column[], row: Json, path: string): Problem[] =>
  gathered((report) => rowProblems(columns, row, path, report))

function gathered(look: (report: Report) => void): Problem[] {
  const problems: Problem[] = []
  look((code, path, params = {}) => {
    if (problems.length < LIMITS.problems) problems.push({ path, code, params, severity: 'error' })
  })
  return problems
}
