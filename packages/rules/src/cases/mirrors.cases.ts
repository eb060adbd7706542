import type { RuleName } from '../declarations.ts'
import { EVIDENCED } from '../entries/mirrors.ts'
import { mirrorClass } from '../spaces.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { foreignRecord } from './issuing.fixture.ts'
import { byBoth } from './people.fixture.ts'
import type { Outcome, World } from './world.fixture.ts'

type Body = Record<string, unknown>
type Act = (world: World, change?: Body, forge?: (body: Body) => Body) => Outcome

const opened = (world: World, change: Body = {}) => {
  const accounts = { active: world.id('a'), retired: world.id('b'), cancelled: world.id('c') }
  return world.try('MirrorOpened', { registry: 'nowhere', ...accounts, ...change })
}

const openingCases: Case[] = [
  refuses('MirrorOpened', 'already-exists', 'a registry that is on record', (world) =>
    opened(world, { registry: 'elsewhere' }),
  ),
  refuses('MirrorOpened', 'already-exists', 'an account of this id', (world) =>
    opened(world, { retired: world.id('sun') }),
  ),
  refuses('MirrorOpened', 'already-exists', 'one account for two fates', (world) =>
    opened(world, { retired: world.id('a') }),
  ),
  writes('MirrorOpened', 'three accounts of the authority', (world) => opened(world), [
    'new registry nowhere: active a, retired b, cancelled c',
    'new account a: organisation authority, kind mirror-active, active true',
    'new account b: organisation authority, kind mirror-retired, active true',
    'new account c: organisation authority, kind mirror-cancelled, active true',
  ]),
]

const act =
  (type: RuleName, request: (world: World) => Body): Act =>
  (world, change = {}, forge) =>
    world.try(type, { ...request(world), ...change }, forge ? { forge } : {})

/** What every record of a project abroad asks. */
function projectCases(type: RuleName, send: Act): Case[] {
  return [
    refuses(type, 'registry-unknown', 'a registry of which nothing is on record', (world) =>
      send(world, { registry: 'nowhere' }),
    ),
    refuses(type, 'already-exists', 'a project here has this id', (world) =>
      send(world, { project: { id: world.id('solar'), code: 'P1' } }),
    ),
    refuses(type, 'allocation-wrong', 'another id than the project is known by', (world) => {
      world.do('MirrorProjectRecorded', listed(world))
      return send(world, {}, (body) => ({ ...body, project: { id: world.id('other'), code: 'P1' } }))
    }),
  ]
}

const listed = (world: World) => ({
  registry: 'elsewhere',
  project: { id: world.id('forest'), code: 'P1' },
  facts: world.hash('facts'),
})
const list = act('MirrorProjectRecorded', listed)
const record = act('MirrorRecorded', foreignRecord)
const lot = act('MirrorLotRecorded', (world) => ({
  ...listed(world),
  vintage: '2020',
  unitType: 'VCU',
  quantity: '1000',
  issuedOn: null,
}))

const about = (unitType = 'VCU') => mirrorClass('elsewhere', 'P1', '2020', unitType)

/** So many units abroad, known one by one, as if each had come by a record of its own. */
function scattered(world: World, count: number): void {
  const run = { space: 'elsewhere:S', batch: '', class: about(), account: world.id('elsewhere active') }
  for (let serial = 1; serial <= count; serial += 1) {
    const attributes = serial % 2 === 0 ? '' : EVIDENCED
    world.state.loadRun({ ...run, attributes, first: BigInt(serial), last: BigInt(serial) })
  }
}

