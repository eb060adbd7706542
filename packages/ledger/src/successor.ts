import { randomBytes } from 'node:crypto'
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Genesis, invariant, logKeyOf, type Predecessor, sha256Bytes, verifyEd25519 } from '@tallystick/rules'
import { openCheckpoint, rootOf, TlogError } from '@tallystick/tlog'
import type pg from 'pg'
import { holding } from './file-lock.ts'
import { createDurably, syncFolder, writeDurably } from './files.ts'
import { Integrator } from './integrator.ts'
import { keyHistory, keyInForce } from './key-history.ts'
import type { Ledger } from './port.ts'
import { replaceGenesis } from './postgres/replace-genesis.ts'
import { exportLog } from './publish.ts'
import type { Signed } from './signer.ts'
import { keyFolder, keyFromFile } from './signing-key.ts'

/** There is no reason for a successor, or no ground; the message says what to do instead. Nothing was changed. */
export class SuccessionError extends Error {}

/** What a successor would take over. */
export interface SuccessionPlan {
  predecessor: Omit<Predecessor, 'at'>
  /** Signed entries that are lost for ever. */
  lost: number
  /** Is the key of the old log at hand? */
  hasKey: boolean
}

export interface Circumstances {
  /** Folder of the signer, with the old key where that is not lost. */
  folder: string
  /** The last checkpoint of the old log that is known. */
  signed: Signed
  /** How many of the database's entries are the old log's, where that cannot be told from the checkpoint. */
  kept?: number | undefined
}

/** What is left of a log, and what is not. Errors: `SuccessionError` where nothing is lost, or what is left is unclear. */
export async function planSuccession(
  ledger: Ledger,
  { folder, signed, kept: said }: Circumstances,
): Promise<SuccessionPlan> {
  await new Integrator(ledger).catchUp()
  const [genesis, history, { size: have }] = [await ledger.genesis(), await keyHistory(ledger), await ledger.head()]
  invariant(genesis, 'a ledger with a key has its genesis')
  const { origin } = genesis
  const inForce = keyInForce(history, have).vkey
  const hasKey = (await keyFolder(folder).find(inForce)) !== undefined
  const diverges = have >= signed.size && (await rootAt(ledger, signed.size)) !== signed.root
  if (diverges && said === undefined) {
    throw new SuccessionError(
      `the database has ${have} entries, but not those that were signed: it was written to after a backup was restored. ` +
        'Restore the backup again, or say with --kept how many entries the backup had',
    )
  }
  if (said !== undefined && !(said >= 1 && said <= have)) {
    throw new SuccessionError(`the database has ${have} entries: --kept cannot be ${said}`)
  }
  const kept = said ?? have
  const lost = Math.max(0, signed.size - kept)
  if (lost === 0 && !diverges && hasKey) {
    throw new SuccessionError('no entry is lost and the key is there: this log goes on, no other may take its place')
  }
  const ownKey = await keyAtHand(folder, origin)
  const key = ownKey ?? keyInForce(history, Math.min(signed.size, have)).vkey
  return { predecessor: { origin, firstKey: genesis.key, key, ...signed, kept }, lost, hasKey }
}

async function rootAt(ledger: Ledger, size: number): Promise<string> {
  return Buffer.from(await rootOf(sha256Bytes, size, (runs) => ledger.tree.read(runs))).toString('hex')
}

/** A rotation may be among what was lost: the key at hand is then the one that signed last. */
async function keyAtHand(folder: string, origin: string): Promise<string | undefined> {
  const file = join(folder, 'key.pem')
  return (await exists(file)) ? (await keyFromFile(file)).vkey(origin) : undefined
}

