import { mkdir } from 'node:fs/promises'
import { StartupError } from './startup-error.ts'

/** Makes the data folder if it is not there, for nobody but its owner. Throws StartupError if that cannot be done. */
export async function ensureDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartupError(`The data folder ${dataDir} cannot be made (${reason}). Set DATA_DIR to a folder of yours.`)
  }
}
