import { acquire, home, send, series } from './abroad.cases.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { allotted } from './issuing.fixture.ts'
import { amendWave, set, settable } from './marking.cases.ts'
import { transfer } from './movements.cases.ts'
import { movingCases } from './moving.fixture.ts'
import { byBoth, bySun } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

type Body = Record<string, unknown>

/** Units in the treasury that another Party first transferred, and units of ours that nobody did. */
function treasury(world: World): void {
  acquire(world)
  const give = { from: world.id('sun'), to: world.id('treasury') }
  world.do('CreditsTransferred', { ...give, batch: world.id('kenya'), ranges: [['1', '10']] }, bySun(world))
}
const used = (world: World) => {
  return {
    batch: world.id('kenya'),
    from: world.id('treasury'),
    to: world.id('ndc use'),
    ranges: [['1', '10']],
    year: '2030',
  }
}
const use = (world: World, change: Body = {}) => {
  treasury(world)
  return world.try('CreditsUsed', { ...used(world), ...change }, byBoth(world))
}
const ours = (world: World) => ({ ...used(world), batch: world.id('solar 2024') })

const usingCases: Case[] = [
  ...movingCases({
    type: 'CreditsUsed',
    request: ours,
    before: (world) => {
      send(world)
      acquire(world, { ...home(world), to: world.id('treasury') })
    },
    by: 'officer',
    approvers: ['second officer'],
    otherKind: 'sun retirement',
    company: ['from', 'port'],
    holding: 'from',
    scatter: ['CreditsTransferred', 'treasury'],
  }),
  refuses('CreditsUsed', 'not-first-transferred', 'units that were not first transferred', (world) => {
    const give = { ...transfer(world), to: world.id('treasury') }
    world.do('CreditsTransferred', give, bySun(world))
    return world.try('CreditsUsed', ours(world), byBoth(world))
  }),
  refuses('CreditsUsed', 'account-foreign', 'the account of another organisation', (world) => {
    const accounts = [{ account: world.id('sun use'), kind: 'ndc-use' }]
    world.do('AccountsOpened', { organisation: world.id('sun ltd'), accounts })
    return use(world, { to: world.id('sun use') })
  }),
  refuses('CreditsUsed', 'purpose-not-authorised', 'units for other purposes only, first transferred', (world) => {
    settable(world, { purposes: ['OIMP_OP'], firstTransfer: 'issuance' })
    return useWave(world)
  }),
  refuses(
    'CreditsUsed',
    'purpose-not-authorised',
    'units that were first transferred before their authorisation was also for use towards an NDC',
    (world) => {
      settable(world, { purposes: ['OIMP_OP'], firstTransfer: 'issuance' })
      amendWave(world, {})
      return useWave(world)
    },
  ),
  refuses('CreditsUsed', 'allocation-wrong', 'other ITMOs than those that are used', (world) => {
    treasury(world)
    const itmos = { prefix: 'CA0002-KEN01-KEN-#-2024', ranges: [['1', '9']] }
    return world.try('CreditsUsed', used(world), { ...byBoth(world), forge: allotted({ itmos }) })
  }),
  refuses('CreditsUsed', 'period-wrong', 'a year of the next NDC period', (world) => use(world, { year: '2031' })),
  refuses('CreditsUsed', 'period-wrong', 'a year of the NDC period before the vintage', (world) =>
    use(world, { year: '2023' }),
  ),
  writes('CreditsUsed', 'in the very year of their vintage', (world) => use(world, { year: '2024' }), [
    '10 itmo:CA0002-KEN01-KEN-2024: treasury → ndc use',
    'units kenya 1-10: ndc use',
  ]),
  refuses('CreditsUsed', 'period-wrong', 'a vintage of no NDC period', (world) => {
    const old = { batch: world.id('old'), series: { ...series, vintage: '2020' }, to: world.id('treasury') }
    acquire(world, old)
    return world.try('CreditsUsed', { ...used(world), batch: world.id('old'), year: '2020' }, byBoth(world))
  }),
  writes(
    'CreditsUsed',
    'ITMOs of another Party, in the last year of the period of their vintage',
    (world) => use(world),
    ['10 itmo:CA0002-KEN01-KEN-2024: treasury → ndc use', 'units kenya 1-10: ndc use'],
  ),
]

/** Units of the wave in the treasury. */
const useWave = (world: World) => {
  const give = { batch: world.id('wave'), from: world.id('sun'), to: world.id('treasury'), ranges: [['401', '410']] }
  world.do('CreditsTransferred', give, bySun(world))
  return world.try('CreditsUsed', { ...used(world), batch: world.id('wave'), ranges: [['401', '410']] }, byBoth(world))
}

const laterCases: Case[] = [
  writes(
    'CreditsUsed',
    'units set apart when their authorisation was for both, which is for other purposes only now',
    (world) => {
      settable(world)
      set(world)
      amendWave(world, { purposes: ['OIMP_OP'] })
      return useWave(world)
    },
    [
      'outstanding solar: units 1300 → 1290',
      '10 solar/2024/ITMO: treasury → ndc use',
      'units wave 401-410: ndc use [first:25,itmo:CA0001:-400]',
    ],
  ),
]

export const useCases: Case[] = [...usingCases, ...laterCases]
