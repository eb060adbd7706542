import type { UnitClass } from '@tallystick/contract'

/** The parts of a unit class, as `homeClass`, `mirrorClass` and `itmoClass` of the rules put it together. */
export function unitClassOf(text: string): UnitClass {
  if (text.startsWith('itmo:')) {
    const [approach, registry, party, vintage = ''] = text.slice('itmo:'.length).split('-')
    return { registry: null, project: `${approach}-${registry}-${party}`, vintage, unitType: 'ITMO' }
  }
  const mirrored = text.startsWith('mirror:')
  const parts = (mirrored ? text.slice('mirror:'.length) : text).split('/')
  const registry = mirrored ? (parts.shift() ?? null) : null
  const [project = '', vintage = '', unitType = ''] = parts
  return { registry, project, vintage, unitType }
}
