import {
  canonicalJson,
  type Genesis,
  KeyRotation,
  logKeyOf,
  publicHalfOf,
  rotationText,
  verifyEd25519,
} from '@tallystick/rules'
import { decodeBase64 } from '@tallystick/tlog'
import { type KeyTerm, keysFile } from '../key-history.ts'
import { type Finding, findingOf, unread } from './finding.ts'
import type { Notice } from './report.ts'
import { isUnreadable, type LogSource } from './source.ts'

export const KEYS = 'keys.json'
const MOST_KEYS_BYTES = 1_048_576

/** What the log of a size says of its keys. */
export interface KnownKeys {
  genesis: Pick<Genesis, 'ledger' | 'origin'>
  history: readonly KeyTerm[]
  size: number
}

/**
 * The key history must be, byte for byte, what follows from the log of this size. It may go on where the log does: a
 * rotation may have been published between the reading of two files. Then each further key must be handed over to by the
 * signatures of both, and is told: no entry at hand names it.
 */
export async function checkKeys(
  source: LogSource,
  known: KnownKeys,
): Promise<{ findings: Finding[]; notices: Notice[] }> {
  const bytes = await source.read(KEYS, MOST_KEYS_BYTES)
  if (bytes === undefined) return { findings: [findingOf('keys-missing', { file: KEYS })], notices: [] }
  if (isUnreadable(bytes)) return { findings: [unread({ file: KEYS }, bytes)], notices: [] }
  const expected = keysFile(known.history)
  const later = Buffer.compare(bytes, expected) === 0 ? [] : laterTerms(bytes, known)
  if (later) return { findings: [], notices: later.map(noticeOf) }
  const offset = expected.findIndex((byte, at) => byte !== bytes[at])
  const where = { file: KEYS, offset: offset < 0 ? expected.length : offset }
  return { findings: [findingOf('keys-differ', where)], notices: [] }
}

function noticeOf({ from, vkey }: KeyTerm): Notice {
  return { code: 'key-beyond-checkpoint', detail: { vkey, from: `${from}` } }
}

/** The terms after those of the log; undefined where the file is anything but the log's history and lawful hand-overs. */
function laterTerms(bytes: Uint8Array, { genesis, history, size }: KnownKeys): KeyTerm[] | undefined {
  const found = termsIn(bytes)
  if (!found || !history.every((term, at) => canonicalJson(found[at] ?? null) === canonicalJson(term))) return undefined
  const areLawful = found.every((term, at) => {
    const before = found[at - 1]
    if (at < history.length || !before) return true
    const earlier = found.slice(0, at).map(({ vkey }) => publicHalfOf(vkey))
    const isInOrder = term.from >= size && term.from > before.from
    return isInOrder && isHandedOver(genesis, before.vkey, term) && !earlier.includes(publicHalfOf(term.vkey))
  })
  return areLawful ? found.slice(history.length) : undefined
}

/** The terms of a file that has the form, to the byte; what they say is another matter. */
function termsIn(bytes: Uint8Array): KeyTerm[] | undefined {
  try {
    const list: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    if (!Array.isArray(list) || !list.every(isTerm)) return undefined
    // Written again from what was understood, so that no byte of the file says anything else.
    return Buffer.compare(bytes, keysFile(list)) === 0 ? list : undefined
  } catch {
    return undefined
  }
}

/** Is it a term with these members and no other? The first has no signatures, all others have them. */
function isTerm(term: unknown, at: number): term is KeyTerm {
  if (typeof term !== 'object' || term === null || !('from' in term) || !('vkey' in term)) return false
  const { from, vkey, ...rest } = term
  if (!Number.isSafeInteger(from) || typeof vkey !== 'string') return false
  if (at === 0) return Object.keys(rest).length === 0
  if (!('signatures' in rest) || Object.keys(rest).length !== 1) return false
  return KeyRotation.safeParse({ previous: vkey, next: vkey, signatures: rest.signatures }).success
}

/** As the rules ask of the entry that names the key: of this log, and signed by the key before it and by itself. */
function isHandedOver({ ledger, origin }: KnownKeys['genesis'], previous: string, term: KeyTerm): boolean {
  const text = rotationText({ ledger, origin, previous, next: term.vkey })
  const isBy = (vkey: string, signature: string | undefined) => {
    const [key, bytes] = [logKeyOf(vkey), decodeBase64(signature ?? '')]
    return key?.name === origin && bytes !== undefined && verifyEd25519(key.publicKey, text, bytes)
  }
  return isBy(previous, term.signatures?.previous) && isBy(term.vkey, term.signatures?.next)
}
