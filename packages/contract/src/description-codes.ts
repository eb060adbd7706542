import mitigationTypes from './data/mitigation-types.json' with { type: 'json' }
import sectors from './data/sectors.json' with { type: 'json' }
import { type Family, type Language, localeOf } from './languages.ts'
import en from './locales/description.en.json' with { type: 'json' }
import es from './locales/description.es.json' with { type: 'json' }
import fr from './locales/description.fr.json' with { type: 'json' }
import { Speech } from './texts.ts'

interface Sector {
  /** Sectoral scopes of the CDM that belong to it; null: any. */
  scopes: readonly string[] | null
  /** Types of mitigation that belong to it; null: any. */
  types: readonly string[] | null
}

/** Sectors, with the sectoral scopes and types of mitigation of each. */
export const SECTORS: ReadonlyMap<string, Sector> = new Map(Object.entries(sectors))

/** Types of mitigation, with the sub-types of each. */
export const MITIGATION_TYPES: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(mitigationTypes))

export const GASES = ['CO2', 'CH4', 'N2O', 'HFCs', 'PFCs', 'SF6', 'NF3'] as const

/** How a project is paid for. */
export const FINANCING = [
  'own-funds',
  'government',
  'grant',
  'loan',
  'concessional-loan',
  'equity',
  'guarantee',
  'insurance',
  'result-based',
  'in-kind',
  'other',
] as const

/** Why a comment is hidden. */
export const HIDING_REASONS = ['abusive', 'personal-data', 'advertising', 'off-topic', 'unlawful'] as const

const texts: Family<typeof en> = { en, fr, es }
const speeches = new Map<Language, Speech>()

/** The words for codes of descriptions and comments, under `sector`, `type`, `subType`, `gas`, `sdg` and so on. */
export function descriptionSpeech(language: Language): Speech {
  const speech = speeches.get(language) ?? new Speech(localeOf(language, texts[language]), localeOf('en', en), 'UTC')
  speeches.set(language, speech)
  return speech
}
