import type { Ledger } from '@tallystick/ledger'
import type { Openings } from '../platform/openings.ts'
import type { Mapping } from './mapping.ts'
import { isFlaw } from './messages.ts'
import { Recorder } from './recorder.ts'
import type { RefusedRow } from './refused-rows.ts'
import { type RecordLedger, Rehearsal } from './rehearsal.ts'
import { type ImportReport, type ImportSums, registryTonnes, Tally } from './report.ts'
import { rowReader } from './row.ts'
import { openTable } from './table.ts'
import { Window } from './window.ts'

export interface Progress {
  rows: number
  /** How much of the file was read, from 0 to 1; undefined for what has no size. */
  read: number | undefined
}

export interface ImportJob {
  ledger: Ledger
  openings: Pick<Openings, 'commitAll'>
  mapping: Mapping
  /** Path of the CSV file. */
  file: string
  /** Judge every row, change nothing. */
  dryRun?: boolean
  /** Most rows and runs that a dry run keeps in memory. */
  mostKept?: number
  /** Told how far it is, after each batch. */
  onProgress?: (progress: Progress) => void
}

/** Imports a file and answers all that became of it, the refused rows in their order. */
export async function importFile(job: ImportJob): Promise<ImportReport> {
  const refused: RefusedRow[] = []
  const { tonnes, registry, ...counts } = await importRows(job, async (row) => void refused.push(row))
  return { ...counts, refused, tonnes, registry }
}

/**
 * Imports a file of another registry's records, in constant memory. Bad rows are refused, the rest goes in; a row that was
 * imported before is left as it is. `onRefused` is given each refused row, in their order, and waited for. Throws an
 * ImportError, before anything is written, for a file that does not fit the mapping.
 *
 * The result depends on the file and the ledger alone: rows are written in batches, several at once, but a row that shares
 * a serial number with one on its way waits for it; and rows that share none cannot change one another's verdict.
 */
export async function importRows(job: ImportJob, onRefused: (row: RefusedRow) => Promise<void>): Promise<ImportSums> {
  if (!job.dryRun) return importInto(job.ledger, job, onRefused)
  const rehearsal = new Rehearsal(job.ledger, job.mostKept)
  try {
    return await importInto(rehearsal, { ...job, openings: noOpenings }, onRefused)
  } finally {
    await rehearsal.close()
  }
}

async function importInto(
  ledger: RecordLedger,
  { openings, mapping, file, onProgress = () => {} }: ImportJob,
  onRefused: (row: RefusedRow) => Promise<void>,
): Promise<ImportSums> {
  const table = await openTable(file, mapping.separator)
  const read = rowReader(mapping, table.header, file)
  const recorder = await Recorder.on(ledger, openings, mapping)
  const tally = new Tally(mapping.kind)
  const window = new Window(
    (batch) => recorder.record(batch),
    async (rows) => {
      for (const judged of rows) {
        tally.count(judged)
        if (isFlaw(judged.verdict)) await onRefused({ row: judged.row, ...judged.verdict })
      }
      onProgress({ rows: tally.rows, read: table.read() })
    },
  )
  try {
    for await (const row of table.rows) await window.add({ row: row.row, read: read(row) })
  } finally {
    await window.end()
  }
  return tally.sums(file, await registryTonnes(ledger, mapping.registry))
}

/** Commitments of a rehearsal: nothing is kept, so nothing is committed to. */
const noOpenings: Pick<Openings, 'commitAll'> = {
  commitAll: async (values) => values.map(() => '0'.repeat(64)),
}
