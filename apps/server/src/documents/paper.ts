import { type Locale, Speech } from '@tallystick/contract'
import {
  type Document,
  type Plain,
  type PlainField,
  type PlainSection,
  plain,
  type Block as Rich,
  type Run,
  type Template,
} from '@tallystick/templates'
import type { Block, Labelled, List, Paper, Paragraph, Section, Span, Table, Text } from '../platform/paper/paper.ts'
import type { PaperFamily, PaperLanguage } from '../platform/paper/words.ts'
import ar from './locales/ar.json' with { type: 'json' }
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }

const texts: PaperFamily<typeof en> = { en, fr, es, ar }
/** Digits are those of serial numbers in every language, so that papers can be compared with the ledger. */
const LOCALES: Readonly<Record<PaperLanguage, Omit<Locale, 'texts'>>> = {
  en: { lang: 'en-GB', dir: 'ltr' },
  fr: { lang: 'fr', dir: 'ltr' },
  es: { lang: 'es', dir: 'ltr' },
  ar: { lang: 'ar-u-ca-gregory-nu-latn', dir: 'rtl' },
}

/** What a paper of a document says besides the document itself. */
export interface Printed {
  template: Template
  document: Document
  language: PaperLanguage
  country: string
  timeZone: string
  /** Comes from a ledger in which nothing is real. */
  test: boolean
  project: { title: string; reference: string }
  /** When it was submitted or last changed. */
  at: string
  /** Null while it is a draft. */
  version: { number: number; sha256: string; index: number; by: string; inForce: boolean; check: string } | null
  /** Places that are not public, and were left out. */
  withheld: readonly string[]
  whole: boolean
}

/** The paper of a document: all of its sections, in one language; a draft says on each page that it is one. */
export function paperOf(printed: Printed): Paper {
  const { template, document, language, version, project, whole } = printed
  const speech = new Speech(
    { ...LOCALES[language], texts: texts[language] },
    { ...LOCALES.en, texts: en },
    printed.timeZone,
  )
  const said = plain(template, document, language, { onlyPublic: !whole })
  const title = template.title[language] ?? template.id
  const number = version && speech.number(BigInt(version.number))
  return {
    kind: 'document',
    language,
    direction: speech.dir,
    made: printed.at,
    head: { registry: speech.say('registry', { country: printed.country }) },
    over: number ? speech.say('over', { title, version: number }) : title,
    title: project.title,
    status: statusOf(printed, speech),
    facts: factsOf(printed, speech),
    sections: [...noteOn(printed, speech), ...said.flatMap(sectionsOf)],
    contents: true,
    foot: {
      id: `${project.reference}-${template.id}`,
      ...(version && number && { version: number, sha256: version.sha256, check: version.check }),
    },
    ...(!version && { watermark: speech.say('draft') }),
    ...(printed.test && { banner: speech.say('test') }),
  }
}

function statusOf({ version }: Printed, speech: Speech): NonNullable<Paper['status']> {
  if (!version) return { word: speech.say('draft'), tone: 'stone' }
  return version.inForce
    ? { word: speech.say('in-force'), tone: 'grove' }
    : { word: speech.say('replaced'), tone: 'stone' }
}

function factsOf({ project, version, at, template }: Printed, speech: Speech): Labelled[] {
  const fact = (key: keyof typeof en, value: Text): Labelled => ({ label: speech.say(key), value })
  return [
    fact('project', project.reference),
    fact('template', `${template.id}@${template.version}`),
    fact(version ? 'submitted' : 'changed', speech.minute(at)),
    ...(version
      ? [
          fact('by', version.by),
          fact('entry', speech.number(BigInt(version.index))),
          fact('hash', [{ text: version.sha256, mono: true }]),
        ]
      : []),
  ]
}

function noteOn({ withheld }: Printed, speech: Speech): Section[] {
  if (withheld.length === 0) return []
  return [{ blocks: [{ block: 'paragraph', text: speech.say('withheld'), tone: 'note' }] }]
}

/** Texts that are longer than this stand under a heading of their own. */
const LONG = 240

