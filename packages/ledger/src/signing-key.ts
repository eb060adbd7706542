import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sha256Bytes } from '@tallystick/rules'
import { createVkey, formatVkey, type Signer, type VerifyEd25519 } from '@tallystick/tlog'
import { createDurably } from './files.ts'

/** The log's own key, before it has a name. */
export interface SigningKey {
  /** The key's text form under a log's origin. */
  vkey(origin: string): string
  signer(origin: string): Signer
}

export function signingKey(privateKey: KeyObject): SigningKey {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' })
  const publicKey = Buffer.from(jwk.x ?? '', 'base64url')
  const vkeyFor = (origin: string) => createVkey(sha256Bytes, 'ed25519', origin, publicKey)
  return {
    vkey: (origin) => formatVkey(vkeyFor(origin)),
    signer: (origin) => ({ vkey: vkeyFor(origin), sign: (message) => sign(null, message, privateKey) }),
  }
}

/** Reads the Ed25519 key (PKCS #8 PEM, readable by its owner only) from a file; makes one where there is none. */
export async function keyFromFile(file: string): Promise<SigningKey> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })
  await createDurably(file, pem)
  await chmod(file, 0o600)
  const key = createPrivateKey(await readFile(file))
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${file} is not an Ed25519 key`)
  return signingKey(key)
}

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** Ed25519 of Node, in the form that the log package takes. */
export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
  return verify(null, message, key, signature)
}
