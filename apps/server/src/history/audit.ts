import {
  type AuditEvent,
  type AuditQuery,
  type Doer,
  type Language,
  type Page,
  REGISTRY_EVENTS,
  type RegistryEvent,
  registrySentence,
  sentenceOf,
} from '@tallystick/contract'
import { z } from 'zod'
import { decodeCursor, encodeCursor, InstantPart, limitOf, TextPart } from '../platform/cursor.ts'
import type { LogRow } from '../platform/entries.ts'
import { type KnownNames, namesIn, speechOf } from '../platform/names.ts'
import type { Actor, Services } from '../platform/services.ts'
import { actorsOf, followLog, wordsAsked } from './acted.ts'
import { actionsOf, isAsked } from './actions.ts'
import { doersFor, mandatesOf } from './people.ts'
import { type People, type RegistryAsked, type RegistryRow, registryRows, usersSaid } from './registry-events.ts'
import { type LogAsked, type LogFound, saidIn, searchLog, tooBroad } from './search.ts'

/** Where both sides of a page go on: an index of the log, and instant and id of what the registry did. */
const AuditKey = z.tuple([
  z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  z.union([InstantPart, z.literal('')]),
  TextPart,
])

export interface AuditReader {
  actor: Actor
  language: Language
}

type Asked = Omit<AuditQuery, 'limit' | 'cursor'>
type AuditPage = Page<AuditEvent> & { behind: number }

/** A page of who did what, newest first: entries of the log and doings of the registry, by their time. */
export async function auditPage(services: Services, query: AuditQuery, reader: AuditReader): Promise<AuditPage> {
  const limit = limitOf(query)
  const [before, at, id] = decodeCursor(AuditKey, query.cursor) ?? [(await services.ledger.head()).size, '', '']
  const behind = await followLog(services)
  const { log, registry } = await meant(services, query)
  const [entries, rows] = await Promise.all([
    log ? searchLog(services, log, before, limit + 1) : nothingInLog(before),
    registry ? registryRows(services, { ...registry, before: at === '' ? undefined : [at, id] }, limit + 1) : [],
  ])
  const found = merged(entries, rows)
  const shown = found.slice(0, limit)
  const isOver = found.length <= limit && entries.isOver && found.length === entries.rows.length + rows.length
  const items = await eventsOf(services, shown, reader)
  return { items, next: isOver ? null : nextOf(entries, shown, [before, at, id]), behind }
}

function nothingInLog(position: number): LogFound {
  return { rows: [], position, at: '', isOver: true }
}

type Found = { row: LogRow; at: string } | { did: RegistryRow; at: string }

/** Both, newest first; what the registry did before the log was looked through so far waits for the next page. */
function merged(entries: LogFound, rows: readonly RegistryRow[]): Found[] {
  const did = rows.map((one): Found => ({ did: one, at: one.at.toISOString() }))
  const inTime = entries.isOver ? did : did.filter(({ at }) => at > entries.at)
  const written = entries.rows.map((row): Found => ({ row, at: row.entry.at }))
  // Sorting keeps the order of equals: of the same instant, the log comes first.
  return [...written, ...inTime].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
}

function nextOf(entries: LogFound, shown: readonly Found[], [before, at, id]: z.output<typeof AuditKey>): string {
  const rows = shown.flatMap((one) => ('row' in one ? [one.row] : []))
  const did = shown.flatMap((one) => ('did' in one ? [one.did] : [])).at(-1)
  const goesOn = rows.length === entries.rows.length ? entries.position : (rows.at(-1)?.index ?? before)
  return encodeCursor([goesOn, did?.at.toISOString() ?? at, did?.id ?? id])
}

const MOST_USERS = 50

