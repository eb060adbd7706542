import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../apps/server/src/import/import.ts'
import { loadMapping, type Mapping } from '../../apps/server/src/import/mapping.ts'
import { issuanceRow, type Row, retirementRow, tableFolder } from './files.ts'
import { knowledge, memoryTarget, postgresTarget, type Target } from './ledgers.ts'

const written = tableFolder()
const retirements = await loadMapping('gold-standard-retirements')

type Kind = 'issuance' | 'retirement' | 'transaction'

/** The same columns, once as a file of ends alone, once as one that tells issuances, too. */
const mappings: Record<Kind, Mapping> = {
  issuance: await loadMapping('gold-standard-issuances'),
  retirement: retirements,
  transaction: { ...retirements, name: 'gold-standard-transactions', kind: 'transaction' } as Mapping,
}

async function importInto(target: Target, kind: Kind, rows: readonly Row[]) {
  const mapping = mappings[kind]
  const file = await written(rows)
  const dry = await importFile({ ...target, mapping, file, dryRun: true })
  const report = await importFile({ ...target, mapping, file })
  expect(dry).toEqual(report)
  return report
}

const both: Kind[] = ['retirement', 'transaction']
const reasons = (refused: readonly { reason: string }[]) => refused.map(({ reason }) => reason.split(':')[0])

/** Ends that do not overlap, each cut in two somewhere, or not. */
const ends = fc
  .array(
    fc.record({
      gap: fc.nat(3),
      length: fc.integer({ min: 1, max: 9 }),
      cut: fc.nat(9),
      cancelled: fc.boolean(),
      day: fc.constantFrom('', '2024-06-01', '2024-06-02'),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((some) => {
    let next = 1
    return some.map(({ gap, length, cut, cancelled, day }) => {
      const first = next + gap
      next = first + length
      const change = { 'Credit Status': cancelled ? 'Canceled' : 'Retired', 'Retirement Date': day }
      const row = (from: number, to: number) => retirementRow(from, to, change)
      const isCut = cut > 0 && cut < length
      return {
        whole: row(first, next - 1),
        parts: isCut ? [row(first, first + cut - 1), row(first + cut, next - 1)] : [],
      }
    })
  })

describe('an end that two files of a registry tell, one of them with the issuance', () => {
  it('is known in the same way in either order, nothing is refused, and a second time changes nothing', async () => {
    const property = fc.asyncProperty(ends, async (some) => {
      const rows = some.map(({ whole }) => whole)
      const states: string[][] = []
      for (const order of [both, both.toReversed()]) {
        const target = await memoryTarget()
        for (const kind of order) expect((await importInto(target, kind, rows)).refused).toEqual([])
        const known = await knowledge(target.ledger)
        for (const kind of both) {
          expect(await importInto(target, kind, rows)).toMatchObject({ accepted: 0, alreadyThere: rows.length })
        }
        expect(await knowledge(target.ledger)).toEqual(known)
        states.push(known)
      }
      expect(states[0]).toEqual(states[1])
      expect(states[0]?.filter((line) => line.endsWith(' evidenced'))).toEqual([])
    })
    await fc.assert(property, { numRuns: 25 })
  })

  it('is the same end, though the second file tells it in parts', async () => {
    const property = fc.asyncProperty(ends, fc.boolean(), async (some, isReversed) => {
      const target = await memoryTarget()
      const [first = 'retirement', second = 'transaction'] = isReversed ? both.toReversed() : both
      await importInto(
        target,
        first,
        some.map(({ whole }) => whole),
      )
      const cut = some.flatMap(({ whole, parts }) => (parts.length > 0 ? parts : [whole]))
      expect((await importInto(target, second, cut)).refused).toEqual([])
      expect((await knowledge(target.ledger)).filter((line) => line.endsWith(' evidenced'))).toEqual([])
    })
    await fc.assert(property, { numRuns: 25 })
  })

  it('is known in the same way whatever else tells of the issuance, row by row in any order', async () => {
    const told = fc.uniqueArray(fc.constantFrom<Kind>('issuance', 'retirement', 'transaction'), { minLength: 1 })
    const cases = fc
      .array(fc.tuple(told, fc.boolean(), fc.constantFrom('', '2024-06-01')), { minLength: 1, maxLength: 4 })
      .map((ends) =>
        ends.flatMap(([kinds, cancelled, day], at) => {
          const [first, last] = [10 * at + 1, 10 * at + 10]
          const change = { 'Credit Status': cancelled ? 'Canceled' : 'Retired', 'Retirement Date': day }
          return kinds.map((kind) => {
            const row = kind === 'issuance' ? issuanceRow(first - 3, last) : retirementRow(first, last, change)
            return { kind, row: at === 0 && kind === 'issuance' ? issuanceRow(first, last) : row }
          })
        }),
      )
      .chain((rows) => {
        const order = fc.shuffledSubarray(rows, { minLength: rows.length })
        return fc.tuple(order, order)
      })
    const property = fc.asyncProperty(cases, async (orders) => {
      const states: string[][] = []
      for (const order of orders) {
        const target = await memoryTarget()
        for (const { kind, row } of order) expect((await importInto(target, kind, [row])).refused).toEqual([])
        states.push(await knowledge(target.ledger))
        for (const { kind, row } of order) expect((await importInto(target, kind, [row])).accepted).toBe(0)
        expect(await knowledge(target.ledger)).toEqual(states.at(-1))
      }
      expect(states[0]).toEqual(states[1])
    })
    await fc.assert(property, { numRuns: 15 })
  })

  it.each(both)('is another end on another day, of another kind or of further units: first %s', async (first) => {
    const second = first === 'retirement' ? 'transaction' : 'retirement'
    const target = await memoryTarget()
    await importInto(target, first, [retirementRow(1, 10)])
    const before = await knowledge(target.ledger)
    const others = [
      retirementRow(1, 10, { 'Retirement Date': '2024-06-02' }),
      retirementRow(1, 10, { 'Retirement Date': '' }),
      retirementRow(1, 10, { 'Credit Status': 'Canceled' }),
      retirementRow(10, 11),
    ]
    const report = await importInto(target, second, others)
    expect(reasons(report.refused)).toEqual(others.map(() => 'already-retired'))
    const elsewhere = await importInto(target, second, [
      retirementRow(1, 10, { 'Serial Number': 'GS1-1-XT-GS8101-16-2022-40001-1-10', Vintage: '2022' }),
    ])
    expect(elsewhere.accepted).toBe(1)
    expect(
      (await knowledge(target.ledger)).filter((line) => !line.includes('/2022') && !line.includes('-2022-')),
    ).toEqual(before)
  })

  it.each(both)('is refused when two rows of one kind tell it: %s', async (kind) => {
    const target = await memoryTarget()
    const rows = [retirementRow(1, 10), retirementRow(1, 10, { 'Using Entity': 'Another' })]
    expect(reasons((await importInto(target, kind, rows)).refused)).toEqual(['already-retired'])
  })

  it.each([both, both.toReversed()])(
    'comes to the same in PostgreSQL: %s, %s',
    async (...order) => {
      const rows = Array.from({ length: 700 }, (_, at) => retirementRow(10 * at + 1, 10 * at + 10))
      const target = await postgresTarget()
      try {
        for (const kind of order) expect((await importInto(target, kind, rows)).refused).toEqual([])
        const own = await memoryTarget()
        await importInto(own, 'transaction', rows)
        expect(await knowledge(target.ledger)).toEqual(await knowledge(own.ledger))
      } finally {
        await target.close()
      }
    },
    60_000,
  )
})
