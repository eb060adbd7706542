import { z } from 'zod'
import {
  Certified,
  countOf,
  fromWire,
  Id,
  LegalDate,
  MAX_SERIAL,
  microOf,
  Quantity,
  SerialNumber,
  SignedCertified,
  UNIT,
} from '../ids.ts'
import type { Preset } from '../preset.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import type { Run } from '../runs.ts'
import { homeClass, homeSpace } from '../spaces.ts'
import { balanceId, noKeys, type Put, type RowKey, type Rows, type State } from '../state.ts'
import { organisationsOf, usable } from './accounts.ts'
import {
  admitFirstTransfer,
  firstTransferPuts,
  firstTransferReads,
  isOimp,
  itmoFirst,
  marked,
} from './first-transfer.ts'
import { admitPools, Levies, leviesFor, levyOrder, type Split, splitIssuance } from './levies.ts'
import { freshStream } from './organisations.ts'
import { poolPuts, poolReads } from './pool.ts'
import { Owner, sameOwners } from './projects.ts'

const MonitoringPeriod = z.strictObject({ from: LegalDate, to: LegalDate }).nullable()
/** Calendar year in which the mitigation happened. */
const Vintage = z.string().regex(/^20\d\d$/, 'must be a year such as 2024')

const asked = { batch: Id, authorisation: Id, vintage: Vintage, monitoringPeriod: MonitoringPeriod }

/** Units asked for, or tonnes certified, of which whole units are issued and the fraction is carried forward. */
const IssuanceRequest = z
  .strictObject({
    ...asked,
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
  quantity: Quantity,
  certified: Certified,
  owners: z.array(Owner).min(1).max(50),
  levies: Levies,
  allotted: z.strictObject({
    first: SerialNumber,
    parts: z.array(Part).min(1).max(60),
    /** First of the consecutive ITMO numbers of the units that are first transferred by being issued. */
    itmo: Quantity.nullable(),
  }),
})
type Issuance = z.infer<typeof Issuance>

/** What an issuance stands on: the authorisation, its project, and where its numbers go on. */
export interface Ground {
  project: string
  owner: Rows['project']
  authorisation: Rows['authorisation']
  space: string
}

export function groundOf(state: State, id: string): Ground | undefined {
  const authorisation = state.peek('authorisation', id)
  const owner = authorisation && state.peek('project', authorisation.project)
  if (!authorisation || !owner) return undefined
  const space = homeSpace(state.ledger().country, authorisation.unitType)
  return { project: authorisation.project, owner, authorisation, space }
}

/** The rows of an authorisation's ground, as far as they are known. */
export function groundReads(state: State, id: string, vintage: string): RowKey[] {
  const authorisation = state.peek('authorisation', id)
  const ground = groundOf(state, id)
  const issuance = state.ledger().issuance
  return [
    { kind: 'authorisation', id },
    { kind: 'account', id: issuance },
    ...(authorisation ? [{ kind: 'project' as const, id: authorisation.project }] : []),
    ...(ground
      ? [
          { kind: 'space' as const, id: ground.space },
          { kind: 'balance' as const, id: balanceId(issuance, classOf(ground, vintage)) },
        ]
      : []),
    ...firstTransferReads(state, { authorisation: id, vintage }),
  ]
}

function classOf({ project, authorisation }: Ground, vintage: string): string {
  return homeClass(project, vintage, authorisation.unitType)
}

/** Fractions are carried within a class, a deficit within the project and unit type, whatever the vintage. */
function remainderIds(ground: Ground, vintage: string): { fraction: string; deficit: string } {
  return { fraction: classOf(ground, vintage), deficit: `${ground.project}/${ground.authorisation.unitType}` }
}

/** Millionths of a unit that stand to be issued: certified, plus the fraction carried, less the deficit carried. */
function dueMicro(state: State, ground: Ground, vintage: string, certified: bigint): bigint {
  const { fraction, deficit } = remainderIds(ground, vintage)
  return certified + (state.get('remainder', fraction)?.micro ?? 0n) + (state.get('remainder', deficit)?.micro ?? 0n)
}

