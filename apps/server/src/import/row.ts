import { canonicalJson, invariant, sha256Hex } from '@tallystick/rules'
import { count, isSerialError, parse, type Serial, type SerialError } from '@tallystick/serials'
import { MAX_ROW_BYTES, MAX_VALUE_BYTES } from '../platform/csv-records.ts'
import {
  type Agreements,
  columnsOf,
  type Fate,
  formatsOf,
  type Mapping,
  type ProjectsMapping,
  type SerialColumn,
  type UnitsMapping,
} from './mapping.ts'
import { type Flaw, flaw, ImportError, isFlaw } from './messages.ts'
import { patternReader } from './serial-pattern.ts'
import type { TableRow } from './table.ts'
import {
  type Cells,
  cellOf,
  factsOf,
  NO_DAY,
  orderFlaw,
  readCode,
  readDay,
  readFate,
  readQuantity,
  readText,
  readUnitType,
  readVintage,
  shown,
} from './values.ts'

interface OfEveryRow {
  row: number
  /** What the row is known by, so that it is recorded once: the mapping's name or `lot`, and a SHA-256. */
  identity: string
  project: string
  facts: Record<string, string>
}

interface OfUnits extends OfEveryRow {
  quantity: bigint
  vintage: string
  unitType: string
  issuedOn: string | null
  fate: Fate
}

/** A row about consecutive serial numbers. */
export interface SerialsReading extends OfUnits {
  about: 'serials'
  space: string
  first: bigint
  last: bigint
  fateOn: string | null
}

/** A row about an issuance that does not tell the serial numbers. */
export interface LotReading extends OfUnits {
  about: 'lot'
}

/** A row about a project, without units. */
export interface ProjectReading extends OfEveryRow {
  about: 'project'
}

/** What a row says, by the mapping's word: all that an entry needs but ids and the commitment to the facts. */
export type Reading = SerialsReading | LotReading | ProjectReading