const recordCases: Case[] = [
  ...projectCases('MirrorProjectRecorded', list),
  writes('MirrorProjectRecorded', 'the project is on a list', (world) => list(world), [
    'new foreign elsewhere/P1: id forest, registry elsewhere, code P1, registered true',
  ]),
  ...projectCases('MirrorRecorded', record),
  refuses('MirrorRecorded', 'class-differs', 'units that are known under another type', (world) => {
    record(world)
    return record(world, { range: ['100', '101'], unitType: 'VER' })
  }),
  refuses('MirrorRecorded', 'already-retired', 'units that ended, told to have ended otherwise', (world) => {
    record(world)
    return record(world, { range: ['100', '101'], fate: 'retired' })
  }),
  refuses('MirrorRecorded', 'too-fragmented', 'a row about more pieces than one entry may touch', (world) => {
    scattered(world, 10_001)
    return record(world, { range: ['1', '10001'] })
  }),
  writes('MirrorRecorded', 'issued, and cancelled since', (world) => record(world), [
    'new foreign elsewhere/P1: id forest, registry elsewhere, code P1, registered false',
    'new lot mirror:elsewhere/P1/2020/VCU: quantity 0, numbered 100, evidenced 0',
    '100 mirror:elsewhere/P1/2020/VCU: issuance → elsewhere active',
    '100 mirror:elsewhere/P1/2020/VCU: elsewhere active → elsewhere cancelled',
    'units elsewhere:S 1-100: elsewhere cancelled',
  ]),
  writes(
    'MirrorRecorded',
    'an end of which no issuance is known',
    (world) => record(world, { issued: false, fate: 'retired' }),
    [
      'new foreign elsewhere/P1: id forest, registry elsewhere, code P1, registered false',
      'new lot mirror:elsewhere/P1/2020/VCU: quantity 0, numbered 100, evidenced 100',
      '100 mirror:elsewhere/P1/2020/VCU: issuance → elsewhere active',
      '100 mirror:elsewhere/P1/2020/VCU: elsewhere active → elsewhere retired',
      'units elsewhere:S 1-100: elsewhere retired [evidenced]',
    ],
  ),
  writes(
    'MirrorRecorded',
    'an issuance that confirms some and tells of others; a lot has the rest already',
    (world) => {
      lot(world, { quantity: '120' })
      record(world, { issued: false, fate: 'retired' })
      return record(world, { range: ['51', '150'], fate: 'active' })
    },
    [
      'foreign elsewhere/P1: as before',
      'lot mirror:elsewhere/P1/2020/VCU: numbered 100 → 150, evidenced 100 → 50',
      '30 mirror:elsewhere/P1/2020/VCU: issuance → elsewhere active',
      'units elsewhere:S 101-150: elsewhere active',
      'units elsewhere:S 51-100: elsewhere retired',
    ],
  ),
  ...projectCases('MirrorLotRecorded', lot),
  refuses('MirrorLotRecorded', 'lot-too-large', 'more than 15 digits can say', (world) => {
    lot(world)
    return lot(world, { quantity: '999999999999000' })
  }),
  writes('MirrorLotRecorded', 'units without serial numbers', (world) => lot(world), [
    'new foreign elsewhere/P1: id forest, registry elsewhere, code P1, registered false',
    'new lot mirror:elsewhere/P1/2020/VCU: quantity 1000, numbered 0, evidenced 0',
    '1000 mirror:elsewhere/P1/2020/VCU: issuance → elsewhere active',
  ]),
  writes(
    'MirrorLotRecorded',
    'of 1000 units 100 were known already',
    (world) => {
      record(world)
      return lot(world)
    },
    [
      'foreign elsewhere/P1: as before',
      'lot mirror:elsewhere/P1/2020/VCU: quantity 0 → 1000',
      '900 mirror:elsewhere/P1/2020/VCU: issuance → elsewhere active',
    ],
  ),
]

const taken = (change: Body = {}) => ({
  kind: 'units',
  space: 'elsewhere:S',
  issued: true,
  fate: 'cancelled',
  parts: [{ range: ['1', '100'], before: 'unknown' }],
  ...change,
})
const correction = (world: World, change: Body = {}, forge?: (body: Body) => Body) => {
  const { registry, project, vintage, unitType } = foreignRecord(world)
  const request = { registry, project, vintage, unitType, taken: taken(), reason: world.hash('reason') }
  const record = { index: 23, leaf: world.hash('leaf') }
  return world.try(
    'MirrorCorrected',
    { ...request, record, ...change },
    { ...byBoth(world), ...(forge ? { forge } : {}) },
  )
}
const correcting = (change: Body) => (world: World) => {
  record(world)
  return correction(world, change)
}

