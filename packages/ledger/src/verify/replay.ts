import {
  admit,
  applyVerdict,
  decodeEntry,
  type Entry,
  Genesis,
  isRefusal,
  type Refusal,
  Shelf,
  State,
  sha256Hex,
} from '@tallystick/rules'
import { firstTerm, type KeyTerm, rotatedTerm } from '../key-history.ts'

/** The rules on every entry, in order, on a state that nothing else writes. */
export class Replay {
  readonly state = new State('whole', crypto.getRandomValues(new Uint32Array(8)))
  /** Documents that entries adopted so far. */
  readonly adopted = new Set<string>()
  genesis: Genesis | undefined
  /** The keys of the log, as the entries so far name them. */
  readonly keys: KeyTerm[] = []
  readonly #shelf = new Shelf()
  readonly #counts = new Map<string, number>()

  /** Entries replayed, by type. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts
  }

  /** The SHA-256 of the documents that an entry needs on the shelf before it can be judged. */
  needs(entry: Entry): string[] {
    return documentsOf(entry)
  }

  /** Puts a document's bytes on the shelf; they are what their name says. */
  shelve(sha256: string, bytes: Uint8Array): void {
    this.#shelf.add(bytes)
    this.adopted.add(sha256)
  }

  #noteKeys({ type, body }: Entry): void {
    const { size } = this.state
    if (size === 0) {
      this.genesis = Genesis.parse(body)
      this.keys.push(firstTerm(this.genesis))
    } else if (type === 'KeyRotated' && size >= this.state.ledger().kept) {
      this.keys.push(rotatedTerm(size, body))
    }
  }

  /** Judges the next entry; a lawful one has moved the state on. `isFormed`: its body was found to have the form. */
  take(entry: Entry, leaf: string, isFormed = false): Refusal | Unjudged | undefined {
    try {
      const verdict = admit(this.state, entry, leaf, this.#shelf, isFormed)
      if (isRefusal(verdict)) return verdict
      this.#noteKeys(entry)
      applyVerdict(this.state, entry, verdict)
    } catch (error) {
      return { unjudged: error instanceof Error ? error.message : String(error) }
    }
    this.#counts.set(entry.type, (this.#counts.get(entry.type) ?? 0) + 1)
    return undefined
  }
}

/** The rules failed on an entry: a defect of this program, which a stranger's log may have been made to find. */
export interface Unjudged {
  unjudged: string
}

function documentsOf({ type, body }: Entry): string[] {
  if (type === 'DocumentAdopted' || type === 'ParametersAdopted') return hashes(body.sha256)
  return type === 'Genesis' ? hashes(body.permissions, body.preset) : []
}

/** The SHA-256 of the documents that an entry adopts, from its bytes; none of bytes that are no entry. */
export function documentsNamed(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!['"Genesis"', '"DocumentAdopted"', '"ParametersAdopted"'].some((type) => text.includes(type))) return []
  const entry = decodeEntry(bytes)
  return isRefusal(entry) ? [] : documentsOf(entry)
}

function hashes(...values: unknown[]): string[] {
  return values.filter((value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) as string[]
}

/** What is wrong with content under its name, or undefined. */
export function contentHashDiffers(sha256: string, bytes: Uint8Array): string | undefined {
  const actual = sha256Hex(bytes)
  return actual === sha256 ? undefined : actual
}