/** What is left after issuing: a fraction, or a deficit. */
function remainderPuts(ground: Ground, vintage: string, left: bigint): Put[] {
  const { fraction, deficit } = remainderIds(ground, vintage)
  return [
    { kind: 'remainder', id: fraction, row: { micro: left > 0n ? left : 0n } },
    { kind: 'remainder', id: deficit, row: { micro: left < 0n ? left : 0n } },
  ]
}

function remainderReads(ground: Ground | undefined, vintage: string): RowKey[] {
  if (!ground) return []
  const { fraction, deficit } = remainderIds(ground, vintage)
  return [
    { kind: 'remainder', id: fraction },
    { kind: 'remainder', id: deficit },
  ]
}

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

/**
 * The parts that are first transferred by being issued: all of them where the authorisation is for other purposes than an
 * NDC alone and says so, else those that go to the share of proceeds and to OMGE, if the outcome is authorised at all.
 */
function firstAtIssuance(
  state: State,
  parts: readonly Part[],
  { authorisation, space }: Ground,
  body: { batch: string; vintage: string },
  unitClass: string,
): Run[] {
  const { purposes, firstTransfer } = authorisation
  if (purposes.length === 0) return []
  const all = purposes.every(isOimp) && firstTransfer !== 'use-or-cancellation'
  const { shareOfProceeds, omge } = state.ledger().pools
  return parts
    .filter(([account]) => all || account === shareOfProceeds || account === omge)
    .map(([account, from, to]) => {
      return { space, batch: body.batch, class: unitClass, account, attributes: '', ...fromWire([from, to]) }
    })
}

/** The vintage is a year that has begun, and the monitoring period has days of it. */
function admitPeriod(
  { vintage, monitoringPeriod: period }: Pick<Issuance, 'vintage' | 'monitoringPeriod'>,
  at: string,
): Refusal | undefined {
  const year = at.slice(0, 4)
  return firstOf(
    vintage > year && refuse('vintage-wrong', { field: 'vintage', latest: year }),
    period !== null &&
      period.from > period.to &&
      refuse('malformed', { field: 'monitoringPeriod', reason: 'ends before it begins' }),
    period !== null &&
      (vintage < period.from.slice(0, 4) || vintage > period.to.slice(0, 4)) &&
      refuse('vintage-wrong', { field: 'vintage', from: period.from, to: period.to }),
  )
}

/** May units be issued on this ground now? */
export function admitGround(ground: Ground, quantity: bigint, preset: Preset): Refusal | undefined {
  const { owner, authorisation } = ground
  return firstOf(
    !preset.project.mayIssue.includes(owner.state) &&
      refuse('project-state', { state: owner.state, allowed: preset.project.mayIssue.join(', ') }),
    owner.reversals > 0 && refuse('reversal-open', { open: String(owner.reversals) }),
    !authorisation.active && refuse('authorisation-revoked', { field: 'authorisation' }),
    authorisation.issued + quantity > authorisation.quantity &&
      refuse('authorisation-exceeded', {
        authorised: authorisation.quantity.toString(),
        left: (authorisation.quantity > authorisation.issued
          ? authorisation.quantity - authorisation.issued
          : 0n
        ).toString(),
      }),
  )
}

/** The next number of the space, of which `quantity` must be left. */
export function admitFirst(state: State, ground: Ground, allotted: string, quantity: bigint): Refusal | undefined {
  const next = nextNumber(state, ground)
  const first = BigInt(allotted)
  return firstOf(
    first < next && refuse('serials-overlap', { first: allotted, next: next.toString() }),
    first > next && refuse('serials-gap', { first: allotted, next: next.toString() }),
    first + quantity - 1n > MAX_SERIAL && refuse('serials-exhausted', { space: ground.space }),
  )
}

