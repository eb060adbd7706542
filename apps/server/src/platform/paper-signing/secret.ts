import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals what is not to be read without the secret of the installation (AES-256-GCM). `place` says what it is and whose, and
 * is sealed with it: what is moved elsewhere does not open. The nonce and the tag stand before the rest.
 */
export function seal(secret: Uint8Array, place: string, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, keyOf(secret), nonce).setAAD(Buffer.from(place))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** Undefined where it was sealed with another secret, in another place, or was changed since. */
export function unseal(secret: Uint8Array, place: string, sealed: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(sealed)
  const [nonce, rest] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)]
  if (rest.length < TAG_BYTES) return undefined
  try {
    const decipher = createDecipheriv(CIPHER, keyOf(secret), nonce)
    decipher.setAAD(Buffer.from(place)).setAuthTag(rest.subarray(0, TAG_BYTES))
    return Buffer.concat([decipher.update(rest.subarray(TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

/** A key for this purpose alone, so that the secret may serve others. */
function keyOf(secret: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), 'tallystick signing keys', 32))
}
