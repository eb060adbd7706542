import { agreementOf, agreementReasons, someAgreement } from './agreements.ts'
import { aHolder, aHolding, anAccount, hoursAfter, later, mostly, someUnits } from './choices.ts'
import { type Choose, defineCommand, idFrom, knownId, type Wish } from './command.ts'
import { purposeReasons, someEnding } from './endings.ts'
import { lawOf, officersFor } from './law.ts'
import {
  isAcceptanceAsked,
  isSecondAsked,
  type Movement,
  movementReasons,
  quantityOf,
  serialsOf,
  trustReasons,
} from './movement.ts'
import type { Model, Waiting, Whose } from './naive.ts'
import {
  type Asked,
  areDistinct,
  codeReasons,
  holders,
  isOneHolder,
  type May,
  mandateReasons,
  mayAct,
  mayAlso,
  organisationOf,
  theSystem,
  where,
} from './reasons.ts'
import { rangesOf, serialsIn } from './units.ts'

/** One of a few ids that holds, waiting movements and pledges share, so that each meets what the others ended. */
export function aHoldingId(choose: Choose, kind: string, few = 10): string {
  return idFrom(choose.rarely(8) ? `hold ${choose.below(few)}` : `${kind} ${choose.below(few)}`)
}

const approvers: May = { 'government/Admin': 'any', 'developer/Admin': 'own' }

/** Approvals by mandates that may still act. */
function standing(model: Model, { given }: Waiting): Waiting['given'] {
  return given.filter(({ by }) => mayAct(model, by))
}

/** Whose approvals are asked for by now: those of the proposal, and what policy and table ask for beyond them. */
function askedNow(model: Model, waiting: Waiting): Whose[] {
  const { kind, purpose, from, asked } = waiting
  const isSecond = asked.includes('holder') || isSecondAsked(model, from, unitsOf(waiting))
  const first = asked.filter((whose) => whose === 'officer').length
  const officers = Math.max(first, officersFor(model, kind, purpose))
  return [...(isSecond ? ['holder' as const] : []), ...Array.from({ length: officers }, () => 'officer' as const)]
}

function acceptanceNow(model: Model, { kind, acceptance, from, to }: Waiting): boolean {
  return acceptance || (kind === 'transfer' && isAcceptanceAsked(model, from, to))
}

function missingNow(model: Model, waiting: Waiting): Whose[] {
  const missing = askedNow(model, waiting)
  for (const { whose } of standing(model, waiting)) missing.splice(missing.indexOf(whose), 1)
  return missing
}

/** What is asked of whoever takes the next step. */
function stepAsked(model: Model, waiting: Waiting | undefined, quantity: bigint): Asked {
  if (!waiting) return { may: approvers, quantity }
  const isAcceptance = missingNow(model, waiting).length === 0 && acceptanceNow(model, waiting)
  return isAcceptance
    ? { may: holders, organisations: organisationOf(model, waiting.to), quantity }
    : { may: approvers, organisations: organisationOf(model, waiting.from), quantity }
}

function stepsLeft(model: Model, waiting: Waiting): number {
  return missingNow(model, waiting).length + (acceptanceNow(model, waiting) ? 1 : 0)
}

/** Which of the missing approvals this mandate gives: that of the holder's rather than an officer's. */
function givenBy(model: Model, waiting: Waiting, by: string): Whose | undefined {
  const asked = { may: holders, organisations: organisationOf(model, waiting.from) }
  const missing = missingNow(model, waiting)
  return (['holder', 'officer'] as const)
    .filter((whose) => missing.includes(whose))
    .find((whose) =>
      whose === 'holder' ? mayAlso(model, by, asked) : model.mandates.get(by)?.role === 'government/Admin',
    )
}

function approverReasons(model: Model, waiting: Waiting, by: string): string[] {
  if (missingNow(model, waiting).length === 0) return []
  const others = [waiting.proposer, ...standing(model, waiting).map((one) => one.by)]
  return [
    ...where(!others.every((other) => areDistinct(model, [by, other])), 'approval-not-distinct'),
    ...where(givenBy(model, waiting, by) === undefined, 'not-permitted'),
  ]
}

