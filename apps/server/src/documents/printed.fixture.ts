import type { Plain, PlainField, PlainSection } from '@tallystick/templates'
import type { Paper } from '../platform/paper/paper.ts'
import type { Page, Word } from '../platform/paper/poppler.fixture.ts'
import { plans } from '../platform/paper/table-plan.ts'
import { frameWords } from '../platform/paper/words.ts'

/** Without what is not of the words: white space, marks of direction and of vowels, points of lists. */
function flat(text: string): string {
  const letters = text.normalize('NFKC').replace(/[\s\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069•]/g, '')
  // A letter of Arabic with marks is found twice: in its shape, and under them.
  return letters.replace(/(\P{M}\p{M}+)\1/gu, '$1').replace(/\p{M}/gu, '')
}

/** What must be found in the PDF of a document, one after the other; each without anything else inside. */
export function wantedOf(sections: readonly PlainSection[], paper: Paper): string[] {
  const tables = tablesOf(paper)
  const wantedOfField = ({ label, value }: PlainField): string[] => {
    if (value.kind === 'empty') return [`${label}—`]
    if (value.kind === 'table') return (tables.shift() ?? []).flatMap((part) => [label, ...linesOf(value, part)])
    const [first = '', ...others] = partsOf(value)
    const isNumbered = value.kind === 'rich' && value.blocks[0]?.kind === 'numbers'
    return isNumbered ? [label, first, ...others] : [label + first, ...others]
  }
  const titles = sections.map(({ number, title }) => number + title)
  const wanted = sections.flatMap(({ number, title, fields }) => [number + title, ...fields.flatMap(wantedOfField)])
  return [...titles, ...wanted].map(flat).filter((one) => one !== '')
}

/** Of each table its parts, each as the columns that it has: wide tables are cut. */
function tablesOf({ sections }: Paper): number[][][] {
  const tables = sections.flatMap(({ blocks }) => blocks.filter((block) => block.block === 'table'))
  return tables.map((table) => plans(table).map(({ columns }) => columns.map((one) => table.columns.indexOf(one))))
}

/** Of a value that stands alone; the numbers of a list stand between its points. */
function partsOf(value: Plain): string[] {
  switch (value.kind) {
    case 'empty':
    case 'table':
      return []
    case 'rich':
      return value.blocks.flatMap(({ kind, lines }) => {
        const said = lines.map((line) => line.map(({ text }) => text).join(''))
        return kind === 'numbers' ? said : [said.join('')]
      })
    case 'list':
      return [value.items.join('')]
    case 'files':
      return [value.files.map((file) => fileOf(file) + file.sha256).join('')]
    case 'facts':
      return value.facts.map((fact) => `${fact.label}: ${fact.value}`)
    default:
      return [value.text]
  }
}

const fileOf = ({ name, title }: { name: string; title?: string }) =>
  title === undefined ? name : `${title} (${name})`

/** The head and the rows of a table, of some of its columns. */
function linesOf({ columns, rows }: Extract<Plain, { kind: 'table' }>, part: readonly number[]): string[] {
  const cell = (value: Plain) =>
    value.kind === 'files' ? value.files.map(({ name, title }) => title ?? name).join('') : partsOf(value).join('')
  const isHeaded = rows.some(({ head }) => head !== undefined)
  const titles = [...(isHeaded ? [''] : []), ...columns.map(({ label }) => label)]
  const lines = rows.map(({ head = '', cells }) => [...(isHeaded ? [head] : []), ...cells.map(cell)])
  return [titles, ...lines].map((line) => part.map((at) => line[at]).join(''))
}

/** The heads of its tables, which stand again where a table goes on. */
function headsOf(paper: Paper): string[] {
  const tables = paper.sections.flatMap(({ blocks }) => blocks.filter((block) => block.block === 'table'))
  return tables.flatMap(plans).map(({ columns }) => flat(columns.map(({ title }) => title).join('')))
}

