import { type Command, countOf, MAX_RUNS, type Range, type State, without } from '@tallystick/rules'

/** An account's units of one batch. */
export interface Pair {
  batch: string
  account: string
}

/**
 * Which serials are known for a pair: the runs there that the account has in the database were loaded. The state is not
 * complete elsewhere, so a decision on a quantity must not look there.
 */
export class Known {
  readonly #ranges = new Map<string, Range[]>()
  /** By batch the serials up to which everybody's runs are known, and the pages that were asked for since. */
  readonly #everybodys = new Map<string, { to: bigint; pages: number }>()

  /** Pairs of which something is known. */
  get size(): number {
    return this.#ranges.size
  }

  /** Up to which serial of a batch all runs are known, whoever has them; undefined: none. */
  everybodysTo(batch: string): bigint | undefined {
    return this.#everybodys.get(batch)?.to
  }

  setEverybodys(batch: string, to: bigint): void {
    this.#everybodys.set(batch, { to, pages: 0 })
  }

  /** Counts a page of a batch, which begins at the serial `first`. Answers how many there were. */
  countPage(batch: string, first: bigint): number {
    const known = this.#everybodys.get(batch) ?? { to: first - 1n, pages: 0 }
    known.pages += 1
    this.#everybodys.set(batch, known)
    return known.pages
  }

  /** Pages follow each other, so that most often there is one range, which grows. */
  add(pair: Pair, range: Range): void {
    const before = this.of(pair).filter(({ first, last }) => first > range.last + 1n || last + 1n < range.first)
    const joined = this.of(pair).filter((one) => !before.includes(one))
    const first = [range, ...joined].reduce((least, one) => (one.first < least ? one.first : least), range.first)
    const last = [range, ...joined].reduce((most, one) => (one.last > most ? one.last : most), range.last)
    this.#ranges.set(keyOf(pair), [...before, { first, last }])
  }

  of(pair: Pair): readonly Range[] {
    return this.#ranges.get(keyOf(pair)) ?? []
  }
}

function keyOf({ batch, account }: Pair): string {
  return `${batch} ${account}`
}

/**
 * The serial from which on more must be loaded before the lowest free units that make up `quantity` can be told;
 * undefined where what is known decides it. What is on hold need not be known.
 */
export function unknownFrom(state: State, known: Known, pair: Pair, quantity: bigint): bigint | undefined {
  const batch = state.peek('batch', pair.batch)
  if (!batch) return undefined
  const holes = heldRanges(state, pair.batch)
  const all = known.everybodysTo(pair.batch) ?? batch.first - 1n
  if (all >= batch.last) return undefined
  const from = firstOutside(all < batch.first ? batch.first : all + 1n, [...known.of(pair), ...holes])
  if (from > batch.last) return undefined
  let [free, pieces] = [0n, 0]
  for (const run of state.runs(pair.batch).ownedBy(pair.account)) {
    if (run.first >= from) break
    const { first } = run
    for (const piece of without([{ first, last: run.last < from ? run.last : from - 1n }], holes)) {
      free += countOf(piece)
      pieces += 1
      if (pieces > MAX_RUNS || free >= quantity) return undefined
    }
  }
  return from
}

/**
 * The quantity that a command asks for, of those that leave the choice of serials to the ledger; of others one unit, which
 * shows whether an account has any at all.
 */
export function quantityOf({ request }: Command): bigint {
  const quantity =
    typeof request === 'object' && request !== null && 'quantity' in request ? request.quantity : undefined
  return BigInt(String(quantity ?? 1))
}

function heldRanges(state: State, batch: string): Range[] {
  return state.holdsOn(batch).flatMap((id) => {
    const hold = state.get('hold', id)
    return hold && hold.first !== null && hold.last !== null ? [{ first: hold.first, last: hold.last }] : []
  })
}

function firstOutside(start: bigint, ranges: Range[]): bigint {
  let first = start
  for (const range of ranges.sort((a, b) => (a.first < b.first ? -1 : 1))) {
    if (range.first > first) break
    if (range.last >= first) first = range.last + 1n
  }
  return first
}
