import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { chmod, mkdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { logKeyOf, publicHalfOf, sha256Bytes } from '@tallystick/rules'
import { createVkey, formatVkey, type Signer } from '@tallystick/tlog'
import { createDurably, syncFolder } from './files.ts'

export { verifyEd25519 } from '@tallystick/rules'

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
  return readKey(file)
}

async function readKey(file: string): Promise<SigningKey> {
  const key = createPrivateKey(await readFile(file))
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${file} is not an Ed25519 key`)
  return signingKey(key)
}

/** The private keys at hand. */
export interface KeyRing {
  /** The key of this text, or undefined where it is not at hand. */
  find(vkey: string): Promise<SigningKey | undefined>
  /** A checkpoint that hands over to this key is published: no other is needed from now on. */
  handOver(vkey: string): Promise<void>
  /** Where a missing key should be, for a person. */
  readonly place: string
}

/** A ring of keys in memory. */
export function ringOf(...keys: SigningKey[]): KeyRing {
  return {
    place: 'memory',
    find: async (vkey) => keys.find((key) => key.vkey(nameOf(vkey)) === vkey),
    handOver: async () => undefined,
  }
}

const CURRENT = 'key.pem'
const NEXT = 'next.pem'

/** The file of a key that signs no more, in the folder of the signer. */
export function retiredFile(vkey: string): string {
  return `retired-${publicHalfOf(vkey).slice(0, 16)}.pem`
}

/**
 * The keys in the folder of the signer: `key.pem` signs, `next.pem` was made to follow it. Files are read when they are
 * asked for, so that a running signer finds a key that was made meanwhile.
 */
export function keyFolder(folder: string): KeyRing {
  const at = (name: string) => join(folder, name)
  let found: { vkey: string; key: SigningKey } | undefined
  return {
    place: folder,
    async find(vkey) {
      if (found?.vkey === vkey) return found.key
      for (const name of [CURRENT, NEXT, retiredFile(vkey)]) {
        const key = await keyIn(at(name))
        if (key?.vkey(nameOf(vkey)) === vkey) found = { vkey, key }
        if (found?.vkey === vkey) return found.key
      }
      return undefined
    },
    async handOver(vkey) {
      const current = await keyIn(at(CURRENT))
      if (current?.vkey(nameOf(vkey)) === vkey) return
      if ((await keyIn(at(NEXT)))?.vkey(nameOf(vkey)) !== vkey) return
      if (current) {
        const retired = at(retiredFile(current.vkey(nameOf(vkey))))
        await createDurably(retired, await readFile(at(CURRENT)))
      }
      await rename(at(NEXT), at(CURRENT)).catch((error: NodeJS.ErrnoException) => {
        // Another process was faster.
        if (error.code !== 'ENOENT') throw error
      })
      await syncFolder(folder)
    },
  }
}

/** The key that was made to follow, in the folder of the signer; undefined where there is none. */
export function preparedKey(folder: string): Promise<SigningKey | undefined> {
  return keyIn(join(folder, NEXT))
}

/** As `preparedKey`; made now where there is none. */
export function nextKey(folder: string): Promise<SigningKey> {
  return keyFromFile(join(folder, NEXT))
}

function nameOf(vkey: string): string {
  return logKeyOf(vkey)?.name ?? ''
}

async function keyIn(file: string): Promise<SigningKey | undefined> {
  try {
    return await readKey(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
