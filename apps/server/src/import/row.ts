import { canonicalJson, invariant, sha256Hex } from '@tallystick/rules'
import { count, isSerialError, parse, type Serial, type SerialError } from '@tallystick/serials'
import { isBounded } from './forms.ts'
import {
  type Agreements,
  columnsOf,
  type DayColumn,
  type Fate,
  formatsOf,
  type Mapping,
  type TextColumn,
} from './mapping.ts'
import { type Flaw, flaw, ImportError, isFlaw } from './messages.ts'
import { MAX_ROW_BYTES, MAX_VALUE_BYTES } from './records.ts'
import { patternReader } from './serial-pattern.ts'
import type { TableRow } from './table.ts'

/** What a row says, by the mapping's word: all that an entry needs but ids and the commitment to the facts. */
export interface Reading {
  row: number
  /** SHA-256 over the canonical JSON of the row's values by column, of the columns that the mapping names. */
  sha256: string
  space: string
  first: bigint
  last: bigint
  project: string
  vintage: string
  unitType: string
  issuedOn: string | null
  fate: Fate
  fateOn: string | null
  facts: Record<string, string>
}

type Cells = Readonly<Record<string, string>>

const NO_DAY = { text: null }
type Day = { text: string | null }

/** Makes the reader of a table's rows. Throws an ImportError for a header that does not fit the mapping. */
export function rowReader(
  mapping: Mapping,
  header: readonly string[],
  file: string,
): (row: TableRow) => Reading | Flaw {
  const columns = columnsOf(mapping)
  checkHeader(mapping, columns, header, file)
  const places = columns.map((column) => [column, header.indexOf(column)] as const)
  const serials = serialKinds(mapping)
  return (row) => {
    if (row.broken || row.cells.length !== header.length) return misshapen(row, header)
    const values = row.cells
    const cells = Object.fromEntries(places.map(([column, place]) => [column, plain(values[place] ?? '')]))
    return readRow(mapping, cells, row.row, serials)
  }
}

/** The same text for the same content: without outer blanks, with one kind of line end and of composed letters. */
function plain(text: string): string {
  return text.trim().replaceAll('\r\n', '\n').normalize('NFC')
}

function checkHeader(mapping: Mapping, columns: readonly string[], header: readonly string[], file: string): void {
  const missing = columns.filter((column) => !header.includes(column))
  const [only = ''] = header
  const separator = [';', '\t', ',', '|'].find((mark) => only.includes(mark))
  if (missing.length > 0 && header.length === 1 && separator) {
    const facts = { found: JSON.stringify(separator), expected: JSON.stringify(mapping.separator) }
    throw new ImportError('separator-differs', { file, ...facts })
  }
  if (missing.length > 0) {
    throw new ImportError('columns-missing', { file, missing: listed(missing), found: listed(header) })
  }
  const twice = columns.filter((column) => header.indexOf(column) !== header.lastIndexOf(column))
  if (twice.length > 0) throw new ImportError('columns-twice', { file, columns: listed(twice) })
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 60).map((name) => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name))
  return `${shown.join(', ')}${names.length > shown.length ? ', …' : ''}`
}

function misshapen({ cells, lines: [from, to], broken }: TableRow, header: readonly string[]): Flaw {
  const lines = from === to ? `line ${from}` : `lines ${from} to ${to}`
  const last = header.at(-1) ?? ''
  if (broken) {
    const most = broken.code === 'row-too-long' ? MAX_ROW_BYTES : MAX_VALUE_BYTES
    const facts = { line: String(from), lines, most: String(most), found: broken.found && shown(broken.found) }
    return flaw(header[broken.value] ?? last, broken.code, facts)
  }
  const facts = { values: String(cells.length), columns: String(header.length), lines }
  return cells.length < header.length
    ? flaw(header[cells.length] ?? last, 'too-few-values', facts)
    : flaw(last, 'too-many-values', facts)
}

