import { z } from 'zod'
import type { RuleName } from '../declarations.ts'
import type { Law } from '../documents.ts'
import { Id, Instant } from '../ids.ts'
import { isRefusal, refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf, noEffects } from '../rule.ts'
import { type Keys, noKeys, type PendingKind, type State } from '../state.ts'
import { codeIn, organisationsOf, policyReads, trustedReceiver } from './accounts.ts'
import { AskedAgreement, admitAgreement, agreementReads, ByAgreement, withAgreement } from './agreements.ts'
import {
  admitMovement,
  chosen,
  decideRanges,
  movementReads,
  movementStreams,
  ONE_OF_BOTH,
  oneOfBoth,
  parties,
  quantityOf,
  Ranges,
} from './movement.ts'
import { admitPurpose, ending, sameHolder } from './movements.ts'
import { fresh } from './organisations.ts'
import {
  admitApprover,
  admitWaiting,
  approvedIn,
  askedOf,
  endPuts,
  holdPuts,
  isLastStep,
  movementAction,
  nextStep,
  pendingReads,
  standing,
  stepAct,
  stepsOf,
  type Waiting,
} from './waiting.ts'

const proposed = {
  movement: Id,
  kind: z.enum(['transfer', 'retirement', 'cancellation']),
  ...parties,
  purpose: ending.purpose.nullable(),
  beneficiary: ending.beneficiary,
  /** Does the proposer ask that the receiver accepts, where the receiver's account does not ask for it itself? */
  acceptance: z.boolean(),
  expiresAt: Instant,
}
type Kinded = {
  kind: PendingKind
  purpose: string | null
  beneficiary: string | null
  acceptance: boolean
  agreement?: object | undefined
}
const fitsKind = ({ kind, purpose, beneficiary, acceptance, agreement }: Kinded) =>
  kind === 'transfer' ? purpose === null && beneficiary === null : purpose !== null && !acceptance && !agreement
const FITS_KIND = 'a transfer may ask for acceptance and name an agreement, an end has a purpose'

const ProposalRequest = z
  .strictObject({ ...proposed, ...chosen, ...AskedAgreement })
  .refine(oneOfBoth, ONE_OF_BOTH)
  .refine(fitsKind, FITS_KIND)
type ProposalRequest = z.infer<typeof ProposalRequest>
const Proposal = z.strictObject({ ...proposed, ranges: Ranges, ...ByAgreement }).refine(fitsKind, FITS_KIND)
type Proposal = z.infer<typeof Proposal>

/** Where units of a movement of this kind go. */
const targets = { transfer: 'holding', retirement: 'retirement', cancellation: 'cancellation' } as const

/** What the movement waits for: approvals, and acceptance where its proposer or the receiver asks for it. */
function awaited(state: State, body: Proposal, law: Law, at: string) {
  const { missing, acceptance } = askedOf(body, (id) => state.get('account', id), law, at)
  return { missing, acceptance: acceptance || body.acceptance }
}

/** Whoever proposes a movement that others must approve or accept; the units are held meanwhile. */
export const movementProposed = defineRule<Proposal, ProposalRequest>({
  type: 'MovementProposed',
  v: 1,
  body: Proposal,
  request: ProposalRequest,
  attested: ['the purpose and the beneficiary'],
  reads: (state, request) => {
    const keys = movementReads(state, request)
    return {
      ...keys,
      rows: [
        ...keys.rows,
        ...policyReads(state, request.from, request.to),
        ...pendingReads(state, request.movement),
        ...agreementReads(state, request),
        { kind: 'pledge', id: request.movement },
      ],
    }
  },
  decide: (state, request) => {
    const found = withAgreement(state, request)
    const ranges = decideRanges(state, request)
    if (isRefusal(ranges)) return ranges
    if (isRefusal(found)) return found
    const { quantity: _, ...rest } = found
    return { ...rest, ranges }
  },
  act: (state, body) => ({
    action: movementAction(body),
    organisations: organisationsOf(state, [body.from]),
    quantity: quantityOf(body),
    waived: true,
  }),
  admit: (state, body, law, { at }) => {
    const latest = new Date(Date.parse(at) + law.preset.pending.hours * 3_600_000).toISOString()
    const end = body.kind === 'transfer' ? undefined : body.kind
    return firstOf(
      fresh(state, 'pending', body.movement),
      // Its holds would have the same ids.
      fresh(state, 'pledge', body.movement),
      fresh(state, 'ended', body.movement),
      admitMovement(state, body, { from: ['holding'], to: [targets[body.kind]] }),
      admitAgreement(state, body, law.preset),
      end === undefined ? trustedReceiver(state, body.from, body.to, at) : sameHolder(state, body),
      end && codeIn('purpose', body.purpose ?? '', law.preset.purposes[end]),
      end && admitPurpose(state, { ...body, purpose: body.purpose ?? '' }),
      (body.expiresAt <= at || body.expiresAt > latest) &&
        refuse('expiry-wrong', { field: 'expiresAt', after: at, latest }),
      stepsOf(awaited(state, body, law, at)) === 0 && refuse('nothing-awaited'),
    )
  },
  streams: movementStreams,
  effects: (state, body, law, { by, at }) => {
    const { movement, acceptance: _, ...rest } = body
    return {
      ...noEffects(),
      puts: [
        {
          kind: 'pending',
          id: movement,
          row: {
            ...rest,
            proposer: by,
            approvers: [],
            given: [],
            ...awaited(state, body, law, at),
          },
        },
        ...holdPuts(movement, body.batch, body.ranges, 'pending', body.expiresAt),
      ],
    }
  },
})

