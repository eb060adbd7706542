import { expect, test } from 'vitest'
import { randomId } from '../../founding.ts'
import { isReceipt } from '../../port.ts'
import { issue, issued, registerProject } from '../registry.ts'
import type { Ground } from './ground.ts'

/** Issuances. */
export function issuing(ground: Ground): void {
  const { developer, refusal } = ground

  test('an issuance is split by shares, in consecutive serials, each year its own batch', async () => {
    const { ledger, registry } = ground
    const first = await issued(registry, '11', '2023')
    const second = await issued(registry, '10', '2024')
    const batches = await Promise.all([ledger.row('batch', first), ledger.row('batch', second)])
    expect(batches[1]?.first).toBe((batches[0]?.last ?? 0n) + 1n)
    const range = { first: batches[0]?.first ?? 0n, last: batches[0]?.last ?? 0n }
    const runs = await ledger.runs('national:XT/ITMO', range, 10)
    expect(runs.map((run) => [run.account, run.last - run.first + 1n])).toEqual([
      [developer(0).holding, 7n],
      [developer(1).holding, 4n],
    ])
  })

  test('issuance needs the approval of a second officer, of exactly this proposal', async () => {
    const { ledger, registry } = ground
    const request = {
      batch: randomId(),
      authorisation: registry.authorisation,
      vintage: '2024',
      quantity: '5',
      monitoringPeriod: null,
    }
    expect(await refusal(ledger, registry.officer, 'BatchIssued', request)).toBe('approval-missing')
    expect(await issue(registry, '5', { approver: registry.officer })).toMatchObject({
      refused: 'approval-not-distinct',
    })
    expect(await issue(registry, '5', { approver: registry.root })).toMatchObject({ refused: 'not-permitted' })
  })

  test('no more is issued than was authorised', async () => {
    const { registry } = ground
    const small = await registerProject(registry, ['100'], '100')
    expect(isReceipt(await issue(registry, '60', small))).toBe(true)
    expect(await issue(registry, '41', small)).toMatchObject({
      refused: 'authorisation-exceeded',
      detail: { left: '40' },
    })
    expect(isReceipt(await issue(registry, '40', small))).toBe(true)
  })

  test('a vintage is a year that has begun, within the monitoring period', async () => {
    const { registry } = ground
    expect(await issue(registry, '1', { vintage: '2099' })).toMatchObject({ refused: 'vintage-wrong' })
    const monitoringPeriod = { from: '2020-01-01', to: '2021-12-31' }
    expect(await issue(registry, '1', { vintage: '2024', monitoringPeriod })).toMatchObject({
      refused: 'vintage-wrong',
    })
    expect(isReceipt(await issue(registry, '1', { vintage: '2021', monitoringPeriod }))).toBe(true)
  })
}