/** One way of writing serial numbers, with what its facts must agree with. */
interface SerialKind {
  parse(text: string): Serial | SerialError
  agrees: Agreements
}

function serialKinds(mapping: Mapping): SerialKind[] {
  const { formats, patterns } = mapping.serial
  const known = formatsOf(mapping).map((id) => ({
    parse: (text: string) => parse(id, text),
    agrees: formats[id] ?? {},
  }))
  const own = patterns.map((pattern, at) => ({
    parse: patternReader(`patterns.${at}`, mapping.registry, pattern),
    agrees: pattern.agrees,
  }))
  return [...known, ...own]
}

function readRow(mapping: Mapping, cells: Cells, row: number, kinds: readonly SerialKind[]): Reading | Flaw {
  const read = readSerial(mapping, cells, kinds)
  if (isFlaw(read)) return read
  const { serial, agrees } = read
  const wrong = quantityFlaw(mapping, cells, serial) ?? agreementFlaw(agrees, cells, serial)
  if (wrong) return wrong
  const project = readCode(cells, mapping.project, /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'project-wrong')
  if (isFlaw(project)) return project
  const vintage = readVintage(cells, mapping.vintage)
  if (isFlaw(vintage)) return vintage
  const unitType = readUnitType(cells, mapping.unitType)
  if (isFlaw(unitType)) return unitType
  const issuedOn = mapping.issuedOn ? readDay(cells, mapping.issuedOn) : NO_DAY
  if (isFlaw(issuedOn)) return issuedOn
  const ending = readFate(cells, mapping.fate)
  if (isFlaw(ending)) return ending
  const disorder = orderFlaw(mapping, cells)
  if (disorder) return disorder
  return {
    row,
    sha256: sha256Hex(canonicalJson(cells)),
    space: serial.space,
    ...serial.range,
    project: project.text,
    vintage: vintage.text,
    unitType: unitType.text,
    issuedOn: issuedOn.text,
    fate: ending.fate,
    fateOn: ending.on,
    facts: factsOf(mapping, cells),
  }
}