/** Those of the words that are not found in their order, with no more between than there must be. */
export function missingIn(pages: readonly Page[], paper: Paper, wanted: readonly string[]): string[] {
  const { direction } = paper
  const heads = headsOf(paper)
  const text = pages.map((page, at) => bodyOf(page, at + 1, pages.length, paper, heads)).join('')
  let from = 0
  return wanted.filter((one) => {
    const inOrder = direction === 'ltr' ? text.indexOf(one, from) : -1
    const at = inOrder >= 0 ? inOrder : find(text, from, one)
    if (at >= 0) from = at + one.length
    return at < 0
  })
}

/** What stands on a page between its head and its foot, which must be there, and the head of a table that goes on. */
function bodyOf(page: Page, number: number, pages: number, paper: Paper, heads: readonly string[]): string {
  const { direction, title, language, foot } = paper
  const words = frameWords(language)
  const text = flat(page.words.map((word) => word.text).join(''))
  const head = number === 1 ? '' : flat(title + foot.id)
  const version = words.version.replace('{version}', foot.version ?? '')
  const count = words.page.replace('{page}', String(number)).replace('{pages}', String(pages))
  const end = flat(`${foot.id} · ${version} SHA-256 ${foot.sha256} ${words.check} ${foot.check} ${count}`)
  if (!isAt(text, 0, head, direction) || !isAt(text, text.length - end.length, end, direction))
    throw new Error(`Page ${number} has another head or foot: ${text}`)
  const body = text.slice(head.length, text.length - end.length)
  const again = heads.find((one) => isAt(body, 0, one, direction)) ?? ''
  return body.slice(again.length)
}

const counted = (text: string) => Array.from(text).sort().join('')

/** Words of Arabic are found from the left to the right: there, letters are counted in the room that the words have. */
function isAt(text: string, at: number, wanted: string, direction: Paper['direction']): boolean {
  if (direction === 'ltr') return text.startsWith(wanted, at)
  return counted(text.slice(at, at + wanted.length)) === counted(wanted)
}

/** Where so many of the same letters stand: cells of a row that goes on with the next page stand in two parts each. */
function find(text: string, from: number, wanted: string): number {
  const open = new Map<string, number>()
  const count = (letter: string, by: number) => {
    const now = (open.get(letter) ?? 0) + by
    if (now === 0) open.delete(letter)
    else open.set(letter, now)
  }
  for (let at = 0; at < wanted.length; at += 1) count(wanted.charAt(at), 1)
  for (let at = from; at < text.length; at += 1) {
    count(text.charAt(at), -1)
    if (at - wanted.length >= from) count(text.charAt(at - wanted.length), 1)
    if (open.size === 0) return at + 1 - wanted.length
  }
  return -1
}

const SIDE = 56 // 20 mm
const TOP = 22
const NEAR = 1.5

/** Words that leave the room of their page, and words that stand on each other. */
export function crowdedIn(pages: readonly Page[]): string[] {
  return pages.flatMap(({ width, height, words }, page) => {
    const out = words.filter(
      ({ left, right, top, bottom }) =>
        left < SIDE - NEAR || right > width - SIDE + NEAR || top < TOP || bottom > height - TOP,
    )
    return [
      ...out.map(({ text }) => `page ${page + 1}: ${text}`),
      ...overlaps(words).map((two) => `page ${page + 1}: ${two}`),
    ]
  })
}

function overlaps(words: readonly Word[]): string[] {
  const wide = words.filter(({ left, right }) => right > left).sort((one, other) => one.left - other.left)
  return wide.flatMap((one, at) => {
    const found: string[] = []
    for (let next = at + 1; next < wide.length; next += 1) {
      const other = wide[next]
      if (!other || other.left > one.right - NEAR) break
      const common = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top)
      if (common > 0.6 * Math.min(one.bottom - one.top, other.bottom - other.top))
        found.push(`${one.text} on ${other.text}`)
    }
    return found
  })
}
