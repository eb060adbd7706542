import { type Choose, knownId } from './command.ts'
import type { Model, WireRange } from './naive.ts'
import { type Asked, areDistinct, mayAlso } from './reasons.ts'
import { freeUnits, rangesOf } from './units.ts'

const HOUR_MS = 3_600_000
/** As many as an entry may name. */
const MOST_RANGES = 100

/** Mandates in force of a role, those without a limit first. */
function inForce({ mandates, organisations }: Model, role: string, organisation?: string): string[] {
  const found = [...mandates].filter(
    ([, one]) =>
      one.active &&
      one.role === role &&
      (organisation === undefined || one.organisation === organisation) &&
      organisations.get(one.organisation)?.active === true,
  )
  return found.sort(([, a], [, b]) => Number(a.limit !== null) - Number(b.limit !== null)).map(([id]) => id)
}

/** Mostly the one who may, rarely anybody. */
export function mostly(model: Model, choose: Choose, by: string): string {
  return choose.rarely(20) ? knownId(model.mandates.keys(), choose) : by
}

/** An officer of the government. */
export function anOfficer(model: Model, choose: Choose): string {
  const found = inForce(model, 'government/Admin')
  return mostly(model, choose, choose.pick(found.length > 0 ? found : model.officers))
}

/** Another officer, who approves; rarely nobody. */
export function anApprover(model: Model, choose: Choose, by: string): string[] {
  if (choose.rarely(16)) return []
  const found = inForce(model, 'government/Admin').filter((id) => areDistinct(model, [by, id]))
  return [mostly(model, choose, choose.pick(found.length > 0 ? found : model.officers))]
}

/** A mandate of the account's holder. */
export function aHolder(model: Model, choose: Choose, account: string): string {
  return mostly(model, choose, aMandateOf(model, choose, model.accounts.get(account)?.organisation))
}

export function aMandateOf(model: Model, choose: Choose, organisation: string | undefined): string {
  const found = inForce(model, organisation === model.authority ? 'government/Admin' : 'developer/Admin', organisation)
  return choose.pick(found.length > 0 ? found : model.officers)
}

/** A second mandate that might have done the same. */
export function aSecond(model: Model, choose: Choose, by: string, asked: Asked | undefined): string[] {
  if (asked === undefined || choose.rarely(16)) return []
  const found = [...model.mandates].filter(
    ([id, { active }]) => active && areDistinct(model, [by, id]) && mayAlso(model, id, asked),
  )
  return found.length === 0 ? [] : [choose.pick(found.map(([id]) => id))]
}

/** An account of a kind that takes part, and not this one; rarely another. */
export function anAccount(model: Model, choose: Choose, kind: string, organisation?: string, but?: string): string {
  if (choose.rarely(32)) return knownId(model.accounts.keys(), choose)
  const ofKind = [...model.accounts].filter(
    ([id, one]) => id !== but && one.kind === kind && (organisation === undefined || one.organisation === organisation),
  )
  const usable = ofKind.filter(([, one]) => one.active && model.organisations.get(one.organisation)?.active === true)
  const found = usable.length > 0 ? usable : ofKind
  return found.length === 0 ? knownId(model.accounts.keys(), choose) : choose.pick(found)[0]
}

/** A batch of which the account has free units, if there is one. */
export function aBatchOf(model: Model, choose: Choose, account: string): string {
  if (choose.rarely(24)) return knownId(model.batches.keys(), choose)
  const found = [...model.batches.keys()].filter((batch) => freeUnits(model, batch, account).length > 0)
  return choose.pick(found.length > 0 ? found : [...model.batches.keys()])
}

/** An account of a kind that has free units, and a batch of those. */
export function aHolding(model: Model, choose: Choose, kind = 'holding'): { batch: string; from: string } {
  const ids = [...model.accounts].filter(([, one]) => one.kind === kind).map(([id]) => id)
  const full = ids.filter((id) => [...model.batches.keys()].some((batch) => freeUnits(model, batch, id).length > 0))
  const from = full.length === 0 || choose.rarely(24) ? anAccount(model, choose, kind) : choose.pick(full)
  return { from, batch: aBatchOf(model, choose, from) }
}

export interface Chosen {
  quantity?: string
  ranges?: WireRange[]
}

/** Ranges of the account's free units, a quantity of them, or, less often, any pieces of the batch. */
export function someUnits(model: Model, choose: Choose, batch: string, account: string, most = 40): Chosen {
  const free = freeUnits(model, batch, account)
  const form = choose.below(8)
  const length = 1 + choose.below(most)
  if (form < 2) return { quantity: `${form === 0 && free.length > 0 ? Math.min(length, free.length) : length}` }
  if (form > 2 && free.length > 0) return { ranges: freeRanges(choose, free, length) }
  return { ranges: anyRanges(model, choose, batch, length) }
}

/** As many free units from a random place on, with a gap now and then. */
export function freeRanges(choose: Choose, free: readonly bigint[], length: number): WireRange[] {
  const from = choose.below(free.length)
  const gap = 2 + choose.below(9)
  const isWhole = choose.rarely(2)
  return rangesOf(free.slice(from, from + length).filter((_, at) => isWhole || at % gap !== 1)).slice(0, MOST_RANGES)
}

/** Pieces of the batch, whoever owns them; rarely in disorder. */
export function anyRanges(model: Model, choose: Choose, batch: string, length: number): WireRange[] {
  const [first = 1n] = model.batches.get(batch)?.units.keys() ?? []
  const at = first + BigInt(choose.below(130))
  if (choose.rarely(2)) return [[`${at}`, `${at + BigInt(length - 1)}`]]
  const step = choose.below(4)
  return Array.from({ length: 1 + (length % 12) }, (_, piece) => {
    const serial = at + BigInt(step * piece)
    return [`${serial}`, `${serial + BigInt(choose.below(2))}`]
  })
}

/** An instant some time from now; rarely one that is over. */
export function later(model: Model, choose: Choose, mostHours: number): string {
  const hours = choose.rarely(20) ? -1 : choose.pick([1, 2, 24, mostHours, 1 + choose.below(mostHours)])
  return new Date(Date.parse(model.now) + hours * HOUR_MS).toISOString()
}

export function hoursAfter(instant: string, hours: number): string {
  return new Date(Date.parse(instant) + hours * HOUR_MS).toISOString()
}
