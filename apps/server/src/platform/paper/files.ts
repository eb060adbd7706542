import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname

/** The folder of the Typst files; nothing outside can be read from them. */
export const WORKSPACE = here
export const LOGO = join(here, '../assets/logo.svg')
/** The folder of fonts, and the file that keeps fonts of the machine out. */
export const FONTS = join(here, '../../../assets/fonts')
export const FONT_CONFIG = join(FONTS, 'fonts.conf')

/** The files of type, family by family: `NotoSans-Bold.ttf` is of `NotoSans`. */
const TYPE = readdirSync(FONTS).filter((file) => file.endsWith('.ttf'))
const FAMILIES = Object.values(Object.groupBy(TYPE, (file) => file.split('-', 1).join()))
export const FONT_FILES = FAMILIES.map((files = []) => files.map((file) => join(FONTS, file)))
