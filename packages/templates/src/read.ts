import type { z } from 'zod'
import common from './data/common.json' with { type: 'json' }
import { kindOf, wants } from './kinds.ts'
import { listNames } from './options.ts'
import { computedOrder } from './order.ts'
import { isGrid, KINDS, type Place, placeIn, placeOf } from './place.ts'
import {
  type Check,
  type Column,
  type Expression,
  type Field,
  type Json,
  KEY,
  type Section,
  type Template,
  type Text,
  templateSchema,
} from './template.ts'

/** Everything that is wrong with a data file, as lines that say where. */
export class TemplateError extends Error {
  readonly faults: readonly string[]
  constructor(name: string, faults: readonly string[]) {
    super(`${name} is not a template:\n${faults.map((fault) => `- ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

/** A template from its data file: groups put in, its form and all of its paths checked. Throws a TemplateError that lists every fault. */
export function readTemplate(json: unknown): Template {
  const id = (json as { id?: unknown } | null)?.id
  const name = typeof id === 'string' ? id.slice(0, 60) : 'This'
  const unknown: string[] = []
  const whole = expanded(json, unknown)
  const parsed = templateSchema.safeParse(whole)
  if (unknown.length > 0 || !parsed.success)
    throw new TemplateError(name, [...unknown, ...(parsed.success ? [] : issueLines(parsed.error, whole))])
  const template: Template = parsed.data
  const faults = unsound(template)
  if (faults.length > 0) throw new TemplateError(name, faults)
  return template
}

export const issueLines = (error: z.ZodError, json: unknown): string[] =>
  error.issues.flatMap(meant).map(({ path, message }) => `${inKeys(path, json) || 'the whole'}: ${message}`)

type Issue = z.core.$ZodIssue

/** Where one of several forms could stand: what is wrong with the one that was meant, whose members are all known. */
function meant(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  for (const form of issue.errors) {
    const found = form.flatMap(meant)
    if (found.every(({ code }) => code !== 'unrecognized_keys' && code !== 'invalid_union'))
      return found.map((one) => ({ ...one, path: [...issue.path, ...one.path] }))
  }
  return [issue]
}

/** A place such as `sections.B.fields.total.label`: keys instead of numbers, which groups that are put in would shift. */
function inKeys(path: readonly PropertyKey[], json: unknown): string {
  let at = json
  const steps = path.map((step) => {
    at = (at as Record<PropertyKey, unknown> | null | undefined)?.[step]
    const key = typeof step === 'number' ? (at as { key?: unknown } | null | undefined)?.key : undefined
    return typeof key === 'string' && key.length <= 40 && KEY.test(key) ? key : String(step)
  })
  return steps.join('.')
}

const GROUPS = common as unknown as Record<string, Json[]>

/** Puts the fields of their group in the place of each `{"use": "name"}`. */
function expanded(json: unknown, unknown: string[]): unknown {
  if (Array.isArray(json)) {
    return json.flatMap((one: unknown) => {
      const use = (one as { use?: unknown } | null)?.use
      if (typeof use !== 'string' || Object.keys(one as object).length !== 1) return [expanded(one, unknown)]
      if (Object.hasOwn(GROUPS, use)) return GROUPS[use] ?? []
      unknown.push(`there is no group "${use}" in common.json; there are ${Object.keys(GROUPS).join(', ')}`)
      return []
    })
  }
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, expanded(value, unknown)]))
}

type Fault = (text: string) => void

/** What is wrong with a template whose form is right. */
function unsound(template: Template): string[] {
  const faults: string[] = []
  const add = (at: string) => (text: string) => faults.push(`${at}: ${text}`)
  distinct(template.sections, add('sections'))
  distinct(template.checks, add('checks'))
  distinct(template.signatures, add('signatures'))
  for (const section of template.sections) sectionFaults(section, template, add)
  for (const check of template.checks) checkFaults(check, template, add(`check ${check.key}`))
  for (const slot of template.signatures) {
    for (const other of [...(slot.otherPerson ?? []), ...(slot.otherOrganisation ?? [])])
      if (other === slot.key || !template.signatures.some(({ key }) => key === other))
        add(`signature ${slot.key}`)(`there is no other slot "${other}"`)
  }
  const order = faults.length === 0 ? computedOrder(template) : []
  if (typeof order === 'string') faults.push(`values computed from one another in a circle: ${order}`)
  return faults
}

function distinct(list: readonly { key: string }[], fault: Fault) {
  const seen = new Set<string>()
  for (const { key } of list) {
    if (seen.has(key)) fault(`the key "${key}" comes twice`)
    seen.add(key)
  }
}

/** What is wrong with one section: its keys, bounds, choices, conditions and computed values. */
export function sectionFaults(section: Section, template: Pick<Template, 'sections'>, add: (at: string) => Fault) {
  distinct(section.fields, add(section.key))
  if (section.visibleIf) wants(['bool'], section.visibleIf, { template }, add(`${section.key} visibleIf`))
  for (const field of section.fields) {
    const at = `${section.key}.${field.key}`
    leafFaults(field, undefined, template, at, add)
    if (!isGrid(field)) continue
    distinct(field.fields, add(at))
    const table = placeOf(template, at)
    for (const column of field.fields)
      leafFaults(column, typeof table === 'string' ? undefined : table, template, `${at}.${column.key}`, add)
    gridFaults(field, add(at))
  }
}

