import { reconcile } from '@tallystick/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importFile } from '../../apps/server/src/import/import.ts'
import { loadMapping } from '../../apps/server/src/import/mapping.ts'
import { retirementRow, tableFolder, verraRow } from './files.ts'
import { knownSerials, postgresTargets, type Target } from './ledgers.ts'

const written = tableFolder()

let targets: Target[] = []
beforeAll(async () => {
  targets = await postgresTargets(3)
})
afterAll(() => targets[0]?.close())

describe('imports at the same time, each through a process of its own', () => {
  it('of one file open the registry once and write each row once', async () => {
    const rows = Array.from({ length: 450 }, (_, at) => verraRow(at * 10 + 1, at * 10 + 10))
    const file = await written(rows)
    const mapping = await loadMapping('verra-transactions')
    const reports = await Promise.all(targets.map((target) => importFile({ ...target, mapping, file })))
    for (const { accepted, alreadyThere, refused } of reports) {
      expect(refused).toEqual([])
      expect(accepted + alreadyThere).toBe(450)
    }
    expect(reports.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(450)
    const ledger = targets[0]?.ledger
    expect(await ledger?.head()).toMatchObject({ size: 1 + 1 + 450 })
    expect(ledger && (await knownSerials(ledger))).toEqual([
      'verra:VCU 1-4500 mirror:verra/9101/2021/VCU mirror-active issued',
    ])
  })

  it('of rows that contradict one another let one win for each serial number', async () => {
    const mapping = await loadMapping('gold-standard-retirements')
    const reports = await Promise.all(
      targets.map(async (target, process) => {
        const rows = Array.from({ length: 120 }, (_, at) =>
          retirementRow(at * 10 + 1, at * 10 + 10, { 'Retirement Date': `2024-0${process + 6}-01` }),
        )
        return importFile({ ...target, mapping, file: await written(rows, `${process}.csv`) })
      }),
    )
    expect(reports.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(120)
    expect(reports.reduce((sum, { refused }) => sum + refused.length, 0)).toBe(240)
    const [target] = targets
    expect(target && (await reconcile(target.ledger)).differences).toEqual([])
  })
})
