import type { Ledger } from '@tallystick/ledger'
import type { Openings } from '../platform/openings.ts'
import type { Mapping } from './mapping.ts'
import { isFlaw } from './messages.ts'
import { Recorder } from './recorder.ts'
import { Rehearsal } from './rehearsal.ts'
import { type ImportReport, registryTonnes, Tally } from './report.ts'
import { type Reading, rowReader } from './row.ts'
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
  /** Told how far it is, after each batch. */
  onProgress?: (progress: Progress) => void
}

/**
 * Imports a file of another registry's records. Bad rows are refused, the rest goes in; a row that was imported before
 * is left as it is. Throws an ImportError, before anything is written, for a file that does not fit the mapping.
 *
 * The result depends on the file and the ledger alone: rows are written in batches, several at once, but a row that shares
 * a serial number with one on its way waits for it; and rows that share none cannot change one another's verdict.
 */
export async function importFile(job: ImportJob): Promise<ImportReport> {
  const { mapping, file, onProgress = () => {} } = job
  const table = await openTable(file, mapping.separator)
  const read = rowReader(mapping, table.header, file)
  const ledger = job.dryRun ? new Rehearsal(job.ledger) : job.ledger
  const recorder = await Recorder.on(ledger, job.dryRun ? noOpenings : job.openings, mapping)
  const tally = new Tally(mapping.kind)
  const window = new Window(
    (batch: readonly Reading[]) => recorder.record(batch),
    (batch, verdicts) => {
      for (const [at, reading] of batch.entries()) tally.count(reading, verdicts[at] ?? 'accepted')
      onProgress({ rows: tally.rows, read: table.read() })
    },
  )
  try {
    for await (const row of table.rows) {
      const reading = read(row)
      if (isFlaw(reading)) tally.refuse(row.row, reading)
      else await window.add(reading)
    }
  } finally {
    await window.end()
  }
  return tally.report(file, await registryTonnes(ledger, mapping.registry))
}

/** Commitments of a rehearsal: nothing is kept, so nothing is committed to. */
const noOpenings: Pick<Openings, 'commitAll'> = {
  commitAll: async (values) => values.map(() => '0'.repeat(64)),
}
