import { expect, test } from 'vitest'
import { Gathered } from './gathered.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A store that answers when it is told to, with what it has at that moment. */
function slowStore(rows: Map<string, number>) {
  const questions: string[][] = []
  const releases: (() => void)[] = []
  const gathered = new Gathered<Map<string, number>>(async (keys) => {
    questions.push(keys)
    await new Promise<void>((resolve) => releases.push(resolve))
    return new Map(keys.flatMap((key) => (rows.has(key) ? [[key, rows.get(key) ?? 0]] : [])))
  })
  const answer = async () => {
    await turn()
    releases.shift()?.()
    await turn()
  }
  return { gathered, questions, answer }
}

test('what is asked for in one turn makes one question, and what is asked for while that is under way the next one', async () => {
  const { gathered, questions, answer } = slowStore(
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  )
  const first = [gathered.get(['a']), gathered.get(['d'])]
  await turn()
  const later = [gathered.get(['a', 'b']), gathered.get(['b', 'c'])]
  await answer()
  expect((await first[0])?.get('a')).toBe(1)
  await answer()
  const [one, other] = await Promise.all(later)
  expect(questions).toEqual([
    ['a', 'd'],
    ['a', 'b', 'c'],
  ])
  expect([one?.get('b'), other?.get('c')]).toEqual([2, undefined])
})

test('a row written while a question was under way is seen by whoever asked after that', async () => {
  const rows = new Map<string, number>()
  const { gathered, answer } = slowStore(rows)
  const before = gathered.get(['x'])
  await answer()
  expect((await before).has('x')).toBe(false)
  const running = gathered.get(['y'])
  await turn()
  rows.set('x', 7)
  const after = gathered.get(['x'])
  await answer()
  await running
  await answer()
  expect((await after).get('x')).toBe(7)
})

test('a failure is told to those who asked, and the next question is asked', async () => {
  let failures = 0
  const gathered = new Gathered<Map<string, number>>(async (keys) => {
    if (failures++ === 0) throw new Error('away')
    return new Map(keys.map((key) => [key, 1]))
  })
  const first = Promise.allSettled([gathered.get(['a'])])
  await turn()
  const second = Promise.allSettled([gathered.get(['b'])])
  expect([...(await first), ...(await second)].map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
})

test('a question holds a bounded number of keys', async () => {
  const sizes: number[] = []
  const gathered = new Gathered<Map<string, number>>(async (keys) => {
    sizes.push(keys.length)
    return new Map()
  })
  const keysOf = (caller: number) => Array.from({ length: 400 }, (_, at) => `${caller} ${at}`)
  await Promise.all([0, 1, 2, 3, 4, 5].map((caller) => gathered.get(keysOf(caller))))
  expect(sizes).toEqual([800, 800, 800])
})