/** Why whoever proposed it may not act any more. */
function proposerReasons(model: Model, { proposer }: Waiting): string[] {
  const mandate = model.mandates.get(proposer)
  return [
    ...where(mandate?.active === false, 'mandate-revoked'),
    ...where(!model.organisations.get(mandate?.organisation ?? '')?.active, 'organisation-suspended'),
  ]
}

type Said = Pick<Waiting, 'kind' | 'purpose' | 'beneficiary'>

/** Why an entry is not the last step of the movement that it names. */
export function lastStepReasons(model: Model, { by, request }: Wish<Movement>, id: string, said: Said): string[] {
  const waiting = model.pending.get(id)
  const mandate = mandateReasons(model, by, stepAsked(model, waiting, quantityOf(model, request)))
  if (!waiting) return [...mandate, 'movement-unknown']
  const { kind, batch, from, to, purpose, beneficiary, agreement } = waiting
  const asProposed = JSON.stringify([kind, batch, from, to, purpose, beneficiary, waiting.ranges, agreement])
  const { batch: b, from: f, to: t, ranges = rangesOf(serialsOf(model, request)) } = request
  const byDeal = agreementOf(model, request as Pick<Proposal, 'agreement'>) ?? agreement
  const asSaid = JSON.stringify([said.kind, b, f, t, said.purpose, said.beneficiary, ranges, byDeal])
  return [
    ...mandate,
    ...where(model.now >= waiting.expiresAt, 'expired'),
    ...where(asProposed !== asSaid, 'movement-differs'),
    ...proposerReasons(model, waiting),
    ...where(stepsLeft(model, waiting) > 1, 'step-missing'),
    ...approverReasons(model, waiting, by),
  ]
}

/** A waiting movement is over. */
export function settle(model: Model, id: string | null): void {
  if (id === null) return
  model.pending.delete(id)
  model.ended.add(id)
}

/** Somebody who may take the next step. */
function aStepper(model: Model, choose: Choose, waiting: Waiting): string {
  const { from, to } = waiting
  if (missingNow(model, waiting).length === 0) {
    return aHolder(model, choose, acceptanceNow(model, waiting) ? to : from)
  }
  const fitting = [...model.mandates.keys()].filter(
    (id) => mayAct(model, id) && approverReasons(model, waiting, id).length === 0,
  )
  return mostly(model, choose, choose.pick(fitting.length > 0 ? fitting : [...model.mandates.keys()]))
}

/** The last step of a movement of this kind that waits, if there is one; rarely not as proposed. */
export function someLastStep(model: Model, choose: Choose, kind: Waiting['kind']) {
  const found = [...model.pending].filter(
    ([, one]) => one.kind === kind && (stepsLeft(model, one) === 1 || choose.rarely(8)),
  )
  if (found.length === 0) return undefined
  const [id, waiting] = choose.pick(found)
  const { batch, from, to, ranges, purpose, beneficiary } = waiting
  const isOther = choose.rarely(12)
  const said = {
    batch: isOther ? knownId(model.batches.keys(), choose) : batch,
    from,
    to: choose.rarely(20) ? anAccount(model, choose, 'holding') : to,
    ranges: choose.rarely(20) ? ranges.slice(0, 1) : ranges,
    pending: choose.rarely(24) ? idFrom('nothing waits') : id,
  }
  const ending = kind === 'transfer' ? {} : { purpose, beneficiary }
  return { by: aStepper(model, choose, waiting), request: { ...said, ...ending } }
}

interface Proposal extends Movement {
  agreement?: { id: string; sha256?: string }
  movement: string
  kind: Waiting['kind']
  purpose: string | null
  beneficiary: string | null
  acceptance: boolean
  expiresAt: string
}

function askedFor(model: Model, { kind, from, purpose }: Proposal, quantity: bigint): Whose[] {
  const officers = Array.from({ length: officersFor(model, kind, purpose) }, () => 'officer' as const)
  return [...(isSecondAsked(model, from, quantity) ? ['holder' as const] : []), ...officers]
}

function needsAcceptance(model: Model, { kind, acceptance, from, to }: Proposal): boolean {
  return kind === 'transfer' && (acceptance || isAcceptanceAsked(model, from, to))
}

