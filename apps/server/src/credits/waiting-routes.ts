import {
  approveMovement,
  declineMovement,
  type EndedMovement,
  listMovements,
  type MovementStep,
  proposeMovement,
  readEntryOf,
  readMovement,
  type WaitingMovement,
  withdrawMovement,
} from '@tallystick/contract'
import type { Receipt } from '@tallystick/ledger'
import {
  allows,
  approvedBy,
  askedFor,
  isLastStep,
  type Law,
  movementAction,
  nextStep,
  type PendingKind,
  type Rows,
  standingOf,
} from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { refuseBetweenRoles } from '../platform/between-roles.ts'
import { decodeCursor, IdKey, limitOf, pageFrom } from '../platform/cursor.ts'
import { endingOf, entryNaming, entryOf, placeOf } from '../platform/entries.ts'
import { execute, type Sender, writtenOf } from '../platform/idempotency.ts'
import { lawInForce } from '../platform/law.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { fieldProblem, ProblemError, problem } from '../platform/problem.ts'
import { agentOf } from '../platform/proposals.ts'
import type { Actor, Services } from '../platform/services.ts'
import { beneficiaryOf, unitsShown } from './answers.ts'
import { chosenUnits } from './choice.ts'
import { endAccount, sayUnknown } from './queries.ts'
import { proposedOf, waitingRequest } from './waiting.ts'

type Waiting = Rows['pending']

/** Movements that wait until others approve or accept them. */
export function registerWaiting(app: FastifyInstance, services: Services): void {
  handle(app, services, proposeMovement, async (call) => {
    const { kind, from, to, purpose, beneficiary, agreement, acceptance, expiresAt } = call.body
    const [units, receiver] = await Promise.all([
      chosenUnits(services, call.body),
      kind === 'transfer' ? to : endAccount(services, call.actor, from, kind),
    ])
    if (receiver === undefined) throw fieldProblem('to', 'a transfer has a receiver')
    const commitment = beneficiary === null ? null : await services.openings.commit(beneficiary)
    const by = agreement ? { agreement } : {}
    const movement = {
      kind,
      from,
      to: receiver,
      purpose,
      beneficiary: commitment,
      ...by,
      ...units,
      acceptance,
      expiresAt,
    }
    const receipt = await execute(services, call, {
      type: 'MovementProposed',
      request: await waitingRequest(services, movement),
      commitments: commitment === null ? [] : [commitment],
    })
    const row = { ...receipt, entry: entryOf('MovementProposed', receipt) }
    return proposedOf(row, await namesIn(services, row.entry))
  })

  handle(app, services, listMovements, async ({ query, actor }) => {
    const [after] = decodeCursor(IdKey, query.cursor) ?? ['']
    const limit = limitOf(query)
    const now = { law: await lawInForce(services.ledger), at: services.clock().toISOString() }
    const shown = await waitingFor(services, actor, query.which, after, limit + 1, now)
    return pageFrom(
      shown,
      limit,
      ({ movement }) => movement,
      ({ movement }) => [movement.id],
    )
  })

  handle(app, services, readMovement, async ({ params: { id }, actor }) => {
    const [row, law] = await Promise.all([services.ledger.row('pending', id), lawInForce(services.ledger)])
    if (!row) return endedMovement(services, id)
    const names = await namesIn(services, row, actor?.mandate)
    return waitingOf(id, standingOf(row, names, law, services.clock().toISOString()), names, law, actor)
  })

  handle(app, services, approveMovement, async (call) => {
    await refuseBetweenRoles(services, call.actor)
    const receipt = await nextStepOf(services, call)
    return stepOf(call.params.id, receipt)
  })

  handle(app, services, declineMovement, (call) => ended(services, call, 'MovementDeclined'))
  handle(app, services, withdrawMovement, (call) => ended(services, call, 'MovementWithdrawn'))
}

/** By what law, and when. */
interface Now {
  law: Law
  at: string
}

