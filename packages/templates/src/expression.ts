/**
 * Conditions and calculations of templates: JSON, never code. An expression is an object with one operator.
 *
 * Paths: `B64.yearly` is the field `yearly` of the section `B64`; `B64.yearly.er` the list of all values of its column `er`;
 * `G.sdg.goal13.claim` one cell of a matrix; `C.crediting.start` one end of a period. `{"row": "er"}` is a column of the row
 * that is looked at: in `auto` and `visibleIf` of a column, in a check with `each`, inside `every`, `any`, `sumIf`, `countIf`.
 */
export type Expression =
  | { field: string } // a value of the document, by its path
  | { row: string } // a column of this row; "period.start" for one end of a period in it
  | { fact: FactName } // what the registry knows
  | { number: string } // a decimal: {"number": "0.5"}
  | { date: string } // {"date": "2021-01-01"}
  | { value: string | boolean } // an option or a text; true or false
  | { add: Expression[] }
  | { sub: Expression[] } // the first less all others
  | { mul: Expression[] }
  | { div: [Expression, Expression] } // nothing, where it would be divided by zero
  | { min: Expression[] }
  | { max: Expression[] }
  | { round: [Expression, number] } // half up, to so many places
  | { floor: Expression } // down to a whole number
  | { sum: string } // of a column; 0 when there are no rows
  | { average: string } // of the cells of a column that are filled in
  | { count: string } // rows of a table, files, options chosen
  | { sumIf: [string, Expression] } // path of a column, condition on its rows
  | { countIf: [string, Expression] } // path of a table, condition on its rows
  | { lookup: [string, string, Expression] } // column to read, column of the same table to search in, what to search
  | { days: [Expression, Expression] } // from the first date to the second, both counted
  | { year: Expression } // of a date
  | { if: [Expression, Expression, Expression] } // condition, then, else
  | { eq: [Expression, Expression] }
  | { ne: [Expression, Expression] }
  | { lt: [Expression, Expression] }
  | { lte: [Expression, Expression] }
  | { gt: [Expression, Expression] }
  | { gte: [Expression, Expression] }
  | { and: Expression[] }
  | { or: Expression[] }
  | { not: Expression }
  | { filled: Expression } // something stands there: {"filled": {"field": "D.permit"}}
  | { in: [Expression, string[]] } // is one of these options
  | { has: [Expression, Expression] } // the list (options chosen, a column) has this value, or each of these values
  | { within: [Expression, Expression, Expression] } // a date, or both ends of a period: from, until, both included
  | { unique: string } // no value of this column comes twice
  | { every: [string, Expression] } // path of a table, condition on its rows
  | { any: [string, Expression] }
  | { covers: { calculation: string; by: string[] } } // each input of the calculation's method is named in one of these columns

/** A condition is an expression that is true or false. Where something that it needs is not filled in it is neither. */
export type Condition = Expression

/** What the registry can tell a document, with the type of field that takes it. The caller gives the values. */
export const FACTS = {
  'document.number': 'text',
  'document.date': 'date',
  'registry.name': 'text',
  'registry.country': 'enum',
  'project.reference': 'text',
  'project.title': 'text',
  'project.country': 'enum',
  'project.scopes': 'multi',
  'project.developer': 'party',
  'project.certifier': 'party',
  'project.state': 'text',
  'project.registered': 'date',
  'project.crediting': 'period',
  'project.unitType': 'text',
  'project.noObjection': 'reference',
  'project.authorisation': 'reference',
  'project.findings': 'table',
  'project.pdd': 'reference',
  'project.validation': 'reference',
  'project.consultation': 'period',
  'certifier.accreditation': 'text',
  'certifier.scopes': 'multi',
  'certifier.accreditedUntil': 'date',
  'certifier.consecutive': 'int',
  'period.number': 'int',
  'period.dates': 'period',
  'period.report': 'reference',
  'period.verification': 'reference',
  'period.verified': 'date',
  'period.certified': 'table',
  'period.findings': 'table',
  'issuance.request': 'text',
  'issuance.account': 'text',
  'issuance.split': 'table',
  'issuance.owners': 'table',
  'issuance.left': 'int',
  'issuance.blocks': 'table',
  'issuance.certificate': 'text',
  'transfer.seller': 'party',
  'transfer.buyer': 'party',
  'transfer.sellerAccount': 'text',
  'transfer.buyerAccount': 'text',
  'transfer.ranges': 'table',
  'transfer.free': 'bool',
} as const
export type FactName = keyof typeof FACTS

const PATH = /^[A-Za-z][A-Za-z0-9-]{0,39}(\.[A-Za-z][A-Za-z0-9-]{0,39}){0,3}$/
const MAX_DEPTH = 12
const MAX_OPERANDS = 50