function cellOf(cells: Cells, column: string): string {
  return cells[column] ?? ''
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

/** The serial by the first kind that reads it; else why the kind that came furthest does not. */
function readSerial(
  { serial: { column } }: Mapping,
  cells: Cells,
  kinds: readonly SerialKind[],
): { serial: Serial; agrees: Agreements } | Flaw {
  const text = cellOf(cells, column)
  if (text === '') return flaw(column, 'value-missing')
  const errors: SerialError[] = []
  for (const { parse, agrees } of kinds) {
    const serial = parse(text)
    if (!isSerialError(serial)) return { serial, agrees }
    errors.push(serial)
  }
  const furthest = errors.toSorted((a, b) => b.position - a.position)[0]
  invariant(furthest, 'a mapping has at least one way of writing serial numbers')
  const { reason, position, field } = furthest
  const place = reason === 'too-long' ? position : position + 1
  return flaw(column, `serial-${reason}`, { position: String(place), field, serial: shown(text) })
}

function quantityFlaw({ quantity }: Mapping, cells: Cells, serial: Serial): Flaw | undefined {
  const { column, number } = quantity
  const text = cellOf(cells, column)
  if (text === '') return flaw(column, 'value-missing')
  const said = number.read(text)
  if (said === undefined) return flaw(column, 'number-wrong', { expected: number.example, found: shown(text) })
  if (said === 0n) return flaw(column, 'quantity-none')
  const held = count(serial.range)
  return said === held ? undefined : flaw(column, 'quantity-differs', { said: `${said}`, held: `${held}` })
}

function agreementFlaw(agrees: Agreements, cells: Cells, serial: Serial): Flaw | undefined {
  for (const [fact, { date, ...source }] of Object.entries(agrees)) {
    const { column } = source
    const held = serial.facts[fact]
    if (held === undefined) throw new ImportError('mapping-no-such-fact', { format: serial.format, fact })
    const said = date ? readDay(cells, { column, date, mayBeEmpty: false }) : readText(cells, source)
    if (isFlaw(said)) return said
    if (said.text !== held)
      return flaw(column, 'serial-differs', { said: shown(said.text ?? ''), held: shown(held), fact })
  }
  return undefined
}

function readText(cells: Cells, { column, without = '', words }: TextColumn): { text: string } | Flaw {
  const whole = cellOf(cells, column)
  if (whole === '') return flaw(column, 'value-missing')
  if (!whole.startsWith(without))
    return flaw(column, 'begins-otherwise', { found: shown(whole), without: shown(without) })
  const text = whole.slice(without.length)
  if (!words) return { text }
  const meaning = Object.hasOwn(words, text) ? words[text] : undefined
  if (meaning === undefined) return flaw(column, 'word-unknown', { found: shown(text), known: known(words) })
  return { text: meaning }
}

function known(words: Readonly<Record<string, string>>): string {
  return Object.keys(words).map(shown).join(', ')
}

function readCode(
  cells: Cells,
  source: TextColumn,
  form: RegExp,
  code: 'project-wrong' | 'unit-type-wrong',
): { text: string } | Flaw {
  const read = readText(cells, source)
  if (isFlaw(read) || form.test(read.text)) return read
  return flaw(source.column, code, { found: shown(read.text) })
}

function readUnitType(cells: Cells, unitType: Mapping['unitType']): { text: string } | Flaw {
  if ('value' in unitType) return { text: unitType.value }
  return readCode(cells, unitType, /^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$/, 'unit-type-wrong')
}

function readVintage(cells: Cells, { column, date }: Mapping['vintage']): { text: string } | Flaw {
  const text = cellOf(cells, column)
  if (text === '') return flaw(column, 'value-missing')
  const year = date.read(text)?.slice(0, 4)
  return year === undefined || !isBounded(year) ? flaw(column, 'vintage-wrong', { found: shown(text) }) : { text: year }
}

function readDay(cells: Cells, { column, date, mayBeEmpty }: DayColumn): Day | Flaw {
  const text = cellOf(cells, column)
  if (text === '') return mayBeEmpty ? NO_DAY : flaw(column, 'value-missing')
  const day = date.read(text)
  if (day === undefined) return flaw(column, 'date-wrong', { expected: date.pattern, found: shown(text) })
  return isBounded(day) ? { text: day } : flaw(column, 'date-outside', { found: shown(text) })
}

function readFate(cells: Cells, rule: Mapping['fate']): { fate: Fate; on: string | null } | Flaw {
  if (rule.rule === 'by-date') {
    const day = readDay(cells, { ...rule, mayBeEmpty: true })
    if (isFlaw(day)) return day
    return { fate: day.text === null ? rule.undated : rule.dated, on: day.text }
  }
  const day = rule.on ? readDay(cells, rule.on) : NO_DAY
  if (isFlaw(day)) return day
  if (rule.rule === 'always') return { fate: rule.fate, on: day.text }
  const { column, words } = rule
  const text = cellOf(cells, column)
  if (text === '') return flaw(column, 'value-missing')
  const fate = Object.hasOwn(words, text) ? words[text] : undefined
  return fate ? { fate, on: day.text } : flaw(column, 'word-unknown', { found: shown(text), known: known(words) })
}

function orderFlaw({ inOrder }: Mapping, cells: Cells): Flaw | undefined {
  for (const [from, to] of inOrder) {
    const start = readDay(cells, from)
    if (isFlaw(start)) return start
    const end = readDay(cells, to)
    if (isFlaw(end)) return end
    if (start.text === null || end.text === null || start.text <= end.text) continue
    return flaw(to.column, 'end-before-start', { end: end.text, startColumn: from.column, start: start.text })
  }
  return undefined
}

function factsOf({ facts }: Mapping, cells: Cells): Record<string, string> {
  const said = Object.entries(facts).map(([word, column]) => [word, cellOf(cells, column)] as const)
  return Object.fromEntries(said.filter(([, text]) => text !== ''))
}
