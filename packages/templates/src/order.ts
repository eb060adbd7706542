import { kept } from './memo.ts'
import { termOf } from './operators.ts'
import { leavesOf, type Sections, type Spot } from './place.ts'
import type { Expression, Field } from './template.ts'

/** One computed value: of a field, or of a column in each row. */
export interface Computed extends Spot {
  leaf: Field
  expression: Expression
  /** It is there only where its section, its field and its column are asked for. */
  shownIf: readonly Expression[]
  /** The fields and columns that must be computed before; `facts` where it asks what the registry knows. */
  needs: ReadonlySet<string>
}

const orders = new WeakMap<Sections, Computed[] | string>()

/** The computed values in an order in which each comes after those it needs; or the circle in which they stand. */
export const computedOrder = (form: Sections): Computed[] | string => kept(orders, form, () => sorted(form))

function sorted({ sections }: Sections): Computed[] | string {
  const nodes = new Map(leavesOf(sections).flatMap((one) => computedOf(one)))
  const order = new Set<Computed>()
  const circleAt = (name: string, trail: readonly string[]): string | undefined => {
    const node = nodes.get(name)
    if (!node || order.has(node)) return undefined
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name].join(' → ')
    for (const needed of node.needs) {
      const circle = circleAt(needed, [...trail, name])
      if (circle) return circle
    }
    order.add(node)
    return undefined
  }
  for (const name of nodes.keys()) {
    const circle = circleAt(name, [])
    if (circle) return circle
  }
  return [...order]
}

function computedOf({ section, field, column, leaf, path }: ReturnType<typeof leavesOf>[number]): [string, Computed][] {
  const expression = leaf.auto?.compute
  if (!expression) return []
  const shownIf = [section, field, column].flatMap((one) => (one?.visibleIf ? [one.visibleIf] : []))
  const needs = new Set([expression, ...shownIf].flatMap((one) => [...termOf(one).needs]))
  return [[path, { section, field, column, leaf, expression, shownIf, needs }]]
}
