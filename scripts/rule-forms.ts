import { z } from 'zod'

/** One field of a form, with dots into objects and brackets into lists, and what may stand there. */
export interface FormRow {
  field: string
  form: string
}

export interface Form {
  rows: FormRow[]
  /** What must hold of several fields together. */
  conditions: string[]
}

/** A part of JSON Schema, as far as forms of entries use it. */
interface Part {
  type?: string
  properties?: Record<string, Part>
  required?: string[]
  items?: Part
  prefixItems?: Part[]
  anyOf?: Part[]
  oneOf?: Part[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  default?: unknown
  /** What the checks of the schema say themselves. */
  says?: string[]
}

/** The form of a request or a body, as the program itself checks it. */
export function formOf(schema: z.ZodType): Form {
  const form: Form = { rows: [], conditions: [] }
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: addMessages, reused: 'inline' })
  const part = whole as Part
  rowsOf(part, '', form.rows)
  form.conditions.push(...(part.says ?? []))
  return form
}

type Checked = {
  checks?: { _zod: { def: { error?: (issue: object) => unknown } } }[]
  error?: (issue: object) => unknown
}

/** JSON Schema drops the words of checks; they are what a person reads. */
function addMessages({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: object }): void {
  const { checks = [], error } = zodSchema._zod.def as unknown as Checked
  const said = [...checks.map((check) => check._zod.def.error), error].flatMap((one) => {
    const text = one?.({ code: 'custom', input: undefined })
    return typeof text === 'string' ? [text.replace(/^must be /, '')] : []
  })
  if (said.length > 0) Object.assign(jsonSchema, { says: said })
}

function rowsOf(part: Part, field: string, rows: FormRow[]): void {
  const { properties = {}, required = [] } = part
  for (const [name, inner] of Object.entries(properties)) {
    const path = field === '' ? name : `${field}.${name}`
    const optional = required.includes(name)
      ? ''
      : inner.default === undefined
        ? '; may be left out'
        : `; \`${JSON.stringify(inner.default)}\` where it is left out`
    rows.push({ field: path, form: `${formText(inner)}${optional}` })
    within(inner, path, rows)
  }
}

/** The fields inside of a field. */
function within(part: Part, path: string, rows: FormRow[]): void {
  for (const one of [part, ...(part.anyOf ?? []), ...(part.oneOf ?? [])]) {
    if (one.properties) rowsOf(one, path, rows)
    else if (one.items?.properties) rowsOf(one.items, `${path}[]`, rows)
  }
}

function formText(part: Part): string {
  const choices = part.anyOf ?? part.oneOf
  const said = part.says && part.says.length > 0 && !part.properties ? `, ${part.says.join(', ')}` : ''
  if (choices) return [...new Set(choices.map(formText))].join(', or ')
  if (part.const !== undefined) return `\`${JSON.stringify(part.const)}\``
  if (part.enum) return `one of ${part.enum.map((word) => `\`${word}\``).join(', ')}`
  if (part.type === 'null') return '`null`'
  if (part.type === 'boolean') return '`true` or `false`'
  if (part.type === 'integer' || part.type === 'number')
    return `whole number ${bounds(part.minimum, part.maximum)}`.trim()
  if (part.type === 'array') return listText(part) + said
  if (part.type === 'object') return 'object'
  if (part.type === 'string') return `text${said || (part.pattern ? ` as \`${part.pattern}\`` : '')}`
  return 'anything'
}

function listText({ prefixItems, items, minItems, maxItems }: Part): string {
  if (prefixItems) {
    const forms = prefixItems.map(formText)
    return new Set(forms).size === 1 ? `list of ${forms.length}: each ${forms[0]}` : `list of: ${forms.join('; then ')}`
  }
  return `list ${bounds(minItems, maxItems)} of: ${items ? formText(items) : 'anything'}`.replace('  ', ' ')
}

function bounds(least: number | undefined, most: number | undefined): string {
  const top = most === undefined || most >= Number.MAX_SAFE_INTEGER ? undefined : most
  if (least !== undefined && top !== undefined) return `from ${least} to ${top}`
  if (top !== undefined) return `up to ${top}`
  return least === undefined || least <= Number.MIN_SAFE_INTEGER ? '' : `from ${least} on`
}
