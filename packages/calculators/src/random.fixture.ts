import { applies, parameterKey } from './check.ts'
import { Exact, isDecimal, plain } from './decimal.ts'
import type { CellInput, Input, Inputs, NumberInput } from './method.ts'
import { inForce } from './parameters.ts'
import { converted, unitsOf } from './units.ts'

/** Numbers from 0 to 1, always the same for the same seed. */
export type Random = () => number

export function randomOf(seed: string): Random {
  let state = 2166136261
  for (const character of seed) state = Math.imul(state ^ character.charCodeAt(0), 16777619)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** What was given, as plain numbers in the units of the formulas; what was left out is not there. */
export type Plain = { [key: string]: number | string | Plain[] }

export interface Drawn {
  inputs: Record<string, unknown>
  plain: Plain
}

interface Wish {
  gwpSet: string
  /** Choices that must come out so. */
  force?: Readonly<Record<string, string>>
  /** Leave nothing out, and use the units of the formulas. */
  full?: boolean
  outer?: ReadonlyMap<string, string>
}

const parameters = inForce(undefined, undefined)
const pick = <T>(list: readonly T[], random: Random) => list[Math.floor(random() * list.length)]

/** Draws inputs that a method must accept, gates aside. */
export function draw(inputs: Inputs, random: Random, wish: Wish): Drawn {
  const drawn: Drawn = { inputs: {}, plain: {} }
  const words = new Map(wish.outer ?? [])
  for (const [key, input] of Object.entries(inputs)) {
    if (input.type === 'choice' || input.type === 'day') drawWord(key, input, random, wish, words, drawn)
  }
  for (const [key, input] of Object.entries(inputs)) {
    if (applies(input, words)) {
      if (input.type === 'number') drawNumber(key, input, random, wish, words, drawn)
      if (input.type === 'table' && (!input.optional || wish.full || random() < 0.6)) {
        const count = input.minRows + Math.floor(random() * 3)
        const rows = Array.from({ length: count }, () => draw(input.columns, random, { ...wish, outer: words }))
        drawn.inputs[key] = rows.map((row) => row.inputs)
        drawn.plain[key] = rows.map((row) => row.plain)
      }
    } else {
      delete drawn.inputs[key]
      delete drawn.plain[key]
    }
  }
  return drawn
}

function drawWord(key: string, input: CellInput, random: Random, wish: Wish, words: Map<string, string>, drawn: Drawn) {
  const isFree = input.type === 'choice' && (input.optional || input.default)
  const standard = input.type === 'choice' ? input.default?.value : undefined
  if (isFree && !wish.full && wish.force?.[key] === undefined && random() < 0.4) {
    if (standard !== undefined) words.set(key, standard)
    return
  }
  const word = wish.force?.[key] ?? (input.type === 'choice' ? pick(input.options, random) : dayOf(random)) ?? ''
  words.set(key, word)
  drawn.inputs[key] = word
  drawn.plain[key] = word
}

const dayOf = (random: Random) => `${1950 + Math.floor(random() * 70)}-0${1 + Math.floor(random() * 9)}-15`

function drawNumber(
  key: string,
  input: NumberInput,
  random: Random,
  wish: Wish,
  words: ReadonlyMap<string, string>,
  drawn: Drawn,
) {
  if (!wish.full && mayBeLeftOut(input, words, wish.gwpSet) && random() < 0.4) return
  const value = valueWithin(input, random)
  drawn.inputs[key] = wish.full ? { value, unit: input.unit } : inSomeUnit(value, input, random)
  drawn.plain[key] = Number(value)
}

function mayBeLeftOut(input: NumberInput, words: ReadonlyMap<string, string>, gwpSet: string): boolean {
  if (input.optional) return true
  if (!input.default) return false
  if ('value' in input.default) return true
  const key = parameterKey(input.default.parameter, words, gwpSet)
  return key !== undefined && Boolean(parameters.find(key)?.value)
}

function valueWithin({ min, above, max, below, whole }: NumberInput, random: Random): string {
  const [low, high] = [Number(min ?? above), Number(max ?? below)]
  const where = random()
  if (where < 0.08 && min !== undefined) return min
  if (where < 0.12 && max !== undefined) return max
  const isEven = low < 0 || where < 0.4
  const floor = Math.max(low, high * 1e-9)
  const value = isEven ? low + random() * (high - low) : floor * (high / floor) ** random()
  const rounded = new Exact((whole ? Math.round(value) : value).toPrecision(5))
  const isIn =
    (min === undefined || rounded.gte(min)) &&
    (above === undefined || rounded.gt(above)) &&
    (max === undefined || rounded.lte(max)) &&
    (below === undefined || rounded.lt(below))
  return isIn ? plain(whole ? rounded.round() : rounded) : plain(new Exact(high).div(2).toDecimalPlaces(whole ? 0 : 15))
}

/** The same value in another unit of its kind, where it can be written there exactly. */
function inSomeUnit(value: string, { kind, unit }: NumberInput, random: Random): { value: string; unit: string } {
  const other = random() < 0.3 ? (pick(unitsOf(kind), random) ?? unit) : unit
  const there = plain(converted(new Exact(value), unit, other))
  const isSame = isDecimal(there) && converted(new Exact(there), other, unit).equals(value)
  return isSame ? { value: there, unit: other } : { value, unit }
}

/** Choices under which an input counts. */
export function forced(input: Input, inputs: Inputs): Record<string, string> {
  if (!input.when) return {}
  const of = inputs[input.when.input]
  return { ...(of ? forced(of, inputs) : {}), [input.when.input]: input.when.is[0] ?? '' }
}
