import { setTimeout as delay } from 'node:timers/promises'

/** Repeats a step, with a pause where there was nothing to do, until stopped. A failure is told and tried again. */
export function repeat(
  step: () => Promise<boolean | number>,
  { pauseMs, onError }: { pauseMs: number; onError: (error: unknown) => void },
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const run = async () => {
    while (!stopping.signal.aborted) {
      let busy: boolean | number = false
      try {
        busy = await step()
      } catch (error) {
        if (!stopping.signal.aborted) onError(error)
      }
      if (!busy) await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const done = run()
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}
