import {
  canonicalJson,
  decodeEntry,
  type Genesis,
  invariant,
  isRefusal,
  KeyRotation,
  publicHalfOf,
} from '@tallystick/rules'
import type { Ledger } from './port.ts'

/** A key of the log, from the entry that names it on: it signs every checkpoint of more than `from` entries. */
export interface KeyTerm {
  from: number
  vkey: string
  /** Of the rotation that brought it, by the key before it and by itself; the first key has none. */
  signatures?: { previous: string; next: string }
}

/** The key that must have signed a checkpoint of this size. */
export function keyInForce(history: readonly KeyTerm[], size: number): KeyTerm {
  const term = history.findLast(({ from }) => from < size) ?? history[0]
  invariant(term, 'a log has its first key')
  return term
}

/** The terms that begin below a size. */
export function historyAt(history: readonly KeyTerm[], size: number): KeyTerm[] {
  return history.filter(({ from }) => from < size)
}

export function firstTerm(genesis: Pick<Genesis, 'key'>): KeyTerm {
  return { from: 0, vkey: genesis.key }
}

export function rotatedTerm(from: number, body: Record<string, unknown>): KeyTerm {
  const { next, signatures } = KeyRotation.parse(body)
  return { from, vkey: next, signatures }
}

/** The key history as it is published: canonical JSON, so that every byte of it follows from the log. */
export function keysFile(history: readonly KeyTerm[]): Uint8Array {
  return new TextEncoder().encode(canonicalJson(history))
}

/** The keys of a ledger's own log, oldest first, followed back from the one in force now. */
export async function keyHistory(ledger: Pick<Ledger, 'genesis' | 'entries' | 'row'>): Promise<KeyTerm[]> {
  const genesis = await ledger.genesis()
  const row = await ledger.row('ledger', 'ledger')
  invariant(genesis && row, 'a log with keys has its genesis')
  const terms: KeyTerm[] = []
  for (let vkey = row.key; vkey !== genesis.key; ) {
    const named = await ledger.row('signingKey', publicHalfOf(vkey))
    const [stored] = named ? await ledger.entries(named.index, 1) : []
    const entry = stored && decodeEntry(stored.bytes)
    invariant(stored && entry && !isRefusal(entry) && entry.type === 'KeyRotated', `an entry names the key ${vkey}`)
    invariant(
      entry.body.next === vkey && typeof entry.body.previous === 'string',
      `entry ${stored.index} is of ${vkey}`,
    )
    terms.unshift(rotatedTerm(stored.index, entry.body))
    vkey = entry.body.previous
  }
  return [firstTerm(genesis), ...terms]
}
