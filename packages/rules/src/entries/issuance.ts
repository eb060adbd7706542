import { z } from 'zod'
import { canonicalJson, sha256Hex } from '../envelope.ts'
import { Certified, countOf, fromWire, Id, MAX_SERIAL, microOf, Quantity, SerialNumber, sumOf, UNIT } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import type { Run } from '../runs.ts'
import { balanceId, noKeys, type Put, type RowKey, type State } from '../state.ts'
import { organisationsOf, usable } from './accounts.ts'
import { certifiedReads } from './certifications.ts'
import {
  admitFirstTransfer,
  admitItmos,
  firstTransferPuts,
  Itmos,
  isFirstByIssuance,
  itmosOf,
  marked,
} from './first-transfer.ts'
import {
  admitFirst,
  admitGround,
  admitPeriod,
  batchPuts,
  classOf,
  dueMicro,
  type Ground,
  groundOf,
  groundReads,
  MonitoringPeriod,
  nextNumber,
  remainderPuts,
  remainderReads,
  Vintage,
} from './ground.ts'
import { admitPools, Levies, leviesFor, levyOrder, type Split, splitIssuance } from './levies.ts'
import { freshStream } from './organisations.ts'
import { admitFromPeriod, daysOf, fromPeriodReads, issuedPuts } from './outcomes.ts'
import { outstandingPuts } from './outstanding.ts'
import { partiesOf } from './parties.ts'
import { debtsAfter, poolPuts, poolReads } from './pool.ts'
import { Owner, sameOwners } from './projects.ts'

const asked = { batch: Id, authorisation: Id, vintage: Vintage, monitoringPeriod: MonitoringPeriod }

/** Units asked for, or tonnes certified, of which whole units are issued and the fraction is carried forward. */
const IssuanceRequest = z
  .strictObject({
    ...asked,
    /** The monitoring period whose outcome is issued; its days stand in the entry, too. */
    period: Id.nullable().default(null),
    quantity: Quantity.optional(),
    certified: Certified.optional(),
    owners: z.array(Owner).min(1).max(50).optional(),
    levies: Levies.optional(),
  })
  .refine(({ quantity, certified }) => quantity !== undefined || certified !== undefined, 'give quantity or certified')
type IssuanceRequest = z.infer<typeof IssuanceRequest>

/** `[account, first, last]`, in the order buffer, share of proceeds, OMGE, host, owners. */
const Part = z.tuple([Id, SerialNumber, SerialNumber])
type Part = z.infer<typeof Part>

/** Owners and percentages stand in the body, so that an approval binds them; they must be those in force. */
const Issuance = z.strictObject({
  ...asked,
  period: Id.nullable(),
  quantity: Quantity,
  certified: Certified,
  owners: z.array(Owner).min(1).max(50),
  levies: Levies,
  allotted: z.strictObject({
    first: SerialNumber,
    parts: z.array(Part).min(1).max(60),
    itmos: Itmos,
  }),
})
type Issuance = z.infer<typeof Issuance>

/** Consecutive numbers in the order of the levies and the owners; nobody with nothing. */
function partsFor(state: State, first: bigint, { levies, owners }: Split, ground: Ground): Part[] {
  const { pools } = state.ledger()
  const shares: [string, bigint][] = [
    ...levyOrder.map((levy): [string, bigint] => [pools[levy] ?? '', levies[levy]]),
    ...ground.owner.owners.map(({ account }, at): [string, bigint] => [account, owners[at] ?? 0n]),
  ]
  let next = first
  return shares.flatMap(([account, amount]) => {
    if (amount === 0n) return []
    const part: Part = [account, next.toString(), (next + amount - 1n).toString()]
    next += amount
    return [part]
  })
}

type Asked = Pick<Issuance, 'batch' | 'authorisation' | 'vintage'>

/**
 * The parts that are first transferred by being issued: all of them where the authorisation is for other purposes than an
 * NDC alone and says so, else those that go to the share of proceeds and to OMGE, if the outcome is authorised at all.
 */
function firstAtIssuance(
  state: State,
  parts: readonly Part[],
  { authorisation, space }: Ground,
  body: Asked,
  unitClass: string,
): Run[] {
  if (authorisation.purposes.length === 0) return []
  const all = isFirstByIssuance(authorisation)
  const { shareOfProceeds, omge } = state.ledger().pools
  return parts
    .filter(([account]) => all || account === shareOfProceeds || account === omge)
    .map(([account, from, to]) => {
      return { space, batch: body.batch, class: unitClass, account, attributes: '', ...fromWire([from, to]) }
    })
}

