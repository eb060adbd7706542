import { randomId } from '@tallystick/ledger'
import { sha256Hex } from '@tallystick/rules'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT_EMAIL, type TestRegistry, testRegistry } from './registry.fixture.ts'
import { takeBack } from './take-back.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await testRegistry()
  for (const email of ['first@example.org', 'second@example.org']) {
    await registry.join(registry.root, registry.root.organisation, 'Admin', email)
  }
  await execute('MirrorOpened', { registry: 'verra', active: randomId(), retired: randomId(), cancelled: randomId() })
})
afterAll(() => registry.close())

async function execute(type: string, request: object): Promise<number> {
  const { ledger, genesis } = registry.services
  const id = sha256Hex(JSON.stringify(request))
  const outcome = await ledger.execute({ type, by: genesis.system, key: { sender: 't', id }, requestHash: id, request })
  if (!('index' in outcome)) throw new Error(JSON.stringify(outcome))
  return outcome.index
}

const record = (first: number, last: number) =>
  execute('MirrorRecorded', {
    registry: 'verra',
    space: 'verra:VCU',
    range: [`${first}`, `${last}`],
    project: { id: randomId(), code: '1234' },
    vintage: '2019',
    unitType: 'VCU',
    issued: true,
    issuedOn: null,
    fate: 'active',
    fateOn: null,
    facts: '0'.repeat(64),
  })

const officers = { by: 'first@example.org', approvers: ['second@example.org'], reason: 'Two digits were exchanged.' }

describe('a wrong record of another registry', () => {
  it('is taken back by two officers, for a reason that is kept outside the log', async () => {
    const index = await record(1, 100)
    const taken = await takeBack(registry.services, { index, ...officers })
    const [stored] = await registry.services.ledger.entries(taken, 1)
    const { type, body } = JSON.parse(Buffer.from(stored?.bytes ?? []).toString())
    expect({ type, record: body.record.index, parts: body.taken.parts }).toEqual({
      type: 'MirrorCorrected',
      record: index,
      parts: [{ range: ['1', '100'], before: 'unknown' }],
    })
    const openings = await registry.services.openings.open([body.reason])
    expect(openings.get(body.reason)?.value).toBe(officers.reason)
    expect(await registry.services.ledger.runs('verra:VCU', { first: 1n, last: 100n }, 10)).toEqual([])
    await expect(takeBack(registry.services, { index, ...officers })).rejects.toThrow(/was taken back already/)
  })

  it.each([
    ['approval', { ...officers, approvers: [] }],
    ['from different', { ...officers, approvers: ['first@example.org'] }],
    ['government/Root may not', { ...officers, by: ROOT_EMAIL }],
    ['nobody@example.org holds a mandate', { ...officers, by: 'nobody@example.org' }],
  ])('is not taken back without what it needs: %s', async (said, given) => {
    const index = await record(1001, 1100)
    await expect(takeBack(registry.services, { index, ...given })).rejects.toThrow(new RegExp(said))
  })

  it('must be a record', async () => {
    await expect(takeBack(registry.services, { index: 0, ...officers })).rejects.toThrow(/is no record/)
  })
})
