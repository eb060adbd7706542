import { compute, type Sources } from './compute.ts'
import type { Asked, JudgeCalculation, Scope } from './evaluate.ts'
import { askedOf, evaluate, isFromElsewhere, isTrue } from './evaluate.ts'
import { exact, written } from './number.ts'
import { isNumber, isSpan, type Value } from './operands.ts'
import { type Form, formOf } from './own.ts'
import { calculationOf, held, isFilled, membersOf, placeOf, rowsOf, sameJson, textOf } from './place.ts'
import { isOfForm, type Problem, problemOf } from './problem.ts'
import { isOfSize } from './size.ts'
import { type Check, type Document, type Json, LIMITS, type Template } from './template.ts'
import { clipped, inShort, memberProblems, valueProblems } from './values.ts'

/** How a document is to be judged. */
export interface Judging {
  /** Whether it shall be final: everything that is required must be there. Drafts may be incomplete. */
  final: boolean
  /** What the registry fills in is compared with these. */
  sources?: Sources
  /** Whoever knows calculators. Without it the results of calculations are not judged. */
  calculation?: JudgeCalculation
}

/** Every problem of a document, of any JSON whatever. It never throws. */
export function validate(template: Template, given: unknown, judging: Judging): Problem[] {
  const { final, sources, calculation } = judging
  const whole = wholeProblem(template, given)
  if (whole) return [whole]
  const document = given as Document
  const form = formOf(template, document.own)
  if (typeof form === 'string') return [problemOf('own', '', { reason: form })]
  const problems = [...formProblems(form, document.values)]
  const scope: Scope = { values: document.values, facts: sources?.facts, judge: calculation, memo: new Map() }
  const right = final && !problems.some(isOfForm) ? compute(template, document, sources) : undefined
  for (const one of askedOf(form, scope)) {
    if (final) problems.push(...presenceProblems(one))
    if (right && one.leaf.auto) problems.push(...autoProblems(one, held(right.values, one)))
    if (calculation) problems.push(...calculationProblems(one, calculation))
  }
  for (const check of form.checks) if (final || !check.final) problems.push(...checkProblems(form, check, scope))
  return told(problems)
}

/** No more than can be read. A check that says why a computed value is wrong says enough. */
function told(all: readonly Problem[]): Problem[] {
  const checked = new Set(all.filter(({ code }) => code === 'check').map(({ path }) => path))
  const problems = all.filter(({ code, path }) => code !== 'auto' || !checked.has(path))
  const more = problems.length - LIMITS.problems
  return more > 0 ? [...problems.slice(0, LIMITS.problems), problemOf('more', '', { count: String(more) })] : problems
}

/** What keeps a document from being looked at at all. */
function wholeProblem(template: Template, given: unknown): Problem | undefined {
  if (!isOfSize(given)) return problemOf('size', '')
  const { template: name, version, own: _, values, ...others } = membersOf(given as Json) ?? {}
  if (!membersOf(values) || isFilled(others)) return problemOf('form', '', { type: 'document' })
  const expected = `${template.id}@${template.version}`
  const id = `${clipped(textOf(name))}@${clipped(textOf(version))}`
  if (id !== expected || typeof version !== 'number') return problemOf('template', '', { given: id, expected })
  return undefined
}

const formProblems = ({ sections }: Form, values: Document['values']): Generator<Problem> =>
  memberProblems('document', sections, values, '', ({ fields }, json, path) =>
    memberProblems('section', fields, json, path, valueProblems),
  )

/** What is missing, and what stands where nothing is asked for. */
function* presenceProblems({ field, json, path, asked, required }: Asked) {
  const filled = isFilled(json)
  if (filled && !asked && !isFromElsewhere(field)) yield problemOf('hidden', path)
  if (!filled && required) yield problemOf('required', path)
}

/** What the registry fills in must stand there: numbers by what they count, not by how they are written. */
function* autoProblems({ json: is, path }: Asked, be: Json | undefined) {
  const [x, y] = [exact(is), exact(be)]
  const agree = x && y ? x.eq(y) : sameJson(is, be) || (!isFilled(is) && !isFilled(be))
  if (!agree) yield problemOf('auto', path, { expected: inShort(be) })
}

function* calculationProblems({ leaf, json, path }: Asked, judge: JudgeCalculation) {
  const calculation = leaf.type === 'calc' && calculationOf(json)
  if (!calculation) return
  const params = { method: clipped(textOf(calculation.method)), version: clipped(textOf(calculation.version)) }
  const judged = judge(calculation)
  if (!judged) yield problemOf('calculation-unknown', path, params)
  else if (!judged.agrees) yield problemOf('calculation-differs', path, params)
}

function* checkProblems(form: Form, check: Check, scope: Scope) {
  const { each, at } = check
  if (each === undefined) return yield* failures(check, at, scope)
  const table = placeOf(form, each)
  if (typeof table === 'string') return
  for (const [key, row] of rowsOf(table.field, held(scope.values, table)))
    yield* failures(check, `${each}.${key}.${at}`, { ...scope, row })
}

/** What is said where a check fails. Where something that it needs is missing, nothing is. */
function* failures(check: Check, path: string, scope: Scope): Generator<Problem> {
  if (check.when && !isTrue(check.when, scope)) return
  const missing: string[] = []
  if (evaluate(check.must, { ...scope, missing }) !== false) return
  const shown = Object.entries(check.shows ?? {}).map(([name, one]) => [name, spoken(evaluate(one, scope))] as const)
  const uncovered = missing.length > 0 && { missing: missing.slice(0, 20).map(clipped).join(', ') }
  const { key, message, severity = 'error' } = check
  yield { path, code: 'check', params: { ...Object.fromEntries(shown), ...uncovered }, severity, check: key, message }
}

/** A computed value in a message. */
function spoken(value: Value): string {
  if (isNumber(value)) return written(value, 6) ?? value.toFixed()
  if (Array.isArray(value)) return clipped(value.map((one: Value) => spoken(one)).join(', '))
  if (isSpan(value)) return `${value.start} – ${value.end}`
  return value === undefined ? '—' : clipped(String(value))
}
