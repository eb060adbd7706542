import {
  type Block,
  findSerial,
  type Language,
  type SerialPart,
  type SerialReport,
  type UnitClass,
} from '@tallystick/contract'
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
import { count, formats, print, recognise, type Serial } from '@tallystick/serials'
import type { FastifyInstance } from 'fastify'
import { spokenTo } from '../platform/language.ts'
import { itmoBlock, type KnownNames, namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { agreesAbroad, unconfirmedFields } from './abroad.ts'
import { saysBatch } from './choice.ts'
import { type Asked, blockOf, bySerial, custodyOf } from './custody.ts'
import { ownSeries, type PlacedRun, runsByItmo } from './own-itmos.ts'
import { cutByHolds } from './parts.ts'
import { holdsOn } from './queries.ts'

/** Most parts, and most events, of a report. */
export const MAX_PARTS = 1_000

export function registerSerials(app: FastifyInstance, services: Services): void {
  handle(app, services, findSerial, ({ params, request, reply }) =>
    serialReport(services, params.text, spokenTo(request, reply)),
  )
}

/** Where these units are, and where they have been. Throws a problem for what is no serial, and for unknown units. */
export async function serialReport(services: Services, text: string, language?: Language): Promise<SerialReport> {
  const serial = understood(text)
  const own = ownSeries(services, serial)
  const runs = await (own ? runsByItmo(services, own, serial.range, MAX_PARTS + 1) : runsOf(services, serial))
  const accounts = [...new Set(runs.map(({ account }) => account))]
  const batches = [...new Set(runs.flatMap(({ batch }) => batch || []))]
  const [names, holds] = await Promise.all([
    namesIn(services, accounts, batches),
    holdsOn(services, [...batches, ...accounts]),
  ])
  const meant = own ? runs : runs.filter((run) => isMeant(serial, run, names))
  if (meant.length === 0) throw unknown(serial, runs, names)
  const unexplained = await unexplainedClasses(services, meant)
  const { country } = services.genesis
  const known = meant.flatMap((run) =>
    cutByHolds(run, names.party(run.account).kind, holds).map((part) => ({
      place: run.place + part.first - run.first,
      part: partOf({ ...run, ...part }, serial, names, unexplained, country.code),
    })),
  )
  const placed = meant.map(placeOfRun)
  const { first, last } = serial.range
  const seen = { first, last: runs.length > MAX_PARTS ? (placed.at(-1)?.last ?? last) : last }
  const gaps = without([seen], placed).map((gap) => ({
    place: gap.first,
    part: gapOf(gap, serial, own || serial.format === 'national' ? 'not-issued' : 'not-recorded'),
  }))
  const parts = [...known, ...gaps].sort((a, b) => (a.place < b.place ? -1 : 1)).map(({ part }) => part)
  const asked = { ...(own ? byBatch(meant) : bySerial(serial)), language }
  const custody = await custodyOf(services, asked, meant)
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

/** Runs by the numbers that the serial itself says, cut to them. */
async function runsOf({ ledger }: Services, { space, range }: Serial): Promise<PlacedRun[]> {
  const runs = await ledger.runs(space, range, MAX_PARTS + 1)
  return runs.map((run) => cutTo(run, range)).map((run) => ({ ...run, place: run.first }))
}

function placeOfRun({ place, first, last }: PlacedRun): Range {
  return { first: place, last: place + last - first }
}

/** Units issued here, by their batches. */
function byBatch(runs: readonly Run[]): Asked {
  const ascending = runs.toSorted((a, b) => (a.first < b.first ? -1 : 1))
  return {
    space: '',
    rangesIn: (stream) => ascending.filter(({ batch }) => batch === stream),
    print: (range, stream, names) => names.block(stream, range),
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
  const message = serial ? 'names more than one serial number' : 'is no serial number of a form known here'
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

function gapOf(gap: Range, serial: Serial, state: 'not-issued' | 'not-recorded'): SerialPart {
  const nothing = { owner: null, holds: [], batch: null, project: null, class: null, itmos: null, evidence: null }
  return { ...blockOf(serial, gap), state, ...nothing }
}
