import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../apps/server/src/import/import.ts'
import { loadMapping } from '../../apps/server/src/import/mapping.ts'
import { issuanceRow, type Row, retirementRow, tableFolder } from './files.ts'
import { knowledge, memoryTarget, postgresTarget, type Target } from './ledgers.ts'

const written = tableFolder()

const mappings = {
  'gold-standard-issuances': await loadMapping('gold-standard-issuances'),
  'gold-standard-retirements': await loadMapping('gold-standard-retirements'),
}
type Kind = keyof typeof mappings
type File = { kind: Kind; rows: Row[] }

async function importInto(target: Target, { kind, rows }: File) {
  const file = await written(rows)
  const { file: _, ...report } = await importFile({ ...target, mapping: mappings[kind], file })
  return report
}

/**
 * What may be known of the first 60 serial numbers: issuances that overlap as they like, and ends that do not. Each row
 * ends or is issued in one of two spaces.
 */
const records = fc
  .record({
    issued: fc.array(fc.tuple(fc.nat(59), fc.nat(20), fc.boolean()), { maxLength: 5 }),
    ends: fc.array(fc.record({ gap: fc.nat(6), length: fc.nat(10), cancelled: fc.boolean() }), { maxLength: 5 }),
  })
  .map(({ issued, ends }): File[] => {
    const other = (first: number, last: number) => ({
      'Serial Number': `GS1-1-XT-GS8101-16-2023-40009-${first}-${last}`,
    })
    const issuances = issued.map(([start, length, elsewhere]) => {
      const [first, last] = [start + 1, start + 1 + length]
      return issuanceRow(first, last, elsewhere ? other(first, last) : {})
    })
    let next = 1
    const retirements = ends.map(({ gap, length, cancelled }) => {
      const first = next + gap
      next = first + length + 1
      return retirementRow(first, next - 1, { 'Credit Status': cancelled ? 'Canceled' : 'Retired' })
    })
    return [
      ...issuances.map((row): File => ({ kind: 'gold-standard-issuances', rows: [row] })),
      ...retirements.map((row): File => ({ kind: 'gold-standard-retirements', rows: [row] })),
    ]
  })
  .filter((files) => files.length > 0)

/** The same rows in another order, cut into other files. */
function shuffled(files: File[]) {
  const order = fc.shuffledSubarray(files, { minLength: files.length })
  const cuts = fc.array(fc.boolean(), { minLength: files.length, maxLength: files.length })
  return fc.tuple(order, cuts).map(([order, cuts]) => {
    const chunks: File[] = []
    for (const [at, { kind, rows }] of order.entries()) {
      const last = chunks.at(-1)
      if (last && last.kind === kind && !cuts[at]) last.rows.push(...rows)
      else chunks.push({ kind, rows: [...rows] })
    }
    return chunks
  })
}

const cases = records.chain((files) => fc.tuple(shuffled(files), shuffled(files)))

async function sameKnowledge(one: [Target, File[]], other: [Target, File[]]): Promise<void> {
  for (const [target, files] of [one, other]) {
    for (const file of files) expect((await importInto(target, file)).refused).toEqual([])
  }
  const expected = await knowledge(one[0].ledger)
  expect(await knowledge(other[0].ledger)).toEqual(expected)
  for (const file of other[1]) expect((await importInto(other[0], file)).accepted).toBe(0)
  expect(await knowledge(other[0].ledger)).toEqual(expected)
}

describe('rows in any order, cut into any files', () => {
  it('make the same knowledge, and none the second time', async () => {
    const property = fc.asyncProperty(cases, async ([one, other]) =>
      sameKnowledge([await memoryTarget(), one], [await memoryTarget(), other]),
    )
    await fc.assert(property, { numRuns: 60 })
  })

  it('make the same knowledge in PostgreSQL as in memory', async () => {
    const property = fc.asyncProperty(cases, async ([one, other]) => {
      const target = await postgresTarget()
      try {
        await sameKnowledge([await memoryTarget(), one], [target, other])
      } finally {
        await target.close()
      }
    })
    await fc.assert(property, { numRuns: 10 })
  })
})

describe('rows that contradict one another', () => {
  const rowArbitrary = fc
    .tuple(fc.nat(30), fc.nat(10), fc.boolean())
    .map(([start, length, cancelled]) =>
      retirementRow(start + 1, start + 1 + length, { 'Credit Status': cancelled ? 'Canceled' : 'Retired' }),
    )

  it('are judged in the order of the file: always the same way, as a dry run foretells', async () => {
    const rows = fc.array(rowArbitrary, { minLength: 1, maxLength: 12 })
    const property = fc.asyncProperty(rows, async (rows) => {
      const [one, other] = [await memoryTarget(), await memoryTarget()]
      const mapping = mappings['gold-standard-retirements']
      const file = await written(rows)
      const dry = await importFile({ ...one, mapping, file, dryRun: true })
      expect(await importFile({ ...one, mapping, file, dryRun: true, mostKept: 1 })).toEqual(dry)
      const report = await importFile({ ...one, mapping, file })
      expect(report).toEqual(dry)
      expect(await importFile({ ...other, mapping, file })).toEqual(report)
      expect(report.accepted + report.alreadyThere + report.refused.length).toBe(rows.length)
      expect(report.registry.issued).toBe(
        String(
          countOnce(
            rows,
            report.refused.map(({ row }) => row),
          ),
        ),
      )
    })
    await fc.assert(property, { numRuns: 60 })
  })
})

function countOnce(rows: readonly Row[], refused: readonly number[]): number {
  const numbers = new Set<number>()
  for (const [at, row] of rows.entries()) {
    if (refused.includes(at + 1)) continue
    const [last = 0, first = 0] = (row['Serial Number'] ?? '').split('-').toReversed().map(Number)
    for (let number = first; number <= last; number += 1) numbers.add(number)
  }
  return numbers.size
}
