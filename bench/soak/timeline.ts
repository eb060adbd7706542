import { median, quantile } from '../load.ts'

/** How long after a kill its outage is set apart. */
export const APART_MS = 5_000

/** An answered command. Times in milliseconds from the beginning of the load. */
interface Answered {
  /** When it was to be sent. */
  intended: number
  answered: number
}

/** What happened in a minute of load. */
export interface Minute {
  number: number
  commands: Answered[]
  reads: number[]
  /** Attempts that were not answered, by kind, such as `connection` or `503 ledger-busy`. */
  errors: Map<string, number>
  /** Operations that were to begin in this minute and are under way. */
  underWay: number
  kill: Kill | undefined
  /** PSS in MB, each time that it was looked at. */
  pss: Record<string, number>[]
  /** At the end of the minute. */
  entries: number
  databaseMB: number
}

export interface Kill {
  victim: string
  at: number
  /** Until what was killed answered again; undefined while it does not. */
  restartMs: number | undefined
}

export interface Timeline {
  minutes: Minute[]
  kills: Kill[]
  /** When commands were answered last, and the longest silence in each minute. */
  lastAnswer: number
  silence: Map<number, number>
}

export function emptyTimeline(): Timeline {
  return { minutes: [], kills: [], lastAnswer: 0, silence: new Map() }
}

const MINUTE_MS = 60_000

/** The minute of an instant; it is made when it is first asked for. */
export function minuteAt({ minutes }: Timeline, at: number): Minute {
  const number = Math.max(0, Math.floor(at / MINUTE_MS))
  while (minutes.length <= number) {
    minutes.push({
      ...{ number: minutes.length, commands: [], reads: [], errors: new Map(), underWay: 0, kill: undefined },
      ...{ pss: [], entries: 0, databaseMB: 0 },
    })
  }
  return minutes[number] as Minute
}

/** Notes an operation that was answered. */
export function note(timeline: Timeline, intended: number, answered: number, isCommand: boolean): void {
  const minute = minuteAt(timeline, intended)
  if (!isCommand) {
    minute.reads.push(answered - intended)
    return
  }
  minute.commands.push({ intended, answered })
  const { number } = minuteAt(timeline, answered)
  const gap = answered - timeline.lastAnswer
  timeline.silence.set(number, Math.max(timeline.silence.get(number) ?? 0, gap))
  timeline.lastAnswer = answered
}

/** What a line of the report says of a minute. Times in milliseconds. */
export interface MinuteFigures {
  minute: number
  commands: number
  reads: number
  errors: Record<string, number>
  p50Ms: number
  p99Ms: number
  /** Without commands that were to be sent, or under way, in the seconds after a kill. */
  p50ApartMs: number
  p99ApartMs: number
  /** How many commands were set apart. */
  apart: number
  readP99Ms: number
  killed: string | null
  restartMs: number | null
  /** The longest time in which no command was answered. */
  silenceMs: number
  pssMB: Record<string, number>
  entries: number
  databaseMB: number
}

export function figuresOf(timeline: Timeline, minute: Minute): MinuteFigures {
  const { number, commands, reads, errors, kill, pss, entries, databaseMB } = minute
  const all = commands.map(({ intended, answered }) => answered - intended)
  const calm = commands.filter((one) => !isApart(timeline.kills, one))
  const apart = calm.map(({ intended, answered }) => answered - intended)
  const names = [...new Set(pss.flatMap((sample) => Object.keys(sample)))]
  const pssMB = names.map((name) => [name, tenth(median(pss.flatMap((sample) => sample[name] ?? [])))])
  return {
    minute: number + 1,
    commands: commands.length,
    reads: reads.length,
    errors: Object.fromEntries(errors),
    p50Ms: tenth(quantile(all, 0.5)),
    p99Ms: tenth(quantile(all, 0.99)),
    p50ApartMs: tenth(quantile(apart, 0.5)),
    p99ApartMs: tenth(quantile(apart, 0.99)),
    apart: commands.length - calm.length,
    readP99Ms: tenth(quantile(reads, 0.99)),
    killed: kill?.victim ?? null,
    restartMs: kill?.restartMs === undefined ? null : Math.round(kill.restartMs),
    silenceMs: Math.round(timeline.silence.get(number) ?? 0),
    pssMB: Object.fromEntries(pssMB),
    entries,
    databaseMB: Math.round(databaseMB),
  }
}

function isApart(kills: readonly Kill[], { intended, answered }: Answered): boolean {
  return kills.some(({ at }) => intended < at + APART_MS && answered > at)
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