/** The ITMO identifiers of the parts that are first transferred by being issued. */
function itmosIssued(state: State, first: readonly Run[], ground: Ground, body: Asked): Itmos | Refusal {
  const { project, space, authorisation } = ground
  const batch = { project, space, vintage: body.vintage, unitType: authorisation.unitType }
  return itmosOf(state, batch, marked(state, body, first))
}

export function admitCertified(
  state: State,
  ground: Ground,
  body: Pick<Issuance, 'vintage' | 'quantity' | 'certified'>,
): Refusal | undefined {
  const whole = dueMicro(state, ground, body.vintage, microOf(body.certified)) / UNIT
  return body.quantity === whole.toString()
    ? undefined
    : refuse('quantity-wrong', { field: 'quantity', whole: whole.toString(), certified: body.certified })
}

function admitTerms(state: State, body: Issuance, ground: Ground, preset: Preset): Refusal | undefined {
  const expected = leviesFor(ground.owner, ground.authorisation.unitType, preset)
  return firstOf(
    !sameOwners(ground.owner.owners, body.owners) && refuse('terms-changed', { field: 'owners' }),
    levyOrder.some((levy) => body.levies[levy] !== expected[levy]) && refuse('terms-changed', { field: 'levies' }),
    admitCertified(state, ground, body),
  )
}

function admitSplit(state: State, body: Issuance, ground: Ground, preset: Preset): Refusal | undefined {
  const quantity = BigInt(body.quantity)
  const split = splitIssuance(quantity, ground.owner, ground.authorisation.unitType, body.levies, preset)
  if (isRefusal(split)) return split
  const expected = partsFor(state, BigInt(body.allotted.first), split, ground)
  const first = firstAtIssuance(state, expected, ground, body, '')
  return firstOf(
    admitPools(state, split, state.ledger().pools),
    admitFirst(state, ground, body.allotted.first, quantity),
    JSON.stringify(expected) !== JSON.stringify(body.allotted.parts) && refuse('split-wrong'),
    admitFirstTransfer(state, body.authorisation, first),
    admitItmos(body.allotted.itmos, itmosIssued(state, first, ground, body)),
  )
}

/** Fills in what is in force, and allots the numbers. */
function decide(state: State, request: IssuanceRequest, preset: Preset): Issuance | Refusal {
  const ground = groundOf(state, request.authorisation)
  if (!ground) return refuse('authorisation-unknown', { authorisation: request.authorisation })
  const certified = request.certified ?? request.quantity ?? '0'
  const quantity = request.quantity ?? (dueMicro(state, ground, request.vintage, microOf(certified)) / UNIT).toString()
  if (BigInt(quantity) < 1n) return refuse('nothing-to-issue', { field: 'certified', certified })
  if (BigInt(quantity) > MAX_SERIAL) return refuse('serials-exhausted', { space: ground.space })
  const levies = request.levies ?? leviesFor(ground.owner, ground.authorisation.unitType, preset)
  const split = splitIssuance(BigInt(quantity), ground.owner, ground.authorisation.unitType, levies, preset)
  if (isRefusal(split)) return split
  const missing = admitPools(state, split, state.ledger().pools)
  if (missing) return missing
  const first = nextNumber(state, ground)
  if (first + BigInt(quantity) - 1n > MAX_SERIAL) return refuse('serials-exhausted', { space: ground.space })
  const parts = partsFor(state, first, split, ground)
  const itmos = itmosIssued(state, firstAtIssuance(state, parts, ground, request, ''), ground, request)
  if (isRefusal(itmos)) return itmos
  const owners = request.owners ?? ground.owner.owners
  const monitoringPeriod = request.monitoringPeriod ?? daysOf(state, request.period)
  return {
    ...request,
    monitoringPeriod,
    quantity,
    certified,
    owners,
    levies,
    allotted: { first: first.toString(), parts, itmos },
  }
}

function reads(state: State, request: IssuanceRequest): RowKey[] {
  const ground = groundOf(state, request.authorisation)
  const { pools } = state.ledger()
  const accounts = [
    ...levyOrder.flatMap((levy) => pools[levy] ?? []),
    ...(ground?.owner.owners ?? []).map((one) => one.account),
    ...(request.owners ?? []).map((one) => one.account),
  ]
  return [
    { kind: 'batch', id: request.batch },
    ...fromPeriodReads(state, request.period),
    ...groundReads(state, request.authorisation, request.vintage),
    ...remainderReads(ground, request.vintage),
    ...(ground
      ? [
          { kind: 'outstanding' as const, id: ground.project },
          ...certifiedReads(ground.owner),
          ...poolReads({ project: ground.project, unitType: ground.authorisation.unitType, vintage: request.vintage }),
        ]
      : []),
    ...accounts.flatMap((account): RowKey[] => [
      { kind: 'account', id: account },
      ...(ground ? [{ kind: 'balance' as const, id: balanceId(account, classOf(ground, request.vintage)) }] : []),
    ]),
  ]
}

