import { isRefusal, type RefusalCode } from '@tallystick/rules'
import { expect } from 'vitest'
import type { Ledger, Outcome } from '../../port.ts'
import { send, type TestRegistry } from '../registry.ts'

type Developer = TestRegistry['developers'][number]

/** What every room of the suite stands on: a store, and a registry in it. They are there once the tests run. */
export interface Ground {
  readonly ledger: Ledger
  readonly registry: TestRegistry
  developer(at: number): Developer
  /** Units in an account, of all classes. */
  balance(account: string): Promise<bigint>
  /** The code by which a command is refused, which wrote nothing; else its outcome. */
  refusal(...args: Parameters<typeof send>): Promise<RefusalCode | Exclude<Outcome, { refused: RefusalCode }>>
  /** From the first developer to the second, if not said otherwise. */
  transfer(batch: string, request: object, from?: Developer, to?: string): Promise<Outcome>
}

export function groundOf(made: () => { ledger: Ledger; registry: TestRegistry }): Ground {
  const developer = (at: number): Developer => {
    const found = made().registry.developers[at]
    if (!found) throw new Error(`no developer ${at}`)
    return found
  }
  return {
    get ledger() {
      return made().ledger
    },
    get registry() {
      return made().registry
    },
    developer,
    async balance(account) {
      return (await made().ledger.balances(account)).reduce(
        (sum, { balance: row }) => sum + row.credits - row.debits,
        0n,
      )
    },
    async refusal(...args) {
      const { ledger } = made()
      const before = await ledger.head()
      const outcome = await send(...args)
      expect((await ledger.head()).size).toBe(before.size)
      return isRefusal(outcome) ? outcome.refused : outcome
    },
    transfer(batch, request, from = developer(0), to = developer(1).holding) {
      return send(made().ledger, from.mandate, 'CreditsTransferred', { batch, from: from.holding, to, ...request })
    },
  }
}
