import { isProblemCode, problemOf } from '@tallystick/contract'
import { namesIn } from './names.ts'
import { ProblemError } from './problem.ts'
import type { Services } from './services.ts'

/** Problems whose facts name organisations: by which fact, and the fact that is to hold the name. */
const naming: Readonly<Record<string, readonly (readonly [id: string, name: string])[]>> = {
  'conflict-of-interest': [
    ['organisation', 'ownerName'],
    ['affiliate', 'affiliateName'],
  ],
  'organisation-kind': [['organisation', 'name']],
}

/**
 * The problem, with the names of the organisations that it is about beside their ids: rules know ids only, and whoever reads
 * is to hear who is meant. A name that was erased is left out, and so is the sentence that would tell it.
 */
export async function withNames(services: Services, error: unknown): Promise<unknown> {
  if (!(error instanceof ProblemError)) return error
  const { code, facts = {}, errors, detail } = error.problem
  if (!isProblemCode(code)) return error
  const places = (naming[code] ?? []).filter(([id]) => facts[id] !== undefined)
  if (places.length === 0) return error
  const names = await namesIn(
    services,
    places.map(([id]) => facts[id]),
  )
  const known = places.flatMap(([id, fact]) => {
    const { name } = names.organisationRef(facts[id] ?? '')
    return name === null ? [] : [[fact, name] as const]
  })
  const named = problemOf(code, { ...facts, ...Object.fromEntries(known) })
  const fields = errors.map((one) => (one.message === detail ? { ...one, message: named.detail } : one))
  return new ProblemError({ ...named, errors: fields }, error.headers, error.waiting)
}
