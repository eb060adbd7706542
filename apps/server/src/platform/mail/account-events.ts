import type { LogRow } from '../entries.ts'
import { holderOf, type Look, organisation, ownersOf, project, type Told, units, withSentence } from './told.ts'

/** The people of an organisation that has accounts now. */
export function accountsOpened(row: LogRow<'AccountsOpened'>, look: Look): Told[] {
  return [toHolder(row, row.entry.body.organisation, look, 'accounts-opened')]
}

/** The colleagues: what leaves an account goes by its policy, and to those whom it trusts. */
export function accountChanged(
  row: LogRow<'AccountPolicySet' | 'ReceiverTrusted' | 'ReceiverRemoved'>,
  look: Look,
): Told[] {
  return [toHolder(row, holderOf(look.names, row.entry.body.account), look, 'account-changed')]
}

function toHolder(row: LogRow, holder: string, look: Look, template: 'accounts-opened' | 'account-changed'): Told {
  const params = withSentence(row, look, { holder: organisation(look.names, holder) })
  return { template, to: { members: [holder], without: [row.entry.by] }, params, path: `/entries/${row.index}` }
}

/** The owners: what is taken of their next issuances. */
export function termsSet(row: LogRow<'IssuanceTermsSet'>, look: Look): Told[] {
  const { project: id } = row.entry.body
  const params = withSentence(row, look, { project: project(look.names, id) })
  const to = { members: ownersOf(id, look.names), without: [row.entry.by] }
  return [{ template: 'terms-set', to, params, path: `/projects/${id}` }]
}

/** Whoever has the units now that stood in another registry. */
export function unitsConverted(row: LogRow<'UnitsConverted'>, look: Look): Told[] {
  const { batch, to, source } = row.entry.body
  const receiver = holderOf(look.names, to)
  const { quantity } = units(look.names, batch, source.ranges)
  const params = withSentence(row, look, { quantity, holder: organisation(look.names, receiver) })
  const path = `/entries/${row.index}`
  return [{ template: 'credits-converted', to: { members: [receiver], without: [row.entry.by] }, params, path }]
}
