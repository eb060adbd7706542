import { canonicalJson, countOf, type Entry, fromWire } from '@tallystick/rules'
import { isSerialError, nationalSerial, parse, print } from '@tallystick/serials'

/** Shows what the commitment at `field` hid, a dotted path in the entry such as `body.beneficiary`. */
export interface CertificateOpening {
  field: string
  /** 32 bytes, hex. */
  key: string
  value: unknown
}

/** An entry that a certificate rests on beside its own, and what may be shown of it. */
export interface Ground {
  entry: Entry
  openings: readonly CertificateOpening[]
}

/**
 * Every fact that follows from an entry, its openings and the entries that it rests on: what a certificate may state. `serials` are printed serial
 * numbers such as `XT-ITMO-1-042-2024-0-1-60, XT-ITMO-1-042-2024-0-75`, for an entry that says with what they are printed;
 * `numbers` of other entries are the bare ranges, such as `1-60, 75`; `itmos` are the ITMO identifiers that the units have
 * after the entry, such as `CA0001-KEN01-KEN-1-2024 - CA0001-KEN01-KEN-60-2024`. An opening gives facts under the last name of its field: `beneficiary` for a text, `beneficiary.name`
 * and so on for the members of an object. Openings, and that the grounds belong to the entry, are taken as checked.
 */
export function certificateFacts(
  entry: Entry,
  openings: readonly CertificateOpening[],
  grounds: readonly Ground[] = [],
): Record<string, string> {
  const own = { type: entry.type, mandate: entry.by, ...factsOfBody(entry) }
  return { ...factsOfGrounds(entry, grounds), ...allOpened(openings), ...own }
}

function allOpened(openings: readonly CertificateOpening[]): Record<string, string> {
  const opened = openings.map(({ field, value }) => openedFacts(field.slice(field.lastIndexOf('.') + 1), value))
  return Object.assign({}, ...opened)
}

/** What the project is, which type the units are of, and with the country how they are printed. */
function factsOfGrounds(entry: Entry, grounds: readonly Ground[]): Record<string, string> {
  const { type } = entry
  const of = (wanted: string) => grounds.find(({ entry }) => entry.type === wanted)
  const [genesis, project] = [of('Genesis')?.entry.body, of('ProjectRegistered')]
  const country = isRecord(genesis?.country) ? texts(genesis.country, 'code') : {}
  const facts = {
    ...(country.code === undefined ? {} : { country: country.code }),
    ...(project ? projectFacts(project) : {}),
    ...texts(of('QuantityAuthorised')?.entry.body ?? {}, 'unitType'),
  }
  const isIssuance = type === 'BatchIssued' || type === 'UnitsConverted'
  return isIssuance ? { ...facts, ...printedSerials({ ...facts, ...factsOfBody(entry) }) } : facts
}

function projectFacts({ entry: { body }, openings }: Ground): Record<string, string> {
  const number = isRecord(body.allotted) ? `${body.allotted.number}`.padStart(3, '0') : ''
  return { project: number, ...allOpened(openings), ...texts(body, 'scope', 'methodology') }
}

/** The units of an issuance as anybody prints them who knows country, type and project. */
function printedSerials(facts: Record<string, string>): Record<string, string> {
  const { country = '', unitType = '', scope = '', project = '', vintage = '', numbers = '' } = facts
  const [first = '', last = first] = numbers.split('-')
  if (!/^\d+$/.test(first) || !/^\d+$/.test(last) || !/^\d{1,15}$/.test(project)) return {}
  const serial = nationalSerial({
    ...{ country, type: unitType, scope: Number(scope), project: BigInt(project), vintage: Number(vintage) },
    range: { first: BigInt(first), last: BigInt(last) },
  })
  return isSerialError(serial) ? {} : { serials: print(serial) }
}

/** Texts as they are, other values as canonical JSON, absent ones not at all. */
function openedFacts(name: string, value: unknown): Record<string, string> {
  if (value === null) return {}
  if (typeof value === 'string') return { [name]: value }
  if (!isRecord(value)) return { [name]: canonicalJson(value) }
  const members = Object.entries(value).filter(([, part]) => part !== null)
  return Object.fromEntries(
    members.map(([member, part]) => [`${name}.${member}`, typeof part === 'string' ? part : canonicalJson(part)]),
  )
}

function factsOfBody({ type, at, body }: Entry): Record<string, string> {
  switch (type) {
    case 'CreditsRetired':
      return { ...endFacts(body), retiredAt: at }
    case 'CreditsCancelled':
      return { ...endFacts(body), cancelledAt: at }
    case 'CreditsTransferred':
      return { ...movedFacts(body), transferredAt: at }
    case 'CreditsTransferredAbroad':
      return { ...movedFacts(body), transferredAbroadAt: at }
    case 'CreditsUsed':
      return { ...movedFacts(body), ...texts(body, 'year'), usedAt: at }
    case 'FirstTransferRecorded':
      return { ...movedFacts(body), ...texts(body, 'account', 'event'), firstTransferredAt: at }
    case 'BatchIssued':
      return { ...texts(body, 'batch', 'authorisation', 'vintage'), ...issuedFacts(body), issuedAt: at }
    case 'ProjectMoved':
      return { ...texts(body, 'move', 'reason'), ...documentFacts(body), decidedAt: at }
    case 'QuantityAuthorised':
      return { ...termFacts(body), version: '1', authorisedAt: at }
    case 'AuthorisationChanged':
      return {
        ...{ ...termFacts(body), version: String(body.version) },
        ...{ ...texts(body, 'change', 'reason', 'effectiveFrom'), changedAt: at },
      }
    case 'UnitsConverted':
      return { ...texts(body, 'batch', 'authorisation', 'vintage', 'to'), ...convertedFacts(body), convertedAt: at }
    default:
      return { at }
  }
}

