import { recipientOf } from '../platform/people.ts'
import { fieldProblem, problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'

/**
 * The name under which somebody signs: that which the registry keeps, and which is not one's own to change. Whoever sends a name along
 * confirms it; another one is refused.
 */
export async function signerName({ pool }: Services, { user }: Actor, confirmed?: string): Promise<string> {
  const known = await recipientOf(pool, user)
  if (!known) throw problem('not-signed-in')
  if (confirmed !== undefined && compared(confirmed) !== compared(known.name)) {
    throw fieldProblem('name', 'must be your name as the registry keeps it', known.name)
  }
  return known.name
}

/** As people type: without regard to capitals, accents, width of letters, and how much space is between words. */
function compared(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '')
  return plain.toUpperCase().toLowerCase().replace(/\s+/g, ' ').trim()
}