/** What a checkpoint that somebody kept says, if one of these keys has signed it. */
export async function openSigned(note: Uint8Array, keys: readonly string[]): Promise<Signed | undefined> {
  const vkeys = keys.flatMap((key) => logKeyOf(key) ?? [])
  try {
    const { size, root } = await openCheckpoint(note, { vkeys, verifyEd25519 })
    return { size, root: Buffer.from(root).toString('hex') }
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}

const BEGUN = 'successor.json'
const KEY = 'successor.pem'

/** The genesis of a succession that was begun with this folder and is not finished. */
export async function successionBegun(folder: string): Promise<Genesis | undefined> {
  const text = await readFile(join(folder, BEGUN), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Genesis.parse(JSON.parse(text))
}

export interface Succession extends Circumstances {
  /** Where the old log is kept as far as it can be published: what its genesis and checkpoints were. */
  keep: string
  /** The same key file goes on under the name of the new log. */
  sameKey: boolean
  now: Date
}

/**
 * Makes a new log, with a name and a key of its own, that takes over what the database has left of the old one. Each step
 * is durable before the next: stopped at any point, it is gone on with by calling it again. Answers the new genesis.
 */
export async function succeed(ledger: Ledger, connection: pg.ClientConfig, asked: Succession): Promise<Genesis> {
  return holding(join(asked.folder, 'signed.json.lock'), () => succeedAlone(ledger, connection, asked))
}

async function succeedAlone(ledger: Ledger, connection: pg.ClientConfig, asked: Succession): Promise<Genesis> {
  const { folder } = asked
  const genesis = (await successionBegun(folder)) ?? (await begin(ledger, asked))
  const old = await ledger.genesis()
  invariant(genesis.predecessor && old, 'a successor has a predecessor')
  if (old.origin !== genesis.origin && old.origin !== genesis.predecessor.origin) {
    throw new SuccessionError(`the database has the log ${old.origin}, not ${genesis.predecessor.origin}`)
  }
  await replaceGenesis(connection, genesis)
  await putKeyInPlace(folder, genesis.predecessor.origin)
  await rm(join(folder, BEGUN))
  await syncFolder(folder)
  return genesis
}

async function begin(ledger: Ledger, asked: Succession): Promise<Genesis> {
  const { folder, keep, sameKey, now } = asked
  const { predecessor } = await planSuccession(ledger, asked)
  const old = await ledger.genesis()
  invariant(old, 'a log that is taken over has its genesis')
  await keepOld(ledger, keep, predecessor)
  const origin = `${old.origin.slice(0, old.origin.lastIndexOf('/'))}/${randomBytes(8).toString('hex')}`
  await rm(join(folder, KEY), { force: true })
  if (sameKey) await createDurably(join(folder, KEY), await readFile(join(folder, 'key.pem')))
  const key = await keyFromFile(join(folder, KEY))
  const at = now.toISOString()
  const { at: last } = await ledger.head()
  // Everything else is as it was: kept entries are judged by the law of their time, under the same ids.
  const genesis = Genesis.parse({
    ...old,
    origin,
    key: key.vkey(origin),
    predecessor: { ...predecessor, at: at > last ? at : last },
  })
  await writeDurably(join(folder, BEGUN), JSON.stringify(genesis))
  return genesis
}

async function keepOld(ledger: Ledger, keep: string, predecessor: SuccessionPlan['predecessor']): Promise<void> {
  await mkdir(keep, { recursive: true })
  if (await ledger.tree.checkpoint()) await exportLog(ledger, keep)
  const [first] = await ledger.entries(0, 1)
  invariant(first, 'the old log has its genesis')
  await writeDurably(join(keep, 'genesis.json'), first.bytes)
  await writeDurably(join(keep, 'last-signed.json'), `${JSON.stringify(predecessor)}\n`)
}

/** What the signer had of the old log goes into a folder of its own; the new key takes the place of the old. */
async function putKeyInPlace(folder: string, oldOrigin: string): Promise<void> {
  const old = join(folder, `predecessor-${oldOrigin.slice(oldOrigin.lastIndexOf('/') + 1)}`)
  const [mine, key] = [join(folder, KEY), join(folder, 'key.pem')]
  await mkdir(old, { recursive: true, mode: 0o700 })
  await move(join(folder, 'signed.json'), join(old, 'signed.json'))
  await move(join(folder, 'next.pem'), join(old, 'next.pem'))
  if (await exists(mine)) {
    if (await exists(key)) await createDurably(join(old, 'key.pem'), await readFile(key))
    await rename(mine, key)
  }
  await syncFolder(old)
  await syncFolder(folder)
}

async function move(from: string, to: string): Promise<void> {
  if (await exists(from)) await rename(from, to)
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
