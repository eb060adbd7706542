import type { Pattern } from './pattern.ts'
import { isSerialError, MAX_SERIAL_LENGTH, type Serial, type SerialError } from './serial.ts'

/** One way of writing serial numbers. */
export type SerialFormat = {
  id: string
  /** Exact: every accepted text is what `print` gives back, character by character. Never throws. */
  parse(text: string): Serial | SerialError
  /** Throws a RangeError for a serial that `parse` would not have given. */
  print(serial: Serial): string
  /** Forms that a search box may meet, each with its own strict reading. */
  searched: readonly SearchedForm[]
}

export type SearchedForm = { pattern: Pattern; parse(text: string): Serial | SerialError }

export type Definition = {
  id: string
  /** What comes after `id:` in the name of the number space, made of facts. */
  space: Pattern
  /** Written forms; `print` takes the first that says all. `facts` adds what only the choice of the form tells. */
  forms: readonly Form[]
  /** Forms that are read in searches only. */
  shorthands?: readonly Pattern[]
}

export type Form = { pattern: Pattern; facts?: (values: Readonly<Record<string, string>>) => Record<string, string> }

export function serialFormat({ id, space, forms, shorthands = [] }: Definition): SerialFormat {
  const parseForm = (form: Form, text: string): Serial | SerialError => {
    if (text.length > MAX_SERIAL_LENGTH) return tooLong()
    const reading = form.pattern.read(text)
    if (!('values' in reading)) return reading
    const { first = '', last = first, ...facts } = { ...reading.values, ...form.facts?.(reading.values) }
    return {
      format: id,
      space: `${id}:${space.write(facts)}`,
      range: { first: BigInt(first), last: BigInt(last) },
      facts,
    }
  }

  return {
    id,
    parse: (text) => firstOrFurthest(forms.map((form) => () => parseForm(form, text))),
    print(serial) {
      const values = { ...serial.facts, first: `${serial.range.first}`, last: `${serial.range.last}` }
      for (const form of forms) {
        const text = form.pattern.write(values)
        if (text !== undefined && sameSerial(parseForm(form, text), serial)) return text
      }
      throw new RangeError(`not a serial of the format ${id}`)
    },
    searched: [...forms, ...shorthands.map((pattern) => ({ pattern }))].map((form) => ({
      pattern: form.pattern,
      parse: (text) => parseForm(form, text),
    })),
  }
}

/** Formats tried in order, for a column that holds more than one kind. A serial keeps the id of its own format. */
export function anyOf(id: string, formats: readonly [SerialFormat, ...SerialFormat[]]): SerialFormat {
  return {
    id,
    parse: (text) => firstOrFurthest(formats.map((format) => () => format.parse(text))),
    print(serial) {
      const own = formats.find((format) => format.id === serial.format)
      if (!own) throw new RangeError(`not a serial of the format ${id}`)
      return own.print(serial)
    },
    searched: [],
  }
}

/** The first serial; without one, the refusal that came furthest, as the likeliest to say what the writer meant. */
function firstOrFurthest(attempts: readonly (() => Serial | SerialError)[]): Serial | SerialError {
  let furthest: SerialError | undefined
  for (const attempt of attempts) {
    const result = attempt()
    if (!isSerialError(result)) return result
    if (!furthest || result.position > furthest.position) furthest = result
  }
  if (!furthest) throw new RangeError('a format needs at least one form')
  return furthest
}

function tooLong(): SerialError {
  const message = `text: longer than ${MAX_SERIAL_LENGTH} characters`
  return { position: MAX_SERIAL_LENGTH, field: 'text', reason: 'too-long', message }
}

function sameSerial(result: Serial | SerialError, serial: Serial): boolean {
  if (isSerialError(result)) return false
  const names = Object.keys(serial.facts)
  return (
    result.format === serial.format &&
    result.space === serial.space &&
    result.range.first === serial.range.first &&
    result.range.last === serial.range.last &&
    names.length === Object.keys(result.facts).length &&
    names.every((name) => result.facts[name] === serial.facts[name])
  )
}
