import { decreed, one, type Room, withBody } from './acts.ts'
import { acquisition, type Country, idOf } from './country.ts'

/** Units that leave, come, are first transferred or used. */
export async function abroad(country: Country): Promise<Room> {
  const { admin, approver } = country.fixture.mandates
  const acquired = await decreed(country, 'CreditsAcquired', acquisition('KEN', '101', '200'))
  const use = { batch: idOf('itmos of KEN'), from: idOf('treasury'), to: idOf('ndc use'), quantity: '10', year: '2025' }
  const used = await decreed(country, 'CreditsUsed', use)
  const mark = { batch: idOf('units'), account: idOf('gamma'), event: 'authorisation' }
  const marked = await decreed(country, 'FirstTransferRecorded', {
    ...mark,
    ranges: await country.ranges('units', 6_001n, 6_050n),
  })
  const leaving = { batch: idOf('units'), from: idOf('gamma'), to: idOf('gamma abroad'), ranges: marked.body.ranges }
  const left = await country.lawful('CreditsTransferredAbroad', one, leaving, [approver])
  const small = { batch: idOf('small'), ranges: await country.ranges('small', 1n, 500n) }
  const unmarked = { batch: idOf('units'), ranges: await country.ranges('units', 201n, 210n) }
  const waiting = await country.fixture.ledger.row('pending', idOf('waits'))
  return {
    lawful: [acquired, used, marked, left],
    cases: [
      ['an acquisition of ITMOs of the own Party', 'registry-own', withBody(acquired, acquisition('XTX', '1', '10'))],
      [
        'an acquisition of ITMOs that are here already',
        'already-exists',
        withBody(acquired, { ranges: [['100', '101']] }),
      ],
      ['a use towards an NDC of units never first transferred', 'not-first-transferred', withBody(used, unmarked)],
      ['a use in another NDC period', 'period-wrong', withBody(used, { year: '2031' })],
      ['a first transfer beyond the authorisation', 'authorisation-exceeded', withBody(marked, small)],
      [
        'a first transfer after the revocation',
        'authorisation-revoked',
        withBody(marked, { batch: idOf('ended'), ranges: await country.ranges('ended', 1n, 10n) }),
      ],
      [
        'a second first transfer',
        'already-transferred',
        withBody(marked, { ranges: await country.ranges('units', 50n, 60n) }),
      ],
      [
        'a first transfer of units that are about to move',
        'on-hold',
        withBody(marked, { account: idOf('guarded'), ranges: waiting?.ranges }),
      ],
      [
        'a first transfer by another event than is defined',
        'definition-differs',
        withBody(marked, { event: 'issuance' }),
      ],
      ['an ITMO number that is not the next', 'allocation-wrong', withBody(left, { allotted: { itmos: null } })],
      ['units that leave without approval', 'approval-missing', { ...left, approvers: [] }],
      [
        'units that leave with the approval of whoever admitted their holder',
        'approval-not-distinct',
        { ...left, approvers: [admin] },
      ],
      [
        'units that leave for an account abroad that nobody trusts',
        'receiver-not-trusted',
        withBody(left, { from: idOf('trusting'), ranges: await country.ranges('units', 3_001n, 3_010n) }),
      ],
    ],
  }
}
