import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type FormatId, parse, print, recognise } from './index.ts'
import { count, isSerialError, type Serial } from './serial.ts'

const root = resolve(import.meta.dirname, '../../..')
const folder = resolve(root, process.env.REGISTRY_DATA ?? '../shared/data/registries')
const absent = !existsSync(folder)
if (absent) console.log(`skipped: no registry files at ${folder} (set REGISTRY_DATA)`)

/** Rows of a CSV file as records; quoted fields may hold commas, quotes and line ends. */
function rowsOf(file: string): Record<string, string>[] {
  const text = readFileSync(resolve(folder, file), 'utf8').replace(/^\ufeff/, '')
  const rows: string[][] = [[]]
  for (const [, quoted, bare = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare)
    if (end !== ',') rows.push([])
  }
  const [header = [], ...body] = rows.filter((row) => row.length > 1)
  return body.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])))
}

const CAR_COLUMNS = ['Quantity of Offset Credits', 'Offset Credit Serial Numbers'] as const
const ART_COLUMNS = ['Quantity of Credits', 'Credit Serial Numbers'] as const

describe.skipIf(absent)('every serial of a real file', () => {
  test.each<[string, FormatId, string, string?]>([
    ['climate-action-reserve/retirements.csv', 'climate-action-reserve', ...CAR_COLUMNS],
    ['climate-action-reserve/cancellations.csv', 'climate-action-reserve', ...CAR_COLUMNS],
    ['art-trees/retirements.csv', 'art-trees', ...ART_COLUMNS],
    ['art-trees/cancellations.csv', 'art-trees', ...ART_COLUMNS],
    ['verra/transactions.csv', 'verra', 'Quantity Issued'],
    ['gold-standard/issuances.csv', 'gold-standard-any', 'Quantity'],
    ['gold-standard/retirements.csv', 'gold-standard-any', 'Quantity'],
  ])('%s', (file, format, quantity, column = 'Serial Number') => {
    const rows = rowsOf(file)
    const serials = rows.map((row) => {
      const text = row[column] ?? ''
      const serial = parse(format, text)
      if (isSerialError(serial)) throw new Error(`${text}: ${serial.message}`)
      expect(print(serial)).toBe(text)
      expect(count(serial.range)).toBe(BigInt(row[quantity]?.replaceAll(',', '') ?? ''))
      expect(recognise(text)).toEqual([serial])
      return serial
    })
    expect(serials.length).toBeGreaterThan(0)
    expect(overlaps(serials)).toEqual([])
    console.log(`${file}: ${serials.length} of ${rows.length} serials checked`)
  })
})

function overlaps(serials: readonly Serial[]): string[] {
  const sorted = serials.toSorted((a, b) =>
    a.space === b.space ? Number(a.range.first - b.range.first) : a.space < b.space ? -1 : 1,
  )
  return sorted
    .filter((serial, index) => {
      const before = sorted[index - 1]
      return before?.space === serial.space && before.range.last >= serial.range.first
    })
    .map(print)
}
