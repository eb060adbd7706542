import type { Speech } from '@tallystick/contract'
import { type Document, type Plain, type PlainSection, plain, type Template } from '@tallystick/templates'
import type { Block, Labelled, Paper, Prose, Section, Span, Table, Text, Value } from '../platform/paper/paper.ts'
import { isProse, wordsOf } from '../platform/paper/plain.ts'
import { type PaperFamily, type PaperLanguage, paperSpeech } from '../platform/paper/words.ts'
import ar from './locales/ar.json' with { type: 'json' }
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }

const texts: PaperFamily<typeof en> = { en, fr, es, ar }

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
  const { template, document, language, version, project, withheld, whole } = printed
  const speech = paperSpeech(texts, language, printed.timeZone)
  const said = plain(template, document, language, { onlyPublic: !whole })
  const title = template.title[language] ?? template.id
  const note: Block = { block: 'paragraph', text: speech.say('withheld'), tone: 'note' }
  const number = version && speech.number(BigInt(version.number))
  return {
    kind: 'document',
    language,
    direction: speech.dir,
    made: printed.at,
    head: { registry: speech.say('registry', { country: printed.country }) },
    over: number ? speech.say('over', { title, version: number }) : title,
    title: project.title,
    status: version?.inForce
      ? { word: speech.say('in-force'), tone: 'grove' }
      : { word: speech.say(version ? 'replaced' : 'draft'), tone: 'stone' },
    facts: factsOf(printed, speech),
    sections: [{ blocks: withheld.length > 0 ? [note] : [] }, ...said.flatMap(sectionsOf)],
    contents: true,
    foot: {
      id: `${project.reference}-${template.id}`,
      ...(version && number && { version: number, sha256: version.sha256, check: version.check }),
    },
    ...(!version && { watermark: speech.say('draft') }),
    ...(printed.test && { banner: speech.say('test') }),
  }
}

function factsOf({ project, version, at, template }: Printed, speech: Speech): Labelled[] {
  const fact = (key: keyof typeof en, value: Text): Labelled => ({ label: speech.say(key), value })
  const start = [fact('project', project.reference), fact('template', `${template.id}@${template.version}`)]
  if (!version) return [...start, fact('changed', speech.minute(at))]
  const { by, index, sha256 } = version
  return [
    ...start,
    fact('submitted', speech.minute(at)),
    fact('by', by),
    fact('entry', speech.number(BigInt(index))),
    fact('hash', [{ text: sha256, mono: true }]),
  ]
}

type Of<Kind extends Plain['kind']> = Extract<Plain, { kind: Kind }>

/** Texts that are longer than this stand under a heading of their own. */
const LONG = 240

/** A section of a document: short values that follow each other as a list, its tables and long texts each by itself. */
function sectionsOf({ number, title, fields }: PlainSection): Section[] {
  const level = /\.[A-Za-z0-9]/.test(number) ? 2 : 1
  const sections: (Section & { blocks: Block[] })[] = [{ number, title, level, blocks: [] }]
  for (const { label, value } of fields) {
    const said = saidOf(value)
    const blocks = sections.at(-1)?.blocks ?? []
    const last = blocks.at(-1)
    if (value.kind === 'table') blocks.push(tableOf(label, value))
    else if (value.kind === 'rich' && isProse(said) && (said.length > 1 || wordsOf(said).length > LONG))
      sections.push({ title: label, level: 3, blocks: [...said] }, { blocks: [] })
    else if (last?.block === 'values')
      blocks[blocks.length - 1] = { ...last, items: [...last.items, { label, value: said }] }
    else blocks.push({ block: 'values', items: [{ label, value: said }] })
  }
  return sections
}

/** A value beside its label, or in a cell of a table. */
function saidOf(value: Plain): Value {
  switch (value.kind) {
    case 'empty':
    case 'table':
      return ''
    case 'rich':
      return value.blocks.map(proseOf)
    case 'list':
      return listOf(value.items)
    case 'files':
      return listOf(
        value.files.map(({ name, title, sha256 }) => [
          { text: title === undefined ? name : `${title} (${name})` },
          { text: ' ' },
          { text: sha256, mono: true },
        ]),
      )
    case 'facts':
      return listOf(value.facts.map(({ label, value: said }) => `${label}: ${said}`))
    default:
      return value.text
  }
}

/** One alone is no list. */
function listOf(items: readonly Text[]): Value {
  return items.length > 1 ? [{ block: 'list', items }] : (items[0] ?? '')
}

/** Lines of a paragraph stand one under the other. */
function proseOf({ kind, lines }: Of<'rich'>['blocks'][number]): Prose {
  if (kind !== 'paragraph') return { block: 'list', ordered: kind === 'numbers', items: lines }
  return { block: 'paragraph', text: lines.flatMap((line, at): Span[] => (at > 0 ? [{ text: '\n' }, ...line] : line)) }
}

/** Hashes of files would make their column wide. */
function cellOf(value: Plain): Value {
  return value.kind === 'files' ? listOf(value.files.map(({ name, title }) => title ?? name)) : saidOf(value)
}

function tableOf(caption: string, { columns, rows }: Of<'table'>): Table {
  const headed = rows.some(({ head }) => head !== undefined)
  return {
    block: 'table',
    caption,
    columns: [
      ...(headed ? [{ title: '' }] : []),
      ...columns.map(({ label, number }) => ({ title: label, ...(number && { align: 'end' as const }) })),
    ],
    rows: rows.map(({ head = '', cells }) => ({ cells: [...(headed ? [head] : []), ...cells.map(cellOf)] })),
  }
}
