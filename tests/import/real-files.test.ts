import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { reconcile } from '@tallystick/ledger'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../apps/server/src/import/import.ts'
import { loadMapping, mappingNames } from '../../apps/server/src/import/mapping.ts'
import { knowledge, memoryTarget, postgresTarget, type Target } from './ledgers.ts'
import { orderOf, seedOf } from './orders.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = resolve(root, process.env.REGISTRY_DATA ?? '../shared/data/registries')
const absent = !existsSync(folder)
if (absent) console.log(`skipped: no registry files at ${folder} (set REGISTRY_DATA)`)

const seed = seedOf('REGISTRY_ORDER')
const names = await mappingNames()
const fileOf = (name: string) => resolve(folder, name.replace(/-([a-z]+)$/, '/$1.csv'))

type Row = Record<string, string>
type Sums = Record<'issued' | 'active' | 'retired' | 'cancelled', bigint>

async function rowsOf(name: string): Promise<Row[]> {
  return parse(await readFile(fileOf(name)), { columns: true, bom: true })
}

/** The column that says how many units, in each file that has units. */
const quantityColumn: Record<string, string> = {
  'verra-transactions': 'Quantity Issued',
  'gold-standard-issuances': 'Quantity',
  'gold-standard-retirements': 'Quantity',
  'climate-action-reserve-issuances': 'Total Offset Credits Issued',
  'climate-action-reserve-retirements': 'Quantity of Offset Credits',
  'climate-action-reserve-cancellations': 'Quantity of Offset Credits',
  'art-trees-issuances': 'Credits Verified',
  'art-trees-retirements': 'Quantity of Credits',
  'art-trees-cancellations': 'Quantity of Credits',
}

function quantityOf(name: string, row: Row): bigint {
  const column = quantityColumn[name]
  return column === undefined ? 0n : BigInt((row[column] ?? '').replaceAll(',', ''))
}

/** Sums straight from the file: the quantity column, split by what each registry says of fate. */
async function sumsOf(name: string): Promise<Record<keyof Sums, string>> {
  const rows = await rowsOf(name)
  const sum = (which: (row: Row) => boolean = () => true) =>
    String(rows.filter(which).reduce((total, row) => total + quantityOf(name, row), 0n))
  const none = { issued: '0', active: '0', retired: '0', cancelled: '0' }
  if (name === 'verra-transactions') {
    const dated = (row: Row) => row['Retirement/Cancellation Date'] !== ''
    return { ...none, issued: sum(), active: sum((row) => !dated(row)), retired: sum(dated) }
  }
  if (name === 'gold-standard-retirements') {
    const by = (status: string) => sum((row) => row['Credit Status'] === status)
    return { ...none, retired: by('Retired'), cancelled: by('Canceled') }
  }
  if (name.endsWith('-projects')) return none
  if (name.endsWith('-issuances')) return { ...none, issued: sum(), active: sum() }
  return { ...none, [name.endsWith('-retirements') ? 'retired' : 'cancelled']: sum() }
}

/** `[space, first, last]` of a row of Gold Standard, Climate Action Reserve or ART, taken apart by hand. */
function serialOf(row: Row): [string, bigint, bigint] | undefined {
  const text = row['Serial Number'] ?? row['Offset Credit Serial Numbers'] ?? row['Credit Serial Numbers']
  if (text === undefined) return undefined
  const ranged = /^(.*)-(\d+) to (\d+)$/.exec(text)
  if (ranged) return [ranged[1] ?? '', BigInt(ranged[2] ?? ''), BigInt(ranged[3] ?? '')]
  const [start = [], end = []] = text.split(' - ').map((one) => one.split('-'))
  if (start[1] === '5') return [`${start[0]}-5`, BigInt(start[2] ?? ''), BigInt(end[2] ?? '')]
  return [start.slice(0, -2).join('-'), BigInt(start.at(-2) ?? ''), BigInt(start.at(-1) ?? '')]
}

