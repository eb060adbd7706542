import { openMatters } from './open-matters.ts'

/** Losses to decide on, and those to make good: by the owners, or out of the buffer. Payments do not make it wait anew. */
export const reversalTasks = openMatters({
  kind: 'reversal',
  steps: {
    reported: { step: 'decide', action: 'reversals.decide' },
    avoidable: { step: 'compensate', action: 'reversals.compensate' },
    unavoidable: { step: 'cancel', action: 'buffer.cancel' },
  },
  // Losses are few.
  everybodys: `
    SELECT t.id, t.row FROM ledger_row t
     WHERE t.kind = 'reversal' AND t.row ->> 'state' = ANY($1::text[]) AND t.id > $4`,
  // What is proposed about one is the task of those who approve.
  unless: `
    EXISTS (SELECT FROM content_proposal o
             WHERE o.status = 'open' AND o.type IN ('ReversalDecided', 'BufferCancelled')
               AND o.request ->> 'reversal' = t.id OFFSET 0)`,
  entries: ['ReversalReported', 'ReversalDecided'],
  tell: async () => (loss) => ({ path: `/national/reversals/${loss.id}` }),
})
