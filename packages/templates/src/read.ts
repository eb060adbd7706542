import type { z } from 'zod'
import common from './data/common.json' with { type: 'json' }
import { isFromElsewhere } from './evaluate.ts'
import { readExpression } from './operators.ts'
import { listNames } from './options.ts'
import { computedOrder } from './order.ts'
import { isGrid, leavesOf, placeOf, type Sections } from './place.ts'
import type { Check, Field, Grid, Section, Template, Text } from './template.ts'
import { key, templateSchema } from './template.ts'
import { TYPES } from './types.ts'

/** Everything that is wrong with a data file, as lines that say where. */
export class TemplateError extends Error {
  constructor(name: string, faults: readonly string[]) {
    super(`${name} is not a template:\n${faults.map((fault) => `- ${fault}`).join('\n')}`)
  }
}

/** A template from its data file: groups put in, its form and all of its paths checked. Throws a TemplateError that lists every fault. */
export function readTemplate(json: unknown): Template {
  const id = (json as { id?: unknown } | null)?.id
  const name = typeof id === 'string' ? id.slice(0, 60) : 'This'
  const unknown: string[] = []
  const whole = expanded(json, unknown)
  const parsed = templateSchema.safeParse(whole)
  const faults = [...unknown, ...(parsed.success ? [] : issueLines(parsed.error, whole))]
  if (parsed.success && faults.length === 0) faults.push(...unsound(parsed.data))
  if (!parsed.success || faults.length > 0) throw new TemplateError(name, faults)
  return parsed.data
}

export const issueLines = (error: z.ZodError, json: unknown): string[] =>
  error.issues.map(({ path, message }) => `${inKeys(path, json) || 'the whole'}: ${message}`)

/** A place such as `sections.B.fields.total.label`: keys instead of numbers, which groups that are put in would shift. */
function inKeys(path: readonly PropertyKey[], json: unknown): string {
  let at = json
  const steps = path.map((step) => {
    at = (at as Record<PropertyKey, unknown> | null | undefined)?.[step]
    const name = typeof step === 'number' ? (at as { key?: unknown } | null | undefined)?.key : undefined
    return key.safeParse(name).success ? String(name) : String(step)
  })
  return steps.join('.')
}

const GROUPS = new Map<string, unknown>(Object.entries(common))

/** Puts the fields of their group in the place of each `{"use": "name"}`. */
function expanded(json: unknown, unknown: string[]): unknown {
  const fieldsOf = (one: unknown): unknown => {
    const { use, ...others } = (one ?? {}) as { use?: unknown }
    if (typeof use !== 'string' || Object.keys(others).length > 0) return [one]
    if (!GROUPS.has(use))
      unknown.push(`there is no group "${use}" in common.json; there are ${[...GROUPS.keys()].join(', ')}`)
    return GROUPS.get(use) ?? []
  }
  const grouped = (_: string, value: unknown) => (Array.isArray(value) ? value.flatMap(fieldsOf) : value)
  return JSON.parse(JSON.stringify(json) ?? 'null', grouped)
}

type Fault = (text: string) => void

/** What is wrong with a template whose form is right. */
function unsound(template: Template): string[] {
  const faults: string[] = []
  const add = (at: string) => (text: string) => faults.push(`${at}: ${text}`)
  const { sections, checks, signatures } = template
  for (const [name, list] of Object.entries({ sections, checks, signatures })) distinct(keysOf(list), add(name))
  for (const section of sections) sectionFaults(section, template, add)
  for (const check of checks) checkFaults(check, template, add(`check ${check.key}`))
  for (const { key, otherPerson = [], otherOrganisation = [] } of signatures) {
    for (const other of [...otherPerson, ...otherOrganisation])
      if (other === key || !signatures.some((one) => one.key === other))
        add(`signature ${key}`)(`there is no other slot "${other}"`)
  }
  const order = faults.length === 0 ? computedOrder(template) : []
  if (typeof order === 'string') faults.push(`values computed from one another in a circle: ${order}`)
  return faults
}

const keysOf = (list: readonly { key: string }[]): string[] => list.map(({ key }) => key)

function distinct(keys: readonly string[], fault: Fault) {
  for (const [index, key] of keys.entries()) if (keys.indexOf(key) < index) fault(`the key "${key}" comes twice`)
}