/** Issues a batch: consecutive serial numbers of one vintage, split among buffer, levies and owners. */
export const batchIssued = defineRule<Issuance, IssuanceRequest>({
  type: 'BatchIssued',
  v: 1,
  body: Issuance,
  request: IssuanceRequest,
  attested: ['that the tonnes were verified'],
  reads: (state, request) => ({ ...noKeys(), rows: reads(state, request) }),
  decide: (state, request, { preset }) => decide(state, request, preset),
  act: (state, body) => ({
    action: 'credits.issue',
    organisations: organisationsOf(
      state,
      body.owners.map(({ account }) => account),
    ),
    ...partiesOf(state, state.get('authorisation', body.authorisation)?.project),
    quantity: BigInt(body.quantity),
  }),
  admit: (state, body, { preset }, { at }) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return refuse('authorisation-unknown', { authorisation: body.authorisation })
    return firstOf(
      freshStream(state, 'batch', body.batch),
      admitGround(state, ground, BigInt(body.quantity), preset),
      admitPeriod(body, at),
      admitFromPeriod(state, body, ground.project, preset),
      ...ground.owner.owners.map(({ account }) => usable(state, 'owners', account, 'holding')),
      admitTerms(state, body, ground, preset),
      admitSplit(state, body, ground, preset),
    )
  },
  streams: (state, body) => {
    const project = state.get('authorisation', body.authorisation)?.project
    return [...new Set([body.batch, ...(project ? [project] : []), ...body.allotted.parts.map(([account]) => account)])]
  },
  effects: (state, body, { preset }, { by, at }) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return noEffects()
    const unitClass = classOf(ground, body.vintage)
    const quantity = BigInt(body.quantity)
    const { parts } = body.allotted
    const split = splitIssuance(quantity, ground.owner, ground.authorisation.unitType, body.levies, preset)
    const first = firstAtIssuance(state, parts, ground, body, unitClass)
    const words = new Map(marked(state, body, first).map((run) => [run.first, run.attributes]))
    const runs = parts.map(([account, from, to]): Run => {
      const range = fromWire([from, to])
      return {
        space: ground.space,
        batch: body.batch,
        class: unitClass,
        account,
        attributes: words.get(range.first) ?? '',
        ...range,
      }
    })
    const left = dueMicro(state, ground, body.vintage, microOf(body.certified)) - quantity * UNIT
    const debts = isRefusal(split) ? [] : debtPuts(state, ground, body, split, at)
    const postings = runs.map((run) => {
      return { from: state.ledger().issuance, to: run.account, class: unitClass, amount: countOf(run) }
    })
    return {
      puts: [
        ...firstTransferPuts(state, body, first),
        ...batchPuts(state, ground, body, BigInt(body.allotted.first), quantity, sumOf(first)),
        { kind: 'issued', id: body.batch, row: { index: state.size, says: hashOfIssuance({ by, at, body }) } },
        ...remainderPuts(ground, body.vintage, left),
        ...issuedPuts(state, body.period, body.vintage, microOf(body.certified)),
        ...debts,
        ...outstandingPuts(state, ground.project, postings),
      ],
      postings,
      runs,
    }
  },
})

/** What an issuance says, by whom and when, as its batch's row knows it: all but the envelope's links and approvals. */
export function hashOfIssuance({ by, at, body }: { by: string; at: string; body: object }): string {
  return sha256Hex(canonicalJson({ by, at, body }))
}

/** What came into the buffer, and what of the project's debt to it is paid. */
function debtPuts(state: State, ground: Ground, { batch, vintage }: Asked, split: Split, at: string): Put[] {
  const { project, owner } = ground
  const { unitType } = ground.authorisation
  const debts = debtsAfter(owner, unitType, -split.repaid)
  return [
    ...poolPuts(state, 'in', batch, { project, unitType, vintage }, split.levies.buffer, at),
    ...(split.repaid > 0n ? [{ kind: 'project' as const, id: project, row: { ...owner, debts } }] : []),
  ]
}
