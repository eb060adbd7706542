import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FormatId, isFormatId } from '@tallystick/serials'
import { z } from 'zod'
import { DATE_HELP, dateForm, NUMBER_HELP, numberForm } from './forms.ts'
import { ImportError } from './messages.ts'
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

const NumberFormat = z.string().transform((example, context) => {
  const form = numberForm(example)
  if (!form) context.addIssue({ code: 'custom', message: NUMBER_HELP })
  return form ?? z.NEVER
})

/**
 * A column read as it stands, without the characters that it always begins with, or by a list of words with what each
 * stands for; a text that does not begin so, and other words, are refused.
 */
const TextColumn = z.strictObject({
  column: Column,
  without: z.string().min(1).optional(),
  words: z.record(z.string(), z.string().min(1)).optional(),
})
export type TextColumn = z.infer<typeof TextColumn>

const DayColumn = z.strictObject({ column: Column, date: DayFormat, mayBeEmpty: z.boolean().default(false) })
export type DayColumn = z.infer<typeof DayColumn>

const NumberColumn = z.strictObject({ column: Column, number: NumberFormat })

/** What a fact inside the serial number must be equal to. */
const Agreement = TextColumn.extend({ date: DayFormat.optional() })

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
    words: z.record(z.string(), Fate),
    on: DayColumn.optional(),
  }),
  z.strictObject({ rule: z.literal('by-date'), column: Column, date: DayFormat, dated: Fate, undated: Fate }),
])
type FateRule = z.infer<typeof FateRule>

const schema = z
  .strictObject({
    /** For readers; the program does not look at it. */
    about: z.string().optional(),
    /** Part of the identity of each row: a mapping that is renamed makes its rows new ones. */
    name: Name,
    registry: RegistryCode,
    /** `issuance`: rows say that units were issued; `transaction`: that, and what became of them; `retirement`: only their end. */
    kind: z.enum(['issuance', 'transaction', 'retirement']),
    /** What stands between two values. */
    separator: z.enum([',', ';', '\t', '|']).default(','),
    serial: z.strictObject({
      column: Column,
      /** Formats of `@tallystick/serials` that the column holds, each with the columns that its facts agree with. */
      formats: z.record(z.string(), Agreements).default({}),
      /** Further ways of writing, in the mapping's own words. */
      patterns: z.array(OwnPattern).max(10).default([]),
    }),
    quantity: NumberColumn,
    project: TextColumn,
    vintage: z.strictObject({ column: Column, date: DateFormat }),
    unitType: z.union([z.strictObject({ value: UnitType }), TextColumn], {
      error: 'must be {"value": "…"} or {"column": "…"}, the second with "words" if they are to be translated',
    }),
    issuedOn: DayColumn.optional(),
    fate: FateRule,
    /** Pairs of days of which the second must not be before the first; not asked where one is empty. */
    inOrder: z
      .array(z.tuple([DayColumn, DayColumn]))
      .max(10)
      .default([]),
    /** Whatever else is kept of a row, under our words; public only where the opening is shown. */
    facts: z
      .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'must be a word such as projectName'), Column)
      .default({}),
  })
  .superRefine((mapping, context) => {
    const ids = Object.keys(mapping.serial.formats)
    const path = ['serial', 'formats']
    if (ids.length + mapping.serial.patterns.length === 0) {
      context.addIssue({ code: 'custom', path, message: 'must name at least one format, or patterns must have one' })
    }
    for (const id of ids.filter((id) => !isForeignFormat(id))) {
      context.addIssue({ code: 'custom', path: [...path, id], message: 'is not a serial format of another registry' })
    }
    for (const fate of unfit(mapping.kind, mapping.fate)) {
      context.addIssue({
        code: 'custom',
        path: ['fate'],
        message: `a file of the kind ${mapping.kind} has no ${fate} units`,
      })
    }
  })

/** What the columns of one registry's file mean. */
export type Mapping = z.infer<typeof schema>

function isForeignFormat(id: string): id is FormatId {
  return isFormatId(id) && id !== 'national'
}

export function formatsOf(mapping: Mapping): FormatId[] {
  return Object.keys(mapping.serial.formats).filter(isForeignFormat)
}

function fatesOf(rule: FateRule): Fate[] {
  if (rule.rule === 'always') return [rule.fate]
  return rule.rule === 'by-date' ? [rule.dated, rule.undated] : Object.values(rule.words)
}

function unfit(kind: Mapping['kind'], rule: FateRule): Fate[] {
  if (kind === 'transaction') return []
  return fatesOf(rule).filter((fate) => (fate === 'active') !== (kind === 'issuance'))
}

/** The columns that the mapping speaks of, each once: together they are what a row is known by. */
export function columnsOf(mapping: Mapping): string[] {
  const { serial, quantity, project, vintage, unitType, issuedOn, fate, inOrder, facts } = mapping
  const agreeing = [...Object.values(serial.formats), ...serial.patterns.map(({ agrees }) => agrees)]
  const agreements = agreeing.flatMap((agrees) => Object.values(agrees))
  const onFate = fate.rule === 'by-date' ? [fate] : [...(fate.rule === 'by-word' ? [fate] : []), fate.on]
  const named = [serial, quantity, project, vintage, unitType, issuedOn, ...onFate, ...agreements, ...inOrder.flat()]
  const columns = named.flatMap((part) => (part && 'column' in part ? [part.column] : []))
  return [...new Set([...columns, ...Object.values(facts)])]
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
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ImportError('mapping-unreadable', { path, reason: error.code ?? error.message })
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
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => `\n  ${issue.path.join('.') || '(the whole)'}: ${issue.message}`)
  throw new ImportError('mapping-wrong', { path, issues: issues.join('') })
}
