import {
  debtsAfter,
  decimalOf,
  homeClass,
  isRefusal,
  leviesFor,
  type Preset,
  type Rows,
  splitIssuance,
} from '@tallystick/rules'
import type { Document, Json } from '@tallystick/templates'
import { type ListedRow, newestEntries } from '../platform/entries.ts'
import type { Subject } from '../platform/filings.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'

/** Most issuances of a project that are looked at, the newest. */
const MOST_ENTRIES = 2_000

/** What the form of an issuance is written about. */
export interface AboutIssuance {
  services: Services
  preset: Preset
  subject: Subject
  project: Rows['project']
  period: Rows['period'] | undefined
  /** The form as it stands: what is asked for in it, and of which days. */
  document: Document | undefined
}

/** What the registry knows of the issuance that a form asks for. */
export interface IssuanceKnown {
  certified: Json | undefined
  left: Json | undefined
  split: Json | undefined
  owners: Json | undefined
  blocks: Json | undefined
  certificate: Json | undefined
}

type Issued = ListedRow<'BatchIssued'>

/** How many units of a vintage go where. */
interface Part {
  vintage: string
  gross: bigint
  buffer: bigint
  sop: bigint
  omge: bigint
  host: bigint
  /** To each owner, in their order. */
  owners: bigint[]
}

/**
 * What is asked for is split as an issuance would be now; once all of it was issued, as it was, with its serial numbers and
 * the number of the entry that says so.
 */
export async function issuanceKnown(about: AboutIssuance): Promise<IssuanceKnown> {
  const { services, subject } = about
  const asked = requestedIn(about.document)
  const [authorisation, issued] = await Promise.all([authorisationFor(about), issuancesOf(about)])
  const names = await namesIn(
    services,
    subject.project,
    issued.map(({ entry }) => entry.body),
  )
  const unitType = authorisation?.row.unitType
  const isIssued = asked.length > 0 && asked.every(({ vintage, units }) => sumOf(issued, vintage) === units)
  const parts = isIssued ? partsIssued(about, names, asked, issued) : partsToCome(about, asked, unitType)
  const had = isIssued ? asked.reduce((sum, { units }) => sum + units, 0n) : 0n
  const left = authorisation && BigInt(authorisation.row.quantity) - BigInt(authorisation.row.issued) + had
  return {
    certified: await certifiedRows(about, unitType, isIssued),
    left: left === undefined || left < 0n ? undefined : `${left}`,
    split: parts.length > 0 ? parts.map(splitRow) : undefined,
    owners: parts.length > 0 ? ownerRows(about, names, parts) : undefined,
    blocks: isIssued ? blockRows(names, issued) : undefined,
    certificate: isIssued ? certificatesOf(issued) : undefined,
  }
}

/** What was certified of the monitoring period, and the fractions that earlier issuances have left to it. */
async function certifiedRows(
  { services, subject, period, document }: AboutIssuance,
  unitType: string | undefined,
  isIssued: boolean,
): Promise<Json | undefined> {
  if (!period?.certified) return undefined
  const vintages = Object.keys(period.outcomes).sort()
  const classOf = (vintage: string) => homeClass(subject.project, vintage, unitType ?? '')
  const carried = await services.ledger.rows('remainder', vintages.map(classOf))
  // What the issuance itself has left is not what was brought to it: that stands in the form by which it was asked for.
  const before = new Map(rowsOf(document?.values.quantity?.certified).map((row) => [row.vintage, row.remainderIn]))
  return vintages.map((vintage) => {
    const micro = carried.get(classOf(vintage))?.micro ?? 0n
    const brought = isIssued ? before.get(vintage) : undefined
    const remainderIn = brought ?? decimalOf(BigInt(micro))
    return { vintage, certified: period.outcomes[vintage]?.certified ?? '0', remainderIn }
  })
}

/** What a form asks for, vintage by vintage; what is no number yet is not there. */
function requestedIn(document: Document | undefined): { vintage: string; units: bigint }[] {
  return rowsOf(document?.values.quantity?.requested).flatMap(({ vintage, requested }) =>
    typeof vintage === 'string' && typeof requested === 'string' && /^[1-9]\d{0,14}$/.test(requested)
      ? [{ vintage, units: BigInt(requested) }]
      : [],
  )
}

function rowsOf(json: Json | undefined): Record<string, Json>[] {
  if (!Array.isArray(json)) return []
  return json.filter(
    (row): row is Record<string, Json> => typeof row === 'object' && row !== null && !Array.isArray(row),
  )
}

interface Authorisation {
  id: string
  row: { unitType: string; quantity: string; issued: string }
}

/** The authorisation in force that was granted first; of the units that the form names, where there is one of these. */
async function authorisationFor({ services, subject, document }: AboutIssuance): Promise<Authorisation | undefined> {
  const { rows } = await services.pool.query<Authorisation>(
    `SELECT id, row FROM ledger_row
      WHERE kind = 'authorisation' AND row ? 'project' AND row ->> 'project' = $1 AND row -> 'active' = 'true'
      ORDER BY (row #>> '{granted,0,index}')::bigint, id`,
    [subject.project],
  )
  const unitType = document?.values.units?.unitType
  return rows.find(({ row }) => row.unitType === unitType) ?? rows[0]
}

