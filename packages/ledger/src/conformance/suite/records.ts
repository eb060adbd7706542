import { expect, test } from 'vitest'
import { randomId } from '../../founding.ts'
import { done, someCommitment } from '../registry.ts'
import type { Ground } from './ground.ts'

/** Records of another registry. */
export function records(ground: Ground): void {
  const { refusal } = ground

  test('units of another registry: the state does not depend on the order of the rows', async () => {
    const { ledger, registry } = ground
    const row = (space: string, range: [number, number], issuedRow: boolean, fate: string) => ({
      registry: 'elsewhere',
      space,
      range: range.map(String),
      project: { id: randomId(), code: '77' },
      vintage: '2020',
      unitType: 'VCU',
      issued: issuedRow,
      issuedOn: issuedRow ? '2021-01-01' : null,
      fate,
      fateOn: fate === 'active' ? null : '2022-01-01',
      facts: someCommitment(),
    })
    await done(ledger, registry.genesis.system, 'MirrorOpened', {
      registry: 'elsewhere',
      active: randomId(),
      retired: randomId(),
      cancelled: randomId(),
    })
    const rowsOf = (space: string) => [
      row(space, [1, 100], true, 'active'),
      row(space, [11, 20], false, 'retired'),
      row(space, [91, 130], false, 'cancelled'),
    ]
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [2, 0, 1],
    ]
    const states: unknown[] = []
    for (const [at, order] of orders.entries()) {
      const space = `elsewhere:S${at}`
      for (const index of order) await done(ledger, registry.genesis.system, 'MirrorRecorded', rowsOf(space)[index])
      const runs = await ledger.runs(space, { first: 0n, last: 1000n }, 100)
      states.push(runs.map(({ first, last, account, attributes }) => [first, last, account, attributes]))
    }
    expect(states[0]).toHaveLength(5)
    for (const state of states) expect(state).toEqual(states[0])
    expect(
      await refusal(
        ledger,
        registry.genesis.system,
        'MirrorRecorded',
        row('elsewhere:S0', [15, 15], false, 'cancelled'),
      ),
    ).toBe('already-retired')
    const other = { ...row('elsewhere:S0', [15, 15], true, 'active'), vintage: '2021' }
    expect(await refusal(ledger, registry.genesis.system, 'MirrorRecorded', other)).toBe('class-differs')
  })
}
