import type { Preset } from '@tallystick/rules'
import { fieldProblem } from './problem.ts'

/** Fewest characters of the grounds on which somebody ends what is another's. */
const LEAST = 20

interface Asked {
  move: string
  reason?: string | undefined
  text?: string | undefined
}

/**
 * Refuses to end a project or a monitoring period for a reason that is only a code: whoever is rejected reads on what grounds,
 * and can appeal. Throws a problem. Where the reason itself is missing, the ledger says so.
 */
export function refuseWithoutGrounds(
  machine: Pick<Preset['project'], 'moves' | 'ends'> | undefined,
  { move: name, reason, text = '' }: Asked,
): void {
  const move = machine?.moves.find((one) => one.name === name)
  const isRejection = move?.reason === true && machine?.ends.includes(move.to) === true
  if (!isRejection || reason === undefined || lengthOf(text) >= LEAST) return
  throw fieldProblem(
    'text',
    'a decision that ends something needs its grounds in words',
    `at least ${LEAST} characters`,
  )
}

/** Also what counts as a letter or a sign, such as the fillers of Hangul and the empty pattern of Braille. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800]|(?!\s)\p{C}/gu

/** How many characters there are to read: spaces in a row count once, what is invisible never. */
function lengthOf(text: string): number {
  const words = text.replace(INVISIBLE, '').replace(/[\p{Z}\s]+/gu, ' ')
  return [...words.trim()].length
}
