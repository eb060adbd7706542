import forests from './data/parameters/forests.json' with { type: 'json' }
import grid from './data/parameters/grid.json' with { type: 'json' }
import gwp from './data/parameters/gwp.json' with { type: 'json' }
import land from './data/parameters/land.json' with { type: 'json' }
import landfill from './data/parameters/landfill.json' with { type: 'json' }
import methane from './data/parameters/methane.json' with { type: 'json' }
import offGrid from './data/parameters/off-grid.json' with { type: 'json' }
import screening from './data/parameters/screening.json' with { type: 'json' }
import stoves from './data/parameters/stoves.json' with { type: 'json' }
import tools from './data/parameters/tools.json' with { type: 'json' }
import { sha256 } from './sha256.ts'

/** A constant with where it comes from. `value` is null where there is no constant for all: a country gives its own. */
export interface Parameter {
  readonly key: string
  readonly value: string | null
  readonly unit: string
  readonly source: string
  readonly sourceVersion: string
  /** First and last day on which it holds, `YYYY-MM-DD`; null where it has always held, or holds on. */
  readonly validFrom: string | null
  readonly validTo: string | null
  /** Who has compared it with its source, and when; null while nobody has. */
  readonly verifiedBy: string | null
  readonly verifiedAt: string | null
}

/** A parameter of the set that ships. What a country puts in its place lies within these limits. */
export interface ReferenceParameter extends Parameter {
  readonly min: string
  readonly max: string
}

/** A country's own parameters: what is in it takes the place of everything that the reference has under the same key. */
export interface ParameterSet {
  readonly id: string
  readonly version: string
  readonly entries: readonly Parameter[]
}

/** Which set a result was calculated with. `reference` is the one that ships; `country` was laid over it. */
export interface SetName {
  readonly id: string
  readonly version: string
  readonly hash: string
}

const reference: readonly ReferenceParameter[] = [
  ...[screening, grid, offGrid, stoves, methane],
  ...[landfill, tools, forests, land, gwp],
].flat()
const byKey = new Map(reference.map((entry) => [entry.key, entry]))

/** The set that ships. It changes only with its version. */
export const referenceSet: { id: string; version: string; entries: readonly ReferenceParameter[] } = {
  id: 'tallystick-reference',
  version: '1',
  entries: reference,
}

let ownName: SetName | undefined

export function nameOfReference(): SetName {
  ownName ??= nameOf(referenceSet)
  return ownName
}

/** Id, version and SHA-256 of the canonical JSON (RFC 8785) of a set, as 64 hexadecimal digits. */
export function nameOf(set: ParameterSet): SetName {
  const { id, version, entries } = set
  return { id, version, hash: sha256(canonical({ id, version, entries })) }
}

/** Canonical JSON of what has only texts, null, lists and objects. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}

export const referenceParameter = (key: string): ReferenceParameter | undefined => byKey.get(key)

/** Keys that a name with `*` at its end, or with `{…}` in it, can stand for. */
export function keysLike(pattern: string): string[] {
  const source = pattern
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\\\*/g, '.+')
    .replace(/\{\w+\}/g, '[^.]+')
  const shape = new RegExp(`^${source}$`)
  return reference.flatMap(({ key }) => (shape.test(key) ? [key] : []))
}

/** The parameters that are in force on a day, or, where no day is named, those that have not ended. */
export interface InForce {
  find(key: string): Parameter | undefined
}

export function inForce(overlay: ParameterSet | undefined, day: string | undefined): InForce {
  const own = new Map<string, Parameter[]>()
  for (const entry of overlay?.entries ?? []) own.set(entry.key, [...(own.get(entry.key) ?? []), entry])
  const holds = (entry: Parameter) =>
    day === undefined
      ? entry.validTo === null
      : (entry.validFrom === null || entry.validFrom <= day) && (entry.validTo === null || day <= entry.validTo)
  return {
    find(key) {
      const shipped = byKey.get(key)
      return (own.get(key) ?? (shipped ? [shipped] : [])).find(holds)
    },
  }
}
