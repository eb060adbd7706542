import type { Coverage } from './glyphs.ts'
import type {
  Block,
  Figure,
  Labelled,
  List,
  Paper,
  Paragraph,
  Section,
  Slot,
  Span,
  Status,
  Table,
  Text,
} from './paper.ts'
import { pictureOf } from './picture.ts'
import { Plain } from './plain.ts'
import { qrCode } from './qr.ts'
import { plans, wordsOf } from './table-plan.ts'
import { type FrameWords, frameWords } from './words.ts'

/** What the Typst files under `typst/` read: a JSON document, and the files that it names. */
export interface Typeset {
  data: TypesetData
  files: Map<string, Uint8Array>
}

type TypesetData = ReturnType<typeof dataOf>
type Words = { text: string; bold: boolean; italic: boolean; mono: boolean; link: string | null }[]

/** Type by script: letters of some are smaller in the same size, and need more room between lines. */
const TYPE = {
  other: { size: 9.5, leading: 0.75 },
  Arab: { size: 10.5, leading: 0.85 },
  Deva: { size: 10, leading: 0.9 },
}
/** Certificates are to stand on one page. */
const OF_CERTIFICATES = 0.93
/** A value that is longer stands below its label; a list does, too. */
const BESIDE = 140
/** Characters of a fact for which a column at the head is enough; of type of one width, those that fit its line. */
const FACT = 70
const MONO_FACT = { 2: 40, 3: 27 }
const MAX_RUNNING_TITLE = 90
const ATTACHMENT_NAME = /^[A-Za-z0-9][\w.-]{0,79}$/

/** The paper in characters that can be printed, with the measures of its tables. */
export function typeset(paper: Paper, coverage: Coverage): Typeset {
  const setter = new Setter(paper, new Plain(coverage, paper.direction))
  const data = dataOf(paper, setter)
  return { data, files: setter.files }
}

function dataOf(paper: Paper, setter: Setter) {
  const { plain } = setter
  const locale = new Intl.Locale(paper.language)
  const script = locale.maximize().script
  const { size, leading } = script === 'Arab' || script === 'Deva' ? TYPE[script] : TYPE.other
  const title = plain.line(paper.title).trim() || plain.line(paper.foot.id).trim() || '—'
  return {
    kind: paper.kind,
    lang: /^[a-z]{2,3}$/.test(locale.language ?? '') ? locale.language : 'und',
    region: /^[A-Z]{2}$/.test(locale.region ?? '') ? locale.region?.toLowerCase() : null,
    direction: paper.direction,
    size: paper.kind === 'certificate' ? size * OF_CERTIFICATES : size,
    leading,
    made: instantOf(paper.made),
    words: setter.words,
    head: headOf(paper, setter),
    over: setter.text(paper.over),
    title: setter.text(paper.title).trim() || title,
    plainTitle: title,
    shortTitle: shortened(title),
    lead: paper.lead === undefined ? null : setter.spans(paper.lead),
    plainLead: plain.line(wordsOf(paper.lead ?? '')),
    status: paper.status === undefined ? null : setter.status(paper.status),
    facts: setter.facts(paper.facts, paper.kind === 'certificate' ? 3 : 2),
    contents: paper.contents ?? false,
    groups: groupsOf(paper.sections, setter),
    watermark: orNull(paper.watermark, (text) => plain.line(text)),
    banner: orNull(paper.banner, (text) => plain.line(text)),
    foot: footOf(paper, setter),
    attachments: (paper.attachments ?? []).map((file) => {
      if (!ATTACHMENT_NAME.test(file.name)) throw new Error(`An attachment is called ${JSON.stringify(file.name)}`)
      const path = setter.file('attachments', file.bytes)
      return { name: file.name, media: file.media, description: plain.line(file.description), path }
    }),
    stamp: paper.stamp ?? null,
    // Last: everything else has been looked at by now.
    isLacking: plain.isLacking,
  }
}

function shortened(title: string): string {
  const letters = Array.from(title)
  return letters.length > MAX_RUNNING_TITLE ? `${letters.slice(0, MAX_RUNNING_TITLE).join('')}…` : title
}

function headOf({ head }: Paper, setter: Setter) {
  return {
    registry: setter.plain.line(head.registry),
    authority: orNull(head.authority, (text) => setter.text(text)),
    lines: (head.lines ?? []).map((line) => setter.text(line)),
    addressee: (head.addressee ?? []).map((line) => setter.text(line)),
    facts: (head.facts ?? []).map((fact) => setter.value(fact)),
  }
}

