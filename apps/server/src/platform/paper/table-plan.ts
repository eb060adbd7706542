import type { Table } from './paper.ts'
import { wordsOf } from './plain.ts'

/** How a table stands on A4. */
export interface Plan extends Table {
  landscape: boolean
  /** Of the type, in points. */
  size: number
  /** Of the columns, in proportion. */
  weights: number[]
  /** No row is so tall that it may begin on one page and end on the next. */
  keepsRows: boolean
}

/** A page, the size of its type, and with how many characters a column of text is still read with ease. */
interface Form {
  landscape: boolean
  size: number
  /** Of the text, in points. */
  width: number
  ease: number
  /** Is it for tables of few rows, which may be taller, as a page of their own would be wasted on them? */
  short?: true
}
const FEW_ROWS = 10
const SMALLEST: Form = { landscape: true, size: 7.5, width: 728, ease: 12 }
const FORMS: readonly Form[] = [
  { landscape: false, size: 9, width: 482, ease: 12 },
  { landscape: false, size: 8, width: 482, ease: 12 },
  { landscape: false, size: 7.5, width: 482, ease: 10, short: true },
  { landscape: true, size: 8.5, width: 728, ease: 12 },
  SMALLEST,
  { ...SMALLEST, ease: 9, short: true },
]

/** Of a column, in characters: its longest word, and with what nothing breaks. */
type Width = { word: number; natural: number }
/** A column asks for so many characters at most for each line; longer texts ask for more, but not in proportion. */
const WIDEST = 40
/** Longer words are broken by `Plain`. */
const LONGEST_WORD = 26
/** Characters of a cell with which its row still stands on one page. */
const LONGEST_KEPT = 400

/**
 * Upright if it can be read so, else across, else in parts that repeat the first column. No table is set in type
 * smaller than 7.5 points.
 */
export function plans(table: Table): Plan[] {
  const widths = table.columns.map((_, at) => widthOf(table, at))
  const forms = FORMS.filter(({ short }) => !short || table.rows.length <= FEW_ROWS)
  const form = forms.find((one) => sum(widths.map((width) => leastOf(width, one))) <= one.width)
  const parts = form ? [[...widths.keys()]] : partsOf(widths)
  return parts.map((columns) => planOf(table, columns, widths, form ?? SMALLEST))
}

/** Some columns of the table; cells that a row lacks are empty. */
function planOf(table: Table, columns: readonly number[], all: readonly Width[], form: Form): Plan {
  const { landscape, size, width } = form
  const widths = columns.flatMap((at) => all[at] ?? [])
  const least = widths.map((one) => leastOf(one, form))
  const more = widths.map(({ natural }, at) => Math.max(0, points(natural, size) - (least[at] ?? 0)))
  const share = Math.min(1, Math.max(0, width - sum(least)) / Math.max(1, sum(more)))
  return {
    ...{ ...table, landscape, size },
    columns: columns.flatMap((at) => table.columns[at] ?? []),
    rows: table.rows.map((row) => ({ ...row, cells: columns.map((at) => row.cells[at] ?? '') })),
    weights: least.map((one, at) => Math.round(one + share * (more[at] ?? 0))),
    keepsRows: table.rows.every(({ cells }) => cells.every((cell) => isKept(wordsOf(cell)))),
  }
}

/** Does it stand on one page, whatever its lines? */
const isKept = (text: string) => text.length + 40 * text.split('\n').length <= LONGEST_KEPT

/** Points below which words would be cut, or lines be too short to read. */
function leastOf({ word, natural }: Width, { size, ease, short }: Form): number {
  const more = short ? 0 : Math.max(0, natural - ease) / 6
  return points(Math.max(word, Math.min(natural, ease + more)), size)
}

/** Columns of each part: the first of the table, and its share of the others. */
function partsOf(widths: readonly Width[]): number[][] {
  const [first = 0, ...others] = widths.map((width) => leastOf(width, SMALLEST))
  const room = SMALLEST.width - first
  const share = sum(others) / Math.ceil(sum(others) / room)
  const parts: number[][] = []
  let used = share
  for (const [at, width] of others.entries()) {
    if (used >= share || used + width > room) {
      parts.push([0])
      used = 0
    }
    parts.at(-1)?.push(at + 1)
    used += width
  }
  return parts.length === 0 ? [[0]] : parts
}

function widthOf({ columns, rows }: Table, at: number): Width {
  const texts = rows.map(({ cells }) => wordsOf(cells[at] ?? ''))
  const title = columns[at]?.title ?? ''
  const longest = Math.max(title.length / 2, most(texts.map((text) => text.length))) // a title may stand on two lines
  const wordIn = (text: string) => most(text.slice(0, 2000).split(/\s+/).map(widthIn))
  const word = Math.min(LONGEST_WORD, Math.max(1.12 * wordIn(title), most(texts.map(wordIn)))) // titles are bold
  const natural = longest <= WIDEST ? longest : WIDEST + 3 * Math.sqrt(Math.min(longest, 400) - WIDEST)
  return { word, natural: Math.max(word, natural) }
}

/** In characters; capitals are wider. */
const widthIn = (word: string) => word.length + 0.15 * word.replace(/\P{Lu}/gu, '').length

/** Room for so many characters of 0.58 em, and beside them. */
function points(characters: number, size: number): number {
  return characters * 0.58 * size + 7
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
const most = (numbers: readonly number[]) => numbers.reduce((largest, one) => Math.max(largest, one), 0)
