import { canonical, type Members, rowKeyOf } from './place.ts'

/** A row of a table: its place among the rows in which something stands, and its path. */
export interface Row {
  index: number
  path: string
  cells: Members
}

/** A row of the earlier document and the one that it became. */
export interface Pair {
  from: Row
  to: Row
  /** Its place among the rows that both documents have is another. */
  moved: boolean
}

/** More pairs of rows than this are not weighed one by one. */
const MOST_WEIGHED = 60_000

/**
 * Which row became which: by the columns that rows are known by, then equal rows, then those that have most in common.
 * The answer is the same from either side.
 */
export function pairs(before: readonly Row[], after: readonly Row[], rowKey: readonly string[] = []): Pair[] {
  const [left, right] = [new Set(before), new Set(after)]
  const found: Omit<Pair, 'moved'>[] = []
  const take = (from: Row, to: Row) => {
    found.push({ from, to })
    left.delete(from)
    right.delete(to)
  }
  const idOf = ({ cells }: Row) => rowKeyOf(cells, rowKey)
  // rows of the same name; those that have it more than once in their order
  for (const nameOf of [idOf, ({ cells }: Row) => canonical(cells)]) {
    const waiting = Map.groupBy(right, nameOf)
    for (const from of left) {
      const name = nameOf(from)
      const to = name === undefined ? undefined : waiting.get(name)?.shift()
      if (to) take(from, to)
    }
  }
  for (const { from, to } of closest(left, right, idOf)) if (left.has(from) && right.has(to)) take(from, to)
  return withMoves(found.sort((a, b) => a.from.index - b.from.index))
}

/** Rows with most cells in common first; then those that stand nearest to each other. */
function closest(left: Set<Row>, right: Set<Row>, idOf: (row: Row) => string | undefined): Omit<Pair, 'moved'>[] {
  const known = (rows: Set<Row>) => [...rows].map((row) => ({ row, id: idOf(row), cells: cellsOf(row) }))
  if (left.size * right.size > MOST_WEIGHED) {
    const places = new Map([...right].map((to) => [to.index, to]))
    return [...left].flatMap((from) => {
      const to = places.get(from.index)
      return to ? [{ from, to }] : []
    })
  }
  const theirs = known(right)
  const weighed = known(left).flatMap((a) =>
    theirs.flatMap((b) => {
      const alike = [...a.cells].filter((cell) => b.cells.has(cell)).length
      // rows that are known by different keys are different rows
      const isOther = alike === 0 || (a.id !== undefined && b.id !== undefined)
      if (isOther || alike * 2 < Math.min(a.cells.size, b.cells.size)) return []
      const [from, to] = [a.row, b.row]
      return [{ from, to, alike, gap: Math.abs(from.index - to.index), sum: from.index + to.index }]
    }),
  )
  return weighed.sort((x, y) => y.alike - x.alike || x.gap - y.gap || x.sum - y.sum)
}

const cellsOf = ({ cells }: Row): Set<string> =>
  new Set(Object.entries(cells).map(([key, json]) => `${key} ${canonical(json)}`))

/** A row moved if it is not in every longest run of rows that kept their order. */
function withMoves(found: readonly Omit<Pair, 'moved'>[]): Pair[] {
  const order = found.map(({ to }) => to.index)
  const ending = lengths(order)
  const starting = lengths(order.map((to) => -to).reverse()).reverse()
  const longest = Math.max(0, ...ending)
  /** For each row of a longest run, which one of the run it is. */
  const places = ending.map((length, index) => (length + (starting[index] ?? 0) > longest ? length : 0))
  const isAlone = (place = 0) => place > 0 && places.indexOf(place) === places.lastIndexOf(place)
  return found.map((pair, index) => ({ ...pair, moved: !isAlone(places[index]) }))
}

/** For each place, the length of the longest rising run that ends there. */
function lengths(order: readonly number[]): number[] {
  const tails: number[] = []
  return order.map((value) => {
    const found = tails.findIndex((tail) => tail >= value)
    const at = found < 0 ? tails.length : found
    tails[at] = value
    return at + 1
  })
}