function gridFaults(field: Extract<Field, { type: 'table' | 'matrix' }>, fault: Fault) {
  const columns = new Set(field.fields.map(({ key }) => key))
  if (field.type === 'table') {
    for (const key of field.rowKey ?? []) if (!columns.has(key)) fault(`rowKey: there is no column "${key}"`)
    inOrder(field.minRows, field.maxRows, 'minRows', 'maxRows', fault)
    return
  }
  distinct(field.rows, fault)
  for (const { key } of field.rows) if (columns.has(key)) fault(`the row "${key}" has the key of a column`)
}

function leafFaults(
  leaf: Field | Column,
  row: Place | undefined,
  template: Pick<Template, 'sections'>,
  at: string,
  add: (at: string) => Fault,
) {
  const ground = { template, ...(row ? { row } : {}) }
  if (leaf.visibleIf) wants(['bool'], leaf.visibleIf, ground, add(`${at} visibleIf`))
  if (typeof leaf.required === 'object') wants(['bool'], leaf.required, ground, add(`${at} required`))
  boundFaults(leaf, add(at))
  const { auto } = leaf
  if (auto && leaf.from) add(at)('has both auto and from; auto alone is what nobody can change')
  if (row && ((auto && !('compute' in auto)) || leaf.from))
    add(at)('only a whole table comes from elsewhere, not a column')
  if (auto && 'compute' in auto) computeFaults(leaf, auto.compute, ground, add(`${at} auto`))
}

const COMPUTABLE = ['number', 'date', 'text', 'bool', 'period']

function computeFaults(
  leaf: Field | Column,
  expression: Expression,
  ground: Parameters<typeof kindOf>[1],
  fault: Fault,
) {
  const kind = KINDS[leaf.type]
  if (COMPUTABLE.includes(kind)) wants([kind], expression, ground, fault)
  else fault(`a ${leaf.type} cannot be computed`)
}

function boundFaults(leaf: Field | Column, fault: Fault) {
  if (leaf.type === 'enum' || leaf.type === 'multi') {
    if ((leaf.options === undefined) === (leaf.optionsOf === undefined)) fault('needs either options or optionsOf')
    if (leaf.optionsOf !== undefined && !listNames().includes(leaf.optionsOf))
      fault(`there is no list "${leaf.optionsOf}"; there are ${listNames().join(', ')}`)
    distinct(
      (leaf.options ?? []).map(({ value }) => ({ key: value })),
      fault,
    )
  }
  if ('minLength' in leaf) inOrder(leaf.minLength, leaf.maxLength, 'minLength', 'maxLength', fault)
  if ('minItems' in leaf) inOrder(leaf.minItems, leaf.maxItems, 'minItems', 'maxItems', fault)
  if ('min' in leaf) inOrder(Number(leaf.min ?? Number.NaN), Number(leaf.max ?? Number.NaN), 'min', 'max', fault)
  if (leaf.type === 'text' && leaf.pattern !== undefined) {
    try {
      new RegExp(leaf.pattern, 'u')
    } catch {
      fault(`pattern: ${leaf.pattern} is not a regular expression`)
    }
  }
}

function inOrder(low: number | undefined, high: number | undefined, lowName: string, highName: string, fault: Fault) {
  if (low !== undefined && high !== undefined && low > high) fault(`${lowName} is more than ${highName}`)
}

function checkFaults(check: Check, template: Template, fault: Fault) {
  const table = check.each === undefined ? undefined : placeIn(template, check.each)
  if (typeof table === 'string') return fault(`each: ${table}`)
  if (table && table.kind !== 'table') return fault(`each: ${check.each} is not a table`)
  const at = placeIn(template, table ? `${check.each}.${check.at}` : check.at)
  if (typeof at === 'string') fault(`at: ${at}`)
  const ground = { template, ...(table ? { row: table } : {}) }
  if (check.when) wants(['bool'], check.when, ground, fault)
  wants(['bool'], check.must, ground, fault)
  for (const shown of Object.values(check.shows ?? {})) kindOf(shown, ground, fault)
  messageFaults(check, fault)
}

/** The message has the same places in every language, and each has its value. */
function messageFaults(check: Check, fault: Fault) {
  const given = Object.keys(check.shows ?? {})
  if (JSON.stringify(check.must).includes('"covers"')) given.push('missing')
  for (const [language, words] of Object.entries(check.message as Text)) {
    const places = [...(words ?? '').matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '')
    for (const place of places)
      if (!given.includes(place)) fault(`message in ${language}: nothing is shown for {${place}}`)
    for (const name of Object.keys(check.shows ?? {}))
      if (!places.includes(name)) fault(`message in ${language} does not show {${name}}`)
  }
}
