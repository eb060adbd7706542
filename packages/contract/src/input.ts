import type { z } from 'zod'
import en from './locales/input.en.json' with { type: 'json' }
import { type Locale, Speech } from './texts.ts'

const english: Locale = { lang: 'en-GB', dir: 'ltr', texts: en }
const speech = new Speech(english, english, 'UTC')

/**
 * What is wrong with a field, for people; for `safeParse(data, { error: inputSentence })`. A schema's own message goes
 * before it.
 */
export function inputSentence(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeSentence(issue.input, issue.expected, issue.path ?? [])
    case 'unrecognized_keys':
      return speech.say('unknown')
    case 'too_small':
      return boundSentence('small', issue.origin, issue.minimum)
    case 'too_big':
      return boundSentence('big', issue.origin, issue.maximum)
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

function typeSentence(input: unknown, expected: string, path: readonly unknown[]): string {
  if (input === undefined) return speech.say(path.length === 0 ? 'missing.body' : 'missing')
  return speech.say(speech.has(`type.${expected}`) ? `type.${expected}` : 'type')
}

function boundSentence(side: 'small' | 'big', origin: string, bound: number | bigint): string {
  const key = speech.has(`${side}.${origin}`) ? `${side}.${origin}` : side
  return speech.say(key, { bound: speech.number(BigInt(bound)) }, BigInt(bound))
}
