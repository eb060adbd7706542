import { expect } from 'vitest'
import type { Answer } from '../../support/api.ts'
import { statuses } from '../../support/two-nationals.ts'
import { waitingCases } from './waiting.ts'
import { atOnce, balanceOf, type Case, type CasesWorld, checkBlock, newBlock, sendAtOnce } from './world.ts'

const TRANSFERS = '/national/transfers'
const RETIREMENTS = '/national/retirements'

const ok = (answers: Answer[]) => answers.filter(({ status }) => status === 201)

/** The retirement account that a retirement went to. */
const reached = (answers: Answer[]) => String(ok(answers)[0]?.body.to.account)

/** Owners of a block of which A has given something away. */
function shared(world: CasesWorld, given: [account: string, quantity: bigint][]): Record<string, bigint> {
  const left = given.reduce((sum, [, quantity]) => sum - quantity, 1_000n)
  const parts: [string, bigint][] = [...given, [world.holders.a.holding, left]]
  return Object.fromEntries(parts.filter(([, quantity]) => quantity > 0n))
}

const t1: Case = {
  id: 'T1',
  what: '20 transfers of 100 from a block of 1,000: ten succeed, and B has all',
  async round(world) {
    const { a, b } = world.holders
    const block = await newBlock(world)
    const before = [await balanceOf(world, a.holding), await balanceOf(world, b.holding)] as const
    const body = { batch: block.id, from: a.holding, to: b.holding, quantity: '100' }
    const answers = await sendAtOnce(world, TRANSFERS, Array(20).fill(body))
    expect(statuses(answers)).toEqual({ 201: 10, 409: 10 })
    await checkBlock(world, block, { owned: { [b.holding]: 1_000n }, answers })
    expect(await balanceOf(world, a.holding)).toBe(before[0] - 1_000n)
    expect(await balanceOf(world, b.holding)).toBe(before[1] + 1_000n)
  },
}

const t2: Case = {
  id: 'T2',
  what: 'the whole block to B, to C and to D: one succeeds',
  async round(world) {
    const { a, b, c, d } = world.holders
    const block = await newBlock(world)
    const bodies = [b, c, d].map(({ holding }) => ({ from: a.holding, to: holding, serial: block.serial }))
    const answers = await sendAtOnce(world, TRANSFERS, bodies)
    expect(statuses(answers)).toEqual({ 201: 1, 409: 2 })
    await checkBlock(world, block, { owned: { [reached(answers)]: 1_000n }, answers })
  },
}

const t3: Case = {
  id: 'T3',
  what: '600 to B, 700 to C and 800 to D of 1,000: one succeeds',
  async round(world) {
    const { a, b, c, d } = world.holders
    const block = await newBlock(world)
    const wishes = [[b, '600'] as const, [c, '700'] as const, [d, '800'] as const]
    const bodies = wishes.map(([to, quantity]) => ({ batch: block.id, from: a.holding, to: to.holding, quantity }))
    const answers = await sendAtOnce(world, TRANSFERS, bodies)
    expect(statuses(answers)).toEqual({ 201: 1, 409: 2 })
    const moved = BigInt(ok(answers)[0]?.body.quantity)
    await checkBlock(world, block, { owned: shared(world, [[reached(answers), moved]]), answers })
  },
}

const t3b: Case = {
  id: 'T3b',
  what: '100 to B and 200 to C of 1,000: both succeed, and there are still 1,000',
  async round(world) {
    const { a, b, c } = world.holders
    const block = await newBlock(world)
    const move = { batch: block.id, from: a.holding }
    const answers = await sendAtOnce(world, TRANSFERS, [
      { ...move, to: b.holding, quantity: '100' },
      { ...move, to: c.holding, quantity: '200' },
    ])
    expect(statuses(answers)).toEqual({ 201: 2 })
    const owned = shared(world, [
      [b.holding, 100n],
      [c.holding, 200n],
    ])
    await checkBlock(world, block, { owned, answers })
  },
}

