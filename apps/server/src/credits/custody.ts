import {
  amountOf,
  type Block,
  type CustodyEvent,
  type CustodyStep,
  type EntryType,
  type Language,
  type LoggedEntry,
  type Party,
  type SerialReport,
  sentenceOf,
  type Written,
} from '@tallystick/contract'
import { fromWire, type Range, type Run, toWire } from '@tallystick/rules'
import { count, type Serial, subrange } from '@tallystick/serials'
import { entryNaming, isOf, type LogRow, logRowOf, placeOf } from '../platform/entries.ts'
import { type Leg, legsOf } from '../platform/legs.ts'
import { type KnownNames, namesIn, speechOf } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'
import { beneficiaryOf } from './answers.ts'
import { type Toucher, tracedEntries } from './traces.ts'

/** Most events of a report. */
const MAX_EVENTS = 1_000
/** Most blocks of one event. */
const MAX_BLOCKS = 100
/** A stream with more entries than these is not read as a whole, but by an index of what its entries are about. */
const READ_WHOLE = 1_000

type Custody = Pick<SerialReport, 'events' | 'truncated'>

/** The units that are asked about. */
export interface Asked {
  /** Of the sentences; English without it. */
  language?: Language | undefined
  /** Their number space, where they are units of another registry. */
  space: string
  /** Which of the units that a stream tells of, ascending. */
  rangesIn(stream: string): readonly Range[]
  /** Some of them, as they are printed. */
  print(range: Range, stream: string, names: KnownNames): Block
}

/** A part of a serial as it is printed. */
export function blockOf(serial: Serial, range: Range): Block {
  const { first, last } = range
  return { first: `${first}`, last: `${last}`, quantity: `${count(range)}`, serial: subrange(serial, first, last) }
}

/** Units by their serial, whatever the stream. */
export function bySerial(serial: Serial): Asked {
  return { space: serial.space, rangesIn: () => [serial.range], print: (range) => blockOf(serial, range) }
}

/** One step that an entry tells of, in numbers. */
interface Step {
  step: CustodyStep
  ranges: Range[]
  from?: string
  to?: string
  date?: string | null
}

interface Found extends Step {
  row: LogRow
  stream: string
  takenBack: Written | null
}

/** What the entries of a stream before this one have told. */
interface Told {
  /** All units of the batch. */
  whole: Range
  /** What each hold, movement that waits and pledge stands on. */
  holds: Map<string, Range[]>
}

/** The chain of custody of the units that are asked about, now in these runs: every entry that moved, held or ended one of them, in order. */
export async function custodyOf(
  services: Services,
  asked: Asked,
  runs: readonly Run[],
  readWhole = READ_WHOLE,
): Promise<Custody> {
  const streams = await streamsOf(services, runs)
  const found: Found[] = []
  let truncated = false
  for (const stream of streams) {
    const left = MAX_EVENTS + 1 - found.length
    if (left <= 0) break
    const steps = await stepsInStream(services, stream, asked, left, readWhole)
    found.push(...steps.found)
    truncated ||= steps.truncated
  }
  const ordered = found.sort(inOrder).slice(0, MAX_EVENTS)
  const names = await namesIn(
    services,
    ordered.map(({ row }) => row.entry),
  )
  const projectNames = await projectNamesOf(services, ordered)
  return {
    events: ordered.map((one) => eventOf(one, asked, names, services, projectNames.get(one.row.index) ?? null)),
    truncated: truncated || found.length > MAX_EVENTS,
  }
}

/** How another registry calls the project, by the index of the entry that records it. */
async function projectNamesOf(services: Services, found: readonly Found[]): Promise<Map<number, string>> {
  const commitments = new Map(
    found.flatMap(({ row }) => (isOf(row, 'MirrorRecorded') ? [[row.index, row.entry.body.facts] as const] : [])),
  )
  if (commitments.size === 0) return new Map()
  const openings = await services.openings.open([...commitments.values()])
  return new Map(
    [...commitments].flatMap(([index, commitment]) => {
      const facts = openings.get(commitment)?.value as { projectName?: unknown } | undefined
      return typeof facts?.projectName === 'string' ? [[index, facts.projectName]] : []
    }),
  )
}

/** In the order of the log; abroad in the order of the days that the other registry gives, whenever they came to us. */
function inOrder(a: Found, b: Found): number {
  const [one, other] = [dayOf(a), dayOf(b)]
  if (one !== undefined && other !== undefined && one !== other) return one < other ? -1 : 1
  return a.row.index - b.row.index
}

function dayOf({ date, step, row }: Found): string | undefined {
  if (date === undefined) return undefined
  return date ?? (step === 'issued' ? '' : row.entry.at)
}

