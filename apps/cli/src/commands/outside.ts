import { runVerify } from '@tallystick/ledger'
import { openRegistry, type Registry, runImport, stderrLog } from '@tallystick/server'
import { configFor } from '../command.ts'

/** What a command that understands its own arguments prints, and its exit code. */
export interface Printed {
  exitCode: number
  text: string
}

export async function verifyCommand(args: string[]): Promise<Printed> {
  return runVerify(args, (entries, size) => {
    if (process.stderr.isTTY) process.stderr.write(entries < size ? `\r${entries} / ${size}` : '\r\u001b[K')
  })
}

export async function importCommand(args: string[]): Promise<Printed> {
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
