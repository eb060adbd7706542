import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FormatId, isFormatId } from '@tallystick/serials'
import { z } from 'zod'
import { DATE_HELP, dateForm, NUMBER_HELP, numberForm } from './forms.ts'
import { detail, ImportError, whyNot } from './messages.ts'
import { patternFlaw } from './serial-pattern.ts'

const folder = join(import.meta.dirname, 'mappings')

const Name = z.string().regex(/^[a-z][a-z0-9-]{1,59}$/, 'must be 2 to 60 characters of a-z, 0-9 and -')
const RegistryCode = z
  .string()
  .regex(/^(?!national$)[a-z][a-z0-9-]{1,39}$/, 'must be 2 to 40 characters of a-z, 0-9 and -, and not national')
const Column = z.string().trim().min(1, 'must be the name of a column')
const UnitType = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$/, 'must be 1 to 20 letters, digits, . or -')
const Fate = z.enum(['active', 'retired', 'cancelled'])
export type Fate = z.infer<typeof Fate>

const DateFormat = z.string().transform((pattern, context) => {
  const form = dateForm(pattern)
  if (!form) context.addIssue({ code: 'custom', message: DATE_HELP })
  return form ?? z.NEVER
})

const DayFormat = DateFormat.refine((form) => form.whole, 'must name the day, the month and the year')

/** Words of a file, each with what it stands for. */
function Words<Meaning extends z.ZodType<string>>(meaning: Meaning) {
  return z
    .record(z.string(), meaning)
    .refine((words) => Object.keys(words).every((word) => word.split('*').length <= 2), 'a word may have one * at most')
}

const NumberFormat = z.string().transform((example, context) => {
  const form = numberForm(example)
  if (!form) context.addIssue({ code: 'custom', message: NUMBER_HELP })
  return form ?? z.NEVER
})

/**
 * A column read as it stands, without the characters that it always begins with, or by a list of words with what each
 * stands for (`wordForm`); a text that does not begin so, and other words, are refused.
 */
const TextColumn = z.strictObject({
  column: Column,
  without: z.string().min(1).optional(),
  words: Words(z.string().min(1)).optional(),
})
export type TextColumn = z.infer<typeof TextColumn>

const DayColumn = z.strictObject({ column: Column, date: DayFormat, mayBeEmpty: z.boolean().default(false) })
export type DayColumn = z.infer<typeof DayColumn>

const NumberColumn = z.strictObject({ column: Column, number: NumberFormat })

/** What a fact inside the serial number must be equal to: as a text, a day or year, or a number that may be padded. */
const Agreement = TextColumn.extend({ date: DateFormat.optional(), zeros: z.literal('ignored').optional() })

const Agreements = z.record(z.string(), Agreement)
export type Agreements = z.infer<typeof Agreements>

const OwnPattern = z
  .strictObject({ text: z.string().max(200), space: z.string().max(200), agrees: Agreements.default({}) })
  .superRefine((pattern, context) => {
    const message = patternFlaw(pattern, Object.keys(pattern.agrees))
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

const FateRule = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('always'), fate: Fate, on: DayColumn.optional() }),
  z.strictObject({
    rule: z.literal('by-word'),
    column: Column,
    words: Words(Fate),
    on: DayColumn.optional(),
  }),
  z.strictObject({ rule: z.literal('by-date'), column: Column, date: DayFormat, dated: Fate, undated: Fate }),
])
export type FateRule = z.infer<typeof FateRule>

/** A fact as it stands in the column, or as the number that is written there. */
const Fact = z.union([Column.transform((column) => ({ column, number: undefined })), NumberColumn], {
  error: 'must be the name of a column, or {"column": "…", "number": "1234.0"}',
})

const ofEveryFile = {
  /** For readers; the program does not look at it. */
  about: z.string().optional(),
  /** Part of the identity of each row: a mapping that is renamed makes its rows new ones. */
  name: Name,
  registry: RegistryCode,
  /** What stands between two values. */
  separator: z.enum([',', ';', '\t', '|']).default(','),
  project: TextColumn,
  /** Pairs of days of which the second must not be before the first; not asked where one is empty. */
  inOrder: z
    .array(z.tuple([DayColumn, DayColumn]))
    .max(10)
    .default([]),
  /** Whatever else is kept of a row, under our words; public only where the opening is shown. */
  facts: z.record(z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'must be a word such as projectName'), Fact).default({}),
}

const ProjectsMapping = z.strictObject({ ...ofEveryFile, kind: z.literal('project') })
export type ProjectsMapping = z.infer<typeof ProjectsMapping>

const SerialColumn = z
  .strictObject({
    column: Column,
    /** May a row be without serial numbers? It then tells how many units were issued, and no more. */
    mayBeEmpty: z.boolean().default(false),
    /** Formats of `@tallystick/serials` that the column holds, each with the columns that its facts agree with. */
    formats: z.record(z.string(), Agreements).default({}),
    /** Further ways of writing, in the mapping's own words. */
    patterns: z.array(OwnPattern).max(10).default([]),
  })
  .superRefine(({ formats, patterns }, context) => {
    const ids = Object.keys(formats)
    if (ids.length + patterns.length === 0) {
      const message = 'must name at least one format, or patterns must have one'
      context.addIssue({ code: 'custom', path: ['formats'], message })
    }
    for (const id of ids.filter((id) => !isForeignFormat(id))) {
      const message = 'is not a serial format of another registry'
      context.addIssue({ code: 'custom', path: ['formats', id], message })
    }
  })