/** So many movements that wait, and whether the next step is one's own to take, or somebody else's. */
async function waitingFor(
  services: Services,
  actor: Actor,
  which: 'mine' | 'for-me',
  after: string,
  most: number,
  { law, at }: Now,
) {
  const found: { movement: WaitingMovement; row: Waiting; isFor: (agent: Agent) => boolean }[] = []
  // The database names a few too many where the table asks for several kinds of roles: those are left out here.
  for (let from = after; ; ) {
    const rows = await waitingPage(services, actor, which, from, most, { law, at })
    if (rows.length === 0) return found
    const names = await namesIn(services, rows, actor.mandate)
    for (const { id, row } of rows) {
      const now = standingOf(row, names, law, at)
      const movement = waitingOf(id, now, names, law, actor)
      const isFor = (agent: Agent) => mayStep(now, names, law, agent)
      if (movement.mine || which === 'mine') found.push({ movement, row: now, isFor })
    }
    const last = rows.at(-1)
    if (found.length >= most || rows.length < most || !last) return found.slice(0, most)
    from = last.id
  }
}

/** Movements whose next step somebody may take, with when they were proposed; null where that lies far back. */
export async function waitingForMe(services: Services, actor: Actor, after: string, most: number, now: Now) {
  const found = await waitingFor(services, actor, 'for-me', after, most, now)
  if (found.length === 0) return []
  const { rows } = await services.pool.query<{ id: string; bytes: Buffer }>({
    name: 'movements-proposed',
    text: PROPOSED,
    values: [found.map(({ movement }) => movement.id), found.map(({ row }) => row.from)],
  })
  const since = new Map(rows.map(({ id, bytes }) => [id, readEntryOf('MovementProposed', bytes).at]))
  return found.map(({ movement, isFor }) => ({ movement, isFor, since: since.get(movement.id) ?? null }))
}

// The stream of an account that moves much is long: how far it is read is bounded.
const PROPOSED = `
  SELECT k.id, said.bytes
    FROM unnest($1::text[], $2::text[]) k(id, account)
   CROSS JOIN LATERAL (
     SELECT e.bytes
       FROM (SELECT s.revision, s.indexes FROM ledger_stream s WHERE s.id = k.account
              ORDER BY s.revision DESC LIMIT 2000) s
      CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY i(index, at)
       JOIN ledger_entry e ON e.index = i.index
      WHERE e.type = 'MovementProposed' AND position(convert_to('"movement":"' || k.id || '"', 'UTF8') IN e.bytes) > 0
      ORDER BY s.revision DESC, i.at DESC LIMIT 1) said`

/** A movement that waited and is over, by its proposal and its end. */
async function endedMovement(services: Services, id: string): Promise<EndedMovement> {
  const end = await endingOf(services, id)
  const stream = end?.entry.streams[0]?.[0]
  const proposal =
    stream === undefined
      ? undefined
      : await entryNaming(services, 'MovementProposed', stream, ['movement', id], end?.index)
  if (!end || !proposal) throw problem('not-found')
  const names = await namesIn(services, [proposal.entry, end.entry])
  return {
    ...proposedOf(proposal, names),
    state: endings[end.entry.type] ?? 'done',
    by: agentOf(proposal.entry.by, names),
    ended: placeOf(end),
  }
}

const endings: Readonly<Record<string, EndedMovement['state']>> = {
  MovementDeclined: 'declined',
  MovementWithdrawn: 'withdrawn',
  MovementExpired: 'expired',
  MovementHalted: 'halted',
}

async function ended(
  services: Services,
  call: Sender & { actor: Actor; params: { id: string } },
  type: 'MovementDeclined' | 'MovementWithdrawn',
): Promise<MovementStep> {
  const { id } = call.params
  const receipt = await execute(services, call, { type, request: { movement: id } }).catch((error: unknown) =>
    sayUnknown(services, error, 'pending', id),
  )
  return stepOf(id, receipt)
}

const finalTypes: Readonly<Record<PendingKind, string>> = {
  transfer: 'CreditsTransferred',
  retirement: 'CreditsRetired',
  cancellation: 'CreditsCancelled',
}

/** The next step: an approval, or the movement itself. Tries once more where another's step came in between. */
async function nextStepOf(
  services: Services,
  call: Sender & { actor: Actor; params: { id: string } },
): Promise<Receipt> {
  const step = async () => {
    const waiting = await standingNow(services, call.params.id)
    return execute(services, call, stepCommand(call.params.id, waiting))
  }
  return step().catch((error: unknown) => {
    if (error instanceof ProblemError && overtaken.has(error.problem.code)) return step()
    return sayUnknown(services, error, 'pending', call.params.id)
  })
}

