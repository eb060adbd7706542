import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { triedOf } from './commands.ts'
import { accountHolders, attempt, type Country, countryOf, happens, type PresetName, type Request } from './country.ts'
import { type Line, linesOf } from './sheet.ts'
import { beginning, stops } from './walk.ts'
import { isIn, type Journey, prepare } from './ways.ts'

/**
 * One person, who has one mandate to begin with and whatever mandates that one brings in, against every decision for which
 * two are asked. Whoever appoints the people of a country is not meant: that these are several is his word, in the log.
 */

const RUNS = Number(process.env.ALONE_RUNS ?? 60)

/** A decision that waits for nothing but approvals. */
interface Decision {
  line: Line
  journey: Journey
}

function decisionsOf(preset: PresetName): Decision[] {
  const begins = beginning(preset)
  const at = stops(begins)
  return linesOf(preset)
    .filter(({ approvals, command, detail }) => approvals.length > 0 || isLastOf(command, detail))
    .map((line) => {
      const early = line.needs.filter((need) => need.includes('@'))
      const state = begins.ways.find((way) => way.of === line.of && isIn(line, way.state))?.state ?? ''
      const journey = at(line.of, state, early, true)
      for (const need of line.needs) if (!need.includes('@')) prepare(journey, line.of, need)
      return { line, journey }
    })
}

/** The end of a movement that waits is prepared by nobody else here: one person would do it all. */
const isLastOf = (command: string, detail: string) => command === 'MovementProposed' && detail === 'retirement-oimp'

/** Everybody in a role but Root and the system, as the first mandate of somebody dishonest. */
function beginners({ people }: Country): string[] {
  return people.filter(({ name }) => name !== 'root' && name !== 'system').map(({ name }) => name)
}

type Numbers = readonly number[]

/** Somebody with all the mandates that he can get. */
class Person {
  readonly mandates: string[]
  readonly journey: Journey
  readonly #numbers: Numbers
  #at = 0

  constructor(journey: Journey, first: string, numbers: Numbers) {
    this.journey = journey
    this.mandates = [first]
    this.#numbers = numbers
  }

  pick<T>(from: readonly T[]): T {
    this.#at += 1
    return from[(this.#numbers[this.#at % this.#numbers.length] ?? 0) % from.length] as T
  }

  /** Grants himself a mandate of any role in any organisation of its kind, or vouches for one. */
  grow(): void {
    const { world, country } = this.journey
    const { role, organisation } = this.pick(country.people)
    const mandate = `his ${this.mandates.length}`
    const request = { mandate: world.id(mandate), organisation: world.id(organisation), role, limit: null }
    const by = this.pick(this.mandates)
    if (!attempt(world, 'MandateGranted', request, by)) {
      happens(world, 'MandateGranted', request, by)
      this.mandates.push(mandate)
    }
    const vouched = { mandate: world.id(this.pick(this.mandates)) }
    const voucher = this.pick(this.mandates)
    if (!attempt(world, 'MandateConfirmed', vouched, voucher)) happens(world, 'MandateConfirmed', vouched, voucher)
  }

  some(): string[] {
    return [...new Set([this.pick(this.mandates), this.pick(this.mandates), this.pick(this.mandates)])]
  }
}

/** Proposes a movement and ends it, by mandates of one person. */
function carriesOut(person: Person, proposal: Request): boolean {
  const { world } = person.journey
  const by = person.pick(person.mandates)
  if (attempt(world, 'MovementProposed', proposal, by)) return false
  happens(world, 'MovementProposed', proposal, by)
  const { movement, kind: _, acceptance: __, expiresAt: ___, ...moved } = proposal
  for (const other of person.mandates) {
    if (!attempt(world, 'MovementApproved', { movement }, other))
      happens(world, 'MovementApproved', { movement }, other)
  }
  return person.mandates.some((one) => !attempt(world, 'CreditsRetired', { ...moved, pending: movement }, one))
}

/** Does one person decide alone? */
function decides(decision: Decision, first: string, numbers: Numbers): { isDone: boolean; mandates: number } {
  const { line } = decision
  const journey = { ...decision.journey, world: decision.journey.world.copy() }
  triedOf(line).before?.(journey, line)
  const person = new Person(journey, first, numbers)
  for (let step = 0; step < 50; step += 1) person.grow()
  const kinds = accountHolders(journey.country.names)
  for (let step = 0; step < 12; step += 1) {
    const request = triedOf(line).request(journey, person.pick(kinds), line)
    const isDone =
      line.command === 'MovementProposed'
        ? carriesOut(person, request)
        : !attempt(journey.world, line.command, request, person.pick(person.mandates), person.some())
    if (isDone) return { isDone, mandates: person.mandates.length }
    if (line.command === 'MovementProposed') break
  }
  return { isDone: false, mandates: person.mandates.length }
}

describe.each(['simple', 'article6', 'two-ministries'] as const)('under %s', (preset) => {
  it('nobody does both halves of what two decide, with all the mandates that one person can get', () => {
    const decisions = decisionsOf(preset)
    const numbers = fc.array(fc.noBias(fc.nat(0xffff)), { minLength: 150, maxLength: 200 })
    const first = fc.constantFrom(...beginners(countryOf(preset)).filter((name) => name.endsWith('Admin')))
    let most = 0
    fc.assert(
      fc.property(fc.constantFrom(...decisions), first, numbers, (decision, name, many) => {
        const { isDone, mandates } = decides(decision, name, many)
        most = Math.max(most, mandates)
        const { command, detail } = decision.line
        expect(isDone, `${command} ${detail} by ${name}`).toBe(false)
      }),
      { numRuns: RUNS * 4 },
    )
    // They had got mandates, or nothing was tried.
    expect(most).toBeGreaterThan(5)
  })

  it('two people do it: each of these decisions is taken by one and approved by others', () => {
    for (const { line, journey } of decisionsOf(preset)) {
      if (line.command === 'MovementProposed') continue
      triedOf(line).before?.(journey, line)
      const approvers = line.approvals.map((role) => `${organisationOf(role)} ${role.split('/')[1]}`)
      const kinds = accountHolders(journey.country.names)
      const done = journey.country.people.some(
        ({ name }) =>
          kinds.some((kind) => {
            const request = triedOf(line).request(journey, kind, line)
            return !approvers.includes(name) && !attempt(journey.world, line.command, request, name, approvers)
          }) ||
          // An officer asks and the other approves: there are two of that role.
          (approvers.includes(name) &&
            !attempt(journey.world, line.command, triedOf(line).request(journey, kinds[0] ?? '', line), name, [
              'authority clerk',
            ])),
      )
      expect(done, `${line.command} ${line.detail}`).toBe(true)
    }
  })
})

function organisationOf(role: string): string {
  const [kind = ''] = role.split('/')
  return kind === 'government' ? 'authority' : `${kind} other`
}
