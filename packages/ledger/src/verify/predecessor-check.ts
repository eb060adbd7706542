import type { Predecessor } from '@tallystick/rules'
import {
  bundlesOf,
  decodeBundle,
  encodeBase64,
  type Hash,
  leafHash,
  RightEdge,
  TILE_WIDTH,
  TlogError,
  tilePath,
} from '@tallystick/tlog'
import { checkSignature, keyOf, readStated } from './checkpoint-check.ts'
import { type Finding, findingOf } from './finding.ts'
import { sha256 } from './inspect.ts'
import type { LogSource } from './source.ts'
import { MOST_BUNDLE_BYTES } from './stretch.ts'

/** What a comparison with the predecessor's files has shown. */
export interface Comparison {
  findings: Finding[]
  /** Entries that were compared byte for byte. */
  compared: number
}

/**
 * Compares a log, entry by entry, with what is left of the log that it took over from: the folder must be that log, signed
 * by its key, and not contradict the checkpoint that the genesis names; every kept entry must be the same.
 */
export async function checkPredecessor(
  source: LogSource,
  size: number,
  old: LogSource,
  predecessor: Predecessor,
): Promise<Comparison> {
  const file = `${old.name}/checkpoint`
  const stated = await readStated(old)
  if ('code' in stated) return { findings: [{ ...stated, where: { file } }], compared: 0 }
  const keys = [predecessor.key, predecessor.firstKey].flatMap((text) => keyOf(text) ?? [])
  const unsigned = await Promise.all(keys.map((key) => checkSignature(stated, key)))
  const [wrong] = unsigned.every((one) => one !== undefined) ? unsigned : []
  if (wrong) return { findings: [{ ...wrong, where: { file } }], compared: 0 }
  const kept = Math.min(predecessor.kept, stated.size, size)
  const findings: Finding[] = []
  const edge = new RightEdge(sha256)
  let compared = 0
  for await (const { index, bytes } of entriesOf(old, stated.size)) {
    if (!bytes) {
      findings.push(findingOf('predecessor-unread', { file: old.name, entry: index }))
      return { findings, compared }
    }
    if (index > 0 && index < kept) {
      const own = await entryOf(source, size, index)
      if (own && Buffer.compare(own, bytes) === 0) compared += 1
      else findings.push(findingOf('predecessor-differs', { entry: index }, { entry: `${index}` }))
    }
    edge.append(leafHash(sha256, bytes))
    if (edge.size === predecessor.size) findings.push(...rootFindings(file, edge, Buffer.from(predecessor.root, 'hex')))
  }
  if (edge.size !== predecessor.size) findings.push(...rootFindings(file, edge, stated.root))
  return { findings, compared }
}

function rootFindings(file: string, edge: RightEdge, expected: Hash): Finding[] {
  if (Buffer.compare(edge.root(), expected) === 0) return []
  const detail = { size: `${edge.size}`, computed: encodeBase64(edge.root()), stated: encodeBase64(expected) }
  return [findingOf('predecessor-root', { file }, detail)]
}

async function* entriesOf(source: LogSource, size: number): AsyncGenerator<{ index: number; bytes?: Uint8Array }> {
  for (const { index, width } of bundlesOf(size)) {
    const entries = await bundle(source, index, width)
    if (!entries) yield { index: index * TILE_WIDTH }
    for (const [at, bytes] of (entries ?? []).entries()) yield { index: index * TILE_WIDTH + at, bytes }
    if (!entries) return
  }
}

async function bundle(source: LogSource, index: number, width: number): Promise<Uint8Array[] | undefined> {
  const bytes = await source.read(tilePath({ level: 'entries', index, width }), MOST_BUNDLE_BYTES)
  if (!(bytes instanceof Uint8Array)) return undefined
  try {
    return decodeBundle(bytes, width)
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}

const atHand = new WeakMap<LogSource, { index: number; entries: Uint8Array[] | undefined }>()

/** Entries are asked for in their order, so a bundle is read once. */
async function entryOf(source: LogSource, size: number, entry: number): Promise<Uint8Array | undefined> {
  const index = Math.floor(entry / TILE_WIDTH)
  let known = atHand.get(source)
  if (known?.index !== index) {
    known = { index, entries: await bundle(source, index, Math.min(TILE_WIDTH, size - index * TILE_WIDTH)) }
    atHand.set(source, known)
  }
  return known.entries?.[entry % TILE_WIDTH]
}