/** The movement with the approvals that count now, and all that is asked for by now. */
async function standingNow(services: Services, id: string): Promise<Waiting | undefined> {
  const row = await services.ledger.row('pending', id)
  if (!row) return row
  const [names, law] = await Promise.all([namesIn(services, row), lawInForce(services.ledger)])
  return standingOf(row, names, law, services.clock().toISOString())
}

/** How the ledger refuses a step that was the right one a moment ago. */
const overtaken: ReadonlySet<string> = new Set(['last-step', 'step-missing', 'movement-differs'])

function stepCommand(id: string, waiting: Waiting | undefined) {
  if (!waiting || !isLastStep(waiting)) return { type: 'MovementApproved', request: { movement: id } }
  const { kind, batch, from, to, ranges, purpose, beneficiary } = waiting
  const movement = { batch, from, to, ranges, pending: id }
  return { type: finalTypes[kind], request: kind === 'transfer' ? movement : { ...movement, purpose, beneficiary } }
}

const steps: Readonly<Record<string, MovementStep['step']>> = {
  MovementApproved: 'approved',
  MovementDeclined: 'declined',
  MovementWithdrawn: 'withdrawn',
}

function stepOf(id: string, receipt: Receipt): MovementStep {
  return { id, step: steps[receipt.entry.type] ?? 'done', entry: writtenOf(receipt) }
}

interface WaitingRow {
  id: string
  row: Waiting
}

/** Movements that wait: from or to accounts of the organisation, or whose next step the mandate might take. */
async function waitingPage(
  { pool }: Services,
  { organisation, role, mandate }: Actor,
  which: 'mine' | 'for-me',
  after: string,
  limit: number,
  { law, at }: { law: Law; at: string },
): Promise<WaitingRow[]> {
  const mine = `f.row ->> 'organisation' = $1 OR t.row ->> 'organisation' = $1`
  const forMe = `
    CASE WHEN jsonb_array_length(now.missing) = 0 THEN t.row ->> 'organisation' = $1
         ELSE own.row ->> 'hand' <> proposer.row ->> 'hand' AND own.row ->> 'hand' <> ALL (now.hands)
          AND (asked.now @> jsonb_build_array(jsonb_build_array($5::text))
               OR (f.row ->> 'organisation' = $1 AND asked.now @> '[null]')) END`
  const { rows } = await pool.query<WaitingRow>({
    // Planned once: it is long.
    name: `movements-${which}`,
    text: `SELECT p.id, p.row FROM ledger_row p
       JOIN ledger_row f ON f.kind = 'account' AND f.id = p.row ->> 'from'
       JOIN ledger_row t ON t.kind = 'account' AND t.id = p.row ->> 'to'
       ${which === 'mine' ? '' : STEPS_NOW}
      WHERE p.kind = 'pending' AND p.id > $2 AND (${which === 'mine' ? mine : forMe}) ORDER BY p.id LIMIT $3`,
    values: [
      organisation,
      after,
      limit,
      ...(which === 'mine' ? [] : [mandate, role, at, JSON.stringify(approvalsByKind(law))]),
    ],
  })
  return rows
}

/** What the permission table asks for of movements: by kind, and of purposes other than an NDC by kind and `.oimp`. */
function approvalsByKind({ permissions }: Law): Record<string, string[][]> {
  const kinds = ['transfer', 'retirement', 'cancellation'] as const
  const asked = kinds.flatMap((kind) =>
    [null, 'OIMP_OP'].map((purpose) => [
      purpose === null ? kind : `${kind}.oimp`,
      askedFor(permissions, movementAction({ kind, purpose })),
    ]),
  )
  return Object.fromEntries(asked)
}

/**
 * Do the holder's policy and the permission table ask for approvals by now that were not asked for before? Where the table
 * asks for those of several kinds of roles, the answer is that it may.
 */
const MORE_NOW = `
  SELECT (NOT before.roles @> '[null]' AND units.quantity > coalesce(policy.above, units.quantity)) AS second,
         (SELECT count(DISTINCT slot) > 1 FROM jsonb_array_elements(asked.of) slot)
           OR (SELECT count(*) FROM jsonb_array_elements(before.roles) one
                WHERE jsonb_typeof(one) = 'array' AND one <@ (asked.of -> 0)) < jsonb_array_length(asked.of) AS officers,
         asked.of AS by
    FROM (SELECT (p.row -> 'given') || (p.row -> 'missing') AS roles) before,
         (SELECT sum((r ->> 1)::bigint - (r ->> 0)::bigint + 1) AS quantity
            FROM jsonb_array_elements(p.row -> 'ranges') r) units,
         (SELECT (CASE WHEN f.row #>> '{policy,loosened,from}' <= $6 THEN f.row #>> '{policy,loosened,secondAbove}'
                       ELSE f.row #>> '{policy,secondAbove}' END)::bigint AS above) policy,
         (SELECT $7::jsonb -> ((p.row ->> 'kind')
                 || CASE WHEN p.row ->> 'purpose' LIKE 'OIMP%' THEN '.oimp' ELSE '' END) AS of) asked`

