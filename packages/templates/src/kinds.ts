import { type Expression, FACTS } from './expression.ts'
import { isOption } from './options.ts'
import { KINDS, type Kind, type Place, placeIn, rowPlaceOf, tableOf } from './place.ts'
import type { Template } from './template.ts'

/** Where an expression stands: among these sections, and in a row of this table. */
export interface Ground {
  template: Pick<Template, 'sections'>
  row?: Place
}
type Fault = (text: string) => void

/** What kind of value an expression gives. Paths that lead nowhere and operands that do not fit are told to `fault`. */
export function kindOf(expression: Expression, ground: Ground, fault: Fault): Kind | undefined {
  if ('field' in expression) return single(placeAt(expression.field, ground, fault), expression.field, fault)
  if ('row' in expression) return rowKind(expression.row, ground, fault)
  if ('number' in expression) return 'number'
  if ('date' in expression) return 'date'
  if ('value' in expression) return typeof expression.value === 'boolean' ? 'bool' : 'text'
  if ('fact' in expression) return KINDS[FACTS[expression.fact]]
  if ('if' in expression) {
    const [condition, then, otherwise] = expression.if
    wants(['bool'], condition, ground, fault)
    return alike(then, otherwise, ground, fault)
  }
  if ('lookup' in expression) return lookupKind(expression.lookup, ground, fault)
  return numeric(expression, ground, fault) ?? columns(expression, ground, fault) ?? logical(expression, ground, fault)
}

/** Asks an expression to be of one of these kinds. */
export function wants(kinds: readonly Kind[], expression: Expression, ground: Ground, fault: Fault): Kind | undefined {
  const kind = kindOf(expression, ground, fault)
  if (kind && !kinds.includes(kind)) fault(`${JSON.stringify(expression)} is a ${kind}, not a ${kinds.join(' or ')}`)
  return kind
}

function numeric(expression: Expression, ground: Ground, fault: Fault): Kind | undefined {
  const numbers = (operands: readonly Expression[]): Kind => {
    for (const operand of operands) wants(['number'], operand, ground, fault)
    return 'number'
  }
  if ('add' in expression) return numbers(expression.add)
  if ('sub' in expression) return numbers(expression.sub)
  if ('mul' in expression) return numbers(expression.mul)
  if ('div' in expression) return numbers(expression.div)
  if ('min' in expression) return numbers(expression.min)
  if ('max' in expression) return numbers(expression.max)
  if ('floor' in expression) return numbers([expression.floor])
  if ('round' in expression) return numbers([expression.round[0]])
  const dates = 'days' in expression ? expression.days : 'year' in expression ? [expression.year] : undefined
  if (!dates) return undefined
  for (const date of dates) wants(['date'], date, ground, fault)
  return 'number'
}

/** What each function of a column takes and gives. */
const OF_COLUMN = {
  sum: { takes: ['number'], gives: 'number' },
  average: { takes: ['number'], gives: 'number' },
  unique: { takes: ['number', 'text', 'date'], gives: 'bool' },
} as const

function columns(expression: Expression, ground: Ground, fault: Fault): Kind | undefined {
  const [operator, operand] = Object.entries(expression)[0] as [string, string]
  if (operator === 'sum' || operator === 'average' || operator === 'unique') {
    column(operand, OF_COLUMN[operator].takes, ground, fault)
    return OF_COLUMN[operator].gives
  }
  if ('count' in expression) {
    placeAt(expression.count, ground, fault)
    return 'number'
  }
  if ('sumIf' in expression) {
    const [path, condition] = expression.sumIf
    column(path, ['number'], ground, fault)
    return overRows(tableOf(path), condition, ground, fault, 'number')
  }
  if ('countIf' in expression) return overRows(...expression.countIf, ground, fault, 'number')
  if ('every' in expression) return overRows(...expression.every, ground, fault, 'bool')
  return 'any' in expression ? overRows(...expression.any, ground, fault, 'bool') : undefined
}

function lookupKind([path, key, wanted]: [string, string, Expression], ground: Ground, fault: Fault): Kind | undefined {
  const table = placeAt(tableOf(path), ground, fault)
  const searched = table && rowKind(key, { ...ground, row: table }, fault)
  if (searched) wants([searched], wanted, ground, fault)
  return column(path, ['number', 'text', 'date', 'bool', 'period'], ground, fault)
}

