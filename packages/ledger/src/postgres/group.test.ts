import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { Grouping, MOST_UNDER_WAY } from './group.ts'
import { LedgerBusy } from './passing.ts'

const away = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

test('while the database is away every call waits for its own time only, and none for the others', async () => {
  vi.useFakeTimers()
  const grouping = new Grouping<number, number>(() => Promise.reject(away()))
  const waits: Promise<number>[] = []
  const failed = (start: number) => (error: unknown) => {
    expect(error).toBeInstanceOf(LedgerBusy)
    return Date.now() - start
  }
  for (let at = 0; at < 1_000; at += 1) {
    if (at % 250 === 0) await vi.advanceTimersByTimeAsync(2_000)
    waits.push(grouping.call(at).catch(failed(Date.now())))
  }
  await vi.advanceTimersByTimeAsync(20_000)
  vi.useRealTimers()
  const longest = Math.max(...(await Promise.all(waits)))
  expect(longest).toBeGreaterThanOrEqual(10_000)
  expect(longest).toBeLessThan(11_000)
})

test('too many waiting calls are refused at once', async () => {
  const gate = Promise.withResolvers<void>()
  const run = async (inputs: number[]) => {
    await gate.promise
    return inputs
  }
  const grouping = new Grouping(run, { mostWaiting: 3 })
  const answers = [1, 2, 3].map((input) => grouping.call(input))
  await expect(grouping.call(4)).rejects.toThrow(LedgerBusy)
  gate.resolve()
  expect(await Promise.all(answers)).toEqual([1, 2, 3])
  expect(await grouping.call(5)).toBe(5)
})

test('of a group that breaks each call is settled by itself, and what passes is tried again', async () => {
  const attempts: number[][] = []
  const grouping = new Grouping(async (inputs: number[]) => {
    attempts.push(inputs)
    if (inputs.includes(2)) throw new Error('broken')
    if (inputs.includes(3) && attempts.length < 5) throw away()
    return inputs
  })
  const settled = await Promise.allSettled([1, 2, 3].map((input) => grouping.call(input)))
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(attempts).toEqual([[1, 2, 3], [1], [2], [3], [3]])
})

test('whatever fails, no group begins before the one before it has let it in, and no more are under way than may be', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(4)), { minLength: 40, maxLength: 40 }),
      async (plan) => {
        let [closed, underWay, runs, broken] = [false, 0, 0, 0]
        const wait = (turns: number) => new Promise((resolve) => setTimeout(resolve, turns * 3))
        const grouping = new Grouping(async (inputs: number[], next) => {
          const [deciding = 0, writing = 0, fate = 0] = plan[runs++] ?? []
          if (closed || underWay === MOST_UNDER_WAY) broken += 1
          closed = true
          underWay += 1
          await wait(2 * deciding)
          if (fate !== 1) {
            closed = false
            next()
          }
          await wait(writing)
          if (fate === 1) closed = false
          underWay -= 1
          if (fate > 2) throw away()
          return inputs
        })
        const calls: Promise<number>[] = []
        for (let at = 0; at < 20; at += 1) {
          calls.push(grouping.call(at))
          await wait(at % 3)
        }
        expect(await Promise.all(calls)).toEqual(calls.map((_, at) => at))
        await grouping.idle()
        expect(underWay).toBe(0)
        expect(broken).toBe(0)
      },
    ),
    { numRuns: 15 },
  )
})
