import { type Case, given, refuses, writes } from './case.fixture.ts'
import { byPort, bySun, officersMay } from './people.fixture.ts'
import {
  credit,
  forging,
  further,
  keepPeriods,
  move,
  next,
  open,
  opened,
  renewed,
  step,
  suspendNeeds,
} from './periods.fixture.ts'
import type { World } from './world.fixture.ts'

const settingCases: Case[] = [
  refuses('CreditingPeriodSet', 'project-unknown', 'a project that nobody registered', (world) => {
    keepPeriods(world)
    return credit(world, { project: world.id('nothing') })
  }),
  refuses('CreditingPeriodSet', 'periods-not-kept', 'a country without crediting periods', (world) => credit(world)),
  refuses('CreditingPeriodSet', 'code-unknown', 'a kind that the preset does not have', (world) => {
    keepPeriods(world)
    return credit(world, { kind: 'eternal' })
  }),
  refuses('CreditingPeriodSet', 'code-unknown', 'a renewal of another kind', (world) => {
    keepPeriods(world)
    given(credit(world))
    renewed(world)
    return credit(world, { kind: 'removals', from: '2029-01-01', to: '2043-12-31' })
  }),
  refuses('CreditingPeriodSet', 'dates-differ', 'a day too long', (world) => {
    keepPeriods(world)
    return credit(world, { to: '2029-01-01' })
  }),
  refuses('CreditingPeriodSet', 'project-state', 'a project that is suspended', (world) => {
    keepPeriods(world)
    given(move(world, 'suspend'))
    return credit(world)
  }),
  refuses('CreditingPeriodSet', 'crediting-used-up', 'a further one that nobody has renewed', (world) => {
    keepPeriods(world)
    given(credit(world))
    return credit(world, further)
  }),
  refuses('CreditingPeriodSet', 'crediting-used-up', 'two for one renewal', (world) => {
    keepPeriods(world)
    given(credit(world))
    renewed(world)
    given(credit(world, further))
    return credit(world, { from: '2034-01-01', to: '2038-12-31' })
  }),
  refuses('CreditingPeriodSet', 'dates-overlap', 'on the last day of the one before', (world) => {
    keepPeriods(world)
    given(credit(world))
    renewed(world)
    return credit(world, { from: '2028-12-31', to: '2033-12-30' })
  }),
  refuses('CreditingPeriodSet', 'allocation-wrong', 'a number that is left out', (world) => {
    keepPeriods(world)
    return credit(world, {}, forging({ number: 2 }))
  }),
  refuses('CreditingPeriodSet', 'not-permitted', 'an owner for itself', (world) => {
    keepPeriods(world)
    return credit(world, {}, bySun(world))
  }),
  writes(
    'CreditingPeriodSet',
    'the first one, from a day that not every year has',
    (world) => {
      keepPeriods(world)
      return credit(world, { from: '2024-02-29', to: '2029-02-28' })
    },
    ['project solar: crediting {kind:renewable,renewals:2,renewed:0,periods:[{from:2024-02-29,to:2029-02-28}]}'],
  ),
  writes(
    'CreditingPeriodSet',
    'a further one, on the day after the first',
    (world) => {
      keepPeriods(world)
      given(credit(world))
      renewed(world)
      return credit(world, further)
    },
    [
      'project solar: crediting {kind:renewable,renewals:2,renewed:1,periods:[{from:2024-01-01,to:2028-12-31}]} → {kind:renewable,renewals:2,renewed:1,periods:[{from:2024-01-01,to:2028-12-31},{from:2029-01-01,to:2033-12-31}]}',
    ],
  ),
  refuses('ProjectMoved', 'crediting-missing', 'an end of crediting where nothing was credited', (world) => {
    keepPeriods(world)
    suspendNeeds(world, { creditingEnds: 0 })
    return move(world, 'suspend')
  }),
  refuses('ProjectMoved', 'crediting-missing', 'a renewal before the last one was used', (world) => {
    keepPeriods(world)
    given(credit(world))
    renewed(world)
    return move(world, 'suspend')
  }),
  refuses('ProjectMoved', 'crediting-used-up', 'a renewal of a kind that is not renewed', (world) => {
    keepPeriods(world)
    given(credit(world, { kind: 'fixed', to: '2033-12-31' }))
    suspendNeeds(world, { renewable: true })
    return move(world, 'suspend')
  }),
  refuses('ProjectMoved', 'too-early', 'a millisecond before the last day of crediting is over', (world) => {
    keepPeriods(world)
    given(credit(world))
    suspendNeeds(world, { creditingEnds: 0 })
    world.now = '2028-12-31T23:59:59.999Z'
    return move(world, 'suspend')
  }),
  refuses('ProjectMoved', 'too-early', 'more than 270 days before the end of crediting', (world) => {
    keepPeriods(world)
    given(credit(world))
    suspendNeeds(world, { creditingEnds: 270, renewable: true })
    world.now = '2028-04-05T23:59:59.999Z'
    return move(world, 'suspend')
  }),
  writes(
    'ProjectMoved',
    'renewed, 270 days before the end of crediting',
    (world) => {
      keepPeriods(world)
      given(credit(world))
      suspendNeeds(world, { creditingEnds: 270 }, { renews: true })
      world.now = '2028-04-06T00:00:00.000Z'
      return move(world, 'suspend')
    },
    [
      'project solar: state registered → suspended, entered {index:15,at:2026-01-01T00:00:00.000Z} → {index:26,at:2028-04-06T00:00:00.000Z}, crediting {kind:renewable,renewals:2,renewed:0,periods:[{from:2024-01-01,to:2028-12-31}]} → {kind:renewable,renewals:2,renewed:1,periods:[{from:2024-01-01,to:2028-12-31}]}',
      'ledger: states {registered:2} → {registered:1,suspended:1}',
    ],
  ),
]

