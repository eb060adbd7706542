import { agreementOf, agreementReasons, someAgreement } from './agreements.ts'
import { aHolder, aHolding, anAccount, anApprover, aSecond, someUnits } from './choices.ts'
import { type Choose, defineCommand, knownId, type Wish } from './command.ts'
import { type Ending, endedFirst, prefixOf, purposeReasons, someEnding } from './endings.ts'
import { officersFor } from './law.ts'
import {
  directAsked,
  directReasons,
  isAcceptanceAsked,
  type Movement,
  move,
  movementReasons,
  quantityOf,
  trustReasons,
} from './movement.ts'
import type { Model, Waiting } from './naive.ts'
import { codeReasons, isOneHolder, where } from './reasons.ts'
import { firstTransfer, itmosOf, serialsIn } from './units.ts'
import { lastStepReasons, settle, someLastStep } from './waiting.ts'

/** A movement that takes place at once, or whose waiting it ends. */
type Direct = Movement & { pending?: string | null; agreement?: { id: string; sha256?: string } }

/** Mostly lawful, and approved where that is asked for. */
function someDirect(model: Model, choose: Choose, kind: Waiting['kind'], most = 40): Wish<Direct> {
  const { batch, from } = aHolding(model, choose)
  const to =
    kind === 'transfer'
      ? anAccount(model, choose, 'holding', undefined, from)
      : anAccount(model, choose, kind, model.accounts.get(from)?.organisation)
  const request = { batch, from, to, ...someUnits(model, choose, batch, from, most) }
  const by = aHolder(model, choose, from)
  return { by, request }
}

/** Approvals as they are asked for, mostly. */
function directApprovers(model: Model, choose: Choose, { by, request }: Wish<Direct>, officersAsked: number): string[] {
  const { second } = directAsked(model, request.from, quantityOf(model, request))
  const given = aSecond(model, choose, by, second)
  const officers = Array.from({ length: officersAsked }, () => anApprover(model, choose, by)).flat()
  return [...new Set([...given, ...officers])]
}

/** Of the last step of what waited, the agreement is that of the proposal, where it says none itself. */
function named(model: Model, request: Direct): Direct {
  const { agreement } = model.pending.get(request.pending ?? '') ?? {}
  return request.agreement || !agreement ? request : { ...request, agreement }
}

export const creditsTransferred = defineCommand<Direct>({
  type: 'CreditsTransferred',
  weight: 6,
  generate: (model, choose) => {
    const last = choose.rarely(3) ? someLastStep(model, choose, 'transfer') : undefined
    if (last) return last
    // Now and then a large quantity: more pieces than one entry may take.
    const wish = someDirect(model, choose, 'transfer', choose.rarely(6) ? 240 : 40)
    Object.assign(wish.request, someAgreement(model, choose, wish.request))
    return { ...wish, approvers: directApprovers(model, choose, wish, officersFor(model, 'transfer', null)) }
  },
  reasons: (model, wish) => {
    const { from, to, pending = null } = wish.request
    return [
      ...movementReasons(model, wish.request, { from: 'holding', to: 'holding', pending }),
      ...agreementReasons(model, named(model, wish.request)),
      ...trustReasons(model, from, to),
      ...(pending === null
        ? [
            ...directReasons(model, wish, { officers: officersFor(model, 'transfer', null) }),
            ...where(isAcceptanceAsked(model, from, to), 'acceptance-missing'),
          ]
        : lastStepReasons(model, wish, pending, { kind: 'transfer', purpose: null, beneficiary: null })),
    ]
  },
  carryOut: (model, { request }) => {
    const agreement = agreementOf(model, named(model, request))
    const { brought, ranges } = move(model, request)
    settle(model, request.pending ?? null)
    return { says: { ranges, ...(agreement ? { agreement } : {}) }, brought }
  },
})

/** Retirement and cancellation, which differ in the kind of account and the words. */
function endKind(type: string, kind: 'retirement' | 'cancellation') {
  return defineCommand<Direct & Ending>({
    type,
    weight: 3,
    generate: (model, choose) => {
      const last = choose.rarely(3) ? someLastStep(model, choose, kind) : undefined
      if (last) return last as Wish<Direct & Ending>
      const { by, request } = someDirect(model, choose, kind)
      const ending = someEnding(choose, kind)
      const officersAsked = officersFor(model, kind, ending.purpose)
      const approvers = directApprovers(model, choose, { by, request }, officersAsked)
      const to = choose.rarely(24) ? knownId(model.accounts.keys(), choose) : request.to
      return { by, request: { ...request, to, ...ending }, approvers }
    },
    reasons: (model, wish) => {
      const { request } = wish
      const { from, to, purpose, beneficiary, pending = null } = request
      return [
        ...movementReasons(model, request, { from: 'holding', to: kind, pending }),
        ...where(!isOneHolder(model, from, to), 'account-foreign'),
        ...codeReasons(kind, purpose),
        ...purposeReasons(model, request, purpose),
        ...(pending === null
          ? directReasons(model, wish, { officers: officersFor(model, kind, purpose) })
          : lastStepReasons(model, wish, pending, { kind, purpose, beneficiary })),
      ]
    },
    carryOut: (model, { request }) => {
      const fresh = endedFirst(model, request, request.purpose)
      const { brought, ranges } = move(model, request)
      firstTransfer(model, request.batch, fresh)
      settle(model, request.pending ?? null)
      model.certificates += 1
      const itmos = itmosOf(model, request.batch, serialsIn(ranges))
      const allotted = { certificate: model.certificates, prefix: prefixOf(model, request.batch), itmos }
      return { says: { ranges, allotted }, brought }
    },
  })
}

export const creditsRetired = endKind('CreditsRetired', 'retirement')
export const creditsCancelled = endKind('CreditsCancelled', 'cancellation')