/** The streams that tell of these units: of their batches, or of their projects abroad. */
async function streamsOf(services: Services, runs: readonly Run[]): Promise<Set<string>> {
  const streams = new Set(runs.flatMap(({ batch }) => batch || []))
  const abroad = new Set(runs.filter(({ batch }) => batch === '').map((run) => run.class.replace(/^mirror:/, '')))
  for (const unitClass of abroad) {
    const [registry, project] = unitClass.split('/')
    const foreign = await services.ledger.row('foreign', `${registry}/${project}`)
    if (foreign) streams.add(foreign.id)
  }
  return streams
}

async function stepsInStream(
  services: Services,
  stream: string,
  asked: Asked,
  most: number,
  readWhole: number,
): Promise<{ found: Found[]; truncated: boolean }> {
  const ranges = asked.rangesIn(stream)
  const whole = { first: ranges[0]?.first ?? 0n, last: ranges.at(-1)?.last ?? 0n }
  const { rows, isWhole } = await entriesAbout(services, stream, { space: asked.space, range: whole }, most, readWhole)
  const told: Told = { whole, holds: new Map() }
  const found: Found[] = []
  for (const row of rows) {
    if (isOf(row, 'EntryCorrected')) markTakenBack(found, row.entry.body.original, placeOf(row))
    for (const step of stepsOf(row.entry, asked.space, ranges, told)) {
      found.push({ ...step, row, stream, takenBack: null })
    }
  }
  return { found: found.slice(0, most), truncated: !isWhole || found.length > most }
}

/** The entries of a stream, or those among them that are about the units. */
async function entriesAbout(
  services: Services,
  stream: string,
  { space, range }: { space: string; range: Range },
  most: number,
  readWhole: number,
): Promise<{ rows: LogRow[]; isWhole: boolean }> {
  const head = await services.ledger.row('stream', stream)
  if (head && head.revision > readWhole) {
    return tracedEntries(services, stream, space, range, most, toucherOf(services, stream))
  }
  const stored = await services.ledger.stream(stream, 0, head?.revision ?? 0)
  return { rows: stored.map(logRowOf), isWhole: true }
}

/** What each entry of a stream is about, for the index. */
function toucherOf(services: Services, stream: string): Toucher {
  let told: Told | undefined
  return async ({ entry, index }, pool) => {
    told ??= { whole: await wholeOf(services, stream), holds: new Map() }
    const ended = endedIn(entry)
    if (ended && !told.holds.has(ended.id)) {
      const { type, field, id } = ended
      const begun = await entryNaming({ pool }, type, stream, [field, id], index)
      if (begun) allStepsOf(begun.entry, '', told)
    }
    const space = spaceOf(entry)
    return { space, ranges: allStepsOf(entry, space, told).flatMap(({ ranges }) => ranges) }
  }
}

async function wholeOf({ ledger }: Services, stream: string): Promise<Range> {
  const batch = await ledger.row('batch', stream)
  return { first: batch?.first ?? 0n, last: batch?.last ?? 0n }
}

/** The number space of another registry that an entry is about; else empty. */
function spaceOf({ type, body }: LoggedEntry): string {
  if (type === 'MirrorRecorded') return body.space
  return type === 'MirrorCorrected' && body.taken.kind === 'units' ? body.taken.space : ''
}

/** What an entry ends without saying again on which units it stood: the type of the entry that said it, and its id. */
function endedIn({ type, body }: LoggedEntry): { type: EntryType; field: string; id: string } | undefined {
  if (type === 'HoldLifted' || type === 'HoldExpired') return { type: 'HoldPlaced', field: 'hold', id: body.hold }
  if (
    type === 'MovementDeclined' ||
    type === 'MovementWithdrawn' ||
    type === 'MovementExpired' ||
    type === 'MovementHalted'
  ) {
    return { type: 'MovementProposed', field: 'movement', id: body.movement }
  }
  if (type !== 'PledgeReleased' && type !== 'PledgeExpired') return undefined
  return { type: 'UnitsPledged', field: 'pledge', id: body.pledge }
}

/** The steps of the entry that a correction names, by its key or its index, do not hold any more. */
function markTakenBack(found: readonly Found[], { key, index }: Original, by: Written): void {
  for (const one of found) {
    if (index === undefined ? one.row.entry.key === key : one.row.index === index) one.takenBack = by
  }
}

type Original = LoggedEntry<'EntryCorrected'>['body']['original']

/** What an entry did to the units asked for, cut to them; nothing where it is about others. */
function stepsOf(entry: LoggedEntry, space: string, asked: readonly Range[], told: Told): Step[] {
  return allStepsOf(entry, space, told)
    .map((step) => ({
      ...step,
      ranges: step.ranges.flatMap((range) => asked.flatMap((one) => overlap(range, one))),
    }))
    .filter(({ ranges }) => ranges.length > 0)
}

