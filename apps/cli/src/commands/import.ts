import { type ImportAnswer, openRegistry, type Registry, runImport, stderrLog } from '@tallystick/server'
import { configFor } from '../registry.ts'

/** Reads a file of another registry; it understands its own arguments. */
export async function importCommand(args: string[]): Promise<ImportAnswer> {
  let registry: Registry | undefined
  try {
    return await runImport(args, async (dataDir) => {
      registry = await openRegistry(configFor({ DATA_DIR: dataDir }), { log: stderrLog })
      return registry.services
    })
  } finally {
    await registry?.close()
  }
}
