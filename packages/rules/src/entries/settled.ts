import type { Preset } from '../preset.ts'
import type { Rows } from '../state.ts'

/** What of a project is not settled: for a while it keeps somebody waiting, or owes something. */
export interface Unsettled {
  /** Units of it that its holders have. */
  units: bigint
  /** Monitoring periods that have not come to an end. */
  periods: number
  /** Reversals that are not made good. */
  reversals: number
  /** Units that it owes to the buffer, by unit type. */
  debts: Readonly<Record<string, string>>
}

/** What of a project is not settled, by its row and that of what its holders have. */
export function unsettledOf(
  { periods, reversals, debts }: Pick<Rows['project'], 'periods' | 'reversals' | 'debts'>,
  outstanding: { units: bigint } | undefined,
  { period }: Preset,
): Unsettled {
  const { ends = [] } = period ?? {}
  const open = Object.entries(periods.states).filter(([state]) => !ends.includes(state))
  return {
    units: outstanding?.units ?? 0n,
    periods: open.reduce((sum, [, count]) => sum + count, 0),
    reversals,
    debts,
  }
}

/** Is nothing of it open? */
export function isSettled({ units, periods, reversals, debts }: Unsettled): boolean {
  return units === 0n && periods === 0 && reversals === 0 && Object.keys(debts).length === 0
}

/** The facts of it, for a refusal. */
export function factsOf({ units, periods, reversals, debts }: Unsettled): Record<string, string> {
  const owed = Object.keys(debts)
    .sort()
    .map((type) => `${debts[type]} ${type}`)
  return {
    units: `${units}`,
    periods: `${periods}`,
    reversals: `${reversals}`,
    debts: owed.length === 0 ? '0' : owed.join(', '),
  }
}