/** What was issued of the monitoring period, or of the days that the form names, and stands; the newest first. */
async function issuancesOf({ services, subject, document }: AboutIssuance): Promise<Issued[]> {
  const { project, period } = subject
  const naming = period === null ? undefined : (['period', period] as const)
  const rows = await newestEntries(services, 'BatchIssued', { stream: project, naming }, MOST_ENTRIES)
  const days = document?.values.verification?.period
  const isOfDays = ({ entry: { body } }: Issued) => {
    const { from, to } = body.monitoringPeriod ?? {}
    return isSpan(days) && from === days.start && to === days.end
  }
  const wanted = period === null ? rows.filter(isOfDays) : rows
  // What was taken back has no batch any more.
  const standing = await services.ledger.rows(
    'batch',
    wanted.map(({ entry }) => entry.body.batch),
  )
  return wanted.filter(({ entry }) => standing.has(entry.body.batch))
}

function isSpan(json: Json | undefined): json is { start: Json; end: Json } {
  return typeof json === 'object' && json !== null && 'start' in json && 'end' in json
}

function sumOf(issued: readonly Issued[], vintage: string): bigint {
  return issued
    .filter(({ entry }) => entry.body.vintage === vintage)
    .reduce((sum, { entry }) => sum + BigInt(entry.body.quantity), 0n)
}

type Asked = readonly { vintage: string; units: bigint }[]

/** As issuances would be split now, one after the other. */
function partsToCome({ project, preset }: AboutIssuance, asked: Asked, unitType: string | undefined): Part[] {
  if (unitType === undefined) return []
  let owner = project
  const parts = asked.map(({ vintage, units }): Part | undefined => {
    const split = splitIssuance(units, owner, unitType, leviesFor(owner, unitType, preset), preset)
    if (isRefusal(split)) return undefined
    owner = { ...owner, debts: debtsAfter(owner, unitType, -split.repaid) }
    const { buffer, shareOfProceeds: sop, omge, host } = split.levies
    return { vintage, gross: units, buffer, sop, omge, host, owners: split.owners }
  })
  return parts.every((one) => one !== undefined) ? parts : []
}

/** As they were split. */
function partsIssued({ project }: AboutIssuance, names: KnownNames, asked: Asked, issued: readonly Issued[]): Part[] {
  const accounts = project.owners.map(({ account }) => account)
  return asked.map(({ vintage, units }) => {
    const owners = accounts.map(() => 0n)
    const part: Part = { vintage, gross: units, buffer: 0n, sop: 0n, omge: 0n, host: 0n, owners }
    const all = issued
      .filter(({ entry }) => entry.body.vintage === vintage)
      .flatMap(({ entry }) => entry.body.allotted.parts)
    for (const [account, first, last] of all) {
      const count = BigInt(last) - BigInt(first) + 1n
      const at = accounts.indexOf(account)
      const kind = names.account(account)?.kind
      if (at >= 0) owners[at] = (owners[at] ?? 0n) + count
      else if (kind === 'buffer') part.buffer += count
      else if (kind === 'share-of-proceeds') part.sop += count
      else if (kind === 'omge') part.omge += count
      else part.host += count
    }
    return part
  })
}

const netOf = ({ owners }: Part) => owners.reduce((sum, one) => sum + one, 0n)

function splitRow(part: Part): Json {
  const { vintage, gross, buffer, sop, omge, host } = part
  const counts = { gross, buffer, sop, omge, host, net: netOf(part) }
  return { vintage, ...Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, `${count}`])) }
}

/** Whose the net credits are. */
function ownerRows({ project }: AboutIssuance, names: KnownNames, parts: readonly Part[]): Json {
  return project.owners.map(({ account, share }, at) => {
    const id = names.account(account)?.organisation ?? ''
    const units = parts.reduce((sum, { owners }) => sum + (owners[at] ?? 0n), 0n)
    return { owner: { name: names.organisationRef(id).name ?? '—', id }, account, share, units: `${units}` }
  })
}

function blockRows(names: KnownNames, issued: readonly Issued[]): Json {
  return issued.toReversed().map(({ entry: { body } }) => {
    const first = BigInt(body.allotted.first)
    const range = { first, last: first + BigInt(body.quantity) - 1n }
    const block = names.block(body.batch, range)
    return { vintage: body.vintage, start: block.first, end: block.last, count: block.quantity, text: block.serial }
  })
}

/** What the certificates of these issuances are called. */
function certificatesOf(issued: readonly Issued[]): string {
  return issued
    .toReversed()
    .map(({ index }) => `I-${String(index).padStart(6, '0')}`)
    .join(', ')
}
