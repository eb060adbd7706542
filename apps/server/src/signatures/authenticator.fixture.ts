import { createSign, generateKeyPairSync, hash, type KeyObject, randomBytes } from 'node:crypto'

/**
 * A security key in software, for tests: it makes and answers what browsers hand over (WebAuthn level 3, ES256, attestation
 * `none`), byte for byte, by nothing but node's own functions.
 */
export class Authenticator {
  /** Of the page that asks. */
  origin: string
  readonly id = randomBytes(32)
  readonly #key: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  /** How often it was used; a copy of it counts anew. */
  count = 0
  /** Did the person show the finger, or type the PIN? */
  isVerified = true

  constructor(origin: string) {
    this.origin = origin
  }

  /** Answers `navigator.credentials.create`. */
  register({ challenge, rp }: { challenge: string; rp: { id: string } }) {
    const clientDataJSON = this.#clientData('webauthn.create', challenge)
    const credential = Buffer.concat([Buffer.alloc(16), uint16(this.id.length), this.id, this.#cosePublicKey()])
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      cborText('fmt'),
      cborText('none'),
      cborText('attStmt'),
      Buffer.from([0xa0]),
      cborText('authData'),
      cborBytes(Buffer.concat([this.#authenticatorData(rp.id, 0x40), credential])),
    ])
    return this.#answer({ clientDataJSON, attestationObject })
  }

  /** Answers `navigator.credentials.get`. */
  answer({ challenge, rpId }: { challenge: string; rpId: string }) {
    this.count += 1
    const clientDataJSON = this.#clientData('webauthn.get', challenge)
    const authenticatorData = this.#authenticatorData(rpId, 0)
    const signed = Buffer.concat([authenticatorData, hash('sha256', clientDataJSON, 'buffer')])
    const signature = createSign('sha256').update(signed).sign(this.#key.privateKey)
    return this.#answer({ clientDataJSON, authenticatorData, signature })
  }

  #answer(response: Record<string, Buffer>) {
    const id = this.id.toString('base64url')
    const encoded = Object.entries(response).map(([name, bytes]) => [name, bytes.toString('base64url')])
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response: Object.fromEntries(encoded) }
  }

  #clientData(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false }))
  }

  #authenticatorData(rpId: string, more: number): Buffer {
    const flags = 0x01 | (this.isVerified ? 0x04 : 0) | more
    const count = Buffer.alloc(4)
    count.writeUInt32BE(this.count)
    return Buffer.concat([hash('sha256', rpId, 'buffer'), Buffer.from([flags]), count])
  }

  /** COSE_Key: EC2, ES256, P-256. */
  #cosePublicKey(): Buffer {
    const { x = '', y = '' } = this.#key.publicKey.export({ format: 'jwk' })
    return Buffer.concat([
      Buffer.from('a50102032620012158', 'hex'),
      ...[Buffer.from([32]), Buffer.from(x, 'base64url')],
      ...[Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url')],
    ])
  }
}

function uint16(number: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(number)
  return bytes
}

function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)])
}

function cborBytes(bytes: Buffer): Buffer {
  const length =
    bytes.length < 256 ? Buffer.from([0x58, bytes.length]) : Buffer.concat([Buffer.from([0x59]), uint16(bytes.length)])
  return Buffer.concat([length, bytes])
}
