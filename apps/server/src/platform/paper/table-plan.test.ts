import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Table } from './paper.ts'
import { across, upright } from './samples.fixture.ts'
import { plans } from './table-plan.ts'

describe('a table on A4', () => {
  it('stands upright where it can be read so', () => {
    expect(plans(upright)).toMatchObject([{ landscape: false, size: 9 }])
  })

  it('lies across where it has many columns', () => {
    expect(plans(across(9, 20))).toMatchObject([{ landscape: true }])
    expect(plans(across(9, 3))).toMatchObject([{ landscape: false, size: 7.5 }])
  })

  it('keeps rows whole, but not those that would not fit a page', () => {
    expect(plans(upright)).toMatchObject([{ keepsRows: true }])
    const tall = { ...upright, rows: [{ cells: ['x '.repeat(3000)] }] }
    expect(plans(tall)).toMatchObject([{ keepsRows: false }])
  })

  it('gives long texts more room than numbers with long titles', () => {
    const columns = [{ title: 'Other persons who were present' }, { title: 'How people were invited' }]
    const rows = [
      { cells: ['2', 'Letters to households, notices at the school and the market, an announcement on local radio.'] },
    ]
    const [number = 0, text = 0] = plans({ block: 'table', columns, rows })[0]?.weights ?? []
    expect(text).toBeGreaterThan(3 * number)
  })

  it('is cut into parts that repeat the first column where no page is wide enough', () => {
    const found = plans(across(40, 3))
    expect(found.length).toBeGreaterThan(1)
    for (const { columns } of found) expect(columns[0]?.title).toBe('Parameter')
    const others = found.flatMap(({ columns }) => columns.slice(1).map(({ title }) => title))
    expect(others).toEqual(
      across(40, 1)
        .columns.slice(1)
        .map(({ title }) => title),
    )
  })

  it('loses no cell and never falls below 7.5 points', () => {
    const text = fc.string({ maxLength: 60 })
    const columns = fc.array(fc.record({ title: text }), { minLength: 1, maxLength: 30 })
    const tables = columns.chain((some) =>
      fc.record({
        block: fc.constant('table' as const),
        columns: fc.constant(some),
        rows: fc.array(fc.record({ cells: fc.array(text, { maxLength: some.length }) }), { maxLength: 4 }),
      }),
    )
    fc.assert(
      fc.property(tables, (table: Table) => {
        const found = plans(table)
        const shown = found.flatMap((plan, part) => plan.columns.slice(part === 0 ? 0 : 1))
        expect(shown).toEqual(table.columns)
        for (const plan of found) {
          expect(plan.size).toBeGreaterThanOrEqual(7.5)
          expect(plan.weights.every((weight) => weight > 0)).toBe(true)
          expect(plan.weights).toHaveLength(plan.columns.length)
          expect(plan.rows).toHaveLength(table.rows.length)
        }
      }),
    )
  })
})
