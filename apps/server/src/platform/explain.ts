import type { Preset } from '@tallystick/rules'
import { lawInForce } from './law.ts'
import { ProblemError, problem } from './problem.ts'
import type { Services } from './services.ts'

/** A word of the preset that a request names, in a field. */
export interface Named {
  field: string
  word: string
  /** The refusal of a word that is not there. */
  unknown: 'move-unknown' | 'code-unknown'
  /** The words that there are. */
  words: (preset: Preset) => readonly string[]
}

/**
 * Why somebody may not: nobody may take what does not exist, and then it helps more to hear what there is; and a certifier
 * hears that it is not assigned. The preset is public, and so is who is assigned.
 */
export async function explained<Answer>(
  services: Services,
  named: Named,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'not-permitted') throw error
    const { field, word, unknown, words } = named
    const { preset, permissions } = await lawInForce(services.ledger)
    const known = words(preset)
    const allowed = known.join(', ')
    if (!known.includes(word)) {
      const facts = { allowed }
      throw problem(unknown, facts, [{ field, message: problem(unknown, facts).problem.detail, allowed }])
    }
    const { action = '', role = '', ...others } = error.problem.facts ?? {}
    if (permissions.actions[action]?.[role] !== 'assigned') throw error
    const message = 'its organisation is not assigned to a task of this project that allows it'
    throw problem('not-permitted', { action, role, ...others }, [{ field, message }])
  }
}

/** A move of projects, or of monitoring periods. */
export function movesNamed(of: 'project' | 'period', move: string): Named {
  const words = (preset: Preset) => (preset[of]?.moves ?? []).map(({ name }) => name)
  return { field: 'move', word: move, unknown: 'move-unknown', words }
}

/** A kind of document of projects, of monitoring periods, or of agreements on transfers. */
export function documentsNamed(of: 'project' | 'period' | 'transfer', kind: string): Named {
  const words = ({ documents }: Preset) =>
    documents.filter((one) => (one.of ?? 'project') === of).map((one) => one.kind)
  return { field: 'kind', word: kind, unknown: 'code-unknown', words }
}
