import { expect, test } from 'vitest'
import { country } from '../cases/country.fixture.ts'
import { retirable, retirement } from '../cases/movements.cases.ts'
import { byBoth, byHolder, bySun } from '../cases/people.fixture.ts'
import type { World } from '../cases/world.fixture.ts'
import type { RuleName } from '../declarations.ts'
import type { Run } from '../runs.ts'
import { itmosOf } from './first-transfer.ts'

const prefix = 'CA0001-XTX01-XTX-#-2024'

function itmosIn(world: World, type: RuleName, request: Record<string, unknown>, options = bySun(world)): unknown {
  const { entry } = world.do(type, request, options)
  return (entry.body.allotted as { itmos: unknown }).itmos
}

const moved = (world: World, from: string, to: string, ...ranges: [string, string][]) => ({
  batch: world.id('solar 2024'),
  from: world.id(from),
  to: world.id(to),
  ranges,
})

test('an entry names all identifiers of its units, whichever entry gave them their numbers', () => {
  const world = country()
  retirable(world)
  const abroad = moved(world, 'sun', 'sun abroad', ['11', '15'], ['21', '25'])
  expect(itmosIn(world, 'CreditsTransferredAbroad', abroad, byHolder(world))).toEqual({ prefix, ranges: [['1', '10']] })
  const back = { ...moved(world, 'sun abroad', 'sun', ['11', '15'], ['21', '23']), series: null }
  world.do('CreditsAcquired', back, byBoth(world))
  const one = { ...retirement(world, 'OIMP_OP'), ranges: [['1', '1']] }
  expect(itmosIn(world, 'CreditsRetired', one, byHolder(world))).toEqual({ prefix, ranges: [['11', '11']] })
  const ranges = [
    ['9', '13'],
    ['22', '23'],
    ['26', '30'],
  ]
  const own = itmosIn(world, 'CreditsRetired', { ...retirement(world, 'OIMP_OP'), ranges }, byHolder(world))
  expect(own).toEqual({
    prefix,
    ranges: [
      ['1', '3'],
      ['7', '8'],
      ['12', '18'],
    ],
  })
})

test('units that leave for no purpose of Article 6 name the identifiers that they had', () => {
  const world = country()
  const abroad = moved(world, 'sun', 'sun abroad', ['1', '5'])
  world.do('CreditsTransferredAbroad', abroad, byHolder(world))
  world.do('CreditsAcquired', { ...moved(world, 'sun abroad', 'sun', ['1', '5']), series: null }, byBoth(world))
  const ranges = [['4', '10']]
  expect(itmosIn(world, 'CreditsRetired', { ...retirement(world), ranges })).toEqual({ prefix, ranges: [['4', '5']] })
  expect(itmosIn(world, 'CreditsRetired', { ...retirement(world), ranges: [['20', '29']] })).toBeNull()
})

test('ITMOs of another Party are named by its identifiers', () => {
  const world = country()
  const series = { cooperativeApproach: 'CA0002', registry: 'KEN01', party: 'KEN', vintage: '2024' }
  const kenya = { batch: world.id('kenya'), ranges: [['7', '9']] }
  const to = world.id('sun')
  world.do('CreditsAcquired', { ...kenya, from: world.id('sun abroad'), to, series }, byBoth(world))
  const itmos = itmosIn(world, 'CreditsRetired', { ...retirement(world), ...kenya })
  expect(itmos).toEqual({ prefix: 'CA0002-KEN01-KEN-#-2024', ranges: [['7', '9']] })
})

test('without a cooperative approach nothing is first transferred', () => {
  const world = country()
  const terms = { unitType: 'ITMO', quantity: '10', purposes: ['OIMP_OP'], firstTransfer: 'issuance' }
  const authorisation = world.id('alone')
  const about = { authorisation, project: world.id('solar'), cooperativeApproach: null }
  world.do('QuantityAuthorised', { ...about, ...terms })
  const batch = {
    batch: world.id('alone 2025'),
    authorisation,
    vintage: '2025',
    quantity: '10',
    monitoringPeriod: null,
  }
  expect(world.try('BatchIssued', batch, byBoth(world))).toMatchObject({ refused: 'approach-missing' })
})

test('more identifiers than an entry may name are refused, with how much fits', () => {
  const world = country()
  const batch = world.state.get('batch', world.id('solar 2024'))
  if (!batch) throw new Error('the batch was issued')
  const pieces = Array.from({ length: 101 }, (_, at): Run => {
    const attributes = `first:9,itmo:CA0001:${at}`
    return { ...batch, batch: 'b', account: 'a', attributes, first: BigInt(at + 1), last: BigInt(at + 1) }
  })
  expect(itmosOf(world.state, batch, pieces.slice(1))).toMatchObject({ prefix })
  expect(itmosOf(world.state, batch, pieces)).toMatchObject({ refused: 'too-fragmented', detail: { fits: '100' } })
})
