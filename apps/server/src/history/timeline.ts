import {
  type EntryType,
  isolating,
  type Language,
  type LoggedEntry,
  type Names,
  type Page,
  sentenceOf,
  type TimelineEvent,
} from '@tallystick/contract'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { type ListedRow, streamRows } from '../platform/entries.ts'
import { lawInForce } from '../platform/law.ts'
import { namesIn, speechOf } from '../platform/names.ts'
import type { Actor, Services } from '../platform/services.ts'
import { takenBack } from '../platform/taken-back.ts'
import { doersFor } from './people.ts'
import { newestOfStream } from './streams.ts'
import { themeOf } from './themes.ts'

export interface TimelineQuery {
  order: 'newest' | 'oldest'
  limit?: number | undefined
  cursor?: string | undefined
}

export interface TimelineReader {
  language: Language
  /** Who reads; undefined for the public. */
  actor: Actor | undefined
  /** For a page: what people wrote is isolated in the sentences. */
  isolated?: boolean
}

/** A page of the time line of a project; undefined where there is no such project. */
export async function timelinePage(
  services: Services,
  project: string,
  query: TimelineQuery,
  reader: TimelineReader,
): Promise<Page<TimelineEvent> | undefined> {
  if (!(await services.ledger.row('project', project))) return undefined
  const limit = limitOf(query)
  const [place] = decodeCursor(NumberKey, query.cursor) ?? []
  const rows =
    query.order === 'newest'
      ? await newestOfStream(services, project, place ?? Number.MAX_SAFE_INTEGER, limit + 1)
      : await streamRows(services, project, place ?? 0, limit + 1)
  const shown = rows.slice(0, limit)
  const events = await eventsOf(services, shown, reader)
  return pageFrom(
    rows,
    limit,
    ({ index }) => events(index),
    (row) => [row.place],
  )
}

/** How each of these entries is shown, with everything loaded that they name. */
async function eventsOf(
  services: Services,
  rows: readonly ListedRow[],
  { language, actor, isolated = false }: TimelineReader,
): Promise<(index: number) => TimelineEvent> {
  const entries = rows.map(({ entry }) => entry)
  const [names, checkpoint, back, findings] = await Promise.all([
    namesIn(services, entries, entries.map(approversOf)),
    services.ledger.tree.checkpoint(),
    takenBack(services, rows),
    services.ledger.rows('finding', entries.flatMap(findingOf)),
    // So that the words of the preset are those of the one in force.
    lawInForce(services.ledger),
  ])
  const speech = speechOf(services, language)
  const doer = await doersFor(
    services,
    actor,
    entries.flatMap((entry) => [entry.by, ...approversOf(entry)]),
    { names, speech },
  )
  const naming: Names = isolated ? isolating(names) : names
  const made = rows.map(({ index, leaf, place, entry }): [number, TimelineEvent] => {
    const finding = findingOf(entry)[0]
    const known = finding === undefined ? undefined : findings.get(finding)
    const event: TimelineEvent = {
      revision: place,
      ...{ index, leaf, at: entry.at, type: entry.type, theme: themeOf(entry.type) },
      sentence: sentenceOf(entry, naming, speech),
      by: doer(entry.by),
      approvals: approversOf(entry).map(doer),
      move: 'move' in entry.body ? entry.body.move : null,
      period: 'period' in entry.body ? entry.body.period : null,
      reason: reasonOf(entry, (code) => speech.code('reason', code)),
      text: textOf(entry, naming, actor),
      document: documentOf(entry, naming),
      finding: finding === undefined || !known ? null : { id: finding, kind: known.kind, number: known.number },
      takenBack: back.get(index) ?? null,
      provable: (checkpoint?.size ?? 0) > index,
      receipt: `/national/entries/${index}/receipt`,
    }
    return [index, event]
  })
  const byIndex = new Map(made)
  return (index) => {
    const event = byIndex.get(index)
    if (!event) throw new RangeError(`entry ${index} is not on this page`)
    return event
  }
}

function approversOf({ approvals }: LoggedEntry): string[] {
  return approvals.map(({ by }) => by)
}

/** The finding that an entry is about. */
function findingOf({ body }: LoggedEntry): string[] {
  return 'finding' in body && typeof body.finding === 'string' ? [body.finding] : []
}

function reasonOf({ body }: LoggedEntry, wordsOf: (code: string) => string): TimelineEvent['reason'] {
  if (!('reason' in body) || typeof body.reason !== 'string') return null
  return { code: body.reason, words: wordsOf(body.reason) }
}

/** Who may read what was written about a step: members of bodies that are commitments to a text. None else is opened. */
const texts: Readonly<Partial<Record<EntryType, { member: string; to: 'everybody' | 'signed-in' }>>> = {
  ProjectMoved: { member: 'text', to: 'everybody' },
  MonitoringPeriodMoved: { member: 'text', to: 'everybody' },
  CertificationRevoked: { member: 'text', to: 'everybody' },
  FindingRaised: { member: 'text', to: 'signed-in' },
  FindingAnswered: { member: 'text', to: 'signed-in' },
  FindingAssessed: { member: 'text', to: 'signed-in' },
}

function textOf({ type, body }: LoggedEntry, names: Names, reader: Actor | undefined): TimelineEvent['text'] {
  const rule = texts[type]
  const commitment: unknown = rule && Reflect.get(body, rule.member)
  if (rule === undefined || typeof commitment !== 'string') return null
  if (rule.to === 'signed-in' && reader === undefined) return { state: 'signed-in', value: null }
  const value = names.opened(commitment) ?? null
  return { state: value === null ? 'erased' : 'open', value }
}

function documentOf(entry: LoggedEntry, names: Names): TimelineEvent['document'] {
  if (entry.type !== 'DocumentSubmitted') return null
  const { document, sha256, name, allotted } = entry.body
  const opened = name === null ? null : (names.opened(name) ?? null)
  return { kind: document, version: allotted.version, sha256, name: opened }
}