const correctionCases: Case[] = [
  ...projectCases('MirrorCorrected', correction),
  refuses(
    'MirrorCorrected',
    'allocation-wrong',
    'a record that is not written yet',
    correcting({ record: { index: 24, leaf: '0'.repeat(64) } }),
  ),
  refuses('MirrorCorrected', 'already-exists', 'a record that was taken back', (world) => {
    correcting({})(world)
    record(world)
    return correction(world)
  }),
  refuses(
    'MirrorCorrected',
    'ranges-disorder',
    'the same units twice',
    correcting({ taken: taken({ parts: [50, 50].map((last) => ({ range: ['1', `${last}`], before: 'unknown' })) }) }),
  ),
  refuses('MirrorCorrected', 'too-fragmented', 'more pieces than one part may have', (world) => {
    scattered(world, 1001)
    return correction(world, {
      record: { index: 1, leaf: world.hash('leaf') },
      taken: taken({ parts: [{ range: ['1', '1001'], before: 'unknown' }] }),
    })
  }),
  refuses(
    'MirrorCorrected',
    'changed-since',
    'units that are not so',
    correcting({ taken: taken({ fate: 'retired' }) }),
  ),
  refuses(
    'MirrorCorrected',
    'changed-since',
    'units that nobody knows',
    correcting({ taken: taken({ parts: [{ range: ['1', '101'], before: 'unknown' }] }) }),
  ),
  refuses('MirrorCorrected', 'changed-since', 'more units of a lot than it has', (world) => {
    lot(world)
    return correction(world, { taken: { kind: 'lot', quantity: '1001' } })
  }),
  writes('MirrorCorrected', 'nothing is known of the units any more', correcting({}), [
    'foreign elsewhere/P1: as before',
    'new corrected 23: index 24',
    'lot mirror:elsewhere/P1/2020/VCU: numbered 100 → 0',
    '100 mirror:elsewhere/P1/2020/VCU: elsewhere cancelled → elsewhere active',
    '100 mirror:elsewhere/P1/2020/VCU: elsewhere active → issuance',
    'gone elsewhere:S 1-100',
  ]),
  writes(
    'MirrorCorrected',
    'units that were active are active again',
    correcting({ taken: taken({ parts: [{ range: ['1', '40'], before: 'active' }] }) }),
    [
      'foreign elsewhere/P1: as before',
      'new corrected 23: index 24',
      'lot mirror:elsewhere/P1/2020/VCU: as before',
      '40 mirror:elsewhere/P1/2020/VCU: elsewhere cancelled → elsewhere active',
      'units elsewhere:S 1-40: elsewhere active',
    ],
  ),
  writes(
    'MirrorCorrected',
    'an issuance that had confirmed an end',
    (world) => {
      record(world, { issued: false, fate: 'retired' })
      record(world, { fate: 'active' })
      const parts = [{ range: ['1', '100'], before: 'evidenced' }]
      return correction(world, {
        record: { index: 24, leaf: world.hash('leaf') },
        taken: taken({ fate: 'active', parts }),
      })
    },
    [
      'foreign elsewhere/P1: as before',
      'new corrected 24: index 25',
      'lot mirror:elsewhere/P1/2020/VCU: evidenced 0 → 100',
      'units elsewhere:S 1-100: elsewhere retired [evidenced]',
    ],
  ),
  writes(
    'MirrorCorrected',
    'an end of which no issuance was known',
    (world) => {
      record(world, { issued: false, fate: 'retired' })
      return correction(world, { taken: taken({ issued: false, fate: 'retired' }) })
    },
    [
      'foreign elsewhere/P1: as before',
      'new corrected 23: index 24',
      'lot mirror:elsewhere/P1/2020/VCU: numbered 100 → 0, evidenced 100 → 0',
      '100 mirror:elsewhere/P1/2020/VCU: elsewhere retired → elsewhere active',
      '100 mirror:elsewhere/P1/2020/VCU: elsewhere active → issuance',
      'gone elsewhere:S 1-100',
    ],
  ),
  writes(
    'MirrorCorrected',
    'an issuance that had confirmed some units, and was the first to tell of others',
    (world) => {
      record(world, { range: ['1', '40'], issued: false, fate: 'retired' })
      record(world, { fate: 'active' })
      const parts = [
        { range: ['1', '40'], before: 'evidenced' },
        { range: ['41', '100'], before: 'unknown' },
      ]
      const index = { index: 24, leaf: world.hash('leaf') }
      return correction(world, { record: index, taken: taken({ fate: 'active', parts }) })
    },
    [
      'foreign elsewhere/P1: as before',
      'new corrected 24: index 25',
      'lot mirror:elsewhere/P1/2020/VCU: numbered 100 → 40, evidenced 0 → 40',
      '60 mirror:elsewhere/P1/2020/VCU: elsewhere active → issuance',
      'units elsewhere:S 1-40: elsewhere retired [evidenced]',
      'gone elsewhere:S 41-100',
    ],
  ),
  writes(
    'MirrorCorrected',
    'an issuance without serial numbers',
    (world) => {
      lot(world)
      return correction(world, { taken: { kind: 'lot', quantity: '1000' } })
    },
    [
      'foreign elsewhere/P1: as before',
      'new corrected 23: index 24',
      'lot mirror:elsewhere/P1/2020/VCU: quantity 1000 → 0',
      '1000 mirror:elsewhere/P1/2020/VCU: elsewhere active → issuance',
    ],
  ),
]

export const mirrorCases: Case[] = [...openingCases, ...recordCases, ...correctionCases]
