import type { Column, Row, Table, Text } from './paper.ts'

/** How a table stands on A4. */
export interface Plan {
  table: Table
  landscape: boolean
  /** Of the type, in points. */
  size: number
  /** Of the columns, in proportion. */
  weights: number[]
  /** No row is so tall that it may begin on one page and end on the next. */
  keepsRows: boolean
}

/** Widths in points: text of a page, padding of a column, and of one character in ems. */
const PORTRAIT = 482
const LANDSCAPE = 728
const PADDING = 7
const CHARACTER = 0.58
/** A column asks for so many characters at most for each line; longer texts ask for more, but not in proportion. */
const WIDEST = 40

/** Characters of a cell with which its row still stands on one page. */
const LONGEST_KEPT = 400

/** A page, the size of its type, and with how many characters a column of text is still read with ease. */
interface Form {
  landscape: boolean
  size: number
  width: number
  ease: number
  /** Is it for tables of few rows, which may be taller, as a page of their own would be wasted on them? */
  short?: true
}
/** Rows of a short table. */
const FEW = 10
const SMALLEST: Form = { landscape: true, size: 7.5, width: LANDSCAPE, ease: 12 }
const FORMS: readonly Form[] = [
  { landscape: false, size: 9, width: PORTRAIT, ease: 12 },
  { landscape: false, size: 8, width: PORTRAIT, ease: 12 },
  { landscape: false, size: 7.5, width: PORTRAIT, ease: 10, short: true },
  { landscape: true, size: 8.5, width: LANDSCAPE, ease: 12 },
  SMALLEST,
]

interface Width {
  /** Characters of the longest word. */
  word: number
  /** Characters with which nothing breaks. */
  natural: number
}

/**
 * Upright if it can be read so, else across, else in parts that repeat the first column. No table is set in type
 * smaller than 7.5 points.
 */
export function plans(table: Table): Plan[] {
  const widths = table.columns.map((column, at) => widthOf(column, table.rows, at))
  const forms = FORMS.filter(({ short }) => !short || table.rows.length <= FEW)
  const form = forms.find((one) => sum(widths.map((width) => leastOf(width, one))) <= one.width)
  if (form) return [planOf(table, widths, form)]
  return parts(widths).map((columns) => {
    const part = {
      ...table,
      columns: columns.flatMap((at) => table.columns[at] ?? []),
      rows: table.rows.map((row) => ({ ...row, cells: columns.map((at) => row.cells[at] ?? '') })),
    }
    return planOf(
      part,
      columns.flatMap((at) => widths[at] ?? []),
      SMALLEST,
    )
  })
}

function planOf(table: Table, widths: readonly Width[], form: Form): Plan {
  const { landscape, size } = form
  const least = widths.map((width) => leastOf(width, form))
  const more = widths.map(({ natural }, at) => Math.max(0, points(natural, size) - (least[at] ?? 0)))
  const share = Math.min(1, Math.max(0, form.width - sum(least)) / Math.max(1, sum(more)))
  const weights = least.map((one, at) => Math.round(one + share * (more[at] ?? 0)))
  const longest = table.rows.reduce(
    (most, { cells }) => cells.reduce((sum, cell) => Math.max(sum, wordsOf(cell).length), most),
    0,
  )
  return { table, landscape, size, weights, keepsRows: longest <= LONGEST_KEPT }
}

/** Points below which words would be cut, or lines be too short to read. */
function leastOf({ word, natural }: Width, { size, ease, short }: Form): number {
  const more = short ? 0 : Math.max(0, natural - ease) / 6
  return points(Math.max(word, Math.min(natural, ease + more)), size)
}

/** Columns of each part: the first of the table, and as many others as fit. */
function parts(widths: readonly Width[]): number[][] {
  const [first, ...others] = widths.map((width) => leastOf(width, SMALLEST))
  const found: number[][] = []
  let room = 0
  for (const [at, width] of others.entries()) {
    if (width > room || found.length === 0) {
      found.push([0])
      room = SMALLEST.width - (first ?? 0)
    }
    found.at(-1)?.push(at + 1)
    room -= width
  }
  return found.length === 0 ? [[0]] : found
}

function widthOf(column: Column, rows: readonly Row[], at: number): Width {
  const title = `${column.title} ${column.unit ?? ''}`
  let [longest, word] = [title.length / 2, longestWord(title)] // a title may stand on two lines
  for (const row of rows) {
    const text = wordsOf(row.cells[at] ?? '')
    longest = Math.max(longest, text.length)
    if (text.length > word) word = Math.max(word, longestWord(text.slice(0, 2000)))
  }
  const wide = column.mono ? 1.1 : 1
  const natural = longest <= WIDEST ? longest : WIDEST + 3 * Math.sqrt(Math.min(longest, 400) - WIDEST)
  return { word: wide * word, natural: wide * Math.max(word, natural) }
}

/** The longest run without a place to break; longer ones are broken by `Plain`. */
function longestWord(text: string): number {
  const words = text.split(/[\s\u200b]+/)
  return Math.min(26, Math.max(...words.map((word) => word.length)))
}

export function wordsOf(text: Text): string {
  return typeof text === 'string' ? text : text.map((span) => span.text).join('')
}

function points(characters: number, size: number): number {
  return characters * CHARACTER * size + PADDING
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
