import { join } from 'node:path'

const here = import.meta.dirname

/** The folder of the Typst files; nothing outside can be read from them. */
export const WORKSPACE = here
export const LOGO = join(here, '../assets/logo.svg')
/** The folder of fonts, and the file that keeps fonts of the machine out. */
export const FONTS = join(here, '../../../assets/fonts')
export const FONT_CONFIG = join(FONTS, 'fonts.conf')

/** The files of each family, in the order in which `typst/look.typ` asks them for a letter. */
export const FONT_FAMILIES = [
  ['NotoSans-Regular.ttf', 'NotoSans-Bold.ttf', 'NotoSans-Italic.ttf', 'NotoSans-BoldItalic.ttf'],
  ['NotoNaskhArabic-Regular.ttf', 'NotoNaskhArabic-Bold.ttf'],
  ['NotoSansDevanagari-Regular.ttf', 'NotoSansDevanagari-Bold.ttf'],
  ['NotoSansMath-Regular.ttf'],
  ['NotoSansSymbols2-Regular.ttf'],
  ['NotoSansMono-Regular.ttf'],
].map((family) => family.map((file) => join(FONTS, file)))
