import { type Choose, defineCommand, hashFrom, idFrom, knownId, mostly, type Wish } from './command.ts'
import { accountReasons, isHeld, isHeldSerial, type Model, mandateReasons, organisationOf, rangesOf } from './naive.ts'

const MOST_RANGES = 100
const owner = { 'government/Admin': 'own', 'developer/Admin': 'own' } as const

interface Movement extends Record<string, unknown> {
  batch: string
  from: string
  to: string
  quantity?: string
  ranges?: [string, string][]
}

/** The lowest free serials of the account, one by one, up to a quantity. */
function lowestFree(model: Model, { batch, from }: Movement, quantity: bigint): bigint[] {
  const free = [...(model.batches.get(batch)?.owners ?? [])]
    .filter(([serial, account]) => account === from && !isHeldSerial(model, batch, serial))
    .map(([serial]) => serial)
  return free.sort((a, b) => (a < b ? -1 : 1)).slice(0, Number(quantity))
}

/** The serials that a movement takes, as far as it says. */
function serialsOf(model: Model, movement: Movement): bigint[] {
  if (movement.quantity !== undefined) return lowestFree(model, movement, BigInt(movement.quantity))
  return (movement.ranges ?? []).flatMap(([first, last]) => {
    const serials: bigint[] = []
    for (let serial = BigInt(first); serial <= BigInt(last); serial += 1n) serials.push(serial)
    return serials
  })
}

function unitReasons(model: Model, movement: Movement): string[] {
  const owners = model.batches.get(movement.batch)?.owners
  if (!owners) return ['batch-unknown']
  const serials = serialsOf(model, movement)
  if (movement.quantity !== undefined) {
    return [
      ...(BigInt(serials.length) < BigInt(movement.quantity) ? ['not-enough-credits'] : []),
      ...(rangesOf(serials).length > MOST_RANGES ? ['too-fragmented'] : []),
    ]
  }
  const ranges = movement.ranges ?? []
  const isInOrder = ranges.every(
    ([first, last], at) =>
      BigInt(first) <= BigInt(last) && (at === 0 || BigInt(first) > BigInt(ranges[at - 1]?.[1] ?? 0) + 1n),
  )
  return [
    ...(isInOrder ? [] : ['ranges-disorder']),
    ...(ranges.flat().every((serial) => owners.has(BigInt(serial))) ? [] : ['range-outside-batch']),
    ...(serials.every((serial) => owners.get(serial) === movement.from) ? [] : ['not-owned']),
    ...(serials.some((serial) => isHeldSerial(model, movement.batch, serial)) ? ['on-hold'] : []),
  ]
}

function movementReasons(model: Model, { by, request }: Wish<Movement>, to: string): string[] {
  const quantity = request.quantity === undefined ? BigInt(serialsOf(model, request).length) : BigInt(request.quantity)
  return [
    ...mandateReasons(model, by, { may: owner, organisations: organisationOf(model, request.from), quantity }),
    ...accountReasons(model, request.from, 'holding'),
    ...accountReasons(model, request.to, to),
    ...(request.from === request.to ? ['same-account'] : []),
    ...unitReasons(model, request),
    ...([request.batch, request.from, request.to].some((target) => isHeld(model, target)) ? ['on-hold'] : []),
  ]
}

function move(model: Model, movement: Movement): { ranges: [string, string][] } {
  const serials = serialsOf(model, movement)
  for (const serial of serials) model.batches.get(movement.batch)?.owners.set(serial, movement.to)
  return { ranges: movement.ranges ?? rangesOf(serials) }
}

const holdings = ({ accounts }: Model) => [...accounts].filter(([, { kind }]) => kind === 'holding').map(([id]) => id)

/** A few pieces from a random place on, one long range, or a quantity. */
function someUnits(model: Model, batch: string, choose: Choose): Pick<Movement, 'quantity' | 'ranges'> {
  const [first = 1n] = model.batches.get(batch)?.owners.keys() ?? []
  const at = first + BigInt(choose.below(130))
  const length = BigInt(1 + choose.below(40))
  const form = choose.below(4)
  if (form === 0) return { quantity: `${length}` }
  if (form === 1) return { quantity: `${length * 6n}` }
  if (form === 2) return { ranges: [[`${at}`, `${at + length - 1n}`]] }
  const step = 1 + choose.below(3)
  return {
    ranges: Array.from({ length: Number(length) }, (_, piece) => {
      const serial = `${at + BigInt(step * piece)}`
      return [serial, serial]
    }),
  }
}

function someMovement(model: Model, choose: Choose): Wish<Movement> {
  const batch = knownId(model.batches.keys(), choose)
  const from = knownId(holdings(model), choose)
  const organisation = model.accounts.get(from)?.organisation
  const [mandate = ''] = [...model.mandates].find(([, one]) => one.organisation === organisation && one.active) ?? [
    idFrom('nobody'),
  ]
  const others = holdings(model).filter((account) => account !== from)
  const to = choose.rarely(20) ? knownId(model.accounts.keys(), choose) : choose.pick(others)
  return { by: mostly(model, choose, mandate), request: { batch, from, to, ...someUnits(model, batch, choose) } }
}

export const creditsTransferred = defineCommand<Movement>({
  type: 'CreditsTransferred',
  weight: 8,
  generate: someMovement,
  reasons: (model, wish) => movementReasons(model, wish, 'holding'),
  carryOut: (model, { request }) => move(model, request),
})

/** Retirement and cancellation, which differ in the kind of account and the words. */
function endKind(type: string, kind: string, purposes: string[]) {
  return defineCommand<Movement & { purpose: string; beneficiary: string | null }>({
    type,
    weight: 2,
    generate: (model, choose) => {
      const { by, request } = someMovement(model, choose)
      const organisation = model.accounts.get(request.from)?.organisation
      const own = [...model.accounts].find(([, one]) => one.kind === kind && one.organisation === organisation)
      const to = choose.rarely(10) || !own ? knownId(model.accounts.keys(), choose) : own[0]
      const purpose = choose.rarely(16) ? 'fun' : choose.pick(purposes)
      return { by, request: { ...request, to, purpose, beneficiary: choose.rarely(2) ? hashFrom('somebody') : null } }
    },
    reasons: (model, wish) => [
      ...movementReasons(model, wish, kind),
      ...(`${organisationOf(model, wish.request.from)}` === `${organisationOf(model, wish.request.to)}`
        ? []
        : ['account-foreign']),
      ...(purposes.includes(wish.request.purpose) ? [] : ['code-unknown']),
    ],
    carryOut: (model, { request }) => {
      model.certificates += 1
      return { ...move(model, request), allotted: { certificate: model.certificates } }
    },
  })
}

export const creditsRetired = endKind('CreditsRetired', 'retirement', ['voluntary', 'compliance', 'other'])
export const creditsCancelled = endKind('CreditsCancelled', 'cancellation', [
  'voluntary',
  'administrative',
  'environmental-integrity',
  'other',
])
