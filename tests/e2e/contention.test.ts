import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, type Cast, issue, registerProject, setUpCast } from '../support/api.ts'
import { figure, lengths } from '../support/lengths.ts'
import { startTwoNationals, statuses, type TwoNationals } from '../support/two-nationals.ts'

const ROUNDS = lengths.spends
const BALANCE_CONTENDERS = 200
const RANGE_CONTENDERS = 50

let nationals: TwoNationals
let cast: Cast
let authorisation: string

beforeAll(async () => {
  nationals = await startTwoNationals()
  const [first] = nationals.servers
  cast = await setUpCast(first.url, first.linkFor, 'root@authority.example')
  authorisation = (await registerProject(cast, ['100', '0'], '100000000')).authorisation.id
})

afterAll(() => nationals?.close())

/** The first developer at both processes in turns, all at once. */
function contend(contenders: number, body: (at: number) => object): Promise<Answer[]> {
  const { api } = cast.developers[0]
  return Promise.all(
    Array.from({ length: contenders }, (_, at) => nationals.inTurns(api, at).command('/national/transfers', body(at))),
  )
}

test(`${BALANCE_CONTENDERS} contenders for one balance through two processes, ${ROUNDS} rounds: the lawful ones win`, async () => {
  const [from, to] = cast.developers
  let won = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const batch = await issue(cast, authorisation, '2024', '100')
    const quantity = 1 + (round % 9)
    const answers = await contend(BALANCE_CONTENDERS, () => ({
      batch: batch.id,
      from: from.holding,
      to: to.holding,
      quantity: `${quantity}`,
    }))
    const winners = Math.floor(100 / quantity)
    expect(statuses(answers)).toEqual({ 201: winners, 409: BALANCE_CONTENDERS - winners })
    const { runs } = await cast.officer.get(`/national/batches/${batch.id}`)
    expect(sumBy(runs, to.holding)).toBe(BigInt(winners * quantity))
    expect(sumBy(runs, from.holding)).toBe(BigInt(100 - winners * quantity))
    won += winners
  }
  figure('double spend', `${ROUNDS} rounds of ${BALANCE_CONTENDERS} contenders, ${won} won, all of them lawful`)
})

test(`${RANGE_CONTENDERS} contenders for overlapping ranges, ${ROUNDS} rounds: winners never overlap, each loser met one`, async () => {
  const [from, to] = cast.developers
  let wins = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const batch = await issue(cast, authorisation, '2023', '200')
    const first = Number(batch.block.first)
    const range = (at: number): [number, number] => {
      const start = first + ((at * 37 + round * 11) % 180)
      return [start, Math.min(start + 5 + ((at * 13) % 25), first + 199)]
    }
    const answers = await contend(RANGE_CONTENDERS, (at) => ({
      batch: batch.id,
      from: from.holding,
      to: to.holding,
      ranges: [{ first: `${range(at)[0]}`, last: `${range(at)[1]}` }],
    }))
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([])
    const won = answers.flatMap(({ status }, at) => (status === 201 ? [range(at)] : []))
    const lost = answers.flatMap(({ status }, at) => (status === 409 ? [range(at)] : []))
    const meets = ([a, b]: [number, number], [c, d]: [number, number]) => a <= d && c <= b
    const overlaps = won.filter((one, at) => won.some((other, there) => there < at && meets(one, other)))
    expect(overlaps).toEqual([])
    expect(lost.filter((one) => !won.some((other) => meets(one, other)))).toEqual([])
    wins += won.length
  }
  figure('double spend of serials', `${ROUNDS} rounds of ${RANGE_CONTENDERS} contenders, ${wins} won, 0 overlaps`)
})

test('afterwards the state is what the log says, and the log is whole', () => nationals.checkWhole())

function sumBy(runs: { owner: { account: string }; quantity: string }[], account: string): bigint {
  return runs.filter(({ owner }) => owner.account === account).reduce((sum, { quantity }) => sum + BigInt(quantity), 0n)
}
