import countries from './countries.json' with { type: 'json' }
import lists from './data/lists.json' with { type: 'json' }
import { kept } from './memo.ts'
import { inLanguage } from './problem.ts'
import { type Column, type Field, type Lists, listsSchema, type TemplateLanguage, type Text } from './template.ts'

/** ISO 3166-1 alpha-2. Their names in each language are those of Unicode (CLDR). */
const COUNTRIES: ReadonlySet<string> = new Set(countries.split(' '))
/** Codes that ISO 3166-1 leaves to its users, such as XK: no choice that is offered, but taken where a registry uses one. */
const OWN_COUNTRY = /^X[A-Z]$/
/** ISO 4217. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

/** The lists of data/lists.json. */
export const LISTS: Lists = listsSchema.parse(lists)

/** Lists of codes, whose names the language knows. */
const CODES: Record<string, { codes: ReadonlySet<string>; type: 'region' | 'currency' }> = {
  countries: { codes: COUNTRIES, type: 'region' },
  currencies: { codes: CURRENCIES, type: 'currency' },
}

/** Names that `optionsOf` may have. */
export const listNames = (): string[] => [...Object.keys(CODES), ...Object.keys(LISTS)]

export const isCountry = (code: unknown): code is string =>
  typeof code === 'string' && (COUNTRIES.has(code) || OWN_COUNTRY.test(code))
export const isCurrency = (code: unknown): code is string => typeof code === 'string' && CURRENCIES.has(code)

const optionsOf = (leaf: Field | Column): readonly { value: string; label: Text }[] => {
  if (leaf.type !== 'enum' && leaf.type !== 'multi') return []
  return leaf.options ?? LISTS[leaf.optionsOf ?? ''] ?? []
}

/** Whether a value is one of the choices of an `enum` or `multi`. */
export function isOption(leaf: Field | Column, value: string): boolean {
  const codes = codesOf(leaf)
  if (codes?.type === 'region') return isCountry(value)
  return codes ? codes.codes.has(value) : optionsOf(leaf).some((option) => option.value === value)
}

/** The choices of a field, in their order, each with its words. */
export function choices(leaf: Field | Column, language: TemplateLanguage): { value: string; label: string }[] {
  const codes = codesOf(leaf)
  if (!codes) return optionsOf(leaf).map(({ value, label }) => ({ value, label: inLanguage(label, language) }))
  return [...codes.codes].map((value) => ({ value, label: codeName(codes.type, value, language) }))
}

/** The words of a choice; the value itself where it is none. */
export function choiceName(leaf: Field | Column, value: string, language: TemplateLanguage): string {
  const codes = codesOf(leaf)
  if (codes) return codeName(codes.type, value, language)
  const option = optionsOf(leaf).find((one) => one.value === value)
  return option ? inLanguage(option.label, language) : value
}

/** The words of a value of a shared list, such as `scopes`; the value itself where it is none of it. */
export function listedName(list: string, value: string, language: TemplateLanguage): string {
  const option = LISTS[list]?.find((one) => one.value === value)
  return option ? inLanguage(option.label, language) : value
}

export const countryName = (code: string, language: TemplateLanguage): string => codeName('region', code, language)

function codesOf(leaf: Field | Column) {
  const name = leaf.type === 'enum' || leaf.type === 'multi' ? leaf.optionsOf : undefined
  return name !== undefined && Object.hasOwn(CODES, name) ? CODES[name] : undefined
}

const names = new Map<string, Intl.DisplayNames>()

function codeName(type: 'region' | 'currency', code: string, language: TemplateLanguage): string {
  const display = kept(
    names,
    `${type} ${language}`,
    () => new Intl.DisplayNames([language], { type, fallback: 'code' }),
  )
  try {
    return display.of(code) ?? code
  } catch {
    return code // not of the form of a code
  }
}
