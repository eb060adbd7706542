import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Document,
  TEMPLATE_LANGUAGES,
  type TemplateLanguage,
  template as templateNamed,
} from '@tallystick/templates'
import { checkLetters, type LettersRow } from './letters.ts'
import { fieldsNotIn } from './paper-text.ts'
import { signaturePath, signaturesOn } from './sign.ts'
import type { Person, Stage, Told } from './stage.ts'
import { certificatesIn, isPdfA, missingTools, pagesOf, signaturesIn, type Trust, textOf, trustIn } from './tools.ts'
import type { Play } from './walk.ts'
import type { Written } from './write.ts'

/** What is asked of the papers: in which languages, and where they are kept. */
export interface PaperOptions {
  languages?: readonly TemplateLanguage[]
  folder?: string
}

/** What was found of a version of a document. */
export interface PaperRow {
  project: string
  kind: string
  version: number
  /** Is it data, and printed from it? */
  template: string | null
  /** Pages of the PDF in English. */
  pages: number
  /** Places that the law has for signatures, those that are signed, and signatures in the PDF that are valid. */
  places: number
  signed: number
  valid: number
  /** Fields shown in all languages, and those found in the text of the PDFs. */
  fields: number
  found: number
  faults: string[]
}

interface Looking {
  stage: Stage
  officer: Person
  folder: string
  languages: readonly TemplateLanguage[]
  /** Of the registry's authority; undefined where nobody has a key. */
  trust: Trust | undefined
}

/** Fetches every paper of the projects, and looks at it with the tools of others; prints a line for each. */
export async function checkPapers(
  stage: Stage,
  officer: Person,
  plays: readonly Play[],
  { languages = TEMPLATE_LANGUAGES, folder }: PaperOptions = {},
): Promise<{ papers: PaperRow[]; letters: LettersRow[] }> {
  stage.say(`\nTHE PAPERS of the three projects, in ${languages.join(', ')}`)
  const missing = await missingTools()
  if (missing.length > 0) {
    stage.say(`       are not looked at: ${missing.join(', ')} of poppler-utils and openssl are not installed`)
    return { papers: [], letters: [] }
  }
  stage.say(`       ${lineOf('project', 'document', 'version', 'pages', 'signed', 'valid in PDF', 'fields found')}`)
  const into = folder ?? (await mkdtemp(join(tmpdir(), 'papers-')))
  await mkdir(into, { recursive: true })
  try {
    const authority = await stage.fetched('/public/signing/authority.pem')
    const trust = authority && (await trustIn(into, authority))
    const looking = { stage, officer, folder: into, languages, trust }
    const rows: PaperRow[] = []
    for (const play of plays) {
      for (const written of play.written) {
        const row = await rowOf(looking, play, written)
        rows.push(row)
        const { project, kind, version, pages, places, signed, valid, found, fields } = row
        const counted = row.template ? `${found} of ${fields}` : 'a file'
        const ofPlaces = places === 0 ? '–' : `${signed} of ${places}`
        stage.say(`       ${lineOf(project, kind, version, pages || '–', ofPlaces, valid, counted)}`)
        for (const fault of row.faults) stage.say(`       NOT AS IT SHOULD BE: ${fault}`)
      }
    }
    const letters: LettersRow[] = []
    for (const play of plays) {
      const row = await checkLetters(stage, officer, play, into)
      letters.push(row)
      stage.say(`       ${row.project}: ${row.pages} pages of letters and certificates: ${row.kinds.join(', ')}`)
      for (const fault of row.faults) stage.say(`       NOT AS IT SHOULD BE: ${fault}`)
    }
    return { papers: rows, letters }
  } finally {
    if (folder === undefined) await rm(into, { recursive: true, force: true })
  }
}

function lineOf(...[project, kind, version, pages, signed, valid, fields]: (string | number | undefined)[]): string {
  const wide = `${String(project).padEnd(26)} ${String(kind).padEnd(23)}`
  return `${wide} ${String(version).padStart(7)} ${String(pages).padStart(5)} ${String(signed).padStart(7)} ${String(valid).padStart(12)}  ${fields}`
}

async function rowOf(looking: Looking, { title, written: all }: Play, written: Written): Promise<PaperRow> {
  const { kind, version, template } = written
  const row: PaperRow = {
    ...{ project: title, kind, version, template, pages: 0, places: 0, signed: 0, valid: 0, fields: 0, found: 0 },
    faults: [],
  }
  const name = `${title} ${kind} v${version}${all.indexOf(written) < 0 ? '' : ` ${all.indexOf(written)}`}`.replace(
    /[^A-Za-z0-9]+/g,
    '-',
  )
  const isSame = (one: Written) => one.path === written.path && one.kind === kind && one.agreement === written.agreement
  const isLast = all.findLast(isSame) === written
  // Of a version that was replaced one language is enough.
  const languages = isLast ? looking.languages : looking.languages.slice(0, 1)
  if (template !== null) await checkPrinted({ ...looking, languages }, written, name, row)
  if (isLast) await checkSignatures(looking, written, name, row)
  return row
}

/** Each language: kept, in the form of PDF/A, and with every field. */
async function checkPrinted(
  { stage, officer, folder, languages }: Looking,
  { sha256, template }: Written,
  name: string,
  row: PaperRow,
) {
  const { document }: { document: Document } = await stage.read(`/national/documents/${sha256}`, officer)
  const [id = '', number] = String(template).split('@')
  const form = templateNamed(id, Number(number))
  if (!form) throw new Error(`there is no template ${template}`)
  for (const language of languages) {
    const pdf = await stage.fetched(`/national/documents/${sha256}/pdf?language=${language}`, officer)
    if (!pdf) throw new Error(`${row.kind} is not printed in ${language}`)
    const file = join(folder, `${name}.${language}.pdf`)
    await writeFile(file, pdf)
    if (!(await isPdfA(file, pdf))) row.faults.push(`${file} does not say that it is PDF/A`)
    if (language === languages[0]) row.pages = await pagesOf(file)
    const { shown, missing } = fieldsNotIn(await textOf(file, language === 'ar'), form, document, language)
    row.fields += shown
    row.found += shown - missing.length
    for (const one of missing) row.faults.push(`${file} lacks ${one}`)
  }
}

/** Every place is signed; what was signed with a key is in the PDF, and valid for a program that trusts the authority. */
async function checkSignatures(
  { stage, officer, folder, trust }: Looking,
  written: Written,
  name: string,
  row: PaperRow,
) {
  const state = await signaturesOn(stage, written)
  if (!state) return
  const signed = state.places.filter((place: Told) => place.signed !== null)
  row.places = state.places.length
  row.signed = signed.length
  if (signed.length < state.places.length) row.faults.push(`${row.kind} is not signed in every place`)
  const withKey = signed.filter((place: Told) => place.signed.level === 'AES').length
  const pdf = await stage.fetched(signaturePath(written, '/paper'), officer)
  if (!pdf || !trust) {
    if (withKey > 0) row.faults.push(`${row.kind} has no PDF with its signatures`)
    return
  }
  const file = join(folder, `${name}.signed.pdf`)
  await writeFile(file, pdf)
  if (!(await isPdfA(file, pdf))) row.faults.push(`${file} does not say that it is PDF/A`)
  row.valid = withKey === 0 ? 0 : await signaturesIn(file)
  if (row.valid !== withKey) row.faults.push(`${file}: ${row.valid} of ${withKey} signatures are valid`)
  if (withKey > 0 && (await certificatesIn(file, pdf, trust)) !== withKey) row.faults.push(`${file}: not vouched for`)
}
