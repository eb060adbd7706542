import { aHolder, aHolding, aMandateOf, aSecond, later, mostly, someUnits } from './choices.ts'
import { defineCommand, idFrom, knownId } from './command.ts'
import { directAsked, directReasons, type Movement, quantityOf, serialsOf, unitReasons } from './movement.ts'
import type { WireRange } from './naive.ts'
import { accountReasons, codeReasons, holders, type May, mandateReasons, theSystem, where } from './reasons.ts'
import { isHeld, rangesOf } from './units.ts'
import { aHoldingId } from './waiting.ts'

interface Pledging extends Record<string, unknown> {
  pledge: string
  batch: string
  account: string
  quantity?: string
  ranges?: WireRange[]
  /** An organisation. */
  to: string
  reason: string
  expiresAt: string | null
}

const asMovement = ({ batch, account, quantity, ranges }: Pledging): Movement => ({
  batch,
  from: account,
  to: account,
  ...(quantity === undefined ? {} : { quantity }),
  ...(ranges === undefined ? {} : { ranges }),
})

export const unitsPledged = defineCommand<Pledging>({
  type: 'UnitsPledged',
  weight: 2,
  generate: (model, choose) => {
    const { batch, from } = aHolding(model, choose)
    const by = aHolder(model, choose, from)
    const own = model.accounts.get(from)?.organisation
    const others = [...model.organisations.keys()].filter((id) => id !== own || choose.rarely(16))
    const request = {
      pledge: aHoldingId(choose, 'pledge'),
      batch,
      account: from,
      ...someUnits(model, choose, batch, from, 12),
      to: knownId(others, choose),
      reason: choose.rarely(20) ? 'love' : 'collateral',
      expiresAt: choose.rarely(3) ? null : later(model, choose, 200),
    }
    const { second } = directAsked(model, from, quantityOf(model, asMovement(request)))
    return { by, request, approvers: aSecond(model, choose, by, second) }
  },
  reasons: (model, { by, request, approvers = [] }) => {
    const { pledge, batch, account, to, reason, expiresAt } = request
    return [
      ...directReasons(model, { by, request: asMovement(request), approvers }),
      ...where(
        [model.pending, model.pledges, model.ended].some((ids) => ids.has(pledge)),
        'already-exists',
      ),
      ...accountReasons(model, account, 'holding'),
      ...where(!model.organisations.has(to), 'organisation-unknown'),
      ...where(model.accounts.get(account)?.organisation === to, 'same-account'),
      ...unitReasons(model, asMovement(request)),
      ...where(isHeld(model, batch) || isHeld(model, account), 'on-hold'),
      ...codeReasons('pledge', reason),
      ...where((expiresAt ?? 'never') <= model.now, 'expiry-wrong'),
    ]
  },
  carryOut: (model, { request }) => {
    const { pledge, batch, account, to, expiresAt } = request
    const ranges = request.ranges ?? rangesOf(serialsOf(model, asMovement(request)))
    model.pledges.set(pledge, { account, batch, ranges, to, expiresAt })
    return { says: { ranges } }
  },
})

/** Released by the pledgee, or expired. */
function endKind(type: string, may: May, expires: boolean) {
  return defineCommand<{ pledge: string }>({
    type,
    weight: 1,
    generate: (model, choose) => {
      const due = [...model.pledges].filter(([, { expiresAt }]) => expiresAt !== null && expiresAt <= model.now)
      const known = expires && due.length > 0 && !choose.rarely(6) ? new Map(due) : model.pledges
      const pledge = knownId(known.size > 0 ? known.keys() : [idFrom('pledge 0')], choose)
      const pledgee = aMandateOf(model, choose, model.pledges.get(pledge)?.to)
      return { by: mostly(model, choose, expires ? model.system : pledgee), request: { pledge } }
    },
    reasons: (model, { by, request: { pledge } }) => {
      const standing = model.pledges.get(pledge)
      const organisations = standing && !expires ? [standing.to] : []
      return [
        ...mandateReasons(model, by, { may, organisations }),
        ...where(!standing, 'pledge-unknown'),
        ...where(expires && standing !== undefined && (standing.expiresAt ?? 'never') > model.now, 'not-expired'),
      ]
    },
    carryOut: (model, { request: { pledge } }) => {
      model.pledges.delete(pledge)
      model.ended.add(pledge)
      return {}
    },
  })
}

export const pledgeReleased = endKind('PledgeReleased', holders, false)
export const pledgeExpired = endKind('PledgeExpired', theSystem, true)