const Step = z.strictObject({ movement: Id })
type Step = z.infer<typeof Step>

/** The proposal's own streams; of one that is not there, none. */
function streamsOf(state: State, { movement }: Step): string[] {
  const waiting = state.get('pending', movement)
  return waiting ? movementStreams(state, waiting) : []
}

function stepReads(state: State, { movement }: Step): Keys {
  const waiting = state.peek('pending', movement)
  const project = waiting && state.peek('batch', waiting.batch)?.project
  return {
    ...noKeys(),
    rows: [...pendingReads(state, movement), ...(project ? [{ kind: 'project' as const, id: project }] : [])],
  }
}

/** An approval after which others are still missing. The one after which none is, is the movement itself. */
export const movementApproved = defineRule<Step, Step>({
  type: 'MovementApproved',
  v: 1,
  body: Step,
  request: Step,
  attested: [],
  reads: stepReads,
  decide: (_state, request) => request,
  act: (state, body, { at }, law) =>
    stepAct(state, body.movement, quantityOf(state.get('pending', body.movement) ?? { ranges: [] }), law, at),
  admit: (state, body, law, { by, at }) => {
    const waiting = standing(state, body.movement, law, at)
    return firstOf(
      admitWaiting(state, body.movement, at),
      waiting && isLastStep(waiting) && refuse('last-step', { type: movementAction(waiting) }),
      waiting && nextStep(waiting) === 'approve' && admitApprover(state, waiting, by, law),
    )
  },
  streams: streamsOf,
  effects: (state, body, law, { by, at }) => {
    const waiting = standing(state, body.movement, law, at)
    const row = waiting && approvedIn(state, waiting, by, law)
    return row ? { ...noEffects(), puts: [{ kind: 'pending', id: body.movement, row }] } : noEffects()
  },
})

/** A movement that waited does not take place; its units are free again. */
function endRule(type: RuleName, action: string, side: 'from' | 'to' | 'system'): AnyRule {
  return defineRule<Step, Step>({
    type,
    v: 1,
    body: Step,
    request: Step,
    attested: [],
    reads: stepReads,
    decide: (_state, request) => request,
    act: (state, body) => {
      const waiting = state.get('pending', body.movement)
      return { action, organisations: waiting && side !== 'system' ? organisationsOf(state, [waiting[side]]) : [] }
    },
    admit: (state, body, _law, { at }) => {
      const waiting = state.get('pending', body.movement)
      if (!waiting) return refuse('movement-unknown', { movement: body.movement })
      const due = side !== 'system' || at >= waiting.expiresAt
      return due ? undefined : refuse('not-expired', { expiresAt: waiting.expiresAt })
    },
    streams: streamsOf,
    effects: (state, body) => {
      const waiting = state.get('pending', body.movement)
      return waiting ? { ...noEffects(), puts: endPuts(state, 'pending', body.movement, waiting.ranges) } : noEffects()
    },
  })
}

/** Declined by whoever was to accept. */
export const movementDeclined = endRule('MovementDeclined', 'movements.decline', 'to')
/** Taken back by the holder, or by an approver who does not approve. */
export const movementWithdrawn = endRule('MovementWithdrawn', 'movements.withdraw', 'from')
/** Ended by the system, from its time on. */
export const movementExpired = endRule('MovementExpired', 'movements.expire', 'system')

const Halt = z.strictObject({ movement: Id, organisation: Id })
type Halt = z.infer<typeof Halt>

/** The organisations of a movement that waits: whoever proposed it, holds its units, or is to get them. */
function organisationsIn(state: State, { proposer, from, to }: Waiting): string[] {
  const proposing = state.get('mandate', proposer)?.organisation
  return [...(proposing === undefined ? [] : [proposing]), ...organisationsOf(state, [from, to])]
}

/** Ended by the system, where one of its organisations is suspended: nobody has it carried on meanwhile. */
export const movementHalted = defineRule<Halt, Halt>({
  type: 'MovementHalted',
  v: 1,
  body: Halt,
  request: Halt,
  attested: [],
  reads: stepReads,
  decide: (_state, request) => request,
  act: () => ({ action: 'movements.halt', organisations: [] }),
  admit: (state, { movement, organisation }) => {
    const waiting = state.get('pending', movement)
    if (!waiting) return refuse('movement-unknown', { movement })
    const isOfIt = organisationsIn(state, waiting).includes(organisation)
    const isSuspended = isOfIt && state.get('organisation', organisation)?.active === false
    return isSuspended ? undefined : refuse('not-suspended', { organisation })
  },
  streams: streamsOf,
  effects: (state, { movement }) => {
    const waiting = state.get('pending', movement)
    return waiting ? { ...noEffects(), puts: endPuts(state, 'pending', movement, waiting.ranges) } : noEffects()
  },
})
