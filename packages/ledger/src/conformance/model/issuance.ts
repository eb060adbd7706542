import { anAccount, anApprover, anOfficer } from './choices.ts'
import { type Choose, defineCommand, knownId, someId } from './command.ts'
import { lawOf } from './law.ts'
import type { Authorisation, Batch, Model, Owner, Pools, Project, Unit } from './naive.ts'
import { fromPeriodReasons, someOutcome } from './periods.ts'
import { accountReasons, approvalReasons, conflictReasons, mandateReasons, officers, where } from './reasons.ts'
import { type Levies, leviesOf, levyOrder, poolKinds, type Split, splitOf } from './split.ts'
import { firstTransfer, firstTransferReasons, issuedUnder, itmosOf, microOf, owe } from './units.ts'

export const poolsNamed = defineCommand<Pools & Record<string, unknown>>({
  type: 'PoolsNamed',
  weight: 0.7,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const named = (levy: keyof Pools) => {
      const isKept = choose.rarely(levy === 'buffer' ? 12 : 3) === (levy !== 'buffer')
      return isKept ? model.pools[levy] : choose.rarely(6) ? null : anAccount(model, choose, poolKinds[levy])
    }
    const [buffer, shareOfProceeds, omge, host] = [
      named('buffer'),
      named('shareOfProceeds'),
      named('omge'),
      named('host'),
    ]
    return { by, request: { buffer, shareOfProceeds, omge, host }, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request, approvers = [] }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...levyOrder.flatMap((levy) => {
      const account = request[levy]
      return account === null ? [] : accountReasons(model, account, poolKinds[levy])
    }),
    ...where(model.pools.buffer !== null && request.buffer !== model.pools.buffer, 'pool-in-use'),
    ...where(
      levyOrder.every((levy) => request[levy] === model.pools[levy]),
      'nothing-changes',
    ),
    ...approvalReasons(model, by, approvers),
  ],
  carryOut: (model, { request: { buffer, shareOfProceeds, omge, host } }) => {
    model.pools = { buffer, shareOfProceeds, omge, host }
    return {}
  },
})

type Period = { from: string; to: string } | null

interface Issuance extends Record<string, unknown> {
  period?: string
  batch: string
  authorisation: string
  vintage: string
  monitoringPeriod: Period
  quantity?: string
  certified?: string
  owners?: Owner[]
  levies?: Levies
}

/** What an issuance stands on. */
export function groundOf(model: Model, id: string): { authorisation: Authorisation; project: Project } | undefined {
  const authorisation = model.authorisations.get(id)
  const project = model.projects.get(authorisation?.project ?? '')
  return authorisation && project && { authorisation, project }
}

export function classIn({ project, unitType }: Authorisation, vintage: string): string {
  return `${project}/${vintage}/${unitType}`
}

/** Millionths that may be issued: certified, with the fraction carried, less what is owed. */
function dueMicro(model: Model, authorisation: Authorisation, vintage: string, certified: bigint): bigint {
  const fraction = model.fractions.get(classIn(authorisation, vintage)) ?? 0n
  return certified + fraction + (model.deficits.get(classIn(authorisation, '')) ?? 0n)
}

/** A fraction is kept for its vintage, a deficit for all. */
export function carry(model: Model, authorisation: Authorisation, vintage: string, left: bigint): void {
  model.fractions.set(classIn(authorisation, vintage), left > 0n ? left : 0n)
  model.deficits.set(classIn(authorisation, ''), left < 0n ? left : 0n)
}

/** Of an issuance that is taken back: the fraction or the deficit is as it would be without it. */
export function carryBack(model: Model, authorisation: Authorisation, vintage: string, issued: bigint): void {
  carry(model, authorisation, vintage, dueMicro(model, authorisation, vintage, issued))
}

