import { anyOf, type SerialFormat } from './format.ts'
import { artTrees } from './formats/art-trees.ts'
import { climateActionReserve } from './formats/climate-action-reserve.ts'
import { goldStandard } from './formats/gold-standard.ts'
import { itmo } from './formats/itmo.ts'
import { kyoto } from './formats/kyoto.ts'
import { national } from './formats/national.ts'
import { verra } from './formats/verra.ts'
import type { Serial, SerialError } from './serial.ts'

/** Every format by its id. `gold-standard-any` reads both kinds that Gold Standard's reports hold. */
export const formats = {
  national,
  verra,
  'gold-standard': goldStandard,
  'climate-action-reserve': climateActionReserve,
  'art-trees': artTrees,
  kyoto,
  itmo,
  'gold-standard-any': anyOf('gold-standard-any', [goldStandard, kyoto]),
} satisfies Readonly<Record<string, SerialFormat>>

export type FormatId = keyof typeof formats

export function isFormatId(id: string): id is FormatId {
  return Object.hasOwn(formats, id)
}

/** Reads the whole text as one serial of the format. Never throws. */
export function parse(format: FormatId, text: string): Serial | SerialError {
  return formats[format].parse(text)
}

/** The exact text of a serial. Throws a RangeError for a serial that no text of its format gives. */
export function print(serial: Serial): string {
  if (!isFormatId(serial.format)) throw new RangeError(`no format ${serial.format}`)
  return formats[serial.format].print(serial)
}

/** The text for the part `first` to `last` of a serial. Throws a RangeError when that is not a part of it. */
export function subrange(serial: Serial, first: bigint, last: bigint): string {
  if (first > last || first < serial.range.first || last > serial.range.last) {
    throw new RangeError(`${first} to ${last} is no part of ${serial.range.first} to ${serial.range.last}`)
  }
  return print({ ...serial, range: { first, last } })
}
