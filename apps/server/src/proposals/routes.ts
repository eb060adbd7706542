import { approveProposal, listProposals, readProposal, refuseProposal, withdrawProposal } from '@tallystick/contract'
import { isReceipt, type Outcome } from '@tallystick/ledger'
import { allows, askedFor, chosenFor, isRefusal, type Law, type PermissionTable } from '@tallystick/rules'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type pg from 'pg'
import { isGovernment } from '../platform/auth.ts'
import { CreatedKey, decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import { spokenTo } from '../platform/language.ts'
import { lawInForce } from '../platform/law.ts'
import { namesIn } from '../platform/names.ts'
import { refuseNegative } from '../platform/negative-results.ts'
import { handle } from '../platform/operations.ts'
import { problem, refusalProblem } from '../platform/problem.ts'
import {
  type ApprovalRow,
  approvalsOf,
  keepApproval,
  lockProposal,
  markProposal,
  type ProposalRow,
  proposalById,
  proposalPage,
  refuseProposalRow,
} from '../platform/proposal-store.ts'
import { ownersOf, projectOf } from '../platform/proposal-subject.ts'
import { approvedBy, approvesAs, endOf, ledgerKey, proposalsOf } from '../platform/proposals.ts'
import type { Actor, Services } from '../platform/services.ts'
import { inTransaction } from '../platform/transaction.ts'

/** Commands that wait for approval by others. */
export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, listProposals, async ({ query, actor, request, reply }) => {
    const limit = limitOf(query)
    const after = decodeCursor(CreatedKey, query.cursor)
    const { permissions } = await lawInForce(services.ledger)
    const { organisation, role } = actor
    const of = isGovernment(actor) ? undefined : { organisation, actions: approvedBy(permissions, role) }
    const rows = await proposalPage(services, { status: query.status, after, of }, limit + 1)
    const shown = await proposalsOf(services, rows, spokenTo(request, reply))
    return pageFrom(
      rows,
      limit,
      (row) => shown(row),
      ({ created_at, id }) => [created_at.toISOString(), id],
    )
  })

  handle(app, services, readProposal, async ({ params, actor, reply }) => {
    const row = await known(services, params.id)
    if (!(await mayRead(services, row, actor))) throw problem('forbidden')
    return shownNow(services, row, reply)
  })

  handle(app, services, approveProposal, async ({ params, body, actor, reply }) => {
    const row = await known(services, params.id)
    if (body?.sha256 !== undefined && body.sha256 !== row.proposal_hash) {
      throw problem('approval-mismatch', { expected: row.proposal_hash })
    }
    const law = await lawInForce(services.ledger)
    await decideOn(services, row.id, (client, locked) => approve(services, client, locked, actor, law))
    return shownNow(services, row, reply)
  })

  handle(app, services, refuseProposal, async ({ params, body, actor, reply }) => {
    const row = await known(services, params.id)
    const law = await lawInForce(services.ledger)
    await decideOn(services, row.id, (client, locked) => refuse(services, client, locked, { actor, law, ...body }))
    await services.openings.forget(row.commitments)
    return shownNow(services, row, reply)
  })

  handle(app, services, withdrawProposal, async ({ params, actor, reply }) => {
    const row = await known(services, params.id)
    if (!(await mayWithdraw(services, row, actor))) throw problem('forbidden')
    await decideOn(services, row.id, async (client, locked) => {
      if (locked.approved_by || locked.status === 'refused') throw problem('proposal-decided')
      await markProposal(client, locked.id, 'withdrawn')
    })
    await services.openings.forget(row.commitments)
    return shownNow(services, row, reply)
  })
}

async function known(services: Services, id: string): Promise<ProposalRow> {
  const row = await proposalById(services.pool, id)
  if (!row) throw problem('not-found')
  return row
}

async function shownNow(services: Services, { id }: ProposalRow, reply: FastifyReply) {
  const row = await known(services, id)
  return (await proposalsOf(services, [row], spokenTo(reply.request, reply)))(row)
}

async function mayRead(services: Services, row: ProposalRow, actor: Actor): Promise<boolean> {
  if (isGovernment(actor) || row.by_organisation === actor.organisation) return true
  if (row.holders.includes(actor.organisation)) return true
  const { permissions } = await lawInForce(services.ledger)
  return approvesAs(permissions, row, actor).table
}

/** Whoever proposed it; once that mandate is not in force, a colleague who might have proposed the same. */
async function mayWithdraw(services: Services, row: ProposalRow, actor: Actor): Promise<boolean> {
  if (row.by_mandate === actor.mandate || row.created_by === actor.user) return true
  if (row.by_organisation !== actor.organisation) return false
  const [proposer, { permissions }] = await Promise.all([
    services.ledger.row('mandate', row.by_mandate),
    lawInForce(services.ledger),
  ])
  const act = { action: row.action, organisations: [actor.organisation] }
  return proposer?.active !== true && allows(permissions, actor.role, actor.organisation, act)
}

/** Works on a proposal while nobody else decides on it. The work has one connection, so that waiting takes no others. */
async function decideOn(
  { pool }: Services,
  id: string,
  work: (client: pg.PoolClient, row: ProposalRow) => Promise<void>,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await lockProposal(client, id)
    const row = await proposalById(client, id)
    if (!row) throw problem('not-found')
    await work(client, row)
  })
}

