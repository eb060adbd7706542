import type { UnitClass } from '@tallystick/contract'
import type { Serial } from '@tallystick/serials'

/**
 * What the serial numbers of another registry print, beside the numbers, that is on record here: all of what makes the
 * number space, and of a Verra serial the project and the year in which its vintage begins. A Kyoto unit prints the project
 * of its mechanism, which no registry's record names.
 */
const ON_RECORD: Readonly<Record<string, readonly string[]>> = {
  verra: ['project'],
  'gold-standard': ['country', 'project', 'projectType', 'vintage', 'issuance'],
  'climate-action-reserve': ['type', 'country', 'project', 'projectType', 'developer', 'state', 'vintage', 'issuance'],
  'art-trees': ['programme', 'country', 'project', 'vintage', 'issuance'],
  kyoto: ['party', 'type'],
}

/** Formats that print the registry's own code of the project. */
const PRINTS_PROJECT: ReadonlySet<string> = new Set(['verra', 'gold-standard', 'climate-action-reserve', 'art-trees'])

/** Which spelling a text has; no field that is printed. */
const FORM = 'form'

/** Does the serial agree with what is on record of these units: the project, and the year of the vintage? */
export function agreesAbroad({ format, facts }: Serial, { project, vintage }: UnitClass): boolean {
  const digits = project.replace(/\D/g, '')
  if (PRINTS_PROJECT.has(format) && digits !== '' && BigInt(digits) !== BigInt(facts.project ?? '0')) return false
  return facts.from === undefined || facts.from.startsWith(`${vintage}-`)
}

/** Fields that a serial prints and nothing on record here confirms. At home there are none. */
export function unconfirmedFields({ format, facts }: Serial): string[] {
  const known = ON_RECORD[format]
  if (known === undefined) return []
  return Object.keys(facts).filter((fact) => fact !== FORM && !known.includes(fact))
}
