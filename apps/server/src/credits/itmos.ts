import type { Block } from '@tallystick/contract'
import { fromWire } from '@tallystick/rules'
import { itmoBlock } from '../platform/names.ts'

/** ITMO identifiers as an entry names them. */
type Itmos = { prefix: string; ranges: readonly (readonly [string, string])[] } | null

/** The ITMO identifiers that an entry names, as they are printed. */
export function itmosIn({ itmos }: { itmos: Itmos }): Block[] {
  if (itmos === null) return []
  const space = `itmo:${itmos.prefix.replace('-#', '')}`
  return itmos.ranges.map((range) => itmoBlock(space, fromWire(range)))
}
