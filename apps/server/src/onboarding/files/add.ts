import type { Law } from '@tallystick/rules'
import { derivedId } from '../../platform/derived-id.ts'
import { invite } from '../../platform/invitations.ts'
import { dropDetails, keepDetails, taxKeyOf } from '../../platform/organisations.ts'
import { dropAttempt, holderOf, prepareUser, recipientOf } from '../../platform/people.ts'
import { ProblemError } from '../../platform/problem.ts'
import type { Services } from '../../platform/services.ts'
import { writeOnce } from '../../platform/write-once.ts'
import { type OrganisationRow, shown, type UserRow } from './rows.ts'
import type { Fault } from './table.ts'

/** What became of a row. A note is something that the file says otherwise than the registry, which stays as it is. */
export type Outcome = { done: 'added' | 'known'; note?: Fault } | { done: 'bad'; fault: Fault }

const ORGANISATIONS = 'organisations.csv'
const USERS = 'users.csv'

/** Was the row of this file and key carried out, ever? Then it is not again, whatever happened to it since. */
async function wasAdded({ ledger, pool }: Services, sender: string, id: string): Promise<boolean> {
  const key = await ledger.loggedKey({ sender, id })
  const { rows } = await pool.query('SELECT 1 FROM ledger_key WHERE id = $1', [key])
  return rows.length > 0
}

/** The organisation with a tax id, however that is written. */
async function organisationByTax(
  { pool }: Services,
  taxKey: string,
): Promise<{ id: string; kind: string } | undefined> {
  const { rows } = await pool.query<{ id: string; kind: string }>(
    `SELECT r.id, r.row ->> 'kind' AS kind
       FROM content_organisation o JOIN ledger_row r ON r.kind = 'organisation' AND r.id = o.organisation
      WHERE o.tax_key = $1`,
    [taxKey],
  )
  return rows[0]
}

/** Registers the organisation of a row, unless it is there. `by` is the mandate under which that is written. */
export async function addOrganisation(services: Services, by: string, row: OrganisationRow): Promise<Outcome> {
  if (await wasAdded(services, ORGANISATIONS, row.key)) return { done: 'known' }
  if (row.taxId !== null && (await organisationByTax(services, taxKeyOf(row.taxId)))) return { done: 'known' }
  const organisation = await derivedId(services, ORGANISATIONS, row.key)
  const column = 'ORGANISATION TAX ID'
  if (!(await keepDetails(services, organisation, row))) {
    return { done: 'bad', fault: { line: row.line, column, text: 'busy' } }
  }
  const name = await services.openings.commit(row.name)
  try {
    const receipt = await writeOnce(services, {
      type: 'OrganisationRegistered',
      by,
      key: { sender: ORGANISATIONS, id: row.key },
      request: { organisation, kind: row.kind, name },
      commitments: [name],
    })
    return { done: receipt.repeated ? 'known' : 'added' }
  } catch (error) {
    if (error instanceof ProblemError) await dropDetails(services, organisation)
    return refusedRow(error, row.line, column)
  }
}

/** Grants the mandate of a row's user, unless somebody has the address, or the row was carried out before. */
export async function addUser(services: Services, by: string, law: Law, row: UserRow): Promise<Outcome> {
  const bad = (column: string, text: Fault['text'], more: Partial<Fault> = {}): Outcome => {
    return { done: 'bad', fault: { line: row.line, column, text, ...more } }
  }
  const id = `user ${row.email.toLowerCase()}`
  const role = `${row.kind}/${row.role}`
  const { email, name, phone } = row
  const holder = await holderOf(services, row.email)
  if (holder?.active) {
    if (holder.keySender === USERS && !(await inviteAgain(services, holder.id, row))) return bad('EMAIL', 'busy')
    return { done: 'known', ...differenceOf(row, role, holder) }
  }
  if (await wasAdded(services, USERS, id)) return { done: 'known' }
  const organisation = await organisationOf(services, law, row)
  if (typeof organisation !== 'string') return { done: 'bad', fault: { line: row.line, ...organisation } }
  const prepared = await prepareUser(services, { email, name, phone, sender: USERS, idempotencyKey: id })
  if (!prepared) return bad('EMAIL', 'busy')
  try {
    const request = { mandate: prepared.mandate, organisation, role, limit: null }
    const receipt = await writeOnce(services, { type: 'MandateGranted', by, key: { sender: USERS, id }, request })
    if (receipt.repeated) {
      await dropAttempt(services, prepared)
      return { done: 'known' }
    }
    await invite(services, { id: prepared.user, email, name }, row.password)
    return row.password === null || services.onboarding === 'password'
      ? { done: 'added' }
      : { done: 'added', note: { line: row.line, column: 'Password', text: 'password.link' } }
  } catch (error) {
    if (error instanceof ProblemError) await dropAttempt(services, prepared)
    return refusedRow(error, row.line, 'ROLE')
  }
}

/** An earlier start may have ended between the entry and the message; otherwise this does nothing. */
async function inviteAgain(services: Services, id: string, { password }: UserRow): Promise<boolean> {
  const person = await recipientOf(services.pool, id)
  if (!person) return true
  return invite(services, person, password).then(
    () => true,
    () => false,
  )
}

function differenceOf(
  { line, kind }: UserRow,
  role: string,
  holder: { role: string },
): { note: Fault } | Record<string, never> {
  if (holder.role === role) return {}
  const isKind = holder.role.startsWith(`${kind}/`)
  const found = holder.role
  return { note: { line, column: isKind ? 'ROLE' : 'ORGANISATION TYPE', text: 'differs', places: { found } } }
}

/** The organisation that a row names: the government, or one by tax id or id, of the kind that the row says. */
async function organisationOf(
  services: Services,
  { preset }: Law,
  row: UserRow,
): Promise<string | Omit<Fault, 'line'>> {
  if (row.kind === 'government') return services.genesis.authority
  const found =
    (await organisationByTax(services, taxKeyOf(row.organisation))) ?? (await byId(services, row.organisation))
  if (!found) return { column: 'ORGANISATION TAX ID', text: 'organisation' }
  if (found.kind === row.kind) return found.id
  const allowed = preset.organisationKinds.includes(found.kind) ? found.kind : ''
  return { column: 'ORGANISATION TYPE', text: 'type.other', places: { found: shown(row.kind) }, allowed }
}

async function byId({ ledger }: Services, id: string): Promise<{ id: string; kind: string } | undefined> {
  if (!/^[0-9a-f]{32}$/.test(id)) return undefined
  const found = await ledger.row('organisation', id)
  return found && { id, kind: found.kind }
}

function refusedRow(error: unknown, line: number, column: string): Outcome {
  // Whether it was written nobody knows: the next start sees.
  if (!(error instanceof ProblemError)) return { done: 'bad', fault: { line, column, text: 'busy' } }
  return {
    done: 'bad',
    fault: { line, column, text: 'refused', places: { reason: withoutStop(error.problem.detail) } },
  }
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '')
}