async function approve(
  services: Services,
  client: pg.PoolClient,
  row: ProposalRow,
  actor: Actor,
  law: Law,
): Promise<void> {
  if (row.approved_by) return answerDecided(row.approved_by, actor)
  if (row.status === 'withdrawn' || row.status === 'refused') throw problem('proposal-decided')
  const end = endOf(row, law)
  if (row.status === 'expired' || end <= services.clock()) throw problem('expired', { expiresAt: end.toISOString() })
  const { permissions } = law
  const own = approvesAs(permissions, row, actor)
  if (!own.table && !own.holder) {
    throw problem('not-permitted', { action: `approve ${row.action}`, role: actor.role })
  }
  await refuseSamePerson(services, client, row, actor)
  await keepApproval(client, row.id, actor, services.clock())
  const approvals = enough(await approvalsOf(client, [row.id]), row, permissions)
  if (!approvals) return refuseUnfit(services, row, actor)
  await carryOut(services, row, approvals)
  await markProposal(client, row.id, 'accepted')
}

/** Ends a proposal for good: whoever may approve it may say no, and one is enough. Once more does no harm. */
async function refuse(
  services: Services,
  client: pg.PoolClient,
  row: ProposalRow,
  { actor, law, reason }: { actor: Actor; law: Law; reason: string },
): Promise<void> {
  const own = approvesAs(law.permissions, row, actor)
  if (!own.table && !own.holder) {
    throw problem('not-permitted', { action: `approve ${row.action}`, role: actor.role })
  }
  if (row.approved_by || row.status === 'withdrawn') throw problem('proposal-decided')
  if (row.status === 'refused') {
    if (row.reason !== reason) throw problem('proposal-decided')
    return
  }
  const end = endOf(row, law)
  if (row.status === 'expired' || end <= services.clock()) throw problem('expired', { expiresAt: end.toISOString() })
  if (actor.user === row.created_by) throw problem('approval-not-distinct')
  await refuseInterested(services, row, actor, law)
  await refuseProposalRow(client, row.id, reason)
}

/** Whoever may not approve it for an interest in it ends it as little: to refuse is to decide. */
async function refuseInterested(
  services: Services,
  row: ProposalRow,
  { organisation, mandate }: Actor,
  { permissions }: Law,
): Promise<void> {
  if (!permissions.independent.includes(row.action)) return
  const names = await namesIn(services, row.request)
  const { affiliates = [] } = (await services.ledger.row('organisation', organisation)) ?? {}
  const owner = ownersOf(projectOf(row, names), names).find((one) => one === organisation || affiliates.includes(one))
  if (owner === undefined) return
  const affiliate = owner === organisation ? {} : { affiliate: organisation }
  throw problem('conflict-of-interest', { mandate, organisation: owner, ...affiliate })
}

/** Nobody approves what he proposed, or twice; and mandates that are there on one word are one person's. */
async function refuseSamePerson(
  services: Services,
  client: pg.PoolClient,
  row: ProposalRow,
  actor: Actor,
): Promise<void> {
  const handOf = async (mandate: string) => (await services.ledger.row('mandate', mandate))?.hand ?? mandate
  const [own, proposers] = await Promise.all([handOf(actor.mandate), handOf(row.by_mandate)])
  const given = await approvalsOf(client, [row.id])
  const isSame =
    actor.user === row.created_by ||
    own === proposers ||
    given.some(({ user, hand }) => user !== actor.user && hand === own)
  if (isSame) throw problem('approval-not-distinct')
}

/** Whoever's approval carried it is answered as if for the first time; anybody else came too late. */
function answerDecided(approvedBy: readonly string[], actor: Actor): void {
  if (!approvedBy.includes(actor.mandate)) throw problem('proposal-decided')
}

/** As many of the approvals as are asked for, each for one of them; undefined while there are too few. */
function enough(
  given: readonly ApprovalRow[],
  row: ProposalRow,
  permissions: PermissionTable,
): ApprovalRow[] | undefined {
  const asked = [...(row.holders.length > 0 ? [null] : []), ...askedFor(permissions, row.action)]
  return chosenFor(
    asked,
    given.map((one) => ({ ...one, isHolder: approvesAs(permissions, row, one).holder })),
  )
}

async function carryOut(services: Services, row: ProposalRow, approvals: readonly ApprovalRow[]): Promise<void> {
  await refuseNegative(services, row.type, row.request)
  const outcome = await executed(services, row, approvals)
  if (isRefusal(outcome)) throw refusalProblem(outcome)
  if (!isReceipt(outcome)) throw problem('key-reused')
}

/** Whoever may not approve this hears it now, and not the last one who approves: an interest, a limit. */
async function refuseUnfit(services: Services, row: ProposalRow, actor: Actor): Promise<void> {
  const outcome = await executed(services, row, [actor])
  if (isRefusal(outcome) && outcome.detail.mandate === actor.mandate) throw refusalProblem(outcome)
}

/** With too few approvals nothing is written. */
function executed(
  services: Services,
  row: ProposalRow,
  approvals: readonly Pick<ApprovalRow, 'mandate'>[],
): Promise<Outcome> {
  return services.ledger.execute({
    type: row.type,
    by: row.by_mandate,
    approvals: approvals.map(({ mandate }) => ({ by: mandate, proposal: row.proposal_hash })),
    key: ledgerKey(row.key_sender, row.id),
    requestHash: row.request_hash,
    request: row.request,
  })
}