function footOf({ foot }: Paper, setter: Setter) {
  return {
    id: setter.text(foot.id),
    version: orNull(foot.version, (text) => setter.text(text)),
    sha256: orNull(foot.sha256, (text) => setter.text(text)),
    check: orNull(foot.check, (text) => setter.plain.line(text)),
    checkText: orNull(foot.check, (text) => setter.text(text)),
    isLink: isWebAddress(foot.check ?? ''),
    qr: orNull(foot.check, qrCode),
  }
}

type Element = Record<string, unknown>
interface Group {
  landscape: boolean
  elements: Element[]
}

/** Headings and blocks in order, in runs of pages that stand upright or lie across. A heading goes with what it heads. */
function groupsOf(sections: readonly Section[], setter: Setter): Group[] {
  const groups: Group[] = []
  let headings: Element[] = []
  let level = 0
  const add = (landscape: boolean, elements: readonly Element[]) => {
    const last = groups.at(-1)
    if (last?.landscape === landscape) last.elements.push(...headings, ...elements)
    else groups.push({ landscape, elements: [...headings, ...elements] })
    headings = []
  }
  for (const section of sections) {
    const next = Math.min(section.level ?? 1, level + 1) // none is left out, or readers aloud lose their way
    const heading = setter.heading(section, next)
    if (heading) headings.push(heading)
    if (heading) level = next
    for (const block of section.blocks) {
      if (block.block === 'table') for (const plan of setter.tables(block)) add(plan.landscape, [plan.element])
      else add(false, [setter.block(block)])
    }
  }
  if (headings.length > 0) add(false, [])
  for (const { elements } of groups) keepWithSignatures(elements)
  return groups
}

/** No page has signatures alone: the paragraph before goes with them. */
function keepWithSignatures(elements: readonly Element[]): void {
  for (const [at, element] of elements.entries()) {
    if (element.block === 'paragraph') element.sticky = elements[at + 1]?.block === 'signatures'
  }
}

/** Sets blocks, and keeps the files that they need. */
class Setter {
  readonly plain: Plain
  readonly words: FrameWords
  readonly files = new Map<string, Uint8Array>()
  readonly #kind: Paper['kind']

  constructor({ language, kind }: Paper, plain: Plain) {
    this.plain = plain
    this.words = frameWords(language)
    this.#kind = kind
  }

  text(text: string): string {
    return this.plain.text(text)
  }

  file(folder: string, bytes: Uint8Array): string {
    const path = `/${folder}/${this.files.size}`
    this.files.set(path, bytes)
    return path
  }

  /** A string where there is nothing to tell of its type: tables have many. */
  spans(text: Text): Words | string {
    if (typeof text !== 'string') return this.#spans(text)
    const plain = this.text(text)
    return /[\n\u200b]/.test(plain) ? this.#spans(text) : plain
  }

