import { Readable } from 'node:stream'
import { type LoggedEntry, type Speech, sentenceOf } from '@tallystick/contract'
import type { FastifyReply } from 'fastify'
import type { LogRow } from './entries.ts'
import { spokenTo } from './language.ts'
import { legsOf, unitsIn } from './legs.ts'
import { namesIn, speechOf } from './names.ts'
import type { Services } from './services.ts'

/** Entries that are read, put into words and sent at once: memory does not grow with the ledger. */
const ENTRIES_A_READ = 500

export type ExportFormat = 'csv' | 'jsonl'

/** The entries of a ledger after a place, in order; its place is what the next read goes on from. */
export type LedgerReader = (after: number, limit: number) => Promise<(LogRow & { place: number })[]>

export interface Exported {
  /** Of the file, without its ending. */
  name: string
  /** Before the first entry. */
  start: number
  read: LedgerReader
  /** Whose ranges are told; without it those of everybody. */
  accounts?: (accounts: readonly string[]) => Promise<ReadonlySet<string>>
}

const columns = ['index', 'leaf', 'at', 'type', 'sentence', 'from', 'to', 'first', 'last', 'quantity'] as const
type Line = Record<(typeof columns)[number], string | number>

/** A ledger as a file that is sent while it is read. */
export function exportLedger(
  services: Services,
  reply: FastifyReply,
  format: ExportFormat,
  exported: Exported,
): Readable {
  reply.header('content-disposition', `attachment; filename="${exported.name}.${format}"`)
  const speech = speechOf(services, spokenTo(reply.request, reply))
  return Readable.from(texts(services, speech, format, exported), { objectMode: false, highWaterMark: 65_536 })
}

async function* texts(
  services: Services,
  speech: Speech,
  format: ExportFormat,
  exported: Exported,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(columns)
  for (let after = exported.start; ; ) {
    const rows = await exported.read(after, ENTRIES_A_READ)
    const last = rows.at(-1)
    if (!last) return
    const lines = await linesOf(services, speech, rows, exported)
    yield lines.map((line) => (format === 'csv' ? csvLine(columns.map((name) => line[name])) : jsonLine(line))).join('')
    if (rows.length < ENTRIES_A_READ) return
    after = last.place
  }
}

async function linesOf(
  services: Services,
  speech: Speech,
  rows: readonly LogRow[],
  { accounts }: Exported,
): Promise<Line[]> {
  const entries = rows.map(({ entry }) => entry)
  const told = entries.map(rangesTold)
  const parties = told.flatMap((ranges) => ranges.flatMap(({ from, to }) => [from, to].filter((id) => id !== '')))
  const [names, own] = await Promise.all([namesIn(services, entries), accounts?.([...new Set(parties)])])
  return rows.flatMap(({ index, leaf, entry }, at): Line[] => {
    const common = { index, leaf, at: entry.at, type: entry.type, sentence: sentenceOf(entry, names, speech) }
    const ranges = (told[at] ?? []).filter(({ from, to }) => !own || own.has(from) || own.has(to))
    if (ranges.length === 0) return [{ ...common, ...nothing }]
    return ranges.map((range) => ({ ...common, ...range }))
  })
}

const nothing = { from: '', to: '', first: '', last: '', quantity: '' }

/** Every range that an entry names, with the accounts that it leaves and reaches. */
function rangesTold(entry: LoggedEntry) {
  const legs = legsOf(entry).flatMap(({ from, to, ranges }) =>
    ranges.map((range) => ({ from: from ?? '', to: to ?? '', ...shown(range) })),
  )
  if (entry.type === 'HoldPlaced' && entry.body.range) return [{ from: '', to: '', ...shown(entry.body.range) }]
  if (entry.type === 'MirrorRecorded') return [{ from: '', to: '', ...shown(entry.body.range) }]
  return legs
}

function shown(range: readonly [string, string]) {
  return { first: range[0], last: range[1], quantity: `${unitsIn([range])}` }
}

/** A line of RFC 4180. */
function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/** What a spreadsheet would take for a formula has an apostrophe before it, so that it stays a text. */
export function csvCell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function jsonLine(line: Line): string {
  return `${JSON.stringify(line)}\n`
}
