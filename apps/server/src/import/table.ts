import { createReadStream, type ReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type CsvRecord, RecordCutter } from '../platform/csv-records.ts'
import { ImportError, whyNot } from './messages.ts'

/** A row of the table. `row` counts from 1, the first after the header; rows without any character are not counted. */
export interface TableRow extends CsvRecord {
  row: number
}

export interface Table {
  header: string[]
  rows: AsyncIterable<TableRow>
  /** How much of the file was read, from 0 to 1; undefined for what has no size, such as a pipe. */
  read(): number | undefined
}

/**
 * Opens a CSV file in UTF-8 (with or without byte order mark, any line ends) in constant memory. Throws an ImportError
 * for a file that is no such text: by its first bytes or its header, so before anything of it is used.
 */
export async function openTable(file: string, separator: string): Promise<Table> {
  const progress = { bytes: 0, size: await sizeOf(file) }
  const records = recordsOf(file, separator, progress)
  const { value: first, done } = await records.next()
  if (done) throw new ImportError('file-empty', { file })
  const header = first.cells.map((name) => name.trim())
  if (first.broken) {
    await records.return(undefined)
    throw headerError(file, first)
  }
  if (header.join('') === '') throw new ImportError('file-empty', { file })
  const read = () => (progress.size === 0 ? undefined : Math.min(1, progress.bytes / progress.size))
  return { header, rows: numbered(records), read }
}

function headerError(file: string, { broken, lines: [line] }: CsvRecord): ImportError {
  if (broken?.code === 'value-control') {
    return new ImportError('file-not-text', { file, found: 'characters that no table has in its header' })
  }
  if (broken?.code === 'value-not-utf8') return new ImportError('file-not-utf8', { file, line: String(line) })
  return new ImportError('header-broken', { file })
}

async function* numbered(records: AsyncIterable<CsvRecord>): AsyncIterable<TableRow> {
  let row = 0
  for await (const record of records) {
    row += 1
    yield { ...record, row }
  }
}

async function* recordsOf(
  file: string,
  separator: string,
  progress: { bytes: number },
): AsyncGenerator<CsvRecord, undefined> {
  const cutter = new RecordCutter(separator)
  let first = true
  for await (const chunk of bytesOf(file)) {
    if (first) checkSignature(file, chunk)
    yield* cutter.cut(first ? withoutMark(chunk) : chunk)
    progress.bytes += chunk.length
    first = false
  }
  yield* cutter.end()
}

/** 0 for what has no size, or cannot be read: that is told when it is read. */
async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  const stream: ReadStream = createReadStream(file, { highWaterMark: 262_144 })
  try {
    for await (const chunk of stream) yield chunk
  } catch (error) {
    throw new ImportError('file-unreadable', { file, reason: whyNot(error, file) })
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

function checkSignature(file: string, beginning: Buffer): void {
  const signature = signatures.find(([hex]) => beginning.subarray(0, hex.length / 2).toString('hex') === hex)
  if (signature) throw new ImportError('file-not-text', { file, found: signature[1] })
}

function withoutMark(beginning: Buffer): Buffer {
  return beginning.subarray(0, 3).toString('hex') === 'efbbbf' ? beginning.subarray(3) : beginning
}
