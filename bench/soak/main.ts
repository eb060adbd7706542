import { setTimeout as delay } from 'node:timers/promises'
import { query, startDatabase } from '../database.ts'
import { chanceOf } from '../load.ts'
import { hasProc } from '../process.ts'
import { openCaller } from './caller.ts'
import { check } from './check.ts'
import { capacityOf, soak } from './load.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { type Processes, startProcesses, VICTIMS } from './processes.ts'
import { jsonOf, lineOf, type Soaked, summaryOf } from './report.ts'
import { newScene, type Scene } from './scene.ts'
import { emptyTimeline, figuresOf, type MinuteFigures, minuteAt, type Timeline } from './timeline.ts'
import { makeWorld, type World } from './world.ts'

const MINUTE_MS = 60_000
/** In each minute, the kill comes after so long, and up to so much later. */
const KILL_AFTER_MS = 20_000
const KILL_WITHIN_MS = 20_000
const PSS_EVERY_MS = 5_000

/** How far it is: on standard error, so that standard output holds the answer alone. */
function tell(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
}

async function run(options: Options): Promise<Soaked> {
  if (!hasProc()) throw new Error('The soak reads memory from /proc, so it runs on Linux only.')
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void close().finally(() => process.exit(1)))
  }
  try {
    const server = await startDatabase(options.folder, options.postgres)
    closers.push(() => server.close())
    tell(`seed ${options.seed}; filling a registry`)
    const world = await makeWorld(server, options.seed, tell)
    const processes = await startProcesses(server, world)
    closers.push(() => processes.close())
    return await load(options, world, processes)
  } finally {
    await close()
  }
}

async function load(options: Options, world: World, processes: Processes): Promise<Soaked> {
  const timeline = emptyTimeline()
  const clock = { begin: Number.POSITIVE_INFINITY }
  const caller = openCaller(processes.urls, (kind) => {
    const now = performance.now() - clock.begin
    if (now < 0) return
    const { errors } = minuteAt(timeline, now)
    errors.set(kind, (errors.get(kind) ?? 0) + 1)
  })
  try {
    const scene = newScene(world, caller, options.seed)
    const from = await sizeOf(world.url)
    tell('capacity: a closed loop of the mix')
    const capacityPerSecond = await capacityOf(scene, options.seconds)
    const perSecond = capacityPerSecond * options.share
    tell(
      `${Math.round(capacityPerSecond)} operations/s; from now on ${Math.round(perSecond)}/s for ${options.minutes} min`,
    )
    clock.begin = performance.now()
    const operations: Record<string, number> = {}
    const over = { load: false }
    const beside = [
      killEachMinute(options, timeline, clock.begin, processes),
      watchMemory(timeline, clock.begin, processes, over),
      tellMinutes(options.minutes, timeline, clock.begin, world.url),
    ] as const
    const ms = options.minutes * MINUTE_MS
    await soak(scene, timeline, { perSecond, ms, begin: clock.begin }, ({ name }) => {
      operations[name] = (operations[name] ?? 0) + 1
    })
    over.load = true
    const [, , minutes] = await Promise.all(beside)
    const findings = await check(world, scene.book, { from, folder: processes.folder('national-1') }, tell)
    const { mishaps } = processes
    const faults = processes.faults()
    return { capacityPerSecond, perSecond, minutes, operations, refusals: refusalsOf(scene), mishaps, faults, findings }
  } finally {
    caller.close()
  }
}

/** What was refused, by kind. */
function refusalsOf({ book, refusedReads }: Scene): Record<string, number> {
  const counts = Object.fromEntries(refusedReads)
  for (const { refused, type } of book.sent) {
    if (refused === undefined) continue
    const kind = `${refused} ${type ?? 'proposal'}`
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

async function killEachMinute(
  { minutes, seed }: Options,
  timeline: Timeline,
  begin: number,
  processes: Processes,
): Promise<void> {
  const chance = chanceOf(seed + 1)
  for (let number = 0; number < minutes; number += 1) {
    const at = number * MINUTE_MS + KILL_AFTER_MS + chance() * KILL_WITHIN_MS
    await delay(Math.max(0, begin + at - performance.now()))
    const victim = VICTIMS[number % VICTIMS.length] ?? 'signer'
    const killed = performance.now()
    const kill = { victim, at: killed - begin, restartMs: undefined as number | undefined }
    minuteAt(timeline, number * MINUTE_MS).kill = kill
    timeline.kills.push(kill)
    await processes.kill(victim)
    kill.restartMs = performance.now() - killed
  }
}

async function watchMemory(
  timeline: Timeline,
  begin: number,
  processes: Processes,
  over: { load: boolean },
): Promise<void> {
  while (!over.load) {
    const sample = await processes.pss()
    if (!over.load) minuteAt(timeline, performance.now() - begin).pss.push(sample)
    await delay(PSS_EVERY_MS)
  }
}

/** Tells each minute when all that was to begin in it is answered. */
async function tellMinutes(count: number, timeline: Timeline, begin: number, url: string): Promise<MinuteFigures[]> {
  const told: MinuteFigures[] = []
  for (let number = 0; number < count; number += 1) {
    const minute = minuteAt(timeline, number * MINUTE_MS)
    await delay(Math.max(0, begin + (number + 1) * MINUTE_MS - performance.now()))
    while (minute.underWay > 0) await delay(100)
    minute.entries = await sizeOf(url)
    minute.databaseMB = await databaseMB(url)
    const figures = figuresOf(timeline, minute)
    told.push(figures)
    tell(lineOf(figures))
  }
  return told
}

async function sizeOf(url: string): Promise<number> {
  const [row] = await query<{ size: string }>(url, 'SELECT size FROM ledger_head')
  return Number(row?.size)
}

async function databaseMB(url: string): Promise<number> {
  const [row] = await query<{ bytes: string }>(url, 'SELECT pg_database_size(current_database()) AS bytes')
  return Number(row?.bytes) / 1_000_000
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    console.log(HELP)
  } else {
    const soaked = await run(options)
    const json = jsonOf(soaked)
    console.log(options.json ? JSON.stringify(json) : summaryOf(soaked))
    const { nothingLost, holds, faults, mishaps } = json
    if (!(nothingLost && holds.p99 && holds.memory) || faults.length + mishaps.length > 0) process.exitCode = 1
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  if (process.env.DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`)
  process.exitCode = 1
}
