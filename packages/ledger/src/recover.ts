import { decodeEntry, type Entry, isRefusal, leafOf, sha256Bytes } from '@tallystick/rules'
import {
  bundlesOf,
  decodeBundle,
  parseVkey,
  RightEdge,
  rootOf,
  TILE_WIDTH,
  TlogError,
  tilePath,
} from '@tallystick/tlog'
import pg from 'pg'
import { Integrator } from './integrator.ts'
import type { Ledger } from './port.ts'
import { NotAloneError, Restoring } from './postgres/restore.ts'
import type { Signed } from './signer.ts'
import { readStated, type StatedCheckpoint } from './verify/checkpoint-check.ts'
import { formatReport } from './verify/format.ts'
import { verifyLog } from './verify/log.ts'
import { Replay } from './verify/replay.ts'
import type { LogSource } from './verify/source.ts'
import { MOST_BUNDLE_BYTES } from './verify/stretch.ts'
import { MOST_CONTENT_BYTES } from './verify/walk.ts'

/** The copy cannot be used, and nothing was written that is not in it; the message says why, for a person. */
export class RecoveryError extends Error {}

export interface Recovery {
  /** Entries that the database had, and that it has now. */
  before: number
  size: number
  /** Entries that were signed and are still missing. */
  missing: number
}

export interface RecoveryOptions {
  /** What the signer has signed last. */
  signed: Signed | undefined
  /** A key of the log: of its genesis, or a later one. */
  vkey: string
  onProgress?: (entries: number, size: number) => void
}

/**
 * Brings back entries that were signed and that the database has no more, from a copy of the published log. The copy is
 * verified whole; it must go on from the database's own entries, and lead to what was signed. Each entry is judged again
 * and written as it was, at its index. May be stopped at any point and begun again. Errors: `RecoveryError`.
 */
export async function recover(
  ledger: Ledger,
  connection: pg.PoolConfig,
  source: LogSource,
  { signed, vkey, onProgress }: RecoveryOptions,
): Promise<Recovery> {
  const stated = await verified(source, vkey)
  await new Integrator(ledger).catchUp()
  const before = (await ledger.head()).size
  const leaves = await leavesToAdd(ledger, source, stated, signed, before)
  const pool = new pg.Pool({ max: 1, ...connection })
  pool.on('error', () => undefined)
  try {
    await append(ledger, pool, source, { from: before, leaves, size: stated.size, onProgress })
  } catch (error) {
    if (!(error instanceof NotAloneError)) throw error
    throw new RecoveryError(`${error.message}: stop every process that uses this database, and begin again`)
  } finally {
    await pool.end()
  }
  await new Integrator(ledger).catchUp()
  const { size } = await ledger.head()
  if (leaves.length > 0) await publishAgain(ledger, stated)
  return { before, size, missing: Math.max(0, (signed?.size ?? 0) - size) }
}

async function verified(source: LogSource, vkey: string): Promise<StatedCheckpoint> {
  const report = await verifyLog(source, { vkey: parseVkey(sha256Bytes, vkey) })
  if (report.outcome !== 'whole') throw new RecoveryError(`${source.name} cannot be used:\n${formatReport(report)}`)
  const stated = await readStated(source)
  if ('code' in stated || stated.size < report.entries.size)
    throw new RecoveryError(`${source.name} changes: try again`)
  return stated
}

/** The leaf hashes of the entries to add: with them, the database's own lead to what is signed. Writes nothing. */
async function leavesToAdd(
  ledger: Ledger,
  source: LogSource,
  stated: StatedCheckpoint,
  signed: Signed | undefined,
  before: number,
): Promise<string[]> {
  if (before > 0 && (await ledger.genesis())?.origin !== stated.origin) {
    throw new RecoveryError(`${source.name} is a copy of ${stated.origin}, which is another log`)
  }
  if (before >= stated.size) {
    const root = await rootOf(sha256Bytes, stated.size, (runs) => ledger.tree.read(runs))
    if (hexOf(root) !== hexOf(stated.root)) throw await differing(ledger, source, stated.size, stated.size)
    if (before < (signed?.size ?? 0)) throw new RecoveryError(tooShort(source, stated, before))
    return []
  }
  const edge = await RightEdge.load(sha256Bytes, before, (runs) => ledger.tree.read(runs))
  const leaves: string[] = []
  for await (const { bytes } of entriesFrom(source, before, stated.size)) {
    if (signed && edge.size === signed.size) refuseOther(source, edge, signed.root)
    const leaf = leafOf(bytes)
    edge.append(Buffer.from(leaf, 'hex'))
    leaves.push(leaf)
  }
  if (hexOf(edge.root()) !== hexOf(stated.root)) throw await differing(ledger, source, stated.size, before)
  if (signed && edge.size === signed.size) refuseOther(source, edge, signed.root)
  return leaves
}

