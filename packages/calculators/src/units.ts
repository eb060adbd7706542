import data from './data/units.json' with { type: 'json' }
import { Exact, ONE } from './decimal.ts'

/** What a number measures. Units of one kind can be converted into one another; no others can. */
export type Kind = keyof typeof data.kinds

const simple = new Map(Object.entries(data.simple))
const aliases = new Map(Object.entries(data.aliases))
const sizes = new Map<string, Exact>()

export const isKind = (text: string): text is Kind => Object.hasOwn(data.kinds, text)
export const kinds = (): Kind[] => Object.keys(data.kinds).filter(isKind)

/** The units that a number of this kind may have, the usual one first. */
export const unitsOf = (kind: Kind): readonly string[] => data.kinds[kind]

/** Other spellings that are understood: `Mi2` for `mi2`, and those of older registries. */
export const spellingOf = (unit: string): string => aliases.get(unit) ?? unit

/** May a number of this kind have this unit? */
export const fits = (unit: string, kind: Kind): boolean => unitsOf(kind).includes(spellingOf(unit))

/** What a unit measures, as powers of simple things: `kgCH4/ha/d` is `CH4 area^-1 time^-1`. Throws where there is no such unit. */
export function dimensionsOf(unit: string): string {
  const powers = new Map<string, number>()
  for (const [index, part] of spellingOf(unit).split('/').entries()) {
    const [of] = partOf(part, unit)
    if (of !== 'number') powers.set(of, (powers.get(of) ?? 0) + (index === 0 ? 1 : -1))
  }
  return [...powers].flatMap(([of, power]) => (power === 0 ? [] : [power === 1 ? of : `${of}^${power}`])).join(' ')
}

/** A number in another unit of its kind: multiplied first and divided then, so that nothing is lost that has an end. */
export function converted(value: Exact, from: string, to: string): Exact {
  const [source, target] = [spellingOf(from), spellingOf(to)]
  if (source === target) return value
  const [top, bottom] = [partsOf(source), partsOf(target)]
  return value.times(top.above).times(bottom.below).dividedBy(top.below.times(bottom.above))
}

function partsOf(unit: string): { above: Exact; below: Exact } {
  const [first = '', ...others] = unit.split('/')
  return { above: sizeOf(first, unit), below: others.reduce((size, part) => size.times(sizeOf(part, unit)), ONE) }
}

function sizeOf(part: string, unit: string): Exact {
  const known = sizes.get(part)
  if (known) return known
  const size = new Exact(partOf(part, unit)[1] ?? '')
  sizes.set(part, size)
  return size
}

function partOf(part: string, unit: string): [of: string, size: string] {
  const [of, size] = simple.get(part) ?? []
  if (of === undefined || size === undefined) throw new Error(`${part} is no unit: ${unit}`)
  return [of, size]
}
