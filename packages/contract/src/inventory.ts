import { z } from 'zod'
import { Hash, line, SignedCertified } from './common.ts'
import { CategoryCode, categoryOf } from './inventory-categories.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import type { ProblemCode } from './problem.ts'
import { RecordReason, RecordRevision, RecordSteps, recordFields } from './records.ts'

/** Longest CSV file of a year, in characters. */
export const MAX_YEAR_CSV = 200_000

const ByYear = z.strictObject({
  year: z.string().regex(/^(19[5-9]\d|20\d\d|2100)$/, 'must be a year such as 2024'),
})

/** Whole digits of a value, so that sums of all of them keep to the form of decimals. */
const MOST_DIGITS = 9

const gas = SignedCertified.refine(
  (value) => value.replace('-', '').split('.', 1).join('').length <= MOST_DIGITS,
  'must be below one thousand million',
).optional()

/** Kilotonnes of each gas, and of all of them as CO2. What was not estimated is left out. */
export const EmissionLeaf = z
  .strictObject({ co2: gas, ch4: gas, n2o: gas, co2eq: gas })
  .meta({ id: 'EmissionLeaf', description: 'Kilotonnes of each gas, and of CO2 equivalent. Left out: not estimated.' })
export type EmissionLeaf = z.infer<typeof EmissionLeaf>

/** Kilotonnes of CO2 equivalent under each course of things. */
export const ProjectionLeaf = z
  .strictObject({ bau: gas, conditionalNdc: gas, unconditionalNdc: gas })
  .meta({ id: 'ProjectionLeaf', description: 'Kilotonnes of CO2 equivalent. Left out: not estimated.' })
export type ProjectionLeaf = z.infer<typeof ProjectionLeaf>

/** Removals by land stand below zero, as the IPCC guidelines have them; nothing else does, and no other gas than CO2. */
function checkSigns(values: Readonly<Record<string, object | undefined>>, context: z.core.$RefinementCtx): void {
  for (const [code, leaf] of Object.entries(values)) {
    for (const [field, value] of Object.entries(leaf ?? {})) {
      const mayBeNegative = categoryOf(code)?.land === true && field !== 'ch4' && field !== 'n2o'
      if (mayBeNegative || !String(value).startsWith('-')) continue
      context.addIssue({
        code: 'custom',
        path: [code, field],
        message: 'only CO2 of land may be below zero',
        input: value,
      })
    }
  }
}

/** Values by the code of their category, such as `1A1`. */
export const EmissionValues = z.partialRecord(CategoryCode, EmissionLeaf).superRefine(checkSigns)
export const ProjectionValues = z.partialRecord(CategoryCode, ProjectionLeaf).superRefine(checkSigns)

export const GwpSet = z
  .enum(['SAR', 'AR4', 'AR5'])
  .meta({ description: 'The IPCC report whose 100-year warming potentials make CO2 equivalents. AR5 under Paris.' })
export type GwpSet = z.infer<typeof GwpSet>

const asked = {
  revision: z.number().int().min(0).max(1_000_000).meta({
    description: 'The `revision` that was read; 0 where there is nothing yet. Refused where another is in force.',
  }),
  gwp: GwpSet.default('AR5'),
  remark: RecordReason.optional(),
}

const Csv = z.string().max(MAX_YEAR_CSV, 'must have at most 200000 characters').meta({
  description:
    'Comma- or semicolon-separated values with a header: `code` and a column for each value; other columns are passed over.',
})

/** The values of a category by their names; of both series. */
export type YearLeaf = Readonly<Partial<Record<string, string>>>
/** Values by the codes of their categories. */
export type YearValues = Readonly<Partial<Record<string, YearLeaf>>>

interface Series {
  /** In the ids of operations. */
  name: 'Inventory' | 'Projection'
  names: 'Inventories' | 'Projections'
  path: 'inventories' | 'projections'
  /** In summaries. */
  words: string
  leaf: z.ZodType<YearLeaf, YearLeaf>
  values: z.ZodType<YearValues, YearValues>
}