function allStepsOf(entry: LoggedEntry, space: string, told: Told): Step[] {
  const { type, body } = entry
  switch (type) {
    case 'BatchIssued':
    case 'UnitsConverted': {
      const legs = legsOf(entry)
      const ranges = legs.flatMap((leg) => leg.ranges.map(fromWire))
      told.whole = { first: ranges[0]?.first ?? 0n, last: ranges.at(-1)?.last ?? 0n }
      return legs.map((leg) => stepOf(type === 'BatchIssued' ? 'issued' : 'converted', leg))
    }
    case 'HoldPlaced': {
      const ranges = [body.range === null ? told.whole : fromWire(body.range)]
      told.holds.set(body.hold, ranges)
      return [{ step: 'hold-placed', ranges }]
    }
    case 'HoldLifted':
    case 'HoldExpired':
      return [{ step: 'hold-lifted', ranges: told.holds.get(body.hold) ?? [] }]
    case 'MovementProposed':
      told.holds.set(body.movement, body.ranges.map(fromWire))
      return [{ step: 'movement-proposed', from: body.from, to: body.to, ranges: body.ranges.map(fromWire) }]
    case 'MovementDeclined':
    case 'MovementWithdrawn':
    case 'MovementExpired':
    case 'MovementHalted':
      return [{ step: 'movement-ended', ranges: told.holds.get(body.movement) ?? [] }]
    case 'UnitsPledged':
      told.holds.set(body.pledge, body.ranges.map(fromWire))
      return [{ step: 'pledged', from: body.account, ranges: body.ranges.map(fromWire) }]
    case 'PledgeReleased':
    case 'PledgeExpired':
      return [{ step: 'pledge-ended', ranges: told.holds.get(body.pledge) ?? [] }]
    case 'MirrorRecorded':
      return body.space === space ? recordedSteps(body) : []
    case 'MirrorCorrected': {
      const { taken } = body
      if (taken.kind === 'lot' || taken.space !== space) return []
      return [{ step: 'taken-back', ranges: taken.parts.map(({ range }) => fromWire(range)) }]
    }
    default: {
      const step = stepOfType[type]
      return step === undefined ? [] : legsOf(entry).map((leg) => stepOf(step, leg))
    }
  }
}

/** Entries that move units, or mark them. */
const stepOfType: Readonly<Partial<Record<EntryType, CustodyStep>>> = {
  CreditsTransferred: 'transferred',
  CreditsRetired: 'retired',
  CreditsCancelled: 'cancelled',
  CreditsTransferredAbroad: 'transferred-abroad',
  CreditsAcquired: 'acquired',
  FirstTransferRecorded: 'first-transferred',
  CreditsUsed: 'used',
  BufferContributed: 'contributed',
  BufferReleased: 'released',
  BufferCancelled: 'compensated',
  ReversalCompensated: 'compensated',
  EntryCorrected: 'corrected',
}

function stepOf(step: CustodyStep, { from, to, ranges }: Leg): Step {
  return { step, ...(from === null ? {} : { from }), ...(to === null ? {} : { to }), ranges: ranges.map(fromWire) }
}

/** A row of another registry tells of an issuance, of an end, or of both. */
function recordedSteps(body: LoggedEntry<'MirrorRecorded'>['body']): Step[] {
  const ranges = [fromWire(body.range)]
  return [
    ...(body.issued ? [{ step: 'issued' as const, ranges, date: body.issuedOn }] : []),
    ...(body.fate === 'active' ? [] : [{ step: body.fate, ranges, date: body.fateOn }]),
  ]
}

function overlap(a: Range, b: Range): Range[] {
  const first = a.first > b.first ? a.first : b.first
  const last = a.last < b.last ? a.last : b.last
  return first <= last ? [{ first, last }] : []
}

function eventOf(
  found: Found,
  asked: Asked,
  names: KnownNames,
  services: Services,
  projectName: string | null,
): CustodyEvent {
  const { row, step, stream, ranges, from, to, takenBack, date = null } = found
  const { entry } = row
  const isEnd = entry.type === 'CreditsRetired' || entry.type === 'CreditsCancelled'
  const party = (account: string | undefined): Party | null => (account === undefined ? null : names.party(account))
  return {
    step,
    entry: placeOf(row),
    date,
    from: party(from),
    to: party(to),
    blocks: ranges.slice(0, MAX_BLOCKS).map((range) => asked.print(range, stream, names)),
    quantity: `${amountOf(ranges.map(toWire))}`,
    approvals: entry.approvals.length,
    certificate: isEnd ? entry.body.allotted.certificate : null,
    purpose: isEnd ? entry.body.purpose : null,
    beneficiary: isEnd ? beneficiaryOf(entry.body.beneficiary, names) : null,
    reason: 'reason' in entry.body ? entry.body.reason : null,
    takenBack,
    projectName,
    sentence: sentenceOf(entry, names, speechOf(services, asked.language)),
  }
}
