import ar from './locales/ar.json' with { type: 'json' }
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }
import type { TemplateLanguage, Text } from './template.ts'

type Words = typeof en
/** The engine's own words; those of a template stand in its data file. */
export const WORDS: Record<TemplateLanguage, Words> = { en, fr, es, ar }

export type ProblemCode = keyof Words['problems']

/** What is wrong at one place of a document. */
export interface Problem {
  /** `A2.locations.0.name`; the whole document is the empty path. */
  path: string
  code: ProblemCode
  params: Record<string, string>
  /** A warning does not keep a document from being final. */
  severity: 'error' | 'warning'
  /** Of a template's own check: its key, and its message with places for `params`. */
  check?: string
  message?: Text
}

/** An error at a place. */
export function problemOf(code: ProblemCode, path: string, params: Problem['params'] = {}): Problem {
  return { path, code, params, severity: 'error' }
}

/** Problems with which a value cannot even be kept in a draft: it is not of the form of its field. */
const FORM: readonly ProblemCode[] = ['form', 'unknown', 'limit', 'geometry', 'auto', 'template', 'size', 'own']
export const isOfForm = ({ code }: Problem): boolean => FORM.includes(code)

/** The words for a text that may not be there in a language: then in English, then in any. */
export const inLanguage = (text: Text, language: TemplateLanguage): string =>
  text[language] ?? text.en ?? Object.values(text)[0] ?? ''

/** A text with its places `{name}` filled. */
export function filledIn(text: string, params: Record<string, string>): string {
  const known = new Map(Object.entries(params))
  return text.replace(/\{([A-Za-z]+)\}/g, (place, name: string) => known.get(name) ?? place)
}

/** A problem as a sentence. */
export function sentence({ code, message, params }: Problem, language: TemplateLanguage): string {
  if (code === 'check' && message) return filledIn(inLanguage(message, language), params)
  const { forms, problems } = WORDS[language]
  const form = code === 'form' ? new Map(Object.entries(forms)).get(params.type ?? '') : undefined
  return form ?? filledIn(problems[code], params)
}
