import { type Expression, OPERANDS } from './expression.ts'
import { tableOf } from './place.ts'

/** What an expression reads: paths from the top. Columns of "this row" are told as paths too, by the table of the row. */
export interface Reference {
  path: string
  /** The table whose rows `path` is a column of, where it came from {"row": …}. */
  row?: string
  /** Only the number of rows is looked at. */
  rows?: boolean
}

/** All references of an expression. `row` is the table that a {"row": …} outside `every` and the like belongs to. */
export function references(expression: Expression, row?: string): Reference[] {
  if ('row' in expression) return [{ path: `${row ?? ''}.${expression.row}`, row: row ?? '' }]
  if ('covers' in expression) return [expression.covers.calculation, ...expression.covers.by].map((path) => ({ path }))
  const [operator, operand] = Object.entries(expression)[0] as [string, unknown]
  if (operator === 'lookup') return lookupReferences(operand as [string, string, Expression], row)
  if (operator === 'every' || operator === 'any' || operator === 'countIf' || operator === 'sumIf') {
    const [path, condition] = operand as [string, Expression]
    const first = operator === 'sumIf' ? { path } : { path, rows: true }
    return [first, ...references(condition, tableOf(path))]
  }
  const shapes = OPERANDS[operator]
  if (shapes === 'path') return [{ path: operand as string, ...(operator === 'count' ? { rows: true } : {}) }]
  if (shapes === 'expression') return references(operand as Expression, row)
  if (shapes === 'expressions') return (operand as Expression[]).flatMap((one) => references(one, row))
  if (!Array.isArray(shapes)) return []
  const parts = operand as unknown[]
  return shapes.flatMap((shape, index) => (shape === 'expression' ? references(parts[index] as Expression, row) : []))
}

function lookupReferences([path, key, wanted]: [string, string, Expression], row?: string): Reference[] {
  return [{ path }, { path: `${tableOf(path)}.${key}`, row: tableOf(path) }, ...references(wanted, row)]
}
