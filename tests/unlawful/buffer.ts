import { sha256Hex } from '@tallystick/rules'
import { decreed, one, type Room, withBody } from './acts.ts'
import { type Country, idOf } from './country.ts'

/** The buffer. */
export async function buffer(country: Country): Promise<Room> {
  const { admin, approver } = country.fixture.mandates
  const fromBuffer = async (batch: string, count: bigint) => ({
    batch: idOf(batch),
    from: idOf('buffer'),
    ranges: await country.ranges(batch, 1n, count),
  })
  const released = await decreed(country, 'BufferReleased', {
    ...(await fromBuffer('forest 2024', 60n)),
    to: idOf('gamma'),
  })
  const paying = { reversal: idOf('fire'), to: idOf('made good') }
  const paid = await decreed(country, 'BufferCancelled', { ...paying, ...(await fromBuffer('mangrove 2024', 100n)) })
  const given = await country.lawful('BufferContributed', one, {
    batch: idOf('units'),
    from: idOf('gamma'),
    to: idOf('buffer'),
    ranges: await country.ranges('units', 6_001n, 6_010n),
    repays: null,
  })
  const decided = { reversal: idOf('fire'), decision: 'avoidable', quantity: '999999999999', unitType: 'ITMO' }
  return {
    lawful: [released, paid, given],
    cases: [
      [
        'a release from the buffer above the limit',
        'too-much',
        withBody(released, await fromBuffer('forest 2024', 61n)),
      ],
      ['a release to somebody else', 'account-foreign', withBody(released, { to: idOf('treasury') })],
      ['a release while a loss is open', 'reversal-open', withBody(released, await fromBuffer('mangrove 2024', 10n))],
      [
        'the buffer paying a later vintage first',
        'buffer-order',
        withBody(paid, await fromBuffer('mangrove 2025', 100n)),
      ],
      [
        'the buffer paying with units of another project first',
        'buffer-order',
        withBody(paid, await fromBuffer('forest 2024', 100n)),
      ],
      [
        'the buffer paying into an account of somebody else',
        'account-foreign',
        withBody(paid, { to: idOf('gamma cancelled') }),
      ],
      [
        'a loss of more than was issued',
        'loss-too-large',
        { type: 'ReversalDecided', by: admin, approvers: [approver], body: decided },
      ],
      ['a payment for a loss that nobody reported', 'reversal-unknown', withBody(paid, { reversal: idOf('flood') })],
      [
        'a contribution to a buffer that is not the one named',
        'pool-missing',
        withBody(given, { to: idOf('other buffer') }),
      ],
      ['a repayment of a debt that is not there', 'too-much', withBody(given, { repays: idOf('forest') })],
    ],
  }
}

/** Entries that are taken back. */
export async function corrections(country: Country): Promise<Room> {
  const [corrected, moved] = await Promise.all(country.moved.map((index) => country.entry(index)))
  const taken = await decreed(country, 'EntryCorrected', { original: moved, reason: 'clerical-error' })
  return {
    lawful: [taken],
    cases: [
      [
        'a correction of an entry that is not in the log',
        'entry-unknown',
        withBody(taken, { original: { ...moved, key: sha256Hex('another') } }),
      ],
      [
        'a correction of an entry of the log, changed',
        'entry-unknown',
        withBody(taken, { original: { ...moved, body: { ...moved?.body, from: idOf('guarded'), to: idOf('gamma') } } }),
      ],
      ['a correction of an entry taken back before', 'already-corrected', withBody(taken, { original: corrected })],
      [
        'a correction of an entry that is final',
        'not-correctable',
        withBody(taken, { original: await country.entry(1) }),
      ],
    ],
  }
}
