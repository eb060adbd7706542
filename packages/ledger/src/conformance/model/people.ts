import { anApprover, anOfficer, mostly } from './choices.ts'
import { type Choose, defineCommand, hashFrom, idFrom, knownId } from './command.ts'
import { type DocumentKind, type Model, newOrganisation } from './naive.ts'
import { approvalReasons, codeReasons, type May, mandateReasons, officers, organisationOf, where } from './reasons.ts'

export const organisationRegistered = defineCommand<{ organisation: string; kind: string; name: string }>({
  type: 'OrganisationRegistered',
  weight: 1,
  generate: (model, choose) => ({
    by: choose.rarely(4) ? mostly(model, choose, model.root) : anOfficer(model, choose),
    request: {
      organisation: idFrom(`organisation ${choose.below(5)}`),
      kind: choose.rarely(12) ? 'club' : choose.pick(['developer', 'certifier']),
      name: hashFrom('name'),
    },
  }),
  reasons: (model, { by, request }) => [
    ...mandateReasons(model, by, { may: { ...officers, 'government/Root': 'any' } }),
    ...(model.organisations.has(request.organisation) ? ['already-exists'] : []),
    ...(['government', 'developer', 'certifier'].includes(request.kind) ? [] : ['code-unknown']),
  ],
  carryOut: (model, { request }) => {
    model.organisations.set(request.organisation, newOrganisation(request.kind))
    return {}
  },
})

const mayGrant: Record<string, May> = {
  'certifier/Admin': { 'government/Root': 'any', 'government/Admin': 'any', 'certifier/Admin': 'own' },
  'government/Root': { 'system/system': 'any' },
  'government/Admin': { 'government/Root': 'any' },
  'government/ViewOnly': { 'government/Root': 'any', 'government/Admin': 'own' },
  'developer/Admin': { 'government/Root': 'any', 'government/Admin': 'any', 'developer/Admin': 'own' },
  'developer/ViewOnly': { 'government/Root': 'any', 'government/Admin': 'any', 'developer/Admin': 'own' },
}
const roles = [...Object.keys(mayGrant), 'developer/King']

interface Grant extends Record<string, unknown> {
  mandate: string
  organisation: string
  role: string
  limit: string | null
}

function someGrant(model: Model, choose: Choose): Grant {
  return {
    mandate: idFrom(`mandate ${choose.below(6)}`),
    organisation: knownId(model.organisations.keys(), choose),
    role: choose.rarely(2) ? 'developer/Admin' : choose.pick(roles),
    limit: choose.rarely(2) ? null : `${1 + choose.below(60)}`,
  }
}

export const mandateGranted = defineCommand<Grant>({
  type: 'MandateGranted',
  weight: 1,
  generate: (model, choose) => ({
    by: mostly(model, choose, choose.pick([...model.mandates.keys()])),
    request: someGrant(model, choose),
  }),
  reasons: (model, { by, request: { mandate, organisation, role, limit } }) => {
    const granter = model.mandates.get(by)?.limit ?? null
    const kind = model.organisations.get(organisation)?.kind
    return [
      ...mandateReasons(model, by, { may: mayGrant[role] ?? {}, organisations: [organisation] }),
      ...(granter !== null && (limit === null || BigInt(limit) > granter) ? ['mandate-limit'] : []),
      ...(model.mandates.has(mandate) ? ['mandate-exists'] : []),
      ...(kind === undefined ? ['organisation-unknown'] : []),
      ...(role in mayGrant && role.startsWith(`${kind}/`) ? [] : ['role-unknown']),
    ]
  },
  carryOut: (model, { by, request: { mandate, organisation, role, limit } }) => {
    const granter = model.mandates.get(by)
    const isAppointed = ['system/system', 'government/Root'].includes(granter?.role ?? '')
    const hand = isAppointed ? mandate : (granter?.hand ?? mandate)
    model.mandates.set(mandate, {
      ...{ organisation, role, limit: limit === null ? null : BigInt(limit), active: true, hand },
      ...(isAppointed || hand === by ? {} : { word: by }),
    })
    return {}
  },
})

export const mandateConfirmed = defineCommand<{ mandate: string }>({
  type: 'MandateConfirmed',
  weight: 1,
  generate: (model, choose) => {
    const open = [...model.mandates].filter(([id, { active, hand }]) => active && hand !== id).map(([id]) => id)
    const found = open.length > 0 && !choose.rarely(6) ? open : model.mandates.keys()
    const by = choose.rarely(3) ? choose.pick([...model.mandates.keys()]) : anOfficer(model, choose)
    return { by, request: { mandate: knownId(found, choose) } }
  },
  reasons: (model, { by, request: { mandate } }) => {
    const found = model.mandates.get(mandate)
    const voucher = model.mandates.get(by)
    const may = mayGrant[found?.role ?? ''] ?? {}
    return [
      ...mandateReasons(model, by, { may, organisations: found ? [found.organisation] : [] }),
      ...where(found?.active === false, 'mandate-revoked'),
      ...where(found?.hand === mandate, 'nothing-changes'),
      ...where(found !== undefined && found.hand === voucher?.hand, 'approval-not-distinct'),
      ...where(hasBrought(model, mandate), 'approval-not-distinct'),
      ...where(isWider(found?.limit ?? null, voucher?.limit ?? null), 'mandate-limit'),
    ]
  },
  carryOut: (model, { request: { mandate } }) => {
    const found = model.mandates.get(mandate)
    if (found) found.hand = mandate
    delete found?.word
    return {}
  },
})

