import { abroad } from './abroad.ts'
import type { Room } from './acts.ts'
import { buffer, corrections } from './buffer.ts'
import type { Country } from './country.ts'
import { grounds, issuing } from './issuing.ts'
import { policies } from './policies.ts'
import { lastSteps, proposals } from './waiting.ts'

const rooms = [lastSteps, proposals, policies, issuing, grounds, abroad, buffer, corrections]

/** What is unlawful in a country where movements wait, units come and go, and the buffer pays. */
export async function countryCases(country: Country): Promise<Room> {
  const all = await Promise.all(rooms.map((room) => room(country)))
  return { lawful: all.flatMap(({ lawful }) => lawful), cases: all.flatMap(({ cases }) => cases) }
}