function someProposal(model: Model, choose: Choose): Wish<Proposal> {
  const { batch, from } = aHolding(model, choose)
  const { approvals } = lawOf(model)
  const asking = (['retirement', 'cancellation'] as const).filter((kind) => approvals[kind] > 0)
  const kind = choose.pick<Waiting['kind']>([
    'transfer',
    'transfer',
    'retirement',
    'cancellation',
    ...asking,
    ...asking,
  ])
  const target = kind === 'transfer' ? 'holding' : kind
  const holder = kind === 'transfer' ? undefined : model.accounts.get(from)?.organisation
  const to = anAccount(model, choose, target, holder, from)
  const { purpose, beneficiary } = kind === 'transfer' ? { purpose: null, beneficiary: null } : someEnding(choose, kind)
  return {
    by: aHolder(model, choose, from),
    request: {
      movement: aHoldingId(choose, 'movement'),
      kind,
      batch,
      from,
      to,
      ...someUnits(model, choose, batch, from),
      purpose,
      beneficiary,
      acceptance: kind === 'transfer' && !choose.rarely(4),
      ...(kind === 'transfer' ? someAgreement(model, choose, { from, to }) : {}),
      expiresAt: later(model, choose, lawOf(model).pendingHours + (choose.rarely(16) ? 9 : 0)),
    },
  }
}

export const movementProposed = defineCommand<Proposal>({
  type: 'MovementProposed',
  weight: 5,
  generate: someProposal,
  reasons: (model, { by, request }) => {
    const { movement, kind, from, to, purpose, expiresAt } = request
    const quantity = quantityOf(model, request)
    const latest = hoursAfter(model.now, lawOf(model).pendingHours)
    return [
      ...mandateReasons(model, by, { may: holders, organisations: organisationOf(model, from), quantity }),
      ...where(
        [model.pending, model.pledges, model.ended].some((ids) => ids.has(movement)),
        'already-exists',
      ),
      ...movementReasons(model, request, { from: 'holding', to: kind === 'transfer' ? 'holding' : kind }),
      ...agreementReasons(model, request),
      ...(kind === 'transfer'
        ? trustReasons(model, from, to)
        : [
            ...where(!isOneHolder(model, from, to), 'account-foreign'),
            ...codeReasons(kind, purpose ?? ''),
            ...purposeReasons(model, request, purpose ?? ''),
          ]),
      ...where(expiresAt <= model.now || expiresAt > latest, 'expiry-wrong'),
      ...where(askedFor(model, request, quantity).length === 0 && !needsAcceptance(model, request), 'nothing-awaited'),
    ]
  },
  carryOut: (model, { by, request }) => {
    const ranges = request.ranges ?? rangesOf(serialsOf(model, request))
    const { movement, kind, batch, from, to, purpose, beneficiary, expiresAt } = request
    const said = agreementOf(model, request)
    const byDeal = said ? { agreement: said } : {}
    model.pending.set(movement, {
      ...{ kind, batch, from, to, ranges, purpose, beneficiary, ...byDeal, expiresAt },
      proposer: by,
      given: [],
      asked: askedFor(model, request, quantityOf(model, request)),
      acceptance: needsAcceptance(model, request),
    })
    return { says: { ranges, ...byDeal } }
  },
})

type Step = { movement: string }

/** A movement that waits, or rarely one that does not. */
function someWaiting(model: Model, choose: Choose, isFitting: (waiting: Waiting) => boolean): string {
  const fitting = [...model.pending].filter(([, waiting]) => isFitting(waiting)).map(([id]) => id)
  const found = fitting.length > 0 ? fitting : [...model.pending.keys()]
  return found.length === 0 || choose.rarely(24) ? idFrom(`movement ${choose.below(10)}`) : choose.pick(found)
}

const unitsOf = (waiting: Waiting | undefined) => BigInt(serialsIn(waiting?.ranges ?? []).length)

