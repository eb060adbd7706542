import { anApprover, anOfficer } from './choices.ts'
import { type Choose, defineCommand, hashFrom, knownId, someId } from './command.ts'
import { type Model, newProject, type Owner } from './naive.ts'
import {
  accountReasons,
  approvalReasons,
  codeReasons,
  conflictReasons,
  mandateReasons,
  officers,
  organisationOf,
  where,
} from './reasons.ts'

const SCALE = 10_000

interface Registration extends Record<string, unknown> {
  project: string
  title: string
  scope: string
  methodology: string
  owners: Owner[]
}

const splits = [['100'], ['100'], ['60', '40'], ['33.3333', '66.6667'], ['99.9', '0.1'], ['70', '40'], ['100', '0']]

function someOwners(model: Model, choose: Choose): Owner[] {
  const holdings = [...model.accounts].filter(([, { kind }]) => kind === 'holding').map(([id]) => id)
  const from = choose.below(holdings.length)
  return choose.pick(splits).map((share, at) => {
    const account = choose.rarely(24) ? knownId(model.accounts.keys(), choose) : holdings[(from + at) % holdings.length]
    return { account: account ?? '', share }
  })
}

function ownerReasons(model: Model, owners: Owner[]): string[] {
  const accounts = owners.map(({ account }) => account)
  const whole = owners.reduce((sum, { share }) => sum + Math.round(Number(share) * SCALE), 0)
  return [
    ...accounts.flatMap((account) => accountReasons(model, account, 'holding')),
    ...where(new Set(accounts).size < accounts.length, 'already-exists'),
    ...where(whole !== 100 * SCALE || owners.some(({ share }) => Number(share) === 0), 'shares-not-100'),
  ]
}

export const projectRegistered = defineCommand<Registration>({
  type: 'ProjectRegistered',
  weight: 1,
  generate: (model, choose) => {
    const owners = someOwners(model, choose)
    return {
      by: anOfficer(model, choose),
      request: {
        project: someId(model, choose, 'project', 4),
        title: hashFrom('title'),
        scope: choose.rarely(16) ? '99' : '1',
        methodology: 'AMS-I.D',
        owners,
      },
    }
  },
  reasons: (model, { by, request: { project, scope, owners } }) => {
    const accounts = owners.map(({ account }) => account)
    const organisations = accounts.flatMap((account) => organisationOf(model, account))
    return [
      ...mandateReasons(model, by, { may: { ...officers, 'developer/Admin': 'own' }, organisations }),
      ...(model.projects.has(project) || model.streams.has(project) ? ['already-exists'] : []),
      ...(scope === '99' ? ['scope-unknown'] : []),
      ...ownerReasons(model, owners),
    ]
  },
  carryOut: (model, { request: { project, scope, owners } }) => {
    const number = model.projects.size + 1
    model.projects.set(project, newProject(number, scope, owners, { index: model.size, at: model.now }))
    model.streams.add(project)
    return { says: { allotted: { number } } }
  },
})

export const ownershipChanged = defineCommand<{ project: string; owners: Owner[] }>({
  type: 'OwnershipChanged',
  weight: 1,
  generate: (model, choose) => {
    const project = knownId(model.projects.keys(), choose)
    const same = choose.rarely(12) ? model.projects.get(project)?.owners : undefined
    const by = anOfficer(model, choose)
    return {
      by,
      request: { project, owners: same ?? someOwners(model, choose) },
      approvers: anApprover(model, choose, by),
    }
  },
  reasons: (model, { by, request: { project, owners }, approvers = [] }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...conflictReasons(model, [by, ...approvers], project),
    ...where(!model.projects.has(project), 'project-unknown'),
    ...ownerReasons(model, owners),
    ...where(JSON.stringify(model.projects.get(project)?.owners) === JSON.stringify(owners), 'nothing-changes'),
    ...approvalReasons(model, by, approvers),
  ],
  carryOut: (model, { request: { project, owners } }) => {
    const known = model.projects.get(project)
    if (known) known.owners = owners
    return {}
  },
})

interface Terms extends Record<string, unknown> {
  project: string
  buffer: string
  exempt: string[]
  reason: string
}

export const issuanceTermsSet = defineCommand<Terms>({
  type: 'IssuanceTermsSet',
  weight: 1,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const project = knownId(model.projects.keys(), choose)
    const before = model.projects.get(project)?.buffer ?? '0'
    const request = {
      project,
      buffer: choose.pick([before, before, before, '0', '10', '12.5', '20', '33.3333', '95', '100']),
      exempt: choose.pick([[], [], ['omge'], ['shareOfProceeds', 'host']]),
      reason: choose.rarely(16) ? 'whim' : choose.rarely(8) ? 'legal' : 'risk-assessment',
    }
    return { by, request, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request: { project, reason }, approvers = [] }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...conflictReasons(model, [by, ...approvers], project),
    ...where(!model.projects.has(project), 'project-unknown'),
    ...codeReasons('change', reason),
    ...approvalReasons(model, by, approvers),
  ],
  carryOut: (model, { request: { project, buffer, exempt, reason } }) => {
    const known = model.projects.get(project)
    if (!known) return {}
    if (reason === 'risk-assessment') known.assessed = model.now
    if (Number(buffer) > Number(known.buffer)) known.raised = model.now
    Object.assign(known, { buffer, exempt })
    return {}
  },
})