/** A section of a document: its short values as a list, its tables and long texts each by itself. */
function sectionsOf({ number, title, fields }: PlainSection): Section[] {
  const level = /\.[A-Za-z0-9]/.test(number) ? 2 : 1
  const sections: { title?: string; number?: string; level?: 1 | 2 | 3; blocks: Block[] }[] = []
  let open: { blocks: Block[] } = { blocks: [] }
  sections.push({ number, title, level, blocks: open.blocks })
  for (const field of fields) {
    const { label, value } = field
    if (isLong(value)) {
      sections.push({ title: label, level: 3, blocks: proseOf(value) })
      open = { blocks: [] }
      sections.push(open)
      continue
    }
    if (value.kind === 'table') open.blocks.push(tableOf(label, value))
    else addValue(open.blocks, field)
  }
  return sections.filter((one) => one.title !== undefined || one.blocks.length > 0)
}

type RichValue = Extract<Plain, { kind: 'rich' }>

function isLong(value: Plain): value is RichValue {
  if (value.kind !== 'rich') return false
  const length = value.blocks.flatMap(({ lines }) => lines.flat()).reduce((sum, { text }) => sum + text.length, 0)
  return length > LONG || value.blocks.length > 1
}

/** Values that follow each other are one list. */
function addValue(blocks: Block[], { label, value }: PlainField): void {
  const item: Labelled = { label, value: saidOf(value) }
  const last = blocks.at(-1)
  if (last?.block === 'values') blocks[blocks.length - 1] = { ...last, items: [...last.items, item] }
  else blocks.push({ block: 'values', items: [item] })
}

function saidOf(value: Plain): Labelled['value'] {
  switch (value.kind) {
    case 'rich':
      return proseOf(value)
    case 'list':
      return value.items.length > 1 ? [{ block: 'list', items: value.items }] : (value.items[0] ?? '')
    case 'files':
      return [{ block: 'list', items: value.files.map(fileOf) }]
    case 'facts':
      return [{ block: 'list', items: value.facts.map(({ label, value: said }) => `${label}: ${said}`) }]
    default:
      return textOf(value)
  }
}

/** A value in a cell of a table. */
function textOf(value: Plain): Text {
  switch (value.kind) {
    case 'empty':
    case 'table':
      return ''
    case 'text':
    case 'place':
      return value.text
    case 'rich':
      return joined(value.blocks.flatMap(({ lines }) => lines))
    case 'list':
      return value.items.join(' · ')
    case 'files':
      return value.files.map(({ name, title }) => title ?? name).join(' · ')
    case 'facts':
      return value.facts.map(({ label, value: said }) => `${label}: ${said}`).join('; ')
  }
}

function proseOf({ blocks }: RichValue): (Paragraph | List)[] {
  return blocks.map((block: Rich): Paragraph | List =>
    block.kind === 'paragraph'
      ? { block: 'paragraph', text: joined(block.lines) }
      : { block: 'list', ordered: block.kind === 'numbers', items: block.lines.map(spansOf) },
  )
}

/** Lines one under the other. */
function joined(lines: readonly (readonly Run[])[]): Span[] {
  return lines.flatMap((line, at) => [...(at > 0 ? [{ text: '\n' }] : []), ...spansOf(line)])
}

function spansOf(line: readonly Run[]): Span[] {
  return line.map(({ text, bold, italic }) => ({ text, ...(bold && { bold }), ...(italic && { italic }) }))
}

function fileOf({ name, title, sha256 }: { name: string; title?: string; sha256: string }): Span[] {
  return [{ text: title === undefined ? name : `${title} (${name})` }, { text: ' ' }, { text: sha256, mono: true }]
}

function tableOf(caption: string, { columns, rows }: Extract<Plain, { kind: 'table' }>): Table {
  const headed = rows.some(({ head }) => head !== undefined)
  return {
    block: 'table',
    caption,
    columns: [
      ...(headed ? [{ title: '' }] : []),
      ...columns.map(({ label, number }) => ({ title: label, ...(number && { align: 'end' as const }) })),
    ],
    rows: rows.map(({ head, cells }) => ({ cells: [...(headed ? [head ?? ''] : []), ...cells.map(textOf)] })),
  }
}
