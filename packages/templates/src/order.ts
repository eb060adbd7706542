import { kept } from './memo.ts'
import { references } from './operators.ts'
import { isGrid, nodeOf, placeIn, tableOf } from './place.ts'
import type { Column, Expression, Field, Section, Template } from './template.ts'

/** One computed value: of a field, or of a column in each row. */
export interface Computed {
  section: Section
  field: Field
  column?: Column
  expression: Expression
  /** It is there only where its section, its field and its column are asked for. */
  shownIf: Expression[]
  /** It needs what the registry knows. */
  asksFacts: boolean
}

const orders = new WeakMap<object, Computed[] | string>()

/** The computed values in an order in which each comes after those it needs; or the circle in which they stand. */
export function computedOrder(template: Pick<Template, 'sections'>): Computed[] | string {
  return kept(orders, template, () => sorted(template))
}

function sorted(template: Pick<Template, 'sections'>): Computed[] | string {
  const nodes = new Map(computedOf(template).map((one) => [nodeOf(one), one]))
  const done = new Set<string>()
  const order: Computed[] = []
  const visit = (name: string, trail: readonly string[]): string | undefined => {
    const node = nodes.get(name)
    if (!node || done.has(name)) return undefined
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name].join(' → ')
    for (const needed of needs(node, template)) {
      const circle = visit(needed, [...trail, name])
      if (circle) return circle
    }
    done.add(name)
    order.push(node)
    return undefined
  }
  for (const name of nodes.keys()) {
    const circle = visit(name, [])
    if (circle) return circle
  }
  return order
}

function computedOf(template: Pick<Template, 'sections'>): Computed[] {
  const found: Computed[] = []
  const add = (section: Section, field: Field, column?: Column) => {
    const { auto } = column ?? field
    if (!auto || !('compute' in auto)) return
    const shownIf = [section, field, column].flatMap((one) => (one?.visibleIf ? [one.visibleIf] : []))
    const asksFacts = JSON.stringify([auto.compute, shownIf]).includes('"fact":')
    found.push({ section, field, expression: auto.compute, shownIf, asksFacts, ...(column ? { column } : {}) })
  }
  for (const section of template.sections) {
    for (const field of section.fields) {
      add(section, field)
      if (isGrid(field)) for (const column of field.fields) add(section, field, column)
    }
  }
  return found
}

function needs(node: Computed, template: Pick<Template, 'sections'>): string[] {
  const table = node.column && nodeOf({ section: node.section, field: node.field })
  const all = [node.expression, ...node.shownIf].flatMap((one) => references(one, table))
  return all.flatMap(({ path, rows }) => {
    const place = placeIn(template, path)
    if (typeof place === 'string') return []
    return rows ? [tableOf(path)] : [nodeOf(place)]
  })
}