/** Are some there on the word of one who stands on another's? */
function hasBrought(model: Model, mandate: string): boolean {
  return [...model.mandates.values()].some(({ word }) => word === mandate)
}

/** Does a limit allow more than another? */
function isWider(limit: bigint | null, other: bigint | null): boolean {
  return other !== null && (limit === null || limit > other)
}

export const mandateRevoked = defineCommand<{ mandate: string }>({
  type: 'MandateRevoked',
  weight: 0.5,
  generate: (model, choose) => ({
    by: choose.rarely(4) ? model.root : anOfficer(model, choose),
    // Mostly of those who came later, so that the registry can go on.
    request: { mandate: knownId([...model.mandates.keys()].slice(choose.rarely(8) ? 0 : 6), choose) },
  }),
  reasons: (model, { by, request: { mandate } }) => {
    const found = model.mandates.get(mandate)
    const may = mayGrant[found?.role ?? ''] ?? {}
    return [
      ...mandateReasons(model, by, { may, organisations: found ? [found.organisation] : [] }),
      ...(found ? [] : ['mandate-unknown']),
      ...(found?.active === false ? ['mandate-revoked'] : []),
    ]
  },
  carryOut: (model, { request }) => {
    const found = model.mandates.get(request.mandate)
    if (found) found.active = false
    if (!hasBrought(model, request.mandate)) delete found?.word
    return {}
  },
})

function statusKind(type: string, active: boolean, weight: number) {
  return defineCommand<{ organisation: string; reason: string }>({
    type,
    weight,
    generate: (model, choose) => {
      const fitting = [...model.organisations].filter(([id, one]) => one.active !== active && id !== model.authority)
      const known = fitting.length > 0 && !choose.rarely(6) ? fitting.map(([id]) => id) : model.organisations.keys()
      const reason = choose.rarely(16) ? 'mood' : 'investigation'
      // Often somebody of whom a movement waits, so that there is something to halt.
      const waiting = [...model.pending.values()].flatMap(({ from, to }) => [
        ...organisationOf(model, from),
        ...organisationOf(model, to),
      ])
      const involved = !active && waiting.length > 0 && choose.rarely(2) ? waiting : known
      return { by: anOfficer(model, choose), request: { organisation: knownId(involved, choose), reason } }
    },
    reasons: (model, { by, request: { organisation, reason } }) => [
      ...mandateReasons(model, by, { may: officers }),
      ...where(!model.organisations.has(organisation), 'organisation-unknown'),
      ...where(organisation === model.authority, 'organisation-authority'),
      ...where(model.organisations.get(organisation)?.active === active, 'organisation-already-so'),
      ...codeReasons('suspension', reason),
    ],
    carryOut: (model, { request }) => {
      const organisation = model.organisations.get(request.organisation)
      if (organisation) organisation.active = active
      return {}
    },
  })
}

export const organisationSuspended = statusKind('OrganisationSuspended', false, 0.7)
export const organisationReactivated = statusKind('OrganisationReactivated', true, 0.8)

export const documentAdopted = defineCommand<{ document: DocumentKind; version: number; sha256: string }>({
  type: 'DocumentAdopted',
  weight: 0.5,
  generate: (model, choose) => {
    const document = choose.pick<DocumentKind>(['permissions', 'preset'])
    const version = model.inForce[document] + (choose.rarely(8) ? 2 : 1)
    const fitting = [...model.documents].find(([, one]) => one.kind === document && one.version === version)
    const sha256 =
      fitting && !choose.rarely(8) ? fitting[0] : choose.pick([hashFrom('none'), ...model.documents.keys()])
    return {
      by: mostly(model, choose, model.root),
      request: { document, version, sha256 },
      approvers: anApprover(model, choose, model.root),
    }
  },
  reasons: (model, { by, request: { document, version, sha256 }, approvers = [] }) => {
    const found = model.documents.get(sha256)
    return [
      ...mandateReasons(model, by, { may: { 'government/Root': 'any' } }),
      ...(found?.kind === document ? [] : ['document-unknown']),
      ...(found?.version !== version || version !== model.inForce[document] + 1 ? ['version-not-next'] : []),
      ...approvalReasons(model, by, approvers),
    ]
  },
  carryOut: (model, { request }) => {
    model.inForce[request.document] = request.version
    return {}
  },
})
