import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Answer, Api } from '../../support/api.ts'
import { statuses } from '../../support/two-nationals.ts'
import { type Block, type Case, type CasesWorld, checkBlock, newBlock } from './world.ts'

const MOVEMENTS = '/national/movements'

/** What somebody sends to one process or the other. */
interface Sent {
  by: Api
  path: string
  body?: object
  key?: string
}

/** Sends commands at the same moment, in turns to the two processes. */
function meet({ nationals }: CasesWorld, sent: readonly Sent[]): Promise<Answer[]> {
  return Promise.all(sent.map(({ by, path, body, key }, at) => nationals.inTurns(by, at).command(path, body, key)))
}

/** A block of 1,000 of E. */
const block = (world: CasesWorld) => newBlock(world, world.careful.authorisation)

function retirement({ careful }: CasesWorld, { id }: Block, quantity: string) {
  return { kind: 'retirement', batch: id, from: careful.holding, quantity, purpose: 'voluntary' }
}

function transfer({ careful, holders }: CasesWorld, { id }: Block, quantity: string) {
  const acceptance = true
  return { kind: 'transfer', batch: id, from: careful.holding, to: holders.b.holding, quantity, acceptance }
}

async function proposed({ careful }: CasesWorld, body: object): Promise<string> {
  return (await careful.api.done(MOVEMENTS, body)).id
}

const approval = (movement: string) => `${MOVEMENTS}/${movement}/approvals`

/** The next step of a movement by so many mandates; with `repeats`, by half of them twice, each under one key. */
function steps(by: readonly Api[], movement: string, repeats: boolean): Sent[] {
  return by.map((_, at) => {
    const who = repeats ? at >> 1 : at
    return { by: by[who] ?? missing(), path: approval(movement), ...(repeats ? { key: `${movement}-${who}` } : {}) }
  })
}

function missing(): never {
  throw new Error('nobody is there')
}

const done = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 201)

/** Units of a block that are on hold, at both processes. */
async function onHold({ nationals, cast }: CasesWorld, { id }: Block): Promise<string[]> {
  const read = ({ url }: { url: string }) => cast.officer.at(url).get(`/national/batches/${id}`)
  return (await Promise.all(nationals.servers.map(read))).map(({ sums }) => sums.onHold)
}

/** The account of retired units of E. */
async function retired(world: CasesWorld): Promise<string> {
  const { items } = await world.cast.officer.get(`/national/retirements?limit=1&account=${world.careful.holding}`)
  return items[0].to.account
}

/** Nothing waits any more, and each has what it should. */
async function checkOver(
  world: CasesWorld,
  of: Block,
  { owned, answers, movement }: { owned: Record<string, bigint>; answers: Answer[]; movement?: string },
): Promise<void> {
  await checkBlock(world, of, { owned, answers })
  expect(await onHold(world, of)).toEqual(['0', '0'])
  if (movement === undefined) return
  const ask = ({ url }: { url: string }) => world.cast.officer.at(url).send('GET', `${MOVEMENTS}/${movement}`)
  for (const { status, body } of await Promise.all(world.nationals.servers.map(ask))) {
    expect(status).toBe(200)
    expect(['done', 'declined', 'withdrawn', 'expired']).toContain(body.state)
  }
}

/** So many have taken the step; who came too late hears that the movement does not wait any more. */
function checkLate(answers: readonly Answer[], took: number, ...codes: string[]): void {
  const late = answers.filter(({ status }) => status !== 201)
  expect(answers.length - late.length).toBe(took)
  for (const { body } of late) expect(['movement-unknown', ...codes]).toContain(body.code)
}

/** Counts who has won a race, to see that each side does. */
function count({ careful: { winners } }: CasesWorld, who: string): void {
  winners.set(who, (winners.get(who) ?? 0) + 1)
}

const t4: Case = {
  id: 'T4w',
  what: 'four retirements of 600 of 1,000 are proposed: one waits and holds its units, then takes place',
  async round(world) {
    const { careful } = world
    const of = await block(world)
    const proposals = await meet(
      world,
      Array.from({ length: 4 }, () => ({ by: careful.api, path: MOVEMENTS, body: retirement(world, of, '600') })),
    )
    expect(statuses(proposals)).toEqual({ 201: 1, 409: 3 })
    expect(await onHold(world, of)).toEqual(['600', '600'])
    const [{ body: waits } = missing()] = done(proposals)
    const answers = await meet(world, [{ by: careful.colleagues[0] ?? missing(), path: approval(waits.id) }])
    expect(answers).toMatchObject([{ status: 201, body: { step: 'done' } }])
    const owned = { [waits.to.account]: 600n, [careful.holding]: 400n }
    await checkOver(world, of, { owned, answers, movement: waits.id })
  },
}

