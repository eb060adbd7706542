import { z } from 'zod'
import { ById, Hash, Id, Instant, line, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { ProposalMade } from './proposal-made.ts'
import { OrganisationRef } from './units.ts'

const tag = 'Proposals'

export const Agent = z
  .object({ mandate: Id, role: z.string(), organisation: OrganisationRef })
  .meta({ id: 'Agent', description: 'Who acts: a mandate, as what, and for whom.' })
export type Agent = z.infer<typeof Agent>

const ProposalStatus = z.enum(['open', 'accepted', 'refused', 'withdrawn', 'expired'])

export const Proposal = ProposalMade.extend({
  action: z.string().meta({ description: 'The action of the permission table that it is, such as `credits.issue`.' }),
  status: ProposalStatus,
  reason: z.string().nullable().meta({ description: 'Why it was refused; null where it was not.' }),
  by: Agent,
  createdAt: Instant,
  expiresAt: Instant.meta({ description: 'Until when it may be approved.' }),
  approvals: z.array(Agent),
  entry: Written.nullable().meta({ description: 'The entry that it became; null while it waits.' }),
}).meta({ id: 'Proposal' })
export type Proposal = z.infer<typeof Proposal>

export const listProposals = defineOperation({
  id: 'listProposals',
  method: 'GET',
  path: '/national/proposals',
  summary: 'List proposals, oldest first',
  description: 'The government reads all; others read those of their own organisation and those that they may approve.',
  tag,
  access: 'signed-in',
  query: PageQuery.extend({ status: ProposalStatus.default('open') }),
  answer: pageOf(Proposal),
  problems: ['cursor-invalid'],
})

export const readProposal = defineOperation({
  id: 'readProposal',
  method: 'GET',
  path: '/national/proposals/{id}',
  summary: 'Read a proposal',
  tag,
  access: 'signed-in',
  params: ById,
  answer: Proposal,
  problems: ['not-found', 'forbidden'],
})

export const approveProposal = defineOperation({
  id: 'approveProposal',
  method: 'POST',
  path: '/national/proposals/{id}/approvals',
  summary: 'Approve a proposal',
  description:
    'The last approval that is needed carries the command out, once. Send `sha256` to approve exactly what was read. ' +
    'What the ledger refuses then is answered as for the command itself; the approval is not kept.',
  tag,
  access: 'signed-in',
  keys: 'never',
  command: true,
  params: ById,
  body: z.strictObject({ sha256: Hash.optional() }).nullish().meta({ description: 'May be left out.' }),
  status: 201,
  answer: Proposal,
  problems: [
    'not-found',
    'approval-not-distinct',
    'approval-mismatch',
    'proposal-decided',
    'expired',
    'authorisation-exceeded',
    'certified-exceeded',
    'result-negative',
    'crediting-missing',
    'mandate-limit',
    'terms-changed',
    'code-unknown',
  ],
})

export const refuseProposal = defineOperation({
  id: 'refuseProposal',
  method: 'POST',
  path: '/national/proposals/{id}/refusal',
  summary: 'Refuse a proposal that you may approve',
  description: 'That ends it, whoever else approved it; its proposer is told the reason.',
  tag,
  access: 'signed-in',
  keys: 'never',
  command: true,
  params: ById,
  body: z.strictObject({ reason: line(500) }),
  status: 201,
  answer: Proposal,
  problems: ['not-found', 'approval-not-distinct', 'conflict-of-interest', 'proposal-decided', 'expired'],
})

export const withdrawProposal = defineOperation({
  id: 'withdrawProposal',
  method: 'POST',
  path: '/national/proposals/{id}/withdrawal',
  summary: 'Withdraw a proposal of your own that waits',
  description: 'Once its proposer may not act any more: a colleague who might have proposed it.',
  tag,
  access: 'signed-in',
  command: true,
  params: ById,
  body: z.strictObject({}).nullish().meta({ description: 'Empty.' }),
  status: 201,
  answer: Proposal,
  problems: ['not-found', 'forbidden', 'proposal-decided'],
})
