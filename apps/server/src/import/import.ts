import type { Ledger } from '@tallystick/ledger'
import type { Openings } from '../platform/openings.ts'
import type { Mapping } from './mapping.ts'
import { isFlaw } from './messages.ts'
import { Recorder } from './recorder.ts'
import { Rehearsal } from './rehearsal.ts'
import { type ImportReport, registryTonnes, Tally } from './report.ts'
import { type Reading, rowReader } from './row.ts'
import { openTable } from './table.ts'

/** Most rows that are written at once. */
export const BATCH_ROWS = 200

export interface ImportJob {
  ledger: Ledger
  openings: Pick<Openings, 'commitAll'>
  mapping: Mapping
  /** Path of the CSV file. */
  file: string
  /** Judge every row, change nothing. */
  dryRun?: boolean
  /** Told how many rows are done, after each batch. */
  onProgress?: (rows: number) => void
}

/**
 * Imports a file of another registry's records. Bad rows are refused, the rest goes in; a row that was imported before
 * is left as it is. Throws an ImportError, before anything is written, for a file that does not fit the mapping.
 *
 * The result depends on the file and the ledger alone: rows are written in batches, a batch ends before the first row
 * that shares a serial number with one in it, and rows that share none cannot change one another's verdict.
 */
export async function importFile(job: ImportJob): Promise<ImportReport> {
  const { mapping, file, onProgress = () => {} } = job
  const table = await openTable(file, mapping.separator)
  const read = rowReader(mapping, table.header, file)
  const ledger = job.dryRun ? new Rehearsal(job.ledger) : job.ledger
  const recorder = await Recorder.on(ledger, job.dryRun ? noOpenings : job.openings, mapping)
  const tally = new Tally(mapping.kind)
  let batch: Reading[] = []
  const flush = async (): Promise<void> => {
    const verdicts = await recorder.record(batch)
    for (const [at, reading] of batch.entries()) tally.count(reading, verdicts[at] ?? 'accepted')
    batch = []
    onProgress(tally.rows)
  }
  for await (const row of table.rows) {
    const reading = read(row)
    if (isFlaw(reading)) {
      tally.refuse(row.row, reading)
      continue
    }
    if (batch.length === BATCH_ROWS || batch.some((other) => shareSerial(other, reading))) await flush()
    batch.push(reading)
  }
  await flush()
  return tally.report(file, await registryTonnes(ledger, mapping.registry))
}

function shareSerial(a: Reading, b: Reading): boolean {
  if (a.about !== 'serials' || b.about !== 'serials') return a.identity === b.identity
  return a.first <= b.last && b.first <= a.last && a.space === b.space
}

/** Commitments of a rehearsal: nothing is kept, so nothing is committed to. */
const noOpenings: Pick<Openings, 'commitAll'> = {
  commitAll: async (values) => values.map(() => '0'.repeat(64)),
}
