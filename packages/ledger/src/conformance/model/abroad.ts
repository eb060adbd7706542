import { aHolder, aHolding, anAccount, anApprover, anOfficer, aSecond, someUnits } from './choices.ts'
import { type Choose, defineCommand, idFrom, knownId } from './command.ts'
import {
  directAsked,
  directReasons,
  type Movement,
  move,
  movementReasons,
  quantityOf,
  rangeReasons,
  serialsOf,
  trustReasons,
} from './movement.ts'
import type { Model, WireRange } from './naive.ts'
import { accountReasons, approvalReasons, isOneHolder, type May, mandateReasons, officers, where } from './reasons.ts'
import {
  firstTransfer,
  firstTransferReasons,
  heldAmong,
  isHeld,
  itmosOf,
  purposesOf,
  serialsIn,
  untransferred,
} from './units.ts'

const thePartyItself = 'XTX'

/** Why the units cannot be first transferred by this. */
function firstReasons(model: Model, batch: string, serials: readonly bigint[]): string[] {
  const authorisation = model.batches.get(batch)?.authorisation ?? null
  return firstTransferReasons(model, authorisation, BigInt(untransferred(model, batch, serials).length))
}

export const creditsTransferredAbroad = defineCommand<Movement>({
  type: 'CreditsTransferredAbroad',
  weight: 3,
  generate: (model, choose) => {
    const { batch, from } = aHolding(model, choose)
    const by = aHolder(model, choose, from)
    const request = { batch, from, to: anAccount(model, choose, 'foreign'), ...someUnits(model, choose, batch, from) }
    const { second } = directAsked(model, from, quantityOf(model, request))
    const approvers = [...new Set([...anApprover(model, choose, by), ...aSecond(model, choose, by, second)])]
    return { by, request, approvers }
  },
  reasons: (model, wish) => {
    const { batch, from, to } = wish.request
    return [
      ...directReasons(model, wish, { officers: 1 }),
      ...trustReasons(model, from, to),
      ...movementReasons(model, wish.request, { from: 'holding', to: 'foreign' }),
      ...where(model.batches.get(batch)?.unitType === 'MCU', 'unit-type-not-movable'),
      ...firstReasons(model, batch, serialsOf(model, wish.request)),
    ]
  },
  carryOut: (model, { request }) => {
    const fresh = untransferred(model, request.batch, serialsOf(model, request))
    const { ranges } = move(model, request)
    firstTransfer(model, request.batch, fresh)
    return { says: { ranges, allotted: { itmos: itmosOf(model, request.batch, serialsIn(ranges)) } } }
  },
})

interface Series {
  cooperativeApproach: string
  registry: string
  party: string
  vintage: string
}

interface Acquisition extends Movement {
  ranges: WireRange[]
  series: Series | null
}

const nameOf = ({ cooperativeApproach, registry, party, vintage }: Series) =>
  `itmo:${cooperativeApproach}-${registry}-${party}-${vintage}`

/** The batch under which a series is known. */
function batchOf(model: Model, series: Series): string | undefined {
  return [...model.batches].find(([, one]) => one.class === nameOf(series))?.[0]
}

function someAcquisition(model: Model, choose: Choose): Acquisition {
  const back = aHolding(model, choose, 'foreign')
  const to = anAccount(model, choose, 'holding', choose.rarely(2) ? model.authority : undefined)
  if (choose.rarely(2)) {
    const { ranges = [] } = { ...someUnits(model, choose, back.batch, back.from) }
    if (ranges.length > 0 && ranges.length <= 20) return { ...back, to, ranges, series: null }
  }
  const first = choose.below(60)
  const length = choose.below(12)
  const more: WireRange[] = choose.rarely(4) ? [[`${first + length}`, `${first + length + 3}`]] : []
  return {
    batch: idFrom(`series ${choose.below(3)}`),
    from: anAccount(model, choose, 'foreign'),
    to,
    ranges: [[`${first}`, `${first + length}`], ...more],
    series: {
      cooperativeApproach: 'CA0007',
      registry: choose.rarely(24) ? 'XTX02' : 'KEN01',
      party: choose.rarely(16) ? thePartyItself : 'KEN',
      vintage: choose.rarely(4) ? choose.pick(['2019', '2031']) : '2024',
    },
  }
}

