import type { EntryBodies, EntryType } from './entry-bodies.ts'
import { isolated, type Speech } from './texts.ts'

export interface ProjectName {
  number: number
  /** Null where the text is no longer kept. */
  title: string | null
}

export interface BatchName {
  project: string
  vintage: string
  unitType: string
  first: bigint
  last: bigint
  /** Of ITMOs of another Party, which have no project here: that Party. */
  party?: string | null
}

/** What ids and commitments stand for, as far as it is known. */
export interface Names {
  country: string
  /** Organisation that a mandate acts for, and as what. */
  mandate(id: string): { organisation: string; role: string } | undefined
  account(id: string): { organisation: string; kind: string } | undefined
  organisation(id: string): { name: string | null; authority: boolean } | undefined
  project(id: string): ProjectName | undefined
  batch(id: string): BatchName | undefined
  authorisation(id: string): { project: string; unitType: string } | undefined
  /** A monitoring period: of which project, from which day to which. */
  period?(id: string): { project: string; from: string; to: string } | undefined
  /** The project of a reversal. */
  reversal?(id: string): { project: string } | undefined
  /** The text behind a commitment, if it is still kept. */
  opened(commitment: string): string | undefined
}

/** The same names, each text that people wrote isolated: its direction does not reach the words beside it. */
export function isolating(names: Names): Names {
  const orNull = (text: string | null) => (text === null ? null : isolated(text))
  return {
    country: names.country,
    mandate: (id) => names.mandate(id),
    account: (id) => names.account(id),
    batch: (id) => names.batch(id),
    authorisation: (id) => names.authorisation(id),
    reversal: (id) => names.reversal?.(id),
    period: (id) => names.period?.(id),
    organisation(id) {
      const known = names.organisation(id)
      return known && { ...known, name: orNull(known.name) }
    },
    project(id) {
      const known = names.project(id)
      return known && { ...known, title: orNull(known.title) }
    },
    opened(commitment) {
      const text = names.opened(commitment)
      return text === undefined ? undefined : isolated(text)
    },
  }
}

/** What a sentence is made from: an entry, or a proposal before it is one. What the ledger allots is not looked at. */
export type Statement = {
  [Type in EntryType]: {
    type: Type
    by: string
    body: Omit<EntryBodies[Type], 'allotted'>
    streams?: readonly (readonly [string, ...unknown[]])[]
  }
}[EntryType]

export type StatementOf<Type extends EntryType> = Extract<Statement, { type: Type }>

/** A key of the texts, with what fills its places. */
export interface Phrase {
  key: string
  count?: bigint
  places: Record<string, string>
}

/** How many units the ranges hold. */
export function amountOf(ranges: readonly (readonly [string, string])[]): bigint {
  return ranges.reduce((sum, [first, last]) => sum + BigInt(last) - BigInt(first) + 1n, 0n)
}

/** At most this many ranges are named in a sentence. */
const MAX_NAMED_RANGES = 5

/** Names and numbers in words. */
export class Phrases {
  readonly names: Names
  readonly speech: Speech

  constructor(names: Names, speech: Speech) {
    this.names = names
    this.speech = speech
  }

  code(list: string, code: string): string {
    return this.speech.code(list, code)
  }

  count(quantity: string): string {
    return this.speech.number(BigInt(quantity))
  }

  units(quantity: string, unitType: string): string {
    return `${this.count(quantity)} ${unitType}`
  }

  /** Who acts: the organisation behind the mandate. */
  actor(mandate: string): string {
    const known = this.names.mandate(mandate)
    return known?.role.startsWith('system/') ? this.speech.say('system') : this.organisation(known?.organisation)
  }

  organisation(id: string | undefined): string {
    const known = id === undefined ? undefined : this.names.organisation(id)
    if (known?.authority) return this.speech.say('government', { country: this.names.country })
    return known?.name ? known.name : this.speech.say('unnamed.organisation')
  }

  /** The organisation of an account. */
  holder(account: string): string {
    return this.organisation(this.names.account(account)?.organisation)
  }

  project(id: string | undefined): string {
    const known = id === undefined ? undefined : this.names.project(id)
    if (!known) return this.speech.say('unknown')
    const { title } = known
    const number = String(known.number)
    return title === null
      ? this.speech.say('unnamed.project', { number })
      : this.speech.say('project', { title, number })
  }

  period(id: string): string {
    const known = this.names.period?.(id)
    return known ? this.periodOf(known) : this.speech.say('unknown')
  }

  /** `the monitoring period from … to … of …`. */
  periodOf({ project, from, to }: { project: string; from: string; to: string }): string {
    const places = { from: this.speech.legalDay(from), to: this.speech.legalDay(to) }
    return this.speech.say('period', { ...places, project: this.project(project) })
  }

  /** What a document or a finding is about: the project, or one of its monitoring periods. */
  subject({ project, period }: { project: string; period: string | null }): string {
    return period === null ? this.project(project) : this.period(period)
  }

  beneficiary(commitment: string | null): string {
    const name = commitment === null ? undefined : this.names.opened(commitment)
    return name ?? this.speech.say('unnamed.beneficiary')
  }

  /** `250 ITMO of vintage 2024 from …`. */
  unitsOf({ batch, ranges }: { batch: string; ranges: readonly [string, string][] }): string {
    return this.ofBatch(batch, this.units(String(amountOf(ranges)), this.names.batch(batch)?.unitType ?? ''))
  }

  /** `ITMO of vintage 2024 from …`, where the entry does not say how many. */
  someOf(batch: string | undefined): string {
    return this.ofBatch(batch ?? '', this.names.batch(batch ?? '')?.unitType ?? this.speech.say('units'))
  }

  ofBatch(batch: string, quantity: string): string {
    const known = this.names.batch(batch)
    const vintage = known?.vintage ?? ''
    if (known?.party) return this.speech.say('batch.abroad', { quantity, vintage, party: known.party })
    return this.speech.say('batch', { quantity, vintage, project: this.project(known?.project) })
  }

  owners(owners: readonly { account: string; share: string }[]): string {
    const shares = owners.map(({ account, share }) =>
      this.speech.say('owner', { organisation: this.holder(account), share }),
    )
    return this.speech.list(shares)
  }

  codes(list: string, codes: readonly string[]): string {
    return this.speech.list(codes.map((code) => this.code(list, code)))
  }

  ranges(ranges: readonly [string, string][]): string {
    const named = ranges.slice(0, MAX_NAMED_RANGES).map(([first, last]) => this.range(first, last))
    const more = BigInt(ranges.length - named.length)
    if (more === 0n) return this.speech.list(named)
    return this.speech.say('ranges.more', { ranges: named.join(', '), count: this.speech.number(more) }, more)
  }

  range(first: string, last: string): string {
    const [from, to] = [this.count(first), this.count(last)]
    return first === last ? from : this.speech.say('range', { first: from, last: to })
  }

  /** What a hold stands on: an account, a batch or a range of one. */
  target(id: string | null | undefined, range: readonly [string, string] | null): string {
    if (!id) return this.speech.say('unknown')
    const batch = this.names.batch(id)
    if (!batch) return this.speech.say('target.account', { organisation: this.holder(id) })
    const [first, last] = range ?? [String(batch.first), String(batch.last)]
    const { unitType, vintage } = batch
    const places = { unitType, vintage, project: this.project(batch.project) }
    return this.speech.say(range ? 'target.range' : 'target.batch', {
      ...places,
      first: this.count(first),
      last: this.count(last),
    })
  }
}