export const movementApproved = defineCommand<Step>({
  type: 'MovementApproved',
  weight: 2,
  generate: (model, choose) => {
    const movement = someWaiting(model, choose, (waiting) => stepsLeft(model, waiting) > 1)
    const waiting = model.pending.get(movement)
    return { by: waiting ? aStepper(model, choose, waiting) : choose.pick(model.officers), request: { movement } }
  },
  reasons: (model, { by, request: { movement } }) => {
    const waiting = model.pending.get(movement)
    const mandate = mandateReasons(model, by, stepAsked(model, waiting, unitsOf(waiting)))
    if (!waiting) return [...mandate, 'movement-unknown']
    return [
      ...mandate,
      ...where(model.now >= waiting.expiresAt, 'expired'),
      ...proposerReasons(model, waiting),
      ...where(stepsLeft(model, waiting) === 1, 'last-step'),
      ...approverReasons(model, waiting, by),
    ]
  },
  carryOut: (model, { by, request: { movement } }) => {
    const waiting = model.pending.get(movement)
    const whose = waiting && givenBy(model, waiting, by)
    if (!waiting || !whose) return {}
    const asked = askedNow(model, waiting)
    const acceptance = acceptanceNow(model, waiting)
    Object.assign(waiting, { asked, acceptance, given: [...standing(model, waiting), { by, whose }] })
    return {}
  },
})

/** Declined by the receiver's side, withdrawn by the holder's, or expired. */
function endKind(type: string, may: May, side: 'from' | 'to' | 'system') {
  return defineCommand<Step>({
    type,
    weight: 1,
    generate: (model, choose) => {
      const movement = someWaiting(model, choose, ({ expiresAt }) => side !== 'system' || expiresAt <= model.now)
      const waiting = model.pending.get(movement)
      const by =
        waiting && side !== 'system' ? aHolder(model, choose, waiting[side]) : mostly(model, choose, model.system)
      return { by, request: { movement } }
    },
    reasons: (model, { by, request: { movement } }) => {
      const waiting = model.pending.get(movement)
      const organisations = waiting && side !== 'system' ? organisationOf(model, waiting[side]) : []
      return [
        ...mandateReasons(model, by, { may, organisations }),
        ...where(waiting === undefined, 'movement-unknown'),
        ...where(waiting !== undefined && side === 'system' && model.now < waiting.expiresAt, 'not-expired'),
      ]
    },
    carryOut: (model, { request: { movement } }) => {
      settle(model, movement)
      return {}
    },
  })
}

export const movementDeclined = endKind('MovementDeclined', holders, 'to')
export const movementWithdrawn = endKind('MovementWithdrawn', approvers, 'from')
export const movementExpired = endKind('MovementExpired', theSystem, 'system')

/** The organisations of a movement that waits: of its proposer, its holder, its receiver. */
function organisationsIn(model: Model, { proposer, from, to }: Waiting): string[] {
  return [
    model.mandates.get(proposer)?.organisation ?? '',
    ...organisationOf(model, from),
    ...organisationOf(model, to),
  ]
}

export const movementHalted = defineCommand<{ movement: string; organisation: string }>({
  type: 'MovementHalted',
  weight: 1.6,
  generate: (model, choose) => {
    const isSuspended = (id: string) => model.organisations.get(id)?.active === false
    const movement = someWaiting(model, choose, (one) => organisationsIn(model, one).some(isSuspended))
    const waiting = model.pending.get(movement)
    const suspended = waiting ? organisationsIn(model, waiting).filter(isSuspended) : []
    const found = suspended.length > 0 && !choose.rarely(8) ? suspended : [...model.organisations.keys()]
    return {
      by: mostly(model, choose, model.system),
      request: { movement, organisation: knownId(found, choose) },
    }
  },
  reasons: (model, { by, request: { movement, organisation } }) => {
    const waiting = model.pending.get(movement)
    const isOfIt = waiting !== undefined && organisationsIn(model, waiting).includes(organisation)
    const isSuspended = model.organisations.get(organisation)?.active === false
    return [
      ...mandateReasons(model, by, { may: theSystem }),
      ...where(waiting === undefined, 'movement-unknown'),
      ...where(waiting !== undefined && !(isOfIt && isSuspended), 'not-suspended'),
    ]
  },
  carryOut: (model, { request: { movement } }) => {
    settle(model, movement)
    return {}
  },
})
