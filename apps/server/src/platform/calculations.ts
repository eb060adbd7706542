import {
  calculate,
  describe,
  isRefused,
  LANGUAGES,
  type Options,
  type ParameterSet,
  type Reduction,
  type Refused,
  type Value,
} from '@tallystick/calculators'
import { canonicalJson } from '@tallystick/rules'
import type { JudgeCalculation } from '@tallystick/templates'
import { adoptedSet } from './country-parameters.ts'
import type { Services } from './services.ts'

/** What may be chosen beside the inputs, as somebody has sent it: the calculators judge it. */
export interface Wanted {
  inputs: unknown
  gwpSet?: unknown
  vintages?: unknown
  on?: unknown
}

/** Most rows of tables that one calculation goes through, those of each year counted. It is what a calculation costs. */
export const MOST_ROWS = 1_000

/** Calculates, within bounds: nothing comes back where there is more to go through than is done for anybody. */
export function calculated(
  method: string,
  { inputs, ...wanted }: Wanted,
  parameters: ParameterSet | undefined,
): Reduction | Value | Refused | undefined {
  if (rowsIn({ inputs, ...wanted }) > MOST_ROWS) return undefined
  const given = Object.entries({ ...wanted, parameters }).filter(([, one]) => one !== undefined && one !== null)
  const options: Options = Object.fromEntries(given)
  return calculate(method, inputs, options)
}

/** How many rows of tables a calculation goes through. */
export function rowsIn({ inputs, vintages }: Wanted): number {
  if (!Array.isArray(memberOf(vintages, 'years'))) return rowsOf(inputs)
  const years = ofYears(vintages)
  return years.reduce((sum: number, own) => sum + rowsOf(own), years.length * rowsOf(inputs))
}

/** What is given for each year by itself. */
function ofYears(vintages: unknown): unknown[] {
  const years = memberOf(vintages, 'years')
  return Array.isArray(years) ? years.map((year) => memberOf(year, 'inputs')) : []
}

function rowsOf(inputs: unknown): number {
  if (typeof inputs !== 'object' || inputs === null) return 0
  return Object.values(inputs).reduce((sum: number, one) => sum + (Array.isArray(one) ? one.length : 0), 0)
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

/** A type as JSON has it: nothing of it is only to be read. */
export type Json<T> = T extends readonly (infer One)[]
  ? Json<One>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Json<T[Key]> }
    : T

/** A value as it will be read from JSON. */
export function asJson<T>(value: T): Json<T> {
  return JSON.parse(JSON.stringify(value))
}

/** All that is needed to calculate it again: what a `calc` field of a document holds. */
export function snapshotOf(answer: Reduction | Value) {
  const { methodId, methodVersion, inputs, ...result } = answer
  const given: Record<string, unknown> = JSON.parse(JSON.stringify(inputs))
  return { method: methodId, version: String(methodVersion), inputs: given, result: asJson(result) }
}

const HASH = /^[0-9a-f]{64}$/

/**
 * Judges the calculations that `values` hold, wherever they stand: each is done again by its method, with the set of
 * parameters that it names. One of a method, a version or a set that is not known is not judged.
 */
export async function calculationJudge(services: Pick<Services, 'ledger'>, values: unknown): Promise<JudgeCalculation> {
  const sets = new Map<string, ParameterSet>()
  for (const sha256 of setsNamed(values)) {
    const set = await adoptedSet(services, sha256)
    if (set) sets.set(sha256, set)
  }
  return ({ method, version, inputs, result }) => {
    const known = typeof method === 'string' ? describe(method) : undefined
    if (!known || version !== String(known.version)) return undefined
    const country = setOf(result)
    const set = country === null ? undefined : sets.get(String(country))
    if (country !== null && !set) return undefined
    const [gwpSet, vintages, on] = ['gwpSet', 'vintages', 'on'].map((key) => memberOf(result, key))
    const again = calculated(known.id, { inputs, gwpSet, vintages, on }, set)
    const agrees = again !== undefined && !isRefused(again) && isSame(snapshotOf(again).result, result)
    return { inputs: namesOf(known.id, [inputs, ...ofYears(vintages)]), agrees }
  }
}

/** Equal in everything, the sets of parameters by name, version and hash too: all of it is shown, and nothing is taken on trust. */
function isSame(one: object, other: unknown): boolean {
  return typeof other === 'object' && other !== null && canonicalJson(one) === canonicalJson(other)
}

/** The SHA-256 of the country's set that a result names; null where it names none. */
function setOf(result: unknown): unknown {
  const country = memberOf(memberOf(result, 'parameterSet'), 'country')
  return country === null || country === undefined ? null : (memberOf(country, 'hash') ?? '')
}

function* setsNamed(value: unknown): Iterable<string> {
  if (typeof value !== 'object' || value === null) return
  const sha256 = setOf(value)
  if (typeof sha256 === 'string' && HASH.test(sha256)) yield sha256
  for (const member of Object.values(value)) yield* setsNamed(member)
}

/** The inputs that were measured, each by its key and by what people call it. A choice or a day is no parameter. */
function namesOf(method: string, given: readonly unknown[]): string[][] {
  const [first, ...others] = LANGUAGES.map((language) => describe(method, { language })?.inputs ?? [])
  return (first ?? []).flatMap(({ key, label, type }, at) => {
    const labels = others.map((list) => list[at]?.label ?? label)
    const isGiven = given.some((inputs) => memberOf(inputs, key) !== undefined)
    const isMeasured = type !== 'choice' && type !== 'day' && isGiven
    return !isMeasured ? [] : [[...new Set([key, label, ...labels])]]
  })
}
