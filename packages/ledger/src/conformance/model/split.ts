import { type Levy, lawOf } from './law.ts'
import type { Model, Owner, Project } from './naive.ts'

const SCALE = 10_000

/** Percentages that are taken from an issuance. */
export type Levies = Record<Levy | 'buffer', string>

/** In the order of the parts. */
export const levyOrder = ['buffer', 'shareOfProceeds', 'omge', 'host'] as const

export const poolKinds = {
  buffer: 'buffer',
  shareOfProceeds: 'share-of-proceeds',
  omge: 'omge',
  host: 'holding',
} as const

export function leviesOf(model: Model, project: Project, unitType: string): Levies {
  const { a6er } = lawOf(model).levies
  const rate = (levy: Levy) => (unitType !== 'A6ER' || project.exempt.includes(levy) ? '0' : a6er[levy])
  return {
    buffer: project.buffer,
    shareOfProceeds: rate('shareOfProceeds'),
    omge: rate('omge'),
    host: rate('host'),
  }
}

export interface Split {
  levies: Record<Levy | 'buffer', number>
  /** Of the buffer's part, what pays the project's debt. */
  repaid: number
  owners: number[]
}

function percent(quantity: number, percentage: string, rounding: 'up' | 'down'): number {
  const exact = (quantity * Math.round(Number(percentage) * SCALE)) / (100 * SCALE)
  return rounding === 'up' ? Math.ceil(exact) : Math.floor(exact)
}

/** Buffer, levies, what the project owes, owners; undefined where the levies are more than there is. */
export function splitOf(
  model: Model,
  quantity: number,
  project: Project,
  unitType: string,
  levies: Levies,
): Split | undefined {
  const { levies: policy, debitIssuances } = lawOf(model)
  const buffer = percent(quantity, levies.buffer, 'up')
  const base = policy.base === 'gross' ? quantity : quantity - buffer
  const part = (levy: Levy) => percent(base, levies[levy], policy.rounding)
  const [shareOfProceeds, omge, host] = [part('shareOfProceeds'), part('omge'), part('host')]
  const net = quantity - buffer - shareOfProceeds - omge - host
  if (net < 0) return undefined
  const repaid = debitIssuances ? Math.min(Number(project.debts.get(unitType) ?? 0n), net) : 0
  return {
    levies: { buffer: buffer + repaid, shareOfProceeds, omge, host },
    repaid,
    owners: shared(net - repaid, project.owners),
  }
}

/** How many units each owner gets: the floor of the share, the rest one by one to the largest remainders. */
export function shared(quantity: number, owners: Owner[]): number[] {
  const exact = owners.map(({ share }) => quantity * Math.round(Number(share) * SCALE))
  const parts = exact.map((value) => Math.floor(value / (100 * SCALE)))
  const order = exact
    .map((value, at) => ({ at, rest: value % (100 * SCALE) }))
    .sort((a, b) => b.rest - a.rest || a.at - b.at)
  let left = quantity - parts.reduce((sum, part) => sum + part, 0)
  for (const { at } of order) {
    if (left <= 0) break
    parts[at] = (parts[at] ?? 0) + 1
    left -= 1
  }
  return parts
}
