import { compute, type Sources } from './compute.ts'
import {
  evaluate,
  holds,
  isFromElsewhere,
  isRequired,
  isShown,
  type JudgeCalculation,
  type Scope,
  scopeOf,
} from './evaluate.ts'
import { exact, written } from './number.ts'
import { isNumber, isSpan, type Value } from './operators.ts'
import { type Form, formOf } from './own.ts'
import { held, isFilled, isGrid, leavesOf, member, membersOf, type Place, placeIn, rowsOf, textOf } from './place.ts'
import { isOfForm, type Problem } from './problem.ts'
import { isOfSize } from './size.ts'
import {
  type Check,
  type Column,
  type Document,
  type Field,
  type Json,
  LIMITS,
  type Section,
  type Template,
} from './template.ts'
import { calculationOf, clipped, type Report, valueProblems } from './values.ts'

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
  const whole = wholeProblem(template, given)
  if (whole) return [whole]
  const document = given as Document
  const form = formOf(template, document.own)
  if (typeof form === 'string') return [problem('own', '', { reason: form })]
  const problems: Problem[] = []
  const report: Report = (code, path, params = {}) => problems.push(problem(code, path, params))
  formProblems(form, document.values, report)
  const scope = scopeOf({
    template: form,
    values: document.values,
    facts: judging.sources?.facts,
    judge: judging.calculation,
  })
  if (judging.final) for (const section of form.sections) presence(section, scope, report)
  if (judging.final && !problems.some(isOfForm)) autoProblems(form, template, document, judging, report)
  if (judging.calculation) calculationProblems(form, document.values, judging.calculation, report)
  for (const check of form.checks) if (judging.final || !check.final) checkProblems(check, scope, problems)
  return bounded(withoutDoubles(problems))
}

const problem = (code: Problem['code'], path: string, params: Record<string, string>): Problem => ({
  path,
  code,
  params,
  severity: 'error',
})

/** A check that says why a computed value is wrong says enough. */
function withoutDoubles(problems: Problem[]): Problem[] {
  const told = new Set(problems.filter(({ code }) => code === 'check').map(({ path }) => path))
  return problems.filter(({ code, path }) => code !== 'auto' || !told.has(path))
}

/** No more than can be read. */
function bounded(problems: Problem[]): Problem[] {
  if (problems.length <= LIMITS.problems) return problems
  const more = problems.length - LIMITS.problems
  return [...problems.slice(0, LIMITS.problems), problem('more', '', { count: String(more) })]
}

/** What keeps a document from being looked at at all. */
function wholeProblem(template: Template, given: unknown): Problem | undefined {
  if (!isOfSize(given)) return problem('size', '', {})
  const members = membersOf(given as Json)
  const values = member(members, 'values')
  const known = ['template', 'version', 'own', 'values']
  const extra = Object.keys(members ?? {}).find((key) => !known.includes(key))
  if (!members || !membersOf(values) || extra !== undefined) return problem('form', '', { type: 'document' })
  const expected = `${template.id}@${template.version}`
  const id = `${clipped(textOf(members.template))}@${clipped(textOf(members.version))}`
  return id === expected && typeof members.version === 'number'
    ? undefined
    : problem('template', '', { given: id, expected })
}

function formProblems(form: Form, values: Document['values'], report: Report) {
  for (const [key, json] of Object.entries(values)) {
    const section = form.sections.find((one) => one.key === key)
    const fields = membersOf(json)
    if (!section) report('unknown', clipped(key))
    else if (!fields) report('form', key, { type: 'section' })
    for (const [name, value] of Object.entries((section && fields) ?? {})) {
      const field = section?.fields.find((one) => one.key === name)
      if (!field) report('unknown', `${key}.${clipped(name)}`)
      else if (isFilled(value)) valueProblems(field, value, `${key}.${name}`, report)
    }
  }
}