export function nextNumber(state: State, ground: Ground): bigint {
  return state.get('space', ground.space)?.next ?? 1n
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
  const split = splitIssuance(quantity, ground.owner, body.levies, preset)
  if (isRefusal(split)) return split
  const expected = partsFor(state, BigInt(body.allotted.first), split, ground)
  const first = firstAtIssuance(state, expected, ground, body, '')
  return firstOf(
    admitPools(state, split, state.ledger().pools),
    admitFirst(state, ground, body.allotted.first, quantity),
    JSON.stringify(expected) !== JSON.stringify(body.allotted.parts) && refuse('split-wrong'),
    admitFirstTransfer(state, body.authorisation, first),
    body.allotted.itmo !== itmoFirst(state, body, first) && refuse('allocation-wrong', { field: 'itmo' }),
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
  const split = splitIssuance(BigInt(quantity), ground.owner, levies, preset)
  if (isRefusal(split)) return split
  const missing = admitPools(state, split, state.ledger().pools)
  if (missing) return missing
  const first = nextNumber(state, ground)
  if (first + BigInt(quantity) - 1n > MAX_SERIAL) return refuse('serials-exhausted', { space: ground.space })
  const parts = partsFor(state, first, split, ground)
  const itmo = itmoFirst(state, request, firstAtIssuance(state, parts, ground, request, ''))
  const owners = request.owners ?? ground.owner.owners
  return { ...request, quantity, certified, owners, levies, allotted: { first: first.toString(), parts, itmo } }
}

function reads(state: State, request: IssuanceRequest): RowKey[] {
  const ground = groundOf(state, request.authorisation)
  const { pools } = state.ledger()
  const accounts = [
    ...levyOrder.flatMap((levy) => pools[levy] ?? []),
    ...(ground?.owner.owners ?? []).map((one) => one.account),
  ]
  return [
    { kind: 'batch', id: request.batch },
    ...groundReads(state, request.authorisation, request.vintage),
    ...remainderReads(ground, request.vintage),
    ...(ground ? poolReads(ground.project) : []),
    ...accounts.flatMap((account): RowKey[] => [
      { kind: 'account', id: account },
      ...(ground ? [{ kind: 'balance' as const, id: balanceId(account, classOf(ground, request.vintage)) }] : []),
    ]),
  ]
}

/** The rows of a new batch: its own, the next number of its space, and what its authorisation has issued. */
export function batchPuts(
  ground: Ground,
  body: { batch: string; authorisation: string; vintage: string },
  first: bigint,
  quantity: bigint,
  transferred: bigint,
): Put[] {
  const { authorisation, project, space } = ground
  const last = first + quantity - 1n
  const { batch, vintage } = body
  const { unitType } = authorisation
  return [
    {
      kind: 'batch',
      id: batch,
      row: {
        space,
        first,
        last,
        class: classOf(ground, vintage),
        project,
        vintage,
        unitType,
        authorisation: body.authorisation,
      },
    },
    { kind: 'space', id: space, row: { next: last + 1n } },
    {
      kind: 'authorisation',
      id: body.authorisation,
      row: {
        ...authorisation,
        issued: authorisation.issued + quantity,
        transferred: authorisation.transferred + transferred,
      },
    },
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
    quantity: BigInt(body.quantity),
  }),
  admit: (state, body, { preset }, { at }) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return refuse('authorisation-unknown', { authorisation: body.authorisation })
    return firstOf(
      freshStream(state, 'batch', body.batch),
      admitGround(ground, BigInt(body.quantity), preset),
      admitPeriod(body, at),
      ...ground.owner.owners.map(({ account }) => usable(state, 'owners', account, 'holding')),
      admitTerms(state, body, ground, preset),
      admitSplit(state, body, ground, preset),
    )
  },
  streams: (state, body) => {
    const project = state.get('authorisation', body.authorisation)?.project
    return [...new Set([body.batch, ...(project ? [project] : []), ...body.allotted.parts.map(([account]) => account)])]
  },
  effects: (state, body, { preset }) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return noEffects()
    const unitClass = classOf(ground, body.vintage)
    const quantity = BigInt(body.quantity)
    const { parts, itmo } = body.allotted
    const split = splitIssuance(quantity, ground.owner, body.levies, preset)
    const first = marked(state, body, firstAtIssuance(state, parts, ground, body, unitClass), itmo)
    const words = new Map(first.map((run) => [run.first, run.attributes]))
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
    const transferred = first.reduce((sum, run) => sum + countOf(run), 0n)
    const left = dueMicro(state, ground, body.vintage, microOf(body.certified)) - quantity * UNIT
    const debts = isRefusal(split) ? [] : debtPuts(state, ground, body.vintage, split)
    return {
      puts: [
        ...firstTransferPuts(state, body, first, itmo),
        ...batchPuts(ground, body, BigInt(body.allotted.first), quantity, transferred),
        ...remainderPuts(ground, body.vintage, left),
        ...debts,
      ],
      postings: runs.map((run) => ({
        from: state.ledger().issuance,
        to: run.account,
        class: unitClass,
        amount: countOf(run),
      })),
      runs,
    }
  },
})

