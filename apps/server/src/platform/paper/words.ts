import { type Locale, Speech } from '@tallystick/contract'
import ar from './locales/paper.ar.json' with { type: 'json' }
import en from './locales/paper.en.json' with { type: 'json' }
import es from './locales/paper.es.json' with { type: 'json' }
import fr from './locales/paper.fr.json' with { type: 'json' }

/** Languages that papers are written in, beyond those of the pages. */
export const PAPER_LANGUAGES = ['en', 'fr', 'es', 'ar'] as const
export type PaperLanguage = (typeof PAPER_LANGUAGES)[number]

/** A family of texts for papers; a language that lacks a key of English does not compile. */
export type PaperFamily<Texts> = Readonly<Record<PaperLanguage, { readonly [Key in keyof Texts]: Texts[Key] }>>

/** The words of the frame around what a paper says. */
export type FrameWords = { readonly [Key in keyof typeof en]: string }
const words: PaperFamily<typeof en> = { en, fr, es, ar }

/** Digits are those of serial numbers in every language, so that papers can be compared with the ledger. */
const LOCALES: Readonly<Record<PaperLanguage, Omit<Locale, 'texts'>>> = {
  en: { lang: 'en-GB', dir: 'ltr' },
  fr: { lang: 'fr', dir: 'ltr' },
  es: { lang: 'es', dir: 'ltr' },
  ar: { lang: 'ar-u-ca-gregory-hc-h23-nu-latn', dir: 'rtl' },
}

/** In the language of a paper; in English where we do not speak it. */
export function frameWords(language: string): FrameWords {
  const [primary] = language.toLowerCase().split('-', 1)
  return words[PAPER_LANGUAGES.find((one) => one === primary) ?? 'en']
}

/** Texts, numbers and dates of a paper. */
export function paperSpeech<Texts extends Locale['texts']>(
  texts: PaperFamily<Texts>,
  language: PaperLanguage,
  timeZone: string,
): Speech {
  const [own, english] = [texts[language], texts.en]
  return new Speech({ ...LOCALES[language], texts: own }, { ...LOCALES.en, texts: english }, timeZone)
}
