import {
  bundlesOf,
  encodeBase64,
  HASH_BYTES,
  type Hash,
  TILE_WIDTH,
  type Tile,
  tileAt,
  tilePath,
} from '@tallystick/tlog'
import type { StatedCheckpoint } from './checkpoint-check.ts'
import { type Finding, type FindingCode, findingOf, unread } from './finding.ts'
import { inspectBundle } from './inspect.ts'
import { ahead, type LogSource, type ReadOutcome } from './source.ts'
import { MOST_BUNDLE_BYTES } from './stretch.ts'
import { TILE_BYTES, type TileFlaw, TreeCheck } from './tree-check.ts'
import type { Walk } from './walk.ts'

export interface TreeVerdict {
  /** The tree that leads to the stated root; undefined where neither entries nor tiles do. */
  tree: TreeCheck | undefined
  /** The first entry that is not the one that was signed. */
  firstAltered: number | undefined
  findings: Finding[]
}

/** Where entries and tiles contradict each other, those are to be believed that lead to the stated root. */
export async function judgeTree(
  source: LogSource,
  stated: StatedCheckpoint,
  walk: Walk,
  rootsAt: number[],
): Promise<TreeVerdict> {
  const { flaws } = walk.tree
  if (walk.complete && leadsTo(stated, walk.tree.root())) {
    return { tree: walk.tree, firstAltered: undefined, findings: flaws.map(flawFinding) }
  }
  const byTiles = walk.complete ? await treeOfTiles(source, stated.size, rootsAt) : undefined
  const tree = byTiles && leadsTo(stated, byTiles.root()) ? byTiles : undefined
  const contradictions = flaws.filter((flaw) => isContradiction(flaw, stated.size))
  const altered = await entryFindings(tree ? 'entry-altered' : 'entry-and-tile-differ', source, contradictions)
  const others = tree ? tree.flaws : flaws.filter((flaw) => !isContradiction(flaw, stated.size))
  const findings = [...altered, ...others.map(flawFinding)]
  if (walk.complete && !tree) {
    const roots = { computed: encodeBase64(walk.tree.root()), stated: encodeBase64(stated.root) }
    findings.push(findingOf('root-differs', { file: 'checkpoint' }, roots))
  }
  return { tree, firstAltered: altered[0]?.where.entry, findings }
}

function leadsTo(stated: StatedCheckpoint, root: Hash): boolean {
  return Buffer.compare(root, stated.root) === 0
}

type Contradiction = Extract<TileFlaw, { kind: 'differs' }>

/** Leaf hashes in the tile other than those of the entries: one of the two was altered. */
function isContradiction(flaw: TileFlaw, size: number): flaw is Contradiction {
  const { level, index, width } = flaw.tile
  return flaw.kind === 'differs' && level === 0 && width === tileAt(0, index, size)?.width
}

function flawFinding(flaw: TileFlaw): Finding {
  const file = tilePath(flaw.tile)
  if (flaw.kind === 'missing') return findingOf('tile-missing', { file })
  if (flaw.kind === 'unreadable') return unread({ file }, flaw.found)
  if (flaw.kind === 'differs') return findingOf('tile-differs', { file, offset: flaw.offset })
  return findingOf('tile-length', { file }, { bytes: `${flaw.bytes}`, expected: `${flaw.expected}` })
}

const MOST_NAMED = 10

/** One finding a bundle, with the place of the first entry that differs. */
async function entryFindings(code: FindingCode, source: LogSource, flaws: Contradiction[]): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { tile, positions } of flaws) {
    const file = tilePath({ ...tile, level: 'entries' })
    const entries = positions.map((position) => tile.index * TILE_WIDTH + position)
    const named = entries.slice(0, MOST_NAMED).join(', ')
    const more = entries.length > MOST_NAMED ? `, … ${entries.length} in all` : ''
    const where = { file, entry: entries[0] ?? 0, ...(await offsetOf(source, file, tile, positions[0] ?? 0)) }
    findings.push(findingOf(code, where, { entries: named + more }))
  }
  return findings
}

async function offsetOf(source: LogSource, file: string, tile: Tile, position: number): Promise<{ offset?: number }> {
  const bytes = await source.read(file, MOST_BUNDLE_BYTES)
  if (!(bytes instanceof Uint8Array)) return {}
  const offset = inspectBundle(bytes, tile.width).spans[2 * position]
  return offset === undefined ? {} : { offset }
}

/** The tree over the leaf hashes that the level 0 tiles hold; undefined where one of them cannot be read. */
async function treeOfTiles(source: LogSource, size: number, rootsAt: number[]): Promise<TreeCheck | undefined> {
  const read = (tile: Tile) => source.read(tilePath(tile), TILE_BYTES)
  let atHand: { tile: Tile; bytes: ReadOutcome } | undefined
  const readOnce = async (tile: Tile) =>
    atHand && tilePath(tile) === tilePath(atHand.tile) ? atHand.bytes : await read(tile)
  const tree = new TreeCheck(source, readOnce, rootsAt)
  const stretches = ahead(leafTiles(size), source.ahead, async (tile) => ({ tile, bytes: await read(tile) }))
  for await (const stretch of stretches) {
    const { tile, bytes } = stretch
    if (!(bytes instanceof Uint8Array) || bytes.length !== tile.width * HASH_BYTES) return undefined
    atHand = stretch
    for (let at = 0; at < tile.width; at += 1) tree.append(bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))
    await tree.settle()
  }
  await tree.finish()
  return tree
}

function* leafTiles(size: number): Generator<Tile> {
  for (const bundle of bundlesOf(size)) yield { ...bundle, level: 0 }
}
