import { z } from 'zod'
import { Code, DocumentName } from './ids.ts'

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
    /** `system` is no organisation. */
    organisationKinds: z.array(z.string().regex(/^(?!system$)[a-z]{1,20}$/)).max(20),
    purposes: z.strictObject({
      authorisation: z.array(Code),
      retirement: z.array(Code),
      cancellation: z.array(Code),
      hold: z.array(Code),
      suspension: z.array(Code),
    }),
  })
  .refine(({ project: { initial, states, moves, mayAuthorise, mayIssue } }) => {
    const named = [initial, ...mayAuthorise, ...mayIssue, ...moves.flatMap(({ from, to }) => [...from, to])]
    return named.every((state) => states.includes(state))
  }, 'a project is only ever in a state of the list')
export type Preset = z.infer<typeof Preset>
