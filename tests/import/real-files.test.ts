import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { reconcile } from '@tallystick/ledger'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../apps/server/src/import/import.ts'
import { loadMapping } from '../../apps/server/src/import/mapping.ts'
import { knowledge, memoryTarget, postgresTarget, type Target } from './ledgers.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = resolve(root, process.env.REGISTRY_DATA ?? '../shared/data/registries')
const absent = !existsSync(folder)
if (absent) console.log(`skipped: no registry files at ${folder} (set REGISTRY_DATA)`)

const files = {
  'verra-transactions': 'verra/transactions.csv',
  'gold-standard-issuances': 'gold-standard/issuances.csv',
  'gold-standard-retirements': 'gold-standard/retirements.csv',
}
type Name = keyof typeof files
const names: Name[] = ['verra-transactions', 'gold-standard-issuances', 'gold-standard-retirements']
const orders = names.flatMap((first) => {
  const [second, third] = names.filter((name) => name !== first)
  return second && third ? [[first, second, third] as const, [first, third, second] as const] : []
})

type Row = Record<string, string>

async function rowsOf(name: Name): Promise<Row[]> {
  return parse(await readFile(resolve(folder, files[name])), { columns: true, bom: true })
}

/** Sums straight from the file: the quantity column, split by what each registry says of fate. */
async function sumsOf(name: Name) {
  const rows = await rowsOf(name)
  const sum = (column: string, which: (row: Row) => boolean) =>
    String(rows.filter(which).reduce((total, row) => total + BigInt((row[column] ?? '').replaceAll(',', '')), 0n))
  const none = { issued: '0', active: '0', retired: '0', cancelled: '0' }
  if (name === 'gold-standard-issuances') {
    return { ...none, issued: sum('Quantity', () => true), active: sum('Quantity', () => true) }
  }
  if (name === 'gold-standard-retirements') {
    const by = (status: string) => sum('Quantity', (row) => row['Credit Status'] === status)
    return { ...none, retired: by('Retired'), cancelled: by('Canceled') }
  }
  const dated = (row: Row) => row['Retirement/Cancellation Date'] !== ''
  return {
    ...none,
    issued: sum('Quantity Issued', () => true),
    active: sum('Quantity Issued', (row) => !dated(row)),
    retired: sum('Quantity Issued', dated),
  }
}

/** `[space, first, last]` of a Gold Standard row, taken apart by hand. */
function serialOf(row: Row): [string, bigint, bigint] {
  const [start = [], end = []] = (row['Serial Number'] ?? '').split(' - ').map((text) => text.split('-'))
  if (start[1] === '5') return [`${start[0]}-5`, BigInt(start[2] ?? ''), BigInt(end[2] ?? '')]
  return [start.slice(0, -2).join('-'), BigInt(start.at(-2) ?? ''), BigInt(start.at(-1) ?? '')]
}

/** Gold Standard's tonnes with each serial number once; issuances do not overlap one another, nor do retirements. */
async function goldStandardOnce() {
  const issuances = (await rowsOf('gold-standard-issuances')).map(serialOf)
  const ended = (await rowsOf('gold-standard-retirements')).map(serialOf)
  let shared = 0n
  for (const [space, first, last] of issuances) {
    for (const [otherSpace, otherFirst, otherLast] of ended) {
      const from = first > otherFirst ? first : otherFirst
      const to = last < otherLast ? last : otherLast
      if (space === otherSpace && from <= to) shared += to - from + 1n
    }
  }
  const { active } = await sumsOf('gold-standard-issuances')
  const { retired, cancelled } = await sumsOf('gold-standard-retirements')
  const stillActive = BigInt(active) - shared
  return {
    issued: String(stillActive + BigInt(retired) + BigInt(cancelled)),
    active: String(stillActive),
    retired,
    cancelled,
  }
}

async function importReal(target: Target, name: Name, dryRun = false) {
  const file = resolve(folder, files[name])
  return importFile({ ...target, mapping: await loadMapping(name), file, dryRun })
}

async function importAll(target: Target, order: readonly Name[]): Promise<string[]> {
  for (const name of order) {
    const dry = await importReal(target, name, true)
    const report = await importReal(target, name)
    const rows = name === 'verra-transactions' ? 200 : 100
    expect(report).toMatchObject({ rows, accepted: rows, alreadyThere: 0, refused: [], tonnes: await sumsOf(name) })
    expect(dry).toEqual(report)
    if (name === 'verra-transactions') expect(report.registry).toEqual(report.tonnes)
  }
  return knowledge(target.ledger)
}

describe.skipIf(absent)('the real files', () => {
  it('go in whole, sums equal to their own, in any order to the same state', async () => {
    const states: string[][] = []
    for (const order of orders) states.push(await importAll(await memoryTarget(), order))
    expect(states).toHaveLength(6)
    for (const state of states) expect(state).toEqual(states[0])
  })

  it('go into PostgreSQL to the same state; a second time changes nothing', async () => {
    const target = await postgresTarget()
    try {
      const state = await importAll(target, [
        'gold-standard-retirements',
        'verra-transactions',
        'gold-standard-issuances',
      ])
      expect(state).toEqual(await importAll(await memoryTarget(), names))
      const before = await target.ledger.dump()
      const once = await goldStandardOnce()
      for (const name of names) {
        const report = await importReal(target, name)
        expect(report).toMatchObject({
          accepted: 0,
          alreadyThere: report.rows,
          refused: [],
          tonnes: await sumsOf(name),
        })
        expect(await importReal(target, name, true)).toEqual(report)
        if (name !== 'verra-transactions') expect(report.registry).toEqual(once)
      }
      expect(await target.ledger.dump()).toEqual(before)
      expect(await target.openingsKept()).toBe(400)
      expect((await reconcile(target.ledger)).differences).toEqual([])
    } finally {
      await target.close()
    }
  })
})