/** What is wrong with one section: its keys, bounds, choices, conditions and computed values. */
export function sectionFaults(section: Section, { sections }: Sections, add: (at: string) => Fault) {
  distinct(keysOf(section.fields), add(section.key))
  if (section.visibleIf) readExpression(section.visibleIf, { sections, fault: add(`${section.key} visibleIf`) }, 'bool')
  for (const { leaf, field, column, path } of leavesOf([section])) {
    const ground = { sections, row: column && { section, field } }
    const { visibleIf, required, auto, from } = leaf
    if (visibleIf) readExpression(visibleIf, { ...ground, fault: add(`${path} visibleIf`) }, 'bool')
    if (typeof required === 'object') readExpression(required, { ...ground, fault: add(`${path} required`) }, 'bool')
    if (auto && from) add(path)('has both auto and from; auto alone is what nobody can change')
    if (column && (isFromElsewhere(column) || from)) add(path)('only a whole table comes from elsewhere, not a column')
    const { kind } = TYPES[leaf.type]
    const fault = add(`${path} auto`)
    if (auto?.compute && !COMPUTABLE.includes(kind)) fault(`a ${leaf.type} cannot be computed`)
    else if (auto?.compute) readExpression(auto.compute, { ...ground, fault }, kind)
    boundFaults(leaf, add(path))
  }
}

const COMPUTABLE = ['number', 'date', 'text', 'bool', 'period']

const BOUNDS = ['', 'Length', 'Items', 'Rows'].map((of) => [`min${of}`, `max${of}`] as const)

function boundFaults(leaf: Field, fault: Fault) {
  const members = new Map<string, unknown>(Object.entries(leaf))
  for (const [min, max] of BOUNDS)
    if (Number(members.get(min)) > Number(members.get(max))) fault(`${min} is more than ${max}`)
  if (isGrid(leaf)) gridFaults(leaf, fault)
  if (leaf.type === 'enum' || leaf.type === 'multi') {
    const { options, optionsOf } = leaf
    if ((options === undefined) === (optionsOf === undefined)) fault('needs either options or optionsOf')
    if (optionsOf !== undefined && !listNames().includes(optionsOf))
      fault(`there is no list "${optionsOf}"; there are ${listNames().join(', ')}`)
    const values = (options ?? []).map(({ value }) => value)
    distinct(values, fault)
  }
  if (leaf.type === 'text' && leaf.pattern !== undefined) {
    try {
      new RegExp(leaf.pattern, 'u')
    } catch {
      fault(`pattern: ${leaf.pattern} is not a regular expression`)
    }
  }
}

function gridFaults(grid: Grid, fault: Fault) {
  const columns = keysOf(grid.fields)
  distinct(columns, fault)
  if (grid.type === 'table') {
    for (const key of grid.rowKey ?? []) if (!columns.includes(key)) fault(`rowKey: there is no column "${key}"`)
    return
  }
  distinct(keysOf(grid.rows), fault)
  for (const { key } of grid.rows) if (columns.includes(key)) fault(`the row "${key}" has the key of a column`)
}

function checkFaults({ each, at, when, must, shows = {}, message }: Check, { sections }: Template, fault: Fault) {
  const table = each === undefined ? undefined : placeOf({ sections }, each)
  if (typeof table === 'string') return fault(`each: ${table}`)
  if (table && table.kind !== 'table') return fault(`each: ${each} is not a table`)
  const place = placeOf({ sections }, table ? `${each}.${at}` : at)
  if (typeof place === 'string') fault(`at: ${place}`)
  const ground = { sections, row: table, fault }
  if (when) readExpression(when, ground, 'bool')
  readExpression(must, ground, 'bool')
  for (const shown of Object.values(shows)) readExpression(shown, ground)
  const given = Object.keys(shows)
  messageFaults(message, given, JSON.stringify(must).includes('"covers"') ? [...given, 'missing'] : given, fault)
}

/** The message has the same places in every language, and each has its value. */
function messageFaults(message: Text, shown: readonly string[], known: readonly string[], fault: Fault) {
  for (const [language, words] of Object.entries(message)) {
    const places = [...words.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name)
    for (const place of places)
      if (!known.includes(place)) fault(`message in ${language}: nothing is shown for {${place}}`)
    for (const name of shown) if (!places.includes(name)) fault(`message in ${language} does not show {${name}}`)
  }
}
