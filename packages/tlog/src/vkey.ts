import {
  concatBytes,
  decodeBase64,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  equalBytes,
  hasControlCharacter,
} from './encoding.ts'
import { TlogError } from './error.ts'
import type { Sha256 } from './hash.ts'

/** What a key signs: `ed25519` the text of a note, `cosignature/v1` a checkpoint with the time at which it was seen. */
export type KeyKind = 'ed25519' | 'cosignature/v1'

/** A public key that notes are checked with (C2SP signed-note, "Verifier keys"). */
export interface Vkey {
  readonly name: string
  /** First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), 8 hexadecimal digits. */
  readonly id: string
  readonly kind: KeyKind
  /** 32 bytes. */
  readonly publicKey: Uint8Array
}

const SIGNATURE_TYPES: Readonly<Record<KeyKind, number>> = { ed25519: 0x01, 'cosignature/v1': 0x04 }
const PUBLIC_KEY_BYTES = 32

/** Names a public key. Throws `bad-vkey` for a name that no note can carry or a key that is not 32 bytes. */
export function createVkey(sha256: Sha256, kind: KeyKind, name: string, publicKey: Uint8Array): Vkey {
  if (!isKeyName(name)) throw new TlogError('bad-vkey', `a key name has no space, plus or control character: "${name}"`)
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new TlogError('bad-vkey', `an Ed25519 public key is ${PUBLIC_KEY_BYTES} bytes, not ${publicKey.length}`)
  }
  return { name, kind, publicKey, id: keyId(sha256, name, keyMaterial(kind, publicKey)) }
}

/** `name+<id>+<base64 of type ‖ public key>`. */
export function formatVkey(vkey: Vkey): string {
  return `${vkey.name}+${vkey.id}+${encodeBase64(keyMaterial(vkey.kind, vkey.publicKey))}`
}

/** Reads what `formatVkey` writes. A text whose id does not belong to its key is `bad-vkey`, a foreign type `unknown-key-type`. */
export function parseVkey(sha256: Sha256, text: string): Vkey {
  const [, name = '', id = '', base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text) ?? []
  const material = decodeBase64(base64)
  if (!isKeyName(name) || !material || material.length < 2) {
    throw new TlogError('bad-vkey', 'a verifier key is written name+<8 hexadecimal digits>+<base64>')
  }
  if (keyId(sha256, name, material) !== id) {
    throw new TlogError('bad-vkey', `the id ${id} does not belong to the key and name "${name}": is the text complete?`)
  }
  const kind = kindOf(material[0])
  if (!kind) {
    throw new TlogError(
      'unknown-key-type',
      `key "${name}" has type ${material[0]}; known are Ed25519 and cosignature/v1`,
    )
  }
  return createVkey(sha256, kind, name, material.subarray(1))
}

/** Whether both are the same key under the same name and in the same role. */
export function sameVkey(a: Vkey, b: Vkey): boolean {
  return a.name === b.name && a.kind === b.kind && equalBytes(a.publicKey, b.publicKey)
}

/** Key names are non-empty, without Unicode spaces, plus signs or control characters. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}+]/u.test(name) && !hasControlCharacter(name)
}

function keyMaterial(kind: KeyKind, publicKey: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(SIGNATURE_TYPES[kind]), publicKey])
}

function keyId(sha256: Sha256, name: string, material: Uint8Array): string {
  return encodeHex(sha256(concatBytes([encodeUtf8(`${name}\n`), material])).subarray(0, 4))
}

function kindOf(type: number | undefined): KeyKind | undefined {
  if (type === SIGNATURE_TYPES.ed25519) return 'ed25519'
  if (type === SIGNATURE_TYPES['cosignature/v1']) return 'cosignature/v1'
  return undefined
}
