import { z } from 'zod'
import { Id, Instant, prose } from './common.ts'
import { OrganisationRef } from './units.ts'

/** Most characters of a reason, a remark or a description in a national record. */
export const MAX_RECORD_TEXT = 2_000

/** The last version that the sender has read: nobody overwrites what he has not seen. */
export const RecordRevision = z
  .number()
  .int()
  .min(1)
  .max(1_000_000)
  .meta({ description: 'The `revision` that was read; refused where another is in force meanwhile.' })

export const RecordReason = prose(MAX_RECORD_TEXT)

/** Where a record stands that one side enters and another decides on. */
export const DecidedStatus = z.enum(['pending', 'approved', 'rejected', 'withdrawn'])
export type DecidedStatus = z.infer<typeof DecidedStatus>

/** A decision on the version that was read. */
export const RecordDecision = z
  .strictObject({
    revision: RecordRevision,
    outcome: z.enum(['approved', 'rejected']),
    reason: RecordReason.optional(),
  })
  .refine(({ outcome, reason }) => outcome === 'approved' || reason !== undefined, {
    path: ['reason'],
    message: 'a rejection says why',
  })

/** What every record says of the version that is shown. */
export const recordFields = {
  revision: z.number().int().meta({ description: 'Number of the version, from 1 without gaps.' }),
  organisation: OrganisationRef.meta({ description: 'For whom it was entered.' }),
  at: Instant.meta({ description: 'When this version was made.' }),
}

export const RecordStep = z
  .object({
    revision: z.number().int(),
    step: z.enum(['made', 'changed', 'approved', 'rejected', 'withdrawn', 'finalised']),
    status: z.string(),
    by: OrganisationRef,
    mandate: Id,
    at: Instant,
    reason: z.string().nullable(),
  })
  .meta({ id: 'RecordStep', description: 'What was done to a record: who, for which organisation, when, why.' })
export type RecordStep = z.infer<typeof RecordStep>

/** Most versions that are listed, the newest. */
export const MOST_STEPS = 200

/** Versions of a record, the newest first. */
export const RecordSteps = z.object({ items: z.array(RecordStep).max(MOST_STEPS) }).meta({ id: 'RecordSteps' })