const t4: Case = {
  id: 'T4',
  what: 'four retirements of 600 of 1,000: one succeeds, and there is one certificate',
  async round(world) {
    const { a } = world.holders
    const block = await newBlock(world)
    const body = { batch: block.id, from: a.holding, quantity: '600', purpose: 'voluntary' }
    const answers = await sendAtOnce(world, RETIREMENTS, Array(4).fill(body))
    expect(statuses(answers)).toEqual({ 201: 1, 409: 3 })
    await checkBlock(world, block, { owned: shared(world, [[reached(answers), 600n]]), answers })
  },
}

const t5: Case = {
  id: 'T5',
  what: 'the whole block to B while A retires it: one wins, the other is refused',
  async round(world, round) {
    const { a, b } = world.holders
    const block = await newBlock(world)
    const units = { from: a.holding, serial: block.serial }
    const commands = [
      () => sendAtOnce(world, TRANSFERS, [{ ...units, to: b.holding }]),
      () => sendAtOnce(world, RETIREMENTS, [{ ...units, purpose: 'voluntary' }]),
    ]
    const order = round % 2 === 0 ? commands : commands.reverse()
    const answers = (await Promise.all(order.map((send) => send()))).flat()
    expect(statuses(answers)).toEqual({ 201: 1, 409: 1 })
    await checkBlock(world, block, { owned: { [reached(answers)]: 1_000n }, answers })
  },
}

const t6: Case = {
  id: 'T6',
  what: 'a second transfer at the other process, once the first has answered: refused',
  async round(world, round) {
    const { a, b, c } = world.holders
    const block = await newBlock(world)
    const at = (turn: number) => world.nationals.inTurns(a.api, round + turn)
    const move = { batch: block.id, from: a.holding, quantity: '1000' }
    const answers = [
      await at(0).command(TRANSFERS, { ...move, to: b.holding }),
      await at(1).command(TRANSFERS, { ...move, to: c.holding }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 409])
    expect(answers[1]?.body.code).toBe('not-enough-credits')
    await checkBlock(world, block, { owned: { [b.holding]: 1_000n }, answers })
  },
}

/** A proposal to issue 1,000. */
const propose = (world: CasesWorld, authorisation: string) =>
  world.cast.officer.done('/national/batches', { authorisation, vintage: '2023', quantity: '1000' })

const t7: Case = {
  id: 'T7',
  what: '16 issuances of 1,000 on 16 projects of one company: its account grows by 16,000, no serial twice',
  async round(world) {
    const { a } = world.holders
    const before = await balanceOf(world, a.holding)
    const proposals = await atOnce(16, 8, (at) => propose(world, world.projects[at]?.authorisation ?? ''))
    const answers = await Promise.all(
      proposals.map(({ id, sha256 }, at) =>
        world.nationals.inTurns(world.cast.second, at).command(`/national/proposals/${id}/approvals`, { sha256 }),
      ),
    )
    expect(statuses(answers)).toEqual({ 201: 16 })
    expect(await balanceOf(world, a.holding)).toBe(before + 16_000n)
    const entries = await atOnce(16, 8, (at) =>
      world.cast.officer.get(`/national/entries/${answers[at]?.body.entry.index}`),
    )
    const firsts = entries.map(({ entry }) => BigInt(entry.body.allotted.first)).sort((x, y) => (x < y ? -1 : 1))
    for (const [at, first] of firsts.entries()) expect(first).toBe((firsts[0] ?? 0n) + 1_000n * BigInt(at))
  },
}

const t8: Case = {
  id: 'T8',
  what: 'one issuance approved eight times: issued once, and every answer says so',
  async round(world, round) {
    const { a } = world.holders
    const before = await balanceOf(world, a.holding)
    const { id, sha256 } = await propose(world, world.authorisation)
    const isSamePerson = round % 2 === 0
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) => {
        const approver = world.approvers[isSamePerson ? 0 : at] ?? world.cast.second
        return world.nationals.inTurns(approver, at).command(`/national/proposals/${id}/approvals`, { sha256 })
      }),
    )
    // Who repeats an own approval is told of the entry again; somebody else's comes too late.
    expect(statuses(answers)).toEqual(isSamePerson ? { 201: 8 } : { 201: 1, 409: 7 })
    const indexes = new Set(ok(answers).map(({ body }) => body.entry.index))
    expect(indexes.size).toBe(1)
    expect(await balanceOf(world, a.holding)).toBe(before + 1_000n)
    for (const { url } of world.nationals.servers) {
      const now = await world.cast.officer.at(url).get(`/national/proposals/${id}`)
      expect(now).toMatchObject({ status: 'accepted', entry: { index: [...indexes][0] } })
    }
  },
}

