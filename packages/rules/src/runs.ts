import type { Range } from './ids.ts'
import { invariant } from './invariant.ts'

/**
 * A maximal run of serial numbers with one owner and one set of attributes. Runs have no identity: splitting and
 * joining are representation.
 */
export interface Run extends Range {
  /** Number space, such as `national:XT/ITMO`. */
  space: string
  /** The batch at home; empty for units of another registry. */
  batch: string
  /** Unit class: what the units are. */
  class: string
  account: string
  /** What differs among units of one class; empty for none. Runs join only when it is equal. */
  attributes: string
}

/** Runs of one batch never meet those of another, so each batch (or foreign space) is kept by itself. */
export function partitionOf(run: Pick<Run, 'batch' | 'space'>): string {
  return run.batch || run.space
}

/** An ordered set of disjoint runs of one partition. */
export class RunSet {
  #runs: Run[] = []

  all(): readonly Run[] {
    return this.#runs
  }

  /** Adds a run that overlaps none that is here. */
  insert(run: Run): void {
    const at = this.#firstEndingAtOrAfter(run.first)
    const next = this.#runs[at]
    invariant(next === undefined || next.first > run.last, 'runs of a partition do not overlap')
    this.#runs.splice(at, 0, run)
  }

  /** The runs that share a serial with the range, ascending and whole. */
  overlapping(range: Range): Run[] {
    const found: Run[] = []
    for (let at = this.#firstEndingAtOrAfter(range.first); at < this.#runs.length; at += 1) {
      const run = this.#runs[at]
      if (run === undefined || run.first > range.last) break
      found.push(run)
    }
    return found
  }

  /** The pieces of the range that have a run, cut to the range. */
  pieces(range: Range): Run[] {
    return this.overlapping(range).map((run) => ({
      ...run,
      first: run.first > range.first ? run.first : range.first,
      last: run.last < range.last ? run.last : range.last,
    }))
  }

  /** Puts a run in place of whatever covers its range, and joins it with equal neighbours. */
  assign(run: Run): void {
    const over = this.overlapping(run)
    const at = this.#firstEndingAtOrAfter(run.first)
    const head = over[0]
    const tail = over.at(-1)
    const parts: Run[] = []
    if (head && head.first < run.first) parts.push({ ...head, last: run.first - 1n })
    parts.push(run)
    if (tail && tail.last > run.last) parts.push({ ...tail, first: run.last + 1n })
    this.#runs.splice(at, over.length, ...parts)
    this.#join(Math.max(0, at - 1), at + parts.length)
  }

  #join(from: number, to: number): void {
    for (let at = Math.min(to, this.#runs.length - 1); at > from; at -= 1) {
      const left = this.#runs[at - 1]
      const right = this.#runs[at]
      if (left && right && joinable(left, right)) this.#runs.splice(at - 1, 2, { ...left, last: right.last })
    }
  }

  #firstEndingAtOrAfter(number: bigint): number {
    let low = 0
    let high = this.#runs.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const run = this.#runs[middle]
      if (run !== undefined && run.last < number) low = middle + 1
      else high = middle
    }
    return low
  }
}

function joinable(left: Run, right: Run): boolean {
  return (
    left.last + 1n === right.first &&
    left.account === right.account &&
    left.class === right.class &&
    left.attributes === right.attributes &&
    left.batch === right.batch &&
    left.space === right.space
  )
}

/** What is left of ascending `ranges` after taking away every part that one of `holes` covers. */
export function without(ranges: readonly Range[], holes: readonly Range[]): Range[] {
  const sorted = [...holes].sort((a, b) => (a.first < b.first ? -1 : 1))
  const left: Range[] = []
  for (const range of ranges) {
    let first = range.first
    for (const hole of sorted) {
      if (hole.last < first || hole.first > range.last) continue
      if (hole.first > first) left.push({ first, last: hole.first - 1n })
      if (hole.last + 1n > first) first = hole.last + 1n
    }
    if (first <= range.last) left.push({ first, last: range.last })
  }
  return left
}
