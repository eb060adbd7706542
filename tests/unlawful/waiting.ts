import { by, one, type Room, transfer, two, withBody } from './acts.ts'
import type { Forgery } from './careless-store.ts'
import { type Country, idOf } from './country.ts'

/** The movement that waited under this name, as its last step. */
async function lastStep({ fixture }: Country, name: string, mandate: string): Promise<Forgery> {
  const waiting = await fixture.ledger.row('pending', idOf(name))
  if (!waiting) throw new Error(`${name} waits`)
  const { batch, from, to, ranges } = waiting
  return { type: 'CreditsTransferred', by: mandate, body: { batch, from, to, ranges, pending: idOf(name) } }
}

const step = (type: string, mandate: string, name: string): Forgery => ({
  type,
  by: mandate,
  body: { movement: idOf(name) },
})

/** Last steps of movements that waited. */
export async function lastSteps(country: Country): Promise<Room> {
  const { mandates, accounts } = country.fixture
  const waits = await lastStep(country, 'waits', two)
  const both = await lastStep(country, 'waits for both', two)
  const accepted = await lastStep(country, 'waits for its receiver', mandates.beta)
  const over = await lastStep(country, 'over', mandates.beta)
  const guarded = await transfer(country, 'guarded', accounts.beta, 2_500n, 2_700n)
  const [[first, last]] = waits.body.ranges as [[string, string]]
  return {
    lawful: [waits, accepted, step('MovementApproved', two, 'waits for both')],
    cases: [
      ['a last step by the proposer himself', 'approval-not-distinct', by(waits, one)],
      [
        'a last step that moves fewer units',
        'movement-differs',
        withBody(waits, { ranges: [[first, `${BigInt(last) - 1n}`]] }),
      ],
      ['a last step to another receiver', 'movement-differs', withBody(waits, { to: accounts.alpha })],
      ['a last step while the receiver has not accepted', 'step-missing', both],
      ['an acceptance before the holder approved', 'not-permitted', by(both, mandates.beta)],
      ['an acceptance by the sender', 'not-permitted', by(accepted, one)],
      ['an acceptance after expiry', 'expired', over],
      [
        'a last step of a movement that never waited',
        'movement-unknown',
        by(withBody(guarded, { pending: idOf('nothing') }), mandates.admin),
      ],
      ['a movement that an entry of another type ends', 'movement-differs', await retiredInstead(country, waits)],
      ['an approval that would be the movement itself', 'last-step', step('MovementApproved', two, 'waits')],
    ],
  }
}

async function retiredInstead({ fixture }: Country, { by, body }: Forgery): Promise<Forgery> {
  const certificate = ((await fixture.ledger.row('ledger', 'ledger'))?.certificates ?? 0) + 1
  const number = (await fixture.ledger.row('project', idOf('forest')))?.number ?? 0
  const allotted = { certificate, prefix: `XT-ITMO-14-${String(number).padStart(3, '0')}-2023-0`, itmos: null }
  const ending = { purpose: 'voluntary', beneficiary: null, to: idOf('gamma retired'), allotted }
  return { type: 'CreditsRetired', by, body: { ...body, ...ending } }
}

/** Movements that are proposed, and those that end otherwise. */
export async function proposals(country: Country): Promise<Room> {
  const { mandates, accounts } = country.fixture
  const waits = await lastStep(country, 'waits', two)
  const proposal: Forgery = await country.lawful('MovementProposed', one, {
    movement: idOf('another'),
    kind: 'transfer',
    batch: idOf('units'),
    from: idOf('guarded'),
    to: accounts.beta,
    quantity: '101',
    purpose: null,
    beneficiary: null,
    acceptance: false,
    expiresAt: await country.later(86_400_000),
  })
  return {
    lawful: [proposal, step('MovementExpired', mandates.system, 'over')],
    cases: [
      ['an expiry by the system before its time', 'not-expired', step('MovementExpired', mandates.system, 'waits')],
      ['an expiry by an officer', 'not-permitted', step('MovementExpired', mandates.admin, 'over')],
      ['a movement declined by its sender', 'not-permitted', step('MovementDeclined', one, 'waits for its receiver')],
      [
        'a movement withdrawn by its receiver',
        'not-permitted',
        step('MovementWithdrawn', mandates.beta, 'waits for its receiver'),
      ],
      ['a proposal under the id of another', 'already-exists', withBody(proposal, { movement: idOf('waits') })],
      ['a proposal of units that wait already', 'on-hold', withBody(proposal, { ranges: waits.body.ranges })],
      [
        'a proposal that waits too long',
        'expiry-wrong',
        withBody(proposal, { expiresAt: await country.later(31 * 86_400_000) }),
      ],
      [
        'a proposal that nobody needs to approve',
        'nothing-awaited',
        withBody(proposal, { ranges: await country.ranges('units', 2_900n, 2_950n) }),
      ],
      ['units that wait moved otherwise', 'on-hold', withBody(waits, { pending: null })],
    ],
  }
}
