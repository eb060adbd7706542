import type { LogRow } from '../entries.ts'
import { holderOf, type Look, organisation, type Told, withSentence } from './told.ts'

/** Those who are there already, and whoever registers organisations. */
export function organisationRegistered(row: LogRow<'OrganisationRegistered'>, look: Look): Told[] {
  const { organisation: id } = row.entry.body
  const able = [[{ action: 'organisations.register', organisations: [id] }]]
  const params = withSentence(row, look, { organisation: organisation(look.names, id) })
  const to = { members: [id], able, without: [row.entry.by] }
  return [{ template: 'organisation-registered', to, params, path: `/entries/${row.index}` }]
}

/** The Admins of the organisation hear who was let in for it; whoever was gets a way to sign in besides. */
export function userAdded(row: LogRow<'MandateGranted'>, look: Look): Told[] {
  const { mandate, organisation: id } = row.entry.body
  const params = withSentence(row, look, { organisation: organisation(look.names, id) })
  const to = { admins: [id], without: [row.entry.by, mandate] }
  return [{ template: 'user-added', to, params, path: `/entries/${row.index}` }]
}

export function userRemoved(row: LogRow<'MandateRevoked'>, look: Look): Told[] {
  const id = look.names.mandate(row.entry.body.mandate)?.organisation
  if (id === undefined) return []
  const params = withSentence(row, look, { organisation: organisation(look.names, id) })
  const to = { admins: [id], without: [row.entry.by] }
  return [{ template: 'user-removed', to, params, path: `/entries/${row.index}` }]
}

export function organisationStanding(
  { index, entry }: LogRow<'OrganisationSuspended' | 'OrganisationReactivated'>,
  { names }: Look,
  template: 'organisation-suspended' | 'organisation-reactivated',
): Told[] {
  const { organisation: id } = entry.body
  const params = { organisation: organisation(names, id) }
  return [{ template, to: { members: [id] }, params, path: `/entries/${index}` }]
}

export function accountStanding(
  row: LogRow<'AccountSuspended' | 'AccountReactivated'>,
  look: Look,
  template: 'account-suspended' | 'account-reactivated',
): Told[] {
  const holder = holderOf(look.names, row.entry.body.account)
  const params = withSentence(row, look, { holder: organisation(look.names, holder) })
  return [{ template, to: { members: [holder], without: [row.entry.by] }, params, path: `/entries/${row.index}` }]
}

export function affiliationChanged(
  row: LogRow<'AffiliationRecorded' | 'AffiliationEnded'>,
  look: Look,
  template: 'affiliation-recorded' | 'affiliation-ended',
): Told[] {
  const to = { members: row.entry.body.organisations, without: [row.entry.by] }
  return [{ template, to, params: withSentence(row, look), path: `/entries/${row.index}` }]
}

export function accreditationGiven(row: LogRow<'CertifierAccredited'>, look: Look): Told[] {
  return accreditation(row, look, 'accreditation-given')
}

export function accreditationWithdrawn(row: LogRow<'AccreditationWithdrawn'>, look: Look): Told[] {
  return accreditation(row, look, 'accreditation-withdrawn')
}

function accreditation(
  row: LogRow<'CertifierAccredited' | 'AccreditationWithdrawn'>,
  look: Look,
  template: 'accreditation-given' | 'accreditation-withdrawn',
): Told[] {
  const { organisation: id } = row.entry.body
  const params = withSentence(row, look, { organisation: organisation(look.names, id) })
  return [{ template, to: { members: [id], without: [row.entry.by] }, params, path: `/entries/${row.index}` }]
}
