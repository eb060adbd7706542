/**
 * A template: the form of one kind of document, as one data file in `data/`. docs/templates.md leads through it.
 *
 * A document is `{ template, version, own?, values }`, where `values[section][field]` holds what was filled in:
 *
 *   text, longtext, richtext, enum   "…"                     bool       true
 *   int, decimal                     "12.5" (always quoted)  date       "2026-03-31"
 *   multi                            ["…"]                   period     { start, end }
 *   money       { amount: "9.50", currency: "USD" }          party      { name, id?, country?, registration? }
 *   person      { name, title?, organisation?, email?, phone? }
 *   reference   { id, title? }                               files      [{ name, sha256, title?, size?, public? }]
 *   geo         a GeoJSON geometry                           calc       { method, version, inputs, result: { be, pe, le, er, … } }
 *   table       [{ column: … }]                              matrix     { row: { column: … } }
 *
 * `docs/templates.md` has a whole template, and says what each member does.
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
export const KEY = /^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/
const key = z
  .string()
  .max(40)
  .regex(KEY)
  .refine((one) => !['constructor', 'prototype'].includes(one), 'is not a key')

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

/** Where a value comes from: what the registry knows, or a field of the last document of another kind ("PDD:A2.locations"). */
export type Source = { fact: FactName } | { document: string }
const DOCUMENT_PATH = /^[A-Z][A-Z0-9-]{1,29}:[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*){1,2}$/
const source = z.union(
  [
    z.strictObject({ fact: z.custom<FactName>(isFact, `the registry knows ${Object.keys(FACTS).join(', ')}`) }),
    z.strictObject({ document: z.string().regex(DOCUMENT_PATH, 'takes a place such as "PDD:A2.locations"') }),
  ],
  'takes either { "fact": … } or { "document": … }',
)

/** A number as templates write it. */
export const decimal = z.string().regex(/^-?\d{1,30}(\.\d{1,20})?$/, 'takes a decimal in quotes')
const count = z.int().min(0).max(100_000)

/** The parts of a template, over texts in all languages (shipped) or in some (a project's own sections). */
function parts<T extends z.ZodType<Text>>(text: T) {
  const options = z
    .array(z.strictObject({ value: z.string().min(1).max(60), label: text }))
    .min(1)
    .max(LIMITS.options)
  const common = {
    key,
    label: text,
    help: text.optional(),
    /** True, false (as when it is left out), or the condition under which it must be filled in. */
    required: z.union([z.boolean(), expression]).optional(),
    /** Filled by the registry; nobody can write it. */
    auto: z
      .union(
        [source, z.strictObject({ compute: expression })],
        'takes one of { "fact": … }, { "document": … }, { "compute": … }',
      )
      .optional(),
    /** What a new document begins with; people may change it. */
    from: source.optional(),
    visibleIf: expression.optional(),
    /** Whether everyone may read it once the document is final; else as the template says. */
    public: z.boolean().optional(),
  }
  const length = { minLength: count.optional(), maxLength: count.optional() }
  const number = { unit: z.string().max(40).optional(), min: decimal.optional(), max: decimal.optional() }
  /** Its own options, or those of a list: a name of data/lists.json, `countries` (ISO 3166-1) or `currencies` (ISO 4217). */
  const choice = { options: options.optional(), optionsOf: z.string().max(40).optional() }
  const cell = [
    z.strictObject({ ...common, type: z.literal('text'), ...length, pattern: z.string().max(200).optional() }),
    z.strictObject({ ...common, type: z.enum(['longtext', 'richtext']), ...length }),
    z.strictObject({ ...common, type: z.literal('int'), ...number }),
    /** `places`: digits after the point at most. */
    z.strictObject({ ...common, type: z.literal('decimal'), ...number, places: count.max(20).optional() }),
    z.strictObject({ ...common, type: z.literal('money'), min: decimal.optional(), max: decimal.optional() }),
    z.strictObject({ ...common, type: z.enum(['date', 'period', 'bool', 'party', 'person']) }),
    z.strictObject({ ...common, type: z.literal('enum'), ...choice }),
    z.strictObject({
      ...common,
      type: z.literal('multi'),
      ...choice,
      minItems: count.optional(),
      maxItems: count.optional(),
    }),
    z.strictObject({ ...common, type: z.literal('geo'), shapes: z.array(z.enum(GEOMETRIES)).min(1).optional() }),
    z.strictObject({ ...common, type: z.literal('files'), minItems: count.optional(), maxItems: count.optional() }),
    z.strictObject({ ...common, type: z.literal('reference'), to: z.enum(REFERABLE) }),
    z.strictObject({ ...common, type: z.literal('calc') }),
  ] as const
  /** A column of a table, and a field that is no table. */
  const column = z.discriminatedUnion('type', cell)
  const columns = z.array(column).min(1).max(LIMITS.fields)
  const table = z.strictObject({
    ...common,
    type: z.literal('table'),
    fields: columns,
    minRows: count.optional(),
    maxRows: count.optional(),
    /** Columns by which a row is known: no two rows have the same, and versions are compared by them. */
    rowKey: z.array(key).min(1).max(4).optional(),
  })
  const matrix = z.strictObject({
    ...common,
    type: z.literal('matrix'),
    fields: columns,
    rows: z
      .array(z.strictObject({ key, label: text, help: text.optional() }))
      .min(1)
      .max(LIMITS.fields),
  })
  const field = z.discriminatedUnion('type', [...cell, table, matrix])
  const section = z.strictObject({
    key,
    /** As it is printed: "A.1". */
    number: z.string().min(1).max(12),
    title: text,
    help: text.optional(),
    visibleIf: expression.optional(),
    fields: z.array(field).min(1).max(LIMITS.fields),
  })
  return { column, field, section }
}

