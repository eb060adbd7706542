import countries from './countries.json' with { type: 'json' }
import lists from './data/lists.json' with { type: 'json' }
import { kept } from './memo.ts'
import { inLanguage } from './problem.ts'
import { type Field, listsSchema, type TemplateLanguage, type Text } from './template.ts'

/** What may be chosen, and how it is called in each language; a value that is none is called by itself. */
interface Choices {
  values: ReadonlySet<string>
  name: (value: string, language: TemplateLanguage) => string
}

const CODES = { region: /^[A-Z]{2}$/, currency: /^[A-Z]{3}$/ }
const names = new Map<string, Intl.DisplayNames>()

/** Codes, whose names in each language are those of Unicode (CLDR). */
const ofCodes = (codes: readonly string[], type: 'region' | 'currency'): Choices => ({
  values: new Set(codes),
  name: (code, language) => {
    const make = () => new Intl.DisplayNames([language], { type, fallback: 'code' })
    return CODES[type].test(code) ? (kept(names, `${type} ${language}`, make).of(code) ?? code) : code
  },
})

type Options = readonly { value: string; label: Text }[]
const ofOptions = (options: Options): Choices => {
  const labels = new Map(options.map(({ value, label }) => [value, label]))
  return {
    values: new Set(labels.keys()),
    name: (value, language) => inLanguage(labels.get(value) ?? { en: value }, language),
  }
}

/** ISO 3166-1 alpha-2; ISO 4217; the lists of data/lists.json. */
const LISTS: ReadonlyMap<string, Choices> = new Map([
  ['countries', ofCodes(countries.split(' '), 'region')],
  ['currencies', ofCodes(Intl.supportedValuesOf('currency'), 'currency')],
  ...Object.entries(listsSchema.parse(lists)).map(([name, list]) => [name, ofOptions(list)] as const),
])
const NONE = ofOptions([])

/** Names that `optionsOf` may have. */
export const listNames = (): string[] => [...LISTS.keys()]
const listOf = (name: string): Choices => LISTS.get(name) ?? NONE

/** Codes that are taken beside those of a list: what ISO 3166-1 leaves to its users, such as XK; a country's own types of units. */
const TAKEN: ReadonlyMap<string, RegExp> = new Map([
  ['countries', /^X[A-Z]$/],
  ['unitTypes', /^[A-Z0-9]{3,4}$/],
])
const isListed = (list: string, value: unknown): value is string =>
  typeof value === 'string' && (listOf(list).values.has(value) || TAKEN.get(list)?.test(value) === true)

export const isCountry = (code: unknown): code is string => isListed('countries', code)
export const isCurrency = (code: unknown): code is string => isListed('currencies', code)

function choicesOf(leaf: Field): Choices {
  if (leaf.type !== 'enum' && leaf.type !== 'multi') return NONE
  const { options, optionsOf = '' } = leaf
  return options ? ofOptions(options) : listOf(optionsOf)
}

/** Whether a value is one of the choices of an `enum` or `multi`. */
export const isOption = (leaf: Field, value: string): boolean =>
  choicesOf(leaf).values.has(value) || ('optionsOf' in leaf && isListed(leaf.optionsOf ?? '', value))

/** The words of a choice; the value itself where it is none. */
export const choiceName = (leaf: Field, value: string, language: TemplateLanguage): string =>
  choicesOf(leaf).name(value, language)

/** The words of a value of a shared list, such as `scopes` or `countries`; the value itself where it is none of it. */
export const listedName = (list: string, value: string, language: TemplateLanguage): string =>
  listOf(list).name(value, language)
