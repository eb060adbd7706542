import { z } from 'zod'
import { ById, Code, Id, SignedCertified, Written } from './common.ts'
import { Batch, daysOnce, ofPeriod, periodProblems } from './credits.ts'
import { ByIndex } from './entries.ts'
import { About } from './moved.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { MonitoringPeriod, ProjectRef, Vintage } from './units.ts'

export const Correction = z
  .object({
    id: z.number().int().meta({ description: 'Index of its entry.' }),
    corrected: z.object({ index: z.number().int().nullable(), type: z.string() }).meta({
      description: 'The entry that was taken back.',
    }),
    reason: z.string(),
    sentence: z.string(),
    entry: Written,
  })
  .meta({ id: 'Correction' })
export type Correction = z.infer<typeof Correction>

export const correctEntry = defineOperation({
  id: 'correctEntry',
  method: 'POST',
  path: '/national/corrections',
  summary: 'Take an entry back while its units have not moved since',
  description: 'A transfer, a retirement, a cancellation, or a whole issuance. The entry stays in the log for ever.',
  tag: 'Corrections',
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z.strictObject({
    index: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).meta({ description: 'Index of the entry.' }),
    reason: Code.meta({ description: 'A word of the preset, such as `clerical-error`.' }),
  }),
  status: 201,
  answer: Correction,
  problems: [
    'not-found',
    'not-correctable',
    'already-corrected',
    'units-moved',
    'already-transferred',
    'on-hold',
    'code-unknown',
  ],
})

export const listCorrections = defineOperation({
  id: 'listCorrections',
  method: 'GET',
  path: '/national/corrections',
  summary: 'List corrections, newest first',
  tag: 'Corrections',
  access: 'public',
  query: PageQuery,
  answer: pageOf(Correction),
  problems: ['cursor-invalid'],
})

export const readCorrection = defineOperation({
  id: 'readCorrection',
  method: 'GET',
  path: '/national/corrections/{index}',
  summary: 'Read a correction, by the index of its entry',
  tag: 'Corrections',
  access: 'public',
  params: ByIndex,
  answer: Correction,
  problems: ['not-found'],
})

export const CarriedOutcome = z
  .object({
    id: z.number().int().meta({ description: 'Index of its entry.' }),
    authorisation: Id,
    project: ProjectRef,
    unitType: z.string(),
    vintage: z.string(),
    certified: z.string(),
    period: Id.nullable().meta({ description: 'The monitoring period that it is of, where that is on record.' }),
    monitoringPeriod: MonitoringPeriod.nullable(),
    entry: Written,
  })
  .meta({ id: 'CarriedOutcome' })
export type CarriedOutcome = z.infer<typeof CarriedOutcome>

export const carryOutcome = defineOperation({
  id: 'carryOutcome',
  method: 'POST',
  path: '/national/carried-outcomes',
  summary: 'Carry a certified outcome of less than one unit, or below zero, to the next issuance',
  tag: 'Batches',
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z
    .strictObject({ authorisation: Id, vintage: Vintage, certified: SignedCertified, ...ofPeriod })
    .superRefine(daysOnce),
  status: 201,
  answer: CarriedOutcome,
  problems: ['authorisation-unknown', 'project-state', 'vintage-wrong', 'issue-instead', ...periodProblems],
})

export const listCarriedOutcomes = defineOperation({
  id: 'listCarriedOutcomes',
  method: 'GET',
  path: '/national/carried-outcomes',
  summary: 'List outcomes that were carried forward, newest first',
  tag: 'Batches',
  access: 'public',
  query: PageQuery.extend({ project: Id.optional().meta({ description: 'Only of this project.' }) }),
  answer: pageOf(CarriedOutcome),
  problems: ['cursor-invalid'],
})

export const readCarriedOutcome = defineOperation({
  id: 'readCarriedOutcome',
  method: 'GET',
  path: '/national/carried-outcomes/{index}',
  summary: 'Read an outcome that was carried forward, by the index of its entry',
  tag: 'Batches',
  access: 'public',
  params: ByIndex,
  answer: CarriedOutcome,
  problems: ['not-found'],
})

export const Remainder = z
  .object({
    unitType: z.string(),
    vintage: z.string().nullable().meta({ description: 'Null for a deficit, which counts for every vintage.' }),
    carried: SignedCertified.meta({ description: 'Below one unit, or below zero: a deficit.' }),
  })
  .meta({ id: 'Remainder', description: 'What the next issuance takes into account.' })
export type Remainder = z.infer<typeof Remainder>

export const listRemainders = defineOperation({
  id: 'listRemainders',
  method: 'GET',
  path: '/national/projects/{id}/remainders',
  summary: 'List what was certified of a project and is not issued yet: fractions and deficits',
  tag: 'Batches',
  access: 'public',
  params: ById,
  answer: z.object({ items: z.array(Remainder) }).meta({ id: 'Remainders' }),
  problems: ['not-found'],
})

export const Conversion = Batch.extend({
  to: Id,
  reason: z.string(),
  source: z
    .object({
      registry: z.string(),
      space: z.string(),
      ranges: z.array(z.object({ first: z.string(), last: z.string() })),
    })
    .meta({ description: 'The units of the other registry in whose place they were issued.' }),
}).meta({ id: 'Conversion' })
export type Conversion = z.infer<typeof Conversion>

export const convertUnits = defineOperation({
  id: 'convertUnits',
  method: 'POST',
  path: '/national/conversions',
  summary: 'Issue units here in the place of units of another registry that are on record as cancelled there',
  tag: 'Conversions',
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z.strictObject({
    authorisation: Id,
    vintage: Vintage,
    to: Id.meta({ description: 'A holding account.' }),
    reason: Code.meta({ description: 'A word of the preset, such as `registry-transition`.' }),
    serials: z
      .array(z.string().min(1).max(300))
      .min(1)
      .max(100)
      .meta({ description: 'Serial numbers or ranges as the other registry prints them, ascending.' }),
  }),
  status: 201,
  answer: Conversion,
  problems: [
    'authorisation-unknown',
    'approach-missing',
    'authorisation-exceeded',
    'authorisation-revoked',
    'project-state',
    'reversal-open',
    'registry-unknown',
    'serial-unclear',
    'serial-unknown',
    'not-cancelled',
    'already-converted',
    'vintage-wrong',
    'ranges-disorder',
    'account-unknown',
    'account-kind',
    'account-not-active',
    'code-unknown',
    'serials-exhausted',
  ],
})

export const listConversions = defineOperation({
  id: 'listConversions',
  method: 'GET',
  path: '/national/conversions',
  summary: 'List conversions, newest first',
  tag: 'Conversions',
  access: 'public',
  query: About,
  answer: pageOf(Conversion),
  problems: ['cursor-invalid'],
})