  #spans(text: Text): Words {
    const spans: readonly Span[] = typeof text === 'string' ? [{ text }] : text
    const texts = this.plain.words(spans.map((span) => span.text))
    return spans.map((span, at) => ({
      text: texts[at] ?? '',
      bold: span.bold ?? false,
      italic: span.italic ?? false,
      mono: span.mono ?? false,
      link: span.link && isWebAddress(span.text) ? this.plain.line(span.text) : null,
    }))
  }

  status({ word, tone }: Status) {
    return { word: this.text(word), tone }
  }

  /** None where there would be nothing to read. */
  heading({ number = '', title = '' }: Section, level: number): Element | undefined {
    const isBlank = (text: string) => this.plain.line(text).trim() === ''
    if (isBlank(number) && isBlank(title)) return undefined
    return { block: 'heading', level, number: isBlank(number) ? null : this.text(number), title: this.text(title) }
  }

  /** Beside its label, or below it where that is better. */
  value({ label, value }: Labelled) {
    const blocks = blocksOf(value)
    const length = blocks.reduce((sum, one) => sum + (one.block === 'list' ? BESIDE + 1 : wordsOf(one.text).length), 0)
    const set =
      length === 0 ? [this.paragraph({ block: 'paragraph', text: '—' })] : blocks.map((one) => this.prose(one))
    return { label: this.text(label), value: set, span: length > BESIDE ? 2 : 1 }
  }

  /** In rows: where one does not fit any more, a later one that does comes first. */
  facts(facts: readonly Labelled[], columns: 2 | 3) {
    const waiting = facts.map((fact) => this.fact(fact, columns))
    const placed: typeof waiting = []
    for (let room: number = columns; waiting.length > 0; room = room === 0 ? columns : room) {
      const at = Math.max(
        0,
        waiting.findIndex(({ span }) => span <= room),
      )
      const [next] = waiting.splice(at, 1)
      if (!next) break
      room = (next.span > room ? columns : room) - next.span
      placed.push(next)
    }
    return placed
  }

  /** With the number of columns that it takes. */
  fact(fact: Labelled, columns: 2 | 3) {
    const spans = blocksOf(fact.value).map((one) => {
      if (one.block === 'list') return columns
      const isMono = typeof one.text !== 'string' && one.text.some((span) => span.mono)
      return Math.ceil(wordsOf(one.text).length / (isMono ? MONO_FACT[columns] : FACT))
    })
    return { ...this.value(fact), span: Math.min(columns, Math.max(1, ...spans)) }
  }

  prose(block: Paragraph | List) {
    return block.block === 'list' ? this.list(block) : this.paragraph(block)
  }

  paragraph({ text, tone }: Paragraph) {
    return { block: 'paragraph', text: this.spans(text), tone: tone ?? null, sticky: false }
  }

  list({ items, ordered = false }: List) {
    return { block: 'list', ordered, items: items.map((item) => this.spans(item)) }
  }

  tables(table: Table): { landscape: boolean; element: Element }[] {
    return plans(table).map((plan) => {
      const columns = plan.table.columns.map(({ title, unit, align, mono }, at) => ({
        title: this.text(title),
        unit: orNull(unit, (text) => this.text(text)),
        end: align === 'end',
        weight: plan.weights[at] ?? 1,
        mono: mono ?? false,
      }))
      const rows = plan.table.rows.map(({ cells, total = false }) => ({
        total,
        cells: columns.map(({ mono }, at) => {
          const cell = cells[at] ?? ''
          return mono ? this.#spans(cell).map((span) => ({ ...span, mono })) : this.spans(cell)
        }),
      }))
      const caption = orNull(plan.table.caption, (text) => this.text(text))
      return {
        landscape: plan.landscape,
        element: { block: 'table', size: plan.size, keepsRows: plan.keepsRows, caption, columns, rows },
      }
    })
  }

  figure({ bytes, alt, caption }: Figure): Element {
    const { width } = pictureOf(bytes)
    return {
      block: 'figure',
      path: this.file('pictures', bytes),
      width,
      alt: this.plain.line(alt),
      caption: orNull(caption, (text) => this.text(text)),
    }
  }

  slot({ id, role, name = '', organisation = '', signed = [] }: Slot) {
    const person = [name, organisation].filter((one) => one !== '').join(', ')
    return { id, role: this.text(role), person: this.text(person), signed: signed.map((line) => this.text(line)) }
  }

  block(block: Exclude<Block, Table>): Element {
    if (block.block === 'values') return { block: 'values', items: block.items.map((item) => this.value(item)) }
    if (block.block === 'figure') return this.figure(block)
    if (block.block === 'signatures') {
      const boxed = this.#kind === 'document'
      return { block: 'signatures', boxed, slots: block.slots.map((slot) => this.slot(slot)), words: this.words }
    }
    return this.prose(block)
  }
}

/** A value as blocks, whether it is one or words in a row. */
export function blocksOf(value: Labelled['value']): readonly (Paragraph | List)[] {
  return isBlocks(value) ? value : [{ block: 'paragraph', text: value }]
}

function isBlocks(value: Labelled['value']): value is readonly (Paragraph | List)[] {
  return typeof value !== 'string' && value.some((one) => 'block' in one)
}

export function isWebAddress(text: string): boolean {
  return /^https?:\/\/[!-~]+$/.test(text)
}

function orNull<Result>(text: string | undefined, make: (text: string) => Result): Result | null {
  return text === undefined ? null : make(text)
}

/** Year to second, in UTC. */
function instantOf(made: string): number[] {
  const date = new Date(made)
  if (Number.isNaN(date.getTime())) throw new Error(`${JSON.stringify(made)} is not an instant`)
  const parts = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
  return [...parts, date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
}
