import { MAX_SERIAL, type Range } from './ids.ts'
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

/** A chunk of more runs than these is cut in two. */
const MOST_IN_CHUNK = 512

/** Ascending runs, with the last serial of each as a number (exact: it has at most 15 digits), to be searched quickly. */
interface Chunk {
  runs: Run[]
  lasts: number[]
}

/** Where a run stands: its chunk, and its place there. A place after the last chunk is the end. */
interface Place {
  chunk: number
  at: number
}

/**
 * An ordered set of disjoint runs of one partition, in chunks of bounded length: what a change costs does not grow with
 * the number of runs, but for the search for its place.
 */
export class RunSet {
  /** None of them is empty. */
  readonly #chunks: Chunk[] = []
  /** The runs of each account, once somebody has asked for them. */
  #byAccount: Map<string, RunSet> | undefined
  /** First serial and space of each run that came or went, but for those that were inserted. */
  readonly #touched: Map<bigint, string> | undefined

  /** `touched` gathers what is changed. */
  constructor(touched?: Map<bigint, string>) {
    this.#touched = touched
  }

  get size(): number {
    return this.#chunks.reduce((sum, { runs }) => sum + runs.length, 0)
  }

  /** Ascending. A picture of now: it may or may not follow later changes. */
  all(): readonly Run[] {
    const [only] = this.#chunks
    return this.#chunks.length === 1 && only ? only.runs : this.#chunks.flatMap(({ runs }) => runs)
  }

  /** The runs of one account, ascending. What it costs to look at the first ones does not grow with their number. */
  *ownedBy(account: string): Iterable<Run> {
    this.#byAccount ??= byAccount(this.#chunks)
    const owned = this.#byAccount.get(account)
    if (owned) for (const { runs } of owned.#chunks) yield* runs
  }

  /** The run that begins with the serial. */
  startingAt(first: bigint): Run | undefined {
    const run = this.#at(this.#firstEndingAtOrAfter(first))
    return run?.first === first ? run : undefined
  }

  /** Adds a run that overlaps none that is here. */
  insert(run: Run): void {
    const place = this.#firstEndingAtOrAfter(run.first)
    const next = this.#at(place)
    invariant(next === undefined || next.first > run.last, 'runs of a partition do not overlap')
    this.#replace(place, 0, [run])
  }

  /** The runs that share a serial with the range, ascending and whole. */
  overlapping(range: Range): Run[] {
    const found: Run[] = []
    const place = this.#firstEndingAtOrAfter(range.first)
    for (let run = this.#at(place); run !== undefined && run.first <= range.last; run = this.#next(place)) {
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
    const place = this.#firstEndingAtOrAfter(run.first)
    const before = this.#before(place)
    const end = { ...place }
    let covered = 0
    let first = this.#at(end)
    let head: Run | undefined
    let tail: Run | undefined
    for (; first !== undefined && first.first <= run.last; first = this.#next(end)) {
      if (first.first < run.first) head = { ...first, last: run.first - 1n }
      if (first.last > run.last) tail = { ...first, first: run.last + 1n }
      covered += 1
    }
    const joinsBefore = before !== undefined && head === undefined && joinable(before.run, run)
    const parts = joined([joinsBefore ? before.run : undefined, head, run, tail, tail ? undefined : first])
    const keepsNext = tail === undefined && first !== undefined && parts.at(-1) === first
    if (keepsNext) parts.pop()
    const taken = covered + (joinsBefore ? 1 : 0) + (tail === undefined && first !== undefined && !keepsNext ? 1 : 0)
    this.#change(joinsBefore ? before.place : place, taken, parts)
  }

  /** Takes away whatever covers the range. */
  clear(range: Range): void {
    const over = this.overlapping(range)
    const parts = over.flatMap((run) => without([run], [range]).map((rest) => ({ ...run, ...rest })))
    if (over.length > 0) this.#change(this.#firstEndingAtOrAfter(range.first), over.length, parts)
  }

  #change(place: Place, taken: number, parts: readonly Run[]): void {
    const gone = this.#replace(place, taken, parts)
    if (this.#touched === undefined) return
    for (const { first, space } of gone) this.#touched.set(first, space)
    for (const { first, space } of parts) this.#touched.set(first, space)
  }

  #at({ chunk, at }: Place): Run | undefined {
    return this.#chunks[chunk]?.runs[at]
  }

  /** Moves on by one. */
  #next(place: Place): Run | undefined {
    place.at += 1
    if (place.at >= (this.#chunks[place.chunk]?.runs.length ?? 0)) {
      place.chunk += 1
      place.at = 0
    }
    return this.#at(place)
  }

  #before({ chunk, at }: Place): { place: Place; run: Run } | undefined {
    const place =
      at > 0 ? { chunk, at: at - 1 } : { chunk: chunk - 1, at: (this.#chunks[chunk - 1]?.runs.length ?? 0) - 1 }
    const run = this.#at(place)
    return run && { place, run }
  }

  /** Puts `parts` in place of the `taken` runs from a place on, and answers these. */
  #replace(place: Place, taken: number, parts: readonly Run[]): Run[] {
    const gone = this.#splice(place, taken, parts)
    const byAccount = this.#byAccount
    if (byAccount === undefined) return gone
    for (const run of gone) setOf(byAccount, run.account).#remove(run)
    for (const run of parts) setOf(byAccount, run.account).insert(run)
    return gone
  }

  #splice({ chunk, at }: Place, taken: number, parts: readonly Run[]): Run[] {
    const index = chunk < this.#chunks.length ? chunk : this.#chunks.length - 1
    const here = this.#chunks[index]
    if (here === undefined) {
      if (parts.length > 0) this.#chunks.push({ runs: [...parts], lasts: parts.map(lastOf) })
      return []
    }
    const from = chunk < this.#chunks.length ? at : here.runs.length
    const count = Math.min(taken, here.runs.length - from)
    const gone = spliced(here, from, count, parts)
    if (taken > count) gone.push(...this.#drop(index + 1, taken - count))
    if (here.runs.length === 0) this.#chunks.splice(index, 1)
    else if (here.runs.length > MOST_IN_CHUNK) this.#chunks.splice(index + 1, 0, upperHalfOf(here))
    return gone
  }

  /** Takes away the first `count` runs of a chunk and those after it. */
  #drop(chunk: number, count: number): Run[] {
    const gone: Run[] = []
    let whole = chunk
    for (let next = this.#chunks[whole]; next && count - gone.length >= next.runs.length; next = this.#chunks[whole]) {
      for (const run of next.runs) gone.push(run)
      whole += 1
    }
    const cut = this.#chunks[whole]
    if (cut && gone.length < count) gone.push(...spliced(cut, 0, count - gone.length, []))
    if (whole > chunk) this.#chunks.splice(chunk, whole - chunk)
    return gone
  }

