export { LockedError } from './file-lock.ts'
export { createDurably, writeDurably } from './files.ts'
export * from './founding.ts'
export { Integrator } from './integrator.ts'
export { firstTerm, historyAt, type KeyTerm, keyHistory, keyInForce, keysFile } from './key-history.ts'
export * from './lane.ts'
export { repeat } from './loop.ts'
export { MemoryLedger } from './memory.ts'
export { MirrorError, type Mirrored, mirrorLog } from './mirror.ts'
export * from './port.ts'
export { migrate, SchemaError } from './postgres/migrate.ts'
export { isPassing, LedgerBusy } from './postgres/passing.ts'
export { UnlawfulSuccessionError } from './postgres/replace-genesis.ts'
export { PostgresLedger } from './postgres/store.ts'
export {
  ExportError,
  type Exported,
  exportLog,
  type Publishable,
  type PublishedFile,
  publishedFile,
} from './publish.ts'
export { receiptOf } from './receipt.ts'
export { reconcile } from './reconcile.ts'
export { type Recovery, RecoveryError, type RecoveryOptions, recover } from './recover.ts'
export { signRotation } from './rotation.ts'
export { BehindError, behindText, CheckpointSigner, ForkError, lastSigned, type Signed } from './signer.ts'
export {
  type KeyRing,
  keyFolder,
  keyFromFile,
  nextKey,
  preparedKey,
  retiredFile,
  ringOf,
  type SigningKey,
  signingKey,
  verifyEd25519,
} from './signing-key.ts'
export {
  type Circumstances,
  openSigned,
  planSuccession,
  type Succession,
  SuccessionError,
  type SuccessionPlan,
  succeed,
  successionBegun,
} from './successor.ts'
export * from './verify/index.ts'
export { type WatchedLog, Witness, type WitnessAnswer, type WitnessOptions, withWitness } from './witness.ts'
export type { WitnessTarget } from './witness-client.ts'
export { WitnessError } from './witness-key.ts'
export { Cosigners, type CosignersOptions, signingRound, type WitnessState } from './witness-round.ts'