/** Units that left come back, or units of another Party come in, once. */
function acquisitionReasons(model: Model, request: Acquisition): string[] {
  const { series, ranges, from, to } = request
  if (series === null) return movementReasons(model, request, { from: 'foreign', to: 'holding' })
  const known = batchOf(model, series)
  const batch = known ?? request.batch
  const isDisordered = ranges.some(([first, last], at) => {
    const before = BigInt(ranges[at - 1]?.[1] ?? 0)
    return BigInt(first) < 1n || BigInt(last) < BigInt(first) || BigInt(first) <= before
  })
  const serials = serialsIn(ranges)
  const units = model.batches.get(known ?? '')?.units
  return [
    ...accountReasons(model, from, 'foreign'),
    ...accountReasons(model, to, 'holding'),
    ...where(isDisordered, 'ranges-disorder'),
    ...where(series.party === thePartyItself || series.registry.startsWith(thePartyItself), 'registry-own'),
    ...where(series.vintage > model.now.slice(0, 4), 'vintage-wrong'),
    ...where(known === undefined && (model.batches.has(batch) || model.streams.has(batch)), 'already-exists'),
    ...where(
      serials.some((serial) => units?.has(serial) && units.get(serial)?.owner !== from),
      'already-exists',
    ),
    ...where(heldAmong(model, batch, serials).length > 0, 'on-hold'),
    ...where(
      [batch, from, to].some((target) => isHeld(model, target)),
      'on-hold',
    ),
  ]
}

export const creditsAcquired = defineCommand<Acquisition>({
  type: 'CreditsAcquired',
  weight: 2,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    return { by, request: someAcquisition(model, choose), approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request, approvers = [] }) => {
    const quantity = BigInt(serialsIn(request.ranges).length)
    const known = request.series === null ? undefined : batchOf(model, request.series)
    return [
      ...mandateReasons(model, by, { may: officers, quantity }),
      ...acquisitionReasons(model, request),
      // The series became known under another id after this was approved.
      ...where(approvers.length > 0 && known !== undefined && known !== request.batch, 'approval-mismatch'),
      ...approvalReasons(model, by, approvers, { officers: 1, quantity }),
    ]
  },
  carryOut: (model, { request }) => {
    const { series, ranges, to } = request
    if (series === null) {
      move(model, request)
      return {}
    }
    const known = batchOf(model, series)
    const batch = known ?? request.batch
    const units = model.batches.get(batch)?.units ?? new Map()
    for (const serial of serialsIn(ranges)) units.set(serial, { owner: to, first: null, itmo: null })
    const { vintage } = series
    model.batches.set(batch, {
      ...{ project: null, authorisation: null, class: nameOf(series), vintage, unitType: 'ITMO', units },
    })
    model.streams.add(batch)
    return { says: { batch } }
  },
})

interface Marking extends Record<string, unknown> {
  batch: string
  account: string
  ranges: WireRange[]
  event: string
}

