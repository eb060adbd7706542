import { isBounded, meaningOf } from './forms.ts'
import type { DayColumn, Fate, FateRule, Mapping, TextColumn, UnitsMapping } from './mapping.ts'
import { type Flaw, flaw, isFlaw } from './messages.ts'

/** A row's values by column, of the columns that the mapping names. */
export type Cells = Readonly<Record<string, string>>

export const NO_DAY = { text: null }
type Day = { text: string | null }

export function cellOf(cells: Cells, column: string): string {
  return cells[column] ?? ''
}

/** A text as it stands in a reason: quoted, and not too long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

export function readText(cells: Cells, { column, without = '', words }: TextColumn): { text: string } | Flaw {
  const whole = cellOf(cells, column)
  if (whole === '') return flaw(column, 'value-missing')
  if (!whole.startsWith(without))
    return flaw(column, 'begins-otherwise', { found: shown(whole), without: shown(without) })
  const text = whole.slice(without.length)
  if (!words) return { text }
  const meaning = meaningOf(words, text)
  if (meaning === undefined) return flaw(column, 'word-unknown', { found: shown(text), known: known(words) })
  return { text: meaning }
}

function known(words: Readonly<Record<string, string>>): string {
  return Object.keys(words).map(shown).join(', ')
}

export function readCode(
  cells: Cells,
  source: TextColumn,
  form: RegExp,
  code: 'project-wrong' | 'unit-type-wrong',
): { text: string } | Flaw {
  const read = readText(cells, source)
  if (isFlaw(read) || form.test(read.text)) return read
  return flaw(source.column, code, { found: shown(read.text) })
}

export function readUnitType(cells: Cells, unitType: UnitsMapping['unitType']): { text: string } | Flaw {
  if ('value' in unitType) return { text: unitType.value }
  return readCode(cells, unitType, /^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$/, 'unit-type-wrong')
}

export function readVintage(cells: Cells, { column, date }: UnitsMapping['vintage']): { text: string } | Flaw {
  const text = cellOf(cells, column)
  if (text === '') return flaw(column, 'value-missing')
  const year = date.read(text)?.slice(0, 4)
  return year === undefined || !isBounded(year) ? flaw(column, 'vintage-wrong', { found: shown(text) }) : { text: year }
}

export function readDay(cells: Cells, { column, date, mayBeEmpty }: DayColumn): Day | Flaw {
  const text = cellOf(cells, column)
  if (text === '') return mayBeEmpty ? NO_DAY : flaw(column, 'value-missing')
  const day = date.read(text)
  if (day === undefined) return flaw(column, 'date-wrong', { expected: date.pattern, found: shown(text) })
  return isBounded(day) ? { text: day } : flaw(column, 'date-outside', { found: shown(text) })
}

/** Where a mapping says nothing of it, all units are active. */
const ALL_ACTIVE: FateRule = { rule: 'always', fate: 'active' }

export function readFate(cells: Cells, rule: FateRule = ALL_ACTIVE): { fate: Fate; on: string | null } | Flaw {
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
  const fate = meaningOf(words, text)
  return fate ? { fate, on: day.text } : flaw(column, 'word-unknown', { found: shown(text), known: known(words) })
}

export function orderFlaw({ inOrder }: Mapping, cells: Cells): Flaw | undefined {
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

/** How many units the row says that it is about. */
export function readQuantity(cells: Cells, { column, number }: UnitsMapping['quantity']): { quantity: bigint } | Flaw {
  const text = cellOf(cells, column)
  if (text === '') return flaw(column, 'value-missing')
  const quantity = number.read(text)
  if (quantity === undefined) return flaw(column, 'number-wrong', { expected: number.example, found: shown(text) })
  return quantity === 0n ? flaw(column, 'quantity-none') : { quantity }
}

/** Whatever else is kept of a row: our word, and the text that is not empty. */
export function factsOf({ facts }: Mapping, cells: Cells): Record<string, string> {
  const said = Object.entries(facts).map(([word, { column, number }]) => {
    const text = cellOf(cells, column)
    return [word, number?.read(text)?.toString() ?? text] as const
  })
  return Object.fromEntries(said.filter(([, text]) => text !== ''))
}
