import lists from './data/lists.json' with { type: 'json' }
import { kept } from './memo.ts'
import { inLanguage } from './problem.ts'
import { type Column, type Field, type Lists, listsSchema, type TemplateLanguage, type Text } from './template.ts'

/** ISO 3166-1 alpha-2. Their names in each language are those of Unicode (CLDR). */
const COUNTRIES: ReadonlySet<string> = new Set(
  `
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
`
    .trim()
    .split(/\s+/),
)
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
