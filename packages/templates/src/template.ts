/**
 * A template: the form of one kind of document, as one data file in `data/`. `docs/templates.md` has a whole one, says what each member
 * does, and what stands in a document for each type of field: whole and decimal numbers as text, so that no digit is lost.
 */
import { z } from 'zod'
import facts from './data/facts.json' with { type: 'json' }

/** The languages in which every template that comes with the registry speaks. */
export const TEMPLATE_LANGUAGES = ['en', 'fr', 'es', 'ar'] as const
export type TemplateLanguage = (typeof TEMPLATE_LANGUAGES)[number]

/** A text in the languages that it has. Shipped templates have all; a project's own sections may have one. */
export type Text = Partial<Record<TemplateLanguage, string>>

/** Bounds that hold whatever a template says. */
export const LIMITS = {
  sections: 60,
  fields: 80, // in a section, or columns of a table
  options: 300,
  rows: 2_000,
  items: 500, // of a list of options or files
  text: 2_000,
  longtext: 50_000,
  positions: 20_000, // of one geometry
  depth: 14,
  nodes: 200_000, // values of any kind in one document
  bytes: 2_000_000, // of canonical JSON
  ownSections: 20,
  problems: 500, // more are counted, not listed
} as const

/** Keys of sections, fields, columns, rows. A project's own sections begin with `x-`. */
const KEY = /^(?!(constructor|prototype)$)[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/
export const key = z.string().max(40).regex(KEY)
const some = <Item extends z.ZodType>(item: Item, most: number) => z.array(item).min(1).max(most)

/** A condition or calculation: JSON, never code, with one operator of `operators.ts`. It is looked at when the template is read. */
export type Expression = { readonly [operator: string]: unknown }
const expression: z.ZodType<Expression> = z.record(z.string(), z.unknown())

const PATH = /^[A-Za-z][A-Za-z0-9-]{0,39}(\.[A-Za-z][A-Za-z0-9-]{0,39}){0,3}$/
/** Whether a text has the form of a path. */
export const isPath = (given: unknown): given is string => typeof given === 'string' && PATH.test(given)
const path = z.custom<string>(isPath, 'takes a path such as "B64.yearly.er"')

/** What the registry can tell a document, with the type of field that takes it: `data/facts.json`. The caller gives the values. */
export const FACTS: Readonly<Record<string, string>> = facts
export type FactName = keyof typeof facts
export const isFact = (name: unknown): name is FactName => typeof name === 'string' && Object.hasOwn(FACTS, name)

const words = z.string().trim().min(1).max(2_000)
const everyLanguage = z.strictObject({ en: words, fr: words, es: words, ar: words })
const someLanguages = z
  .partialRecord(z.enum(TEMPLATE_LANGUAGES), words)
  .refine((text) => Object.keys(text).length > 0, 'has no language')

const DOCUMENT_PATH = /^[A-Z][A-Z0-9-]{1,29}:[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*){1,2}$/
const hasOne = (object: object): boolean => Object.keys(object).length === 1
const from = z.strictObject({
  fact: z.custom<FactName>(isFact, `the registry knows ${Object.keys(FACTS).join(', ')}`).optional(),
  /** A field of the last document of another kind. */
  document: z.string().regex(DOCUMENT_PATH, 'takes a place such as "PDD:A2.locations"').optional(),
})
const source = from.refine(hasOne, 'takes either { "fact": … } or { "document": … }')
const auto = from
  .extend({ compute: expression.optional() })
  .refine(hasOne, 'takes one of { "fact": … }, { "document": … }, { "compute": … }')
/** Where a value comes from: what the registry knows, or a field of another document. */
export type Source = z.infer<typeof source>

/** A number as templates write it. */
export const decimal = z.string().regex(/^-?\d{1,30}(\.\d{1,20})?$/, 'takes a decimal in quotes')
const count = z.int().min(0).max(100_000)
const name = z.string().max(40)

/** Kinds of geometry that a field may take (RFC 7946). */
export const GEOMETRIES = ['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon'] as const
const REFERABLE = ['project', 'document', 'period', 'letter', 'certificate', 'account', 'authorisation'] as const

/** The parts of a template, over texts in all languages (shipped) or in some (a project's own sections). */
function parts<T extends z.ZodType<Text>>(text: T) {
  const options = some(z.strictObject({ value: z.string().min(1).max(60), label: text }), LIMITS.options)
  const field = <const Types extends string[], Shape extends z.ZodRawShape>(types: Types, shape: Shape) =>
    z.strictObject({
      key,
      type: z.literal(types),
      label: text,
      help: text.optional(),
      required: z.union([z.boolean(), expression], 'Invalid input: expected boolean or a condition').optional(),
      visibleIf: expression.optional(),
      auto: auto.optional(),
      from: source.optional(),
      public: z.boolean().optional(),
      ...shape,
    })
  const length = { minLength: count.optional(), maxLength: count.optional() }
  const amount = { min: decimal.optional(), max: decimal.optional() }
  const items = { minItems: count.optional(), maxItems: count.optional() }
  /** Its own options, or those of a list: a name of data/lists.json, `countries` (ISO 3166-1) or `currencies` (ISO 4217). */
  const choice = { options: options.optional(), optionsOf: name.optional() }
  const cells = [
    field(['text'], { ...length, pattern: z.string().max(200).optional() }),
    field(['longtext', 'richtext'], length),
    field(['int'], { ...amount, unit: name.optional() }),
    field(['decimal'], { ...amount, unit: name.optional(), places: count.max(20).optional() }),
    field(['money'], amount),
    field(['date', 'period', 'bool', 'party', 'person', 'calc'], {}),
    field(['enum'], choice),
    field(['multi'], { ...choice, ...items }),
    field(['files'], items),
    field(['geo'], { shapes: z.array(z.enum(GEOMETRIES)).min(1).optional() }),
    field(['reference'], { to: z.enum(REFERABLE) }),
  ] as const
  /** A column of a table, and a field that is no table. */
  const column = z.discriminatedUnion('type', cells)
  const columns = some(column, LIMITS.fields)
  const row = z.strictObject({ key, label: text, help: text.optional() })
  /** `rowKey`: columns by which a row is known; no two rows have the same, and versions are compared by them. */
  const rowKey = some(key, 4).optional()
  const table = field(['table'], { fields: columns, minRows: count.optional(), maxRows: count.optional(), rowKey })
  const matrix = field(['matrix'], { fields: columns, rows: some(row, LIMITS.fields) })
  const section = z.strictObject({
    key,
    number: z.string().min(1).max(12),
    title: text,
    help: text.optional(),
    visibleIf: expression.optional(),
    fields: some(z.discriminatedUnion('type', [...cells, table, matrix]), LIMITS.fields),
  })
  return { options, column, section }
}

const shipped = parts(everyLanguage)
const own = parts(someLanguages)

/** What must hold between fields. */
const check = z.strictObject({
  key,
  each: path.optional(),
  at: path,
  when: expression.optional(),
  must: expression,
  severity: z.enum(['error', 'warning']).optional(),
  final: z.boolean().optional(),
  shows: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), expression).optional(),
  message: everyLanguage,
})

