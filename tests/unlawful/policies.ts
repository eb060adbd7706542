import { by, one, type Room, transfer, withBody } from './acts.ts'
import type { Forgery } from './careless-store.ts'
import { type Country, idOf } from './country.ts'

/** A transfer of Alpha's. */
async function ofAlpha(country: Country): Promise<Forgery> {
  const { accounts, mandates, batches } = country.fixture
  const parties = { batch: batches[0] ?? '', from: accounts.alpha, to: accounts.beta, quantity: '1' }
  return country.lawful('CreditsTransferred', mandates.alpha, parties)
}

/** What the policies of accounts, pledges, holds and suspensions keep from moving. */
export async function policies(country: Country): Promise<Room> {
  const { mandates, accounts } = country.fixture
  const pledged = (await country.fixture.ledger.row('pledge', idOf('pledge')))?.ranges
  const trusting = await transfer(country, 'trusting', accounts.beta, 3_001n, 3_010n)
  const guarded = await transfer(country, 'guarded', accounts.beta, 2_500n, 2_700n)
  const asked = await transfer(country, 'gamma', accounts.beta, 6_001n, 6_010n)
  return {
    lawful: [asked],
    cases: [
      ['pledged units moved', 'on-hold', withBody(asked, { ranges: pledged })],
      ['a transfer without the second mandate', 'approval-missing', guarded],
      ['a transfer approved by an officer only', 'not-permitted', { ...guarded, approvers: [mandates.approver] }],
      [
        'a transfer approved by a mandate that is there on the same word',
        'approval-not-distinct',
        { ...guarded, approvers: [mandates.beta] },
      ],
      [
        'a mandate vouched for by whoever granted it',
        'approval-not-distinct',
        { type: 'MandateConfirmed', by: mandates.admin, body: { mandate: one } },
      ],
      ['a transfer to an untrusted receiver', 'receiver-not-trusted', trusting],
      [
        'a transfer to a receiver trusted a moment ago',
        'receiver-not-trusted',
        withBody(trusting, { to: accounts.alpha }),
      ],
      [
        'a transfer that its receiver must accept',
        'acceptance-missing',
        withBody(await ofAlpha(country), { to: idOf('trusting') }),
      ],
      [
        'a pledge that the system ends before its time',
        'not-expired',
        { type: 'PledgeExpired', by: mandates.system, body: { pledge: idOf('pledge') } },
      ],
      [
        'a pledge that the holder releases',
        'not-permitted',
        { type: 'PledgeReleased', by: one, body: { pledge: idOf('pledge') } },
      ],
      [
        'a hold that the system ends before its time',
        'not-expired',
        { type: 'HoldExpired', by: mandates.system, body: { hold: idOf('hold') } },
      ],
      ['an act by a mandate of a suspended organisation', 'organisation-suspended', by(asked, idOf('delta by one'))],
      ['a transfer to a suspended organisation', 'organisation-suspended', withBody(asked, { to: idOf('delta') })],
    ],
  }
}
