import { z } from 'zod'
import { ById, Hash, Id, Instant, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { OrganisationRef } from './units.ts'

const tag = 'Proposals'

const Needs = z
  .object({
    count: z.number().int().meta({ description: 'How many others must approve.' }),
    by: z.array(z.string()).meta({ description: 'Roles that may.' }),
  })
  .meta({ id: 'ApprovalsNeeded' })

/** The answer to a command that waits: nothing is in the ledger yet. */
export const ProposalMade = z
  .object({
    id: Id,
    type: z.string().meta({ description: 'Type of the entry that will be written.' }),
    sha256: Hash.meta({ description: 'What an approval binds: the hash of the exact proposal.' }),
    sentence: z.string().meta({ description: 'The sentence that will stand in the ledger.' }),
    body: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The body of the entry, without what the ledger allots.' }),
    needs: Needs,
  })
  .meta({ id: 'ProposalMade', description: 'The command waits for approval by others.' })
export type ProposalMade = z.infer<typeof ProposalMade>

const Agent = z.object({ mandate: Id, role: z.string(), organisation: OrganisationRef }).meta({ id: 'Agent' })

export const Proposal = ProposalMade.extend({
  status: z.enum(['open', 'accepted']),
  by: Agent,
  createdAt: Instant,
  approvals: z.array(Agent),
  entry: Written.nullable().meta({ description: 'The entry that it became; null while it waits.' }),
}).meta({ id: 'Proposal' })
export type Proposal = z.infer<typeof Proposal>

export const listProposals = defineOperation({
  id: 'listProposals',
  method: 'GET',
  path: '/national/proposals',
  summary: 'List proposals, oldest first',
  tag,
  access: 'signed-in',
  query: PageQuery.extend({ status: z.enum(['open', 'accepted']).default('open') }),
  answer: pageOf(Proposal),
  problems: ['cursor-invalid', 'forbidden'],
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
    'The last approval that is needed carries the command out, once. Send `sha256` to approve exactly what was read.',
  tag,
  access: 'signed-in',
  command: true,
  params: ById,
  body: z.strictObject({ sha256: Hash.optional() }).nullish().meta({ description: 'May be left out.' }),
  status: 201,
  answer: Proposal,
  problems: ['not-found', 'approval-not-distinct', 'approval-mismatch', 'proposal-decided', 'authorisation-exceeded'],
})
