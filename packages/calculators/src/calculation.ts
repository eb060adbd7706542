import type { Given, Surroundings } from './check.ts'
import { type Exact, plain, ZERO } from './decimal.ts'
import { expression, NotComputable } from './expression.ts'
import type { Method } from './method.ts'
import { type Facts, Fault, type GateCode, invariant, type WarningCode } from './problem.ts'
import { type Desk, parameterValue, type Row, rowOver, type Traces } from './reading.ts'

/** What a formula can do: read inputs and parameters, make steps, close gates and warn. */
export interface Calculation extends Row {
  rows(table: string): readonly Row[]
  /** Gives a parameter a name, in a unit, so that steps can use it. */
  parameter(name: string, key: string, unit: string): Exact
  /** Gives the global warming potential of a gas, in the set of this calculation, a name. */
  gwp(name: string, gas: string): Exact
  /** Computes a formula of inputs and of what has a name, and names the result. */
  step(name: string, formula: string, unit: string): Exact
  /** Computes a formula for each row, and names the sum. In it, `own` may give further numbers of a row by name. */
  sum(name: string, rows: readonly Row[], formula: string, unit: string, own?: (row: Row) => Named): Exact
  /** What has this name, or zero where nothing has it. */
  value(name: string): Exact
  /** Looks at a condition of eligibility. If one is not met the calculation is refused in the end. */
  gate(code: GateCode, isMet: boolean, facts?: Facts): void
  warn(code: WarningCode, facts?: Facts): void
}

type Named = Readonly<Record<string, Exact>>

/** Makes what a formula works with, over inputs that were checked. */
export function calculationOver(method: Method, given: Given, around: Surroundings): Calculation & { traces: Traces } {
  const desk: Desk = { method, around, trace: [], warnings: [], problems: [], used: new Set() }
  const whole = rowOver(desk, given)
  const named = new Map<string, Exact>()
  const rows = new Map(
    [...given.tables].map(([key, table]) => [key, table.map((row) => rowOver(desk, row, given.words))]),
  )
  const name = (as: string, value: Exact) => {
    invariant(!named.has(as) && !whole.owns(as), `${method.id} has two things named ${as}`)
    named.set(as, value)
    return value
  }
  const find = (key: string) => named.get(key) ?? whole.number(key)
  return {
    ...whole,
    traces: desk,
    rows: (key) => rows.get(key) ?? [],
    parameter: (as, key, unit) => name(as, parameterValue(desk, key, unit, as, as)),
    gwp(as, gas) {
      const key = `gwp.${around.gwpSet}.${gas}`
      return named.get(as) ?? name(as, parameterValue(desk, key, '1', as, as))
    },
    step: (as, formula, unit) => name(as, compute(desk, as, formula, unit, find)),
    sum(as, list, formula, unit, own = () => ({})) {
      const parts = list.map((row): [string, Exact] => {
        const mine = own(row)
        const inRow = (key: string) => mine[key] ?? (row.owns(key) ? row.number(key) : find(key))
        return [`${row.at}.${as}`, compute(desk, `${row.at}.${as}`, formula, unit, inRow)]
      })
      const total = parts.reduce((sum, [, part]) => sum.plus(part), ZERO)
      const inputs = Object.fromEntries(parts.map(([step, part]) => [step, plain(part)]))
      desk.trace.push({ step: as, formula: `sum(${formula})`, inputs, value: plain(total), unit })
      return name(as, total)
    },
    value: (key) => named.get(key) ?? ZERO,
    gate(code, isMet, facts = {}) {
      invariant(method.gates?.includes(code), `${method.id} does not declare the gate ${code}`)
      if (!isMet) desk.problems.push({ code: 'not-eligible', at: code, facts: { ...facts, gate: code } })
    },
    warn: (code, facts = {}) => void desk.warnings.push({ code, facts }),
  }
}

function compute(desk: Desk, step: string, formula: string, unit: string, find: (name: string) => Exact): Exact {
  const { names, evaluate } = expression(formula)
  const values = new Map(names.map((one) => [one, find(one)]))
  try {
    const value = evaluate((one) => values.get(one) ?? ZERO)
    const inputs = Object.fromEntries([...values].map(([key, number]) => [key, plain(number)]))
    desk.trace.push({ step, formula, inputs, value: plain(value), unit })
    return value
  } catch (error) {
    if (!(error instanceof NotComputable)) throw error
    throw new Fault({ code: 'not-computable', at: step, facts: { formula } })
  }
}
