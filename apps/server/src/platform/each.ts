/** What became of many: how often it was done, and what failed first. */
export interface Outcome {
  done: number
  failure: { error: unknown } | undefined
}

/** Does it for each, so many at once. What fails for one keeps it from no other. */
export async function forEach<Thing>(
  things: readonly Thing[],
  atOnce: number,
  work: (thing: Thing) => Promise<boolean>,
): Promise<Outcome> {
  const outcome: Outcome = { done: 0, failure: undefined }
  for (let at = 0; at < things.length; at += atOnce) {
    for (const one of await Promise.allSettled(things.slice(at, at + atOnce).map(work))) {
      if (one.status === 'rejected') outcome.failure ??= { error: one.reason }
      else if (one.value) outcome.done += 1
    }
  }
  return outcome
}