/** All of it to B: as one transfer that waits, or as four that do not need to. */
function soldWhole(world: CasesWorld, { id }: Block, whole: boolean): Sent[] {
  const { careful, holders } = world
  const body = { batch: id, from: careful.holding, to: holders.b.holding }
  const quarters = Array<object>(4).fill({ ...body, quantity: '250' })
  const bodies = whole ? [{ ...body, quantity: '1000', wait: true }] : quarters
  return bodies.map((sold) => ({ by: careful.api, path: '/national/transfers', body: sold }))
}

const t5: Case = {
  id: 'T5w',
  what: 'the whole block to B while its retirement is proposed, then approved: one wins, nothing sold is retired',
  async round(world, round) {
    const { careful, holders } = world
    const of = await block(world)
    const whole = round % 2 === 0
    const sent = [
      { by: careful.api, path: MOVEMENTS, body: retirement(world, of, '1000') },
      ...soldWhole(world, of, whole),
    ]
    const first = await meet(world, round % 4 < 2 ? sent : sent.toReversed())
    const proposals = first.filter(({ status, body }) => status < 300 && body.expiresAt !== undefined)
    const sold = done(first).filter((answer) => !proposals.includes(answer))
    expect(first.filter(({ status }) => status >= 300).every(({ status }) => status === 409)).toBe(true)
    expect([proposals.length, sold.length]).toEqual(proposals.length === 1 ? [1, 0] : [0, 4])
    const approvals = proposals.map(({ body }) => ({
      by: careful.colleagues[round % careful.colleagues.length] ?? missing(),
      path: approval(body.id),
    }))
    const answers = [...sold, ...(await meet(world, approvals))]
    expect(statuses(answers)).toEqual({ 201: proposals.length === 1 ? 1 : 4 })
    count(world, proposals.length === 0 ? 'T5w sold in quarters' : `T5w ${proposals[0]?.body.kind}`)
    const owned = { [proposals[0]?.body.to.account ?? holders.b.holding]: 1_000n }
    await checkOver(world, of, { owned, answers, movement: proposals[0]?.body.id })
  },
}

const t9: Case = {
  id: 'T9w',
  what: 'one retirement of 300 that waits, approved six times, by six or by three twice: carried out once',
  async round(world, round) {
    const { careful } = world
    const of = await block(world)
    const movement = await proposed(world, retirement(world, of, '300'))
    const repeats = round % 2 === 0
    const answers = await meet(world, steps(careful.colleagues, movement, repeats))
    checkLate(answers, repeats ? 2 : 1)
    const owned = { [await retired(world)]: 300n, [careful.holding]: 700n }
    await checkOver(world, of, { owned, answers: done(answers), movement })
  },
}

const t10: Case = {
  id: 'T10w',
  what: 'retirements of 300 and of 400 of one block that wait are approved at once: both, and there are still 1,000',
  async round(world) {
    const { careful } = world
    const of = await block(world)
    const waiting = [
      await proposed(world, retirement(world, of, '300')),
      await proposed(world, retirement(world, of, '400')),
    ]
    expect(await onHold(world, of)).toEqual(['700', '700'])
    const answers = await meet(
      world,
      waiting.map((movement, at) => ({ by: careful.colleagues[at] ?? missing(), path: approval(movement) })),
    )
    expect(statuses(answers)).toEqual({ 201: 2 })
    const owned = { [await retired(world)]: 700n, [careful.holding]: 300n }
    await checkOver(world, of, { owned, answers })
  },
}

const w1: Case = {
  id: 'W1',
  what: 'one transfer that waits for its receiver, accepted six times, by six or by three twice: 100 move once',
  async round(world, round) {
    const { careful, holders } = world
    const of = await block(world)
    const movement = await proposed(world, transfer(world, of, '100'))
    const repeats = round % 2 === 0
    const answers = await meet(world, steps(careful.receivers.slice(0, 6), movement, repeats))
    checkLate(answers, repeats ? 2 : 1)
    const owned = { [holders.b.holding]: 100n, [careful.holding]: 900n }
    await checkOver(world, of, { owned, answers: done(answers), movement })
  },
}