/** What a query asks of the log, and of the registry; undefined where nothing there can fit. */
async function meant(
  services: Services,
  { actor, text, type, action, project, account, organisation, from, to }: Asked,
): Promise<{ log: LogAsked | undefined; registry: RegistryAsked | undefined }> {
  const who = actor === undefined ? undefined : await mandatesOf(services, [actor])
  const words = text === undefined ? undefined : wordsAsked(text)
  const called = words === undefined ? undefined : await peopleCalled(services, words)
  const said = words === undefined || called === undefined ? undefined : await saidIn(services, words, called.mandates)
  const common = { organisation, from, to }
  const types = project === undefined && account === undefined ? eventsMeant(type, action) : []
  const people = [who, called].flatMap((one) => one ?? [])
  return {
    log: isRegistryEvent(type)
      ? undefined
      : { ...common, mandates: who?.mandates, action, type, project, account, said },
    registry: types.length === 0 || called?.users.length === 0 ? undefined : { ...common, types, people },
  }
}

/** People whose name or address has these words. Throws a problem where they are too many. */
async function peopleCalled(services: Services, words: string): Promise<People> {
  const users = await usersSaid(services, words, MOST_USERS)
  if (users === 'too-many') throw tooBroad()
  return mandatesOf(services, users)
}

function isRegistryEvent(type: string | undefined): boolean {
  return REGISTRY_EVENTS.some((event) => event === type)
}

/** What the registry does counts as an action of its own, under these names. */
const eventActions: Readonly<Record<RegistryEvent, string>> = {
  'sign-in': 'sessions.open',
  'sign-in-refused': 'sessions.refuse',
  'api-key-made': 'keys.make',
  'api-key-revoked': 'keys.revoke',
  'registration-asked': 'registrations.ask',
  'registration-approved': 'registrations.approve',
  'registration-rejected': 'registrations.reject',
  'proposal-made': 'proposals.make',
  'proposal-approved': 'proposals.approve',
  'role-changed': 'roles.change',
  'record-entered': 'records.enter',
  'record-approved': 'records.decide',
  'record-rejected': 'records.decide',
  'record-withdrawn': 'records.withdraw',
  'record-finalised': 'records.decide',
}

function eventsMeant(type: string | undefined, action: string | undefined): RegistryEvent[] {
  return REGISTRY_EVENTS.filter(
    (event) => (type === undefined || type === event) && (action === undefined || isAsked(eventActions[event], action)),
  )
}

/** How what was found is shown, with everything loaded that it names. */
async function eventsOf(
  services: Services,
  found: readonly Found[],
  { actor, language }: AuditReader,
): Promise<AuditEvent[]> {
  const mandates = found.flatMap((one) => ('row' in one ? actorsOf(one.row.entry) : (one.did.mandate ?? [])))
  const organisations = found.flatMap((one) => ('did' in one ? (one.did.organisation ?? []) : []))
  const names = await namesIn(
    services,
    found.flatMap((one) => ('row' in one ? [one.row.entry] : [])),
    mandates,
    organisations,
  )
  const speech = speechOf(services, language)
  const doer = await doersFor(services, actor, mandates, { names, speech })
  return found.map((one) => {
    if ('did' in one) return registryEvent(one.did, names, doer, language)
    const { index, leaf, entry } = one.row
    return {
      at: entry.at,
      source: 'ledger',
      type: entry.type,
      actions: actionsOf(entry, (mandate) => names.mandate(mandate)?.role),
      by: doer(entry.by),
      approvals: entry.approvals.map(({ by }) => doer(by)),
      sentence: sentenceOf(entry, names, speech),
      ...{ index, leaf, about: null, network: null, times: 1 },
    }
  })
}

function registryEvent(
  did: RegistryRow,
  names: KnownNames,
  doer: (mandate: string) => Doer,
  language: Language,
): AuditEvent {
  const { type, mandate, organisation, about, said, network, times } = did
  const by = mandate === null ? null : doer(mandate)
  const called = organisation === null ? null : names.organisationRef(organisation).name
  const isAsking = type === 'registration-asked'
  return {
    at: did.at.toISOString(),
    source: 'registry',
    type,
    actions: [eventActions[type]],
    by,
    approvals: [],
    sentence: registrySentence(
      type,
      { by: by?.person?.name ?? (isAsking ? null : called), about: said === '' ? (called ?? '') : said, times },
      language,
    ),
    ...{ index: null, leaf: null, about, network, times },
  }
}