function periodReasons(model: Model, vintage: string, period: Period): string[] {
  return [
    ...where(vintage > model.now.slice(0, 4), 'vintage-wrong'),
    ...where(period !== null && period.from > period.to, 'malformed'),
    ...where(
      period !== null && (vintage < period.from.slice(0, 4) || vintage > period.to.slice(0, 4)),
      'vintage-wrong',
    ),
  ]
}

/** Why nothing may be issued on this ground now. */
export function groundReasons(model: Model, id: string, quantity: bigint): string[] {
  const ground = groundOf(model, id)
  if (!ground) return ['authorisation-unknown']
  const { authorisation, project } = ground
  const isOpen = [...model.reversals.values()].some(
    (one) => one.project === authorisation.project && !['dismissed', 'compensated'].includes(one.state),
  )
  return [
    ...where(project.state !== 'registered', 'project-state'),
    ...where(isOpen, 'reversal-open'),
    ...where(!authorisation.active, 'authorisation-revoked'),
    ...where(issuedUnder(model, id) + quantity > authorisation.quantity, 'authorisation-exceeded'),
  ]
}

function askedFor(model: Model, { quantity, certified, vintage }: Issuance, authorisation: Authorisation) {
  const tonnes = certified ?? quantity ?? '0'
  const due = dueMicro(model, authorisation, vintage, microOf(tonnes))
  const whole = due / 1_000_000n
  return { certified: tonnes, due, whole, quantity: quantity === undefined ? whole : BigInt(quantity) }
}

/** Are all units of an authorisation first transferred by being issued? */
export function isFirstByIssuance({ purposes, firstTransfer }: Authorisation): boolean {
  return purposes.length > 0 && !purposes.includes('NDC') && firstTransfer !== 'use-or-cancellation'
}

/** The accounts of the parts, unit by unit, and whether each is first transferred by being issued. */
function unitsOf(model: Model, { levies, owners }: Split, project: Project, authorisation: Authorisation) {
  const { purposes } = authorisation
  const isOimp = isFirstByIssuance(authorisation)
  const parts = [
    ...levyOrder.map((levy) => ({
      account: model.pools[levy] ?? '',
      count: levies[levy],
      isFirst: isOimp || (purposes.length > 0 && (levy === 'shareOfProceeds' || levy === 'omge')),
    })),
    ...project.owners.map(({ account }, at) => ({ account, count: owners[at] ?? 0, isFirst: isOimp })),
  ]
  return parts.flatMap(({ account, count, isFirst }) => Array.from({ length: count }, () => ({ account, isFirst })))
}

/** The days that the entry names: those of its period, where none are given. */
function daysOf({ periods }: Model, { period = '', monitoringPeriod }: Issuance | Carried): Period {
  const known = periods.get(period)
  return monitoringPeriod ?? (known ? { from: known.from, to: known.to } : null)
}

function issuanceReasons(model: Model, request: Issuance): string[] {
  const ground = groundOf(model, request.authorisation)
  if (!ground) return ['authorisation-unknown']
  const { authorisation, project } = ground
  const { quantity, whole, certified } = askedFor(model, request, authorisation)
  const inForce = leviesOf(model, project, authorisation.unitType)
  const levies = request.levies ?? inForce
  const split = quantity < 1n ? undefined : splitOf(model, Number(quantity), project, authorisation.unitType, levies)
  const fresh = split ? unitsOf(model, split, project, authorisation).filter(({ isFirst }) => isFirst).length : 0
  return [
    ...where(model.batches.has(request.batch) || model.streams.has(request.batch), 'already-exists'),
    ...groundReasons(model, request.authorisation, quantity),
    ...periodReasons(model, request.vintage, daysOf(model, request)),
    ...fromPeriodReasons(model, request, authorisation.project, microOf(certified)),
    ...project.owners.flatMap(({ account }) => accountReasons(model, account, 'holding')),
    ...where(
      JSON.stringify(request.owners ?? project.owners) !== JSON.stringify(project.owners) ||
        levyOrder.some((levy) => levies[levy] !== inForce[levy]),
      'terms-changed',
    ),
    ...where(quantity !== whole, 'quantity-wrong'),
    ...where(quantity < 1n, 'nothing-to-issue'),
    ...where(quantity >= 1n && !split, 'split-wrong'),
    ...levyOrder.flatMap((levy) => {
      if (!split || split.levies[levy] === 0) return []
      const account = model.pools[levy]
      return account === null ? ['pool-missing'] : accountReasons(model, account, poolKinds[levy])
    }),
    ...firstTransferReasons(model, request.authorisation, BigInt(fresh)),
  ]
}

