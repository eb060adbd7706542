import { BlockList, isIP, SocketAddress } from 'node:net'

type Family = 'ipv4' | 'ipv6'

interface Network {
  address: string
  family: Family
  bits: number
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** An address or a network such as `192.0.2.0/24`; a sentence with what is wrong where it is none. */
export function networkIn(text: string): Network | { wrong: string; allowed: string } {
  const [, address = '', length] = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? []
  const family = familyOf(address)
  const most = family === 'ipv4' ? 32 : 128
  const bits = length === undefined ? most : Number(length)
  if (!family || bits > most) {
    return {
      wrong: 'is no address or network',
      allowed: 'such as 192.0.2.7, 192.0.2.0/24, 2001:db8::7 or 2001:db8::/32',
    }
  }
  if (family === 'ipv6' && isMapped(address)) {
    return { wrong: 'is an IPv4 address within IPv6', allowed: 'the IPv4 address itself' }
  }
  const first = networkAddress({ address, family, bits })
  if (first !== plainAddress(address, family)) {
    return { wrong: `has bits set behind the first ${bits}`, allowed: `${first}/${bits}` }
  }
  return { address: first, family, bits }
}

/** As it is shown and stored. */
export function shownNetwork({ address, family, bits }: Network): string {
  return bits === (family === 'ipv4' ? 32 : 128) ? address : `${address}/${bits}`
}

/** Is the address one of these, or in one of these networks? An IPv4 address within IPv6 counts as what it is. */
export function isWithin(networks: readonly string[], address: string): boolean {
  const [, inner] = MAPPED.exec(address) ?? []
  const [plain = ''] = (inner ?? address).split('%', 1)
  const family = familyOf(plain)
  if (!family) return false
  const list = new BlockList()
  for (const text of networks) {
    const network = networkIn(text)
    if ('address' in network && network.family === family) list.addSubnet(network.address, network.bits, network.family)
  }
  return list.check(plain, family)
}

function familyOf(address: string): Family | undefined {
  const version = isIP(address)
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6'
}

function isMapped(address: string): boolean {
  const list = new BlockList()
  list.addSubnet('::ffff:0:0', 96, 'ipv6')
  return list.check(address, 'ipv6')
}

/** In the one form that an address has. */
function plainAddress(address: string, family: Family): string {
  return new SocketAddress({ address, family }).address
}

/** The first address of the network. */
function networkAddress({ address, family, bits }: Network): string {
  const size = family === 'ipv4' ? 32n : 128n
  const left = size - BigInt(bits)
  const number = (numberOf(plainAddress(address, family), family) >> left) << left
  return plainAddress(textOf(number, family), family)
}

function numberOf(address: string, family: Family): bigint {
  if (family === 'ipv4') return address.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)
  return groupsOf(address).reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

/** The eight groups of an IPv6 address. Its last two may be written as IPv4. */
function groupsOf(address: string): string[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = '', b = '', c = '', d = ''] = parts.map((part) => Number(part).toString(16).padStart(2, '0'))
    return `${a}${b}:${c}${d}`
  })
  const [head = '', tail] = hex.split('::')
  const start = head.split(':').filter(Boolean)
  const end = (tail ?? '').split(':').filter(Boolean)
  return [...start, ...Array<string>(8 - start.length - end.length).fill('0'), ...end]
}

function textOf(number: bigint, family: Family): string {
  const [parts, width, base] = family === 'ipv4' ? [4, 8n, 10] : [8, 16n, 16]
  const groups = Array.from({ length: parts }, (_, at) =>
    ((number >> (width * BigInt(parts - 1 - at))) & ((1n << width) - 1n)).toString(base),
  )
  return groups.join(family === 'ipv4' ? '.' : ':')
}
