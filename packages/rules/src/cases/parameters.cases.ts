import { documentBytes } from '../documents.ts'
import { type Case, given, refuses, writes } from './case.fixture.ts'
import { byBoth } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

const factor = {
  key: 'grid.combined-margin',
  value: '0.5512',
  unit: 'tCO2/MWh',
  ...{ source: 'Ministry of Energy', sourceVersion: 'March 2026', validFrom: '2025-01-01', validTo: null },
  ...{ verifiedBy: 'Designated national authority', verifiedAt: '2026-05-04' },
}

/** The country's parameters in a version, lent to the world. */
const lent = (world: World, version: string, ...entries: object[]) =>
  world.lend(documentBytes({ id: 'country', version, entries }))

const adopt = (world: World, number: number, version: string, change: object = {}) => {
  const request = { number, name: 'country', version, sha256: lent(world, version, factor) }
  return world.try('ParametersAdopted', { ...request, ...change }, byBoth(world))
}

/** A set that is not of the form. */
const formless = (world: World, ...entries: object[]) => adopt(world, 1, '1', { sha256: lent(world, '1', ...entries) })

export const parameterCases: Case[] = [
  refuses('ParametersAdopted', 'version-not-next', 'a number is left out', (world) => adopt(world, 2, '1')),
  refuses('ParametersAdopted', 'version-not-next', 'somebody else was first', (world) => {
    given(adopt(world, 1, '1'))
    return adopt(world, 1, '2')
  }),
  refuses('ParametersAdopted', 'document-unknown', 'bytes that nobody has', (world) =>
    adopt(world, 1, '1', { sha256: world.hash('') }),
  ),
  refuses('ParametersAdopted', 'document-unknown', 'a set of another name', (world) =>
    adopt(world, 1, '1', { name: 'other' }),
  ),
  refuses('ParametersAdopted', 'document-unknown', 'a set of another version', (world) =>
    adopt(world, 1, '2', { sha256: lent(world, '1', factor) }),
  ),
  refuses('ParametersAdopted', 'document-unknown', 'a preset as the set', (world) =>
    adopt(world, 1, '1', { sha256: world.lend(documentBytes(world.law().preset)) }),
  ),
  refuses('ParametersAdopted', 'document-unknown', 'a number that is no decimal', (world) =>
    formless(world, { ...factor, value: '1e9' }),
  ),
  refuses('ParametersAdopted', 'document-unknown', 'two values on one day', (world) =>
    formless(world, { ...factor, validTo: '2025-12-31' }, { ...factor, validFrom: '2025-12-31' }),
  ),
  refuses('ParametersAdopted', 'document-unknown', 'days that are turned', (world) =>
    formless(world, { ...factor, validTo: '2024-12-31' }),
  ),
  refuses('ParametersAdopted', 'document-unknown', 'somebody who has confirmed it on no day', (world) =>
    formless(world, { ...factor, verifiedAt: null }),
  ),
  refuses('ParametersAdopted', 'nothing-changes', 'the set that is in force', (world) => {
    given(adopt(world, 1, '1'))
    return adopt(world, 2, '1')
  }),
  refuses('ParametersAdopted', 'already-exists', 'other constants under the same name and version', (world) => {
    given(adopt(world, 1, '1'))
    return adopt(world, 2, '1', { sha256: lent(world, '1') })
  }),
  writes('ParametersAdopted', 'the first set is in force', (world) => adopt(world, 1, '1'), [
    'ledger: parameters {number:1,sha256:hash}',
    'new parameters country/1: sha256 hash',
    'new document hash: index 23',
  ]),
  writes(
    'ParametersAdopted',
    'one after the other, year by year',
    (world) => {
      given(adopt(world, 1, '1'))
      const years = [
        { ...factor, validTo: '2025-12-31' },
        { ...factor, validFrom: '2026-01-01', value: '0.5' },
      ]
      return adopt(world, 2, '2', { sha256: lent(world, '2', ...years) })
    },
    [
      'ledger: parameters {number:1,sha256:hash} → {number:2,sha256:hash}',
      'new parameters country/2: sha256 hash',
      'new document hash: index 24',
    ],
  ),
  writes(
    'ParametersAdopted',
    'an earlier set is in force again',
    (world) => {
      given(adopt(world, 1, '1'), adopt(world, 2, '2'))
      return adopt(world, 3, '1')
    },
    ['ledger: parameters {number:2,sha256:hash} → {number:3,sha256:hash}'],
  ),
]
