import type { LogRow } from '../entries.ts'
import { holderOf, type Look, organisation, type Told, units, withSentence } from './told.ts'

type Counted = 'CreditsTransferredAbroad' | 'FirstTransferRecorded' | 'CreditsUsed'

const MAILS = {
  CreditsTransferredAbroad: { holder: 'credits-exported', government: 'credits-exported-told' },
  FirstTransferRecorded: { holder: 'first-transfer', government: 'first-transfer-told' },
  CreditsUsed: { holder: 'credits-used', government: 'credits-used-told' },
} as const

/** The colleagues of the holder, and the government, which adjusts its emissions balance for what left or was used. */
export function creditsCounted(row: LogRow<Counted>, look: Look): Told[] {
  const { type, body, by } = row.entry
  const holder = holderOf(look.names, 'account' in body ? body.account : body.from)
  const { quantity } = units(look.names, body.batch, body.ranges)
  const params = withSentence(row, look, { quantity, holder: organisation(look.names, holder) })
  const without = [by]
  const path = `/entries/${row.index}`
  const able = [[{ action: 'credits.authorise', organisations: [] }]]
  const mails = MAILS[type]
  return [
    { template: mails.holder, to: { members: [holder], without }, params, path },
    { template: mails.government, to: { able, without }, params, path },
  ]
}

/** Whoever has the units that came from abroad. */
export function creditsAcquired(row: LogRow<'CreditsAcquired'>, look: Look): Told[] {
  const { batch, to, ranges } = row.entry.body
  const receiver = holderOf(look.names, to)
  const { quantity } = units(look.names, batch, ranges)
  const params = withSentence(row, look, { quantity, holder: organisation(look.names, receiver) })
  const path = `/entries/${row.index}`
  return [{ template: 'credits-acquired', to: { members: [receiver], without: [row.entry.by] }, params, path }]
}
