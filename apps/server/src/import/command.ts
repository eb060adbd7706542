import { open as openFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { type Ledger, LedgerBusy } from '@tallystick/ledger'
import { errorCode } from '../platform/error-code.ts'
import type { Openings } from '../platform/openings.ts'
import { importFile } from './import.ts'
import { loadMapping, mappingNames } from './mapping.ts'
import { ImportError, whyNot } from './messages.ts'
import { grouped, progressBar, type Terminal } from './progress-bar.ts'
import type { ImportReport, Tonnes } from './report.ts'

export interface ImportAnswer {
  /** 0 done; 2 the arguments, the mapping or the file as a whole are wrong, nothing was written; 4 rows were refused. */
  exitCode: 0 | 2 | 4
  report?: ImportReport
  /** What to print on standard output: for people, or with `--json` one object on one line. */
  text: string
}

export interface ImportServices {
  ledger: Ledger
  openings: Pick<Openings, 'commitAll'>
}

const MAX_REFUSALS_SHOWN = 20

/**
 * `tallystick import <mapping> <file.csv> [--dry-run] [--report r.json] [--data DIR] [--json]`. `open` is asked for the
 * ledger of a data folder once the arguments and the mapping are found right.
 */
export async function runImport(
  args: readonly string[],
  open: (dataDir: string | undefined) => Promise<ImportServices>,
  terminal: Terminal = process.stderr,
): Promise<ImportAnswer> {
  if (args.includes('--help') || args.includes('-h')) return { exitCode: 0, text: await usage() }
  const asked = await parse(args)
  if ('wrong' in asked) return failed(asked.wrong, args.includes('--json'))
  const bar = progressBar(terminal)
  try {
    const mapping = await loadMapping(asked.mapping)
    if (asked.report !== undefined) await checkWritable(asked.report)
    const report = await importFile({
      ...(await open(asked.data)),
      mapping,
      file: asked.file,
      dryRun: asked.dryRun,
      onProgress: bar.show,
    })
    if (asked.report !== undefined) await writeFile(asked.report, `${JSON.stringify(report, null, 2)}\n`)
    const text = asked.json ? JSON.stringify(report) : forPeople(report, mapping.registry, asked)
    return { exitCode: report.refused.length > 0 ? 4 : 0, report, text }
  } catch (error) {
    const told = error instanceof LedgerBusy ? new ImportError('ledger-away', { reason: error.message }) : error
    if (told instanceof ImportError) return failed(told.message, asked.json)
    throw error
  } finally {
    bar.clear()
  }
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
  return [
    'Usage: tallystick import <mapping> <file.csv> [--dry-run] [--report r.json] [--data DIR] [--json]',
    `Mappings: ${(await mappingNames()).join(', ')}, or the path of a JSON file (docs/import.md).`,
  ].join('\n')
}

function failed(message: string, json: boolean): ImportAnswer {
  return { exitCode: 2, text: json ? JSON.stringify({ error: message }) : message }
}

function forPeople(report: ImportReport, registry: string, { mapping, dryRun }: Asked): string {
  const { file, rows, accepted, alreadyThere, refused } = report
  const lines = [
    `${file} (${mapping}): ${grouped(rows)} rows`,
    `  accepted ${grouped(accepted)} · already there ${grouped(alreadyThere)} · refused ${grouped(refused.length)}`,
    `  tonnes of the file: ${tonnes(report.tonnes)}`,
    `  registry ${registry} ${dryRun ? 'would then have' : 'now'}: ${tonnes(report.registry)}`,
    ...refused.slice(0, MAX_REFUSALS_SHOWN).map(({ row, column, reason }) => `  row ${row}, ${column}: ${reason}`),
  ]
  const more = refused.length - MAX_REFUSALS_SHOWN
  if (more > 0) lines.push(`  and ${grouped(more)} more refused rows; --report r.json lists all`)
  if (dryRun) lines.push('Dry run: nothing was changed.')
  return lines.join('\n')
}

function tonnes(sums: Tonnes): string {
  const named = [...(['issued', 'active', 'retired', 'cancelled'] as const)]
  return named.map((name) => `${name} ${grouped(sums[name])}`).join(' · ')
}