  #remove(run: Run): void {
    this.#splice(this.#firstEndingAtOrAfter(run.first), 1, [])
  }

  #firstEndingAtOrAfter(serial: bigint): Place {
    const number = Number(serial)
    const chunks = this.#chunks
    let low = 0
    let high = chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const lasts = chunks[middle]?.lasts
      if (lasts === undefined || (lasts[lasts.length - 1] ?? 0) >= number) high = middle
      else low = middle + 1
    }
    const lasts = chunks[low]?.lasts
    return { chunk: low, at: lasts === undefined ? 0 : firstAtOrAfter(lasts, number) }
  }
}

/** Place of the first of ascending numbers that is not below `number`, or the end. */
function firstAtOrAfter(numbers: readonly number[], number: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] ?? 0) >= number) high = middle
    else low = middle + 1
  }
  return low
}

function lastOf({ last }: Run): number {
  invariant(last <= MAX_SERIAL, 'a serial number has at most 15 digits')
  return Number(last)
}

/** Puts `parts` in place of `count` runs of a chunk, and answers these. */
function spliced({ runs, lasts }: Chunk, from: number, count: number, parts: readonly Run[]): Run[] {
  lasts.splice(from, count, ...parts.map(lastOf))
  return runs.splice(from, count, ...parts)
}

/** Takes the upper half out of a chunk. */
function upperHalfOf({ runs, lasts }: Chunk): Chunk {
  const half = runs.length >>> 1
  return { runs: runs.splice(half), lasts: lasts.splice(half) }
}

function byAccount(chunks: readonly Chunk[]): Map<string, RunSet> {
  const found = new Map<string, RunSet>()
  for (const { runs } of chunks) for (const run of runs) setOf(found, run.account).insert(run)
  return found
}

function setOf(sets: Map<string, RunSet>, account: string): RunSet {
  const known = sets.get(account)
  if (known) return known
  const set = new RunSet()
  sets.set(account, set)
  return set
}

/** Runs in their order, each joined with the one before where it can be. */
function joined(runs: readonly (Run | undefined)[]): Run[] {
  const parts: Run[] = []
  for (const run of runs) {
    const last = parts.at(-1)
    if (run === undefined) continue
    if (last !== undefined && joinable(last, run)) parts[parts.length - 1] = { ...last, last: run.last }
    else parts.push(run)
  }
  return parts
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
