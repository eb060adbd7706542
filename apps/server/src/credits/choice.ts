import type { SerialRange } from '@tallystick/contract'
import { MAX_RANGES, type Range, toWire } from '@tallystick/rules'
import { count, print, recognise, type Serial } from '@tallystick/serials'
import { type KnownBatch, type KnownNames, namesIn } from '../platform/names.ts'
import { fieldProblem, problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { ownSeries, runsByItmo } from './own-itmos.ts'

/** How a request names units. */
interface Choice {
  batch?: string | undefined
  quantity?: string | undefined
  ranges?: SerialRange[] | undefined
  serial?: string | undefined
}

/** What the ledger is asked for. */
interface ChosenUnits {
  batch: string
  quantity?: string
  ranges?: [string, string][]
}

/** The units that a request means. Throws a problem for a serial that is not one of ours or not of the batch named. */
export async function chosenUnits(services: Services, choice: Choice): Promise<ChosenUnits> {
  if (choice.serial !== undefined) return unitsOfSerial(services, choice.serial, choice.batch)
  const batch = choice.batch ?? ''
  if (choice.quantity !== undefined) return { batch, quantity: choice.quantity }
  return { batch, ranges: (choice.ranges ?? []).map(({ first, last }) => [first, last]) }
}

/** Formats of what is held here: issued here, or ITMOs of another Party. */
const ours: ReadonlySet<string> = new Set(['national', 'itmo'])

async function unitsOfSerial(services: Services, text: string, batch: string | undefined): Promise<ChosenUnits> {
  const found = recognise(text)
  const [serial] = found
  if (!serial || found.length > 1 || !ours.has(serial.format)) {
    throw fieldProblem(
      'serial',
      'must be one serial number or range issued here, or ITMOs held here',
      'such as XT-ITMO-1-042-2024-0-1-250',
    )
  }
  const own = ownSeries(services, serial)
  if (own) return unitsOfItmos(services, serial, own, batch)
  const { first } = serial.range
  const [run] = await services.ledger.runs(serial.space, { first, last: first }, 1)
  const names = run && (await namesIn(services, run.batch))
  if (!run || !saysSo(serial, run.batch, names)) {
    const closest = run && names?.batch(run.batch) ? names.block(run.batch, serial.range).serial : undefined
    throw problem('serial-unknown', { serial: print(serial), ...(closest ? { closest } : {}) }, [
      { field: 'serial', message: 'was never printed here', ...(closest ? { allowed: closest } : {}) },
    ])
  }
  if (batch !== undefined && batch !== run.batch) throw fieldProblem('serial', 'must be of the batch', batch)
  return { batch: run.batch, ranges: [toWire(serial.range)] }
}

/** Units issued here by their ITMO identifiers, which lie in one batch. */
async function unitsOfItmos(
  services: Services,
  serial: Serial,
  series: [string, string],
  batch: string | undefined,
): Promise<ChosenUnits> {
  const runs = await runsByItmo(services, series, serial.range, MAX_RANGES + 1)
  const [run] = runs
  const found = runs.reduce((sum, { first, last }) => sum + last - first + 1n, 0n)
  if (!run || found !== count(serial.range)) {
    throw problem('serial-unknown', { serial: print(serial) }, [{ field: 'serial', message: 'was never printed here' }])
  }
  if (runs.length > MAX_RANGES || runs.some((other) => other.batch !== run.batch)) {
    throw fieldProblem('serial', 'must be of one batch, in few pieces')
  }
  if (batch !== undefined && batch !== run.batch) throw fieldProblem('serial', 'must be of the batch', batch)
  return { batch: run.batch, ranges: joined(runs).map(toWire) }
}

/** In their order, those that follow each other as one. */
function joined(runs: readonly Range[]): Range[] {
  const ranges: Range[] = []
  for (const { first, last } of runs.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = ranges.at(-1)
    if (before && before.last + 1n === first) before.last = last
    else ranges.push({ first, last })
  }
  return ranges
}

function saysSo(serial: Serial, batchId: string, names: KnownNames | undefined): boolean {
  const batch = names?.batch(batchId)
  return batch !== undefined && names !== undefined && saysBatch(serial, batch, names)
}

/** Is the serial, field by field, what we print for these numbers of the batch? The numbers alone are not enough. */
export function saysBatch(serial: Serial, batch: KnownBatch, names: KnownNames): boolean {
  return serial.space === batch.space && print(serial) === names.block(batch.id, serial.range).serial
}
