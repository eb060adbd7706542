import { isRefusal, type Refusal } from '@tallystick/rules'
import { bundlesOf, HASH_BYTES, type Hash, TILE_WIDTH, type Tile, tileAt, tilePath } from '@tallystick/tlog'
import { type Findings, findingOf, unread } from './finding.ts'
import { contentHashDiffers, Replay, type Unjudged } from './replay.ts'
import { ahead, isUnreadable, type LogSource, type ReadOutcome, type Unreadable } from './source.ts'
import { entryAt, MOST_BUNDLE_BYTES, type Reading, type Stretch, type StretchReader } from './stretch.ts'
import { TILE_BYTES, TreeCheck } from './tree-check.ts'

export const MOST_CONTENT_BYTES = 4_194_304

/** Reads every entry of a log of `size` once, in order: into the tree, through the rules, against the tiles. */
export class Walk {
  readonly replay = new Replay()
  readonly tree: TreeCheck
  /** The first entry that breaks a rule; the state after it is not known, so nothing after it is replayed. */
  unlawful: { entry: number; refusal: Refusal } | undefined
  /** Were all entries there, as far as the tree is concerned? */
  complete = false
  readonly #source: LogSource
  readonly #reader: StretchReader
  readonly #findings: Findings
  readonly #size: number
  #replaying = true
  #hashesAtHand: { index: number; hashes: ReadOutcome } | undefined

  constructor(
    source: LogSource,
    reader: StretchReader,
    findings: Findings,
    { size, rootsAt }: { size: number; rootsAt: number[] },
  ) {
    this.#source = source
    this.#reader = reader
    this.#findings = findings
    this.#size = size
    this.tree = new TreeCheck(source, (tile) => this.#readTile(tile), rootsAt)
  }

  get replayed(): number {
    return this.replay.state.size
  }

  async run(onProgress?: (entries: number) => void): Promise<void> {
    const stretches = ahead(bundlesOf(this.#size), this.#source.ahead, (tile) => this.#reader.read(tile))
    for await (const stretch of stretches) {
      if (!(await this.#take(stretch))) return
      onProgress?.(stretch.tile.index * TILE_WIDTH + stretch.tile.width)
    }
    await this.tree.finish()
    this.complete = true
  }

  /** Answers false where neither bundle nor tile tell what comes next. */
  async #take(stretch: Stretch): Promise<boolean> {
    const { tile, hashes } = stretch
    this.#reportBundle(stretch)
    this.#hashesAtHand = { index: tile.index, hashes }
    if (!this.#grow(stretch)) {
      this.#reportEnd(stretch)
      return false
    }
    await this.#replay(stretch)
    await this.#comparePartialBundles(stretch)
    await this.tree.settle()
    return true
  }

  /** Takes a stretch's leaves into the tree; answers false where neither bundle nor tile give them. */
  #grow(stretch: Stretch): boolean {
    const { reading } = stretch
    if (reading && !isUnreadable(reading) && reading.subtree) {
      this.tree.appendTile(reading.leaves, reading.subtree)
      return true
    }
    const leaves = leavesOf(stretch)
    for (const leaf of leaves ?? []) this.tree.append(leaf)
    return leaves !== undefined
  }

  #reportEnd({ tile, reading, hashes }: Stretch): void {
    const [first, last] = [tile.index * TILE_WIDTH, tile.index * TILE_WIDTH + tile.width - 1]
    const where = { file: tilePath({ ...tile, level: 0 }), entry: first }
    if (isOutOfReach(hashes)) this.#findings.add(unread(where, hashes))
    else if (hashes === undefined && isOutOfReach(reading)) this.#findings.add(findingOf('tile-missing', where))
    else this.#findings.add(findingOf('nothing-further', where, { first: `${first}`, last: `${last}` }))
  }

  async #replay({ tile, reading }: Stretch): Promise<void> {
    if (!reading || isUnreadable(reading)) this.#replaying = false
    else await this.#replayEntries(tile, reading)
  }

  async #replayEntries(tile: Tile, reading: Reading): Promise<void> {
    const first = tile.index * TILE_WIDTH
    for (let at = 0; this.#replaying && at < reading.formed; at += 1) {
      const entry = entryAt(reading, at)
      for (const sha256 of this.replay.needs(entry)) await this.#shelve(sha256, first + at)
      if (!this.#replaying) return
      const broken = this.replay.take(entry, hexOf(reading.leaves, at), true)
      if (broken) this.#stopAt(first + at, broken)
    }
    if (!this.#replaying) return
    if (reading.formless) this.#stopAt(first + reading.formed, reading.formless)
    if (reading.formed < tile.width) this.#replaying = false
  }

  #stopAt(entry: number, broken: Refusal | Unjudged): void {
    this.#replaying = false
    if (isRefusal(broken)) this.unlawful = { entry, refusal: broken }
    else this.#findings.add(findingOf('entry-unjudged', { entry }, { reason: broken.unjudged }))
  }

  async #shelve(sha256: string, entry: number): Promise<void> {
    if (this.replay.adopted.has(sha256)) return
    const file = `content/${sha256}`
    const bytes = await this.#source.read(file, MOST_CONTENT_BYTES)
    if (bytes instanceof Uint8Array) {
      const actual = contentHashDiffers(sha256, bytes)
      if (actual === undefined) {
        this.replay.shelve(sha256, bytes)
        return
      }
      this.#findings.add(findingOf('content-altered', { file, entry }, { sha256: actual }))
    } else if (bytes === undefined) {
      this.#findings.add(findingOf('content-missing', { file, entry }, { entry: `${entry}` }))
    } else {
      this.#findings.add(unread({ file, entry }, bytes))
    }
    this.#replaying = false
  }