const openingCases: Case[] = [
  refuses('MonitoringPeriodOpened', 'project-unknown', 'a project that nobody registered', (world) => {
    keepPeriods(world)
    officersMay(world, 'periods.open')
    return open(world, { project: world.id('nothing') }, { by: world.id('officer') })
  }),
  refuses('MonitoringPeriodOpened', 'not-permitted', "another's project", (world) => {
    keepPeriods(world)
    given(credit(world))
    return open(world, {}, byPort(world))
  }),
  refuses('MonitoringPeriodOpened', 'malformed', 'a period that ends before it begins', (world) => {
    keepPeriods(world)
    given(credit(world))
    return open(world, { to: '2024-12-31' })
  }),
  refuses('MonitoringPeriodOpened', 'periods-not-kept', 'a country without monitoring periods', (world) => open(world)),
  refuses('MonitoringPeriodOpened', 'already-exists', 'an id that was used', (world) => {
    opened(world)
    return open(world, next(world, { period: world.id('period') }))
  }),
  refuses('MonitoringPeriodOpened', 'project-state', 'a project that is suspended', (world) => {
    keepPeriods(world)
    given(credit(world), move(world, 'suspend'))
    return open(world)
  }),
  refuses('MonitoringPeriodOpened', 'crediting-missing', 'a project that is not credited', (world) => {
    keepPeriods(world)
    return open(world)
  }),
  refuses('MonitoringPeriodOpened', 'crediting-missing', 'a day before it is credited', (world) => {
    keepPeriods(world)
    given(credit(world))
    return open(world, { from: '2023-12-31' })
  }),
  refuses(
    'MonitoringPeriodOpened',
    'crediting-missing',
    'partly in one crediting period, partly in the next',
    (world) => {
      keepPeriods(world)
      given(credit(world))
      renewed(world)
      given(credit(world, further))
      return open(world, { from: '2028-07-01', to: '2029-06-30' })
    },
  ),
  refuses('MonitoringPeriodOpened', 'dates-overlap', 'on the last day of the one before', (world) => {
    opened(world)
    return open(world, next(world, { from: '2025-12-31' }))
  }),
  refuses('MonitoringPeriodOpened', 'dates-overlap', 'before the one before', (world) => {
    opened(world)
    return open(world, next(world, { from: '2024-01-01', to: '2024-12-31' }))
  }),
  refuses('MonitoringPeriodOpened', 'period-unknown', 'before a period that nobody opened', (world) => {
    opened(world)
    return open(world, earlier(world, { before: world.id('nothing') }))
  }),
  refuses('MonitoringPeriodOpened', 'period-unknown', "before a period of another's project", (world) => {
    opened(world)
    const tide = { period: world.id('of tide'), project: world.id('tide') }
    given(credit(world, { project: tide.project }), open(world, tide, byPort(world)))
    return open(world, earlier(world, { before: tide.period }))
  }),
  refuses('MonitoringPeriodOpened', 'period-unknown', 'before a period that is void', (world) => {
    twiceOpened(world)
    given(step(world, 'withdraw-report', bySun(world)))
    return open(world, earlier(world))
  }),
  refuses(
    'MonitoringPeriodOpened',
    'dates-overlap',
    'after the last one, the days of one that is void before it',
    (world) => {
      twiceOpened(world)
      given(step(world, 'withdraw-report', bySun(world)))
      return open(world, { period: world.id('again') })
    },
  ),
  refuses('MonitoringPeriodOpened', 'dates-overlap', 'until the first day of the one that follows', (world) => {
    twiceOpened(world)
    given(step(world, 'withdraw-report', bySun(world)))
    return open(world, { period: world.id('again'), to: '2026-01-01', before: world.id('next') })
  }),
  refuses('MonitoringPeriodOpened', 'dates-overlap', 'days that were monitored anew before', (world) => {
    twiceOpened(world)
    given(step(world, 'withdraw-report', bySun(world)))
    given(open(world, { period: world.id('again'), before: world.id('next') }))
    return open(world, { period: world.id('once more'), from: '2025-12-31', before: world.id('next') })
  }),
  refuses('MonitoringPeriodOpened', 'allocation-wrong', 'a number that is left out', (world) => {
    keepPeriods(world)
    given(credit(world))
    return open(world, {}, { ...bySun(world), ...forging({ number: 2 }) })
  }),
  writes(
    'MonitoringPeriodOpened',
    'on the day after the last one, though it is not over',
    (world) => {
      opened(world)
      return open(world, next(world))
    },
    [
      'new period next: project solar, number 2, from 2026-01-01, to 2026-06-30, state opened, entered {index:26,at:2026-01-01T00:00:00.000Z}, documents {}, findings {open:0,forward:0}, outcomes {}, previous period',
      'period period: next next',
      'project solar: periods {opened:1,last:period,states:{opened:1}} → {opened:2,last:next,states:{opened:2}}',
      'ledger: periods {opened:{all:1,issued:0}} → {opened:{all:2,issued:0}}',
    ],
  ),
  writes(
    'MonitoringPeriodOpened',
    'the days of one that is void',
    (world) => {
      opened(world)
      given(open(world, next(world)), step(world, 'withdraw-report', bySun(world), { period: world.id('next') }))
      return open(world, next(world, { period: world.id('again') }))
    },
    [
      'new period again: project solar, number 3, from 2026-01-01, to 2026-06-30, state opened, entered {index:28,at:2026-01-01T00:00:00.000Z}, documents {}, findings {open:0,forward:0}, outcomes {}, previous period',
      'period period: next again',
      'project solar: periods {opened:2,last:period,states:{opened:1,withdrawn:1}} → {opened:3,last:again,states:{withdrawn:1,opened:2}}',
      'ledger: periods {opened:{all:1,issued:0},withdrawn:{all:1,issued:0}} → {withdrawn:{all:1,issued:0},opened:{all:2,issued:0}}',
    ],
  ),
  writes(
    'MonitoringPeriodOpened',
    'part of the days of one that is void, between two others',
    (world) => {
      twiceOpened(world)
      given(open(world, { period: world.id('third'), from: '2026-07-01', to: '2026-12-31' }))
      given(step(world, 'withdraw-report', bySun(world), { period: world.id('next') }))
      return open(world, next(world, { period: world.id('again'), to: '2026-03-31', before: world.id('third') }))
    },
    [
      'new period again: project solar, number 4, from 2026-01-01, to 2026-03-31, state opened, entered {index:29,at:2026-01-01T00:00:00.000Z}, documents {}, findings {open:0,forward:0}, outcomes {}, previous period, next third',
      'period period: next third → again',
      'period third: previous period → again',
      'project solar: periods {opened:3,last:third,states:{opened:2,withdrawn:1}} → {opened:4,last:third,states:{withdrawn:1,opened:3}}',
      'ledger: periods {opened:{all:2,issued:0},withdrawn:{all:1,issued:0}} → {withdrawn:{all:1,issued:0},opened:{all:3,issued:0}}',
    ],
  ),
  writes(
    'MonitoringPeriodOpened',
    'days before the first one',
    (world) => {
      opened(world)
      return open(world, earlier(world))
    },
    [
      'new period earlier: project solar, number 2, from 2024-07-01, to 2024-12-31, state opened, entered {index:26,at:2026-01-01T00:00:00.000Z}, documents {}, findings {open:0,forward:0}, outcomes {}, next period',
      'period period: previous earlier',
      'project solar: periods {opened:1,last:period,states:{opened:1}} → {opened:2,last:period,states:{opened:2}}',
      'ledger: periods {opened:{all:1,issued:0}} → {opened:{all:2,issued:0}}',
    ],
  ),
]

/** Half a year before the first period. */
const earlier = (world: World, change: object = {}) => ({
  ...{ period: world.id('earlier'), from: '2024-07-01', to: '2024-12-31', before: world.id('period') },
  ...change,
})

/** Two periods, one after the other. */
function twiceOpened(world: World): void {
  opened(world)
  given(open(world, next(world)))
}

/** From when to when projects are credited, and which of those days are monitored as one. */
export const creditingCases: Case[] = [...settingCases, ...openingCases]
