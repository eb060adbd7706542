import { createWriteStream } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { type Ledger, LedgerBusy } from '@tallystick/ledger'
import { errorCode } from '../platform/error-code.ts'
import type { Openings } from '../platform/openings.ts'
import { importRows } from './import.ts'
import { loadMapping, mappingNames } from './mapping.ts'
import { ImportError, saidText, whyNot } from './messages.ts'
import { grouped, progressBar, type Terminal } from './progress-bar.ts'
import { RefusedRows } from './refused-rows.ts'
import { type ImportSums, reportText, type Tonnes } from './report.ts'

export interface ImportAnswer {
  /** 0 done; 2 the arguments, the mapping or the file as a whole are wrong, nothing was written; 4 rows were refused. */
  exitCode: 0 | 2 | 4
  /** What to print on standard output, piece by piece: for people, or with `--json` one object on one line. */
  text: AsyncIterable<string>
}

export interface ImportServices {
  ledger: Ledger
  openings: Pick<Openings, 'commitAll'>
}

const MAX_REFUSALS_SHOWN = 20

/** What became of the file, or would have. */
type Sums = ImportSums & { dryRun: boolean }

/**
 * `tallystick import <mapping> <file.csv> [--dry-run] [--report r.json] [--data DIR] [--json]`. `open` is asked for the
 * ledger of a data folder once the arguments and the mapping are found right.
 */
export async function runImport(
  args: readonly string[],
  open: (dataDir: string | undefined) => Promise<ImportServices>,
  terminal: Terminal = process.stderr,
): Promise<ImportAnswer> {
  if (args.includes('--help') || args.includes('-h')) return { exitCode: 0, text: inOne(await usage()) }
  const asked = await parse(args)
  if ('wrong' in asked) return failed(asked.wrong, args.includes('--json'))
  const bar = progressBar(terminal)
  const refused = new RefusedRows(MAX_REFUSALS_SHOWN)
  let isKept = false
  try {
    const mapping = await loadMapping(asked.mapping)
    if (asked.report !== undefined) await checkWritable(asked.report)
    const job = { ...(await open(asked.data)), mapping, file: asked.file, dryRun: asked.dryRun, onProgress: bar.show }
    const sums: Sums = { dryRun: asked.dryRun, ...(await importRows(job, (row) => refused.add(row))) }
    if (asked.report !== undefined) await writeReport(asked.report, sums, refused)
    isKept = asked.json
    const text = asked.json ? onOneLine(sums, refused) : inOne(forPeople(sums, refused, mapping.registry, asked))
    return { exitCode: refused.count > 0 ? 4 : 0, text }
  } catch (error) {
    const told = error instanceof LedgerBusy ? new ImportError('ledger-away', { reason: error.message }) : error
    if (told instanceof ImportError) return failed(told.message, asked.json)
    throw error
  } finally {
    bar.clear()
    if (!isKept) await refused.close()
  }
}

async function writeReport(report: string, sums: Sums, refused: RefusedRows): Promise<void> {
  await pipeline(Readable.from(reportText(sums, refused.lines(), true)), createWriteStream(report))
}

async function* onOneLine(sums: Sums, refused: RefusedRows): AsyncGenerator<string> {
  try {
    yield* reportText(sums, refused.lines(), false)
  } finally {
    await refused.close()
  }
}

async function* inOne(text: string): AsyncGenerator<string> {
  yield text
}

/** Asked before anything is imported, so that no report is lost to a wrong path. */
async function checkWritable(report: string): Promise<void> {
  try {
    await (await openFile(report, 'a')).close()
  } catch (error) {
    const place = errorCode(error) === 'ENOENT' ? dirname(report) : report
    throw new ImportError('report-unwritable', { report, reason: whyNot(error, place) })
  }
}

interface Asked {
  mapping: string
  file: string
  report: string | undefined
  data: string | undefined
  dryRun: boolean
  json: boolean
}

async function parse(args: readonly string[]): Promise<Asked | { wrong: string }> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        report: { type: 'string' },
        data: { type: 'string' },
      },
    })
    const [mapping, file, ...more] = positionals
    if (mapping === undefined || file === undefined || more.length > 0) return { wrong: await usage() }
    return { mapping, file, report: values.report, data: values.data, dryRun: values['dry-run'], json: values.json }
  } catch (error) {
    return { wrong: `${error instanceof Error ? error.message : String(error)}\n${await usage()}` }
  }
}

async function usage(): Promise<string> {
  return saidText('usage', { names: (await mappingNames()).join(', ') })
}

function failed(message: string, json: boolean): ImportAnswer {
  return { exitCode: 2, text: inOne(json ? JSON.stringify({ error: message }) : message) }
}

function forPeople(sums: Sums, refused: RefusedRows, registry: string, { mapping }: Asked): string {
  const { file, rows, accepted, alreadyThere, dryRun } = sums
  const counts = { accepted: grouped(accepted), there: grouped(alreadyThere), refused: grouped(refused.count) }
  const lines = [
    saidText('file', { file, mapping, rows: grouped(rows) }),
    saidText('counts', counts),
    saidText('tonnes', { tonnes: tonnes(sums.tonnes) }),
    saidText(dryRun ? 'registryThen' : 'registry', { registry, tonnes: tonnes(sums.registry) }),
    ...refused.first.map(({ row, column, reason }) => saidText('row', { row: `${row}`, column, reason })),
  ]
  const more = refused.count - refused.first.length
  if (more > 0) lines.push(saidText('more', { more: grouped(more) }))
  if (dryRun) lines.push(saidText('dryRun'))
  return lines.join('\n')
}

function tonnes({ issued, active, retired, cancelled }: Tonnes): string {
  return saidText('sums', {
    issued: grouped(issued),
    active: grouped(active),
    retired: grouped(retired),
    cancelled: grouped(cancelled),
  })
}
