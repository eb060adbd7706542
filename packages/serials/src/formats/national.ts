import { code, country, first, last, number, paddedNumber, year } from '../elements.ts'
import { serialFormat } from '../format.ts'
import { pattern } from '../pattern.ts'
import type { Range, Serial, SerialError } from '../serial.ts'

const type = code('type', 'A-Z0-9', 3, 4)
const scope = number('scope', { max: 15n })
const project = paddedNumber('project')
const vintage = year('vintage', 2000, 2099)
const blank = code('blank', 'A-Z0-9', 0, 4)

/**
 * The national serial number, `CC-TYPE-SCOPE-PROJECT-YEAR-BLANK-START-END`, such as `VU-ITMO-11-356-2022-0-27-35`.
 * Scope is a CDM sectoral scope, year the vintage. The sixth element is free and may be empty; ours is `0`.
 * Numbers run on per country and unit type, so project, vintage and scope are facts, not part of the space.
 */
export const national = serialFormat({
  id: 'national',
  space: pattern`${country}/${type}`,
  forms: [{ pattern: pattern`${country}-${type}-${scope}-${project}-${vintage}-${blank}-${first}-${last}` }],
  shorthands: [pattern`${country}-${type}-${scope}-${project}-${vintage}-${blank}-${first}`],
})

/** What a national serial says. `scope` 1 to 15, `vintage` 2000 to 2099, `blank` up to four of A-Z0-9, `0` if not given. */
export type NationalParts = {
  country: string
  type: string
  scope: number
  project: bigint
  vintage: number
  blank?: string
  range: Range
}

/** The serial of these parts, or the refusal of the text that they would make. */
export function nationalSerial(parts: NationalParts): Serial | SerialError {
  const { country, type, scope, vintage, blank = '0', range } = parts
  const project = parts.project.toString().padStart(3, '0')
  return national.parse([country, type, scope, project, vintage, blank, range.first, range.last].join('-'))
}
