import { isReceipt } from '@tallystick/ledger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Dice } from '../../support/ledger-fixture.ts'
import { figure, lengths } from '../../support/lengths.ts'
import { findCycles, type Operation } from './cycles.ts'
import { fill, openPurses, openSharedRegistry, type Purse, type SharedRegistry, transfer } from './registry.ts'

const PROCESSES = 3
const CLIENTS = 12
/** A stream is read whole, so each list is kept short by opening new accounts. */
const OPERATIONS_OF_ACCOUNTS = 1_000
const ACCOUNTS = 6

describe('the search for circles', () => {
  const lists = new Map([['x', ['a', 'b']]])
  const append = (id: number, element: string, called: number, answered: number): Operation => {
    return { id, called, answered, appended: { element, lists: ['x'] } }
  }
  const read = (id: number, elements: string[], called: number, answered: number): Operation => {
    return { id, called, answered, read: { list: 'x', elements } }
  }

  test('finds none in a history that could have been one after the other', () => {
    const history = [append(1, 'a', 0, 5), read(2, ['a'], 1, 4), append(3, 'b', 2, 6), read(4, ['a', 'b'], 7, 8)]
    expect(findCycles(history, lists)).toMatchObject({ cycles: [], anomalies: [] })
  })

  test('finds a read that is behind what was answered before', () => {
    const { cycles } = findCycles([append(1, 'a', 0, 1), append(2, 'b', 2, 3), read(3, ['a'], 4, 5)], lists)
    expect(cycles.map((circle) => circle.sort())).toEqual([[2, 3]])
  })

  test('finds two transactions that each saw what was before the other', () => {
    const both = new Map([
      ['x', ['a']],
      ['y', ['b']],
    ])
    const history: Operation[] = [
      { id: 1, called: 0, answered: 9, appended: { element: 'a', lists: ['x'] }, read: { list: 'y', elements: [] } },
      { id: 2, called: 1, answered: 8, appended: { element: 'b', lists: ['y'] }, read: { list: 'x', elements: [] } },
    ]
    expect(findCycles(history, both).cycles.map((circle) => circle.sort())).toEqual([[1, 2]])
  })

  test('finds what was lost, what stands twice and what was read in another order', () => {
    expect(findCycles([append(1, 'z', 0, 1)], lists).anomalies).toEqual(['lost: x z'])
    expect(findCycles([], new Map([['x', ['a', 'a']]])).anomalies).toEqual(['a stands twice in x'])
    expect(findCycles([read(1, ['b'], 0, 1)], lists).anomalies).toEqual(['operation 1 read no beginning'])
  })
})

describe('a ledger that several processes write and read', () => {
  let shared: SharedRegistry
  beforeAll(async () => {
    shared = await openSharedRegistry(PROCESSES)
  })
  afterAll(() => shared?.close())

  /** Appends (a transfer appends its entry to the streams of both accounts) and reads of whole streams, at once. */
  async function live(purses: Purse[], batch: string, operations: number, part: number): Promise<Operation[]> {
    const history: Operation[] = []
    let moment = 0
    let started = 0
    const client = async (number: number) => {
      const dice = new Dice(`history ${part} ${number} ${Date.now()}`)
      while (started < operations) {
        started += 1
        const id = started
        const called = moment++
        const ledger = dice.pick(shared.processes)
        const from = dice.pick(purses)
        if (dice.below(2) === 0) {
          const elements = await ledger.stream(from.account)
          history.push({ id, called, answered: moment++, read: { list: from.account, elements } })
          continue
        }
        const to = dice.pick(purses.filter((one) => one !== from))
        const key = { sender: 'history', id: `${part} ${id}` }
        const outcome = await ledger.execute({ ...transfer(batch, from, to.account, 1), key })
        if (!isReceipt(outcome)) continue
        const appended = { element: outcome.leaf, lists: [from.account, to.account] }
        history.push({ id, called, answered: moment++, appended })
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, at) => client(at)))
    return history
  }

  test(`${lengths.operations} operations have an order, and it is the one that clients saw`, async () => {
    const sums = { operations: 0, edges: 0, parts: 0 }
    const purses = await openPurses(shared, ACCOUNTS * Math.ceil(lengths.operations / OPERATIONS_OF_ACCOUNTS))
    for (let begun = 0; begun < lengths.operations; begun += OPERATIONS_OF_ACCOUNTS) {
      const some = purses.slice(ACCOUNTS * sums.parts, ACCOUNTS * (sums.parts + 1))
      const batch = await fill(shared, some, 1_000)
      const operations = Math.min(OPERATIONS_OF_ACCOUNTS, lengths.operations - begun)
      const history = await live(some, batch, operations, sums.parts)
      const streams = new Map<string, string[]>()
      for (const { account } of some) {
        streams.set(
          account,
          (await shared.ledger.stream(account, 0, 1_000_000)).map(({ leaf }) => leaf),
        )
      }
      const { cycles, anomalies, edges } = findCycles(history, streams)
      expect({ cycles, anomalies }).toEqual({ cycles: [], anomalies: [] })
      sums.operations += history.length
      sums.edges += edges
      sums.parts += 1
    }
    expect(sums.operations).toBeGreaterThan(lengths.operations * 0.9)
    figure('history', `${sums.operations} operations, ${sums.edges} dependencies, 0 cycles, 0 anomalies`)
  })
})
