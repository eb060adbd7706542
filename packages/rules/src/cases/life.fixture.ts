import type { RuleName } from '../declarations.ts'
import type { Entry } from '../envelope.ts'
import { isRefusal } from '../refusal.ts'
import { country, issuedAs } from './country.fixture.ts'
import type { Outcome, World } from './world.fixture.ts'

export type Numbers = readonly number[]

/** What has happened so far that later commands may be about. */
interface Past {
  batches: string[]
  /** As corrections carry them. */
  entries: object[]
  movements: string[]
  pledges: string[]
  reversals: string[]
  count: number
}

/** A country in which random things are asked for. */
export class Life {
  readonly world: World = country()
  readonly past: Past = {
    batches: ['solar 2024', 'tide 2024'],
    entries: [],
    movements: [],
    pledges: [],
    reversals: [],
    count: 0,
  }
  readonly numbers: Numbers
  #at = 0

  constructor(numbers: Numbers) {
    this.numbers = numbers
    this.world.checksParts = true
  }

  below(most: number): number {
    this.#at += 1
    return (this.numbers[this.#at % this.numbers.length] ?? 0) % most
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T
  }

  id(from: readonly string[]): string {
    return this.world.id(this.pick(from))
  }

  fresh(kind: string): string {
    this.past.count += 1
    // Rarely an id that was used before, perhaps for something else.
    const name = this.below(12) === 0 ? `thing ${this.below(6)}` : `thing ${this.past.count} ${kind}`
    this.world.id(name)
    return name
  }

  /** Mostly a batch of which the account holds units. */
  batch(account: string): string {
    const { batches } = this.past
    const holds = (name: string) =>
      this.world.state
        .runs(this.world.id(name))
        .all()
        .some((run) => run.account === this.world.id(account))
    const held = this.below(10) > 0 ? batches.filter(holds) : []
    return this.pick(held.length > 0 ? held : batches)
  }

  /** A quantity, or ranges: mostly of units that the account holds, mostly in order. */
  units(batch: string, account = ''): object {
    if (this.below(3) === 0) return { quantity: `${1 + this.below(40)}` }
    const id = this.world.id(batch)
    const runs = this.world.state.runs(id).all()
    const owned = runs.filter((run) => run.account === this.world.id(account))
    const from = owned.length > 0 && this.below(8) > 0 ? owned : runs
    const ranges = Array.from({ length: 1 + this.below(3) }, () => {
      const run = from[this.below(Math.max(from.length, 1))] ?? { first: 1n, last: 300n }
      const start = Number(run.first) + this.below(Math.min(Number(run.last - run.first) + 1, 40))
      const last = Math.min(start + this.below(12), this.below(10) === 0 ? start + 20 : Number(run.last))
      return [start, last] as const
    })
    const isFit = (at: number) => at === 0 || (ranges[at - 1]?.[1] ?? 0) + 1 < (ranges[at]?.[0] ?? 0)
    if (this.below(8) > 0) ranges.sort(([a], [b]) => a - b)
    const fit = this.below(8) > 0 ? ranges.filter((_, at) => isFit(at)).slice(0, 2) : ranges
    return { ranges: fit.map(([first, last]) => [`${first}`, `${last}`]) }
  }

  try(type: RuleName, request: Record<string, unknown>, by: string, approvers: string[] = []): Outcome {
    const { world } = this
    const outcome = world.try(type, request, { by: world.id(by), approvers: approvers.map((name) => world.id(name)) })
    if (!isRefusal(outcome)) this.past.entries.push(carried(outcome.entry, outcome.index))
    return outcome
  }

  /** By an officer, with the approval of the other where one is asked for. */
  decree(type: RuleName, request: Record<string, unknown>): Outcome {
    return this.try(type, request, 'officer', approvedTypes.has(type) ? ['second officer'] : [])
  }
}

function carried(entry: Entry, index: number): object {
  return entry.type === 'BatchIssued' ? issuedAs(entry, index) : entry
}

const approvedTypes: ReadonlySet<RuleName> = new Set<RuleName>([
  'BatchIssued',
  'OutcomeCarried',
  'UnitsConverted',
  'AuthorisationChanged',
  'IssuanceTermsSet',
  'CreditsAcquired',
  'FirstTransferRecorded',
  'CreditsUsed',
  'BufferReleased',
  'BufferCancelled',
  'ReversalDecided',
  'EntryCorrected',
])
