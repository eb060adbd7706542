import type { RefusalCode } from '@tallystick/rules'
import type { Forgery } from './careless-store.ts'
import { type Body, type Country, idOf } from './country.ts'

/** What is wrong, the rule that it breaks, and the entry. */
export type Unlawful = [what: string, rule: RefusalCode, forgery: Forgery]

/** Unlawful entries of one room of the rules, and the lawful ones that they are near to. */
export interface Room {
  lawful: Forgery[]
  cases: Unlawful[]
}

/** Two people of Gamma. */
export const one = idOf('gamma by one')
export const two = idOf('gamma by two')

export const withBody = (forgery: Forgery, body: Body): Forgery => ({ ...forgery, body: { ...forgery.body, ...body } })
export const by = (forgery: Forgery, mandate: string): Forgery => ({ ...forgery, by: mandate })

/** What would be lawful by one officer, approved by another. */
export function decreed(country: Country, type: string, request: Body): Promise<Forgery> {
  const { admin, approver } = country.fixture.mandates
  return country.lawful(type, admin, request, [approver])
}

/** A transfer of Gamma's units by where they stand in their batch. */
export async function transfer(
  country: Country,
  from: string,
  to: string,
  first: bigint,
  last: bigint,
): Promise<Forgery> {
  const ranges = await country.ranges('units', first, last)
  return {
    type: 'CreditsTransferred',
    by: one,
    body: { batch: idOf('units'), from: idOf(from), to, ranges, pending: null },
  }
}
