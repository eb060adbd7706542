import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type BrokenValue, type CsvRecord, RecordCutter } from '../../platform/csv-records.ts'
import { errorCode } from '../../platform/error-code.ts'
import type texts from './en.json'

const MOST_MIB = 16
export const MOST_BYTES = MOST_MIB * 1_048_576
export const MOST_ROWS = 50_000

export type TextKey = keyof typeof texts

/** What is wrong with a row, or with a whole file where there is no line. */
export interface Fault {
  line?: number
  column?: string
  text: TextKey
  places?: Readonly<Record<string, string>>
  allowed?: string
}

export interface Row {
  line: number
  /** The trimmed value of a column; empty where there is none. */
  value(column: string): string
}

export interface Table {
  rows: Row[]
  faults: Fault[]
}

/** A column with the names that stand for it; `optional` where a file may lack it. */
export interface Column {
  name: string
  aliases?: readonly string[]
  optional?: true
}

/**
 * Reads a CSV file with these columns, in whatever order, or undefined where there is none. What is wrong is told as a
 * fault: of the whole file, which is then not read, or of a row, which then is left out.
 */
export async function readTable(path: string, columns: readonly Column[]): Promise<Table | undefined> {
  try {
    const file = await stat(path)
    if (!file.isFile()) return faulty({ text: 'not-a-file' })
    if (file.size > MOST_BYTES) return faulty({ text: 'too-large', places: { most: String(MOST_MIB) } })
    return await cut(path, columns)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT') return undefined
    return faulty({ text: 'unreadable', places: { code: code || 'error' } })
  }
}

function faulty(fault: Fault): Table {
  return { rows: [], faults: [fault] }
}

async function cut(path: string, columns: readonly Column[]): Promise<Table> {
  const cutter = new RecordCutter(',')
  const table: Table = { rows: [], faults: [] }
  let header: Header | undefined
  let bytes = 0
  const take = (record: CsvRecord): Fault | undefined => {
    if (!header) {
      const read = headerOf(record, columns)
      if ('text' in read) return read
      header = read
      return undefined
    }
    if (table.rows.length + table.faults.length >= MOST_ROWS) {
      return { text: 'too-many', places: { most: String(MOST_ROWS) } }
    }
    addRow(table, header, record)
    return undefined
  }
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const isFirst = bytes === 0
    bytes += chunk.length
    // A file may grow while it is read, or be one without an end.
    if (bytes > MOST_BYTES) return faulty({ text: 'too-large', places: { most: String(MOST_MIB) } })
    for (const record of cutter.cut(isFirst ? withoutMark(chunk) : chunk)) {
      const fault = take(record)
      if (fault) return faulty(fault)
    }
  }
  for (const record of cutter.end()) {
    const fault = take(record)
    if (fault) return faulty(fault)
  }
  return header ? table : faulty({ text: 'empty' })
}

interface Header {
  names: string[]
  /** Where a column stands. */
  at: ReadonlyMap<string, number>
}

function headerOf({ cells, broken }: CsvRecord, columns: readonly Column[]): Header | Fault {
  const names = cells.map((cell) => cell.trim())
  const known = names.map(
    (name) => columns.find((one) => [one.name, ...(one.aliases ?? [])].some((alias) => isSame(alias, name)))?.name,
  )
  const isWhole = columns.every(({ name, optional }) => optional === true || known.includes(name))
  const isClear = known.every((name) => name !== undefined) && new Set(known).size === known.length
  if (!broken && isWhole && isClear) {
    return { names, at: new Map(known.map((name, at) => [name ?? '', at])) }
  }
  const expected = columns.map(({ name, optional }) => (optional ? `[${name}]` : name)).join(',')
  const found = JSON.stringify(names.join(',').slice(0, 200))
  return { text: 'header', places: { expected, found } }
}

/** The documented headers say behind a name what is allowed there, as in `ROLE(admin|Manager|View)`. */
function isSame(one: string, other: string): boolean {
  return (
    one.toUpperCase() ===
    other
      .toUpperCase()
      .replace(/\s+/g, ' ')
      .replace(/ ?\([^()]*\)$/, '')
  )
}

const BROKEN: Readonly<Record<BrokenValue['code'], TextKey>> = {
  'quote-not-closed': 'quote-not-closed',
  'row-too-long': 'too-long',
  'value-too-long': 'too-long',
  'value-not-utf8': 'not-utf8',
  'value-control': 'not-utf8',
}

function addRow(table: Table, { names, at }: Header, { cells, broken, lines: [line] }: CsvRecord): void {
  if (broken) {
    table.faults.push({ line, column: names[broken.value] ?? String(broken.value + 1), text: BROKEN[broken.code] })
    return
  }
  if (cells.every((cell) => cell.trim() === '')) return
  if (cells.length > names.length) {
    const places = { found: String(cells.length), expected: String(names.length) }
    table.faults.push({ line, column: names.at(-1) ?? '', text: 'too-many-values', places })
    return
  }
  table.rows.push({ line, value: (column) => cells[at.get(column) ?? -1]?.trim() ?? '' })
}

function withoutMark(beginning: Buffer): Buffer {
  return beginning.subarray(0, 3).toString('hex') === 'efbbbf' ? beginning.subarray(3) : beginning
}