const UnitsMapping = z
  .strictObject({
    ...ofEveryFile,
    /** `issuance`: rows say that units were issued; `transaction`: that, and what became of them; `retirement`: only their end. */
    kind: z.enum(['issuance', 'transaction', 'retirement'], 'must be issuance, transaction, retirement or project'),
    /** Left out for a file of issuances that tells no serial numbers. */
    serial: SerialColumn.optional(),
    quantity: NumberColumn,
    vintage: z.strictObject({ column: Column, date: DateFormat }),
    unitType: z.union([z.strictObject({ value: UnitType }), TextColumn], {
      error: 'must be {"value": "…"} or {"column": "…"}, the second with "words" if they are to be translated',
    }),
    issuedOn: DayColumn.optional(),
    /** Left out for issuances: units are active. */
    fate: FateRule.optional(),
    /** What tells a row without serial numbers from another of the same project, vintage, type, day and quantity. */
    identity: z.array(Column).max(10).default([]),
    /**
     * Rows of one file without serial numbers that are equal in all this: as many issuances as differ in any other column,
     * or one issuance, or as many as there are.
     */
    repeats: z.enum(['differing', 'once', 'count']).default('differing'),
  })
  .superRefine((mapping, context) => {
    const flaw = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message })
    const { kind, serial, fate, identity, repeats } = mapping
    const hasLots = kind === 'issuance' && (!serial || serial.mayBeEmpty)
    if (kind !== 'issuance' && !serial) flaw(['serial'], `is needed in a file of the kind ${kind}`)
    if (kind !== 'issuance' && serial?.mayBeEmpty) {
      flaw(['serial', 'mayBeEmpty'], 'only issuances can be without serial numbers')
    }
    if (kind !== 'issuance' && !fate) flaw(['fate'], `is needed in a file of the kind ${kind}`)
    if (!hasLots && (identity.length > 0 || repeats !== 'differing')) {
      flaw([identity.length > 0 ? 'identity' : 'repeats'], 'is for rows without serial numbers; here all have them')
    }
    for (const one of fate ? unfit(kind, fate) : []) flaw(['fate'], `a file of the kind ${kind} has no ${one} units`)
  })
export type UnitsMapping = z.infer<typeof UnitsMapping>

/** What the columns of one registry's file mean. */
export type Mapping = UnitsMapping | ProjectsMapping

function isForeignFormat(id: string): id is FormatId {
  return isFormatId(id) && id !== 'national'
}

export type SerialColumn = z.infer<typeof SerialColumn>

export function formatsOf(serial: SerialColumn): FormatId[] {
  return Object.keys(serial.formats).filter(isForeignFormat)
}

function fatesOf(rule: FateRule): Fate[] {
  if (rule.rule === 'always') return [rule.fate]
  return rule.rule === 'by-date' ? [rule.dated, rule.undated] : Object.values(rule.words)
}

function unfit(kind: UnitsMapping['kind'], rule: FateRule): Fate[] {
  if (kind === 'transaction') return []
  return fatesOf(rule).filter((fate) => (fate === 'active') !== (kind === 'issuance'))
}

/** The columns that the mapping speaks of, each once: together they are what a row is known by. */
export function columnsOf(mapping: Mapping): string[] {
  const named = [mapping.project, ...mapping.inOrder.flat(), ...Object.values(mapping.facts), ...unitColumns(mapping)]
  return [...new Set(named.flatMap((part) => (part && 'column' in part ? [part.column] : [])))]
}

function unitColumns(mapping: Mapping) {
  if (mapping.kind === 'project') return []
  const { serial, quantity, vintage, unitType, issuedOn, fate, identity } = mapping
  const agreeing = serial ? [...Object.values(serial.formats), ...serial.patterns.map(({ agrees }) => agrees)] : []
  const agreements = agreeing.flatMap((agrees) => Object.values(agrees))
  const onFate = fate?.rule === 'by-date' ? [fate] : [...(fate?.rule === 'by-word' ? [fate] : []), fate?.on]
  return [
    serial,
    quantity,
    vintage,
    unitType,
    issuedOn,
    ...onFate,
    ...agreements,
    ...identity.map((column) => ({ column })),
  ]
}

/** Names of the mappings that come with the program. */
export async function mappingNames(): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()
}

/**
 * Reads a mapping that comes with the program by its name, or any by the path of its file. Throws an ImportError that
 * names every field that is wrong.
 */
export async function loadMapping(nameOrPath: string): Promise<Mapping> {
  const isPath = /[/\\.]/.test(nameOrPath)
  if (!isPath && !(await mappingNames()).includes(nameOrPath)) {
    throw new ImportError('mapping-unknown', { name: nameOrPath, names: (await mappingNames()).join(', ') })
  }
  const path = isPath ? nameOrPath : join(folder, `${nameOrPath}.json`)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ImportError('mapping-unreadable', { path, reason: whyNot(error, path) })
  })
  return parseMapping(text, path)
}

export function parseMapping(text: string, path: string): Mapping {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new ImportError('mapping-not-json', { path, reason: error instanceof Error ? error.message : String(error) })
  }
  const isOfProjects = typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'project'
  const parsed = (isOfProjects ? ProjectsMapping : UnitsMapping).safeParse(value, { error: wrongness })
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => `\n  ${issue.path.join('.') || '(the whole)'}: ${issue.message}`)
  throw new ImportError('mapping-wrong', { path, issues: issues.join('') })
}

/** What is wrong with a field, for those that say nothing of their own. */
function wrongness(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return detail(issue.input === undefined ? 'missing' : issue.expected)
  if (issue.code === 'invalid_value') return oneOf(issue.values)
  if (issue.code === 'invalid_union' && Array.isArray(issue.options)) return oneOf(issue.options)
  if (issue.code === 'invalid_key') return issue.issues[0]?.message
  return undefined
}

function oneOf(values: readonly unknown[]): string | undefined {
  return detail('one-of', { values: values.map((value) => JSON.stringify(value)).join(', ') })
}