function logical(expression: Expression, ground: Ground, fault: Fault): Kind {
  if ('and' in expression || 'or' in expression) {
    const operands = 'and' in expression ? expression.and : expression.or
    for (const operand of operands) wants(['bool'], operand, ground, fault)
  } else if ('not' in expression) wants(['bool'], expression.not, ground, fault)
  else if ('filled' in expression) filledKind(expression.filled, ground, fault)
  else if ('in' in expression) {
    const [operand, options] = expression.in
    wants(['text'], operand, ground, fault)
    for (const option of options) known(operand, { value: option }, ground, fault)
  } else if ('has' in expression) hasKind(expression.has, ground, fault)
  else if ('within' in expression) {
    const [value, from, until] = expression.within
    wants(['date', 'period'], value, ground, fault)
    for (const end of [from, until]) wants(['date'], end, ground, fault)
  } else if ('covers' in expression) {
    const place = placeAt(expression.covers.calculation, ground, fault)
    if (place && place.field.type !== 'calc') fault(`covers: ${expression.covers.calculation} is not a calc field`)
    for (const path of expression.covers.by) column(path, ['text'], ground, fault)
  } else compared(expression, ground, fault)
  return 'bool'
}

function compared(expression: Expression, ground: Ground, fault: Fault): void {
  const [operator, operands] = Object.entries(expression)[0] as [string, [Expression, Expression]]
  const kind = alike(...operands, ground, fault)
  known(operands[0], operands[1], ground, fault)
  const kinds =
    operator === 'eq' || operator === 'ne' ? ['number', 'date', 'text', 'bool', 'period'] : ['number', 'date']
  if (kind && !kinds.includes(kind)) fault(`${operator} takes two of ${kinds.join(', ')}, not ${kind}`)
}

function alike(a: Expression, b: Expression, ground: Ground, fault: Fault): Kind | undefined {
  const kind = kindOf(a, ground, fault)
  const other = kindOf(b, ground, fault)
  if (kind && other && kind !== other) fault(`${JSON.stringify(a)} is a ${kind}, ${JSON.stringify(b)} is a ${other}`)
  return kind
}

/** A field of choices is compared only with choices that it has. */
function known(operand: Expression, with_: Expression, ground: Ground, fault: Fault): void {
  const place =
    'field' in operand ? placeIn(ground.template, operand.field) : 'row' in operand ? rowPlace(operand.row, ground) : ''
  if (typeof place === 'string' || !('value' in with_) || typeof with_.value !== 'string') return
  const leaf = place.column ?? place.field
  if ((leaf.type === 'enum' || leaf.type === 'multi') && !isOption(leaf, with_.value))
    fault(`"${leaf.key}" has no choice "${with_.value}"`)
}

function hasKind([list, one]: [Expression, Expression], ground: Ground, fault: Fault): void {
  const place = 'field' in list ? placeAt(list.field, ground, fault) : undefined
  if (place?.many) wants([place.kind], one, ground, fault)
  else {
    wants(['texts'], list, ground, fault)
    wants(['text', 'texts'], one, ground, fault)
  }
  known(list, one, ground, fault)
}

function filledKind(operand: Expression, ground: Ground, fault: Fault): void {
  if ('field' in operand) placeAt(operand.field, ground, fault)
  else kindOf(operand, ground, fault)
}

function overRows(path: string, condition: Expression, ground: Ground, fault: Fault, result: Kind): Kind {
  const table = placeAt(path, ground, fault)
  if (table && table.kind !== 'table') fault(`${path} is not a table`)
  else if (table) wants(['bool'], condition, { ...ground, row: table }, fault)
  return result
}

function column(path: string, kinds: readonly Kind[], ground: Ground, fault: Fault): Kind | undefined {
  const place = placeAt(path, ground, fault)
  if (!place) return undefined
  if (!place.many) fault(`${path} is not a column of a table`)
  else if (!kinds.includes(place.kind)) fault(`${path} is a ${place.kind}, not a ${kinds.join(' or ')}`)
  return place.kind
}

function rowKind(name: string, ground: Ground, fault: Fault): Kind | undefined {
  const place = rowPlace(name, ground)
  if (typeof place !== 'string') return place.kind
  fault(place)
  return undefined
}

const rowPlace = (name: string, ground: Ground): Place | string =>
  ground.row ? rowPlaceOf(ground.row, name) : `{"row": "${name}"} stands outside of any row`

function single(place: Place | undefined, path: string, fault: Fault): Kind | undefined {
  if (place?.many) fault(`${path} is a whole column; take {"row": …} for this row, or sum, count, every, any`)
  return place?.kind
}

function placeAt(path: string, ground: Ground, fault: Fault): Place | undefined {
  const place = placeIn(ground.template, path)
  if (typeof place !== 'string') return place
  fault(place)
  return undefined
}