/** What is missing, and what stands where nothing is asked for. */
function presence(section: Section, scope: Scope, report: Report) {
  const shown = isShown(section, scope)
  for (const field of section.fields) {
    const path = `${section.key}.${field.key}`
    const json = held(scope.values, section.key, field.key)
    const asked = shown && isShown(field, scope)
    leafPresence(field, json, path, asked, scope, report)
    if (!asked || !isGrid(field)) continue
    const table: Place = { section, field, kind: 'table', many: false }
    const rows = new Map(rowsOf(field, json))
    if (field.type === 'matrix' && isRequired(field, scope))
      for (const { key } of field.rows) if (!rows.has(key)) rows.set(key, {})
    for (const [key, cells] of rows) {
      const inRow = { ...scope, row: { table, cells } }
      for (const column of field.fields) {
        const cell = member(cells, column.key)
        leafPresence(column, cell, `${path}.${key}.${column.key}`, isShown(column, inRow), inRow, report)
      }
    }
  }
}

function leafPresence(
  leaf: Field | Column,
  json: Json | undefined,
  path: string,
  asked: boolean,
  scope: Scope,
  report: Report,
) {
  const filled = isFilled(json)
  if (filled && !asked && !isFromElsewhere(leaf)) report('hidden', path)
  if (!filled && asked && isRequired(leaf, scope)) report('required', path)
}

/** Compares what the registry fills in with what stands there. */
function autoProblems(form: Form, template: Template, document: Document, judging: Judging, report: Report) {
  const right = compute(template, document, judging.sources).values
  const differ = (is: Json | undefined, be: Json | undefined, path: string) => {
    if (!agree(is, be)) report('auto', path, { expected: told(be) })
  }
  for (const section of form.sections) {
    for (const field of section.fields) {
      const [is, be] = [held(document.values, section.key, field.key), held(right, section.key, field.key)]
      if (is === be) continue
      if (field.auto) differ(is, be, `${section.key}.${field.key}`)
      else {
        const computed = leavesOf(section, field, be)
        for (const [index, { json, path }] of leavesOf(section, field, is).entries())
          differ(json, computed[index]?.json, path)
      }
    }
  }
}

/** The same value; numbers by what they count, not by how they are written. */
function agree(a: Json | undefined, b: Json | undefined): boolean {
  if (!isFilled(a) && !isFilled(b)) return true
  const [x, y] = [exact(a), exact(b)]
  return x && y ? x.eq(y) : JSON.stringify(a) === JSON.stringify(b)
}

const told = (json: Json | undefined): string => (json === undefined || json === null ? '—' : clipped(textOf(json)))

function calculationProblems(form: Form, values: Document['values'], judge: JudgeCalculation, report: Report) {
  const leaves = form.sections.flatMap((section) =>
    section.fields.flatMap((field) => leavesOf(section, field, held(values, section.key, field.key))),
  )
  for (const { leaf, json, path } of leaves) {
    const calculation = leaf.type === 'calc' ? calculationOf(json) : undefined
    if (!calculation) continue
    const params = { method: clipped(textOf(calculation.method)), version: clipped(textOf(calculation.version)) }
    const judged = judge(calculation)
    if (!judged) report('calculation-unknown', path, params)
    else if (!judged.agrees) report('calculation-differs', path, params)
  }
}

function checkProblems(check: Check, scope: Scope, problems: Problem[]) {
  if (check.each === undefined) return checkOnce(check, check.at, scope, problems)
  const table = placeIn(scope.template, check.each)
  if (typeof table === 'string') return
  const json = held(scope.values, table.section.key, table.field.key)
  for (const [key, cells] of rowsOf(table.field, json))
    checkOnce(check, `${check.each}.${key}.${check.at}`, { ...scope, row: { table, cells } }, problems)
}

function checkOnce(check: Check, path: string, scope: Scope, problems: Problem[]) {
  if (check.when && holds(check.when, scope) !== true) return
  const missing: string[] = []
  if (holds(check.must, { ...scope, missing }) !== false) return
  const shown = Object.entries(check.shows ?? {}).map(([name, one]) => [name, spoken(evaluate(one, scope))] as const)
  const params = {
    ...Object.fromEntries(shown),
    ...(missing.length > 0 ? { missing: missing.slice(0, 20).map(clipped).join(', ') } : {}),
  }
  const { message, severity = 'error' } = check
  problems.push({ path, code: 'check', params, severity, check: check.key, message })
}

/** A computed value in a message. */
function spoken(value: Value): string {
  if (isNumber(value)) return written(value, 6) ?? value.toFixed()
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return clipped(value)
  if (Array.isArray(value)) return clipped(value.map((one: Value) => spoken(one)).join(', '))
  return isSpan(value) ? `${value.start} – ${value.end}` : '—'
}
