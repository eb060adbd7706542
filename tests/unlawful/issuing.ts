import { decreed, type Room, withBody } from './acts.ts'
import { type Country, conversion, idOf } from './country.ts'

/** Issuances. */
export async function issuing(country: Country): Promise<Room> {
  const request = { batch: idOf('new'), authorisation: idOf('forest a6er'), vintage: '2025', monitoringPeriod: null }
  const issued = await decreed(country, 'BatchIssued', { ...request, certified: '1000.4' })
  const allotted = issued.body.allotted as { first: string; parts: [string, string, string][] }
  const [[, first] = [], [, proceeds] = [], ...others] = allotted.parts
  const levies = issued.body.levies as Record<string, unknown>
  const unbuffered = [
    [idOf('proceeds'), first, `${BigInt(proceeds ?? 0) - 1n}`],
    [idOf('proceeds'), proceeds, proceeds],
    ...others,
  ]
  const mangrove = withBody(issued, { authorisation: idOf('mangrove itmo') })
  return {
    lawful: [issued],
    cases: [
      ['levies that are not those in force', 'terms-changed', withBody(issued, { levies: { ...levies, omge: '0' } })],
      [
        'an issuance for other owners',
        'terms-changed',
        withBody(issued, { owners: [{ account: idOf('delta'), share: '100' }] }),
      ],
      [
        'parts that leave out the buffer',
        'split-wrong',
        withBody(issued, { allotted: { ...allotted, parts: unbuffered } }),
      ],
      ['more than the whole units of what is certified', 'quantity-wrong', withBody(issued, { quantity: '1001' })],
      ['an issuance while a loss is open', 'reversal-open', mangrove],
      [
        'an issuance under a revoked authorisation',
        'authorisation-revoked',
        withBody(issued, { authorisation: idOf('ended') }),
      ],
      ['a vintage to come', 'vintage-wrong', withBody(issued, { vintage: '2099' })],
      [
        'first transfers at issuance without their ITMO numbers',
        'allocation-wrong',
        withBody(issued, { allotted: { ...allotted, itmos: null } }),
      ],
    ],
  }
}

/** What issuances stand on, and what is issued in the place of units abroad. */
export async function grounds(country: Country): Promise<Room> {
  const { admin, approver } = country.fixture.mandates
  const converted = await decreed(country, 'UnitsConverted', conversion('more', ['9000100', '9000199']))
  const change = {
    authorisation: idOf('forest itmo'),
    version: 2,
    change: 'amend',
    reason: 'request',
    effectiveFrom: '2026-01-01',
    quantity: '90000',
    purposes: ['NDC', 'OIMP_IMP'],
    firstTransfer: 'authorisation',
    cooperativeApproach: 'CA0001',
  }
  const amended = await decreed(country, 'AuthorisationChanged', change)
  const carried = await decreed(country, 'OutcomeCarried', {
    authorisation: idOf('forest itmo'),
    vintage: '2025',
    certified: '0.5',
    monitoringPeriod: null,
  })
  return {
    lawful: [converted, amended, carried],
    cases: [
      ['a whole unit that is carried instead', 'issue-instead', withBody(carried, { certified: '1.5' })],
      [
        'a second conversion of the same units',
        'already-converted',
        withBody(converted, { source: conversion('', ['9000050', '9000149']).source }),
      ],
      [
        'a conversion of units that are not cancelled',
        'not-cancelled',
        withBody(converted, { source: conversion('', ['9000250', '9000349']).source }),
      ],
      ['a conversion into another vintage', 'vintage-wrong', withBody(converted, { vintage: '2021' })],
      ['a version of an authorisation left out', 'version-not-next', withBody(amended, { version: 3 })],
      [
        'an authorisation below what was first transferred',
        'authorisation-too-small',
        withBody(amended, { quantity: '99' }),
      ],
      ['a change that starts later', 'date-wrong', withBody(amended, { effectiveFrom: '2099-01-01' })],
      [
        'another buffer',
        'pool-in-use',
        { type: 'PoolsNamed', by: admin, approvers: [approver], body: country.pools('other buffer') },
      ],
    ],
  }
}
