import { LOT } from '../world.ts'

/** Consecutive units that are moved together, and whose they are. */
export interface Lot {
  batch: string
  /** Index of the holder. */
  holder: number
  /** First serial; undefined where only the number of lots is known, as units are taken by quantity. */
  first: bigint | undefined
}

/** A movement that waits for others. */
export interface Waiting {
  movement: string
  lot: Lot
  /** Index of the holder who is to receive it, and accepts it in the end. */
  to: number
  /** Whether a second mandate of the holder must approve it first. */
  approve: boolean
}

/** What the clients know of who has what, by the answers that they were given. */
export interface Stock {
  /** Lots of batches that are moved by quantity: any lot of the holder is as good as another. */
  byQuantity: Lot[]
  /** Lots of batches that are moved by range. */
  byRange: Lot[]
  /** Lots on hold, with the id of the hold. */
  held: { lot: Lot; hold: string }[]
  /** Lots of holders whose movements need a second mandate. */
  careful: Lot[]
  /** Lots of movements that wait. */
  waiting: Waiting[]
  /** Lots that have come to rest. */
  retired: Lot[]
}

export function emptyStock(): Stock {
  return { byQuantity: [], byRange: [], held: [], careful: [], waiting: [], retired: [] }
}

/** Takes one element out, by chance. Nobody else gets it until it is put back. */
export function takeAny<T>(from: T[], chance: () => number): T | undefined {
  const at = Math.floor(chance() * from.length)
  const taken = from[at]
  const last = from.pop()
  if (taken !== undefined && last !== undefined && at < from.length) from[at] = last
  return taken
}

/** Serials of a lot as requests have them. */
export function rangeOf({ first = 0n }: Lot): { first: string; last: string } {
  return { first: `${first}`, last: `${first + BigInt(LOT) - 1n}` }
}

/** Units by account and batch, as the clients know them; `|` between the two. */
export function unitsOf(
  stock: Stock,
  accountOf: (holder: number, kind: 'account' | 'retirement') => string,
): Map<string, bigint> {
  const units = new Map<string, bigint>()
  const add = ({ batch, holder }: Lot, kind: 'account' | 'retirement') => {
    const place = `${accountOf(holder, kind)}|${batch}`
    units.set(place, (units.get(place) ?? 0n) + BigInt(LOT))
  }
  for (const lot of [...stock.byQuantity, ...stock.byRange, ...stock.careful]) add(lot, 'account')
  for (const { lot } of [...stock.held, ...stock.waiting]) add(lot, 'account')
  for (const lot of stock.retired) add(lot, 'retirement')
  return units
}