const t9: Case = {
  id: 'T9',
  what: 'one retirement of 300 sent six times under one key: retired once, one certificate',
  async round(world, round) {
    const { a } = world.holders
    const block = await newBlock(world)
    const body = { batch: block.id, from: a.holding, quantity: '300', purpose: 'voluntary' }
    const answers = await sendAtOnce(world, RETIREMENTS, Array(6).fill(body), `t9-${round}-${block.id}`)
    expect(statuses(answers)).toEqual({ 201: 6 })
    expect(new Set(answers.map(({ body: answer }) => answer.certificate)).size).toBe(1)
    await checkBlock(world, block, { owned: shared(world, [[reached(answers), 300n]]), answers })
  },
}

const t10: Case = {
  id: 'T10',
  what: 'retirements of 300 and of 400 of one block: both, and there are still 1,000',
  async round(world) {
    const { a } = world.holders
    const block = await newBlock(world)
    const body = { batch: block.id, from: a.holding, purpose: 'voluntary' }
    const answers = await sendAtOnce(world, RETIREMENTS, [
      { ...body, quantity: '300' },
      { ...body, quantity: '400' },
    ])
    expect(statuses(answers)).toEqual({ 201: 2 })
    await checkBlock(world, block, { owned: shared(world, [[reached(answers), 700n]]), answers })
  },
}

const p7: Case = {
  id: 'P7',
  what: '48 transfers on 48 projects between the same two: B has the sum',
  async round(world, round) {
    const { a, b } = world.holders
    const before = [await balanceOf(world, a.holding), await balanceOf(world, b.holding)] as const
    const concurrent = [1, 8, 32][round % 3] ?? 1
    const answers = await atOnce(world.projects.length, concurrent, (at) =>
      world.nationals.inTurns(a.api, at).command(TRANSFERS, {
        batch: world.projects[at]?.batch,
        from: a.holding,
        to: b.holding,
        quantity: `${100 + at}`,
      }),
    )
    expect(statuses(answers)).toEqual({ 201: world.projects.length })
    const moved = world.projects.reduce((sum, _, at) => sum + 100n + BigInt(at), 0n)
    expect(await balanceOf(world, a.holding)).toBe(before[0] - moved)
    expect(await balanceOf(world, b.holding)).toBe(before[1] + moved)
  },
}

const r1: Case = {
  id: 'R1',
  what: 'one transfer sent one to five times to both processes, answers lost: one entry, and another body 422',
  async round(world, round) {
    const { a, b } = world.holders
    const block = await newBlock(world)
    const key = `r1-${round}-${block.id}`
    const body = { batch: block.id, from: a.holding, to: b.holding, quantity: '250' }
    const lost = sendAtOnce(world, TRANSFERS, Array(round % 5).fill(body), key)
    const [answer] = await sendAtOnce(world, TRANSFERS, [body], key)
    const answers = [...(await lost), ...(answer ? [answer] : [])]
    expect(statuses(answers)).toEqual({ 201: 1 + (round % 5) })
    await checkBlock(world, block, { owned: shared(world, [[b.holding, 250n]]), answers })
    const others = await sendAtOnce(world, TRANSFERS, Array(2).fill({ ...body, quantity: '251' }), key)
    expect(others.map(({ status, body: problem }) => [status, problem.code])).toEqual(
      Array(2).fill([422, 'key-reused']),
    )
  },
}

export const cases: readonly Case[] = [t1, t2, t3, t3b, t4, t5, t6, t7, t8, t9, t10, p7, r1, ...waitingCases]