/** Makes the reader of a table's rows. Throws an ImportError for a header that does not fit the mapping. */
export function rowReader(
  mapping: Mapping,
  header: readonly string[],
  file: string,
): (row: TableRow) => Reading | Flaw {
  const columns = columnsOf(mapping)
  checkHeader(mapping, columns, header, file)
  const places = columns.map((column) => [column, header.indexOf(column)] as const)
  const about = mapping.kind === 'project' ? projectReader(mapping) : unitsReader(mapping)
  return (row) => {
    if (row.broken || row.cells.length !== header.length) return misshapen(row, header)
    const values = row.cells
    const cells = Object.fromEntries(places.map(([column, place]) => [column, plain(values[place] ?? '')]))
    return about(cells, row.row, values)
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

/** What a row is known by: everything that the mapping's columns say. */
function identityOf({ name }: Mapping, cells: Cells): string {
  return `${name}:${sha256Hex(canonicalJson(cells))}`
}

const PROJECT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/

type ReadCells = (cells: Cells, row: number, values: readonly string[]) => Reading | Flaw

function projectReader(mapping: ProjectsMapping): ReadCells {
  return (cells, row) => {
    const project = readCode(cells, mapping.project, PROJECT, 'project-wrong')
    if (isFlaw(project)) return project
    const disorder = orderFlaw(mapping, cells)
    if (disorder) return disorder
    const identity = identityOf(mapping, cells)
    return { about: 'project', row, identity, project: project.text, facts: factsOf(mapping, cells) }
  }
}

function unitsReader(mapping: UnitsMapping): ReadCells {
  const kinds = mapping.serial ? serialKinds(mapping.registry, mapping.serial) : []
  const lotIdentity = lotIdentities(mapping)
  return (cells, row, values) => {
    const { serial: column } = mapping
    const isLot = !column || (column.mayBeEmpty && cellOf(cells, column.column) === '')
    const read = isLot ? undefined : readSerial(column, cells, kinds)
    if (isFlaw(read)) return read
    const units = readUnits(mapping, cells, row, read)
    if (isFlaw(units)) return units
    const { fateOn, ...lot } = units
    if (!read) return { ...lot, about: 'lot', identity: lotIdentity(lot, cells, values) }
    const { space, range } = read.serial
    return { ...units, about: 'serials', identity: identityOf(mapping, cells), space, ...range }
  }
}

type LotIdentity = (lot: Omit<OfUnits, 'identity'>, cells: Cells, values: readonly string[]) => string

/**
 * What an issuance without serial numbers is known by: nothing that a registry changes afterwards, so that the same
 * issuance in a later file is not another one. Rows of one file that are equal in that, but differ in any column, are
 * as many issuances, known as the first, the second and so on: a file tells an issuance once.
 */
function lotIdentities({ identity, repeats }: UnitsMapping): LotIdentity {
  const counts = new Map<string, number>()
  const places = new Map<string, number>()
  return ({ project, vintage, unitType, issuedOn, quantity }, cells, values) => {
    const more = Object.fromEntries(identity.map((column) => [column, cellOf(cells, column)]))
    const said = { project, vintage, unitType, issuedOn, quantity: `${quantity}`, more }
    const known = `lot:${sha256Hex(canonicalJson(said))}`
    if (repeats === 'once') return known
    const whole = repeats === 'differing' ? sha256Hex(canonicalJson([known, ...values.map(plain)])) : undefined
    const count = counts.get(known) ?? 0
    const nth = (whole === undefined ? undefined : places.get(whole)) ?? count + 1
    if (nth > count) counts.set(known, nth)
    if (whole !== undefined) places.set(whole, nth)
    return nth === 1 ? known : `${known}:${nth}`
  }
}

/** One way of writing serial numbers, with what its facts must agree with. */
interface SerialKind {
  parse(text: string): Serial | SerialError
  agrees: Agreements
}

function serialKinds(registry: string, column: SerialColumn): SerialKind[] {
  const { formats, patterns } = column
  const known = formatsOf(column).map((id) => ({
    parse: (text: string) => parse(id, text),
    agrees: formats[id] ?? {},
  }))
  const own = patterns.map((pattern, at) => ({
    parse: patternReader(`patterns.${at}`, registry, pattern),
    agrees: pattern.agrees,
  }))
  return [...known, ...own]
}

type ReadSerial = { serial: Serial; agrees: Agreements }

function readUnits(
  mapping: UnitsMapping,
  cells: Cells,
  row: number,
  read: ReadSerial | undefined,
): (Omit<OfUnits, 'identity'> & { fateOn: string | null }) | Flaw {
  const amount = readQuantity(cells, mapping.quantity)
  if (isFlaw(amount)) return amount
  const differs = read && (quantityFlaw(mapping, amount.quantity, read.serial) ?? agreementFlaw(read, cells))
  if (differs) return differs
  const project = readCode(cells, mapping.project, PROJECT, 'project-wrong')
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
    quantity: amount.quantity,
    project: project.text,
    vintage: vintage.text,
    unitType: unitType.text,
    issuedOn: issuedOn.text,
    fate: ending.fate,
    fateOn: ending.on,
    facts: factsOf(mapping, cells),
  }
}

/** The serial by the first kind that reads it; else why the kind that came furthest does not. */
function readSerial({ column }: SerialColumn, cells: Cells, kinds: readonly SerialKind[]): ReadSerial | Flaw {
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

function quantityFlaw({ quantity: { column } }: UnitsMapping, said: bigint, { range }: Serial): Flaw | undefined {
  const held = count(range)
  return said === held ? undefined : flaw(column, 'quantity-differs', { said: `${said}`, held: `${held}` })
}

function withoutZeros(text: string): string {
  return text.replace(/^0+(?=\d)/, '')
}

function agreementFlaw({ agrees, serial }: ReadSerial, cells: Cells): Flaw | undefined {
  for (const [fact, { date, zeros, ...source }] of Object.entries(agrees)) {
    const { column } = source
    const held = serial.facts[fact]
    if (held === undefined) throw new ImportError('mapping-no-such-fact', { format: serial.format, fact })
    const said = date ? readDay(cells, { column, date, mayBeEmpty: false }) : readText(cells, source)
    if (isFlaw(said)) return said
    if (zeros && withoutZeros(said.text ?? '') === withoutZeros(held)) continue
    if (said.text !== held)
      return flaw(column, 'serial-differs', { said: shown(said.text ?? ''), held: shown(held), fact })
  }
  return undefined
}