/**
 * What is missing, an approval counting while its mandate is in force, with what policy ($6: the instant) and table ($7)
 * ask for by now; and who has approved, by the word they are there on. The same as `standingOf`, in SQL.
 */
const STEPS_NOW = `
  JOIN ledger_row own ON own.kind = 'mandate' AND own.id = $4
  JOIN ledger_row proposer ON proposer.kind = 'mandate' AND proposer.id = p.row ->> 'proposer'
 CROSS JOIN LATERAL (
   SELECT given.missing || (p.row -> 'missing')
            || CASE WHEN more.second THEN '[null]'::jsonb ELSE '[]' END
            || CASE WHEN more.officers THEN more.by ELSE '[]' END AS missing,
          given.hands
     FROM (
   SELECT coalesce(jsonb_agg(p.row -> 'given' -> at) FILTER (WHERE NOT stands), '[]') AS missing,
          coalesce(array_agg(hand) FILTER (WHERE stands), '{}') AS hands
     FROM (SELECT a.at::int - 1 AS at, m.row ->> 'hand' AS hand,
                  (m.row ->> 'active')::boolean AND (o.row ->> 'active')::boolean AS stands
             FROM jsonb_array_elements_text(p.row -> 'approvers') WITH ORDINALITY a(mandate, at)
             JOIN ledger_row m ON m.kind = 'mandate' AND m.id = a.mandate
             JOIN ledger_row o ON o.kind = 'organisation' AND o.id = m.row ->> 'organisation') each
     ) given, LATERAL ( ${MORE_NOW} ) more
 ) now
 -- Whoever approved before may count for another approval than until now, so that any of them may be given.
 CROSS JOIN LATERAL (SELECT (p.row -> 'given') || now.missing AS now) asked`

function waitingOf(id: string, row: Waiting, names: KnownNames, law: Law, actor: Actor | undefined): WaitingMovement {
  const { kind, from, to, purpose, beneficiary, agreement = null, expiresAt } = row
  const { missing, acceptance, proposer, approvers } = row
  return {
    id,
    state: 'waiting',
    kind,
    ...unitsShown(row, names),
    from: names.party(from),
    to: names.party(to),
    purpose,
    beneficiary: beneficiaryOf(beneficiary, names),
    agreement,
    expiresAt,
    next: nextStep(row),
    missing: missing.map((roles) => ({ roles })),
    acceptance,
    by: agentOf(proposer, names),
    approvals: approvers.map((mandate) => agentOf(mandate, names)),
    mine: actor !== undefined && mayStep(row, names, law, actor),
  }
}

/** A mandate that might take a step; `hand` where it is known from elsewhere. */
type Agent = Pick<Actor, 'mandate' | 'role' | 'organisation'> & { hand?: string }

/** May this mandate take the next step, by the permission table and what is missing? */
function mayStep(row: Waiting, names: KnownNames, { permissions }: Law, agent: Agent): boolean {
  const { organisation, role, mandate } = agent
  const step = nextStep(row)
  const organisations = [names.party(step === 'accept' ? row.to : row.from).organisation.id]
  if (!allows(permissions, role, organisation, { action: `movements.${step}`, organisations })) return false
  if (!names.inForce(row.proposer)) return false
  if (step === 'accept') return true
  const hands = [row.proposer, ...row.approvers].map((mandate) => names.mandate(mandate)?.hand)
  if (hands.includes(names.mandate(mandate)?.hand ?? agent.hand)) return false
  const known = {
    mandate: (id: string) =>
      names.mandate(id) ??
      (id === mandate ? { organisation, role, limit: null, active: true, hand: agent.hand ?? id } : undefined),
    account: (id: string) => names.account(id),
  }
  return approvedBy(row, mandate, known, { permissions }) !== undefined
}
