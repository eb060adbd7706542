import { readFileSync } from 'node:fs'

/** The characters that each family of type has, in each of its styles. */
export type Coverage = readonly ReadonlySet<number>[]

/** Reads which characters the fonts have; of a family, given as its files, those that all of its styles have. */
export function coverageOf(families: readonly (readonly string[])[]): Coverage {
  return families.map((files) => {
    const [first = new Set<number>(), ...others] = files.map((file) => charactersOf(readFileSync(file)))
    return new Set([...first].filter((character) => others.every((one) => one.has(character))))
  })
}

/** The characters of a font: its table `cmap` in format 12 or 4 (OpenType 1.9). */
export function charactersOf(font: Buffer): Set<number> {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, at) => 12 + 16 * at)
  const cmap = tables.find((at) => font.toString('latin1', at, at + 4) === 'cmap')
  if (cmap === undefined) throw new Error('The font has no table of characters')
  const start = font.readUInt32BE(cmap + 8)
  const subtables = Array.from({ length: font.readUInt16BE(start + 2) }, (_, at) => {
    return start + font.readUInt32BE(start + 4 + 8 * at + 4)
  })
  const found = new Set<number>()
  for (const at of subtables) {
    if (font.readUInt16BE(at) === 12) addGroups(font, at, found)
    if (font.readUInt16BE(at) === 4) addSegments(font, at, found)
  }
  return found
}

function addGroups(font: Buffer, at: number, found: Set<number>): void {
  for (let group = at + 16, end = group + 12 * font.readUInt32BE(at + 12); group < end; group += 12) {
    const [first, last] = [font.readUInt32BE(group), font.readUInt32BE(group + 4)]
    for (let character = first; character <= last; character += 1) found.add(character)
  }
}

function addSegments(font: Buffer, at: number, found: Set<number>): void {
  const bytes = font.readUInt16BE(at + 6)
  for (let segment = 0; segment < bytes; segment += 2) {
    const [last, first] = [font.readUInt16BE(at + 14 + segment), font.readUInt16BE(at + 16 + bytes + segment)]
    const delta = font.readUInt16BE(at + 16 + 2 * bytes + segment)
    const offsetAt = at + 16 + 3 * bytes + segment
    const offset = font.readUInt16BE(offsetAt)
    for (let character = first; character <= last && character < 0xffff; character += 1) {
      const glyph = offset === 0 ? character + delta : font.readUInt16BE(offsetAt + offset + 2 * (character - first))
      if ((glyph & 0xffff) !== 0) found.add(character)
    }
  }
}