/** What came into the buffer, and what of the project's debt to it is paid. */
function debtPuts(state: State, { project, owner }: Ground, vintage: string, split: Split): Put[] {
  return [
    ...poolPuts(state, 'in', project, vintage, split.levies.buffer),
    ...(split.repaid > 0n
      ? [{ kind: 'project' as const, id: project, row: { ...owner, debt: owner.debt - split.repaid } }]
      : []),
  ]
}

/** What the rows of an issuance that is taken back look at. */
export function takenBackReads(state: State, body: Pick<Issuance, 'authorisation' | 'vintage'>): RowKey[] {
  return [
    ...groundReads(state, body.authorisation, body.vintage),
    ...remainderReads(groundOf(state, body.authorisation), body.vintage),
  ]
}

/** The fraction or the deficit that an issuance used or left is as it would be without it. */
export function takenBackPuts(
  state: State,
  body: Pick<Issuance, 'authorisation' | 'vintage' | 'quantity' | 'certified'>,
): Put[] {
  const ground = groundOf(state, body.authorisation)
  if (!ground) return []
  const returned = BigInt(body.quantity) * UNIT - microOf(body.certified)
  return remainderPuts(ground, body.vintage, dueMicro(state, ground, body.vintage, returned))
}

const Carried = z.strictObject({
  authorisation: Id,
  vintage: Vintage,
  /** Tonnes; below zero where more was emitted than avoided. */
  certified: SignedCertified,
  monitoringPeriod: MonitoringPeriod,
})
type Carried = z.infer<typeof Carried>

/** A certified outcome of less than one unit, or below zero: nothing is issued, the fraction or the deficit is carried. */
export const outcomeCarried = defineRule<Carried, Carried>({
  type: 'OutcomeCarried',
  v: 1,
  body: Carried,
  request: Carried,
  attested: ['the outcome that was verified'],
  reads: (state, request) => ({
    ...noKeys(),
    rows: [
      ...groundReads(state, request.authorisation, request.vintage),
      ...remainderReads(groundOf(state, request.authorisation), request.vintage),
    ],
  }),
  decide: (_state, request) => request,
  act: () => ({ action: 'credits.carry', organisations: [] }),
  admit: (state, body, { preset }, { at }) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return refuse('authorisation-unknown', { authorisation: body.authorisation })
    const due = dueMicro(state, ground, body.vintage, microOf(body.certified))
    return firstOf(
      !preset.project.mayIssue.includes(ground.owner.state) &&
        refuse('project-state', { state: ground.owner.state, allowed: preset.project.mayIssue.join(', ') }),
      admitPeriod(body, at),
      due >= UNIT && refuse('issue-instead', { field: 'certified', whole: (due / UNIT).toString() }),
    )
  },
  streams: (state, body) => {
    const project = state.get('authorisation', body.authorisation)?.project
    return project ? [project] : []
  },
  effects: (state, body) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return noEffects()
    const left = dueMicro(state, ground, body.vintage, microOf(body.certified))
    return { ...noEffects(), puts: remainderPuts(ground, body.vintage, left) }
  },
})
