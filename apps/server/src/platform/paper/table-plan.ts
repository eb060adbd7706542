import type { Column, Row, Table, Text } from './paper.ts'

/** How a table stands on A4. */
export interface Plan {
  table: Table
  landscape: boolean
  /** Of the type, in points. */
  size: number
  /** Of the columns, in proportion. */
  weights: number[]
}

/** Widths in points: text of a page, padding of a column, and of one character in ems. */
const PORTRAIT = 482
const LANDSCAPE = 728
const PADDING = 7
const CHARACTER = 0.58
/** No column asks for more than so many characters; it breaks its lines instead. */
const WIDEST = 40
const COMFORTABLE = 12

const FORMS = [
  { landscape: false, size: 9, width: PORTRAIT },
  { landscape: false, size: 8, width: PORTRAIT },
  { landscape: true, size: 8.5, width: LANDSCAPE },
  { landscape: true, size: 7.5, width: LANDSCAPE },
] as const
const SMALLEST = { landscape: true, size: 7.5, width: LANDSCAPE }

interface Width {
  /** Characters below which words would be cut. */
  least: number
  /** Characters with which nothing breaks. */
  natural: number
}

/**
 * Upright if it can be read so, else across, else in parts that repeat the first column. No table is set in type
 * smaller than 7.5 points.
 */
export function plans(table: Table): Plan[] {
  const widths = table.columns.map((column, at) => widthOf(column, table.rows, at))
  const form = FORMS.find(({ size, width }) => sum(widths.map(({ least }) => points(least, size))) <= width)
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

function planOf(
  table: Table,
  widths: readonly Width[],
  { landscape, size, width }: (typeof FORMS)[number] | typeof SMALLEST,
): Plan {
  const least = widths.map((one) => points(one.least, size))
  const more = widths.map((one, at) => points(one.natural, size) - (least[at] ?? 0))
  const share = Math.min(1, Math.max(0, width - sum(least)) / Math.max(1, sum(more)))
  const weights = least.map((one, at) => Math.round(one + share * (more[at] ?? 0)))
  return { table, landscape, size, weights }
}

/** Columns of each part: the first of the table, and as many others as fit. */
function parts(widths: readonly Width[]): number[][] {
  const [first, ...others] = widths.map(({ least }) => points(least, SMALLEST.size))
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
  const texts = [column.title, column.unit ?? '', ...rows.map((row) => wordsOf(row.cells[at] ?? ''))]
  let [longest, word] = [0, 0]
  for (const text of texts) {
    longest = Math.max(longest, Math.min(text.length, WIDEST))
    if (text.length > word) word = Math.max(word, longestWord(text.slice(0, 2000)))
  }
  const wide = column.mono ? 1.1 : 1
  return { least: wide * Math.max(word, Math.min(longest, COMFORTABLE)), natural: wide * longest }
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