/** A transfer of 100 is accepted at the moment at which it is ended otherwise. */
function accepted(id: string, what: string, otherwise: (world: CasesWorld, movement: string) => Sent): Case {
  return {
    id,
    what,
    async round(world, round) {
      const { careful, holders } = world
      const of = await block(world)
      const movement = await proposed(world, transfer(world, of, '100'))
      const sent = [{ by: holders.b.api, path: approval(movement) }, otherwise(world, movement)]
      const answers = await meet(world, round % 2 === 0 ? sent : sent.toReversed())
      checkLate(answers, 1)
      const moved = done(answers).filter(({ body }) => body.step === 'done')
      count(world, `${id} ${done(answers)[0]?.body.step}`)
      const owned: Record<string, bigint> =
        moved.length === 1 ? { [holders.b.holding]: 100n, [careful.holding]: 900n } : { [careful.holding]: 1_000n }
      await checkOver(world, of, { owned, answers: moved, movement })
    },
  }
}

const w2 = accepted('W2', 'a transfer accepted and declined at once: one of the two', ({ careful }, movement) => ({
  by: careful.receivers[1] ?? missing(),
  path: `${MOVEMENTS}/${movement}/decline`,
}))

const w3 = accepted('W3', 'a transfer accepted and withdrawn at once: one of the two', ({ careful }, movement) => ({
  by: careful.colleagues[0] ?? missing(),
  path: `${MOVEMENTS}/${movement}/withdrawal`,
}))

/** A retirement of 300 that waits for a moment only: long enough to be proposed. */
async function shortly(world: CasesWorld, of: Block): Promise<{ movement: string; end: number }> {
  for (let wait = 300; ; wait *= 2) {
    const end = Date.now() + wait
    const body = { ...retirement(world, of, '300'), expiresAt: new Date(end).toISOString() }
    const answer = await world.careful.api.command(MOVEMENTS, body)
    if (answer.status === 201) return { movement: answer.body.id, end }
    expect(answer.body.code).toBe('expiry-wrong')
  }
}

const w4: Case = {
  id: 'W4',
  what: 'a retirement of 300 approved by six around the moment when its time is over: once before, or never',
  async round(world, round) {
    const { careful, nationals } = world
    const of = await block(world)
    const { movement, end } = await shortly(world, of)
    // The first of them comes between 24 ms before the moment and 6 ms after it.
    const begin = end + ((round * 3) % 4) * 10 - 24
    const answers = await Promise.all(
      careful.colleagues.map(async (by, at) => {
        await delay(Math.max(0, begin + at * 6 - Date.now()))
        return nationals.inTurns(by, at).command(approval(movement), undefined)
      }),
    )
    const won = done(answers)
    checkLate(answers, Math.min(won.length, 1), 'expired')
    count(world, won.length > 0 ? 'W4 approved' : 'W4 over')
    if (won.length > 0) {
      const owned = { [await retired(world)]: 300n, [careful.holding]: 700n }
      await checkOver(world, of, { owned, answers: won, movement })
      const { entry } = await world.cast.officer.get(`/national/entries/${won[0]?.body.entry.index}`)
      expect(Date.parse(entry.at)).toBeLessThan(end)
    } else {
      await checkBlock(world, of, { owned: { [careful.holding]: 1_000n }, answers: [] })
      careful.overdue.push({ movement, block: of })
    }
  },
}

/** Movements in two steps: what waits is proposed, approved, accepted, declined, withdrawn or over by many at once. */
export const waitingCases: readonly Case[] = [t4, t5, t9, t10, w1, w2, w3, w4]

/** What was never approved in time is ended by the system, and its units are free. */
export async function areOverdueEnded(world: CasesWorld): Promise<boolean> {
  for (const { movement, block: of } of world.careful.overdue) {
    const { state } = await world.cast.officer.get(`${MOVEMENTS}/${movement}`)
    if (state === 'waiting') return false
    expect(state).toBe('expired')
    expect(await onHold(world, of)).toEqual(['0', '0'])
  }
  return true
}
