import { z } from 'zod'
import { Amount, ById, Code, Hash, Id, Instant, line, Quantity, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { Block, OrganisationRef, ProjectRef, UnitType } from './units.ts'

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
  })
  .meta({ id: 'Authorised', description: 'What was authorised, and how much of it was issued.' })

const IssuedBatch = z
  .object({ id: Id, unitType: z.string(), vintage: z.string(), block: Block })
  .meta({ id: 'IssuedBatch' })

export const ProjectDetails = Project.extend({
  registered: Written,
  totals: z.object({ authorised: Amount, issued: Amount, left: Amount }),
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
  body: z.strictObject({
    title: line(200).meta({ description: 'Public. The ledger keeps only a commitment to it.' }),
    sectoralScope: Scope,
    methodology: Methodology,
    owners: z
      .array(z.strictObject({ account: Id.meta({ description: 'A holding account of the owner.' }), share: Share }))
      .min(1)
      .max(50),
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
  tag,
  access: 'public',
  query: PageQuery,
  answer: pageOf(Project),
  problems: ['cursor-invalid'],
})

export const readProject = defineOperation({
  id: 'readProject',
  method: 'GET',
  path: '/national/projects/{id}',
  summary: 'Read a project: owners, what was authorised, issued and is left',
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
  params: ById,
  body: z.strictObject({ move: Code.meta({ description: 'A move of the preset, such as `register`.' }) }),
  status: 201,
  answer: z.object({ id: Id, move: z.string(), state: z.string(), entry: Written }).meta({ id: 'ProjectMoved' }),
  problems: ['project-unknown', 'project-state', 'move-unknown'],
})

export const authoriseQuantity = defineOperation({
  id: 'authoriseQuantity',
  method: 'POST',
  path: '/national/projects/{id}/authorisations',
  summary: 'Authorise a quantity of mitigation outcomes',
  tag,
  access: 'signed-in',
  command: true,
  params: ById,
  body: z
    .strictObject({
      unitType: UnitType,
      quantity: Quantity.meta({ description: 'Never more than this is issued under the authorisation.' }),
      purposes: z
        .array(Code)
        .max(3)
        .refine((purposes) => new Set(purposes).size === purposes.length, 'each purpose stands once')
        .default([])
        .meta({ description: 'Words of the preset, such as `NDC`.' }),
      firstTransfer: z
        .enum(['authorisation', 'issuance', 'use-or-cancellation'])
        .nullable()
        .default(null)
        .meta({ description: 'When a unit counts as first transferred. Needed for every OIMP purpose.' }),
      cooperativeApproach: z
        .string()
        .regex(/^CA\d{4}$/, 'must be the id of a cooperative approach such as CA0001')
        .nullable()
        .default(null),
    })
    .refine((body) => body.firstTransfer !== null || !body.purposes.some((purpose) => purpose.startsWith('OIMP')), {
      path: ['firstTransfer'],
      message: 'is needed for OIMP purposes',
    }),
  status: 201,
  answer: z
    .object({
      id: Id,
      project: ProjectRef,
      unitType: z.string(),
      quantity: Amount,
      purposes: z.array(z.string()),
      firstTransfer: z.string().nullable(),
      cooperativeApproach: z.string().nullable(),
      entry: Written,
    })
    .meta({ id: 'Authorisation' }),
  problems: ['project-unknown', 'project-state', 'unit-type-unknown', 'code-unknown'],
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