type Body = Entry['body']

/** The documents that a decision was taken on, each with its SHA-256. */
function documentFacts({ documents }: Body): Record<string, string> {
  if (!Array.isArray(documents) || documents.length === 0) return {}
  const named = documents.map((one) => (isRecord(one) ? `${one.document} ${one.sha256}` : ''))
  return { documents: named.join(', ') }
}

/** What is authorised. */
function termFacts(body: Body): Record<string, string> {
  const purposes =
    Array.isArray(body.purposes) && body.purposes.length > 0 ? { purposes: body.purposes.join(', ') } : {}
  return {
    ...texts(body, 'authorisation', 'unitType', 'quantity', 'firstTransfer', 'cooperativeApproach'),
    ...purposes,
  }
}

function endFacts(body: Body): Record<string, string> {
  const { certificate, prefix } = isRecord(body.allotted) ? body.allotted : {}
  return {
    certificate: String(certificate),
    ...texts(body, 'batch', 'from', 'to', 'purpose'),
    ...serialFacts(String(prefix), rangesOf(body.ranges)),
    ...itmoFacts(body),
  }
}

function movedFacts(body: Body): Record<string, string> {
  return { ...texts(body, 'batch', 'from', 'to'), ...unitFacts(rangesOf(body.ranges)), ...itmoFacts(body) }
}

/** The ITMO identifiers that the entry names. */
function itmoFacts({ allotted }: Body): Record<string, string> {
  const itmos = isRecord(allotted) ? allotted.itmos : undefined
  if (!isRecord(itmos) || typeof itmos.prefix !== 'string') return {}
  return { itmos: identifiersOf(itmos.prefix, rangesOf(itmos.ranges)) }
}

/** `#` in the prefix stands for the number; a block is its first and its last identifier. */
function identifiersOf(prefix: string, ranges: readonly WireRange[]): string {
  const one = (number: string) => prefix.replace('#', number)
  return ranges.map(([first, last]) => (first === last ? one(first) : `${one(first)} - ${one(last)}`)).join(', ')
}

function issuedFacts(body: Body): Record<string, string> {
  const { parts } = isRecord(body.allotted) ? body.allotted : {}
  const numbers = Array.isArray(parts) ? parts.map((part: unknown) => (Array.isArray(part) ? part.slice(1) : part)) : []
  const ranges = rangesOf(numbers)
  const [first, last] = [ranges[0], ranges.at(-1)]
  const period = isRecord(body.monitoringPeriod) ? body.monitoringPeriod : {}
  const months = Object.entries(texts(period, 'from', 'to')).map(([name, date]) => [`monitored${capital(name)}`, date])
  const units = first && last ? unitFacts([[first[0], last[1]]]) : {}
  return { ...units, ...itmoFacts(body), ...Object.fromEntries(months) }
}

/** The units issued here, and those abroad in whose place they are. */
function convertedFacts({ source, allotted, ...rest }: Body): Record<string, string> {
  const { registry, space, ranges } = isRecord(source) ? source : {}
  const places = rangesOf(ranges)
  const start = isRecord(allotted) ? String(allotted.first) : ''
  if (!/^\d{1,15}$/.test(start) || places.length === 0) return {}
  const last = BigInt(start) + BigInt(quantityOf(places)) - 1n
  const abroad = { registry: String(registry), space: String(space), numbersAbroad: places.map(printed).join(', ') }
  return { ...unitFacts([[start, `${last}`]]), ...itmoFacts({ ...rest, allotted }), ...abroad }
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function texts(body: Body, ...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (typeof body[name] === 'string' ? [[name, body[name]]] : [])))
}

type WireRange = [first: string, last: string]

function rangesOf(value: unknown): WireRange[] {
  if (!Array.isArray(value)) return []
  return value.filter(
    (range): range is WireRange =>
      Array.isArray(range) && range.length === 2 && range.every((number) => /^\d{1,15}$/.test(String(number))),
  )
}

function unitFacts(ranges: readonly WireRange[]): Record<string, string> {
  return { quantity: quantityOf(ranges), numbers: ranges.map(printed).join(', ') }
}

/** What the units are is read from their serial numbers, as anybody can. */
function serialFacts(prefix: string, ranges: readonly WireRange[]): Record<string, string> {
  if (prefix.includes('#')) return { quantity: quantityOf(ranges), serials: identifiersOf(prefix, ranges) }
  const serials = ranges.map((range) => `${prefix}-${printed(range)}`)
  const read = parse('national', serials[0] ?? '')
  const { country, type, project, vintage } = isSerialError(read) ? {} : read.facts
  const known = Object.entries({ country, unitType: type, project, vintage }).filter(([, text]) => text !== undefined)
  return { quantity: quantityOf(ranges), serials: serials.join(', '), ...Object.fromEntries(known) }
}

function quantityOf(ranges: readonly WireRange[]): string {
  return `${ranges.reduce((sum, range) => sum + countOf(fromWire(range)), 0n)}`
}

function printed([first, last]: WireRange): string {
  return first === last ? first : `${first}-${last}`
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
