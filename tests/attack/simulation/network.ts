import type { Ledger } from '@tallystick/ledger'
import type { Life, Scheduler } from './scheduler.ts'

/**
 * The ledger as a process sees it over a network: before and after every call others may go on, and the process may be
 * killed, so that it never learns whether what it asked for was done.
 */
export function overNetwork(ledger: () => Ledger, scheduler: Scheduler, life: Life): Ledger {
  const far = (target: () => object): object =>
    new Proxy(target(), {
      get(_, name) {
        const value = Reflect.get(target(), name)
        if (name === 'tree') return far(() => ledger().tree)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          await scheduler.pause(life)
          const now = target()
          const answer: unknown = await Reflect.get(now, name).apply(now, args)
          await scheduler.pause(life)
          return answer
        }
      },
    })
  return far(ledger) as Ledger
}