  #reportBundle({ tile, reading }: Stretch): void {
    const file = tilePath(tile)
    const first = tile.index * TILE_WIDTH
    if (reading === undefined) {
      const bounds = { first: `${first}`, last: `${first + tile.width - 1}` }
      this.#findings.add(findingOf('bundle-missing', { file, entry: first }, bounds))
    } else if (isUnreadable(reading)) {
      this.#findings.add(unread({ file, entry: first }, reading))
    } else if (reading.flaw) {
      const { offset, reason } = reading.flaw
      const entry = first + Math.min(reading.spans.length / 2, tile.width - 1)
      this.#findings.add(findingOf('bundle-framing', { file, entry, offset }, { reason }))
    }
  }

  /** Partial bundles of earlier checkpoints begin the one that is there now. */
  async #comparePartialBundles({ tile, reading }: Stretch): Promise<void> {
    if (!reading || isUnreadable(reading) || reading.flaw) return
    for (const width of await this.#source.partialWidths(tilePath({ ...tile, width: TILE_WIDTH }))) {
      if (width >= tile.width) continue
      const file = tilePath({ ...tile, width })
      const partial = await this.#source.read(file, MOST_BUNDLE_BYTES)
      if (isOutOfReach(partial)) {
        this.#findings.add(unread({ file, entry: tile.index * TILE_WIDTH }, partial))
        continue
      }
      const end = reading.spans[2 * width - 1] ?? 0
      if (partial instanceof Uint8Array && Buffer.compare(partial, reading.bytes.subarray(0, end)) === 0) continue
      this.#findings.add(findingOf('bundle-partial-differs', { file, entry: tile.index * TILE_WIDTH }))
    }
  }

  /** The level 0 tile of the stretch at hand was read with its bundle. */
  async #readTile(tile: Tile): Promise<ReadOutcome> {
    const atHand = this.#hashesAtHand
    const width = tileAt(0, tile.index, this.#size)?.width
    if (tile.level === 0 && atHand?.index === tile.index && tile.width === width) return atHand.hashes
    return this.#source.read(tilePath(tile), TILE_BYTES)
  }
}

function isOutOfReach(found: object | undefined): found is Unreadable {
  return found !== undefined && isUnreadable(found) && found.outOfReach === true
}

function hexOf(leaves: Uint8Array, at: number): string {
  return Buffer.from(leaves.buffer, leaves.byteOffset + at * HASH_BYTES, HASH_BYTES).toString('hex')
}

/** The leaves that the bundle makes; where it cannot be cut, the tile stands in, so that what follows can be checked. */
function leavesOf({ tile, reading, hashes }: Stretch): Hash[] | undefined {
  const known = reading && !isUnreadable(reading) ? reading.leaves : new Uint8Array()
  const missing = known.length < tile.width * HASH_BYTES
  const tileIsThere = hashes instanceof Uint8Array && hashes.length === tile.width * HASH_BYTES
  if (missing && !tileIsThere) return undefined
  const whole = missing && tileIsThere ? Buffer.concat([known, hashes.subarray(known.length)]) : known
  return Array.from({ length: tile.width }, (_, at) => whole.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))
}
