import { median } from '../load.ts'
import type { Findings } from './check.ts'
import type { MinuteFigures } from './timeline.ts'

/** Minutes at either end that are compared. */
const WINDOW = 5
/** In the first minutes a process is still warming up. */
const WARM_MINUTES = 2
/** Most that the last minutes' p99, and memory, may be over the first ones'. */
const P99_RATIO = 1.25
const MEMORY_RATIO = 1.1

/** What is not killed itself: only there does memory tell of years. */
const LIVE_LONG = ['national-1', 'database'] as const

/** All that a soak has measured. */
export interface Soaked {
  capacityPerSecond: number
  perSecond: number
  minutes: MinuteFigures[]
  operations: Record<string, number>
  refusals: Record<string, number>
  mishaps: string[]
  /** Messages of answers with status 500. */
  faults: string[]
  findings: Findings
}

/** Times of one way to count, at the beginning and at the end. */
interface Trend {
  firstMs: number
  lastMs: number
  ratio: number
}

/** The one object that a soak ends with. */
export function jsonOf({ minutes, ...soaked }: Soaked) {
  const memory = memoryOf(minutes)
  const p99 = { whole: trendOf(minutes, 'p99Ms'), apart: trendOf(minutes, 'p99ApartMs') }
  return {
    ...soaked,
    minutes,
    kills: minutes.filter(({ killed }) => killed !== null).length,
    p99,
    memory,
    nothingLost: nothingLost(soaked.findings),
    holds: {
      p99: p99.whole.ratio <= P99_RATIO,
      memory: LIVE_LONG.every((name) => (memory[name]?.ratio ?? 0) <= MEMORY_RATIO),
    },
  }
}

/** Is the log what the clients were answered, are the rows what the log says, and is the log lawful? */
export function nothingLost(findings: Findings): boolean {
  const { sent: _1, acknowledged: _2, written: _3, entries: _4, verified: _5, ...wrong } = findings
  return Object.values(wrong).every((value) => value === 0)
}

function trendOf(minutes: readonly MinuteFigures[], of: 'p99Ms' | 'p99ApartMs'): Trend {
  const { first, last } = ends(minutes)
  const [firstMs, lastMs] = [median(first.map((one) => one[of])), median(last.map((one) => one[of]))]
  return { firstMs, lastMs, ratio: Number((lastMs / firstMs).toFixed(3)) }
}

function ends<T>(minutes: readonly T[]): { first: T[]; last: T[] } {
  const window = Math.max(1, Math.min(WINDOW, Math.floor(minutes.length / 2)))
  return { first: minutes.slice(0, window), last: minutes.slice(-window) }
}

/** PSS after the warm-up and at the end. */
function memoryOf(minutes: readonly MinuteFigures[]) {
  const warm = minutes.length > 2 * WARM_MINUTES ? minutes.slice(WARM_MINUTES) : minutes
  const { first, last } = ends(warm)
  const of = (name: string) => {
    const mb = (some: MinuteFigures[]) => median(some.flatMap(({ pssMB }) => pssMB[name] ?? []))
    const [firstMB, lastMB] = [mb(first), mb(last)]
    return { firstMB, lastMB, ratio: Number((lastMB / firstMB).toFixed(3)) }
  }
  const names = ['national-1', 'national-2', 'signer', 'database'] as const
  return Object.fromEntries(names.map((name) => [name, of(name)]))
}

/** One line of a minute, for people. */
export function lineOf(figures: MinuteFigures): string {
  const { minute, commands, reads, errors, pssMB, killed, restartMs } = figures
  const failed = Object.entries(errors).map(([kind, count]) => `${count} × ${kind}`)
  const memory = Object.entries(pssMB).map(([name, mb]) => `${name} ${Math.round(mb)}`)
  const after = killed === null ? 'no kill' : `kill ${killed}, back in ${restartMs ?? '?'} ms`
  return [
    `minute ${minute}: ${commands} commands, ${reads} reads`,
    `p50 ${figures.p50Ms} p99 ${figures.p99Ms} ms`,
    `apart from kills p50 ${figures.p50ApartMs} p99 ${figures.p99ApartMs} ms (${figures.apart} left out)`,
    `reads p99 ${figures.readP99Ms} ms`,
    `${after}, longest silence ${figures.silenceMs} ms`,
    `sent again: ${failed.join(', ') || 'nothing'}`,
    `PSS MB: ${memory.join(', ')}`,
    `${figures.entries} entries, database ${figures.databaseMB} MB`,
  ].join('; ')
}

/** The end, for people. */
export function summaryOf(soaked: Soaked): string {
  const { p99, memory, kills, ...json } = jsonOf(soaked)
  const { sent, acknowledged, written, entries, verified, reconcileExit, verifyExit, ...wrong } = soaked.findings
  const trend = ({ firstMs, lastMs, ratio }: Trend) => `${firstMs} → ${lastMs} ms, × ${ratio}`
  const rows: [string, string][] = [
    [
      'load',
      `${Math.round(soaked.perSecond)} operations/s of ${Math.round(soaked.capacityPerSecond)} that a closed loop reached`,
    ],
    ['operations', listed(soaked.operations)],
    ['failures of the servers', soaked.faults.join('; ') || 'none'],
    ['kills', `${kills}; ended or failed to start besides: ${soaked.mishaps.join('; ') || 'nothing'}`],
    ['commands', `${sent} sent, ${acknowledged} acknowledged, ${written} entries written, ${entries} in the log`],
    ['wrong', listed(wrong)],
    ['refused', listed(soaked.refusals) || 'nothing'],
    ['reconcile, verify', `exit ${reconcileExit}, ${verifyExit}: ${verified}`],
    [
      'p99, first to last minutes',
      `${trend(p99.whole)} (at most ${P99_RATIO}: ${json.holds.p99 ? 'holds' : 'does not hold'})`,
    ],
    ['p99 apart from kills', trend(p99.apart)],
    ...Object.entries(memory).map(([name, { firstMB, lastMB, ratio }]): [string, string] => {
      return [`PSS ${name}`, `${Math.round(firstMB)} → ${Math.round(lastMB)} MB, × ${ratio}`]
    }),
    ['memory flat', `at most × ${MEMORY_RATIO}: ${json.holds.memory ? 'holds' : 'does not hold'}`],
    ['nothing lost', json.nothingLost ? 'holds' : 'DOES NOT HOLD'],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

function listed(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
}