/** What there is to do with the years of a series. */
function yearsOf(series: Series) {
  const { name, names, path, words, leaf, values } = series
  const head = {
    year: z.number().int(),
    state: z.enum(['saved', 'finalised']).meta({ description: 'Nothing of a finalised year is changed any more.' }),
    ...recordFields,
    gwp: GwpSet,
    sha256: Hash.nullable().meta({
      description: 'Once it is finalised, SHA-256 of what `/national/statements/{sha256}` answers; null before.',
    }),
  }
  const Year = z
    .object({
      ...head,
      unit: z.literal('kt'),
      remark: z.string().nullable(),
      values: z.record(z.string(), leaf),
      totals: z
        .array(z.object({ category: z.string(), values: leaf }))
        .meta({ description: 'Sums of each category that has others below it, then `withoutLand` and `withLand`.' }),
    })
    .meta({
      id: name,
      description: `${words}. Everybody sees finalised ones; who wrote it and the government see all.`,
    })
  const one = { tag: 'Inventory', params: ByYear } as const
  const write = { ...one, method: 'POST', access: 'signed-in', command: true, status: 201, answer: Year } as const
  const problems = ['revision-stale', 'already-final', 'nothing-changes', 'date-wrong'] satisfies ProblemCode[]
  const base = `/national/${path}` as const
  return {
    write: defineOperation({
      ...write,
      id: `write${name}`,
      path: `${base}/{year}/versions`,
      summary: `Write ${words} as a new version`,
      body: z.strictObject({ ...asked, values }),
      problems,
    }),
    importCsv: defineOperation({
      ...write,
      id: `import${name}`,
      path: `${base}/{year}/csv`,
      summary: `Write ${words} as a new version, from CSV`,
      body: z.strictObject({ ...asked, csv: Csv }),
      problems,
    }),
    finalise: defineOperation({
      ...write,
      keys: 'never',
      id: `finalise${name}`,
      path: `${base}/{year}/finalisation`,
      summary: `Finalise ${words}, for good`,
      description: 'By somebody else than who wrote the version.',
      body: z.strictObject({ revision: RecordRevision }),
      problems: ['not-found', 'revision-stale', 'already-final', 'approval-not-distinct'],
    }),
    list: defineOperation({
      tag: 'Inventory',
      id: `list${names}`,
      method: 'GET',
      path: base,
      summary: `List the years of ${path}, newest first`,
      access: 'public',
      query: PageQuery,
      answer: pageOf(z.object(head).meta({ id: `${name}Head` })),
      problems: ['cursor-invalid'],
    }),
    read: defineOperation({
      ...one,
      id: `read${name}`,
      method: 'GET',
      path: `${base}/{year}`,
      summary: `Read ${words} with its totals`,
      access: 'public',
      answer: Year,
      problems: ['not-found'],
    }),
    exportCsv: defineOperation({
      ...one,
      id: `export${name}`,
      method: 'GET',
      path: `${base}/{year}/values.csv`,
      summary: `Download ${words} as CSV`,
      description:
        'Comma-separated values (RFC 4180) in UTF-8. A text that a spreadsheet would take for a formula has an apostrophe before it.',
      access: 'public',
      media: 'text/csv; charset=utf-8',
      answer: z.string(),
      problems: ['not-found'],
    }),
    versions: defineOperation({
      ...one,
      id: `list${name}Versions`,
      method: 'GET',
      path: `${base}/{year}/versions`,
      summary: `List what was done to ${words}, newest first`,
      access: 'signed-in',
      answer: RecordSteps,
      problems: ['not-found'],
    }),
  }
}

export type YearOperations = ReturnType<typeof yearsOf>

/** Greenhouse gas inventories, one for each year. */
export const inventoryOperations = yearsOf({
  name: 'Inventory',
  names: 'Inventories',
  path: 'inventories',
  words: 'the greenhouse gas inventory of a year',
  leaf: EmissionLeaf,
  values: EmissionValues,
})

/** Projections of emissions, one for each year. */
export const projectionOperations = yearsOf({
  name: 'Projection',
  names: 'Projections',
  path: 'projections',
  words: 'the projection of emissions for a year',
  leaf: ProjectionLeaf,
  values: ProjectionValues,
})

export const listInventoryCategories = defineOperation({
  id: 'listInventoryCategories',
  method: 'GET',
  path: '/national/inventory-categories',
  summary: 'List the categories of inventories and projections (IPCC 2006)',
  tag: 'Inventory',
  access: 'public',
  answer: z.object({
    items: z.array(
      z
        .object({
          code: z.string(),
          name: line(200).meta({ description: 'In the language that was asked for.' }),
          path: z.string().meta({ description: 'Name for programs, with those of the categories above.' }),
          parent: z.string().nullable(),
          leaf: z.boolean().meta({ description: 'Only leaves hold values; the others are their sums.' }),
          land: z.boolean().meta({ description: 'CO2 may be below zero, and the total without land leaves it out.' }),
        })
        .meta({ id: 'InventoryCategory' }),
    ),
  }),
})
