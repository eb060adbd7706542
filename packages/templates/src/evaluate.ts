import type { Value } from './operands.ts'
import { termOf } from './operators.ts'
import type { Members, Sections, Spot } from './place.ts'
import { held, isGrid, member, pathOf, rowsOf } from './place.ts'
import type { Expression, FactName, Field, Json } from './template.ts'

/** A calculation that a document holds, as whoever knows calculators judges it. */
export interface CalculationJudged {
  /** What its method takes in, that a document must fix or monitor: each by its name, or by any of several names. */
  inputs: readonly (string | readonly string[])[]
  /** Whether the result follows from the inputs. */
  agrees: boolean
}
/** Nothing comes back for a method or version that is not known. */
export type JudgeCalculation = (calculation: Members) => CalculationJudged | undefined

export type Facts = Partial<Record<FactName, Json>>

/** What an expression is computed over. */
export interface Scope {
  values: unknown
  facts?: Facts | undefined
  judge?: JudgeCalculation | undefined
  /** The row that is looked at. */
  row?: Members
  /** Values that are the same in every row, computed once. What they stand on may not change while they are kept. */
  memo: Map<string, Value>
  /** Names of inputs that a `covers` found missing. */
  missing?: string[]
}

/** The value of an expression of a template; nothing where something that it needs is not there. */
export const evaluate = (expression: Expression, scope: Scope): Value => termOf(expression).value(scope)

/** Whether a condition is true: not where it is false, nor where that cannot be said. */
export const isTrue = (condition: Expression, scope: Scope): boolean => evaluate(condition, scope) === true

/** Whether a section, field or column is asked for: shown unless its condition is not true. */
export const isShown = ({ visibleIf }: { visibleIf?: Expression | undefined }, scope: Scope): boolean =>
  visibleIf === undefined || isTrue(visibleIf, scope)

/** Whether the registry fills it in with what it knows, or with what another document says. */
export const isFromElsewhere = ({ auto }: Field): boolean => auto !== undefined && !auto.compute

/** A field of a document, or a cell of one of its rows: what stands there, whether it is asked for, and whether it must be there. */
export interface Asked extends Spot {
  leaf: Field
  path: string
  json: Json | undefined
  asked: boolean
  required: boolean
}

/** All fields of a document, each followed by its cells where it is asked for. A matrix that must be there has all of its rows. */
export function* askedOf({ sections }: Sections, scope: Scope): Generator<Asked> {
  for (const section of sections) {
    const shown = isShown(section, scope)
    for (const field of section.fields) {
      const asked = askedAt({ section, field }, held(scope.values, { section, field }), shown, scope)
      yield asked
      if (!asked.asked || !isGrid(field)) continue
      const rows = new Map(rowsOf(field, asked.json))
      if (field.type === 'matrix' && asked.required)
        for (const { key } of field.rows) if (!rows.has(key)) rows.set(key, {})
      for (const [row, cells] of rows) {
        const inRow = { ...scope, row: cells }
        for (const column of field.fields)
          yield askedAt({ section, field, row, column }, member(cells, column.key), true, inRow)
      }
    }
  }
}

function askedAt(spot: Spot, json: Json | undefined, shown: boolean, scope: Scope): Asked {
  const leaf = spot.column ?? spot.field
  const asked = shown && isShown(leaf, scope)
  const required = asked && (typeof leaf.required === 'object' ? isTrue(leaf.required, scope) : leaf.required === true)
  return { ...spot, leaf, path: pathOf(spot), json, asked, required }
}
