import { expect, test, vi } from 'vitest'
import { Grouping } from './group.ts'
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
