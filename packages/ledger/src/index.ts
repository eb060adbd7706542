export { createDurably, writeDurably } from './files.ts'
export * from './founding.ts'
export { Integrator } from './integrator.ts'
export * from './lane.ts'
export { repeat } from './loop.ts'
export { MemoryLedger } from './memory.ts'
export * from './port.ts'
export { migrate, SchemaError } from './postgres/migrate.ts'
export { LedgerBusy } from './postgres/passing.ts'
export { PostgresLedger } from './postgres/store.ts'
export {
  ExportError,
  type Exported,
  exportLog,
  keysFile,
  type Publishable,
  type PublishedFile,
  publishedFile,
} from './publish.ts'
export { receiptOf } from './receipt.ts'
export { reconcile } from './reconcile.ts'
export { CheckpointSigner, ForkError } from './signer.ts'
export { keyFromFile, type SigningKey, signingKey, verifyEd25519 } from './signing-key.ts'
export * from './verify/index.ts'