function tooShort(source: LogSource, stated: StatedCheckpoint, before: number): string {
  return `${source.name} has ${stated.size} entries, the database has ${before}: it brings nothing back`
}

function refuseOther(source: LogSource, edge: RightEdge, root: string): void {
  if (hexOf(edge.root()) === root) return
  throw new RecoveryError(`${source.name} has another history than the one that was signed, at ${edge.size} entries`)
}

/** Names the first of `most` entries that is another in the database than in the copy. */
async function differing(ledger: Ledger, source: LogSource, size: number, most: number): Promise<RecoveryError> {
  let first = 0
  for await (const { index, bytes } of entriesFrom(source, 0, size)) {
    const [stored] = await ledger.entries(index, 1)
    first = index
    if (index >= most || stored?.leaf !== leafOf(bytes)) break
  }
  return new RecoveryError(
    `entry ${first} of the database is not that of ${source.name}: it was written after the backup was restored. ` +
      'Restore the backup again, start nothing on it, and recover then',
  )
}

interface Given {
  index: number
  bytes: Uint8Array
}

/** The entries of a log that ends at `size`, from an index on. */
async function* entriesFrom(source: LogSource, from: number, size: number): AsyncGenerator<Given> {
  for (const tile of bundlesOf(size, from)) {
    const bytes = await source.read(tilePath(tile), MOST_BUNDLE_BYTES)
    if (!(bytes instanceof Uint8Array)) throw new RecoveryError(`${tilePath(tile)} of ${source.name} cannot be read`)
    for (const [at, entry] of cut(bytes, tile.width, source).entries()) {
      const index = tile.index * TILE_WIDTH + at
      if (index >= from && index < size) yield { index, bytes: entry }
    }
  }
}

function cut(bytes: Uint8Array, width: number, source: LogSource): readonly Uint8Array[] {
  try {
    return decodeBundle(bytes, width)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new RecoveryError(`${source.name} changes while it is read: ${error.message}`)
  }
}

/** Most entries in one transaction. */
const MOST_AT_ONCE = 1_000

interface Appending {
  from: number
  leaves: readonly string[]
  size: number
  onProgress: RecoveryOptions['onProgress']
}

async function append(ledger: Ledger, pool: pg.Pool, source: LogSource, adding: Appending): Promise<void> {
  const { from, leaves, size, onProgress } = adding
  if (leaves.length === 0) return
  const restoring = await Restoring.begin(pool, ledger)
  if (restoring.size !== from) throw new NotAloneError('the ledger grew meanwhile')
  const needs = new Replay()
  let batch: { entry: Entry; bytes: Uint8Array; leaf: string }[] = []
  const flush = async () => {
    const broken = await restoring.take(batch)
    if (broken) throw new RecoveryError(`an entry from ${restoring.size} on breaks the rule ${broken.refused}`)
    batch = []
    onProgress?.(restoring.size, size)
  }
  for await (const { index, bytes } of entriesFrom(source, from, size)) {
    const entry = decodeEntry(bytes)
    const leaf = leafOf(bytes)
    if (isRefusal(entry) || leaf !== leaves[index - from])
      throw new RecoveryError(`${source.name} changes while it is read`)
    for (const sha256 of needs.needs(entry)) await bringDocument(ledger, source, restoring, sha256)
    batch.push({ entry, bytes, leaf })
    if (batch.length === MOST_AT_ONCE) await flush()
  }
  if (batch.length > 0) await flush()
}

/** Documents are kept before an entry adopts them. */
async function bringDocument(ledger: Ledger, source: LogSource, restoring: Restoring, sha256: string): Promise<void> {
  const bytes = (await ledger.document(sha256)) ?? (await source.read(`content/${sha256}`, MOST_CONTENT_BYTES))
  if (!(bytes instanceof Uint8Array)) throw new RecoveryError(`content/${sha256} of ${source.name} cannot be read`)
  await ledger.putDocument(bytes)
  restoring.shelve(bytes)
}

/** The copy's checkpoint is the log's own again: receipts need not wait for the signer. */
async function publishAgain(ledger: Ledger, { size, root, note }: StatedCheckpoint): Promise<void> {
  const { at } = await ledger.head()
  await ledger.tree.putCheckpoint({ size, root: hexOf(root), at, note: Buffer.from(note).toString() })
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
