import { expect, it } from 'vitest'
import { RefusedRows } from './refused-rows.ts'
import { reportText } from './report.ts'

const none = { issued: '0', active: '0', retired: '0', cancelled: '0' }
const sums = { dryRun: true, file: 'a.csv', rows: 0, accepted: 0, alreadyThere: 0, tonnes: none, registry: none }

async function reportOf(refused: RefusedRows, isPretty: boolean) {
  const pieces: string[] = []
  for await (const piece of reportText(sums, refused.lines(), isPretty)) pieces.push(piece)
  return pieces.join('')
}

it.each([0, 1, 20, 5_000])(
  '%i refused rows are told in their order, also those that are not in memory',
  async (most) => {
    const rows = Array.from({ length: most }, (_, at) => {
      return { row: at + 1, column: 'Größe "x"', reason: `date-wrong: \n ü ${'é'.repeat(at % 40)}` }
    })
    const refused = new RefusedRows(20)
    for (const row of rows) await refused.add(row)
    expect(refused.count).toBe(most)
    expect(refused.first).toEqual(rows.slice(0, 20))
    const line = await reportOf(refused, false)
    expect(line).not.toContain('\n')
    expect(JSON.parse(line)).toEqual({ ...sums, refused: rows })
    expect(JSON.parse(await reportOf(refused, true))).toEqual({ ...sums, refused: rows })
    await refused.close()
  },
)
