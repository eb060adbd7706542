import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../support/api.ts'
import { figure, lengths } from '../../support/lengths.ts'
import { cases } from './cases.ts'
import { areOverdueEnded } from './waiting.ts'
import { type CasesWorld, setUpCases } from './world.ts'

let world: CasesWorld
beforeAll(async () => {
  world = await setUpCases()
})
afterAll(() => world?.nationals.close())

test.each(cases)(`$id, ${lengths.rounds} rounds: $what`, async ({ id, round }) => {
  for (let at = 0; at < lengths.rounds; at += 1) await round(world, at)
  figure(id, `${lengths.rounds} rounds, each with its only right answer`)
})

test('what nobody approved in time is ended by the system', async () => {
  const { overdue, winners } = world.careful
  await until('the end of what is overdue', () => areOverdueEnded(world))
  figure('W4', `${overdue.length} were over before they were approved, and ended by the system`)
  figure('winners', [...winners].map((one) => one.join(' ')).join(', '))
})

interface Holding {
  quantity: string
}

test('afterwards every account has what its holdings sum to, and the log is whole', async () => {
  const reader = world.cast.officer
  for (const { holding } of [...Object.values(world.holders), world.careful]) {
    let held = 0n
    let cursor: string | undefined
    do {
      const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page = await reader.get(`/national/accounts/${holding}/holdings?limit=200${after}`)
      held += page.items.reduce((sum: bigint, { quantity }: Holding) => sum + BigInt(quantity), 0n)
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
    const { balances } = await reader.get(`/national/accounts/${holding}`)
    const said = balances.reduce((sum: bigint, { balance }: { balance: string }) => sum + BigInt(balance), 0n)
    expect(held).toBe(said)
  }
  await world.nationals.checkWhole()
})
