import { anOfficer, later, mostly } from './choices.ts'
import { type Choose, defineCommand, idFrom, knownId } from './command.ts'
import type { Hold, Model } from './naive.ts'
import { codeReasons, type May, mandateReasons, officers, theSystem, where } from './reasons.ts'
import { aHoldingId } from './waiting.ts'

type Target = Pick<Hold, 'account' | 'batch' | 'range'>

function someTarget(model: Model, choose: Choose): Target {
  if (choose.rarely(6)) return { account: knownId(model.accounts.keys(), choose), batch: null, range: null }
  const batch = knownId(model.batches.keys(), choose)
  if (choose.rarely(8)) return { account: null, batch, range: null }
  const serials = [...(model.batches.get(batch)?.units.keys() ?? [1n])]
  const from = choose.pick(serials)
  const length = BigInt(choose.below(choose.rarely(6) ? 240 : 12))
  return { account: null, batch, range: [`${from}`, `${choose.rarely(30) ? from - 1n : from + length}`] }
}

function targetReasons(model: Model, { account, batch, range }: Target): string[] {
  if (account !== null) {
    const kind = model.accounts.get(account)?.kind
    return kind === undefined ? ['account-unknown'] : where(kind !== 'holding', 'account-kind')
  }
  const known = model.batches.get(batch ?? '')
  const isReversed = range !== null && BigInt(range[1]) < BigInt(range[0])
  // Of units of another Party, all numbers are of the batch.
  const isInside = range?.every((serial) => known?.project === null || known?.units.has(BigInt(serial))) !== false
  return [
    ...where(!known, 'batch-unknown'),
    ...where(isReversed, 'ranges-disorder'),
    ...where(known !== undefined && !isInside, 'range-outside-batch'),
  ]
}

type Placed = Target & Record<string, unknown> & { hold: string; reason: string; expiresAt?: string | null }

export const holdPlaced = defineCommand<Placed>({
  type: 'HoldPlaced',
  weight: 3,
  generate: (model, choose) => ({
    by: anOfficer(model, choose),
    request: {
      hold: aHoldingId(choose, 'hold', 12),
      reason: choose.rarely(20) ? 'mood' : 'court-order',
      ...someTarget(model, choose),
      ...(choose.rarely(3) ? {} : { expiresAt: choose.rarely(4) ? null : later(model, choose, 100) }),
    },
  }),
  reasons: (model, { by, request }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...where(model.holds.has(request.hold) || model.ended.has(request.hold), 'already-exists'),
    ...targetReasons(model, request),
    ...codeReasons('hold', request.reason),
    ...where((request.expiresAt ?? 'never') <= model.now, 'expiry-wrong'),
  ],
  carryOut: (model, { request: { hold, account, batch, range, expiresAt = null } }) => {
    model.holds.set(hold, { account, batch, range, expiresAt })
    return { says: { expiresAt } }
  },
})

/** Lifted by an officer, or expired. */
function endKind(type: string, weight: number, may: May, expires: boolean) {
  return defineCommand<{ hold: string }>({
    type,
    weight,
    generate: (model, choose) => {
      const due = [...model.holds].filter(([, { expiresAt }]) => expiresAt !== null && expiresAt <= model.now)
      const known = expires && due.length > 0 && !choose.rarely(6) ? new Map(due) : model.holds
      return {
        by: expires ? mostly(model, choose, model.system) : anOfficer(model, choose),
        request: { hold: knownId(known.size > 0 ? known.keys() : [idFrom('hold 0')], choose) },
      }
    },
    reasons: (model, { by, request: { hold } }) => {
      const standing = model.holds.get(hold)
      return [
        ...mandateReasons(model, by, { may }),
        ...where(!standing, 'hold-unknown'),
        ...where(expires && standing !== undefined && (standing.expiresAt ?? 'never') > model.now, 'not-expired'),
      ]
    },
    carryOut: (model, { request: { hold } }) => {
      model.holds.delete(hold)
      model.ended.add(hold)
      return {}
    },
  })
}

export const holdLifted = endKind('HoldLifted', 1, officers, false)
export const holdExpired = endKind('HoldExpired', 1.2, theSystem, true)
