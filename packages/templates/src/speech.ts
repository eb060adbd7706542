import { isDate } from './date.ts'
import { kept } from './memo.ts'
import { isDecimal } from './number.ts'
import type { TemplateLanguage } from './template.ts'

/** Arabic documents keep Western digits and calendar, as the papers of the United Nations do: figures are the same in each language. */
const TAGS: Record<TemplateLanguage, string> = { en: 'en-GB', fr: 'fr', es: 'es', ar: 'ar-u-ca-gregory-nu-latn' }

const numbers = new Map<TemplateLanguage, Intl.NumberFormat>()
const dates = new Map<TemplateLanguage, Intl.DateTimeFormat>()

/** A decimal of a document, all its digits, with the marks of the language. What is no decimal stays as it is. */
export function numberText(text: string, language: TemplateLanguage): string {
  if (!isDecimal(text)) return text
  const places = text.split('.')[1]?.length ?? 0
  const format = kept(
    numbers,
    language,
    () => new Intl.NumberFormat(TAGS[language], { maximumFractionDigits: 0, useGrouping: 'min2' }),
  )
  const [whole = '', fraction] = [text.split('.')[0], text.split('.')[1]]
  const grouped = format.format(BigInt(whole))
  const sign = whole.startsWith('-') && BigInt(whole) === 0n ? '-' : ''
  return places === 0 ? grouped : `${sign}${grouped}${pointOf(language)}${fraction}`
}

const pointOf = (language: TemplateLanguage): string =>
  new Intl.NumberFormat(TAGS[language]).formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.'

/** A date in words. What is no date stays as it is. */
export function dateText(json: unknown, language: TemplateLanguage): string {
  if (!isDate(json)) return typeof json === 'string' ? json : ''
  const format = kept(
    dates,
    language,
    () => new Intl.DateTimeFormat(TAGS[language], { dateStyle: 'long', timeZone: 'UTC' }),
  )
  return format.format(new Date(`${json}T00:00:00Z`))
}
