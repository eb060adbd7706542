import type { StoredEntry } from '@tallystick/ledger'
import { decodeEntry, type Entry, encodeEntry, isRefusal, leafOf, type StreamLink } from '@tallystick/rules'

export function entryIn({ bytes }: Pick<StoredEntry, 'bytes'>): Entry {
  const entry = decodeEntry(bytes)
  if (isRefusal(entry)) throw new Error(`the log holds entries: ${JSON.stringify(entry)}`)
  return entry
}

/**
 * The log as a patient forger would leave it: entries changed or, with `undefined`, left out, and every stream that goes
 * through them linked anew, so that no hash tells.
 */
export function rewriteHistory(
  entries: readonly StoredEntry[],
  change: (entry: Entry, index: number) => Entry | undefined,
): StoredEntry[] {
  const heads = new Map<string, { revision: number; leaf: string }>()
  const rewritten: StoredEntry[] = []
  for (const stored of entries) {
    const entry = change(entryIn(stored), stored.index)
    if (!entry) continue
    const streams = entry.streams.map(([id]): StreamLink => {
      const head = heads.get(id)
      return [id, (head?.revision ?? 0) + 1, head?.leaf ?? null]
    })
    const bytes = encodeEntry({ ...entry, streams })
    const leaf = leafOf(bytes)
    for (const [id, revision] of streams) heads.set(id, { revision, leaf })
    rewritten.push({ index: rewritten.length, bytes, leaf })
  }
  return rewritten
}
