import type { Approval, Entry, Genesis, Put, Range, Refusal, RowKind, Rows, Run } from '@tallystick/rules'
import type { Run as HashRun } from '@tallystick/tlog'

/** A wish to write an entry, with the idempotency key of its sender. */
export interface Submission {
  type: string
  /** Mandate in which the sender acts. */
  by: string
  approvals?: Approval[]
  /** Who sends (so that two senders' keys never meet) and the key that the sender chose. */
  key: { sender: string; id: string }
  /** SHA-256, hex, of what the sender asked for: the same key with another request is refused. */
  requestHash: string
  request: unknown
}

/** A committed entry: it is in the log, and will be provable from the next checkpoint on. */
export interface Receipt {
  index: number
  leaf: string
  entry: Entry
  /** The command had been carried out before under the same key; nothing was written now. */
  repeated: boolean
}

/** The same idempotency key came with another request. */
export interface KeyConflict {
  conflict: 'key-reused'
  index: number
}

export type Outcome = Receipt | Refusal | KeyConflict

export function isReceipt(outcome: Outcome): outcome is Receipt {
  return 'index' in outcome && 'leaf' in outcome
}

export interface StoredEntry {
  index: number
  leaf: string
  bytes: Uint8Array
}

export interface Head {
  size: number
  /** Instant of the last entry. */
  at: string
}

export interface Checkpoint {
  size: number
  /** Merkle root, hex. */
  root: string
  /** When it was signed, UTC. */
  at: string
  /** The signed note. */
  note: string
}

export interface Dump {
  size: number
  rows: Put[]
  runs: Run[]
  /** Under what an entry is found; of one that is not there the type is empty. */
  found: Found[]
}

export interface Found {
  index: number
  type: string
  /** Streams that it is listed in, each with its revision there. */
  streams: [stream: string, revision: number][]
}

/**
 * A ledger: the one append-only log and the state that it makes. Every store keeps this contract; the conformance suite
 * judges it. Nothing is written but by `execute` (and `found`, which writes entry 0).
 */
export interface Ledger {
  /** Writes genesis and its documents into an empty ledger; on a founded one it only reads. Answers entry 0. */
  found(genesis: Genesis, documents: Uint8Array[]): Promise<Genesis>
  /** Genesis, or undefined while the ledger is empty. */
  genesis(): Promise<Genesis | undefined>
  execute(submission: Submission): Promise<Outcome>
  /** The key as it will stand in the log: what a proposal that waits for approvals is bound to. */
  loggedKey(key: Submission['key']): Promise<string>

  head(): Promise<Head>
  /** Entries from an index on, ascending. */
  entries(from: number, limit: number): Promise<StoredEntry[]>
  /** A stream's entries after a revision, ascending. */
  stream(id: string, afterRevision: number, limit: number): Promise<StoredEntry[]>
  row<K extends RowKind>(kind: K, id: string): Promise<Rows[K] | undefined>
  /** Rows of one kind, by id; what is not there is left out. */
  rows<K extends RowKind>(kind: K, ids: readonly string[]): Promise<Map<string, Rows[K]>>
  /** The runs that overlap a range of a space, ascending and whole. */
  runs(space: string, range: Range, limit: number): Promise<Run[]>
  /** The balances of an account, one for each class that it ever held. */
  balances(account: string): Promise<{ class: string; balance: Rows['balance'] }[]>
  /** Everything that the store holds beside the entries' bytes at one size of the log, for `reconcile`. */
  dump(): Promise<Dump>

  putDocument(bytes: Uint8Array): Promise<string>
  document(sha256: string): Promise<Uint8Array | undefined>
  documents(): Promise<{ sha256: string; bytes: Uint8Array }[]>

  readonly tree: TreeStore
  close(): Promise<void>
}

/** What the integrator and the signer keep: hashes of complete subtrees of 256^level leaves, and checkpoints. */
export interface TreeStore {
  /** The hashes of runs, in one round trip; level 0 are the leaves. A run is shorter where the store has less. */
  read(runs: readonly HashRun[]): Promise<Uint8Array[]>
  putHashes(hashes: { level: number; index: number; hash: Uint8Array }[]): Promise<void>
  /** The latest root that the integrator has computed. */
  integrated(): Promise<{ size: number; root: string } | undefined>
  putIntegrated(size: number, root: string): Promise<void>
  checkpoint(): Promise<Checkpoint | undefined>
  /** Publishes a checkpoint; one that is not larger than the latest is refused with `false`. */
  putCheckpoint(checkpoint: Checkpoint): Promise<boolean>
  /** Gives the note of a published checkpoint more signatures; nothing else of it changes. */
  putCosigned(checkpoint: Pick<Checkpoint, 'size' | 'root' | 'note'>): Promise<void>
}

export type Clock = () => Date
