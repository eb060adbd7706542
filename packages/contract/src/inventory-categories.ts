import { z } from 'zod'
import rows from './data/ipcc-2006.json' with { type: 'json' }

/** A category of the IPCC 2006 guidelines. */
export interface InventoryCategory {
  /** Such as `1A1`. */
  code: string
  /** Its name for programs, as the tree of the peer has it; with the names above it before it. */
  path: string
  /** The code of the category above; null at the top. */
  parent: string | null
  /** Only leaves hold values; the others are their sums. */
  leaf: boolean
  /** Land and harvested wood: what is taken up stands below zero, and the total without land leaves it out. */
  land: boolean
  /** Fluorinated gases count in its CO2 equivalent, beside the gases that have columns of their own. */
  fluorinated: boolean
}

const keyOf = new Map(rows.map(({ code, key }) => [code, key]))

function parentOf(code: string): string | null {
  return code.length === 1 ? null : code.slice(0, -1)
}

function pathOf(code: string): string {
  const parent = parentOf(code)
  const key = keyOf.get(code) ?? code
  return parent === null ? key : `${pathOf(parent)}.${key}`
}

/** All categories, each after the one above it. */
export const inventoryCategories: readonly InventoryCategory[] = rows.map(({ code, land, fluorinated }) => ({
  code,
  path: pathOf(code),
  parent: parentOf(code),
  leaf: !rows.some((other) => parentOf(other.code) === code),
  land: land === true,
  fluorinated: fluorinated === true,
}))

/** The codes of the categories that hold values. */
export const CategoryCode = z.enum(inventoryCategories.filter(({ leaf }) => leaf).map(({ code }) => code))

const byCode = new Map(inventoryCategories.map((category) => [category.code, category]))

export function categoryOf(code: string): InventoryCategory | undefined {
  return byCode.get(code)
}
