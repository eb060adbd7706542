import { foreignRecord } from '../../packages/rules/src/cases/issuing.fixture.ts'
import { accountHolders, happens, must, type Request } from './country.ts'
import type { Line } from './sheet.ts'
import { type Journey, lastYear, periodOf } from './ways.ts'

/** How a command is tried. */
export interface Tried {
  /** What must be there, besides what the line says. */
  before?: (journey: Journey, line: Line) => unknown
  /** The request of somebody of this kind of organisation: about what his own one of that kind has. */
  request: (journey: Journey, kind: string, line: Line) => Request
  /** The organisations whose own thing it is; without it, the owners of the project, of every kind. */
  concerned?: (kind: string, line: Line, journey: Journey) => readonly string[]
  /** Is it about something that only kinds of organisations have that move units of their own? */
  ofHolders?: boolean
  /** Is it about something that every kind of organisation has, also those that have no accounts? */
  ofAll?: boolean
}

export const BATCH = 'stock 2025'
const LATER = '2060-01-01T00:00:00.000Z'

/** Units of an account as ranges, the first so many. */
export function first({ world }: Journey, account: string, count: number): [string, string][] {
  const [run] = [...world.state.runs(world.id(BATCH)).ownedBy(world.id(account))]
  if (!run) throw new Error(`${account} has no units`)
  return [[`${run.first}`, `${run.first + BigInt(count) - 1n}`]]
}

export function moving({ world }: Journey, from: string, to: string, quantity = '1'): Request {
  return { batch: world.id(BATCH), from: world.id(from), to: world.id(to), quantity }
}

export const ended = { purpose: 'voluntary', beneficiary: null }
export const oimp = { purpose: 'OIMP_OP', beneficiary: null }
export const own = (kind: string) => [`${kind} own`]

/** Units of each holder are set apart for other purposes, so that they may be used for them. */
export function setApart(journey: Journey): void {
  const { world, country } = journey
  for (const kind of accountHolders(country.names)) {
    const about = { batch: world.id(BATCH), account: world.id(`${kind} own`), event: 'authorisation' }
    must(world, 'FirstTransferRecorded', { ...about, ranges: first(journey, `${kind} own`, 2) })
  }
}

const movements: Record<string, Tried> = {
  CreditsTransferred: { request: (journey, kind) => moving(journey, `${kind} own`, 'bystander'), concerned: own },
  'CreditsRetired oimp': {
    before: setApart,
    request: (journey, kind) => ({ ...moving(journey, `${kind} own`, `${kind} own retirement`), ...oimp }),
    concerned: own,
  },
  CreditsRetired: {
    request: (journey, kind) => ({ ...moving(journey, `${kind} own`, `${kind} own retirement`), ...ended }),
    concerned: own,
  },
  'CreditsCancelled oimp': {
    before: setApart,
    request: (journey, kind) => ({ ...moving(journey, `${kind} own`, `${kind} own cancellation`), ...oimp }),
    concerned: own,
  },
  CreditsCancelled: {
    request: (journey, kind) => ({ ...moving(journey, `${kind} own`, `${kind} own cancellation`), ...ended }),
    concerned: own,
  },
  CreditsTransferredAbroad: {
    before: setApart,
    request: (journey, kind) => moving(journey, `${kind} own`, `${kind} own abroad`),
    concerned: own,
  },
  CreditsAcquired: {
    request: ({ world }, kind) => {
      const series = { cooperativeApproach: 'CA0002', registry: 'KEN01', party: 'KEN', vintage: '2025' }
      const sides = { batch: world.id('kenya'), from: world.id(`${kind} own abroad`), to: world.id(`${kind} own`) }
      return { ...sides, series, ranges: [['1', '5']] }
    },
    concerned: own,
  },
  FirstTransferRecorded: {
    request: (journey, kind) => {
      const account = `${kind} own`
      const about = { batch: journey.world.id(BATCH), account: journey.world.id(account), event: 'authorisation' }
      return { ...about, ranges: first(journey, account, 1) }
    },
    concerned: own,
  },
  CreditsUsed: {
    before: setApart,
    request: (journey, kind) => ({ ...moving(journey, `${kind} own`, `${kind} own use`), year: '2030' }),
    concerned: own,
  },
  UnitsPledged: { request: (journey, kind) => pledge(journey, `${kind} own`, 'bystander'), concerned: own },
  PledgeReleased: {
    before: (journey) => {
      const { world, country } = journey
      for (const kind of accountHolders(country.names)) {
        const request = pledge(journey, 'bystander', `${kind} own`)
        happens(world, 'UnitsPledged', request, 'bystander clerk')
      }
    },
    request: ({ world }, kind) => ({ pledge: world.id(`pledge to ${kind} own`) }),
    concerned: own,
  },
  PledgeExpired: {
    before: (journey) => {
      must(journey.world, 'UnitsPledged', pledge(journey, 'bystander', 'authority'))
      journey.world.wait(48)
    },
    request: ({ world }) => ({ pledge: world.id('pledge to authority') }),
  },
}

