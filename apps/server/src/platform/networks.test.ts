import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWithin, networkIn, shownNetwork } from './networks.ts'

/** As it is kept; undefined where it is refused. */
function kept(text: string): string | undefined {
  const network = networkIn(text)
  return 'wrong' in network ? undefined : shownNetwork(network)
}

describe('an address or a network', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8:0:0::7', '2001:db8::7'],
    ['2001:0db8::/32', '2001:db8::/32'],
    ['::/0', '::/0'],
  ])('%s is kept as %s', (text, shown) => expect(kept(text)).toBe(shown))

  it.each([
    ...['', ' ', 'x', '/8', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.256', '0x7f.1', '1.2.3.4/33', '1.2.3.4/-1'],
    ...['1.2.3.4/032', '1.2.3.4/', '1.2.3.4/8/8', ' 1.2.3.4', '1.2.3.4\n', 'fe80::1%eth0', '::/129', ':::', '1::2::3'],
    ...['192.0.2.1/24', '2001:db8::1/64', '::ffff:192.0.2.7', '::ffff:c000:207', '::ffff:0:0/96', '[::1]', 'localhost'],
  ])('%j is refused', (text) => expect(kept(text)).toBeUndefined())

  it('is refused with what was meant', () => {
    expect(networkIn('192.0.2.77/26')).toMatchObject({ allowed: '192.0.2.64/26' })
    expect(networkIn('2001:db8:ffff::1/33')).toMatchObject({ allowed: '2001:db8:8000::/33' })
  })
})

describe('where somebody comes from', () => {
  it.each([
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '::ffff:192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.0', false],
    [['192.0.2.7'], '192.0.2.70', false],
    [['2001:db8::/32'], '2001:db8:ffff::1', true],
    [['2001:db8::/32'], '2001:db9::', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [['::/0'], '192.0.2.7', false],
    [['::/0'], '::ffff:192.0.2.7', false],
    [['0.0.0.0/0'], '::1', false],
    [['203.0.113.1', '2001:db8::1'], '2001:db8::1', true],
    [[], '192.0.2.7', false],
    [['0.0.0.0/0', '::/0'], '', false],
    [['0.0.0.0/0', '::/0'], '192.0.2.7, 198.51.100.1', false],
    [['0.0.0.0/0', '::/0'], 'unknown', false],
  ])('of %j: %s is %s', (networks, address, is) => expect(isWithin(networks, address)).toBe(is))

  it('is within a network if its first bits are those of the network', () => {
    const bytes = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
    const number = (parts: readonly number[]) => parts.reduce((sum, part) => sum * 256 + part, 0)
    fc.assert(
      fc.property(bytes, bytes, fc.nat(32), (network, address, bits) => {
        const size = 2 ** (32 - bits)
        const first = Math.floor(number(network) / size) * size
        const text = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')
        const inside = Math.floor(number(address) / size) * size === first
        expect(isWithin([`${text}/${bits}`], address.join('.'))).toBe(inside)
      }),
    )
  })

  it('no text makes the question fail', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (network, address) => {
        expect(isWithin([network], address)).toBeTypeOf('boolean')
      }),
    )
  })
})
