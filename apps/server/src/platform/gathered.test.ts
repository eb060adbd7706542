import { expect, test } from 'vitest'
import { Gathered } from './gathered.ts'

/** A store that answers when it is told to, with what it has at that moment. */
function slowStore(rows: Map<string, number>) {
  const questions: string[][] = []
  const releases: (() => void)[] = []
  const gathered = new Gathered<number>(async (keys) => {
    questions.push(keys)
    await new Promise<void>((resolve) => releases.push(resolve))
    return new Map(keys.flatMap((key) => (rows.has(key) ? [[key, rows.get(key) ?? 0]] : [])))
  })
  const answer = async () => {
    releases.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { gathered, questions, answer }
}

test('what is asked for while a question is under way makes one next question', async () => {
  const { gathered, questions, answer } = slowStore(
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  )
  const first = gathered.get(['a'])
  const later = [gathered.get(['a', 'b']), gathered.get(['b', 'c'])]
  await answer()
  expect((await first).get('a')).toBe(1)
  await answer()
  const [one, other] = await Promise.all(later)
  expect(questions).toEqual([['a'], ['a', 'b', 'c']])
  expect([one?.get('b'), other?.get('c')]).toEqual([2, undefined])
})

test('a row written while a question was under way is seen by whoever asked after that', async () => {
  const rows = new Map<string, number>()
  const { gathered, answer } = slowStore(rows)
  const before = gathered.get(['x'])
  await answer()
  expect((await before).has('x')).toBe(false)
  const running = gathered.get(['y'])
  rows.set('x', 7)
  const after = gathered.get(['x'])
  await answer()
  await running
  await answer()
  expect((await after).get('x')).toBe(7)
})

test('a failure is told to those who asked, and the next question is asked', async () => {
  let failures = 0
  const gathered = new Gathered<number>(async (keys) => {
    if (failures++ === 0) throw new Error('away')
    return new Map(keys.map((key) => [key, 1]))
  })
  const [first, second] = await Promise.allSettled([gathered.get(['a']), gathered.get(['b'])])
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
})

test('a question holds a bounded number of keys', async () => {
  const sizes: number[] = []
  const gathered = new Gathered<number>(async (keys) => {
    sizes.push(keys.length)
    return new Map()
  })
  const keysOf = (caller: number) => Array.from({ length: 400 }, (_, at) => `${caller} ${at}`)
  await Promise.all([0, 1, 2, 3, 4, 5].map((caller) => gathered.get(keysOf(caller))))
  expect(sizes).toEqual([400, 800, 800, 400])
  expect((await gathered.get([])).size).toBe(0)
})