function someDecimal(choose: Choose, most: number): string {
  const decimals = choose.pick(['', '.5', '.25', '.999999', '.000001', '.7'])
  return `${choose.below(most)}${decimals}`
}

function somePeriod(choose: Choose, vintage: string): Period {
  if (!choose.rarely(4)) return null
  const [from, to] = choose.pick([
    [`${vintage}-01-01`, `${vintage}-12-31`],
    [`${vintage}-07-01`, '2027-06-30'],
    ['2019-01-01', '2020-12-31'],
    [`${vintage}-07-01`, `${vintage}-03-31`],
  ])
  return { from: from ?? '', to: to ?? '' }
}

export const batchIssued = defineCommand<Issuance>({
  type: 'BatchIssued',
  weight: 4,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const vintage = choose.rarely(24) ? '2099' : choose.pick(['2020', '2021', '2024', '2024', '2025'])
    const authorisation = knownId(model.authorisations.keys(), choose)
    const request: Issuance = {
      batch: someId(model, choose, 'batch', 24),
      authorisation,
      vintage,
      monitoringPeriod: somePeriod(choose, vintage),
      ...(choose.rarely(3) ? { certified: someDecimal(choose, 30) } : { quantity: `${1 + choose.below(40)}` }),
      ...someOutcome(model, choose),
    }
    if (request.period !== undefined && !choose.rarely(6)) request.monitoringPeriod = null
    const owners = choose.pick([...model.projects.values()]).owners
    if (choose.rarely(20)) request.owners = owners
    return { by, request, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request, approvers = [] }) => {
    const authorisation = model.authorisations.get(request.authorisation)
    const quantity = authorisation ? askedFor(model, request, authorisation).quantity : 0n
    return [
      ...mandateReasons(model, by, { may: officers, quantity }),
      ...conflictReasons(model, [by, ...approvers], model.authorisations.get(request.authorisation)?.project ?? ''),
      ...issuanceReasons(model, request),
      ...approvalReasons(model, by, approvers, { officers: 1, quantity }),
    ]
  },
  carryOut: (model, { request }) => {
    const ground = groundOf(model, request.authorisation)
    if (!ground) throw new Error('what is issued is authorised')
    const { authorisation, project } = ground
    const { certified, due, quantity } = askedFor(model, request, authorisation)
    const levies = leviesOf(model, project, authorisation.unitType)
    const { unitType } = authorisation
    const split = splitOf(model, Number(quantity), project, unitType, levies)
    if (!split) throw new Error('what is issued can be split')
    const units = unitsOf(model, split, project, authorisation)
    const first = addBatch(
      model,
      request,
      units.map(({ account }) => account),
    )
    const fresh = units.flatMap(({ isFirst }, at) => (isFirst ? [first + BigInt(at)] : []))
    firstTransfer(model, request.batch, fresh)
    const itmos = itmosOf(model, request.batch, fresh)
    carry(model, authorisation, request.vintage, due - quantity * 1_000_000n)
    owe(project, unitType, -BigInt(split.repaid))
    const { vintage } = request
    const inBuffer = { project: authorisation.project, unitType, vintage, units: BigInt(split.levies.buffer) }
    model.bufferMoves.push({ way: 'in', ...inBuffer, at: model.now })
    const { period = null } = request
    if (period !== null) {
      model.issuedOf.push({ period, vintage, micro: microOf(certified), index: model.size })
    }
    const monitoringPeriod = daysOf(model, request)
    const brought = units.map(({ account }, at) => {
      return { serial: first + BigInt(at), from: model.issuance, to: account }
    })
    return {
      says: {
        quantity: `${quantity}`,
        certified,
        period,
        monitoringPeriod,
        owners: project.owners,
        levies,
        allotted: { first: `${first}`, itmos },
      },
      brought: { batch: request.batch, units: brought, certified: microOf(certified) },
    }
  },
})

