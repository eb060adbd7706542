import { afterAll, beforeAll, describe } from 'vitest'
import type { Ledger } from '../port.ts'
import { type TestRegistry, testRegistry } from './registry.ts'
import { groundOf } from './suite/ground.ts'
import { issuing } from './suite/issuing.ts'
import { keeping } from './suite/keeping.ts'
import { moving } from './suite/moving.ts'
import { people } from './suite/people.ts'
import { records } from './suite/records.ts'

/** What every store must do. `open` gives a new, empty ledger. */
export function conformance(name: string, open: () => Promise<Ledger>): void {
  describe(name, () => {
    let made: { ledger: Ledger; registry: TestRegistry } | undefined
    const ground = groundOf(() => {
      if (!made) throw new Error('the store is opened before it is tested')
      return made
    })
    beforeAll(async () => {
      const ledger = await open()
      made = { ledger, registry: await testRegistry(ledger) }
    })
    afterAll(() => made?.ledger.close())

    for (const room of [issuing, moving, people, records, keeping]) room(ground)
  })
}
