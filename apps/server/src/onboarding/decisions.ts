import type { approveRegistration, Registration, rejectRegistration } from '@tallystick/contract'
import { type Receipt, randomId } from '@tallystick/ledger'
import type { z } from 'zod'
import { executeOnce, REPLAYED, type Sender, writtenOf } from '../platform/idempotency.ts'
import { invite } from '../platform/invitations.ts'
import { refusalOf } from '../platform/judged.ts'
import { lawInForce } from '../platform/law.ts'
import { keepDetails } from '../platform/organisations.ts'
import { dropAttempt, prepareUser } from '../platform/people.ts'
import { fieldProblem, ProblemError, problem, refusalProblem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { writeOnce } from '../platform/write-once.ts'
import { rolesOf } from './reach.ts'
import { beginApproval, endApproval, type RegistrationRow, reject, takeBackApproval } from './store.ts'

/** An approval that was begun and of which nothing is written may be turned into a rejection after this time. */
const STUCK_MS = 60_000

type Approval = Sender & { actor: Actor; body: z.output<NonNullable<(typeof approveRegistration)['body']>> }
type Rejection = Sender & { actor: Actor; body: z.output<NonNullable<(typeof rejectRegistration)['body']>> }

interface Wish {
  role: string
  limit: string | null
}

/** Keys under which an approval writes: of the registration, not of a request, so each is there once. */
const keyOf = (id: string, what: 'organisation' | 'mandate') => ({ sender: 'registrations', id: `${what} of ${id}` })

function loggedKeys({ ledger }: Services, id: string): Promise<string[]> {
  return Promise.all([ledger.loggedKey(keyOf(id, 'organisation')), ledger.loggedKey(keyOf(id, 'mandate'))])
}

/**
 * Lets somebody in: writes the organisation, if it is new, and the mandate. All steps can be taken again, by whoever may
 * decide, at once or after a crash; the first decision on role and limit stands.
 */
export async function approve(services: Services, call: Approval, row: RegistrationRow) {
  const wish = wishOf(call, row)
  if (row.status === 'open') await refuseBeforehand(services, call.actor, row, wish)
  const { actor, sender, idempotencyKey, requestHash } = call
  const decision = { ...wish, by: actor.mandate, at: services.clock(), sender, idempotencyKey, requestHash }
  const begun = await beginApproval(services, row.id, decision)
  if (!begun) return decidedBefore(services, call, row.id)
  const receipt = await carryOut(services, actor.mandate, begun)
  const user = await holderOfMandate(services, String(receipt.entry.body.mandate))
  // Before the end: whoever takes up an approval that was broken off tells, too, if nobody has.
  await tell(services, begun, user)
  await endApproval(services, row.id)
  const isOwn = begun.key_sender === sender && begun.key_id === idempotencyKey
  if (isOwn && begun.request_hash !== requestHash) throw problem('key-reused')
  if (!isOwn && (begun.role !== wish.role || begun.limit !== wish.limit)) {
    throw problem('registration-decided', { status: 'approved' })
  }
  return answerOf(row.id, receipt, user)
}

function wishOf({ body: { role, limit = null } }: Approval, { is_new }: RegistrationRow): Wish {
  if (is_new && role !== undefined && role !== 'Admin') {
    throw fieldProblem('role', 'the first person of an organisation is its Admin', 'Admin')
  }
  return { role: role ?? (is_new ? 'Admin' : 'ViewOnly'), limit }
}

/** What the ledger would refuse is refused before anybody's address is claimed. */
async function refuseBeforehand(services: Services, actor: Actor, row: RegistrationRow, { role, limit }: Wish) {
  const { permissions } = await lawInForce(services.ledger)
  const roles = rolesOf(permissions, row.kind)
  if (!roles.includes(role)) {
    const allowed = roles.join(', ')
    throw problem('role-unknown', { role, allowed }, [{ field: 'role', message: 'is no role here', allowed }])
  }
  const { organisation, kind } = row
  const command = row.is_new
    ? { type: 'OrganisationRegistered', request: { organisation, kind, name: '0'.repeat(64) } }
    : { type: 'MandateGranted', request: { mandate: randomId(), organisation, role: `${kind}/${role}`, limit } }
  const refused = await refusalOf(services, { ...command, by: actor.mandate })
  if (refused) throw refusalProblem(refused)
}

/** The repetition of the command that approved is answered as at first; to everybody else it is decided. */
async function decidedBefore(services: Services, call: Approval, id: string) {
  const { rows } = await services.pool.query<RegistrationRow>('SELECT * FROM content_registration WHERE id = $1', [id])
  const [row] = rows
  if (row?.status !== 'approved' || row.key_sender !== call.sender || row.key_id !== call.idempotencyKey) {
    throw problem('registration-decided', { status: row?.status ?? 'rejected' })
  }
  if (row.request_hash !== call.requestHash) throw problem('key-reused')
  const receipt = await grant(services, call.actor.mandate, row, randomId())
  call.reply.header(REPLAYED, 'true')
  return answerOf(id, receipt, await holderOfMandate(services, String(receipt.entry.body.mandate)))
}

async function carryOut(services: Services, by: string, row: RegistrationRow): Promise<Receipt> {
  const { email, name, phone, language } = row
  const person = { email, name, phone, language, sender: 'registrations', idempotencyKey: row.id }
  const prepared = await prepareUser(services, person)
  try {
    if (!prepared) throw problem('email-taken', {}, [{ field: 'email', message: 'belongs to a user' }])
    if (row.is_new) await registerOrganisation(services, by, row)
    return await grant(services, by, row, prepared.mandate)
  } catch (error) {
    // Of any other failure nobody knows whether the entry was written: whoever approves again goes on.
    if (error instanceof ProblemError) {
      if (prepared) await dropAttempt(services, prepared)
      await takeBackApproval(services, row, await loggedKeys(services, row.id))
    }
    throw error
  }
}

async function registerOrganisation(services: Services, by: string, row: RegistrationRow): Promise<void> {
  const { organisation, kind, organisation_name, tax_id: taxId, contact } = row
  if (await services.ledger.row('organisation', organisation)) return
  if (!(await keepDetails(services, organisation, { taxId, contact }))) {
    throw problem('tax-id-taken', {}, [{ field: 'taxId', message: 'belongs to an organisation' }])
  }
  const name = await services.openings.commit(organisation_name)
  await writeOnce(services, {
    type: 'OrganisationRegistered',
    by,
    key: keyOf(row.id, 'organisation'),
    request: { organisation, kind, name },
    commitments: [name],
  })
}

function grant(services: Services, by: string, row: RegistrationRow, mandate: string): Promise<Receipt> {
  const { organisation, kind, role, limit } = row
  const request = { mandate, organisation, role: `${kind}/${role}`, limit }
  return writeOnce(services, { type: 'MandateGranted', by, key: keyOf(row.id, 'mandate'), request })
}

async function holderOfMandate({ pool }: Services, mandate: string): Promise<string> {
  const { rows } = await pool.query<{ user: string }>(
    'SELECT user_id AS user FROM content_mandate WHERE mandate = $1',
    [mandate],
  )
  return rows[0]?.user ?? ''
}

async function tell(services: Services, row: RegistrationRow, user: string): Promise<void> {
  const { email, name, language } = row
  await invite(services, { id: user, email, name, language })
}

function answerOf(id: string, receipt: Receipt, user: string) {
  const { organisation, mandate, role } = receipt.entry.body as { organisation: string; mandate: string; role: string }
  return { id, organisation, user, mandate, role: role.slice(role.indexOf('/') + 1), entry: writtenOf(receipt) }
}

/** Turns somebody away, with the reason; nothing is written in the ledger. */
export async function turnAway(services: Services, call: Rejection, id: string): Promise<Registration> {
  const keys = await loggedKeys(services, id)
  const at = services.clock()
  const decision = {
    by: call.actor.mandate,
    at,
    reason: call.body.reason,
    stuckBefore: new Date(at.getTime() - STUCK_MS),
  }
  return executeOnce(services, call, async (client) => {
    const rejected = await reject(client, id, decision, keys)
    if (!rejected) throw problem('registration-decided')
    const { email, name, language } = rejected
    const told = { id, reason: call.body.reason, url: services.publicUrl }
    await services.notify.registrationRejected({ email, name, language }, told, { queries: client })
    return shownRegistration(rejected)
  })
}

export function shownRegistration(row: RegistrationRow): Registration {
  const { id, email, name, phone, language, organisation, kind, tax_id: taxId, contact, decided_by, decided_at } = row
  const isDecided = row.status === 'approved' || row.status === 'rejected'
  return {
    id,
    status: row.status === 'approved' || row.status === 'rejected' ? row.status : 'open',
    person: { email, name, phone, language },
    organisation,
    wanted: row.is_new ? { kind, name: row.organisation_name ?? '', taxId, contact } : null,
    createdAt: row.created_at.toISOString(),
    decision:
      isDecided && decided_by && decided_at
        ? { by: decided_by, at: decided_at.toISOString(), role: row.role, reason: row.reason }
        : null,
  }
}
