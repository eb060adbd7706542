import { FACTS, isFact, isPath } from './expression.ts'
import { coverOf, isExpression, OPERATORS, opened, pathIn, type Shape } from './operators.ts'
import { isOption } from './options.ts'
import { KINDS, type Kind, type Place, placeIn, rowPlaceOf, tableOf } from './place.ts'
import type { Field, Template } from './template.ts'

/** Where an expression stands: among these sections, and in a row of this table. */
export interface Ground {
  template: Pick<Template, 'sections'>
  row?: Place
}
export type Fault = (text: string) => void

const MAX_OPERANDS = 50

/** What kind of value an expression gives. Whatever is wrong with it is told: its form, paths that lead nowhere, operands that do not fit. */
export function kindOf(expression: unknown, ground: Ground, fault: Fault): Kind | undefined {
  if (!isExpression(expression) || Object.keys(expression).length !== 1) {
    fault('an expression is an object with exactly one operator')
    return undefined
  }
  const { name, operator, operands } = opened(expression)
  if (!operator) {
    fault(`there is no operator "${name}"; there are ${Object.keys(OPERATORS).join(', ')}`)
    return undefined
  }
  const { takes, more, gives } = operator
  if (more ? operands.length === 0 || operands.length > MAX_OPERANDS : operands.length !== takes.length)
    fault(`${name} takes a list of ${more ? `1 to ${MAX_OPERANDS}` : takes.length}`)
  const kinds: (Kind | undefined)[] = []
  const path = pathIn(operands)
  for (const [shape, operand] of operands)
    kinds.push(operandKind(shape, operand, { ...ground, path, before: kinds.at(-1) }, fault))
  choiceFaults(operands, ground, fault)
  return typeof gives === 'number' ? kinds[gives] : gives
}

/** Asks an expression to be of one of these kinds. */
export function wants(kinds: readonly Kind[], expression: unknown, ground: Ground, fault: Fault): Kind | undefined {
  const kind = kindOf(expression, ground, fault)
  if (kind && !kinds.includes(kind)) fault(`${JSON.stringify(expression)} is a ${kind}, not a ${kinds.join(' or ')}`)
  return kind
}

/** What a literal must look like. */
const LITERALS: Partial<Record<Shape & string, { kind: Kind; is: (given: unknown) => boolean; say: string }>> = {
  number: { kind: 'number', is: matches(/^-?\d{1,30}(\.\d{1,20})?$/), say: 'takes a decimal in quotes' },
  date: { kind: 'date', is: matches(/^\d{4}-\d\d-\d\d$/), say: 'takes a date YYYY-MM-DD' },
  places: {
    kind: 'number',
    is: (one) => Number.isInteger(one) && Number(one) >= 0 && Number(one) <= 12,
    say: 'places are 0 to 12',
  },
  options: {
    kind: 'text',
    is: (given) => Array.isArray(given) && given.length > 0 && given.every((one) => typeof one === 'string'),
    say: 'takes a list of options',
  },
}
function matches(form: RegExp) {
  return (given: unknown) => typeof given === 'string' && form.test(given)
}

interface Standing extends Ground {
  /** The first operand, where it is a path, and the kind of the one before. */
  path: string
  before: Kind | undefined
}

function operandKind(shape: Shape, operand: unknown, ground: Standing, fault: Fault): Kind | undefined {
  if (typeof shape !== 'string') return wants(shape, operand, ground, fault)
  const literal = LITERALS[shape]
  if (literal) {
    if (!literal.is(operand)) fault(literal.say)
    return literal.kind
  }
  switch (shape) {
    case 'alike':
      return ground.before ? wants([ground.before], operand, ground, fault) : kindOf(operand, ground, fault)
    case 'members':
      return wants(ground.before === 'text' ? ['text', 'texts'] : [ground.before ?? 'text'], operand, ground, fault)
    case 'literal':
      if (typeof operand !== 'boolean' && typeof operand !== 'string') fault('takes a text, true or false')
      return typeof operand === 'boolean' ? 'bool' : 'text'
    case 'fact':
      if (!isFact(operand)) fault(`the registry knows ${Object.keys(FACTS).join(', ')}`)
      return isFact(operand) ? KINDS[FACTS[operand] as Field['type']] : undefined
    case 'presence':
      return presenceKind(operand, ground, fault)
    case 'list':
      return listKind(operand, ground, fault)
    case 'in-row':
      return inRowKind(operand, ground, fault)
    case 'cover':
      return coverKind(operand, ground, fault)
    default:
      return pathKind(shape, operand, ground, fault)
  }
}

