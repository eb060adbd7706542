import { acquire, home, send, ten } from './abroad.cases.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { authorisation, issuance } from './country.fixture.ts'
import { allotted } from './issuing.fixture.ts'
import { policy, propose } from './movements.cases.ts'
import { byBoth } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

type Body = Record<string, unknown>
type Forge = (body: Body) => Body

/** Solar units from 401 on that may be set apart for other purposes. */
export function settable(world: World, change: object = {}): void {
  const terms = { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'authorisation', quantity: '1000' }
  world.do('QuantityAuthorised', { ...authorisation(world, 'solar', 'wave'), ...terms, ...change })
  world.decree('BatchIssued', { ...issuance(world, 'solar', '2024', '1000', 'wave'), batch: world.id('wave') })
}
export const set = (world: World, change: Body = {}, forge?: Forge) => {
  const request = {
    batch: world.id('wave'),
    account: world.id('sun'),
    ranges: [['401', '410']],
    event: 'authorisation',
  }
  return world.try(
    'FirstTransferRecorded',
    { ...request, ...change },
    { ...byBoth(world), ...(forge ? { forge } : {}) },
  )
}
const setting = (change: (world: World) => Body, forge?: Forge) => (world: World) => {
  settable(world)
  return set(world, change(world), forge)
}
export const amendWave = (world: World, change: object) => {
  const { project: _, unitType: __, ...terms } = authorisation(world, 'solar', 'wave')
  const fixed = { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'authorisation', quantity: '1000' }
  const about = { version: 2, change: 'amend', reason: 'request', effectiveFrom: '2026-01-01' }
  world.decree('AuthorisationChanged', { ...terms, ...fixed, ...about, ...change })
}

export const markingCases: Case[] = [
  refuses(
    'FirstTransferRecorded',
    'batch-unknown',
    'a batch that was never issued',
    setting((world) => ({ batch: world.id('no batch') })),
  ),
  refuses('FirstTransferRecorded', 'unit-type-not-movable', 'ITMOs of another Party', (world) => {
    acquire(world)
    return set(world, { batch: world.id('kenya'), ranges: [['1', '10']] })
  }),
  refuses(
    'FirstTransferRecorded',
    'account-unknown',
    'an account that was never opened',
    setting((world) => ({ account: world.id('nobody') })),
  ),
  refuses(
    'FirstTransferRecorded',
    'account-kind',
    'an account that nothing leaves',
    setting((world) => ({ account: world.id('sun retirement') })),
  ),
  refuses(
    'FirstTransferRecorded',
    'account-not-active',
    'an account that is suspended',
    setting((world) => {
      world.do('AccountSuspended', { account: world.id('sun'), reason: 'investigation' })
      return {}
    }),
  ),
  refuses(
    'FirstTransferRecorded',
    'organisation-suspended',
    'an account whose holder is suspended',
    setting((world) => {
      world.do('OrganisationSuspended', { organisation: world.id('sun ltd'), reason: 'investigation' })
      return {}
    }),
  ),
  refuses(
    'FirstTransferRecorded',
    'ranges-disorder',
    'the same units twice',
    setting(() => ({
      ranges: [
        ['401', '405'],
        ['401', '405'],
      ],
    })),
  ),
  refuses(
    'FirstTransferRecorded',
    'range-outside-batch',
    'a serial after the last of the batch',
    setting(() => ({ ranges: [['1400', '1401']] })),
  ),
  refuses(
    'FirstTransferRecorded',
    'not-owned',
    'units of somebody else',
    setting((world) => ({ account: world.id('port') })),
  ),
  refuses(
    'FirstTransferRecorded',
    'definition-differs',
    'an event that the authorisation does not define',
    setting(() => ({ event: 'issuance' })),
  ),
  refuses('FirstTransferRecorded', 'too-fragmented', 'a range in too many pieces, some set apart before', (world) => {
    settable(world)
    for (let from = 401; from < 601; from += 100) {
      const ranges = Array.from({ length: 50 }, (_, at) => [`${from + 2 * at}`, `${from + 2 * at}`])
      set(world, { ranges })
    }
    return set(world, { ranges: [['401', '601']] })
  }),
  refuses('FirstTransferRecorded', 'already-transferred', 'one of the units was first transferred', (world) => {
    settable(world)
    send(world, { batch: world.id('wave'), ranges: [['401', '401']] })
    acquire(world, { ...home(world), batch: world.id('wave'), ranges: [['401', '401']] })
    return set(world)
  }),
  refuses(
    'FirstTransferRecorded',
    'on-hold',
    'one of the units is frozen',
    setting((world) => {
      const held = { account: null, batch: world.id('wave'), range: ['410', '410'] }
      world.do('HoldPlaced', { hold: world.id('hold'), ...held, reason: 'court-order', expiresAt: null })
      return {}
    }),
  ),
  refuses(
    'FirstTransferRecorded',
    'on-hold',
    'the account is frozen',
    setting((world) => {
      const held = { account: world.id('sun'), batch: null, range: null }
      world.do('HoldPlaced', { hold: world.id('hold'), ...held, reason: 'court-order', expiresAt: null })
      return {}
    }),
  ),
  refuses('FirstTransferRecorded', 'on-hold', 'a movement of the units waits', (world) => {
    settable(world)
    policy(world, 'sun', { secondAbove: '0' })
    propose(world, 'CreditsTransferred', { batch: world.id('wave'), ranges: [['401', '401']] })
    return set(world)
  }),
  refuses(
    'FirstTransferRecorded',
    'purpose-not-authorised',
    'units for use towards an NDC only: leaving for abroad is their first transfer',
    (world) => {
      settable(world, { purposes: ['NDC'] })
      return set(world)
    },
  ),
  refuses('FirstTransferRecorded', 'authorisation-revoked', 'an authorisation that was revoked', (world) => {
    settable(world)
    amendWave(world, { change: 'revoke' })
    return set(world)
  }),
  refuses(
    'FirstTransferRecorded',
    'approach-missing',
    'an authorisation that names no cooperative approach',
    (world) => {
      settable(world, { cooperativeApproach: null })
      return set(world)
    },
  ),
  writes(
    'FirstTransferRecorded',
    'once the authorisation names its cooperative approach',
    (world) => {
      settable(world, { cooperativeApproach: null })
      amendWave(world, { cooperativeApproach: 'CA0003' })
      return set(world)
    },
    [
      'authorisation wave: transferred 0 → 10',
      'new space itmo:CA0003-XTX01-XTX-2024: next 11',
      'units wave 401-410: sun [first:26,itmo:CA0003:-400]',
    ],
  ),
  refuses('FirstTransferRecorded', 'authorisation-exceeded', 'more than is authorised now', (world) => {
    settable(world)
    amendWave(world, { quantity: '9' })
    return set(world)
  }),
  refuses(
    'FirstTransferRecorded',
    'purpose-not-authorised',
    'units that are authorised for nothing any more',
    (world) => {
      settable(world)
      amendWave(world, { purposes: [] })
      return set(world)
    },
  ),
  refuses(
    'FirstTransferRecorded',
    'allocation-wrong',
    'an ITMO number that is not the next one',
    setting(() => ({}), allotted({ itmos: { ...ten, ranges: [['2', '11']] } })),
  ),
  writes(
    'FirstTransferRecorded',
    'they stay where they are, with the next ITMO numbers',
    setting(() => ({})),
    [
      'authorisation wave: transferred 0 → 10',
      'new space itmo:CA0001-XTX01-XTX-2024: next 11',
      'units wave 401-410: sun [first:25,itmo:CA0001:-400]',
    ],
  ),
]