/** Gold Standard's tonnes with each serial number once; issuances do not overlap one another, nor do retirements. */
async function goldStandardOnce() {
  const serials = async (name: string) => (await rowsOf(name)).flatMap((row) => [serialOf(row)].filter((one) => !!one))
  let shared = 0n
  for (const [space, first, last] of await serials('gold-standard-issuances')) {
    for (const [otherSpace, otherFirst, otherLast] of await serials('gold-standard-retirements')) {
      const from = first > otherFirst ? first : otherFirst
      const to = last < otherLast ? last : otherLast
      if (space === otherSpace && from <= to) shared += to - from + 1n
    }
  }
  const { active } = await sumsOf('gold-standard-issuances')
  const { retired, cancelled } = await sumsOf('gold-standard-retirements')
  const stillActive = BigInt(active) - shared
  const issued = stillActive + BigInt(retired) + BigInt(cancelled)
  return { issued: `${issued}`, active: `${stillActive}`, retired, cancelled }
}

/**
 * Tonnes of a registry that issues without serial numbers, each once: of every project, vintage and type the larger of
 * what was issued and what ended. In these files no serial number ends twice.
 */
async function lotsOnce(registry: string) {
  const issued = new Map<string, bigint>()
  const ended = new Map<string, bigint>()
  for (const kind of ['issuances', 'retirements', 'cancellations']) {
    for (const row of await rowsOf(`${registry}-${kind}`)) {
      const project = row['Project ID'] ?? row['Program ID']
      const type = row['Crediting Program and Standard'] ?? / Compliance$/.test(row['Project Type'] ?? '')
      const unitClass = `${project} ${row.Vintage} ${type}`
      const sums = kind === 'issuances' ? issued : ended
      sums.set(unitClass, (sums.get(unitClass) ?? 0n) + quantityOf(`${registry}-${kind}`, row))
    }
  }
  let all = 0n
  for (const unitClass of new Set([...issued.keys(), ...ended.keys()])) {
    const [one, other] = [issued.get(unitClass) ?? 0n, ended.get(unitClass) ?? 0n]
    all += one > other ? one : other
  }
  const { retired } = await sumsOf(`${registry}-retirements`)
  const { cancelled } = await sumsOf(`${registry}-cancellations`)
  return { issued: `${all}`, active: `${all - BigInt(retired) - BigInt(cancelled)}`, retired, cancelled }
}

const once: Record<string, () => Promise<Record<keyof Sums, string>>> = {
  verra: () => sumsOf('verra-transactions'),
  'gold-standard': goldStandardOnce,
  'climate-action-reserve': () => lotsOnce('climate-action-reserve'),
  'art-trees': () => lotsOnce('art-trees'),
}

const registryOf = (name: string) => name.replace(/-[a-z]+$/, '')

async function importReal(target: Target, name: string, dryRun = false) {
  return importFile({ ...target, mapping: await loadMapping(name), file: fileOf(name), dryRun })
}

async function importAll(target: Target, order: readonly string[]): Promise<string[]> {
  for (const name of order) {
    const dry = await importReal(target, name, true)
    const report = await importReal(target, name)
    const rows = (await rowsOf(name)).length
    expect(report).toMatchObject({ rows, accepted: rows, alreadyThere: 0, refused: [], tonnes: await sumsOf(name) })
    expect(dry).toEqual(report)
  }
  return knowledge(target.ledger)
}

describe.skipIf(absent)(`the real files of ${names.length} mappings (seed ${seed})`, () => {
  it('go in whole, sums equal to their own, in three random orders to the same state', async () => {
    expect(names).toHaveLength(11)
    const states: string[][] = []
    for (const place of [0, 1, 2]) states.push(await importAll(await memoryTarget(), orderOf(names, seed + place)))
    expect(states[0]?.length).toBeGreaterThan(500)
    for (const state of states) expect(state).toEqual(states[0])
  }, 120_000)

  it('go into PostgreSQL to the same state; a second time changes nothing, and no unit is counted twice', async () => {
    const target = await postgresTarget()
    try {
      const state = await importAll(target, orderOf(names, seed + 3))
      expect(state).toEqual(await importAll(await memoryTarget(), names))
      const before = await target.ledger.dump()
      const openings = await target.openingsKept()
      for (const name of orderOf(names, seed + 4)) {
        const report = await importReal(target, name)
        const tonnes = await sumsOf(name)
        expect(report).toMatchObject({ accepted: 0, alreadyThere: report.rows, refused: [], tonnes })
        expect(await importReal(target, name, true)).toEqual(report)
        expect(report.registry).toEqual(await once[registryOf(name)]?.())
      }
      expect(await target.ledger.dump()).toEqual(before)
      expect(await target.openingsKept()).toBe(openings)
      expect((await reconcile(target.ledger)).differences).toEqual([])
    } finally {
      await target.close()
    }
  }, 120_000)
})
