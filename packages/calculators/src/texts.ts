import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }
import type { GateCode, Problem, Warning } from './problem.ts'

export const LANGUAGES = ['en', 'fr', 'es'] as const
export type Language = (typeof LANGUAGES)[number]

const all: Record<Language, typeof en> = { en, fr, es }

/** The title of a method. */
export const methodText = (id: string, language: Language = 'en'): string => entry(all[language].methods, id)

/** What an input is called: its own name in this method, else that which all methods share. */
export function inputText(method: string, key: string, language: Language = 'en'): string {
  const { inputs } = all[language]
  return entry(inputs, `${method} ${key}`, entry(inputs, key))
}

export const optionText = (value: string, language: Language = 'en'): string => entry(all[language].choices, value)

/** The condition of eligibility that a gate stands for, with its places not filled. */
export const gateText = (code: GateCode, language: Language = 'en'): string => all[language].rules[code]

/** What is wrong with what was given, as a sentence. */
export function problemText({ code, at, facts }: Problem, language: Language = 'en'): string {
  const { problems, gates } = all[language]
  const reason = facts.gate === undefined ? '' : filled(entry(gates, facts.gate), facts)
  return filled(problems[code], { ...facts, at, reason })
}

/** What a reader of a result must know, as a sentence. */
export function warningText({ code, facts }: Warning, language: Language = 'en'): string {
  return filled(all[language].warnings[code], facts)
}

function entry(texts: Readonly<Record<string, string>>, key: string, otherwise = key): string {
  return (Object.hasOwn(texts, key) ? texts[key] : undefined) ?? otherwise
}

/** A text with its places filled; the unit of a plain number is not written. */
function filled(text: string, facts: Readonly<Record<string, string>>): string {
  const whole = facts.unit === '1' ? text.replaceAll(' {unit}', '') : text
  return whole.replace(/\{(\w+)\}/g, (place, name) => facts[name] ?? place)
}
