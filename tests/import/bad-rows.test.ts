import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../apps/server/src/import/import.ts'
import { loadMapping } from '../../apps/server/src/import/mapping.ts'
import { tableFolder, verraRow } from './files.ts'
import { memoryTarget } from './ledgers.ts'

const written = tableFolder()

describe('a file with rows that nobody can read', () => {
  it('refuses each with its row, its column and why, and takes the rest', async () => {
    const [nul, latin, long, open] = ['Name', 'Methodology', 'Retirement Details', 'Retirement Reason']
    const file = await written([
      verraRow(1, 10),
      verraRow(11, 20, { [nul]: 'Blue\u0000Lagoon' }),
      verraRow(21, 30, { [latin]: 'VM-LATIN' }),
      verraRow(31, 40, { [long]: `${'long, '.repeat(500_000)}\n` }),
      verraRow(41, 50),
      verraRow(51, 60),
      verraRow(61, 70, { [open]: 'OPEN' }),
    ])
    const bytes = (await readFile(file, 'latin1')).replace('VM-LATIN', 'caf\u00e9').replace('OPEN', '"open')
    await writeFile(file, bytes, 'latin1')
    const report = await importFile({
      ...(await memoryTarget()),
      mapping: await loadMapping('verra-transactions'),
      file,
    })
    expect(report).toMatchObject({ rows: 7, accepted: 3, tonnes: { issued: '30' } })
    expect(report.refused).toEqual([
      { row: 2, column: nul, reason: 'value-control: Name has a control character (line 3): "U+0000".' },
      {
        row: 3,
        column: latin,
        reason: 'value-not-utf8: Methodology has bytes that are not UTF-8 (line 4): "caf\ufffd".',
      },
      {
        row: 4,
        column: long,
        reason: `value-too-long: ${long} has more than 65536 bytes (lines 5 to 6); the rows after it were read.`,
      },
      {
        row: 7,
        column: open,
        reason: expect.stringMatching(/^quote-not-closed: .*Retirement Reason begins, .* line 9,/),
      },
    ])
  })
})
