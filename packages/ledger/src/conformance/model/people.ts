import { type Choose, defineCommand, hashFrom, idFrom, knownId, mostly, someId } from './command.ts'
import { approvalReasons, type DocumentKind, type May, type Model, mandateReasons } from './naive.ts'

const officers: May = { 'government/Admin': 'any' }

export const organisationRegistered = defineCommand<{ organisation: string; kind: string; name: string }>({
  type: 'OrganisationRegistered',
  weight: 1,
  generate: (model, choose) => ({
    by: mostly(model, choose, choose.pick([...model.officers, model.root])),
    request: {
      organisation: idFrom(`organisation ${choose.below(5)}`),
      kind: choose.rarely(12) ? 'club' : 'developer',
      name: hashFrom('name'),
    },
  }),
  reasons: (model, { by, request }) => [
    ...mandateReasons(model, by, { may: { ...officers, 'government/Root': 'any' } }),
    ...(model.organisations.has(request.organisation) ? ['already-exists'] : []),
    ...(['government', 'developer'].includes(request.kind) ? [] : ['code-unknown']),
  ],
  carryOut: (model, { request }) => {
    model.organisations.set(request.organisation, request.kind)
    return {}
  },
})

const mayGrant: Record<string, May> = {
  'government/Root': { 'system/system': 'any' },
  'government/Admin': { 'government/Root': 'any' },
  'government/ViewOnly': { 'government/Root': 'any', 'government/Admin': 'own' },
  'developer/Admin': { 'government/Admin': 'any', 'developer/Admin': 'own' },
  'developer/ViewOnly': { 'government/Admin': 'any', 'developer/Admin': 'own' },
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
    const kind = model.organisations.get(organisation)
    return [
      ...mandateReasons(model, by, { may: mayGrant[role] ?? {}, organisations: [organisation] }),
      ...(granter !== null && (limit === null || BigInt(limit) > granter) ? ['mandate-limit'] : []),
      ...(model.mandates.has(mandate) ? ['mandate-exists'] : []),
      ...(kind === undefined ? ['organisation-unknown'] : []),
      ...(role in mayGrant && role.startsWith(`${kind}/`) ? [] : ['role-unknown']),
    ]
  },
  carryOut: (model, { request: { mandate, organisation, role, limit } }) => {
    model.mandates.set(mandate, { organisation, role, limit: limit === null ? null : BigInt(limit), active: true })
    return {}
  },
})

export const mandateRevoked = defineCommand<{ mandate: string }>({
  type: 'MandateRevoked',
  weight: 0.5,
  generate: (model, choose) => ({
    by: mostly(model, choose, choose.pick([...model.officers, model.root])),
    request: { mandate: knownId([...model.mandates.keys()].slice(choose.below(5)), choose) },
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
    return {}
  },
})

type Opened = { account: string; kind: string }

export const accountsOpened = defineCommand<{ organisation: string; accounts: Opened[] }>({
  type: 'AccountsOpened',
  weight: 1,
  generate: (model, choose) => ({
    by: mostly(model, choose, choose.pick(model.officers)),
    request: {
      organisation: knownId(model.organisations.keys(), choose),
      accounts: Array.from({ length: 1 + choose.below(3) }, () => ({
        account: someId(model, choose, 'account'),
        kind: choose.pick(['holding', 'holding', 'retirement', 'cancellation']),
      })),
    },
  }),
  reasons: (model, { by, request: { organisation, accounts } }) => {
    const ids = accounts.map(({ account }) => account)
    const isUsed = ids.some((id) => model.accounts.has(id) || model.streams.has(id))
    return [
      ...mandateReasons(model, by, { may: officers }),
      ...(model.organisations.has(organisation) ? [] : ['organisation-unknown']),
      ...(isUsed || new Set(ids).size < ids.length ? ['already-exists'] : []),
    ]
  },
  carryOut: (model, { request: { organisation, accounts } }) => {
    for (const { account, kind } of accounts) {
      model.accounts.set(account, { organisation, kind, active: true })
      model.streams.add(account)
    }
    return {}
  },
})

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
      approvers: choose.rarely(8) ? [] : [mostly(model, choose, choose.pick(model.officers))],
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