function pledge(journey: Journey, from: string, to: string): Request {
  const { world } = journey
  const expiresAt = new Date(Date.parse(world.now) + 86_400_000).toISOString()
  const about = { batch: world.id(BATCH), account: world.id(from), to: world.id(to), reason: 'collateral' }
  return { pledge: world.id(`pledge to ${to}`), ...about, expiresAt, quantity: '1' }
}

const policy = { secondAbove: '5', acceptance: true, trustedOnly: false }

const accounts: Record<string, Tried> = {
  AccountsOpened: {
    request: ({ world }, kind) => {
      return {
        organisation: world.id(`${kind} own`),
        accounts: [{ account: world.id('tried account'), kind: 'holding' }],
      }
    },
    concerned: own,
  },
  AccountSuspended: {
    request: ({ world }, kind) => ({ account: world.id(`${kind} own`), reason: 'investigation' }),
    concerned: own,
  },
  AccountReactivated: {
    before: ({ world, country }) => {
      for (const kind of accountHolders(country.names)) {
        must(world, 'AccountSuspended', { account: world.id(`${kind} own reserve`), reason: 'investigation' })
      }
    },
    request: ({ world }, kind) => ({ account: world.id(`${kind} own reserve`), reason: 'other' }),
    concerned: own,
  },
  AccountPolicySet: { request: ({ world }, kind) => ({ account: world.id(`${kind} own`), policy }), concerned: own },
  ReceiverTrusted: { request: trust, concerned: own },
  ReceiverRemoved: {
    ofHolders: true,
    before: (journey) => {
      for (const kind of journey.country.names.holders) must(journey.world, 'ReceiverTrusted', trust(journey, kind))
    },
    request: trust,
    concerned: own,
  },
  PoolsNamed: {
    request: ({ world }) => {
      const pools = { buffer: world.id('buffer'), shareOfProceeds: world.id('proceeds'), omge: world.id('omge') }
      return { ...pools, host: null }
    },
  },
}

function trust({ world }: Journey, kind: string): Request {
  return { account: world.id(`${kind} own`), receiver: world.id('bystander') }
}

const issuances: Record<string, Tried> = {
  AuthorisationChanged: {
    request: ({ world }) => ({
      authorisation: world.id('stock itmo'),
      ...{ version: 2, change: 'amend', reason: 'request', effectiveFrom: '2026-01-01' },
      ...{ quantity: '50000', purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'authorisation' },
      cooperativeApproach: 'CA0001',
    }),
  },
  BatchIssued: {
    request: (journey) => ({ batch: journey.world.id('tried batch'), ...outcome(journey), certified: '10' }),
  },
  OutcomeCarried: { request: (journey) => ({ ...outcome(journey), certified: '0.5' }) },
  UnitsConverted: {
    before: ({ world }) => {
      must(world, 'MirrorRecorded', foreignRecord(world))
    },
    request: ({ world, project, country }) => ({
      batch: world.id('tried batch'),
      authorisation: world.id(`${project} itmo`),
      vintage: '2020',
      to: world.id(`${country.names.developer} own`),
      reason: 'registry-transition',
      source: { registry: 'elsewhere', space: 'elsewhere:S', ranges: [['1', '10']] },
    }),
  },
}

/** Of the project's monitoring period, where there is one. */
function outcome({ world, project }: Journey): Request {
  const period = world.state.get('period', periodOf(world, project)) ? periodOf(world, project) : null
  const days = period === null ? { period, monitoringPeriod: lastYear } : { period, monitoringPeriod: null }
  return { authorisation: world.id(`${project} itmo`), vintage: '2025', ...days }
}

