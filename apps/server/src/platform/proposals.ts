import {
  type Agent,
  type Language,
  type Proposal,
  type ProposalMade,
  type Statement,
  sentenceOf,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { allows, askedFor, type Law, type PermissionTable, proposalHash } from '@tallystick/rules'
import { REPLAYED, type Sender } from './idempotency.ts'
import { spokenTo } from './language.ts'
import { lawInForce } from './law.ts'
import { type KnownNames, namesIn, speechOf } from './names.ts'
import type { Waiting } from './problem.ts'
import { problem } from './problem.ts'
import {
  type ApprovalRow,
  approvalsOf,
  endProposals,
  keepProposal,
  type ProposalRow,
  proposalByKey,
} from './proposal-store.ts'
import type { Actor, Services } from './services.ts'

type Proposer = Sender & { actor: Actor }

/** The proposal that a command with this key became before, answered as it was then. */
export async function proposalOfKey(services: Services, call: Sender): Promise<ProposalMade | undefined> {
  const row = await proposalByKey(services, call)
  if (!row) return undefined
  if (row.request_hash !== call.requestHash) throw problem('key-reused')
  const { id, type, sha256, sentence, body, needs } = (
    await proposalsOf(services, [row], spokenTo(call.reply.request, call.reply))
  )(row)
  call.reply.code(202).header(REPLAYED, 'true')
  return { id, type, sha256, sentence, body, needs }
}

/** Keeps a command of which the ledger says that approvals are all that is missing, and answers 202 with it. */
export async function propose(services: Services, call: Proposer, waiting: Waiting): Promise<ProposalMade> {
  const id = randomId()
  const { v, type, body, action, holders, commitments } = waiting
  const loggedKey = await services.ledger.loggedKey(ledgerKey(call.sender, id))
  const sha256 = proposalHash({ v, type, by: call.actor.mandate, key: loggedKey, body })
  const proposal = { id, type, action, holders, request: body, commitments, loggedKey, sha256 }
  const isNew = await keepProposal(services, call, proposal)
  if (!isNew && commitments.length > 0) await services.openings.forget(commitments)
  const made = await proposalOfKey(services, call)
  if (!made) throw problem('internal')
  if (isNew) call.reply.removeHeader(REPLAYED)
  return made
}

/** A proposal's own idempotency key in the ledger: no header holds a space, so no command meets it. */
export function ledgerKey(sender: string, proposal: string) {
  return { sender, id: `proposal ${proposal}` }
}

/** May the mandate approve, by the permission table or as a further mandate of the holder? */
export function approvesAs(
  permissions: PermissionTable,
  { action, holders }: Pick<ProposalRow, 'action' | 'holders'>,
  { role, organisation }: Pick<ApprovalRow, 'role' | 'organisation'>,
): { table: boolean; holder: boolean } {
  return {
    table: askedFor(permissions, action).some((roles) => roles.includes(role)),
    holder:
      holders.includes(organisation) && allows(permissions, role, organisation, { action, organisations: holders }),
  }
}

/** The actions that a role approves by the permission table. */
export function approvedBy({ approvals }: PermissionTable, role: string): string[] {
  return Object.entries(approvals).flatMap(([action, asked]) =>
    asked.some(({ by }) => by.includes(role)) ? [action] : [],
  )
}

const HOUR_MS = 3_600_000

/** Until when a proposal may be approved: it waits no longer than a movement does. */
export function endOf({ created_at }: Pick<ProposalRow, 'created_at'>, { preset }: Law): Date {
  return new Date(created_at.getTime() + preset.pending.hours * HOUR_MS)
}

/** Ends so many proposals whose time is over, and forgets the texts that were kept for them. */
export async function expireProposals(services: Services, most: number): Promise<number> {
  const { preset } = await lawInForce(services.ledger)
  const before = new Date(services.clock().getTime() - preset.pending.hours * HOUR_MS)
  const { ended, commitments } = await endProposals(services.pool, before, most)
  if (commitments.length > 0) await services.openings.forget(commitments)
  return ended
}

/** How proposals are shown, with everything loaded that they name. */
export async function proposalsOf(
  services: Services,
  rows: readonly ProposalRow[],
  language?: Language,
): Promise<(row: ProposalRow) => Proposal> {
  const law = await lawInForce(services.ledger)
  const given = await approvalsOf(
    services.pool,
    rows.map(({ id }) => id),
  )
  const named = rows.map(({ request, by_mandate, approved_by }) => [request, by_mandate, approved_by])
  const names = await namesIn(services, named, given)
  const speech = speechOf(services, language)
  return (row) => {
    const isOver = row.status === 'expired' || endOf(row, law) <= services.clock()
    const statement = { type: row.type, by: row.by_mandate, body: row.request } as unknown as Statement
    const mandates = row.approved_by ?? given.filter(({ proposal }) => proposal === row.id).map((one) => one.mandate)
    return {
      id: row.id,
      type: row.type,
      action: row.action,
      sha256: row.proposal_hash,
      sentence: sentenceOf(statement, names, speech),
      body: row.request,
      needs: { approvals: law.permissions.approvals[row.action] ?? [], holders: row.holders },
      status: statusOf(row, isOver),
      reason: row.reason,
      by: agentOf(row.by_mandate, names),
      createdAt: row.created_at.toISOString(),
      expiresAt: endOf(row, law).toISOString(),
      approvals: mandates.map((mandate) => agentOf(mandate, names)),
      entry: row.entry,
    }
  }
}

/** The ledger says whether it was carried out, whatever else was noted. */
function statusOf({ approved_by, status }: ProposalRow, isOver: boolean): Proposal['status'] {
  if (approved_by) return 'accepted'
  if (status === 'withdrawn' || status === 'refused') return status
  return isOver ? 'expired' : 'open'
}

/** Who acts, as everybody may see it. */
export function agentOf(mandate: string, names: KnownNames): Agent {
  const known = names.mandate(mandate)
  return {
    mandate,
    role: known?.role ?? '',
    organisation: names.organisationRef(known?.organisation ?? ''),
  }
}