/** A new batch under an authorisation: the next serials of the unit type, in the accounts. Answers the first. */
export function addBatch(
  model: Model,
  { batch, authorisation: id, vintage }: { batch: string; authorisation: string; vintage: string },
  accounts: string[],
): bigint {
  const authorisation = model.authorisations.get(id)
  if (!authorisation) throw new Error('a batch is authorised')
  const { project, unitType } = authorisation
  const first = model.next.get(unitType) ?? 1n
  const units = new Map<bigint, Unit>()
  for (const [at, owner] of accounts.entries()) units.set(first + BigInt(at), { owner, first: null, itmo: null })
  const added: Batch = {
    ...{ project, authorisation: id, class: classIn(authorisation, vintage), vintage, unitType, units },
  }
  model.batches.set(batch, added)
  model.streams.add(batch)
  model.next.set(unitType, first + BigInt(accounts.length))
  return first
}

interface Carried extends Record<string, unknown> {
  period?: string
  authorisation: string
  vintage: string
  certified: string
  monitoringPeriod: Period
}

export const outcomeCarried = defineCommand<Carried>({
  type: 'OutcomeCarried',
  weight: 1,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const vintage = choose.rarely(24) ? '2099' : choose.pick(['2020', '2024', '2025'])
    const certified = choose.pick(['0.5', '0.75', '-0.5', '-3.2', '-12', choose.rarely(3) ? '4' : '0.000001'])
    const request: Carried = {
      authorisation: knownId(model.authorisations.keys(), choose),
      ...{ vintage, certified },
      monitoringPeriod: somePeriod(choose, vintage),
      ...someOutcome(model, choose),
    }
    if (request.period !== undefined && !choose.rarely(6)) request.monitoringPeriod = null
    return { by, request, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request, approvers = [] }) => {
    const { authorisation, vintage, certified } = request
    const ground = groundOf(model, authorisation)
    const mandate = mandateReasons(model, by, { may: officers })
    if (!ground) return [...mandate, 'authorisation-unknown']
    const due = dueMicro(model, ground.authorisation, vintage, microOf(certified))
    return [
      ...mandate,
      ...conflictReasons(model, [by, ...approvers], ground.authorisation.project),
      ...where(ground.project.state !== 'registered', 'project-state'),
      ...periodReasons(model, vintage, daysOf(model, request)),
      ...outcomeReasons(model, request, ground.authorisation.project),
      ...where(due >= 1_000_000n, 'issue-instead'),
      ...approvalReasons(model, by, approvers),
    ]
  },
  carryOut: (model, { request: { authorisation, vintage, certified, period = null } }) => {
    const known = model.authorisations.get(authorisation)
    const micro = microOf(certified)
    if (known) carry(model, known, vintage, dueMicro(model, known, vintage, micro))
    if (period !== null && micro > 0n) model.issuedOf.push({ period, vintage, micro, index: model.size })
    return {}
  },
})

/** More is taken of a period; a deficit takes nothing of one. */
function outcomeReasons(model: Model, request: Carried, project: string): string[] {
  const { period = null, certified } = request
  if (!certified.startsWith('-')) return fromPeriodReasons(model, request, project, microOf(certified))
  return period === null || model.periods.get(period)?.project === project
    ? where(period !== null && !lawOf(model).periods, 'periods-not-kept')
    : [lawOf(model).periods ? 'period-unknown' : 'periods-not-kept']
}
