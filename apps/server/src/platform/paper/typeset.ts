import type { Coverage } from './glyphs.ts'
import type { Block, Paper, Section, Span } from './paper.ts'
import { Plain } from './plain.ts'
import { qrCode } from './qr.ts'
import { type Plan, plans } from './table-plan.ts'
import { frameWords } from './words.ts'

type Element =
  | { block: 'heading'; level: number; number: string; title: string }
  | Plan
  | Exclude<Block, { rows: unknown }>
type Group = { landscape: boolean; elements: (Element & { sticky: boolean })[] }

/** Members that hold no words of anybody. */
const CODES = new Set(['kind', 'direction', 'block', 'tone', 'align', 'id'])
const ATTACHMENT_NAME = /^[A-Za-z0-9][\w.-]{0,79}$/

/** What Typst reads: the same paper in characters that can be printed, its tables with their measures; and files. */
export function typeset(paper: Paper, coverage: Coverage): { data: object; files: Map<string, Uint8Array> } {
  const { sections, foot, attachments = [], made, ...said } = paper
  const plain = new Plain(coverage, paper.direction)
  const locale = new Intl.Locale(paper.language)
  const { language, region = '' } = locale
  const groups = groupsOf(elementsOf(sections, plain))
  const data = {
    ...printable({ ...said, groups }, plain),
    foot: {
      ...printable(foot, plain),
      id: plain.text(foot.id),
      qr: foot.check === undefined ? null : qrCode(foot.check),
    },
    attachments: attachments.map(({ name, media, description }, at) => {
      if (!ATTACHMENT_NAME.test(name)) throw new Error(`An attachment is called ${JSON.stringify(name)}`)
      return { name, media, description: plain.text(description), path: `/attachments/${at}` }
    }),
    made: new Date(made).toISOString(),
    lang: /^[a-z]{2,3}$/.test(language) ? language : 'und',
    region: /^[A-Z]{2}$/.test(region) ? region.toLowerCase() : null,
    script: locale.maximize().script ?? '',
    words: frameWords(paper.language),
    // Last: everything else has been looked at by now.
    isLacking: plain.isLacking,
  }
  return { data, files: new Map(attachments.map(({ bytes }, at) => [`/attachments/${at}`, bytes])) }
}

/** All of the members, their texts printable. */
function printable(members: object, plain: Plain): object {
  const value = (one: unknown): unknown => {
    if (typeof one === 'string') return plain.text(one)
    if (isSpans(one)) {
      const texts = plain.words(one.map(({ text }) => text))
      return one.map((span, at) => ({ ...span, text: texts[at] }))
    }
    if (Array.isArray(one)) return one.map(value)
    return typeof one === 'object' && one !== null ? printable(one, plain) : one
  }
  const member = (key: string, one: unknown) => (CODES.has(key) ? String(one).toWellFormed() : value(one))
  return Object.fromEntries(Object.entries(members).map(([key, one]) => [key, member(key, one)]))
}

function isSpans(value: unknown): value is Span[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && 'text' in one && !('block' in one))
}

/** Headings and blocks in order. No level is left out, or readers aloud lose their way. */
function elementsOf(sections: readonly Section[], plain: Plain): Element[] {
  let last = 0
  return sections.flatMap(({ number = '', title = '', level = 1, blocks }): Element[] => {
    const inside = blocks.flatMap((one): Element[] => (one.block === 'table' ? plans(one) : [one]))
    if (plain.text(number + title).trim() === '') return inside
    last = Math.min(level, last + 1)
    return [{ block: 'heading', level: last, number, title }, ...inside]
  })
}

/** In runs of pages that stand upright or lie across. A heading goes with what it heads, the last lines with what follows. */
function groupsOf(elements: readonly Element[]): Group[] {
  const groups: Group[] = []
  for (const element of elements.toReversed()) {
    const after = groups.at(-1)
    const isLast = after === undefined && element.block === 'values' && element.items.length === 1
    const sticky = isLast || (element.block === 'paragraph' && after?.elements.at(-1)?.block === 'signatures')
    const isLandscape = element.block === 'heading' ? after?.landscape : element.block === 'table' && element.landscape
    const landscape = isLandscape ?? false
    if (after?.landscape === landscape) after.elements.push({ ...element, sticky })
    else groups.push({ landscape, elements: [{ ...element, sticky }] })
  }
  return groups.reverse().map(({ landscape, elements }) => ({ landscape, elements: elements.reverse() }))
}
