import rows from './locales/rows.en.json' with { type: 'json' }
import texts from './locales/rules.en.json' with { type: 'json' }
import type { RefusalCode } from './refusal.ts'
import type { RowKind } from './state.ts'

/** What each entry type is for, in a sentence for a person. An entry type without one does not compile. */
export const summaries: Readonly<Record<RuleName, string>> = texts

/** What is written, in words. */
export const rowTexts: Readonly<Record<Writes, string>> = rows

/** Every entry type. */
export type RuleName = keyof typeof texts

/** What an entry may write: rows by kind, and `units`, whose owner or attributes or balances change. */
export type Writes = Exclude<RowKind, 'stream' | 'key' | 'balance'> | 'units'

/** What an entry type says of itself; tests hold its code to it, in both directions. */
export interface Declaration {
  /** What the permission table is asked; a `*` at the end stands for a role or a move. */
  actions: readonly string[]
  /** Does it ask for a second mandate where the policy of the holder's account does? */
  second?: true
  /** Why it is refused, beyond what every entry may meet (`commonRefusals`). */
  refuses: readonly RefusalCode[]
  /** What it writes, beyond its streams and its idempotency key. */
  writes: readonly Writes[]
}

/** An account takes part. */
export const account = ['account-unknown', 'account-kind', 'account-not-active', 'organisation-suspended'] as const
