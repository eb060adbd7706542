import type { UnitClass } from '@tallystick/contract'

/** The parts of a unit class, as `homeClass` and `mirrorClass` of the rules put it together. */
export function unitClassOf(text: string): UnitClass {
  const mirrored = text.startsWith('mirror:')
  const parts = (mirrored ? text.slice('mirror:'.length) : text).split('/')
  const registry = mirrored ? (parts.shift() ?? null) : null
  const [project = '', vintage = '', unitType = ''] = parts
  return { registry, project, vintage, unitType }
}
