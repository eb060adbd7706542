import { z } from 'zod'
import { Id, Written } from './common.ts'
import { About, Moved, movementProblems, unitsBody } from './moved.ts'
import { defineOperation } from './operation.ts'
import { pageOf } from './page.ts'
import { Block, Party, ProjectRef, SerialRange } from './units.ts'

const Itmos = z.array(Block).meta({ description: 'The ITMO identifiers of these units, first and last.' })
const firstProblems = [
  'authorisation-revoked',
  'approach-missing',
  'authorisation-exceeded',
  'purpose-not-authorised',
] as const

export const TransferAbroad = Moved.extend({ itmos: Itmos }).meta({ id: 'TransferAbroad' })
export type TransferAbroad = z.infer<typeof TransferAbroad>

export const transferAbroad = defineOperation({
  id: 'transferAbroad',
  method: 'POST',
  path: '/national/international-transfers',
  summary: "Transfer units to an account in another country's registry",
  description: 'Units that were not yet are first transferred by it, and get ITMO identifiers.',
  tag: 'International transfers',
  access: 'signed-in',
  command: true,
  proposable: true,
  body: unitsBody({ from: Id, to: Id.meta({ description: 'An account of the kind `foreign`.' }) }),
  status: 201,
  answer: TransferAbroad,
  problems: [...movementProblems, ...firstProblems, 'same-account', 'unit-type-not-movable'],
})

export const listTransfersAbroad = defineOperation({
  id: 'listTransfersAbroad',
  method: 'GET',
  path: '/national/international-transfers',
  summary: 'List international transfers, newest first',
  tag: 'International transfers',
  access: 'public',
  query: About,
  answer: pageOf(TransferAbroad),
  problems: ['cursor-invalid'],
})

export const acquireCredits = defineOperation({
  id: 'acquireCredits',
  method: 'POST',
  path: '/national/acquisitions',
  summary: "Enter units that come from an account in another country's registry",
  description:
    'ITMOs of another Party by their identifiers, or units that left from here and come back by their serial numbers; ' +
    'all of one series or one batch.',
  tag: 'Acquisitions',
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z.strictObject({
    from: Id.meta({ description: 'An account of the kind `foreign`.' }),
    to: Id.meta({ description: 'A holding account.' }),
    serials: z
      .array(z.string().min(1).max(300))
      .min(1)
      .max(20)
      .meta({ description: 'Such as `CA0001-KEN01-KEN-1-2024 - CA0001-KEN01-KEN-500-2024`, ascending.' }),
  }),
  status: 201,
  answer: Moved,
  problems: [
    ...movementProblems,
    'same-account',
    'registry-own',
    'vintage-wrong',
    'already-exists',
    'allocation-wrong',
  ],
})

export const listAcquisitions = defineOperation({
  id: 'listAcquisitions',
  method: 'GET',
  path: '/national/acquisitions',
  summary: 'List acquisitions, newest first',
  tag: 'Acquisitions',
  access: 'public',
  query: About,
  answer: pageOf(Moved),
  problems: ['cursor-invalid'],
})

export const FirstTransfer = z
  .object({
    id: z.number().int().meta({ description: 'Index of its entry.' }),
    batch: Id,
    project: ProjectRef.nullable(),
    unitType: z.string(),
    vintage: z.string(),
    account: Party,
    event: z.enum(['authorisation', 'issuance']),
    quantity: z.string(),
    ranges: z.array(Block),
    itmos: Itmos,
    entry: Written,
  })
  .meta({ id: 'FirstTransfer' })
export type FirstTransfer = z.infer<typeof FirstTransfer>

export const recordFirstTransfer = defineOperation({
  id: 'recordFirstTransfer',
  method: 'POST',
  path: '/national/first-transfers',
  summary: 'Record that units are first transferred, though nothing moves',
  description:
    'Units of an authorisation that is also for use towards an NDC are set apart for other purposes, where the ' +
    'authorisation defines authorisation or issuance as the first transfer.',
  tag: 'First transfers',
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z
    .strictObject({
      batch: Id.optional().meta({ description: 'May be left out where `serial` says it.' }),
      account: Id,
      ranges: z.array(SerialRange).min(1).max(100).optional(),
      serial: z.string().min(1).max(300).optional(),
      event: z.enum(['authorisation', 'issuance']),
    })
    .refine(({ ranges, serial }) => (ranges === undefined) !== (serial === undefined), {
      path: ['ranges'],
      message: 'give either ranges or serial',
    })
    .refine(({ batch, serial }) => batch !== undefined || serial !== undefined, {
      path: ['batch'],
      message: 'is needed unless serial is given',
    }),
  status: 201,
  answer: FirstTransfer,
  problems: [
    ...movementProblems,
    ...firstProblems,
    'definition-differs',
    'already-transferred',
    'unit-type-not-movable',
  ],
})

export const listFirstTransfers = defineOperation({
  id: 'listFirstTransfers',
  method: 'GET',
  path: '/national/first-transfers',
  summary: 'List first transfers that were recorded by themselves, newest first',
  tag: 'First transfers',
  access: 'public',
  query: About,
  answer: pageOf(FirstTransfer),
  problems: ['cursor-invalid'],
})

export const NdcUse = Moved.extend({ year: z.string(), itmos: Itmos }).meta({ id: 'NdcUse' })
export type NdcUse = z.infer<typeof NdcUse>

export const useCredits = defineOperation({
  id: 'useCredits',
  method: 'POST',
  path: '/national/ndc-uses',
  summary: 'Use ITMOs towards the NDC',
  description: 'They reach the NDC use account of the organisation, for ever.',
  tag: 'NDC uses',
  access: 'signed-in',
  command: true,
  proposable: true,
  body: unitsBody({
    from: Id,
    year: z
      .string()
      .regex(/^20\d\d$/, 'must be a year such as 2030')
      .meta({ description: 'The year for which they are used: of the NDC period of their vintage, not before it.' }),
  }),
  status: 201,
  answer: NdcUse,
  problems: [
    ...movementProblems,
    'account-missing',
    'account-foreign',
    'not-first-transferred',
    'purpose-not-authorised',
    'period-wrong',
  ],
})

export const listNdcUses = defineOperation({
  id: 'listNdcUses',
  method: 'GET',
  path: '/national/ndc-uses',
  summary: 'List uses towards the NDC, newest first',
  tag: 'NDC uses',
  access: 'public',
  query: About,
  answer: pageOf(NdcUse),
  problems: ['cursor-invalid'],
})
