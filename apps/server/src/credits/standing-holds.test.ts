import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let tale: World

beforeAll(async () => {
  tale = await world()
})
afterAll(() => tale.registry.close())

test('units that are kept for a movement say so, wherever they are looked up', async () => {
  const { registry, sunfield, harbour } = tale
  const batch = await tale.issue('2024', '1000')
  const { first } = batch.block
  const ranges = [0n, 20n].map((at) => ({ first: `${BigInt(first) + at}`, last: `${BigInt(first) + at + 9n}` }))
  const proposed = await sunfield.admin.post('/national/movements', {
    ...{ kind: 'transfer', batch: batch.id, from: sunfield.holding, to: harbour.holding, ranges, acceptance: true },
  })
  const { id } = expectStatus(proposed, 201).body
  const held = [{ id, reason: 'pending', on: 'range' }]

  const { runs } = expectStatus(await registry.nobody.get(`/national/batches/${batch.id}`), 200).body
  expect(runs).toMatchObject([{ holds: held }, { holds: [] }, { holds: held }, { holds: [] }, { holds: [] }])
  const [run] = runs as { serial: string }[]
  const found = await registry.nobody.get(`/national/serials/${run?.serial}`)
  expect(expectStatus(found, 200).body).toMatchObject({ parts: [{ state: 'on-hold', holds: held }] })
})
