import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LANGUAGES } from '@tallystick/contract'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/** Families of texts that every language has. A family is named by its English file without `en.json`. */
const TRANSLATED = [
  // Public pages, and the page of the API.
  'apps/server/src/site/locales/',
  'apps/server/src/site/said.',
  // Pages of comments, and the codes of descriptions and comments.
  'apps/server/src/comments/page.',
  'packages/contract/src/locales/description.',
  'apps/server/src/system/api-page.',
  // The frame of every page, the page of a sign-in link, and that which confirms an address.
  'apps/server/src/platform/locales/pages.',
  'apps/server/src/sessions/page.',
  'apps/server/src/onboarding/page.',
  // Categories of greenhouse gas inventories.
  'apps/server/src/national-records/locales/',
  // Sheets of signatures, and what is agreed to by signing.
  'apps/server/src/signatures/locales/',
  // Mails.
  'apps/server/src/platform/mail/locales/',
  // Errors of the API.
  'packages/contract/src/locales/',
  // What an entry says, in one sentence.
  'packages/contract/src/locales/sentences.',
  // States, moves, documents and tasks of the presets.
  'packages/contract/src/locales/words.',
  // What the registry did besides the entries of the log.
  'packages/contract/src/locales/history.',
  // What is wrong with a preset or a permission table.
  'packages/contract/src/locales/law.',
  // What is wrong with a field.
  'packages/contract/src/locales/input.',
  // Titles, labels and messages of the calculators.
  'packages/calculators/src/locales/',
  // What `tallystick calculate` says about them.
  'apps/cli/src/locales/calculate.',
]

/** Families that papers are written in, which speak one language more: papers go to readers whom pages do not have yet. */
const OF_PAPERS = [
  // The frame around a paper, and letters and certificates.
  'apps/server/src/platform/paper/locales/paper.',
  'apps/server/src/platform/paper/letters/locales/',
  // Papers of documents.
  'apps/server/src/documents/locales/',
  // What is wrong with the files that a document names.
  'apps/server/src/documents/locales/files.',
  // Constants with which calculations were made.
  'apps/server/src/documents/locales/constants.',
  // Places for signatures on them.
  'apps/server/src/signatures/locales/paper.',
  // Problems of documents, and words of their views; the texts of a template stand in its data file.
  'packages/templates/src/locales/',
]
const PAPER_LANGUAGES = [...LANGUAGES, 'ar']

/** Families that are English only so far: their place is here, so that none is forgotten. */
const ENGLISH_ONLY = [
  // The report on organisations.csv and users.csv at the start.
  'apps/server/src/onboarding/files/',
  // The command line: `verify`, and everything else.
  'packages/ledger/src/verify/',
  'apps/cli/src/locales/',
  // Rule pages, which are documentation for developers.
  'packages/rules/src/locales/rules.',
  'packages/rules/src/locales/rows.',
  // The report of an import.
  'apps/server/src/import/locales/',
  'apps/server/src/import/locales/details.',
  'apps/server/src/import/locales/report.',
]

/** Every file below a folder that belongs to us. */
function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return []
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesIn(path) : [path]
  })
}

const sources = ['packages', 'apps'].flatMap(filesIn)
const localeFiles = sources.flatMap((path) => {
  const [, family, language] = /^(.*[/.])([a-z]{2}(?:-[A-Za-z]{2,4})?)\.json$/.exec(path) ?? []
  return family !== undefined && language !== undefined ? [{ family, language }] : []
})

const languagesOf = (family: string) =>
  localeFiles.filter((file) => file.family === family).map(({ language }) => language)

/** A text, or its plural forms. */
type Leaf = string | Record<string, string>

/** The texts of a file by their place in it, with dots. */
function textsOf(family: string, language: string): Map<string, Leaf> {
  const texts = new Map<string, Leaf>()
  const walk = (value: unknown, path: string) => {
    if (typeof value === 'string' || isPlural(value)) return void texts.set(path, value as Leaf)
    if (typeof value !== 'object' || value === null) throw new Error(`${path} is neither a text nor a list of texts`)
    for (const [key, member] of Object.entries(value)) walk(member, path === '' ? key : `${path} / ${key}`)
  }
  walk(JSON.parse(readFileSync(join(ROOT, `${family}${language}.json`), 'utf8')), '')
  return texts
}

function isPlural(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'other' in value && typeof value.other === 'string' && 'one' in value
  )
}

const formsOf = (text: Leaf): string[] => (typeof text === 'string' ? [text] : Object.values(text))
const placesOf = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].toSorted()
const mainForm = (text: Leaf): string => (typeof text === 'string' ? text : (text.other ?? ''))

/** The spaces around a text, and its braces and angles that are no places. */
function shapeOf(text: string): string {
  const [before, after] = [text.length - text.trimStart().length, text.length - text.trimEnd().length]
  return `${before} ${text.replace(/\{\w+\}/g, '').replace(/[^{}<>]/g, '')} ${after}${text.trim() === '' ? ' empty' : ''}`
}