/** Kinds of geometry that a field may take (RFC 7946). */
export const GEOMETRIES = ['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon'] as const
/** What a reference may point to. */
export const REFERABLE = ['project', 'document', 'period', 'letter', 'certificate', 'account', 'authorisation'] as const
/** In what capacity somebody signs. */
export const CAPACITIES = ['developer', 'certifier', 'government', 'seller', 'buyer', 'witness'] as const
/** Levels of signatures, weakest first; WET, ink on paper, stands beside them. */
export const SIGNATURE_LEVELS = ['SES', 'AES', 'QES', 'WET'] as const

const words = z.string().trim().min(1).max(2_000)
const everyLanguage = z.strictObject({ en: words, fr: words, es: words, ar: words })
const someLanguages = z
  .partialRecord(z.enum(TEMPLATE_LANGUAGES), words)
  .refine((text) => Object.keys(text).length > 0, 'has no language')

const shipped = parts(everyLanguage)
const own = parts(someLanguages)

const check = z.strictObject({
  key,
  /** Path of a table: the check is made on each of its rows, and `at` names a column. */
  each: path.optional(),
  /** The place of the value that is wrong when the check fails. */
  at: path,
  /** The check is made only where this is true. */
  when: expression.optional(),
  /** What must hold. Where something that it needs is missing, nothing is said. */
  must: expression,
  /** A warning does not keep a document from being final. */
  severity: z.enum(['error', 'warning']).optional(),
  /** Made only when the document shall be final; drafts are left alone. */
  final: z.boolean().optional(),
  /** What stands for {name} in the message. */
  shows: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), expression).optional(),
  message: everyLanguage,
})

const slot = z.strictObject({
  key,
  title: everyLanguage,
  capacity: z.enum(CAPACITIES),
  /** The weakest level that will do, unless the country's policy says otherwise. */
  level: z.enum(SIGNATURE_LEVELS),
  /** Slots of the same number sign in any order; a higher number signs after. */
  order: z.int().min(1).max(20),
  required: z.boolean().optional(), // true when left out
  /** Slots whose signers must be other people, or people of other organisations. */
  otherPerson: z.array(key).optional(),
  otherOrganisation: z.array(key).optional(),
})

/** The form of a data file, after `use` was replaced. What else must hold (paths exist, keys are unique) is in `read.ts`. */
export const templateSchema = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Z0-9-]{1,29}$/),
  version: z.int().min(1).max(10_000),
  /** What a document of this kind is about. */
  of: z.enum(['project', 'period', 'issuance', 'transfer', 'agreement']),
  /** Whether everyone may read a field that says nothing of it. */
  public: z.boolean(),
  title: everyLanguage,
  purpose: everyLanguage,
  sections: z.array(shipped.section).min(1).max(LIMITS.sections),
  checks: z.array(check).max(200),
  signatures: z.array(slot).max(20),
})

/** Options that several fields share, by name: `data/lists.json`. */
export const listsSchema = z.record(
  key,
  z.array(z.strictObject({ value: z.string().min(1).max(60), label: everyLanguage })).min(1),
)
export const ownSectionSchema = own.section

/** A column of a table or matrix. */
export type Column = z.infer<typeof own.column>
export type Field = z.infer<typeof own.field>
export type TableField = Extract<Field, { type: 'table' }>
export type MatrixField = Extract<Field, { type: 'matrix' }>
export type Section = z.infer<typeof own.section>
export type Check = z.infer<typeof check>
export type Slot = z.infer<typeof slot>
export type Lists = z.infer<typeof listsSchema>
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
