import { decodeEntry, invariant, isRefusal } from '@tallystick/rules'
import type { Receipt, StoredEntry } from './port.ts'

/** The receipt of an entry that is in the log already. */
export function receiptOf({ index, leaf, bytes }: StoredEntry): Receipt {
  const entry = decodeEntry(bytes)
  invariant(!isRefusal(entry), `entry ${index} has the published form`)
  return { index, leaf, entry, repeated: true }
}