describe('languages', () => {
  it('lists every family of texts, in one place', () => {
    const english = localeFiles.filter(({ language }) => language === 'en').map(({ family }) => family)
    expect(english.toSorted()).toEqual([...TRANSLATED, ...OF_PAPERS, ...ENGLISH_ONLY].toSorted())
  })

  it('has no file of a language that has no English, and no family begun but not finished', () => {
    for (const { family, language } of localeFiles)
      expect(languagesOf(family), `${family}${language}.json`).toContain('en')
    for (const family of TRANSLATED) expect(languagesOf(family).toSorted(), family).toEqual([...LANGUAGES].toSorted())
    for (const family of OF_PAPERS) expect(languagesOf(family).toSorted(), family).toEqual(PAPER_LANGUAGES.toSorted())
    for (const family of ENGLISH_ONLY) expect(languagesOf(family), family).toEqual(['en'])
  })
})

describe.each([...TRANSLATED, ...OF_PAPERS, ...ENGLISH_ONLY])('%s', (family) => {
  const english = textsOf(family, 'en')

  describe.each(languagesOf(family))('in %s', (language) => {
    const texts = textsOf(family, language)

    it('has each text of English, and none left over', () => {
      const missing = [...english.keys()].filter((key) => !texts.has(key))
      const leftOver = [...texts.keys()].filter((key) => !english.has(key))
      expect({ missing, leftOver }).toEqual({ missing: [], leftOver: [] })
    })

    it('has the same places to fill in each text', () => {
      const wrong = [...english].flatMap(([key, text]) => {
        const there = texts.get(key)
        if (there === undefined) return []
        const [wanted, found] = [placesOf(mainForm(text)), placesOf(mainForm(there))]
        const astray = formsOf(there)
          .flatMap(placesOf)
          .filter((place) => !wanted.includes(place))
        return wanted.join() === found.join() && astray.length === 0 ? [] : [{ key, wanted, found, astray }]
      })
      expect(wrong).toEqual([])
    })

    it('has the plural forms of its language', () => {
      const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions()
      const wrong = [...english].flatMap(([key, text]) => {
        const there = texts.get(key)
        if (there === undefined) return []
        if (typeof text === 'string') return typeof there === 'string' ? [] : [`${key} has no plural in English`]
        const forms = typeof there === 'string' ? [] : Object.keys(there)
        return forms.toSorted().join() === pluralCategories.toSorted().join()
          ? []
          : [`${key} needs ${pluralCategories}`]
      })
      expect(wrong).toEqual([])
    })

    it('has the outer spaces of English, and neither broken places nor markup of its own', () => {
      const wrong = [...texts].flatMap(([key, text]) => {
        const shape = shapeOf(mainForm(english.get(key) ?? ''))
        return formsOf(text).every((form) => shapeOf(form) === shape) ? [] : [key]
      })
      expect(wrong).toEqual([])
    })

    it('is translated: no sentence stands as it is in English', () => {
      const same = [...texts].filter(([key, text]) => {
        const words = mainForm(text)
          .replace(/\{\w+\}/g, '')
          .split(/\s+/)
        return language !== 'en' && words.length > 3 && mainForm(text) === mainForm(english.get(key) ?? '')
      })
      expect(same).toEqual([])
    })
  })
})

/** Messages that code gives in English; each is found in the locale files by its English text. */
const MESSAGES = [
  // Schemas of the API.
  {
    in: /^packages\/contract\/src\/[^/]+\.ts$/,
    form: /(?:message|error): (['`])([a-z].*?)\1|\.(?:regex|refine|max|min|url|email|length)\([^\n]*?, (['`])([a-z].*?)\3|\.email\((['`])([a-z].*?)\5|choiceOf\(\[.*?\], (['`])([a-z].*?)\7/g,
  },
  {
    in: /^apps\/server\/src\/(?!import\/)(?!platform\/config\.ts)/,
    form: /\bfield: [^}]*?message: (['`])([a-z].*?)\1|fieldProblem\([^)]*?, (['`])([a-z].*?)\3/g,
  },
  { in: /^packages\/rules\/src\/(?!cases\/)/, form: /refuse\([^)]*?reason: (['`])([a-z].*? .*?)\1/g },
]

describe('a message in the code', () => {
  const known = new Set([...textsOf('packages/contract/src/locales/input.', 'en').values()].map(mainForm))
  /** As it stands in the locale files: what is put in stands for one number. */
  const asKept = (message: string) => [
    message,
    message.replace(message.includes('${') ? /\$\{[^}]*\}/ : /\d+/, '{bound}'),
  ]
  const found = sources
    .filter((path) => path.endsWith('.ts') && !/\.(?:test|fixture)\.ts$/.test(path))
    .flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8')
      const forms = MESSAGES.filter((one) => one.in.test(path)).map(({ form }) => form)
      return forms.flatMap((form) =>
        [...text.matchAll(form)].map((match) => ({ path, message: match.slice(1).filter(Boolean)[1] ?? '' })),
      )
    })

  it('is found by this test at all', () => {
    expect(found.length).toBeGreaterThan(60)
  })

  it('stands in packages/contract/src/locales/input.en.json, and so in every language', () => {
    expect(found.filter(({ message }) => !asKept(message).some((text) => known.has(text)))).toEqual([])
  })
})