/** Who signs. */
const slot = z.strictObject({
  key,
  title: everyLanguage,
  capacity: z.enum(['developer', 'certifier', 'government', 'seller', 'buyer', 'witness']),
  /** The weakest level that will do, unless the country's policy says otherwise; WET is ink on paper. */
  level: z.enum(['SES', 'AES', 'QES', 'WET']),
  order: z.int().min(1).max(20),
  required: z.boolean().optional(), // true when left out
  otherPerson: z.array(key).optional(),
  otherOrganisation: z.array(key).optional(),
})

/** The form of a data file, after `use` was replaced. What else must hold (paths exist, keys are unique) is in `read.ts`. */
export const templateSchema = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Z0-9-]{1,29}$/),
  version: z.int().min(1).max(10_000),
  of: z.enum(['project', 'period', 'issuance', 'transfer', 'agreement']),
  public: z.boolean(),
  title: everyLanguage,
  purpose: everyLanguage,
  sections: some(shipped.section, LIMITS.sections),
  checks: z.array(check).max(200),
  signatures: z.array(slot).max(20),
})

/** Options that several fields share, by name: `data/lists.json`. */
export const listsSchema = z.record(key, shipped.options)
export const ownSchema = z.array(own.section)

/** A column of a table or matrix. */
export type Column = z.infer<typeof own.column>
export type Section = z.infer<typeof own.section>
export type Field = Section['fields'][number]
/** A field with rows. */
export type Grid = Extract<Field, { type: 'table' | 'matrix' }>
export type Check = z.infer<typeof check>
export type Slot = z.infer<typeof slot>
/** A template as the engine uses it. */
export type Template = Omit<z.infer<typeof templateSchema>, 'sections'> & { sections: Section[] }

/** A value of a document, and a document. */
export type Json = null | boolean | string | number | Json[] | { [key: string]: Json }
export interface Document {
  template: string
  version: number
  /** Sections of the project's own; their keys begin with `x-`. */
  own?: Section[]
  values: Record<string, Record<string, Json>>
}
