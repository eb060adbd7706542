import type { CountryWords } from '@tallystick/contract'
import type { Ledger } from '@tallystick/ledger'
import { invariant, type Law, type LedgerRow, Shelf } from '@tallystick/rules'

/** The permission table and preset in force now. */
export async function lawInForce(ledger: Ledger): Promise<Law> {
  return (await shelfInForce(ledger)).law
}

/** The documents of a ledger, with those in force now. */
export async function shelfInForce(ledger: Ledger): Promise<{ shelf: Shelf; law: Law; row: LedgerRow }> {
  const row = await ledger.row('ledger', 'ledger')
  invariant(row, 'the ledger has its genesis')
  const shelf = shelves.get(ledger) ?? new Shelf()
  shelves.set(ledger, shelf)
  if (!shelf.inForce(row)) for (const { bytes } of await ledger.documents()) shelf.add(bytes)
  const law = shelf.inForce(row)
  invariant(law, 'the documents in force are there')
  known.set(ledger, law)
  return { shelf, law, row }
}

/** What the preset calls its codes, as this process has last read it; undefined where it calls them nothing. */
export function knownWords(ledger: Ledger): CountryWords | undefined {
  return known.get(ledger)?.preset.words
}

/** In force when last asked. */
const known = new WeakMap<Ledger, Law>()

/** Documents never change once they have their SHA-256. */
const shelves = new WeakMap<Ledger, Shelf>()
