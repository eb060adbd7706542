import { anApprover, anOfficer } from './choices.ts'
import { type Choose, defineCommand, idFrom, knownId } from './command.ts'
import type { Authorisation, Model } from './naive.ts'
import { approvalReasons, codeReasons, conflictReasons, mandateReasons, officers, where } from './reasons.ts'
import { issuedUnder, transferredUnder } from './units.ts'

type Terms = Pick<Authorisation, 'purposes' | 'firstTransfer' | 'cooperativeApproach'> & { quantity: string }

function someTerms(choose: Choose): Terms {
  const purposes = choose.pick([
    ['NDC'],
    ['NDC', 'OIMP_IMP'],
    ['NDC', 'OIMP_IMP', 'OIMP_OP'],
    ['OIMP_OP'],
    ['OIMP_IMP', 'OIMP_OP'],
    [],
    choose.rarely(4) ? ['GIFT'] : ['NDC'],
  ])
  return {
    quantity: `${20 + choose.below(200)}`,
    purposes,
    firstTransfer: purposes.some((purpose) => purpose.startsWith('OIMP'))
      ? choose.pick(['authorisation', 'issuance', 'use-or-cancellation'])
      : null,
    cooperativeApproach: choose.pick([null, 'CA0001', 'CA0001', 'CA0002']),
  }
}

function termsReasons({ purposes }: Terms): string[] {
  return purposes.flatMap((purpose) => codeReasons('authorisation', purpose))
}

interface Authorising extends Terms, Record<string, unknown> {
  authorisation: string
  project: string
  unitType: string
}

export const quantityAuthorised = defineCommand<Authorising>({
  type: 'QuantityAuthorised',
  weight: 1.5,
  generate: (model, choose) => ({
    by: anOfficer(model, choose),
    request: {
      authorisation: idFrom(`authorisation ${choose.below(8)}`),
      project: knownId(model.projects.keys(), choose),
      unitType: choose.rarely(16) ? 'XXX' : choose.pick(['ITMO', 'A6ER', 'A6ER', 'MCU']),
      ...someTerms(choose),
    },
  }),
  reasons: (model, { by, request }) => {
    const project = model.projects.get(request.project)
    return [
      ...mandateReasons(model, by, { may: officers }),
      ...conflictReasons(model, [by], request.project),
      ...where(model.authorisations.has(request.authorisation), 'already-exists'),
      ...where(!project, 'project-unknown'),
      ...where(project !== undefined && project.state !== 'registered', 'project-state'),
      ...where(request.unitType === 'XXX', 'unit-type-unknown'),
      ...termsReasons(request),
    ]
  },
  carryOut: (model, { request: { authorisation, project, unitType, quantity, ...terms } }) => {
    const { purposes, firstTransfer, cooperativeApproach } = terms
    model.authorisations.set(authorisation, {
      ...{ project, unitType, purposes, firstTransfer, cooperativeApproach },
      granted: [{ from: model.size, purposes }],
      quantity: BigInt(quantity),
      version: 1,
      active: true,
    })
    return {}
  },
})

interface Change extends Terms, Record<string, unknown> {
  authorisation: string
  version: number
  change: 'amend' | 'revoke'
  reason: string
  effectiveFrom: string
}

/** The terms as they are, or a few others; of a quantity sometimes little more or less than was first transferred. */
function someChange(model: Model, choose: Choose, id: string, change: Change['change']): Terms {
  const known = model.authorisations.get(id)
  if (!known || choose.rarely(6)) return someTerms(choose)
  const { purposes, firstTransfer, cooperativeApproach } = known
  const same = { quantity: `${known.quantity}`, purposes, firstTransfer, cooperativeApproach }
  if (change === 'revoke') return same
  const least = transferredUnder(model, id)
  const quantity = choose.pick([known.quantity, least, least - 1n, issuedUnder(model, id), known.quantity + 50n])
  const lawful = quantity > 0n ? quantity : 1n
  return choose.rarely(3)
    ? { ...someTerms(choose), cooperativeApproach, quantity: `${lawful}` }
    : { ...same, quantity: `${lawful}` }
}

export const authorisationChanged = defineCommand<Change>({
  type: 'AuthorisationChanged',
  weight: 1.5,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const authorisation = knownId(model.authorisations.keys(), choose)
    const change = choose.rarely(8) ? 'revoke' : 'amend'
    const version = (model.authorisations.get(authorisation)?.version ?? 1) + (choose.rarely(16) ? 2 : 1)
    const request = {
      authorisation,
      version,
      change,
      reason: choose.rarely(16) ? 'whim' : 'legal',
      effectiveFrom: choose.rarely(16) ? '2999-01-01' : model.now.slice(0, 10),
      ...someChange(model, choose, authorisation, change),
    } satisfies Change
    return { by, request, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request, approvers = [] }) => {
    const { authorisation, version, change, reason, effectiveFrom, quantity, cooperativeApproach } = request
    const known = model.authorisations.get(authorisation)
    const mandate = mandateReasons(model, by, { may: officers })
    if (!known) return [...mandate, 'authorisation-unknown']
    const termsOf = (terms: Omit<Terms, 'quantity'> & { quantity: unknown }) =>
      JSON.stringify([`${terms.quantity}`, terms.purposes, terms.firstTransfer, terms.cooperativeApproach])
    const isSame = termsOf(known) === termsOf(request)
    const transferred = transferredUnder(model, authorisation)
    return [
      ...mandate,
      ...where(!known.active, 'authorisation-revoked'),
      ...where(version !== known.version + 1, 'version-not-next'),
      ...where(effectiveFrom > model.now.slice(0, 10), 'date-wrong'),
      ...termsReasons(request),
      ...codeReasons('change', reason),
      ...where(change === 'revoke' && !isSame, 'malformed'),
      ...where(change === 'amend' && isSame, 'nothing-changes'),
      ...where(BigInt(quantity) < transferred, 'authorisation-too-small'),
      ...where(transferred > 0n && cooperativeApproach !== known.cooperativeApproach, 'approach-in-use'),
      ...conflictReasons(model, [by, ...approvers], known.project),
      ...approvalReasons(model, by, approvers),
    ]
  },
  carryOut: (model, { request }) => {
    const known = model.authorisations.get(request.authorisation)
    const { version, change, quantity, purposes, firstTransfer, cooperativeApproach } = request
    const terms = { purposes, firstTransfer, cooperativeApproach, quantity: BigInt(quantity) }
    if (!known) return {}
    if (`${known.purposes}` !== `${purposes}`) known.granted.push({ from: model.size, purposes })
    Object.assign(known, { version, active: change === 'amend', ...terms })
    return {}
  },
})
