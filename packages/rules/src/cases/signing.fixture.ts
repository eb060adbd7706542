import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createVkey, formatVkey } from '@tallystick/tlog'
import { type Rotation, rotationText } from '../entries/keys.ts'
import { sha256Bytes } from '../envelope.ts'

/** A key of the log that a test signs with. */
export interface TestKey {
  text(name: string): string
  sign(message: Uint8Array): string
}

export function testKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    text: (name) => formatVkey(createVkey(sha256Bytes, 'ed25519', name, halfOf(publicKey))),
    sign: (message) => sign(null, message, privateKey).toString('base64'),
  }
}

function halfOf(publicKey: KeyObject): Uint8Array {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
}

/** What hands over from one key to another under a name, signed by both. */
export function rotation(ledger: string, origin: string, [previous, next]: [TestKey, TestKey], name = origin) {
  const about: Rotation = { ledger, origin, previous: previous.text(name), next: next.text(name) }
  const text = rotationText(about)
  const signatures = { previous: previous.sign(text), next: next.sign(text) }
  return { previous: about.previous, next: about.next, signatures }
}
