import { z } from 'zod'
import { Hash, Id } from './common.ts'

const Needs = z
  .object({
    approvals: z
      .array(
        z
          .object({
            count: z.number().int().meta({ description: 'How many others of these roles must approve.' }),
            by: z.array(z.string()).meta({ description: 'Roles that may.' }),
          })
          .meta({ id: 'ApprovalRequirement' }),
      )
      .meta({ description: 'All of these must be met; one approval counts for one of them.' }),
    holders: z.array(Id).meta({
      description:
        "Not empty where the policy of a holder's account asks for a second mandate: one of these organisations must " +
        'approve it by a further mandate that might have done the same.',
    }),
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
