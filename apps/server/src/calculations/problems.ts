import { LANGUAGES, type Problem, problemText } from '@tallystick/calculators'
import { type FieldError, type Language, type ProblemCode, problemOf } from '@tallystick/contract'
import { ProblemError } from '../platform/problem.ts'

/** What is wrong with what was given to calculators: each fault by the field of the request that it stands in. */
export function faultsProblem(code: ProblemCode, faults: readonly Problem[], fieldOf: FieldOf): ProblemError {
  const told = (language: Language): FieldError[] => faults.map((fault) => fieldError(fault, fieldOf, language))
  return new ProblemError(problemOf(code, {}, told('en')), {}, undefined, told)
}

/** Where a path of the calculators stands in the request, and undefined for what is no place in it. */
export type FieldOf = (at: string) => string | undefined

function fieldError(fault: Problem, fieldOf: FieldOf, language: Language): FieldError {
  const { code, at, facts } = fault
  const field = fieldOf(at)
  const message = problemText({ ...fault, at: field ?? at }, spoken(language))
  const inside = code === 'unknown-key' ? [facts.key] : []
  return {
    field: [field ?? 'inputs', ...inside].join('.'),
    message,
    ...(facts.allowed === undefined ? {} : { allowed: facts.allowed }),
  }
}

function spoken(language: Language): (typeof LANGUAGES)[number] {
  return LANGUAGES.find((one) => one === language) ?? 'en'
}

/** Rows are counted from 1 by calculators, and from 0 in fields: `deposits[3].mass` is `deposits.2.mass`. */
function counted(at: string): string {
  return at.replace(/\[(\d+)\]/g, (_, row) => `.${Number(row) - 1}`)
}

/** Fields of a request to calculate. What a year has on its own stands in the list of years. */
export function fieldsOf(vintages: unknown): FieldOf {
  return (at) => {
    const [, year, rest = ''] = /^vintages\.(\d{4})\.(.*)$/.exec(at) ?? []
    if (year === undefined) return isField(at) ? counted(at) : undefined
    const place = yearsOf(vintages).findIndex((one) => yearOf(one) === Number(year))
    return `vintages.years.${place}.${isField(rest) ? counted(rest) : 'inputs'}`
  }
}

/** Or a step, a condition, a parameter. */
function isField(at: string): boolean {
  return /^(inputs|vintages|gwpSet|on|parameters)\b/.test(at)
}

function yearsOf(vintages: unknown): readonly unknown[] {
  const years = typeof vintages === 'object' && vintages !== null ? Reflect.get(vintages, 'years') : undefined
  return Array.isArray(years) ? years : []
}

function yearOf(one: unknown): unknown {
  return typeof one === 'object' && one !== null ? Reflect.get(one, 'year') : undefined
}

/** Fields of a set that is to be adopted. */
export const fieldOfSet: FieldOf = (at) => counted(at).replace(/^parameters/, 'content')
