/** What went wrong, for programs; the message says it for people. */
export type TlogErrorCode =
  /** An argument outside its bounds: an index beyond the tree, a size beyond 2^53 − 1, a hash that is not 32 bytes. */
  | 'bad-argument'
  /** A reader answered with another number of hashes than it was asked for. */
  | 'bad-read'
  /** A Merkle proof does not lead to the root that it should. */
  | 'bad-proof'
  | 'bad-tile'
  | 'bad-tile-path'
  | 'bad-bundle'
  | 'bad-vkey'
  /** A well-formed verifier key of a signature type that this package cannot check. */
  | 'unknown-key-type'
  | 'bad-note'
  /** A line that carries the name and id of a known key, and a signature that the key did not make. */
  | 'bad-signature'
  /** No known key has signed. */
  | 'unsigned'
  | 'bad-checkpoint'
  | 'wrong-origin'
  /** A `.tlog-proof` file that does not follow its format. */
  | 'bad-proof-file'
  /** A request to a witness that does not follow its format. */
  | 'bad-request'
  /** A policy file that does not follow its format; the message names the line. */
  | 'bad-policy'

/** The only error that this package throws on its own account. */
export class TlogError extends Error {
  readonly code: TlogErrorCode

  constructor(code: TlogErrorCode, message: string) {
    super(message)
    this.name = 'TlogError'
    this.code = code
  }
}
