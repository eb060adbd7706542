import { describe, isRefused, methods, nameOf, type ParameterSet, warningText } from '@tallystick/calculators'
import { calculateByMethod, describeMethod, listMethods } from '@tallystick/contract'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { asJson, calculated, MOST_ROWS, rowsIn, snapshotOf } from '../platform/calculations.ts'
import { adoptedSet, setInForce } from '../platform/country-parameters.ts'
import { spokenTo } from '../platform/language.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { networkOf, throttle } from '../platform/throttle.ts'
import { registerParameters } from './parameters.ts'
import { faultsProblem, fieldsOf } from './problems.ts'

const MINUTE_MS = 60_000
export const LIMITS = {
  user: { most: 300, windowMs: MINUTE_MS },
  network: { most: 60, windowMs: MINUTE_MS },
  everybody: { most: 300, windowMs: MINUTE_MS },
  /** Of those with more rows than `LARGE`. */
  largeOfNetwork: { most: 10, windowMs: MINUTE_MS },
  largeOfEverybody: { most: 30, windowMs: MINUTE_MS },
} as const
/** From so many rows on a calculation takes longer than most requests do. */
const LARGE = 100

/** Methods, what each asks for, and calculations by them: for anybody, and nothing of it is kept. */
export function register(app: FastifyInstance, services: Services): void {
  registerParameters(app, services)

  handle(app, services, listMethods, async ({ request, reply }) => {
    return { methods: asJson(methods(spokenTo(request, reply))) }
  })

  handle(app, services, describeMethod, async ({ params, query, request, reply }) => {
    const parameters = await chosenSet(services, query.parameters)
    const language = spokenTo(request, reply)
    const options = { language, ...(parameters && { parameters }), ...(query.on !== undefined && { on: query.on }) }
    const description = describe(params.method, options)
    if (!description) throw problem('not-found')
    return { ...asJson(description), parameterSet: parameters ? nameOf(parameters) : null }
  })

  handle(app, services, calculateByMethod, async ({ params: { method }, body, request, reply }) => {
    await bound(services, request, rowsIn(body) > LARGE)
    if (!methods().some(({ id }) => id === method)) throw problem('not-found')
    const language = spokenTo(request, reply)
    const answer = calculated(method, body, await chosenSet(services, body.parameters))
    if (!answer) throw problem('not-calculated', {}, [{ field: 'inputs', message: TOO_MUCH }])
    if (isRefused(answer)) throw faultsProblem('not-calculated', answer.problems, fieldsOf(body.vintages))
    const snapshot = snapshotOf(answer)
    return {
      snapshot,
      sha256: sha256Hex(canonicalJson(snapshot)),
      messages: answer.warnings.map((warning) => warningText(warning, language)),
    }
  })
}

const TOO_MUCH = `must have at most ${MOST_ROWS} rows, those of every year counted`

/** So many calculations a minute: of somebody known, of a network, and of all that nobody knows. */
async function bound(services: Services, { actor, ip }: FastifyRequest, isLarge: boolean): Promise<void> {
  if (actor) return throttle(services, `calculations of ${actor.user}`, LIMITS.user)
  await throttle(services, `calculations from ${networkOf(ip)}`, LIMITS.network)
  if (isLarge) {
    await throttle(services, `large calculations from ${networkOf(ip)}`, LIMITS.largeOfNetwork)
    await throttle(services, 'large calculations', LIMITS.largeOfEverybody)
  }
  await throttle(services, 'calculations', LIMITS.everybody)
}

/** The set in force, or the one that is asked for. Throws a problem where that was never adopted. */
async function chosenSet(services: Services, chosen: string | undefined): Promise<ParameterSet | undefined> {
  if (chosen === undefined) return setInForce(services)
  if (chosen === 'reference') return undefined
  const set = await adoptedSet(services, chosen)
  if (!set) throw problem('document-unknown', { sha256: chosen }, [{ field: 'parameters', message: UNKNOWN }])
  return set
}

const UNKNOWN = 'is no set that was ever adopted'
