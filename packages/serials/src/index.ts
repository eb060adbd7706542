export { type CheckedText, splitCheck, withCheck } from './check-digits.ts'
export { alpha3Of } from './countries.ts'
export { anyOf, type SerialFormat } from './format.ts'
export { type NationalParts, nationalSerial } from './formats/national.ts'
export { MAX_SEARCH_LENGTH, recognise } from './recognise.ts'
export { type FormatId, formats, isFormatId, parse, print, subrange } from './registry.ts'
export {
  count,
  isSerialError,
  MAX_SERIAL_LENGTH,
  type Range,
  type Serial,
  type SerialError,
  type SerialReason,
} from './serial.ts'
