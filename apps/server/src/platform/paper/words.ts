import ar from './locales/paper.ar.json' with { type: 'json' }
import en from './locales/paper.en.json' with { type: 'json' }
import es from './locales/paper.es.json' with { type: 'json' }
import fr from './locales/paper.fr.json' with { type: 'json' }

/** The words of the frame around what a paper says. */
export type FrameWords = { readonly [Key in keyof typeof en]: string }

/** Languages that papers are written in, beyond those of the pages. */
export const PAPER_LANGUAGES = ['en', 'fr', 'es', 'ar'] as const
export type PaperLanguage = (typeof PAPER_LANGUAGES)[number]

/** A family of texts for papers; a language that lacks a key of English does not compile. */
export type PaperFamily<Texts> = Readonly<Record<PaperLanguage, { readonly [Key in keyof Texts]: Texts[Key] }>>

const words: PaperFamily<typeof en> = { en, fr, es, ar }

/** In the language of a paper; in English where we do not speak it. */
export function frameWords(language: string): FrameWords {
  const [primary] = language.toLowerCase().split('-', 1)
  return words[PAPER_LANGUAGES.find((one) => one === primary) ?? 'en']
}
