import {
  approveProposal,
  listProposals,
  type Proposal,
  type ProposalMade,
  readProposal,
  type Statement,
  sentenceOf,
} from '@tallystick/contract'
import { isReceipt, randomId } from '@tallystick/ledger'
import { isRefusal, proposalHash } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { isGovernment } from '../platform/auth.ts'
import { CreatedKey, decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import type { Sender } from '../platform/idempotency.ts'
import { lawInForce } from '../platform/law.ts'
import { type KnownNames, namesIn, speechOf } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { ProblemError, problem, refusalProblem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import {
  type ApprovalRow,
  approvalsOf,
  keepApproval,
  keepProposal,
  markAccepted,
  type ProposalRow,
  proposalById,
  proposalByKey,
  proposalPage,
  withdrawApproval,
} from './proposal-store.ts'

/** What may wait for approval, and the action of the permission table that it is. */
const actions = { BatchIssued: 'credits.issue' } as const
type ProposableType = keyof typeof actions

/** Commands that wait for approval by others. */
export function registerProposals(app: FastifyInstance, services: Services): void {
  handle(app, services, listProposals, async ({ query, actor }) => {
    if (!isGovernment(actor)) throw problem('forbidden')
    const limit = limitOf(query)
    const after = decodeCursor(CreatedKey, query.cursor)
    const rows = await proposalPage(services, { status: query.status, after }, limit + 1)
    const shown = await proposalsOf(services, rows)
    return pageFrom(
      rows,
      limit,
      (row) => shown(row),
      ({ created_at, id }) => [created_at.toISOString(), id],
    )
  })

  handle(app, services, readProposal, async ({ params, actor }) => {
    if (!isGovernment(actor)) throw problem('forbidden')
    const row = await proposalById(services, params.id)
    if (!row) throw problem('not-found')
    return (await proposalsOf(services, [row]))(row)
  })

  handle(app, services, approveProposal, async ({ params, body, actor }) => {
    const row = await proposalById(services, params.id)
    if (!row) throw problem('not-found')
    if (body?.sha256 !== undefined && body.sha256 !== row.proposal_hash) {
      throw problem('approval-mismatch', { expected: row.proposal_hash })
    }
    await approve(services, row, actor)
    const now = (await proposalById(services, params.id)) ?? row
    return (await proposalsOf(services, [now]))(now)
  })
}

/**
 * Tries to carry a command out; where the ledger says that approvals are all that is missing, keeps it as a proposal
 * and answers 202 with that.
 */
export async function orPropose<Answer>(
  services: Services,
  call: Sender & { actor: Actor },
  type: ProposableType,
  carryOut: () => Promise<Answer>,
): Promise<Answer | ProposalMade> {
  const missing = await carryOut().catch((error: unknown) => {
    if (error instanceof ProblemError && error.proposal) return error
    throw error
  })
  if (!(missing instanceof ProblemError) || !missing.proposal) return missing as Answer
  const id = randomId()
  const { v, body: request } = missing.proposal
  const loggedKey = await services.ledger.loggedKey(ledgerKey(call.sender, id))
  const sha256 = proposalHash({ v, type, by: call.actor.mandate, key: loggedKey, body: request })
  await keepProposal(services, call, { id, type, request, loggedKey, sha256 })
  const made = await proposalOfKey(services, call)
  if (!made) throw problem('internal')
  return made
}

/** A proposal's own idempotency key in the ledger: no header holds a space, so no command meets it. */
function ledgerKey(sender: string, proposal: string) {
  return { sender, id: `proposal ${proposal}` }
}

/** The proposal that a command with this key became before, answered as it was then. */
export async function proposalOfKey(services: Services, call: Sender): Promise<ProposalMade | undefined> {
  const row = await proposalByKey(services, call)
  if (!row) return undefined
  if (row.request_hash !== call.requestHash) throw problem('key-reused')
  const { id, type, sha256, sentence, body, needs } = (await proposalsOf(services, [row]))(row)
  call.reply.code(202)
  return { id, type, sha256, sentence, body, needs }
}

async function approve(services: Services, row: ProposalRow, actor: Actor): Promise<void> {
  if (row.approved_by) return answerDecided(row, actor)
  if (actor.mandate === row.by_mandate || actor.user === row.created_by) throw problem('approval-not-distinct')
  const { permissions } = await lawInForce(services.ledger)
  const action = actions[row.type as ProposableType]
  const policy = permissions.approvals[action]
  if (!policy?.by.includes(actor.role)) {
    throw problem('not-permitted', { action: `approve ${action}`, role: actor.role })
  }
  const isNew = await keepApproval(services, row.id, actor)
  const approvals = await approvalsOf(services, [row.id], policy.by)
  if (approvals.length < policy.count) return
  await carryOut(services, row, approvals.slice(0, policy.count), () =>
    isNew ? withdrawApproval(services, row.id, actor) : undefined,
  )
  const decided = await proposalById(services, row.id)
  if (decided) answerDecided(decided, actor)
}

/** Whoever's approval carried it is answered as if for the first time; anybody else came too late. */
function answerDecided(row: ProposalRow, actor: Actor): void {
  if (!row.approved_by?.includes(actor.mandate)) throw problem('proposal-decided')
}

async function carryOut(
  services: Services,
  row: ProposalRow,
  approvals: readonly ApprovalRow[],
  onRefusal: () => Promise<void> | undefined,
): Promise<void> {
  const outcome = await services.ledger.execute({
    type: row.type,
    by: row.by_mandate,
    approvals: approvals.map(({ mandate }) => ({ by: mandate, proposal: row.proposal_hash })),
    key: ledgerKey(row.key_sender, row.id),
    requestHash: row.request_hash,
    request: row.request,
  })
  if (!isReceipt(outcome)) await onRefusal()
  if (isRefusal(outcome)) throw refusalProblem(outcome)
  if (!isReceipt(outcome)) throw problem('key-reused')
  await markAccepted(services, row.id)
}

/** How proposals are shown, with everything loaded that they name. */
async function proposalsOf(services: Services, rows: readonly ProposalRow[]): Promise<(row: ProposalRow) => Proposal> {
  const { permissions } = await lawInForce(services.ledger)
  const given = await approvalsOf(
    services,
    rows.map(({ id }) => id),
    permissions.roles,
  )
  const names = await namesIn(services, rows, given)
  return (row) => {
    const policy = permissions.approvals[actions[row.type as ProposableType]]
    const statement = { type: row.type, by: row.by_mandate, body: row.request } as unknown as Statement
    const mandates = row.approved_by ?? given.filter(({ proposal }) => proposal === row.id).map((one) => one.mandate)
    return {
      id: row.id,
      type: row.type,
      sha256: row.proposal_hash,
      sentence: sentenceOf(statement, names, speechOf(services)),
      body: row.request,
      needs: { count: policy?.count ?? 0, by: policy?.by ?? [] },
      status: row.approved_by ? 'accepted' : 'open',
      by: agentOf(row.by_mandate, names),
      createdAt: row.created_at.toISOString(),
      approvals: mandates.map((mandate) => agentOf(mandate, names)),
      entry: row.entry,
    }
  }
}

function agentOf(mandate: string, names: KnownNames): Proposal['by'] {
  const known = names.mandate(mandate)
  return {
    mandate,
    role: known?.role ?? '',
    organisation: names.organisationRef(known?.organisation ?? ''),
  }
}