/** Units of the stock in the buffer, given by its developer. */
function filled(journey: Journey): void {
  const { world, country } = journey
  const account = `${country.names.developer} own`
  const request = { ...moving(journey, account, 'buffer', '20'), repays: null }
  happens(world, 'BufferContributed', request, `${account} clerk`)
}

function lost(decision: string) {
  return ({ world }: Journey): void => {
    const about = { reversal: world.id('reversal'), project: world.id('stock') }
    must(world, 'ReversalReported', { ...about, occurredOn: '2026-01-01', cause: 'fire' })
    if (decision === '') return
    must(world, 'ReversalDecided', { reversal: world.id('reversal'), decision, quantity: '5', unitType: 'ITMO' })
  }
}

const buffer: Record<string, Tried> = {
  BufferContributed: {
    request: (journey, kind) => ({ ...moving(journey, `${kind} own`, 'buffer'), repays: null }),
    concerned: own,
  },
  BufferReleased: {
    before: (journey) => {
      filled(journey)
      journey.world.wait(24 * 366 * 5)
      const terms = { buffer: '0', exempt: [], reason: 'risk-assessment' }
      must(journey.world, 'IssuanceTermsSet', { project: journey.world.id('stock'), ...terms })
    },
    request: (journey) => moving(journey, 'buffer', `${journey.country.names.developer} own`),
  },
  BufferCancelled: {
    before: (journey) => {
      filled(journey)
      lost('unavoidable')(journey)
    },
    request: (journey) => ({ ...moving(journey, 'buffer', 'made good'), reversal: journey.world.id('reversal') }),
  },
  ReversalReported: {
    request: ({ world, project }) => {
      return { reversal: world.id('reversal'), project: world.id(project), occurredOn: '2026-01-01', cause: 'fire' }
    },
  },
  ReversalDecided: {
    before: lost(''),
    request: ({ world }) => {
      return { reversal: world.id('reversal'), decision: 'dismissed', quantity: null, unitType: null }
    },
  },
  ReversalCompensated: {
    before: lost('avoidable'),
    request: (journey, kind) => {
      const sides = moving(journey, `${kind} own`, `${kind} own cancellation`)
      return { ...sides, reversal: journey.world.id('reversal') }
    },
    concerned: own,
  },
}

const marks: Record<string, Tried> = {
  EntryCorrected: { request: ({ world }) => ({ original: sent.get(world), reason: 'clerical-error' }), before: send },
  HoldPlaced: { request: ({ world }, kind) => placed(world, kind, LATER) },
  HoldLifted: {
    before: ({ world }) => must(world, 'HoldPlaced', placed(world, 'bystander', null)),
    request: ({ world }) => ({ hold: world.id('hold') }),
  },
  HoldExpired: {
    before: (journey) => {
      const { world } = journey
      const soon = new Date(Date.parse(world.now) + 3_600_000).toISOString()
      must(world, 'HoldPlaced', placed(world, 'bystander', soon))
      world.wait(1)
    },
    request: ({ world }) => ({ hold: world.id('hold') }),
  },
  MirrorCorrected: {
    before: ({ world }) => {
      const { index, leaf } = must(world, 'MirrorRecorded', foreignRecord(world, { range: ['701', '710'] }))
      recorded.set(world, { index, leaf })
    },
    request: ({ world }) => ({
      record: recorded.get(world),
      registry: 'elsewhere',
      project: { id: world.id('forest'), code: 'P1' },
      ...{ vintage: '2020', unitType: 'VCU', reason: world.hash('reason') },
      taken: {
        ...{ kind: 'units', space: 'elsewhere:S', issued: true, fate: 'cancelled' },
        parts: [{ range: ['701', '710'], before: 'unknown' }],
      },
    }),
  },
}

const sent = new WeakMap<Journey['world'], object>()
const recorded = new WeakMap<Journey['world'], object>()

function send(journey: Journey): void {
  const from = `${journey.country.names.developer} own`
  const { world } = journey
  sent.set(world, happens(world, 'CreditsTransferred', moving(journey, from, 'bystander'), `${from} clerk`).entry)
}

function placed(world: Journey['world'], of: string, expiresAt: string | null): Request {
  const account = world.id(of === 'bystander' ? of : `${of} own`)
  return { hold: world.id('hold'), account, batch: null, range: null, reason: 'investigation', expiresAt }
}

export const unitCommands: Readonly<Record<string, Tried>> = {
  ...movements,
  ...accounts,
  ...issuances,
  ...buffer,
  ...marks,
}
