import { z } from 'zod'
import { Code, DocumentName } from './ids.ts'
import { Percentage } from './shares.ts'

const Year = z.string().regex(/^20\d\d$/)

/** A country's states, unit types and coded reasons as data, adopted by an entry. */
export const Preset = z
  .strictObject({
    kind: z.literal('preset'),
    name: DocumentName,
    version: z.number().int().min(1),
    project: z.strictObject({
      initial: Code,
      states: z.array(Code).min(1),
      moves: z.array(z.strictObject({ name: Code, from: z.array(Code).min(1), to: Code })),
      mayAuthorise: z.array(Code),
      mayIssue: z.array(Code),
    }),
    scopes: z.array(z.string().regex(/^([1-9]|1[0-5])$/)),
    unitTypes: z.record(
      z.string().regex(/^[A-Z0-9]{3,4}$/),
      z.strictObject({ measure: z.enum(['tCO2e', 'Wh', 'unit']), abroad: z.boolean() }),
    ),
    /** Most hours that a movement may wait for others. */
    pending: z.strictObject({ hours: z.number().int().min(1).max(8760) }),
    /** Hours until a trusted receiver may receive. */
    trust: z.strictObject({ hours: z.number().int().min(0).max(8760) }),
    /** What is taken from an issuance, by unit type: percentages of what is left after the buffer, or of the whole. */
    levies: z.strictObject({
      base: z.enum(['after-buffer', 'gross']),
      rounding: z.enum(['up', 'down']),
      unitTypes: z.record(
        z.string(),
        z.strictObject({ shareOfProceeds: Percentage, omge: Percentage, host: Percentage }),
      ),
    }),
    buffer: z.strictObject({
      /** Most that is released to a project at once, as a percentage of its own units there, and after how many years. */
      releasePercent: Percentage,
      releaseYears: z.number().int().min(1).max(50),
      /** The reason for which issuance terms are set where the reversal risk was assessed. */
      assessment: Code,
      /** Least of the buffer's units to those that rely on it, as a percentage; below, it is shown that it is too small. */
      coverFloor: Percentage.optional(),
      /** Is what a project owes to the buffer taken from its next issuances? */
      debitIssuances: z.boolean(),
    }),
    /** First and last year of each NDC implementation period. */
    ndcPeriods: z.array(z.tuple([Year, Year])).max(50),
    /** `system` is no organisation. */
    organisationKinds: z.array(z.string().regex(/^(?!system$)[a-z]{1,20}$/)).max(20),
    purposes: z.strictObject({
      authorisation: z.array(Code),
      retirement: z.array(Code),
      cancellation: z.array(Code),
      hold: z.array(Code),
      suspension: z.array(Code),
      pledge: z.array(Code),
      correction: z.array(Code),
      reversal: z.array(Code),
      change: z.array(Code),
    }),
  })
  .refine(({ project: { initial, states, moves, mayAuthorise, mayIssue } }) => {
    const named = [initial, ...mayAuthorise, ...mayIssue, ...moves.flatMap(({ from, to }) => [...from, to])]
    return named.every((state) => states.includes(state))
  }, 'a project is only ever in a state of the list')
  .refine(
    ({ levies, unitTypes }) => Object.keys(levies.unitTypes).every((type) => type in unitTypes),
    'levies are of unit types of the list',
  )
  .refine(
    ({ buffer, purposes }) => purposes.change.includes(buffer.assessment),
    'an assessment is a reason of the list',
  )
export type Preset = z.infer<typeof Preset>
