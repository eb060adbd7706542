import { z } from 'zod'
import { ById, Code, Id, Instant, Written } from './common.ts'
import { About, movementProblems, unitsBody } from './moved.ts'
import { defineOperation } from './operation.ts'
import { pageOf } from './page.ts'
import { Block, OrganisationRef, Party, ProjectRef } from './units.ts'

const tag = 'Pledges'

export const Pledge = z
  .object({
    id: Id,
    batch: Id,
    project: ProjectRef.nullable(),
    unitType: z.string(),
    vintage: z.string(),
    account: Party,
    to: OrganisationRef.meta({ description: 'In whose favour; it alone may release them.' }),
    reason: z.string(),
    quantity: z.string(),
    ranges: z.array(Block),
    expiresAt: Instant.nullable(),
    entry: Written,
  })
  .meta({ id: 'Pledge', description: 'Units that stay where they are and do not move until they are released.' })
export type Pledge = z.infer<typeof Pledge>

export const pledgeCredits = defineOperation({
  id: 'pledgeCredits',
  method: 'POST',
  path: '/national/pledges',
  summary: 'Pledge units to another organisation',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  body: unitsBody({
    account: Id,
    to: Id.meta({ description: 'The organisation in whose favour the units are pledged.' }),
    reason: Code.meta({ description: 'A word of the preset, such as `collateral`.' }),
    expiresAt: Instant.nullable().default(null),
  }),
  status: 201,
  answer: Pledge,
  problems: [...movementProblems, 'organisation-unknown', 'same-account', 'code-unknown', 'expiry-wrong'],
})

const PledgeListed = Pledge.extend({ standing: z.boolean() }).meta({ id: 'PledgeListed' })

export const listPledges = defineOperation({
  id: 'listPledges',
  method: 'GET',
  path: '/national/pledges',
  summary: 'List pledges, newest first',
  tag,
  access: 'public',
  query: About,
  answer: pageOf(PledgeListed),
  problems: ['cursor-invalid'],
})

export const readPledge = defineOperation({
  id: 'readPledge',
  method: 'GET',
  path: '/national/pledges/{id}',
  summary: 'Read a pledge',
  tag,
  access: 'public',
  params: ById,
  answer: PledgeListed,
  problems: ['not-found'],
})

export const releasePledge = defineOperation({
  id: 'releasePledge',
  method: 'POST',
  path: '/national/pledges/{id}/release',
  summary: 'Release pledged units',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject({}).nullish().meta({ description: 'Empty.' }),
  status: 201,
  answer: z.object({ id: Id, entry: Written }).meta({ id: 'PledgeReleased' }),
  problems: ['pledge-unknown'],
})
