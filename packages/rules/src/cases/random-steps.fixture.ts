import { isRefusal } from '../refusal.ts'
import { issuance } from './country.fixture.ts'
import { foreignRecord } from './issuing.fixture.ts'
import type { Life } from './life.fixture.ts'
import type { Outcome } from './world.fixture.ts'

const companies = ['sun', 'port'] as const
const holdings = ['sun', 'port', 'sun reserve', 'treasury'] as const
const grounds = ['solar itmo', 'tide itmo', 'solar a6'] as const
const series = { cooperativeApproach: 'CA0002', registry: 'KEN01', party: 'KEN', vintage: '2024' }

function holderOf(account: string): string {
  return account === 'treasury' ? 'officer' : `${account.split(' ')[0]} admin`
}

/** What is asked for, lawful or not, by random choices. */
/** Years go by, and the risk of the batch's project is found to be as it was. */
function reassess(life: Life, batch: string): void {
  const { state } = life.world
  const project = state.get('batch', life.world.id(batch))?.project ?? ''
  const buffer = state.get('project', project)?.buffer
  life.world.wait(24 * 366 * 5)
  if (buffer !== undefined) life.decree('IssuanceTermsSet', { project, buffer, exempt: [], reason: 'risk-assessment' })
}

export const steps: Record<string, (life: Life) => Outcome | undefined> = {
  issue(life) {
    const [name, ground, vintage] = [life.fresh('batch'), life.pick(grounds), life.pick(['2023', '2024', '2025'])]
    const asked =
      life.below(2) === 0
        ? { quantity: `${1 + life.below(90)}` }
        : { certified: `${life.below(60)}.${1 + life.below(9)}` }
    const request = {
      ...issuance(life.world, 'solar', vintage, '1', ground),
      batch: life.world.id(name),
      quantity: undefined,
      ...asked,
    }
    const outcome = life.decree('BatchIssued', request)
    if (!isRefusal(outcome)) life.past.batches.push(name)
    return outcome
  },
  carry(life) {
    const certified = life.pick(['0.3', '0.99', '-4.5', '-0.01'])
    const about = { authorisation: life.id(grounds), vintage: life.pick(['2023', '2024']), monitoringPeriod: null }
    return life.decree('OutcomeCarried', { ...about, certified })
  },
  terms: (life) =>
    life.decree('IssuanceTermsSet', {
      project: life.id(['solar', 'tide']),
      buffer: life.pick(['0', '10', '33.3333', '100']),
      exempt: [],
      reason: 'risk-assessment',
    }),
  amend(life) {
    const name = life.pick(grounds)
    const row = life.world.state.get('authorisation', life.world.id(name))
    if (!row) return undefined
    const [purposes, firstTransfer] = life.pick([
      [['NDC'], null],
      [['NDC', 'OIMP_OP'], 'authorisation'],
      [['OIMP_OP'], 'issuance'],
      [['NDC', 'OIMP_OP', 'OIMP_IMP'], 'use-or-cancellation'],
      [[], null],
    ] as const)
    return life.decree('AuthorisationChanged', {
      authorisation: life.world.id(name),
      version: row.version + 1,
      change: 'amend',
      reason: 'request',
      effectiveFrom: '2026-01-01',
      quantity: life.pick(['100000', '400', '50']),
      purposes: [...purposes],
      firstTransfer,
      cooperativeApproach: life.pick(['CA0001', 'CA0001', 'CA0003', null]),
    })
  },
  transfer(life) {
    const from = life.pick(holdings)
    const batch = life.batch(from)
    const request = {
      batch: life.world.id(batch),
      from: life.world.id(from),
      to: life.id(holdings),
      ...life.units(batch),
    }
    const second = life.below(3) === 0 && from !== 'treasury' ? [`${from.split(' ')[0]} second`] : []
    return life.try('CreditsTransferred', request, holderOf(from), second)
  },
  end(life) {
    const company = life.pick(companies)
    const batch = life.batch(company)
    const [type, account] = life.pick([
      ['CreditsRetired', 'retirement'],
      ['CreditsCancelled', 'cancellation'],
    ] as const)
    const parties = {
      batch: life.world.id(batch),
      from: life.world.id(company),
      to: life.world.id(`${company} ${account}`),
    }
    const purpose = life.pick(['voluntary', 'OIMP_OP'])
    const request = { ...parties, ...life.units(batch), purpose, beneficiary: null }
    return life.try(type, request, `${company} admin`, purpose === 'OIMP_OP' ? ['officer'] : [])
  },
  policy(life) {
    const account = life.pick(companies)
    const policy = {
      secondAbove: life.pick([null, '5', '20']),
      acceptance: life.below(4) === 0,
      trustedOnly: life.below(9) === 0,
    }
    return life.try(
      'AccountPolicySet',
      { account: life.world.id(account), policy },
      `${account} admin`,
      life.below(2) ? [] : [`${account} second`],
    )
  },
  propose(life) {
    const from = life.pick(companies)
    const [batch, name] = [life.batch(from), life.fresh('movement')]
    const kind = life.pick(['transfer', 'retirement', 'cancellation'])
    const isTransfer = kind === 'transfer'
    const to = isTransfer ? life.id(holdings) : life.world.id(`${from} ${kind}`)
    const about = {
      movement: life.world.id(name),
      kind,
      purpose: isTransfer ? null : life.pick(['voluntary', 'OIMP_OP']),
    }
    const expiresAt = new Date(Date.parse(life.world.now) + (1 + life.below(600)) * 3_600_000).toISOString()
    const request = {
      ...about,
      batch: life.world.id(batch),
      from: life.world.id(from),
      to,
      beneficiary: null,
      ...life.units(batch, from),
    }
    const outcome = life.try(
      'MovementProposed',
      { ...request, acceptance: isTransfer && life.below(2) === 0, expiresAt },
      `${from} admin`,
    )
    if (!isRefusal(outcome)) life.past.movements.push(name)
    return outcome
  },
  complete(life) {
    if (life.past.movements.length === 0) return undefined
    const id = life.id(life.past.movements)
    const waiting = life.world.state.get('pending', id)
    const second = waiting?.from === life.world.id('sun') ? 'sun second' : 'port second'
    const holder = waiting?.missing.some((roles) => roles !== null) ? 'officer' : second
    const by = life.pick([holder, holder, holder, 'sun admin', 'port admin', 'officer'])
    if (!waiting) return life.try('MovementWithdrawn', { movement: id }, by)
    const { batch, from, to, ranges, kind, purpose, beneficiary } = waiting
    const moved = { batch, from, to, ranges: life.below(9) === 0 ? ranges.slice(0, 1) : ranges, pending: id }
    if (kind === 'transfer') return life.try('CreditsTransferred', moved, by)
    return life.try(
      kind === 'retirement' ? 'CreditsRetired' : 'CreditsCancelled',
      { ...moved, purpose, beneficiary },
      by,
    )
  },
  close(life) {
    if (life.past.movements.length === 0) return undefined
    const [type, by] = life.pick([
      ['MovementDeclined', 'port admin'],
      ['MovementWithdrawn', 'sun admin'],
      ['MovementExpired', 'system'],
      ['MovementApproved', 'sun second'],
    ] as const)
    return life.try(type, { movement: life.id(life.past.movements) }, by)
  },
  pledge(life) {
    const from = life.pick(companies)
    const [batch, name] = [life.batch(from), life.fresh('pledge')]
    const to = life.world.id(from === 'sun' ? 'port ltd' : 'sun ltd')
    const about = { pledge: life.world.id(name), batch: life.world.id(batch), account: life.world.id(from), to }
    const outcome = life.try(
      'UnitsPledged',
      { ...about, ...life.units(batch, from), reason: 'collateral', expiresAt: null },
      `${from} admin`,
    )
    if (!isRefusal(outcome)) life.past.pledges.push(name)
    return outcome
  },
  release: (life) =>
    life.past.pledges.length === 0
      ? undefined
      : life.try('PledgeReleased', { pledge: life.id(life.past.pledges) }, life.pick(['sun admin', 'port admin'])),
  hold(life) {
    const batch = life.pick(life.past.batches)
    const { ranges } = life.units(batch) as { ranges?: [string, string][] }
    const target =
      life.below(9) === 0
        ? { account: life.id(holdings), batch: null, range: null }
        : { account: null, batch: life.world.id(batch), range: ranges?.[0] ?? ['1', '3'] }
    return life.try(
      'HoldPlaced',
      { hold: life.world.id(`hold ${life.below(3)}`), ...target, reason: 'court-order', expiresAt: null },
      'officer',
    )
  },
  lift: (life) => life.try('HoldLifted', { hold: life.world.id(`hold ${life.below(3)}`) }, 'officer'),
  abroad(life) {
    const company = life.pick(companies)
    const batch = life.batch(company)
    const parties = {
      batch: life.world.id(batch),
      from: life.world.id(company),
      to: life.world.id(`${company} abroad`),
    }
    return life.try('CreditsTransferredAbroad', { ...parties, ...life.units(batch, company) }, `${company} admin`, [
      'officer',
    ])
  },
  acquire(life) {
    const isBack = life.below(2) === 0
    const batch = isBack ? life.batch('sun abroad') : 'kenya'
    const ranges = isBack ? undefined : [[`${1 + life.below(20)}`, `${20 + life.below(20)}`]]
    const units = ranges ? { ranges } : life.units(batch, 'sun abroad')
    const parties = { batch: life.world.id(batch), from: life.id(['sun abroad', 'port abroad']), to: life.id(holdings) }
    if (!('ranges' in units)) return undefined
    const outcome = life.decree('CreditsAcquired', { ...parties, ...units, series: isBack ? null : series })
    if (!isRefusal(outcome) && !life.past.batches.includes(batch)) life.past.batches.push(batch)
    return outcome
  },
  mark(life) {
    const account = life.pick(holdings)
    const batch = life.batch(account)
    const units = life.units(batch, account)
    if (!('ranges' in units)) return undefined
    const row = life.world.state.get('batch', life.world.id(batch))
    const definition = life.world.state.get('authorisation', row?.authorisation ?? '')?.firstTransfer
    const event = definition === 'issuance' ? definition : 'authorisation'
    return life.decree('FirstTransferRecorded', {
      batch: life.world.id(batch),
      account: life.id(holdings),
      ...units,
      event,
    })
  },
  use(life) {
    const batch = life.batch('treasury')
    const parties = { batch: life.world.id(batch), from: life.world.id('treasury'), to: life.world.id('ndc use') }
    return life.decree('CreditsUsed', { ...parties, ...life.units(batch, 'treasury'), year: '2030' })
  },
  contribute(life) {
    const company = life.pick(companies)
    const batch = life.batch(company)
    const parties = { batch: life.world.id(batch), from: life.world.id(company), to: life.world.id('buffer') }
    const repays = life.pick([null, null, life.world.id('solar'), life.world.id('tide')])
    return life.try('BufferContributed', { ...parties, ...life.units(batch, company), repays }, `${company} admin`)
  },
  unbuffer(life) {
    const batch = life.batch('buffer')
    if (life.below(2) === 0) reassess(life, batch)
    const parties = { batch: life.world.id(batch), from: life.world.id('buffer'), to: life.id(companies) }
    return life.decree('BufferReleased', { ...parties, ...life.units(batch, 'buffer') })
  },
  reverse(life) {
    const name = life.fresh('reversal')
    const about = {
      reversal: life.world.id(name),
      project: life.id(['solar', 'tide']),
      occurredOn: '2025-06-01',
      cause: 'fire',
    }
    const outcome = life.decree('ReversalReported', about)
    if (!isRefusal(outcome)) life.past.reversals.push(name)
    return outcome
  },
  judge(life) {
    if (life.past.reversals.length === 0) return undefined
    const decision = life.pick(['avoidable', 'unavoidable', 'dismissed'])
    const quantity = decision === 'dismissed' ? null : `${1 + life.below(25)}`
    const unitType = quantity && life.pick(['ITMO', 'ITMO', 'ITMO', 'MCU'])
    return life.decree('ReversalDecided', { reversal: life.id(life.past.reversals), decision, quantity, unitType })
  },
  pay(life) {
    if (life.past.reversals.length === 0) return undefined
    const company = life.pick(companies)
    const batch = life.batch(company)
    const about = {
      reversal: life.id(life.past.reversals),
      batch: life.world.id(batch),
      to: life.world.id(`${company} cancellation`),
    }
    if (life.below(2) === 0) {
      const to = life.id(['made good', 'made good', 'made good', `${company} cancellation`])
      const parties = { batch: life.world.id(life.batch('buffer')), from: life.world.id('buffer'), to }
      return life.decree('BufferCancelled', { ...about, ...parties, quantity: `${1 + life.below(6)}` })
    }
    return life.try(
      'ReversalCompensated',
      { ...about, from: life.world.id(company), ...life.units(batch, company) },
      `${company} admin`,
    )
  },
  correct(life) {
    if (life.past.entries.length === 0) return undefined
    return life.decree('EntryCorrected', { original: life.pick(life.past.entries), reason: 'clerical-error' })
  },
  record(life) {
    const fate = life.pick(['active', 'retired', 'cancelled', 'cancelled'])
    const first = 1 + life.below(40)
    const change = {
      range: [`${first}`, `${first + life.below(20)}`],
      fate,
      issued: fate === 'active' || life.below(2) === 0,
    }
    return life.try('MirrorRecorded', foreignRecord(life.world, change), 'officer')
  },
  convert(life) {
    const name = life.fresh('batch')
    const cancelled = life.world.state
      .runs('elsewhere:S')
      .all()
      .filter((run) => run.account === life.world.id('elsewhere cancelled'))
    const first = Number(life.pick([...cancelled, { first: 1n }]).first) + life.below(3)
    const source = { registry: 'elsewhere', space: 'elsewhere:S', ranges: [[`${first}`, `${first + life.below(6)}`]] }
    const request = {
      batch: life.world.id(name),
      authorisation: life.id(grounds),
      vintage: '2020',
      to: life.id(holdings),
    }
    const outcome = life.decree('UnitsConverted', { ...request, reason: 'registry-transition', source })
    if (!isRefusal(outcome)) life.past.batches.push(name)
    return outcome
  },
  wait(life) {
    life.world.wait(life.pick([1, 25, 24 * 40, 24 * 365 * 5 + 48]))
    return undefined
  },
}
