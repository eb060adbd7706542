import { setTimeout as delay } from 'node:timers/promises'
import { closedLoop } from '../load.ts'
import { nextOperation } from './mix.ts'
import type { Kind, Scene } from './scene.ts'
import { minuteAt, note, type Timeline } from './timeline.ts'

const CLIENTS = 64
const WARM_SECONDS = 5
/** Beyond this many operations under way the load is more than can be taken. */
const MOST_UNDER_WAY = 50_000
/** How long what is under way at the end is waited for. */
const LAST_MS = 120_000

/** Operations a second of the mix that a closed loop of clients reaches. */
export async function capacityOf(scene: Scene, seconds: number): Promise<number> {
  const operation = () => nextOperation(scene).done
  await closedLoop(CLIENTS, Math.min(WARM_SECONDS, seconds), operation)
  return (await closedLoop(CLIENTS, seconds, operation)).perSecond
}

/**
 * Open loop: operations begin at random moments that do not depend on the answers, and their time counts from when they
 * were to begin. Resolves when all are answered, or given up.
 */
export async function soak(
  scene: Scene,
  timeline: Timeline,
  { perSecond, ms, begin }: { perSecond: number; ms: number; begin: number },
  onDone: (kind: Kind) => void,
): Promise<void> {
  const under = new Set<Promise<void>>()
  const run = async (intended: number) => {
    const minute = minuteAt(timeline, intended)
    minute.underWay += 1
    const { kind, done } = nextOperation(scene)
    const isDone = await done
    minute.underWay -= 1
    if (!isDone) return
    note(timeline, intended, performance.now() - begin, kind.command)
    onDone(kind)
  }
  for (let next = 0; next < ms; ) {
    for (const now = performance.now() - begin; next <= now && next < ms; ) {
      if (under.size >= MOST_UNDER_WAY) throw new Error(`${MOST_UNDER_WAY} operations wait: the load is too much`)
      const one: Promise<void> = run(next).finally(() => under.delete(one))
      under.add(one)
      next += (-Math.log(1 - scene.chance()) * 1000) / perSecond
    }
    await delay(1)
  }
  scene.caller.endIn(LAST_MS)
  await Promise.all(under)
}