/** The kind of what a path leads to, which has to be of the shape that is asked for. */
function pathKind(shape: Shape, operand: unknown, ground: Standing, fault: Fault): Kind | undefined {
  if (!isPath(operand)) {
    fault('takes a path such as "B64.yearly.er"')
    return undefined
  }
  const table = shape === 'key' ? placeAt(tableOf(ground.path), ground, fault) : ground.row
  if (shape === 'row' && !table) fault(`{"row": "${operand}"} stands outside of any row`)
  if ((shape === 'row' || shape === 'key') && !table) return undefined
  const place =
    shape === 'row' || shape === 'key'
      ? told(table && rowPlaceOf(table, operand), fault)
      : placeAt(operand, ground, fault)
  if (!place) return undefined
  const column = shape === 'numbers' || shape === 'column'
  if (shape === 'at' && place.many)
    fault(`${operand} is a whole column; take {"row": …} for this row, or sum, count, every, any`)
  if (column && !place.many) fault(`${operand} is not a column of a table`)
  else if (shape === 'numbers' && place.kind !== 'number') fault(`${operand} is a ${place.kind}, not a number`)
  else if (column && (place.kind === 'object' || place.kind === 'texts'))
    fault(`${operand} is a ${place.kind}, not one value`)
  if (shape === 'table' && place.kind !== 'table') fault(`${operand} is not a table`)
  return place.kind
}

function presenceKind(operand: unknown, ground: Ground, fault: Fault): Kind {
  const field = isExpression(operand) ? operand.field : undefined
  if (isPath(field)) placeAt(field, ground, fault)
  else kindOf(operand, ground, fault)
  return 'bool'
}

/** The kind of the members of a list. */
function listKind(operand: unknown, ground: Ground, fault: Fault): Kind | undefined {
  const field = isExpression(operand) ? operand.field : undefined
  const place = isPath(field) ? placeAt(field, ground, fault) : undefined
  if (place?.many) return place.kind
  wants(['texts'], operand, ground, fault)
  return 'text'
}

function inRowKind(operand: unknown, ground: Standing, fault: Fault): Kind {
  const table = placeIn(ground.template, tableOf(ground.path))
  if (typeof table !== 'string' && table.kind === 'table') wants(['bool'], operand, { ...ground, row: table }, fault)
  return 'bool'
}

function coverKind(operand: unknown, ground: Standing, fault: Fault): Kind {
  const [calculation = '', ...by] = coverOf(operand)
  if (by.length === 0) fault('covers: takes {"calculation": path of a calc field, "by": [paths of columns]}')
  const place = placeAt(calculation, ground, fault)
  if (place && place.field.type !== 'calc') fault(`covers: ${calculation} is not a calc field`)
  for (const path of by)
    if (pathKind('column', path, ground, fault) !== 'text') fault(`covers: ${path} is not a column of texts`)
  return 'bool'
}

/** A field of choices is compared only with choices that it has. */
function choiceFaults([first, second]: readonly [Shape, unknown][], ground: Ground, fault: Fault): void {
  const [operand, other] = [first?.[1], second?.[1]]
  if (!isExpression(operand)) return
  const place = isPath(operand.field)
    ? placeIn(ground.template, operand.field)
    : ground.row && isPath(operand.row) && rowPlaceOf(ground.row, operand.row)
  if (!place || typeof place === 'string') return
  const leaf = place.column ?? place.field
  if ((leaf.type !== 'enum' && leaf.type !== 'multi') || place.part !== undefined) return
  const options = Array.isArray(other) ? other : isExpression(other) ? [other.value] : []
  for (const option of options)
    if (typeof option === 'string' && !isOption(leaf, option)) fault(`"${leaf.key}" has no choice "${option}"`)
}

const placeAt = (path: string, ground: Ground, fault: Fault): Place | undefined =>
  told(placeIn(ground.template, path), fault)

function told(place: Place | string | undefined, fault: Fault): Place | undefined {
  if (typeof place !== 'string') return place
  fault(place)
  return undefined
}