export const firstTransferRecorded = defineCommand<Marking>({
  type: 'FirstTransferRecorded',
  weight: 3,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const { batch, from: account } = aHolding(model, choose)
    const { ranges = [['1', '2']] } = someUnits(model, choose, batch, account)
    const definition = model.authorisations.get(model.batches.get(batch)?.authorisation ?? '')?.firstTransfer
    const event = definition === 'issuance' || choose.rarely(12) ? 'issuance' : 'authorisation'
    return { by, request: { batch, account, ranges, event }, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request, approvers = [] }) => {
    const { batch, account, ranges, event } = request
    const known = model.batches.get(batch)
    const serials = serialsIn(ranges)
    const quantity = BigInt(serials.length)
    const { firstTransfer: definition, purposes = [] } = model.authorisations.get(known?.authorisation ?? '') ?? {}
    const isForOthers = purposes.some((purpose) => purpose !== 'NDC')
    return [
      ...mandateReasons(model, by, { may: officers, quantity }),
      ...where(!known, 'batch-unknown'),
      ...where(known?.project === null, 'unit-type-not-movable'),
      ...accountReasons(model, account, 'holding'),
      ...(known ? rangeReasons(model, batch, ranges) : []),
      ...where(known !== undefined && definition !== event, 'definition-differs'),
      ...where(typeof known?.project === 'string' && !isForOthers, 'purpose-not-authorised'),
      ...where(heldAmong(model, batch, serials).length > 0, 'on-hold'),
      ...where(isHeld(model, batch) || isHeld(model, account), 'on-hold'),
      ...where(!serials.every((serial) => known?.units.get(serial)?.owner === account), 'not-owned'),
      ...where(
        known?.project !== null && serials.some((serial) => typeof known?.units.get(serial)?.first === 'number'),
        'already-transferred',
      ),
      ...firstReasons(model, batch, serials),
      ...approvalReasons(model, by, approvers, { officers: 1, quantity }),
    ]
  },
  carryOut: (model, { request: { batch, ranges } }) => {
    const serials = serialsIn(ranges)
    firstTransfer(model, batch, serials)
    return { says: { allotted: { itmos: itmosOf(model, batch, serials) } } }
  },
})

const government: May = { 'government/Admin': 'own' }

interface Use extends Movement {
  year: string
}

/** Vintage and use lie in one of these. */
const periods = [
  ['2021', '2030'],
  ['2031', '2035'],
] as const

/** A holding account of the government. */
function isTreasury({ accounts, authority }: Model, id: string): boolean {
  return accounts.get(id)?.kind === 'holding' && accounts.get(id)?.organisation === authority
}

export const creditsUsed = defineCommand<Use>({
  type: 'CreditsUsed',
  weight: 2,
  generate: (model, choose) => {
    const batches = [...model.batches].filter(([, { units }]) =>
      [...units.values()].some(({ owner }) => isTreasury(model, owner)),
    )
    const batch =
      batches.length === 0 || choose.rarely(8) ? knownId(model.batches.keys(), choose) : choose.pick(batches)[0]
    const owners = [...(model.batches.get(batch)?.units.values() ?? [])].map(({ owner }) => owner)
    const own = owners.filter((owner) => isTreasury(model, owner))
    const from = own.length === 0 ? anAccount(model, choose, 'holding') : choose.pick(own)
    const by = aHolder(model, choose, from)
    const vintage = model.batches.get(batch)?.vintage ?? '2024'
    const year = choose.rarely(8) ? choose.pick(['2031', '2021']) : choose.pick(['2030', '2026', vintage])
    const to = anAccount(
      model,
      choose,
      'ndc-use',
      choose.rarely(8) ? undefined : model.accounts.get(from)?.organisation,
    )
    const request = { batch, from, to, ...someUnits(model, choose, batch, from, 6), year }
    const { second } = directAsked(model, from, quantityOf(model, request), government)
    const approvers = [...new Set([...anApprover(model, choose, by), ...aSecond(model, choose, by, second)])]
    return { by, request, approvers }
  },
  reasons: (model, wish) => {
    const { batch, from, to, year } = wish.request
    const { vintage = '', project = null } = model.batches.get(batch) ?? {}
    const period = periods.find(([from, to]) => from <= vintage && vintage <= to)
    const serials = serialsOf(model, wish.request)
    const fresh = untransferred(model, batch, serials)
    const isForNdc = (serial: bigint) => purposesOf(model, batch, serial).includes('NDC')
    return [
      ...directReasons(model, wish, { may: government, officers: 1 }),
      ...movementReasons(model, wish.request, { from: 'holding', to: 'ndc-use' }),
      ...where(!isOneHolder(model, from, to), 'account-foreign'),
      ...where(project !== null && !serials.every(isForNdc), 'purpose-not-authorised'),
      ...where(project !== null && fresh.length > 0, 'not-first-transferred'),
      ...where(!period || year < vintage || year > period[1], 'period-wrong'),
    ]
  },
  carryOut: (model, { request }) => {
    const { ranges } = move(model, request)
    return { says: { ranges, allotted: { itmos: itmosOf(model, request.batch, serialsIn(ranges)) } } }
  },
})
