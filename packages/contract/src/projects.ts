import { z } from 'zod'
import { Certification } from './certifications.ts'
import { Amount, ById, Code, Hash, Id, Instant, line, Written } from './common.ts'
import { SECTORS } from './description-codes.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { CreditingPeriod, Period } from './periods.ts'
import { issuanceTerms, Levy } from './pools.ts'
import { moveBody, projectLife } from './project-life.ts'
import { Block, OrganisationRef } from './units.ts'

const tag = 'Projects'

const Scope = z
  .string()
  .regex(/^([1-9]|1[0-5])$/, 'must be a sectoral scope from 1 to 15, as a string such as "1"')
  .meta({ description: 'CDM sectoral scope.' })

const Methodology = z
  .string()
  .regex(/^[A-Z][A-Za-z0-9./-]{1,39}( v\d{1,3}(\.\d{1,3}){0,2})?$/, 'must be the code of a methodology such as AMS-I.D')

const Share = z
  .string()
  .regex(/^(100|[1-9]?\d)(\.\d{1,4})?$/, 'must be a percentage as a string such as "60" or "33.3333"')
  .meta({ description: 'Per cent, at most four decimals. All shares sum to 100.' })

const Owners = z
  .array(z.strictObject({ account: Id.meta({ description: 'A holding account of the owner.' }), share: Share }))
  .min(1)
  .max(50)

const Owner = z
  .object({ account: Id, organisation: OrganisationRef, share: z.string() })
  .meta({ id: 'Owner', description: 'Who receives which share of what is issued, and into which account.' })

export const Project = z
  .object({
    id: Id,
    number: z.number().int().meta({ description: 'Number within the country, as it stands in serial numbers.' }),
    title: z.string().nullable().meta({ description: 'Null where the title was erased.' }),
    state: Code.meta({ description: 'A state of the preset, such as `registered`.' }),
    sectoralScope: z.string(),
    methodology: z.string(),
    owners: z.array(Owner),
  })
  .meta({ id: 'Project' })
export type Project = z.infer<typeof Project>

const Authorised = z
  .object({
    id: Id,
    unitType: z.string(),
    quantity: Amount,
    issued: Amount,
    left: Amount,
    purposes: z.array(z.string()),
    version: z.number().int(),
    active: z.boolean().meta({ description: 'False once it was revoked.' }),
  })
  .meta({ id: 'Authorised', description: 'What was authorised, and how much of it was issued.' })

const Owed = z.object({ unitType: z.string(), quantity: Amount }).meta({ id: 'Owed' })

const IssuedBatch = z
  .object({ id: Id, unitType: z.string(), vintage: z.string(), block: Block })
  .meta({ id: 'IssuedBatch' })

export const ProjectDetails = Project.extend({
  registered: Written,
  ...projectLife,
  totals: z.object({ authorised: Amount, issued: Amount, left: Amount }),
  terms: z
    .object({ buffer: z.string(), exempt: z.array(z.string()) })
    .meta({ description: 'Percentage of each issuance that goes to the buffer, and levies that are not taken.' }),
  debts: z.array(Owed).meta({ description: 'Units that the project owes to the buffer.' }),
  certifiers: z
    .array(z.object({ task: z.string(), organisation: OrganisationRef }).meta({ id: 'AssignedCertifier' }))
    .meta({ description: 'Who is assigned to which task.' }),
  creditingPeriods: z.array(CreditingPeriod).meta({ description: 'Newest first, at most 20.' }),
  periods: z
    .array(Period)
    .meta({ description: 'The newest monitoring periods, at most 20; all are at `/national/projects/{id}/periods`.' }),
  certifications: z.array(Certification).meta({ description: 'Certifications that stand, the first one first.' }),
  openReversals: z.number().int().meta({ description: 'While any is open, nothing is issued.' }),
  authorisations: z.array(Authorised).meta({ description: 'At most 1,000.' }),
  batches: z.array(IssuedBatch).meta({ description: 'At most 1,000; all are at `/national/batches?project=`.' }),
}).meta({ id: 'ProjectDetails' })
export type ProjectDetails = z.infer<typeof ProjectDetails>

