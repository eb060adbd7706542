import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../apps/server/src/import/import.ts'
import { loadMapping } from '../../apps/server/src/import/mapping.ts'
import { type Row, tableFolder } from './files.ts'
import { knowledge, memoryTarget, type Target } from './ledgers.ts'

const written = tableFolder()

const registries = {
  'climate-action-reserve-issuances': {
    units: 'Total Offset Credits Issued',
    telling: ['Reduction/Removal', 'Cooperative/ Aggregate ID', 'Verification Body', 'CCP Approved'],
    changing: ['Canceled for Compliance', 'Offset Credits Currently in Reserve Buffer Pool', 'Project Owner'],
  },
  'art-trees-issuances': {
    units: 'Credits Verified',
    telling: ['Program Jurisdiction(s)', 'Standard Version', 'CORSIA Eligible'],
    changing: ['Verification Body', 'CCP Approved', 'Program Website'],
  },
}
type Name = keyof typeof registries
const names = Object.keys(registries) as Name[]

async function sampleOf(name: Name): Promise<Row> {
  const file = new URL(`../../apps/server/src/import/samples/${name}.csv`, import.meta.url)
  const [row] = parse<Row>(await readFile(file), { columns: true, bom: true })
  if (!row) throw new Error(`${name} has a sample`)
  return { ...row, [registries[name].units]: '1000' }
}

async function importInto(target: Target, name: Name, rows: readonly Row[], dryRun = false) {
  return importFile({ ...target, mapping: await loadMapping(name), file: await written(rows), dryRun })
}

describe.each(names)('issuances without serial numbers that are equal in day and quantity: %s', (name) => {
  const { telling, changing } = registries[name]

  it.each(telling)('two rows that differ in %s alone are two issuances', async (column) => {
    const row = await sampleOf(name)
    const rows = [row, { ...row, [column]: 'Other' }]
    const target = await memoryTarget()
    const dry = await importInto(target, name, rows, true)
    const report = await importInto(target, name, rows)
    expect(report).toMatchObject({ accepted: 2, alreadyThere: 0, refused: [], registry: { issued: '2000' } })
    expect(dry).toEqual(report)
    expect(await importInto(target, name, rows)).toMatchObject({ accepted: 0, alreadyThere: 2 })
  })

  it('a row that stands in a file a second time is the same issuance', async () => {
    const row = await sampleOf(name)
    const report = await importInto(await memoryTarget(), name, [row, row])
    expect(report).toMatchObject({ accepted: 1, alreadyThere: 1, registry: { issued: '1000' } })
  })

  it('as many as there are, in any order of rows, however often and however late the registry is exported', async () => {
    const row = await sampleOf(name)
    const issuances = fc.uniqueArray(
      fc.record(Object.fromEntries(telling.map((column) => [column, fc.constantFrom('', 'A', 'B')]))),
      { minLength: 1, maxLength: 6, selector: (one) => JSON.stringify(one) },
    )
    /** What a later file tells of an issuance that has nothing to do with it. */
    const since = fc.record(Object.fromEntries(changing.map((column) => [column, fc.constantFrom('', '1', '2')])))
    const exported = (all: readonly Row[], least: number) =>
      fc
        .shuffledSubarray([...all], { minLength: least })
        .chain((some) => fc.tuple(...some.map((one) => since.map((change): Row => ({ ...row, ...one, ...change })))))
    const files = issuances.chain((all) => fc.tuple(exported(all, 1), exported(all, all.length)))
    const property = fc.asyncProperty(files, async ([early, whole]) => {
      const target = await memoryTarget()
      expect(await importInto(target, name, early)).toMatchObject({ accepted: early.length, alreadyThere: 0 })
      const issued = `${1000 * whole.length}`
      const late = { accepted: whole.length - early.length, alreadyThere: early.length, registry: { issued } }
      expect(await importInto(target, name, whole)).toMatchObject(late)
      const known = await knowledge(target.ledger)
      expect(await importInto(target, name, whole)).toMatchObject({ accepted: 0, alreadyThere: whole.length })
      expect(await importInto(target, name, early)).toMatchObject({ accepted: 0, alreadyThere: early.length })
      expect(await knowledge(target.ledger)).toEqual(known)
    })
    await fc.assert(property, { numRuns: 60 })
  })
})
