import { again, code, first, isoDate, last, number, type SerialElement } from '../elements.ts'
import { type Form, serialFormat } from '../format.ts'
import { type Part, pattern, patternOf } from '../pattern.ts'

const party = code('party', 'A-Z', 2, 2)
const original = number('originalPeriod', { max: 99n })
const applicable = number('applicablePeriod', { max: 99n })
const expiry = isoDate('expiry')

/** What units of a type have beside party, type, numbers and periods; an element that they do not have is printed `0`. */
type Kind = { type: number; activity: [bigint, bigint]; project: [bigint, bigint]; more?: SerialElement[] }

const NONE: [bigint, bigint] = [0n, 0n]
const PROJECT: [bigint, bigint] = [1n, 9_999_999n]
const track = number('track', { max: 2n })

const kinds: readonly Kind[] = [
  { type: 5, activity: [0n, 7n], project: PROJECT },
  { type: 6, activity: [1n, 1n], project: PROJECT, more: [expiry] },
  { type: 7, activity: [1n, 1n], project: PROJECT, more: [expiry] },
  { type: 1, activity: NONE, project: NONE },
  { type: 2, activity: [1n, 7n], project: NONE },
  { type: 3, activity: NONE, project: PROJECT, more: [track] },
  { type: 4, activity: [1n, 7n], project: PROJECT, more: [track] },
]

/** One of the seven types: another one is no unit of this kind. */
function typeElement(type: number): SerialElement {
  const expected = '1 to 7'
  const judge: SerialElement['judge'] = (printed) =>
    printed === `${type}` ? undefined : { position: 0, reason: 'out-of-range', expected }
  return { ...number('type'), shape: `${type}`, judge }
}

/** The three ways of writing units of a kind: one unit; a block as its two ends; a block with its two numbers. */
function formsOf(kind: Kind): Form[] {
  const bounded = (name: string, [min, max]: [bigint, bigint]) => number(name, { min, max })
  const head = [party, typeElement(kind.type)]
  const tail = [
    original,
    applicable,
    bounded('activity', kind.activity),
    bounded('project', kind.project),
    ...(kind.more ?? []),
  ]
  const one = dashed([...head, first, ...tail])
  const otherEnd = dashed([...head.map(again), last, ...tail.map(again)])
  return [
    { pattern: patternOf(one) },
    {
      pattern: patternOf([...one, ' - ', ...otherEnd]),
      facts: (values) => (values.first === values.last ? { form: 'block' } : {}),
    },
    { pattern: patternOf(dashed([...head, first, last, ...tail])), facts: () => ({ form: 'range' }) },
  ]
}

function dashed(elements: readonly SerialElement[]): Part[] {
  return elements.flatMap((element, at) => (at === 0 ? [element] : ['-', element]))
}

/**
 * Units of the Kyoto Protocol (DES for registries, annex F): 1 AAU, 2 RMU, 3 ERU from AAU, 4 ERU from RMU, 5 CER, 6 tCER,
 * 7 lCER. Originating party, unit type, number, original and applicable commitment period, land-use activity and project
 * (`0`: none), then the track of an ERU or the day on which a tCER or lCER expires: `XT-5-1001-2-2-0-7014`,
 * `XT-6-1001-2-2-1-7014-2027-12-31`. A block is written as its two ends, `XT-5-1001-2-2-0-7014 - XT-5-1300-2-2-0-7014`, or
 * with its two numbers, `XT-5-1001-1300-2-2-0-7014`; the fact `form` keeps which, where the numbers do not tell. Party and
 * type make the space.
 */
export const kyoto = serialFormat({
  id: 'kyoto',
  space: pattern`${party}/${number('type', { max: 7n })}`,
  forms: kinds.flatMap(formsOf),
})
