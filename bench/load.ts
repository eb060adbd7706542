import { setTimeout as delay } from 'node:timers/promises'

/** What a stretch of load has shown. Times in milliseconds. */
export interface Measured {
  done: number
  /** Operations that were answered with anything but success. */
  failed: number
  seconds: number
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/** One operation; answers whether it succeeded. */
export type Operation = () => Promise<boolean>

/** Most operations that one stretch may start, whatever its time. */
const MOST_OPERATIONS = 5_000_000
/** Most operations under way at once in an open loop: beyond this the load is more than can be taken. */
export const MOST_UNDER_WAY = 100_000
/** How long the last operations of a stretch are waited for. */
const LAST_MS = 60_000

/** The value below which `share` of the numbers lie; 0 where there are none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = Float64Array.from(numbers).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

function measured(latencies: readonly number[], failed: number, ms: number): Measured {
  const done = latencies.length
  return {
    done,
    failed,
    seconds: ms / 1000,
    perSecond: (done * 1000) / ms,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  }
}

/** Closed loop: each client sends its next operation when the former is answered. */
export async function closedLoop(clients: number, seconds: number, operation: Operation): Promise<Measured> {
  const latencies: number[] = []
  let [failed, started] = [0, 0]
  const begin = performance.now()
  const end = begin + seconds * 1000
  const client = async () => {
    while (performance.now() < end && started < MOST_OPERATIONS) {
      started += 1
      const sent = performance.now()
      if (await operation()) latencies.push(performance.now() - sent)
      else failed += 1
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return measured(latencies, failed, performance.now() - begin)
}

/** As many operations as are asked for, by a closed loop of clients. */
export async function times(
  count: number,
  clients: number,
  operation: Operation,
  onProgress?: (done: number) => void,
): Promise<void> {
  let [started, done] = [0, 0]
  const client = async () => {
    while (started < count) {
      started += 1
      if (!(await operation())) throw new Error('an operation of the preparation was refused')
      done += 1
      if (done % 10_000 === 0) onProgress?.(done)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
}

/**
 * Open loop: arrivals at random moments that are fixed beforehand, whatever the answers do. Latency counts from the
 * moment at which an operation was to arrive, so that a stall is felt by all that came in it.
 */
export async function openLoop(perSecond: number, seconds: number, operation: Operation): Promise<Measured> {
  const arrivals = arrivalsMs(perSecond, seconds)
  const latencies: number[] = []
  const under = new Set<Promise<void>>()
  let failed = 0
  const begin = performance.now()
  const run = async (arrival: number) => {
    if (await operation()) latencies.push(performance.now() - begin - arrival)
    else failed += 1
  }
  for (let next = 0; next < arrivals.length; ) {
    const now = performance.now() - begin
    for (; next < arrivals.length && (arrivals[next] ?? 0) <= now; next += 1) {
      if (under.size >= MOST_UNDER_WAY) throw new Error(`${MOST_UNDER_WAY} operations wait: the load is too much`)
      const one: Promise<void> = run(arrivals[next] ?? 0).finally(() => under.delete(one))
      under.add(one)
    }
    await delay(1)
  }
  await Promise.race([Promise.all(under), delay(LAST_MS, undefined, { ref: false })])
  if (under.size > 0) throw new Error(`${under.size} operations were not answered within ${LAST_MS / 1000} s`)
  return measured(latencies, failed, performance.now() - begin)
}

/** A Poisson process, the same for the same rate. */
function arrivalsMs(perSecond: number, seconds: number): Float64Array {
  const arrivals: number[] = []
  const chance = chanceOf(1)
  for (let at = 0; arrivals.length < MOST_OPERATIONS; ) {
    at += (-Math.log(1 - chance()) * 1000) / perSecond
    if (at > seconds * 1000) break
    arrivals.push(at)
  }
  return Float64Array.from(arrivals)
}

/** Numbers from 0 up to 1 that look random and are the same for the same seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
