import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Bytes } from '@tallystick/rules'
import { createVkey, type Signer, TlogError } from '@tallystick/tlog'
import { createDurably } from './files.ts'

/** A witness cannot be run so; the message says why, for its operator. */
export class WitnessError extends Error {}

/**
 * The key of the witness in a folder, under the name that it has there; both are made where there are none. A name that
 * is given must be the one that the folder has: the key's id depends on it, and policies name both. Throws
 * `WitnessError`.
 */
export async function witnessSigner(folder: string, name?: string): Promise<Signer> {
  const nameFile = join(folder, 'name')
  const keyFile = join(folder, 'key.pem')
  const first = name ?? `tallystick-witness/${randomBytes(4).toString('hex')}`
  requireName(first)
  await createDurably(nameFile, `${first}\n`)
  await createDurably(keyFile, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const kept = (await readFile(nameFile, 'utf8')).trimEnd()
  if (name !== undefined && name !== kept) {
    throw new WitnessError(`the witness in ${folder} has the name ${kept}, not ${name}: a name is for ever`)
  }
  const key = createPrivateKey(await readFile(keyFile))
  if (key.asymmetricKeyType !== 'ed25519') throw new WitnessError(`${keyFile} is not an Ed25519 key`)
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  const vkey = createVkey(sha256Bytes, 'cosignature/v1', kept, Buffer.from(x, 'base64url'))
  return { vkey, sign: (message) => sign(null, message, key) }
}

function requireName(name: string): void {
  try {
    createVkey(sha256Bytes, 'cosignature/v1', name, new Uint8Array(32))
  } catch (error) {
    if (error instanceof TlogError) throw new WitnessError(error.message)
    throw error
  }
}
