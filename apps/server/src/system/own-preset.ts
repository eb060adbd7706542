import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkLaw, documentBytes, type ShippedPreset, shippedPresets } from '@tallystick/rules'
import { templateSubjects } from '../platform/documents.ts'
import { StartupError } from '../platform/startup-error.ts'
import type { OwnPreset } from './founding.ts'

/** The two files of a folder that holds a country's own law. */
export const LAW_FILES = { preset: 'preset.json', permissions: 'permissions.json' } as const

/**
 * What `PRESET` names: a preset that ships, or a folder with documents of the country's own. Throws StartupError where the
 * folder has none that a ledger could be founded with. For a ledger that is founded it only matters whether they are others
 * by now, and a folder that is gone, or holds anything else, matters no more.
 */
export async function presetNamed(name: string, isFounded: boolean): Promise<ShippedPreset | OwnPreset | undefined> {
  const shipped = shippedPresets.find((one) => one === name)
  if (shipped) return shipped
  if (isFounded) return leftIn(name)
  const preset = await jsonOf(join(name, LAW_FILES.preset))
  const permissions = await jsonOf(join(name, LAW_FILES.permissions))
  const { faults } = checkLaw(preset, permissions, undefined, templateSubjects())
  if (faults.length > 0) {
    throw new StartupError(
      `No ledger can be founded with the documents of ${name}. What is wrong with them says: tallystick preset check ${name}`,
    )
  }
  return { from: name, documents: { preset: documentBytes(preset), permissions: documentBytes(permissions) } }
}

async function leftIn(folder: string): Promise<OwnPreset | undefined> {
  try {
    const preset = documentBytes(await jsonOf(join(folder, LAW_FILES.preset)))
    const permissions = documentBytes(await jsonOf(join(folder, LAW_FILES.permissions)))
    return { from: folder, documents: { preset, permissions } }
  } catch {
    return undefined
  }
}

async function jsonOf(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new StartupError(`PRESET names a folder, and ${file} in it cannot be read (${error.code ?? error.message}).`)
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StartupError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
