import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname

/** The folder of the Typst files; nothing outside can be read from them. */
export const WORKSPACE = here
export const LOGO = join(here, '../assets/logo.svg')
/** The folder of fonts, and the file that keeps fonts of the machine out. */
export const FONTS = join(here, '../../../assets/fonts')
export const FONT_CONFIG = join(FONTS, 'fonts.conf')

/** Families of type, in the order in which `typst/look.typ` asks them for a letter; and the files of each. */
const FAMILIES = [
  'NotoSans',
  'NotoNaskhArabic',
  'NotoSansDevanagari',
  'NotoSansMath',
  'NotoSansSymbols2',
  'NotoSansMono',
]
export const FONT_FILES = FAMILIES.map((family) =>
  readdirSync(FONTS).flatMap((file) => (file.startsWith(`${family}-`) ? [join(FONTS, file)] : [])),
)
