import { canonical, type Members, member } from './place.ts'

/** A row of the earlier document and the one that it became, by their numbers. */
export interface Pair {
  from: number
  to: number
  /** Its place among the rows that both documents have is another. */
  moved: boolean
}

/** More pairs of rows than this are not weighed one by one. */
const MOST_WEIGHED = 60_000

/**
 * Which row became which: by the columns that rows are known by, then equal rows, then those that have most in common.
 * The answer is the same from either side.
 */
export function pairs(before: readonly Members[], after: readonly Members[], rowKey?: readonly string[]): Pair[] {
  const free = { before: new Set(before.keys()), after: new Set(after.keys()) }
  const found: { from: number; to: number }[] = []
  const take = (from: number, to: number) => {
    found.push({ from, to })
    free.before.delete(from)
    free.after.delete(to)
  }
  if (rowKey) matchBy((row) => keyOf(row, rowKey), before, after, free, take)
  matchBy(canonical, before, after, free, take)
  for (const [from, to] of closest(before, after, free, rowKey)) take(from, to)
  return withMoves(found.sort((a, b) => a.from - b.from))
}

interface Free {
  before: Set<number>
  after: Set<number>
}
type Take = (from: number, to: number) => void

/** Pairs rows of the same name; those that have it more than once in their order. */
function matchBy(
  name: (row: Members) => string | undefined,
  before: readonly Members[],
  after: readonly Members[],
  free: Free,
  take: Take,
) {
  const waiting = new Map<string, number[]>()
  for (const to of free.after) {
    const key = name(after[to] ?? {})
    if (key === undefined) continue
    const others = waiting.get(key)
    if (others) others.push(to)
    else waiting.set(key, [to])
  }
  for (const from of [...free.before]) {
    const key = name(before[from] ?? {})
    const to = key === undefined ? undefined : waiting.get(key)?.shift()
    if (to !== undefined) take(from, to)
  }
}

const keyOf = (row: Members, rowKey: readonly string[]): string | undefined => {
  const cells = rowKey.map((key) => member(row, key))
  return cells.some((cell) => cell === undefined || cell === null || cell === '') ? undefined : JSON.stringify(cells)
}

/** Rows that are left, those with most cells in common first; then those that stand nearest to each other. */
function closest(
  before: readonly Members[],
  after: readonly Members[],
  free: Free,
  rowKey?: readonly string[],
): [number, number][] {
  if (free.before.size * free.after.size > MOST_WEIGHED)
    return [...free.before].filter((one) => free.after.has(one)).map((one) => [one, one])
  const [left, right] = [cellsOf(before, free.before), cellsOf(after, free.after)]
  const weighed: { from: number; to: number; alike: number }[] = []
  for (const [from, a] of left) {
    for (const [to, b] of right) {
      // rows that are known by different keys are different rows
      if (rowKey && keyOf(before[from] ?? {}, rowKey) !== undefined && keyOf(after[to] ?? {}, rowKey) !== undefined)
        continue
      let alike = 0
      for (const cell of a) if (b.has(cell)) alike += 1
      if (alike * 2 >= Math.min(a.size, b.size) && alike > 0) weighed.push({ from, to, alike })
    }
  }
  weighed.sort(
    (x, y) => y.alike - x.alike || Math.abs(x.from - x.to) - Math.abs(y.from - y.to) || x.from + x.to - y.from - y.to,
  )
  const taken = { from: new Set<number>(), to: new Set<number>() }
  return weighed.flatMap(({ from, to }): [number, number][] => {
    if (taken.from.has(from) || taken.to.has(to)) return []
    taken.from.add(from)
    taken.to.add(to)
    return [[from, to]]
  })
}

const cellsOf = (rows: readonly Members[], some: ReadonlySet<number>): [number, Set<string>][] =>
  [...some].map((index) => [
    index,
    new Set(Object.entries(rows[index] ?? {}).map(([key, json]) => `${key} ${canonical(json)}`)),
  ])

/** A row moved if it is not in every longest run of rows that kept their order. */
function withMoves(found: readonly { from: number; to: number }[]): Pair[] {
  const order = found.map(({ to }) => to)
  const ending = lengths(order)
  const starting = lengths(order.map((to) => -to).reverse()).reverse()
  const longest = Math.max(0, ...ending)
  const inOne = found.map((_, index) => (ending[index] ?? 0) + (starting[index] ?? 0) - 1 === longest)
  const atLength = new Map<number, number>()
  for (const [index, is] of inOne.entries())
    if (is) atLength.set(ending[index] ?? 0, (atLength.get(ending[index] ?? 0) ?? 0) + 1)
  return found.map((pair, index) => ({ ...pair, moved: !(inOne[index] && atLength.get(ending[index] ?? 0) === 1) }))
}

/** For each place, the length of the longest rising run that ends there. */
function lengths(order: readonly number[]): number[] {
  const tails: number[] = []
  return order.map((value) => {
    let [low, high] = [0, tails.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((tails[middle] ?? 0) < value) low = middle + 1
      else high = middle
    }
    tails[low] = value
    return low + 1
  })
}
