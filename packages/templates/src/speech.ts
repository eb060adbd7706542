import { kept } from './memo.ts'
import { DECIMAL, isDate } from './number.ts'
import type { TemplateLanguage } from './template.ts'

/** Arabic documents keep Western digits and calendar, as the papers of the United Nations do: figures are the same in each language. */
const TAGS: Record<TemplateLanguage, string> = { en: 'en-GB', fr: 'fr', es: 'es', ar: 'ar-u-ca-gregory-nu-latn' }

const numbers = new Map<string, Intl.NumberFormat>()
const dates = new Map<TemplateLanguage, Intl.DateTimeFormat>()

/** A decimal of a document, all its digits, with the marks of the language. What is no decimal stays as it is. */
export function numberText(text: string, language: TemplateLanguage): string {
  if (!DECIMAL.test(text)) return text
  const digits = text.split('.')[1]?.length ?? 0
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  const make = () => new Intl.NumberFormat(TAGS[language], { ...fraction, useGrouping: 'min2' })
  return kept(numbers, `${language} ${digits}`, make).format(text as `${number}`)
}

/** A date in words. What is no date stays as it is. */
export function dateText(json: unknown, language: TemplateLanguage): string {
  if (!isDate(json)) return typeof json === 'string' ? json : ''
  const make = () => new Intl.DateTimeFormat(TAGS[language], { dateStyle: 'long', timeZone: 'UTC' })
  return kept(dates, language, make).format(new Date(`${json}T00:00:00Z`))
}
