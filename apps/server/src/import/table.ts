import { createReadStream, type ReadStream } from 'node:fs'
import { TextDecoder } from 'node:util'
import { type Info, parse } from 'csv-parse'
import { ImportError } from './messages.ts'

/** Longest row, in characters. A quotation mark that is never closed would otherwise take in the whole file. */
export const MAX_ROW_LENGTH = 1_048_576

/** A row of the table. `row` counts from 1, the first after the header; rows without any character are not counted. */
export interface TableRow {
  row: number
  /** First and last line of the file that it stands on, from 1; for a broken row only the first is known. */
  lines: readonly [number, number]
  /** Undefined where the row could not be read to its end; nothing follows it then. */
  cells: string[] | undefined
  broken?: 'quote-not-closed' | 'row-too-long'
}

export interface Table {
  header: string[]
  rows: AsyncIterable<TableRow>
}

/**
 * Opens a CSV file in UTF-8 (with or without byte order mark, any line ends) in constant memory. It is read through once
 * before, so that a file that is no such text is refused before anything of it is used. Throws an ImportError.
 */
export async function openTable(file: string, separator: string): Promise<Table> {
  await inspect(file)
  const records = recordsOf(file, separator)
  const { value: first, done } = await records.next()
  if (done) throw new ImportError('file-empty', { file })
  if (!first.cells) throw new ImportError('header-broken', { file })
  const header = first.cells.map((name) => name.trim())
  return { header, rows: numbered(records) }
}

async function* numbered(records: AsyncIterable<Omit<TableRow, 'row'>>): AsyncIterable<TableRow> {
  let row = 0
  for await (const record of records) {
    row += 1
    yield { ...record, row }
  }
}

/** Records are taken as the parser makes them, so that those before an error come out, always the same ones. */
async function* recordsOf(file: string, separator: string): AsyncGenerator<Omit<TableRow, 'row'>> {
  const ready: Omit<TableRow, 'row'>[] = []
  let lastLine = 0
  let emptyLines = 0
  const startAfter = (info: Info): number => lastLine + 1 + info.empty_lines - emptyLines
  const take = (cells: string[], info: Info): null => {
    const start = startAfter(info)
    emptyLines = info.empty_lines
    lastLine = start + cells.reduce((sum, cell) => sum + breaksIn(cell), 0)
    ready.push({ cells, lines: [start, lastLine] })
    return null
  }
  const parser = parse({
    bom: true,
    delimiter: separator,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_LENGTH,
    on_record: (cells: string[], info: Info) => take(cells, info),
  })
  let failure: Error | undefined
  parser.on('error', (error) => {
    failure = error
  })
  parser.resume()
  for await (const chunk of bytesOf(file)) {
    await new Promise<void>((resolve) => parser.write(chunk, () => resolve()))
    yield* ready.splice(0)
    if (failure) break
  }
  if (!failure)
    await new Promise<void>((resolve) =>
      parser
        .once('end', resolve)
        .once('error', () => resolve())
        .end(),
    )
  yield* ready.splice(0)
  if (failure) yield brokenOff(failure, startAfter(parser.info))
}

function breaksIn(cell: string): number {
  return cell.match(/\r\n|\n|\r/g)?.length ?? 0
}

function brokenOff(failure: Error, line: number): Omit<TableRow, 'row'> {
  const code = 'code' in failure ? failure.code : ''
  const lines = [line, line] as const
  if (code === 'CSV_QUOTE_NOT_CLOSED') return { cells: undefined, lines, broken: 'quote-not-closed' }
  if (code === 'CSV_MAX_RECORD_SIZE') return { cells: undefined, lines, broken: 'row-too-long' }
  throw failure
}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  const stream: ReadStream = createReadStream(file, { highWaterMark: 262_144 })
  try {
    for await (const chunk of stream) yield chunk
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new ImportError('file-unreadable', { file, reason })
  }
}

const signatures: readonly (readonly [hex: string, found: string])[] = [
  ['504b0304', 'a spreadsheet or an archive (.xlsx, .ods, .zip)'],
  ['d0cf11e0', 'a spreadsheet (.xls)'],
  ['25504446', 'a PDF'],
  ['1f8b', 'compressed data (.gz)'],
  ['fffe', 'text in UTF-16'],
  ['feff', 'text in UTF-16'],
]

/** Refuses what is not text in UTF-8. */
async function inspect(file: string): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  let first = true
  let blank = true
  for await (const chunk of bytesOf(file)) {
    if (first) {
      const signature = signatures.find(([hex]) => chunk.subarray(0, hex.length / 2).toString('hex') === hex)
      if (signature) throw new ImportError('file-not-text', { file, found: signature[1] })
      first = false
    }
    if (chunk.includes(0)) throw new ImportError('file-not-text', { file, found: 'bytes that no text has' })
    const text = decoded(decoder, chunk)
    if (text === undefined)
      throw new ImportError('file-not-utf8', { file, line: String(line + linesBeforeFlaw(chunk)) })
    blank &&= text.trim() === ''
    line += countLines(text)
  }
  if (decoded(decoder, undefined) === undefined) throw new ImportError('file-not-utf8', { file, line: String(line) })
  if (blank) throw new ImportError('file-empty', { file })
}

/** Undefined for bytes that are not UTF-8; without a chunk, for text that ends in the middle of a character. */
function decoded(decoder: TextDecoder, chunk: Buffer | undefined): string | undefined {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
  } catch {
    return undefined
  }
}

function linesBeforeFlaw(chunk: Buffer): number {
  const text = chunk.toString('utf8')
  return countLines(text.slice(0, text.indexOf('\ufffd', 3)))
}

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
