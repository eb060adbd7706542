import { z } from 'zod'
import { UnitClass } from './accounts.ts'
import { Amount, Id, TakenBack, Written } from './common.ts'
import { StandingHold, UnitState } from './credits.ts'
import { defineOperation } from './operation.ts'
import { Block, Party, ProjectRef } from './units.ts'

/** Neighbouring units of the range that was asked for, with one fate. */
export const SerialPart = Block.extend({
  state: UnitState,
  owner: Party.nullable().meta({ description: 'Null for units of another registry, and where nothing was issued.' }),
  holds: z.array(StandingHold),
  batch: Id.nullable(),
  project: ProjectRef.nullable(),
  class: UnitClass.nullable().meta({ description: 'Null where nothing was issued.' }),
  itmos: Block.nullable().meta({
    description: 'The ITMO identifiers of these units, once they were first transferred under a cooperative approach.',
  }),
  evidence: z.enum(['issued', 'ended-only']).nullable().meta({
    description: 'Of another registry: whether an issuance is on record that explains them, or only their end.',
  }),
}).meta({ id: 'SerialPart' })
export type SerialPart = z.infer<typeof SerialPart>

export const CustodyStep = z
  .enum([
    'issued',
    'converted',
    'transferred',
    'retired',
    'cancelled',
    'transferred-abroad',
    'acquired',
    'first-transferred',
    'used',
    'movement-proposed',
    'movement-ended',
    'pledged',
    'pledge-ended',
    'contributed',
    'released',
    'compensated',
    'hold-placed',
    'hold-lifted',
    'taken-back',
    'corrected',
  ])
  .meta({ id: 'CustodyStep' })
export type CustodyStep = z.infer<typeof CustodyStep>

/** One step in the life of units, as far as it concerns the range that was asked for. */
export const CustodyEvent = z
  .object({
    step: CustodyStep,
    entry: Written,
    date: z
      .string()
      .nullable()
      .meta({ description: 'The day that another registry gives for it; null for units issued here.' }),
    from: Party.nullable(),
    to: Party.nullable(),
    blocks: z.array(Block).meta({ description: 'Which of the units asked for; at most 100.' }),
    quantity: Amount,
    approvals: z.number().int().meta({ description: 'How many others approved it.' }),
    certificate: z.number().int().nullable(),
    purpose: z.string().nullable(),
    beneficiary: z.object({ name: z.string().nullable(), country: z.string().nullable() }).nullable(),
    reason: z.string().nullable(),
    takenBack: TakenBack,
    projectName: z.string().nullable().meta({ description: 'As the other registry prints it; null at home.' }),
    sentence: z.string().meta({ description: 'What the whole entry says.' }),
  })
  .meta({ id: 'CustodyEvent' })
export type CustodyEvent = z.infer<typeof CustodyEvent>

export const SerialReport = z
  .object({
    serial: z.string().meta({ description: 'The serial number as it was understood, in its exact form.' }),
    format: z.string(),
    registry: z.string().nullable().meta({ description: 'The other registry; null for units issued here.' }),
    facts: z.record(z.string(), z.string()).meta({ description: 'What the serial number says by itself.' }),
    unconfirmed: z.array(z.string()).meta({
      description:
        'Those of `facts` that nothing on record here confirms: `serial` repeats them as they were typed. Empty for ' +
        'units issued here, where every printed field must be true.',
    }),
    first: z.string(),
    last: z.string(),
    quantity: Amount,
    parts: z.array(SerialPart).meta({
      description: 'In the order of what was asked for, without gaps: they sum to the range unless `truncated`.',
    }),
    events: z.array(CustodyEvent).meta({ description: 'The chain of custody, oldest first.' }),
    truncated: z.boolean().meta({ description: 'True where there are more than 1,000 parts or events.' }),
  })
  .meta({ id: 'SerialReport' })
export type SerialReport = z.infer<typeof SerialReport>

export const findSerial = defineOperation({
  id: 'findSerial',
  method: 'GET',
  path: '/national/serials/{text}',
  summary: 'Find units by a serial number or a range: where they are, and where they have been',
  description:
    'Of any registry that is known here, typed with any dashes and spaces, in upper or lower case. Units issued here are ' +
    'found by their ITMO identifiers, too: `first` and `last` are then numbers of those, in whose order the parts stand, ' +
    'each with its national serial numbers and its `itmos`.',
  tag: 'Serials',
  access: 'public',
  params: z.strictObject({ text: z.string().min(1).max(300) }),
  answer: SerialReport,
  problems: ['serial-unclear', 'serial-unknown'],
})
