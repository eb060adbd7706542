import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto'
import { createVkey, type KeyKind, type Sha256, type Signer, type VerifyEd25519 } from '../src/index.ts'

export const sha256: Sha256 = (data) => hash('sha256', data, 'buffer')

export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString('base64url')
  return verify(null, message, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }), signature)
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A signer with the Ed25519 key of a 32-byte seed. */
export function signerOf(name: string, seed: Uint8Array, kind: KeyKind = 'ed25519'): Signer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  const vkey = createVkey(sha256, kind, name, Buffer.from(x, 'base64url'))
  return { vkey, sign: (message) => sign(null, message, key) }
}

/** Bytes 00, 01, … 1f: the seed of the published test vectors. */
export const TEST_SEED = Uint8Array.from({ length: 32 }, (_, at) => at)
