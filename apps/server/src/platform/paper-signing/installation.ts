import { randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { StartupError } from '../startup-error.ts'

const BYTES = 32
const SECRET = /^[0-9a-f]{64}$/

/** The file in a data folder that has the secret of the installation, where the environment does not. */
export function secretFile(dataDir: string): string {
  return join(dataDir, 'signing.secret')
}

/**
 * The secret under which keys to sign with are sealed: that of the environment, or one of the data folder, which is made where
 * there is none. Without it those keys are of no use: back it up, apart from the database. Throws StartupError.
 */
export async function installationSecret(dataDir: string, given: string | undefined): Promise<Uint8Array> {
  if (given !== undefined) return Buffer.from(given, 'hex')
  const file = secretFile(dataDir)
  await makeOnce(file)
  const text = (await readFile(file, 'utf8')).trim()
  if (!SECRET.test(text)) throw new StartupError(`${file} must hold 64 hexadecimal digits. Restore it from a backup.`)
  return Buffer.from(text, 'hex')
}

/** Of several processes that begin at once, one makes the file. */
async function makeOnce(file: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      await handle.writeFile(`${randomBytes(BYTES).toString('hex')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}
