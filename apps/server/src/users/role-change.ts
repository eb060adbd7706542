import type { changeRole } from '@tallystick/contract'
import type { Receipt } from '@tallystick/ledger'
import { invariant } from '@tallystick/rules'
import type pg from 'pg'
import type { z } from 'zod'
import { derivedId } from '../platform/derived-id.ts'
import { execute, type Sender, writtenOf } from '../platform/idempotency.ts'
import { refusalOf, wasCarriedOut } from '../platform/judged.ts'
import { ProblemError, problem, refusalProblem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { writeOnce } from '../platform/write-once.ts'
import { shownUser, type UserRow, userById, withOtherAdmins } from './queries.ts'

type Call = Sender & { actor: Actor; body: z.output<NonNullable<(typeof changeRole)['body']>> }

/** A change that nobody carried on for this long is ended by the system's round. */
const STUCK_MS = 60_000
const MOST_A_ROUND = 100

/**
 * Gives a user another role: the new mandate is granted, then, in one transaction, the person is moved to it, then the old
 * one is revoked. What the person may do is what the one mandate allows that sessions name; another that stands in the
 * ledger for a moment is nobody's. Interrupted, it is completed by its repetition or by `finishRoleChanges`.
 */
export async function giveRole(services: Services, call: Call, user: UserRow) {
  if (user.id === call.actor.user) throw problem('own-role')
  const mandate = await derivedId(services, call.sender, `role ${call.idempotencyKey}`)
  const { organisation } = user
  const role = `${user.role.slice(0, user.role.indexOf('/'))}/${call.body.role}`
  const limit = call.body.limit === undefined ? user.limit : call.body.limit
  if (!(await wasCarriedOut(services, call))) {
    await refuseBeforehand(services, call.actor, user, { mandate, organisation, role, limit }).catch(async (error) => {
      // A copy of this command may have come first.
      if (!(await wasCarriedOut(services, call))) throw error
    })
  }
  await begin(services, { mandate, old: user.mandate, user: user.id, by: call.actor.mandate })
  const receipt = await withOtherAdmins(services, organisation, user.mandate, async (others, client) => {
    const isOpen = await lockChange(client, mandate)
    const isLast = others === 0 && user.role.endsWith('/Admin') && !role.endsWith('/Admin')
    if (isOpen && isLast) throw problem('last-admin')
    const request = { mandate, organisation, role, limit }
    const granted = await execute(services, call, { type: 'MandateGranted', request })
    if (isOpen) await move(client, mandate)
    return granted
  })
  const { rows } = await services.pool.query<{ old: string }>(
    'SELECT old_mandate AS old FROM content_role_change WHERE mandate = $1',
    [mandate],
  )
  const revoked = await revoke(services, call.actor.mandate, { mandate, old: rows[0]?.old ?? '' })
  return answerOf(services, user.id, receipt, revoked)
}

interface Grant {
  mandate: string
  organisation: string
  role: string
  limit: string | null
}

/** Both entries must be lawful before the first is written. */
async function refuseBeforehand(services: Services, { mandate: by }: Actor, user: UserRow, request: Grant) {
  if (!user.active) throw problem('not-found')
  const revoked = await refusalOf(services, { type: 'MandateRevoked', by, request: { mandate: user.mandate } })
  if (revoked) throw refusalProblem(revoked)
  const granted = await refusalOf(services, { type: 'MandateGranted', by, request })
  if (granted) throw refusalProblem(granted)
  await refuseApart(services, by, user)
  if (user.role === request.role && user.limit === request.limit) throw problem('nothing-changes', { field: 'role' })
}

/**
 * Whoever has brought others in counts as one with them while nobody vouches for these. On the word of another than before
 * he would be somebody else.
 */
async function refuseApart(services: Services, by: string, { mandate, organisation }: UserRow): Promise<void> {
  const { ledger, pool } = services
  const [granter, before] = await Promise.all([ledger.row('mandate', by), ledger.row('mandate', mandate)])
  if (granter?.hand === before?.hand) return
  const asked = { name: 'brought-in', text: BROUGHT_IN, values: [organisation, mandate] }
  const isApart = (before?.brought ?? 0) > 0 || (await pool.query(asked)).rows.length > 0
  if (isApart) throw problem('approval-not-distinct')
}

/** Colleagues who act, and whom somebody that stands on his own has brought in. */
const BROUGHT_IN = `
  SELECT 1 FROM ledger_row
   WHERE kind = 'mandate' AND row ? 'organisation' AND row ->> 'organisation' = $1 AND row ->> 'hand' = $2 AND id <> $2
     AND (row ->> 'active')::boolean AND row ->> 'role' NOT LIKE '%/ViewOnly' LIMIT 1`

async function begin(
  { pool, clock }: Services,
  { mandate, old, user, by }: Record<'mandate' | 'old' | 'user' | 'by', string>,
): Promise<void> {
  await pool.query(
    `INSERT INTO content_role_change AS c (mandate, old_mandate, user_id, by_mandate, created_at, state)
     VALUES ($1, $2, $3, $4, $5, 'begun')
     ON CONFLICT (mandate) DO UPDATE SET created_at = excluded.created_at WHERE c.state = 'begun'`,
    [mandate, old, user, by, clock()],
  )
}

/** Locks a change and tells whether its user is still to be moved. Throws where it was given up, or he acts otherwise. */
async function lockChange(client: pg.PoolClient, mandate: string): Promise<boolean> {
  const { rows } = await client.query<{ state: string; old: string; user: string }>(
    'SELECT state, old_mandate AS old, user_id AS user FROM content_role_change WHERE mandate = $1 FOR UPDATE',
    [mandate],
  )
  const [change] = rows
  if (!change || change.state === 'dropped') throw problem('role-changing')
  if (change.state !== 'begun') return false
  const { rows: current } = await client.query(
    `SELECT 1 FROM content_mandate m
       JOIN content_user u ON u.id = m.user_id AND u.ended_at IS NULL
       JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate AND r.row -> 'active' = 'true'
      WHERE m.user_id = $1 AND m.mandate = $2 FOR UPDATE OF m`,
    [change.user, change.old],
  )
  if (current.length === 0) throw problem('role-changing')
  return true
}

/** Moves the user of a change, with his sessions, to the mandate that it granted. */
async function move(client: pg.PoolClient, mandate: string): Promise<void> {
  const { rows } = await client.query<{ old: string }>(
    `UPDATE content_role_change SET state = 'moved' WHERE mandate = $1 AND state = 'begun' RETURNING old_mandate AS old`,
    [mandate],
  )
  const old = rows[0]?.old
  invariant(old, 'a change that is open is locked')
  await client.query(
    `INSERT INTO content_mandate (mandate, user_id) SELECT $1, user_id FROM content_mandate WHERE mandate = $2`,
    [mandate, old],
  )
  await client.query('UPDATE content_session SET mandate = $1 WHERE mandate = $2', [mandate, old])
  await client.query('DELETE FROM content_mandate WHERE mandate = $1', [old])
}

async function answerOf(services: Services, id: string, receipt: Receipt, revoked: Receipt) {
  const { mandate, role, limit } = receipt.entry.body as Record<'mandate' | 'role', string> & { limit: string | null }
  const user = await userById(services, id)
  invariant(user, 'a user whose role was changed is known')
  const about = { ...shownUser(user), mandate, role: role.slice(role.indexOf('/') + 1), limit }
  return { ...about, entry: writtenOf(receipt), revoked: writtenOf(revoked) }
}

/** Revokes the mandate under which somebody acted before, once. */
async function revoke(services: Services, by: string, { mandate, old }: Record<'mandate' | 'old', string>) {
  const key = { sender: 'role changes', id: `revoke ${old}` }
  const receipt = await writeOnce(services, { type: 'MandateRevoked', by, key, request: { mandate: old } })
  await endChange(services, mandate, 'done')
  return receipt
}

async function endChange({ pool }: Services, mandate: string, state: 'done' | 'dropped'): Promise<boolean> {
  const { rowCount } = await pool.query('UPDATE content_role_change SET state = $2 WHERE mandate = $1 AND state = $3', [
    mandate,
    state,
    state === 'done' ? 'moved' : 'begun',
  ])
  return rowCount === 1
}

/**
 * Ends changes of roles that were interrupted: revokes what people acted under before, and what was granted and became
 * nobody's. As who changed the role, or as the Root user where that mandate may not any more. Answers how many.
 */
export async function finishRoleChanges(services: Services): Promise<number> {
  const { rows } = await services.pool.query<{ mandate: string; old: string; by: string; state: string }>(
    `SELECT mandate, old_mandate AS old, by_mandate AS by, state FROM content_role_change
      WHERE state IN ('begun', 'moved') AND created_at < $1 ORDER BY created_at LIMIT ${MOST_A_ROUND}
        FOR UPDATE SKIP LOCKED`,
    [new Date(services.clock().getTime() - STUCK_MS)],
  )
  for (const { mandate, old, by, state } of rows) {
    const isMoved = state === 'moved'
    if (!isMoved && !(await endChange(services, mandate, 'dropped'))) continue
    await revokeAsAny(services, by, isMoved ? old : mandate)
    if (isMoved) await endChange(services, mandate, 'done')
  }
  return rows.length
}

async function revokeAsAny(services: Services, by: string, mandate: string): Promise<void> {
  const row = await services.ledger.row('mandate', mandate)
  if (row?.active !== true) return
  const command = {
    type: 'MandateRevoked',
    key: { sender: 'role changes', id: `revoke ${mandate}` },
    request: { mandate },
  }
  try {
    await writeOnce(services, { ...command, by })
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    // The code does not say whose mandate is revoked: this one, by another process, or that of whoever began.
    const isOver = (await services.ledger.row('mandate', mandate))?.active !== true
    if (!isOver) await writeOnce(services, { ...command, by: await rootMandate(services) })
  }
}

async function rootMandate({ pool }: Services): Promise<string> {
  const { rows } = await pool.query<{ mandate: string }>(
    'SELECT m.mandate FROM content_root r JOIN content_mandate m ON m.user_id = r.user_id',
  )
  return rows[0]?.mandate ?? ''
}
