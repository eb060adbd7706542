import {
  admit,
  applyVerdict,
  type Command,
  decideBody,
  decodeEntry,
  draft,
  type Entry,
  encodeEntry,
  isRefusal,
  leafOf,
  type Refusal,
  refuse,
  type Shelf,
  type State,
} from '@tallystick/rules'

export interface Appended {
  index: number
  entry: Entry
  bytes: Uint8Array
  leaf: string
}

/** Decides and judges one command on the state; on success the state has moved on by its entry. */
export function append(state: State, command: Command, at: string, shelf: Shelf): Appended | Refusal {
  const law = shelf.inForce(state.ledger())
  if (!law) return refuse('document-unknown', { sha256: state.ledger().permissions })
  const body = decideBody(state, command, law)
  if (isRefusal(body)) return body
  const entry = draft(state, command, body, at)
  if (isRefusal(entry)) return entry
  const appended = appendEntry(state, entry, shelf, true)
  return isRefusal(appended) && appended.refused === 'approval-missing' ? proposing(appended, entry) : appended
}

/** A refusal for want of approvals, with what the approvers are asked to approve. */
function proposing(refusal: Refusal, { v, body }: Entry): Refusal {
  const { allotted: _, ...chosen } = body
  return { ...refusal, proposal: { v, body: chosen } }
}

/**
 * Judges a whole entry on the state; on success the state has moved on by it. What is judged is read back from the bytes
 * that will be stored, as every verifier reads them. `isFormed`: the draft's body was found to have its type's form, so
 * that what is read back has it too.
 */
export function appendEntry(state: State, draft: Entry, shelf: Shelf, isFormed = false): Appended | Refusal {
  const bytes = encodeEntry(draft)
  const entry = decodeEntry(bytes)
  if (isRefusal(entry)) return entry
  const leaf = leafOf(bytes)
  const verdict = admit(state, entry, leaf, shelf, isFormed)
  if (isRefusal(verdict)) return verdict
  const index = state.size
  applyVerdict(state, entry, verdict)
  return { index, entry, bytes, leaf }
}

/** The instant of the next entry: the clock's, or the previous entry's where the clock is behind it. */
export function nextInstant(previous: string, now: Date): string {
  const instant = now.toISOString()
  return instant > previous ? instant : previous
}
