import { type Choose, defineCommand, hashFrom, idFrom, knownId, mostly, someId } from './command.ts'
import { accountReasons, approvalReasons, type May, type Model, mandateReasons, organisationOf } from './naive.ts'

const officers: May = { 'government/Admin': 'any' }
const SCALE = 10_000

type Owner = { account: string; share: string }

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

export const projectRegistered = defineCommand<Registration>({
  type: 'ProjectRegistered',
  weight: 1,
  generate: (model, choose) => {
    const owners = someOwners(model, choose)
    return {
      by: mostly(model, choose, choose.pick(model.officers)),
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
    const whole = owners.reduce((sum, { share }) => sum + Math.round(Number(share) * SCALE), 0)
    return [
      ...mandateReasons(model, by, { may: { ...officers, 'developer/Admin': 'own' }, organisations }),
      ...(model.projects.has(project) || model.streams.has(project) ? ['already-exists'] : []),
      ...(scope === '99' ? ['scope-unknown'] : []),
      ...accounts.flatMap((account) => accountReasons(model, account, 'holding')),
      ...(new Set(accounts).size < accounts.length ? ['already-exists'] : []),
      ...(whole === 100 * SCALE && owners.every(({ share }) => Number(share) > 0) ? [] : ['shares-not-100']),
    ]
  },
  carryOut: (model, { request: { project, owners } }) => {
    model.projects.set(project, { state: 'submitted', owners })
    model.streams.add(project)
    return { allotted: { number: model.projects.size } }
  },
})

const moves: Record<string, { from: string[]; to: string; may: May }> = {
  register: { from: ['submitted'], to: 'registered', may: officers },
  reject: { from: ['submitted'], to: 'rejected', may: officers },
  withdraw: { from: ['submitted'], to: 'withdrawn', may: { 'developer/Admin': 'own' } },
  suspend: { from: ['registered'], to: 'suspended', may: officers },
  resume: { from: ['suspended'], to: 'registered', may: officers },
  deregister: { from: ['registered', 'suspended'], to: 'deregistered', may: officers },
}

export const projectMoved = defineCommand<{ project: string; move: string }>({
  type: 'ProjectMoved',
  weight: 1,
  generate: (model, choose) => ({
    by: mostly(model, choose, choose.pick(model.officers)),
    request: {
      project: knownId(model.projects.keys(), choose),
      move: choose.pick(['register', 'register', 'resume', ...Object.keys(moves), 'bless']),
    },
  }),
  reasons: (model, { by, request }) => {
    const project = model.projects.get(request.project)
    const move = moves[request.move]
    const organisations = (project?.owners ?? []).flatMap(({ account }) => organisationOf(model, account))
    return [
      ...mandateReasons(model, by, { may: move?.may ?? {}, organisations }),
      ...(project ? [] : ['project-unknown']),
      ...(move ? [] : ['move-unknown']),
      ...(project && !move?.from.includes(project.state) ? ['project-state'] : []),
    ]
  },
  carryOut: (model, { request }) => {
    const project = model.projects.get(request.project)
    if (project) project.state = moves[request.move]?.to ?? ''
    return {}
  },
})

interface Authorisation extends Record<string, unknown> {
  authorisation: string
  project: string
  unitType: string
  quantity: string
  purposes: string[]
  firstTransfer: string | null
  cooperativeApproach: string | null
}

export const quantityAuthorised = defineCommand<Authorisation>({
  type: 'QuantityAuthorised',
  weight: 1,
  generate: (model, choose) => ({
    by: mostly(model, choose, choose.pick(model.officers)),
    request: {
      authorisation: idFrom(`authorisation ${choose.below(5)}`),
      project: knownId(model.projects.keys(), choose),
      unitType: choose.rarely(12) ? 'XXX' : choose.pick(['ITMO', 'A6ER']),
      quantity: `${1 + choose.below(80)}`,
      purposes: choose.rarely(12) ? ['GIFT'] : ['NDC'],
      firstTransfer: null,
      cooperativeApproach: null,
    },
  }),
  reasons: (model, { by, request }) => {
    const project = model.projects.get(request.project)
    return [
      ...mandateReasons(model, by, { may: officers }),
      ...(model.authorisations.has(request.authorisation) ? ['already-exists'] : []),
      ...(project ? [] : ['project-unknown']),
      ...(project && project.state !== 'registered' ? ['project-state'] : []),
      ...(request.unitType === 'XXX' ? ['unit-type-unknown'] : []),
      ...(request.purposes.includes('GIFT') ? ['code-unknown'] : []),
    ]
  },
  carryOut: (model, { request: { authorisation, project, unitType, quantity } }) => {
    model.authorisations.set(authorisation, { project, unitType, left: BigInt(quantity) })
    return {}
  },
})

interface Issuance extends Record<string, unknown> {
  batch: string
  authorisation: string
  vintage: string
  quantity: string
  monitoringPeriod: null
}

/** How many units each owner gets: the floor of the share, the rest one by one to the largest remainders. */
function shared(quantity: number, owners: Owner[]): number[] {
  const exact = owners.map(({ share }) => quantity * Math.round(Number(share) * SCALE))
  const parts = exact.map((value) => Math.floor(value / (100 * SCALE)))
  const order = exact
    .map((value, at) => ({ at, rest: value % (100 * SCALE) }))
    .sort((a, b) => b.rest - a.rest || a.at - b.at)
  let left = quantity - parts.reduce((sum, part) => sum + part, 0)
  for (const { at } of order) {
    if (left <= 0) break
    parts[at] = (parts[at] ?? 0) + 1
    left -= 1
  }
  return parts
}

export const batchIssued = defineCommand<Issuance>({
  type: 'BatchIssued',
  weight: 1.5,
  generate: (model, choose) => ({
    by: mostly(model, choose, choose.pick(model.officers)),
    request: {
      batch: someId(model, choose, 'batch', 8),
      authorisation: knownId(model.authorisations.keys(), choose),
      vintage: choose.rarely(16) ? '2099' : '2024',
      quantity: `${1 + choose.below(40)}`,
      monitoringPeriod: null,
    },
    approvers: choose.rarely(12) ? [] : [mostly(model, choose, choose.pick(model.officers))],
  }),
  reasons: (model, { by, request, approvers = [] }) => {
    const quantity = BigInt(request.quantity)
    const authorisation = model.authorisations.get(request.authorisation)
    const project = model.projects.get(authorisation?.project ?? '')
    return [
      ...mandateReasons(model, by, { may: officers, quantity }),
      ...(authorisation ? [] : ['authorisation-unknown']),
      ...(model.batches.has(request.batch) || model.streams.has(request.batch) ? ['already-exists'] : []),
      ...(project && project.state !== 'registered' ? ['project-state'] : []),
      ...(authorisation && authorisation.left < quantity ? ['authorisation-exceeded'] : []),
      ...(request.vintage === '2099' ? ['vintage-wrong'] : []),
      // Of these a share of proceeds and of OMGE is due: no accounts have been named, and one unit is too few.
      ...(authorisation?.unitType === 'A6ER' ? ['pool-missing', 'split-wrong'] : []),
      ...(project?.owners ?? []).flatMap(({ account }) => accountReasons(model, account, 'holding')),
      ...approvalReasons(model, by, approvers, quantity),
    ]
  },
  carryOut: (model, { request }) => {
    const authorisation = model.authorisations.get(request.authorisation)
    const owners = model.projects.get(authorisation?.project ?? '')?.owners ?? []
    const { project = '', unitType = '' } = authorisation ?? {}
    const first = model.next.get(unitType) ?? 1n
    const counts = shared(Number(request.quantity), owners)
    const accounts = owners.flatMap(({ account }, at) => Array.from({ length: counts[at] ?? 0 }, () => account))
    const serials = new Map(accounts.map((account, at) => [first + BigInt(at), account]))
    model.batches.set(request.batch, { project, vintage: request.vintage, unitType, owners: serials })
    model.streams.add(request.batch)
    model.next.set(unitType, first + BigInt(request.quantity))
    if (authorisation) authorisation.left -= BigInt(request.quantity)
    return { allotted: { first: `${first}` } }
  },
})
