import type { Plain } from '../random.fixture.ts'

/**
 * The formulas once more, written from the description of the domain and not from our methods: plain numbers, constants in
 * place, nothing shared. What both say is right, or wrong twice in different ways.
 */

export type Second =
  | { be: number; pe: number; le: number; scale?: number; more?: Record<string, number> }
  /** `nearly` is what was rounded to the value. */
  | { value: number; scale?: number; nearly?: number }
  | 'refused'
  /** A limit is met so closely that doubles cannot tell. */
  | 'undecided'

export interface P {
  n(key: string, otherwise?: number): number
  s(key: string, otherwise?: string): string
  has(key: string): boolean
  rows(key: string): P[]
}

export function over(plain: Plain): P {
  return {
    n: (key, otherwise = Number.NaN) => (typeof plain[key] === 'number' ? plain[key] : otherwise),
    s: (key, otherwise = '') => (typeof plain[key] === 'string' ? plain[key] : otherwise),
    has: (key) => key in plain,
    rows: (key) => (Array.isArray(plain[key]) ? plain[key].map(over) : []),
  }
}

export const CH4: Record<string, number> = { SAR: 21, AR4: 25, AR5: 28, AR6: 27 }

export const N2O: Record<string, number> = { SAR: 310, AR4: 298, AR5: 265, AR6: 273 }

export const total = (list: number[]) => list.reduce((a, b) => a + b, 0)

export const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))

export const lookUp = (table: Record<string, number>, key: string) => table[key] ?? Number.NaN

export const HEAT = {
  diesel: 43,
  petrol: 44.3,
  lpg: 47.3,
  kerosene: 43.8,
  'natural-gas': 48,
  'bituminous-coal': 25.8,
  'fuel-oil': 40.4,
}

export const KG_PER_GJ = {
  diesel: 74.1,
  petrol: 69.3,
  lpg: 63.1,
  kerosene: 71.9,
  'natural-gas': 56.1,
  'bituminous-coal': 94.6,
  'fuel-oil': 77.4,
}

export function burnt(row: P): number {
  const kind = row.s('fuel')
  return (
    row.n('fuelMass') * row.n('heatValue', lookUp(HEAT, kind)) * row.n('fuelFactor', lookUp(KG_PER_GJ, kind) / 1000)
  )
}

export const lights = (p: P) => p.n('powerUse', 0) * p.n('powerFactor', 1.3) * (1 + p.n('powerLosses', 0.2))

export function gridFactor(p: P, technology: string, route = p.s('gridRoute', 'margins')): number {
  if (route === 'combined') return p.n('combinedMargin')
  const isFirst = p.s('creditingPeriod', 'first') === 'first'
  const usual = technology === 'solar' || technology === 'wind' ? 0.75 : isFirst ? 0.5 : 0.25
  const w = p.n('operatingWeight', usual)
  return w * p.n('operatingMargin') + (1 - w) * p.n('buildMargin')
}
