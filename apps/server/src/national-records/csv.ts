import { categoryOf, inventoryCategories, type YearLeaf, type YearValues } from '@tallystick/contract'
import { type CsvRecord, RecordCutter } from '../platform/csv-records.ts'
import { csvCell } from '../platform/ledger-export.ts'
import { fieldProblem } from '../platform/problem.ts'

const NUMBER = /^-?\d+(\.\d+)?$/

/** A year as CSV: a row for each category that holds values, what was not estimated left empty. */
export function yearCsv(values: YearValues, columns: readonly string[], nameOf: (code: string) => string): string {
  const rows = inventoryCategories.flatMap(({ code, leaf }) => {
    const said: YearLeaf = values[code] ?? {}
    return leaf ? [[code, nameOf(code), ...columns.map((column) => said[column] ?? '')]] : []
  })
  // A number below zero is no formula, and must stay a number.
  const cell = (text: string) => (NUMBER.test(text) ? text : csvCell(text))
  return [['code', 'name', ...columns], ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/**
 * The values in a CSV file with a header, by code and column, for the schema to judge. Throws a problem that names line
 * and column. With semicolons between the values, as spreadsheets of many countries write, a decimal comma is a point.
 */
export function valuesIn(text: string, columns: readonly string[]): Record<string, Record<string, string>> {
  const [header, ...rows] = recordsIn(text)
  const names = header?.cells.map((cell) => cell.trim()) ?? []
  const at = names.indexOf('code')
  const places = columns.map((column) => [column, names.indexOf(column)] as const).filter(([, place]) => place >= 0)
  const isTwice = names.some((name, place) => name !== '' && names.indexOf(name) < place)
  if (at < 0 || places.length === 0 || isTwice) {
    throw fieldProblem('csv', 'must begin with a header: code, and a column for each value', columns.join(', '))
  }
  const values = new Map<string, Record<string, string>>()
  for (const { lines, cells } of rows) {
    const code = (cells[at] ?? '').trim()
    if (code === '' && cells.every((cell) => cell.trim() === '')) continue
    if (categoryOf(code)?.leaf !== true) throw fieldProblem(`csv.${lines[0]}.code`, 'is no category that holds values')
    if (values.has(code)) throw fieldProblem(`csv.${lines[0]}.code`, 'stands twice')
    const said = places.flatMap(([column, place]) => {
      const cell = (cells[place] ?? '').trim()
      return cell === '' ? [] : [[column, plain(cell, text)] as const]
    })
    values.set(code, Object.fromEntries(said))
  }
  return Object.fromEntries(values)
}

function recordsIn(text: string): CsvRecord[] {
  const cutter = new RecordCutter(separatorOf(text))
  const records = [...cutter.cut(Buffer.from(text.replace(/^\ufeff/, ''))), ...cutter.end()]
  const broken = records.find((record) => record.broken)
  if (broken) throw fieldProblem(`csv.${broken.lines[0]}`, 'cannot be read as CSV')
  return records
}

function separatorOf(text: string): ';' | ',' {
  return /^[^\r\n]*;/.test(text) ? ';' : ','
}

/** As the API writes it: a point, and no needless zeros behind it. */
function plain(cell: string, text: string): string {
  const number = separatorOf(text) === ';' ? cell.replace(/^(-?\d+),(\d+)$/, '$1.$2') : cell
  const [, whole = number, fraction = ''] = /^(-?\d+)(?:\.(\d+))?$/.exec(number) ?? []
  const kept = fraction.replace(/0+$/, '')
  const value = kept === '' ? whole : `${whole}.${kept}`
  return value === '-0' ? '0' : value
}
