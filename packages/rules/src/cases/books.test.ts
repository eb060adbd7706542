import { expect, test } from 'vitest'
import { homeClass } from '../spaces.ts'
import type { Effects } from '../state.ts'
import { booksAreRight } from './books.fixture.ts'
import { country } from './country.fixture.ts'
import { propose } from './movements.cases.ts'
import type { World } from './world.fixture.ts'

/** What no rule does. The books must show each of them. */
const wrongs: Record<string, (world: World) => Partial<Effects>> = {
  'a posting without its units': (world) => {
    const about = { from: world.id('sun'), to: world.id('port'), class: homeClass(world.id('solar'), '2024', 'ITMO') }
    return { postings: [{ ...about, amount: 1n }] }
  },
  'units that move without a posting': (world) => {
    const [run] = world.state.runs(world.id('solar 2024')).all()
    return { runs: run ? [{ ...run, last: run.first, account: world.id('port') }] : [] }
  },
  'a first transfer that nobody counts': (world) => {
    const [run] = world.state.runs(world.id('solar 2024')).all()
    return { runs: run ? [{ ...run, last: run.first, attributes: 'first:9' }] : [] }
  },
  'units that are gone': (world) => ({ gone: [{ space: world.id('solar 2024'), first: 1n, last: 1n }] }),
  'a movement that waits without its hold': (world) => ({
    puts: [{ kind: 'hold', id: `${world.id('movement')}/0`, row: null }],
  }),
  'a hold of a movement that is over': (world) => ({
    puts: [{ kind: 'pending', id: world.id('movement'), row: null }],
  }),
  'a number that was given and will be given again': () => ({
    puts: [{ kind: 'space', id: 'national:XT/ITMO', row: { next: 400n } }],
  }),
  'a book that tells of units that the buffer does not have': () => ({
    puts: [
      {
        kind: 'pool',
        id: 'all/ITMO',
        row: { in: 1n, cancelled: 0n, released: 0n, since: '', vintages: { 2024: '1' } },
      },
    ],
  }),
}

test.each(Object.entries(wrongs))('the books show %s', (_, wrong) => {
  const world = country()
  propose(world, 'CreditsTransferred', { acceptance: true })
  expect(() => booksAreRight(world.state)).not.toThrow()
  world.state.apply({ puts: [], postings: [], runs: [], ...wrong(world) })
  expect(() => booksAreRight(world.state)).toThrow('invariant broken')
})
