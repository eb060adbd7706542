import { type Block, findSerial, type SerialPart, type SerialReport, type UnitClass } from '@tallystick/contract'
import {
  EVIDENCED,
  homeSeries,
  ITMO,
  itmoSpace,
  onlyEvidenced,
  type Range,
  type Run,
  without,
  wordOf,
  wordsOf,
} from '@tallystick/rules'
import { count, formats, print, recognise, type Serial, subrange } from '@tallystick/serials'
import type { FastifyInstance } from 'fastify'
import { itmoBlock, type KnownNames, namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { agreesAbroad, unconfirmedFields } from './abroad.ts'
import { saysBatch } from './choice.ts'
import { custodyOf } from './custody.ts'
import { cutByHolds } from './parts.ts'
import { holdsOn } from './queries.ts'

/** Most parts, and most events, of a report. */
export const MAX_PARTS = 1_000

export function registerSerials(app: FastifyInstance, services: Services): void {
  handle(app, services, findSerial, ({ params }) => serialReport(services, params.text))
}

/** Where these units are, and where they have been. Throws a problem for what is no serial, and for unknown units. */
export async function serialReport(services: Services, text: string): Promise<SerialReport> {
  const serial = understood(text)
  const runs = await services.ledger.runs(serial.space, serial.range, MAX_PARTS + 1)
  const accounts = [...new Set(runs.map(({ account }) => account))]
  const batches = [...new Set(runs.flatMap(({ batch }) => batch || []))]
  const [names, holds] = await Promise.all([
    namesIn(services, accounts, batches),
    holdsOn(services, [...batches, ...accounts]),
  ])
  const meant = runs.filter((run) => isMeant(serial, run, names)).map((run) => cutTo(run, serial.range))
  if (meant.length === 0) throw unknown(serial, runs, names)
  const unexplained = await unexplainedClasses(services, meant)
  const known = meant.flatMap((run) =>
    cutByHolds(run, names.party(run.account).kind, holds).map((part) =>
      partOf({ ...run, ...part }, serial, names, unexplained, services.genesis.country.code),
    ),
  )
  const seen =
    runs.length > MAX_PARTS ? { ...serial.range, last: meant.at(-1)?.last ?? serial.range.last } : serial.range
  const gaps = without([seen], meant).map((gap) => gapOf(gap, serial))
  const parts = [...known, ...gaps].sort((a, b) => (BigInt(a.first) < BigInt(b.first) ? -1 : 1))
  const custody = await custodyOf(services, serial, meant)
  const { first, last } = serial.range
  return {
    serial: print(serial),
    format: serial.format,
    registry: registryOf(meant[0]),
    facts: { ...serial.facts },
    unconfirmed: unconfirmedFields(serial),
    first: `${first}`,
    last: `${last}`,
    quantity: `${count(serial.range)}`,
    parts: parts.slice(0, MAX_PARTS),
    ...custody,
    truncated: runs.length > MAX_PARTS || parts.length > MAX_PARTS || custody.truncated,
  }
}

/** Classes abroad of which more units are known by their end alone than any issuance explains. */
async function unexplainedClasses(services: Services, runs: readonly Run[]): Promise<Set<string>> {
  const classes = new Set(runs.filter(isEndedOnly).map((run) => run.class))
  const lots = await Promise.all(
    [...classes].map(async (unitClass) => ({ unitClass, lot: await services.ledger.row('lot', unitClass) })),
  )
  return new Set(lots.filter(({ lot }) => !lot || onlyEvidenced(lot) > 0n).map(({ unitClass }) => unitClass))
}

function isEndedOnly({ batch, attributes }: Run): boolean {
  return batch === '' && wordsOf(attributes).includes(EVIDENCED)
}

/** The one serial in a text. */
function understood(text: string): Serial {
  const found = recognise(text)
  const [serial] = found
  if (serial && found.length === 1) return serial
  const seen = found.map((one) => print(one)).join(', ')
  const message = serial ? `names ${found.length} serial numbers: ${seen}` : 'is no serial number of a form known here'
  const facts = serial ? { serials: seen } : undefined
  throw problem('serial-unclear', facts, [{ field: 'text', message, allowed: KNOWN_FORMATS }])
}

/** Forms of serial numbers, for people. */
const KNOWN_FORMATS = Object.keys(formats)
  .filter((format) => format !== 'gold-standard-any')
  .join(', ')

/** Nothing here, but perhaps the numbers exist under another project or vintage: then that is said. */
function unknown(serial: Serial, runs: readonly Run[], names: KnownNames) {
  const [near] = runs
  const { format, space, range } = serial
  const asKnown = near?.batch ? names.block(near.batch, cutTo(near, range)).serial : undefined
  return problem('serial-unknown', {
    serial: print(serial),
    format,
    space,
    first: `${range.first}`,
    last: `${range.last}`,
    ...(asKnown === undefined ? {} : { closest: asKnown }),
  })
}

/** Does the serial mean these units? Whatever is printed must agree with what is on record. */
function isMeant(serial: Serial, run: Run, names: KnownNames): boolean {
  if (run.batch === '') return agreesAbroad(serial, classOf(run))
  const batch = names.batch(run.batch)
  return batch !== undefined && saysBatch(serial, batch, names)
}

function cutTo<R extends Range>(run: R, range: Range): R {
  return {
    ...run,
    first: run.first > range.first ? run.first : range.first,
    last: run.last < range.last ? run.last : range.last,
  }
}

/** A part of the serial as it is printed. */
export function blockOf(serial: Serial, range: Range): Block {
  const { first, last } = range
  return { first: `${first}`, last: `${last}`, quantity: `${count(range)}`, serial: subrange(serial, first, last) }
}

/**
 * What units of a run are. A class at home is `project/vintage/type`, in the record of another registry
 * `mirror:registry/project/vintage/type`; ITMOs of another Party have their series.
 */
export function classOf(run: Pick<Run, 'class'>): UnitClass {
  if (run.class.startsWith('itmo:')) {
    const [approach, registry, party, vintage = ''] = run.class.slice('itmo:'.length).split('-')
    return { registry: null, project: `${approach}-${registry}-${party}`, vintage, unitType: 'ITMO' }
  }
  const abroad = run.class.startsWith('mirror:')
  const parts = run.class.replace(/^mirror:/, '').split('/')
  const [registry, project = '', vintage = '', unitType = ''] = abroad ? parts : ['', ...parts]
  return { registry: abroad ? (registry ?? '') : null, project, vintage, unitType }
}

function registryOf(run: Run | undefined): string | null {
  return run ? classOf(run).registry : null
}

function partOf(
  part: Run & Pick<SerialPart, 'state' | 'holds'>,
  serial: Serial,
  names: KnownNames,
  unexplained: ReadonlySet<string>,
  country: string,
): SerialPart {
  const unitClass = classOf(part)
  const isHome = part.batch !== ''
  return {
    ...(isHome ? names.block(part.batch, part) : blockOf(serial, part)),
    state: part.state,
    owner: isHome ? names.party(part.account) : null,
    holds: part.holds,
    batch: isHome ? part.batch : null,
    project: isHome && !names.batch(part.batch)?.party ? names.projectRef(unitClass.project) : null,
    class: unitClass,
    itmos: isHome ? itmosOfPart(part, unitClass.vintage, country) : null,
    evidence: isHome ? null : isEndedOnly(part) && unexplained.has(part.class) ? 'ended-only' : 'issued',
  }
}

/** The ITMO identifiers of neighbouring units: those of another Party have them from the start. */
function itmosOfPart({ space, attributes, first, last }: Run, vintage: string, country: string): Block | null {
  if (space.startsWith('itmo:')) return itmoBlock(space, { first, last })
  const word = wordOf(attributes, ITMO)
  if (word === undefined) return null
  const [approach = '', offset = '0'] = word.split(':')
  const by = BigInt(offset)
  return itmoBlock(itmoSpace(homeSeries(country, approach, vintage)), { first: first + by, last: last + by })
}

function gapOf(gap: Range, serial: Serial): SerialPart {
  const state = serial.format === 'national' ? 'not-issued' : 'not-recorded'
  const nothing = { owner: null, holds: [], batch: null, project: null, class: null, itmos: null, evidence: null }
  return { ...blockOf(serial, gap), state, ...nothing }
}
