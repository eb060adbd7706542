import { expect, test } from 'vitest'
import { randomId } from '../../founding.ts'
import { isReceipt } from '../../port.ts'
import { approved, done, issue, issued, someCommitment } from '../registry.ts'
import type { Ground } from './ground.ts'

/** Units that move, end or are held. */
export function moving(ground: Ground): void {
  const { developer, refusal, transfer } = ground

  test('credits move by quantity, lowest first, and by range', async () => {
    const { ledger, registry } = ground
    const batch = await issued(registry, '1000')
    const first = (await ledger.row('batch', batch))?.first ?? 0n
    const byQuantity = await transfer(batch, { quantity: '100' })
    expect(isReceipt(byQuantity) && byQuantity.entry.body.ranges).toEqual([[`${first}`, `${first + 99n}`]])
    const range = [`${first + 150n}`, `${first + 159n}`]
    expect(isReceipt(await transfer(batch, { ranges: [range] }))).toBe(true)
    const across = await transfer(batch, { quantity: '60' })
    expect(isReceipt(across) && across.entry.body.ranges).toEqual([
      [`${first + 100n}`, `${first + 149n}`],
      [`${first + 160n}`, `${first + 169n}`],
    ])
  })

  test('what is not there is refused, with what there is', async () => {
    const { ledger, registry } = ground
    const batch = await issued(registry, '100')
    const first = (await ledger.row('batch', batch))?.first ?? 0n
    const one = (number: bigint) => [[`${number}`, `${number}`]]
    expect(await transfer(batch, { quantity: '61' })).toMatchObject({
      refused: 'not-enough-credits',
      detail: { available: '60' },
    })
    expect(await transfer(batch, { ranges: one(first + 60n) })).toMatchObject({ refused: 'not-owned' })
    expect(await transfer(batch, { ranges: one(first + 100n) })).toMatchObject({ refused: 'range-outside-batch' })
    expect(await transfer(batch, { ranges: [...one(first), ...one(first + 1n)] })).toMatchObject({
      refused: 'ranges-disorder',
    })
    expect(await transfer(batch, { ranges: [[`${first + 5n}`, `${first}`]] })).toMatchObject({
      refused: 'ranges-disorder',
    })
    expect(await transfer(batch, { quantity: '0' })).toMatchObject({
      refused: 'malformed',
      detail: { field: 'quantity' },
    })
    expect(await transfer(batch, {})).toMatchObject({ refused: 'malformed' })
    expect(await transfer(randomId(), { quantity: '1' })).toMatchObject({ refused: 'batch-unknown' })
    expect(await transfer(batch, { quantity: '1' }, developer(0), developer(0).holding)).toMatchObject({
      refused: 'same-account',
    })
    expect(await transfer(batch, { quantity: '1' }, developer(0), developer(1).retirement)).toMatchObject({
      refused: 'account-kind',
    })
    expect(await transfer(batch, { quantity: '1' }, { ...developer(0), mandate: developer(1).mandate })).toMatchObject({
      refused: 'not-permitted',
    })
  })

  test('retired and cancelled units never move again', async () => {
    const { ledger, registry } = ground
    const batch = await issued(registry, '100')
    const first = (await ledger.row('batch', batch))?.first ?? 0n
    const { mandate, holding, retirement, cancellation } = developer(0)
    const end = { batch, from: holding, purpose: 'voluntary', beneficiary: someCommitment() }
    const retired = await done(ledger, mandate, 'CreditsRetired', { ...end, to: retirement, quantity: '10' })
    const cancelled = await done(ledger, mandate, 'CreditsCancelled', { ...end, to: cancellation, quantity: '5' })
    expect(cancelled.entry.body.allotted).toEqual({
      certificate: (retired.entry.body.allotted as { certificate: number }).certificate + 1,
      prefix: expect.stringMatching(/^XT-ITMO-1-\d{3}-2024-0$/),
      itmos: null,
    })
    const ranges = [[`${first}`, `${first}`]]
    expect(await transfer(batch, { ranges })).toMatchObject({ refused: 'not-owned' })
    expect(
      await refusal(ledger, mandate, 'CreditsTransferred', {
        batch,
        from: retirement,
        to: developer(1).holding,
        ranges,
      }),
    ).toBe('account-kind')
    expect(await refusal(ledger, mandate, 'CreditsRetired', { ...end, to: retirement, ranges })).toBe('not-owned')
    expect(
      await refusal(ledger, mandate, 'CreditsRetired', { ...end, to: developer(1).retirement, quantity: '1' }),
    ).toBe('account-foreign')
    expect(
      await refusal(ledger, mandate, 'CreditsRetired', { ...end, to: retirement, quantity: '1', purpose: 'fun' }),
    ).toBe('code-unknown')
  })

  test('a hold on a range, a batch or an account stops what it covers, until it is lifted', async () => {
    const { ledger, registry } = ground
    const batch = await issued(registry, '100')
    const first = (await ledger.row('batch', batch))?.first ?? 0n
    const hold = async (target: object) => {
      const id = randomId()
      const none = { account: null, batch: null, range: null }
      await done(ledger, registry.officer, 'HoldPlaced', { hold: id, reason: 'court-order', ...none, ...target })
      return () => done(ledger, registry.officer, 'HoldLifted', { hold: id })
    }
    const lift = await hold({ batch, range: [`${first}`, `${first + 9n}`] })
    expect(await transfer(batch, { ranges: [[`${first + 9n}`, `${first + 12n}`]] })).toMatchObject({
      refused: 'on-hold',
      detail: { held: '1' },
    })
    const around = await transfer(batch, { quantity: '5' })
    expect(isReceipt(around) && around.entry.body.ranges).toEqual([[`${first + 10n}`, `${first + 14n}`]])
    await lift()
    for (const target of [{ batch }, { account: developer(0).holding }, { account: developer(1).holding }]) {
      const liftTarget = await hold(target)
      expect(await transfer(batch, { quantity: '1' })).toMatchObject({ refused: 'on-hold' })
      await liftTarget()
    }
    expect(isReceipt(await transfer(batch, { quantity: '1' }))).toBe(true)
    expect(await refusal(ledger, registry.officer, 'HoldLifted', { hold: randomId() })).toBe('hold-unknown')
  })

  test('a suspended account neither gives nor takes', async () => {
    const { ledger, registry } = ground
    const batch = await issued(registry, '10')
    const status = (type: string) =>
      done(ledger, registry.officer, type, { account: developer(1).holding, reason: 'investigation' })
    await status('AccountSuspended')
    expect(await transfer(batch, { quantity: '1' })).toMatchObject({ refused: 'account-not-active' })
    expect(await issue(registry, '10')).toMatchObject({ refused: 'account-not-active' })
    await status('AccountReactivated')
    expect(isReceipt(await transfer(batch, { quantity: '1' }))).toBe(true)
  })

  test('more than 100 pieces are refused with what fits', async () => {
    const { ledger, registry } = ground
    const batch = await issued(registry, '500')
    const first = (await ledger.row('batch', batch))?.first ?? 0n
    const every = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => [
        `${first + 2n * BigInt(from + at)}`,
        `${first + 2n * BigInt(from + at)}`,
      ])
    await transfer(batch, { ranges: every(0, 100) })
    await transfer(batch, { ranges: every(100, 140) })
    expect(await transfer(batch, { quantity: '150' })).toMatchObject({
      refused: 'too-fragmented',
      detail: { fits: '100' },
    })
    expect(isReceipt(await transfer(batch, { quantity: '100' }))).toBe(true)
  })

  test('a range in more than 100 runs is refused with what fits, whatever tells the runs apart', async () => {
    const { ledger, registry } = ground
    const marks = { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'authorisation', cooperativeApproach: 'CA0009' }
    const [authorisation, batch, account] = [randomId(), randomId(), developer(0).holding]
    const grant = { authorisation, project: registry.project, unitType: 'MCU', quantity: '400', ...marks }
    await done(ledger, registry.officer, 'QuantityAuthorised', grant)
    await issue(registry, '400', { batch, authorisation })
    const first = (await ledger.row('batch', batch))?.first ?? 0n
    const every = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => [`${first + BigInt(from + 2 * at)}`, `${first + BigInt(from + 2 * at)}`])
    for (const from of [0, 80]) {
      const request = { batch, account, ranges: every(from, 40), event: 'authorisation' }
      const approvers = [registry.secondOfficer]
      expect(isReceipt(await approved(registry, registry.officer, 'FirstTransferRecorded', request, approvers))).toBe(
        true,
      )
    }
    const range = (length: number) => ({ ranges: [[`${first}`, `${first + BigInt(length - 1)}`]] })
    const tooMany = { refused: 'too-fragmented', detail: { most: '100', fits: '100' } }
    expect(await transfer(batch, range(160))).toMatchObject(tooMany)
    expect(await transfer(batch, { quantity: '160' })).toMatchObject(tooMany)
    expect(await transfer(batch, range(101))).toMatchObject(tooMany)
    expect(isReceipt(await transfer(batch, range(100)))).toBe(true)
    expect(isReceipt(await transfer(batch, { quantity: '50' }))).toBe(true)
  })

  test('a hundred contenders for one balance: exactly the lawful ones win', async () => {
    const { registry } = ground
    const batch = await issued(registry, '100')
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => transfer(batch, { quantity: '7' })))
    expect(outcomes.filter(isReceipt)).toHaveLength(8)
  })
}