type Shape = 'path' | 'expression' | 'expressions' | 'places' | 'options' | 'number' | 'date' | 'literal' | 'fact'
type Operand = Shape | readonly Shape[]

/** What stands after each operator. A list means a JSON list of exactly these. */
export const OPERANDS: Record<string, Operand> = {
  field: 'path',
  row: 'path',
  fact: 'fact',
  number: 'number',
  date: 'date',
  value: 'literal',
  add: 'expressions',
  sub: 'expressions',
  mul: 'expressions',
  div: ['expression', 'expression'],
  min: 'expressions',
  max: 'expressions',
  round: ['expression', 'places'],
  floor: 'expression',
  sum: 'path',
  average: 'path',
  count: 'path',
  sumIf: ['path', 'expression'],
  countIf: ['path', 'expression'],
  lookup: ['path', 'path', 'expression'],
  days: ['expression', 'expression'],
  year: 'expression',
  if: ['expression', 'expression', 'expression'],
  eq: ['expression', 'expression'],
  ne: ['expression', 'expression'],
  lt: ['expression', 'expression'],
  lte: ['expression', 'expression'],
  gt: ['expression', 'expression'],
  gte: ['expression', 'expression'],
  and: 'expressions',
  or: 'expressions',
  not: 'expression',
  filled: 'expression',
  in: ['expression', 'options'],
  has: ['expression', 'expression'],
  within: ['expression', 'expression', 'expression'],
  unique: 'path',
  every: ['path', 'expression'],
  any: ['path', 'expression'],
}

/** Says what is wrong with the form of an expression, or nothing. Whether its paths exist is asked of the template as a whole. */
export function expressionFault(json: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return `an expression may be ${MAX_DEPTH} deep at most`
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return 'an expression is an object with one operator'
  const [entry, ...more] = Object.entries(json)
  if (!entry || more.length > 0) return 'an expression is an object with exactly one operator'
  const [operator, operand] = entry
  if (operator === 'covers') return coversFault(operand)
  const wanted = Object.hasOwn(OPERANDS, operator) ? OPERANDS[operator] : undefined
  if (!wanted) return `there is no operator "${operator}"; there are ${Object.keys(OPERANDS).join(', ')}, covers`
  const fault = operandsFault(wanted, operand, depth)
  return fault && `${operator}: ${fault}`
}

function operandsFault(wanted: Operand, given: unknown, depth: number): string | undefined {
  if (typeof wanted === 'string') return operandFault(wanted, given, depth)
  if (!Array.isArray(given) || given.length !== wanted.length) return `takes a list of ${wanted.length}`
  for (const [index, shape] of wanted.entries()) {
    const fault = operandFault(shape, given[index], depth)
    if (fault) return fault
  }
  return undefined
}

function operandFault(shape: Shape, given: unknown, depth: number): string | undefined {
  switch (shape) {
    case 'path':
      return isPath(given) ? undefined : 'takes a path such as "B64.yearly.er"'
    case 'expression':
      return expressionFault(given, depth + 1)
    case 'expressions':
      return listFault(given, depth)
    case 'places':
      return Number.isInteger(given) && Number(given) >= 0 && Number(given) <= 12 ? undefined : 'places are 0 to 12'
    case 'options':
      return Array.isArray(given) && given.length > 0 && given.every((one) => typeof one === 'string')
        ? undefined
        : 'takes a list of options'
    case 'number':
      return typeof given === 'string' && /^-?\d{1,30}(\.\d{1,20})?$/.test(given)
        ? undefined
        : 'takes a decimal in quotes'
    case 'date':
      return typeof given === 'string' && /^\d{4}-\d\d-\d\d$/.test(given) ? undefined : 'takes a date YYYY-MM-DD'
    case 'literal':
      return typeof given === 'string' || typeof given === 'boolean' ? undefined : 'takes a text, true or false'
    case 'fact':
      return typeof given === 'string' && Object.hasOwn(FACTS, given)
        ? undefined
        : `the registry knows ${Object.keys(FACTS).join(', ')}`
  }
}

function listFault(given: unknown, depth: number): string | undefined {
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_OPERANDS)
    return `takes a list of 1 to ${MAX_OPERANDS} expressions`
  for (const one of given) {
    const fault = expressionFault(one, depth + 1)
    if (fault) return fault
  }
  return undefined
}

function coversFault(operand: unknown): string | undefined {
  const { calculation, by } = (operand ?? {}) as { calculation?: unknown; by?: unknown }
  return isPath(calculation) && Array.isArray(by) && by.length > 0 && by.every(isPath)
    ? undefined
    : 'covers: takes {"calculation": path of a calc field, "by": [paths of columns]}'
}

/** Whether a text has the form of a path. */
export const isPath = (given: unknown): given is string => typeof given === 'string' && PATH.test(given)
