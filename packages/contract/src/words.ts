import type { Family } from './languages.ts'
import en from './locales/words.en.json' with { type: 'json' }
import es from './locales/words.es.json' with { type: 'json' }
import fr from './locales/words.fr.json' with { type: 'json' }

/** Words for the states, moves, documents and tasks of the presets that ship; a preset of a country's own may have others. */
export const WORDS: Family<typeof en> = { en, fr, es }
