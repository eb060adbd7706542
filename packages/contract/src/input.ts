import type { z } from 'zod'
import { type Family, LANGUAGES, type Language, localeOf } from './languages.ts'
import en from './locales/input.en.json' with { type: 'json' }
import es from './locales/input.es.json' with { type: 'json' }
import fr from './locales/input.fr.json' with { type: 'json' }
import { Speech } from './texts.ts'

const texts: Family<typeof en> = { en, fr, es }
const english = localeOf('en', en)
const speeches = Object.fromEntries(
  LANGUAGES.map((language) => [language, new Speech(localeOf(language, texts[language]), english, 'UTC')]),
) as Record<Language, Speech>

/** Where an English text stands that has no places to fill. */
const keys: ReadonlyMap<string, string> = new Map(
  Object.entries(en).flatMap(([key, text]): [string, string][] => (typeof text === 'string' ? [[text, key]] : [])),
)

/**
 * What is wrong with a field, for people; for `safeParse(data, { error: inputSentence })`. A schema's own message goes
 * before it.
 */
export function inputSentence(issue: z.core.$ZodRawIssue): string {
  return sentenceIn(speeches.en, issue)
}

/** The same in a language. */
export function inputSentencesIn(language: Language): (issue: z.core.$ZodRawIssue) => string {
  return (issue) => sentenceIn(speeches[language], issue)
}

/** Those that hold one number, such as `must have at most {bound} characters`. */
const numbered: readonly { key: string; before: string; after: string }[] = Object.entries(en).flatMap(
  ([key, text]) => {
    const [before = '', after, ...more] = (typeof text === 'string' ? text : text.other).split('{bound}')
    return after === undefined || more.length > 0 ? [] : [{ key, before, after }]
  },
)

/**
 * A message that code gives in English, in a language: found by its English text, as schemas and refusals carry it. A
 * text that is not among ours, such as a code or a value, stays as it is.
 */
export function inputTextIn(language: Language, text: string): string {
  if (language === 'en') return text
  const speech = speeches[language]
  const key = keys.get(text)
  if (key !== undefined) return speech.say(key)
  for (const { key, before, after } of numbered) {
    if (!text.startsWith(before) || !text.endsWith(after)) continue
    const bound = text.slice(before.length, text.length - after.length)
    if (/^\d{1,15}$/.test(bound)) return speech.say(key, { bound: speech.number(BigInt(bound)) }, BigInt(bound))
  }
  return text
}

function sentenceIn(speech: Speech, issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeSentence(speech, issue.input, issue.expected, issue.path ?? [])
    case 'unrecognized_keys':
      return speech.say('unknown')
    case 'too_small':
      return boundSentence(speech, 'small', issue.origin, issue.minimum)
    case 'too_big':
      return boundSentence(speech, 'big', issue.origin, issue.maximum)
    case 'invalid_format':
      return speech.say('format')
    case 'invalid_value':
      return speech.say(issue.values.length === 1 ? 'value.one' : 'value', {
        allowed: issue.values.map(String).join(', '),
      })
    default:
      return speech.say('other')
  }
}

function typeSentence(speech: Speech, input: unknown, expected: string, path: readonly unknown[]): string {
  if (input === undefined) return speech.say(path.length === 0 ? 'missing.body' : 'missing')
  return speech.say(speech.has(`type.${expected}`) ? `type.${expected}` : 'type')
}

function boundSentence(speech: Speech, side: 'small' | 'big', origin: string, bound: number | bigint): string {
  const key = speech.has(`${side}.${origin}`) ? `${side}.${origin}` : side
  return speech.say(key, { bound: speech.number(BigInt(bound)) }, BigInt(bound))
}
