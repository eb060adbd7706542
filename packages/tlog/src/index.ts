export { decodeBundle, encodeBundle, MAX_ENTRY_BYTES } from './bundle.ts'
export {
  type Checkpoint,
  formatCheckpoint,
  type OpenCheckpointOptions,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts'
export { MemoryTree, RightEdge, type TreeHash } from './edge.ts'
export { decodeBase64, encodeBase64, encodeHex } from './encoding.ts'
export { TlogError, type TlogErrorCode } from './error.ts'
export { type EntryReader, type LogFilesOptions, logFiles } from './files.ts'
export { emptyRoot, HASH_BYTES, type Hash, joinHashes, leafHash, nodeHash, type Sha256, splitHashes } from './hash.ts'
export {
  cosignText,
  formatNote,
  MAX_NOTE_BYTES,
  MAX_NOTE_SIGNATURES,
  type Note,
  type NoteSignature,
  parseNote,
  type Signer,
  signText,
  statedTime,
  type VerifiedSignature,
  type VerifyEd25519,
  verifyNote,
} from './note.ts'
export {
  MAX_POLICY_BYTES,
  type Policy,
  type PolicyGroup,
  type PolicyLog,
  type PolicyWitness,
  parsePolicy,
} from './policy.ts'
export { formatTlogProof, type ProvenRecord, parseTlogProof, type TlogProof, verifyTlogProof } from './proof.ts'
export {
  checkQuorum,
  type GroupVerdict,
  type QuorumOptions,
  type QuorumVerdict,
  type Standing,
  type WitnessVerdict,
} from './quorum.ts'
export { bundlesOf, parseTilePath, TILE_WIDTH, type Tile, tileAt, tilePath, tileReader, tilesOf } from './tile.ts'
export { consistencyProof, type HashReader, inclusionProof, type Run, rootOf } from './tree.ts'
export { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from './verify.ts'
export { createVkey, formatVkey, type KeyKind, parseVkey, type Vkey } from './vkey.ts'
export {
  type AddCheckpoint,
  formatAddCheckpoint,
  formatSizeAnswer,
  isWitnessRefusal,
  judgeSubmission,
  MAX_ADD_CHECKPOINT_BYTES,
  openSubmission,
  parseAddCheckpoint,
  parseSizeAnswer,
  type Remembered,
  SIZE_MEDIA_TYPE,
  type Submission,
  type SubmissionOptions,
  type WitnessRefusal,
} from './witness.ts'