export const registerProject = defineOperation({
  id: 'registerProject',
  method: 'POST',
  path: '/national/projects',
  summary: 'Register a project',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z.strictObject({
    title: line(200).meta({ description: 'Public. The ledger keeps only a commitment to it.' }),
    sectoralScope: Scope,
    methodology: Methodology,
    owners: Owners,
  }),
  status: 201,
  answer: Project.extend({ entry: Written }).meta({ id: 'ProjectRegistered' }),
  problems: [
    'account-unknown',
    'account-kind',
    'account-not-active',
    'already-exists',
    'shares-not-100',
    'scope-unknown',
  ],
})

export const listProjects = defineOperation({
  id: 'listProjects',
  method: 'GET',
  path: '/national/projects',
  summary: 'List projects, newest first',
  description: 'With several filters, the projects of which all of them are true.',
  tag,
  access: 'public',
  query: PageQuery.extend({
    state: Code.optional().meta({ description: 'Only those in this state of the preset.' }),
    sectoralScope: Scope.optional().meta({ description: 'Only those of this sectoral scope.' }),
    sector: z
      .enum([...SECTORS.keys()])
      .optional()
      .meta({ description: 'Only those whose description in force names this sector.' }),
    externalId: line(100).optional().meta({ description: 'The one whose description in force has this external id.' }),
    owner: Id.optional().meta({ description: 'Only those that this organisation owns, alone or with others.' }),
    title: line(200).optional().meta({ description: 'Only those in whose title each of these words begins one.' }),
  }),
  answer: pageOf(Project),
  problems: ['cursor-invalid'],
})

export const readProject = defineOperation({
  id: 'readProject',
  method: 'GET',
  path: '/national/projects/{id}',
  summary: 'Read a project: where it stands and what may follow, owners, what was authorised, issued and is left',
  tag,
  access: 'public',
  params: ById,
  answer: ProjectDetails,
  problems: ['not-found'],
})

export const moveProject = defineOperation({
  id: 'moveProject',
  method: 'POST',
  path: '/national/projects/{id}/moves',
  summary: 'Move a project to another state',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: moveBody('register'),
  status: 201,
  answer: z.object({ id: Id, move: z.string(), state: z.string(), entry: Written }).meta({ id: 'ProjectMoved' }),
  problems: [
    'project-unknown',
    'project-state',
    'move-unknown',
    'reason-missing',
    'code-unknown',
    'document-missing',
    'terms-changed',
    'findings-open',
    'certifier-missing',
    'crediting-missing',
    'crediting-used-up',
    'not-settled',
    'too-early',
    'too-late',
  ],
})

export const changeOwnership = defineOperation({
  id: 'changeOwnership',
  method: 'POST',
  path: '/national/projects/{id}/ownership',
  summary: 'Change who owns a project, and in which shares, from the next issuance on',
  description: 'What was issued stays where it is.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject({ owners: Owners }),
  status: 201,
  answer: z.object({ id: Id, owners: z.array(Owner), entry: Written }).meta({ id: 'OwnershipChanged' }),
  problems: [
    'project-unknown',
    'account-unknown',
    'account-kind',
    'account-not-active',
    'already-exists',
    'shares-not-100',
    'nothing-changes',
  ],
})

export const setIssuanceTerms = defineOperation({
  id: 'setIssuanceTerms',
  method: 'POST',
  path: '/national/projects/{id}/issuance-terms',
  summary: 'Set the buffer percentage of a project, and the levies that it is exempt from',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject(issuanceTerms),
  status: 201,
  answer: z
    .object({ id: Id, buffer: z.string(), exempt: z.array(Levy), reason: z.string(), entry: Written })
    .meta({ id: 'IssuanceTermsSet' }),
  problems: ['project-unknown', 'code-unknown'],
})

export const ProjectLedgerEntry = z
  .object({
    revision: z.number().int().meta({ description: 'Place in the stream of the project, from 1, without gaps.' }),
    index: z.number().int(),
    leaf: Hash,
    at: Instant,
    type: z.string(),
    by: Id.meta({ description: 'The mandate that did it.' }),
    sentence: z.string(),
  })
  .meta({ id: 'ProjectLedgerEntry' })

export const readProjectLedger = defineOperation({
  id: 'readProjectLedger',
  method: 'GET',
  path: '/national/projects/{id}/ledger',
  summary: 'The project ledger: every entry about one project, in order',
  tag: 'Ledgers',
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(ProjectLedgerEntry),
  problems: ['cursor-invalid', 'not-found'],
})
