import type { Law, Shelf } from './documents.ts'
import { Adoption, Genesis } from './entries/genesis.ts'
import { admitParameters } from './entries/parameters.ts'
import { admitLaw, admitVoid } from './entries/soundness.ts'
import { type Approval, decodeBody, type Entry, type StreamLink } from './envelope.ts'
import { admitApprovals, admitMandate } from './permissions.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'
import type { AnyRule, BoundBody, BoundRequest } from './rule.ts'
import { rules } from './rules.ts'
import type { Effects, Keys, RowKey, RowKind, State } from './state.ts'

/** Old versions stay for ever, to judge old entries; commands write the newest, which stands last in the list. */
const versions = new Map<string, Map<number, AnyRule>>()
for (const rule of rules) versions.set(rule.type, new Map(versions.get(rule.type)).set(rule.v, rule))
const newestRule = new Map<string, AnyRule>(rules.map((rule) => [rule.type, rule]))

/** The version of a type in which entries are written now. */
export function currentVersion(type: string): number {
  return newestRule.get(type)?.v ?? 1
}

/** Every entry type with what it takes from a mandate's word. */
export const entryTypes: readonly { type: string; attested: readonly string[] }[] = rules

/** A wish to write an entry. `key` is the idempotency key as it will stand in the log. */
export interface Command {
  type: string
  by: string
  approvals: Approval[]
  key: string | null
  request: unknown
}

/** The keys of state that `command` looks at, as far as the state loaded so far tells. */
export function reads(state: State, command: Command, law: Law): Keys | Refusal {
  const bound = bindRequest(command, law)
  if (isRefusal(bound)) return bound
  const keys = bound.reads(state)
  const mandates: RowKey[] = [command.by, ...command.approvals.map(({ by }) => by)].map((id) => ({
    kind: 'mandate',
    id,
  }))
  const key: RowKey[] = command.key === null ? [] : [{ kind: 'key', id: command.key }]
  const streams: RowKey[] = keys.rows
    .filter(({ kind }) => streamKinds.has(kind))
    .map(({ id }) => ({ kind: 'stream', id }))
  const rows = [...keys.rows, ...mandates]
  return { ...keys, rows: [...rows, ...organisationsIn(state, rows), ...key, ...streams] }
}

/** The organisations of mandates and accounts: one that is suspended takes part in nothing. */
function organisationsIn(state: State, rows: readonly RowKey[]): RowKey[] {
  return rows.flatMap(({ kind, id }): RowKey[] => {
    const row = kind === 'mandate' || kind === 'account' ? state.peek(kind, id) : undefined
    return row ? [{ kind: 'organisation', id: row.organisation }] : []
  })
}

/** What has a stream under its own id. */
const streamKinds: ReadonlySet<RowKind> = new Set(['account', 'batch', 'project'])

/** Requests that were read, by their command: several functions ask about the same one. */
const boundRequests = new WeakMap<Command, { law: Law; bound: BoundRequest | Refusal }>()

function bindRequest(command: Command, law: Law): BoundRequest | Refusal {
  const known = boundRequests.get(command)
  if (known?.law === law) return known.bound
  const rule = newestRule.get(command.type)
  const bound = rule ? rule.bindRequest(command.request, law) : refuse('unknown-type', { type: command.type })
  boundRequests.set(command, { law, bound })
  return bound
}

/** The body that a command asks for, with what the ledger allots or chooses. */
export function decideBody(state: State, command: Command, law: Law): Record<string, unknown> | Refusal {
  const bound = bindRequest(command, law)
  return isRefusal(bound) ? bound : bound.decide(state)
}

/** The streams that an entry of this body belongs to. */
export function streamsOf(state: State, type: string, body: Record<string, unknown>): string[] | Refusal {
  const bound = bindBody({ type, v: currentVersion(type), body })
  return isRefusal(bound) ? bound : bound.streams(state)
}

/** An entry for a decided body, linked to the streams it continues. */
export function draft(state: State, command: Command, body: Record<string, unknown>, at: string): Entry | Refusal {
  const streams = streamsOf(state, command.type, body)
  if (isRefusal(streams)) return streams
  const { type, by, approvals, key } = command
  return {
    v: currentVersion(type),
    type,
    at,
    by,
    approvals,
    key,
    streams: streams.map((id) => nextLink(state, id)),
    body,
  }
}

function nextLink(state: State, id: string): StreamLink {
  const stream = state.get('stream', id)
  return [id, (stream?.revision ?? 0) + 1, stream?.leaf ?? null]
}

function bindBody({ type, v, body }: Pick<Entry, 'type' | 'v' | 'body'>, isFormed = false): BoundBody | Refusal {
  const rule = versions.get(type)?.get(v)
  if (!rule) return refuse('unknown-type', { type, v: String(v) })
  return isFormed ? rule.bindFormed(body) : rule.bindBody(body)
}

/** Refuses stored bytes as `decodeEntry` does, and those of a body that does not have its type's form. */
export function refuseFormless(bytes: Uint8Array): Refusal | undefined {
  const entry = decodeBody(bytes)
  if (isRefusal(entry)) return entry
  const bound = bindBody(entry)
  return isRefusal(bound) ? bound : undefined
}

/** An entry found lawful, with what it does to the state. */
export interface Verdict {
  effects: Effects
}

/**
 * Judges an entry against the state before it: the same function for every store before it appends, and for the
 * verifier. Answers with the effects, or with the rule that is broken. `isFormed` says that the body was found to have
 * its type's form already.
 */
export function admit(state: State, entry: Entry, leaf: string, shelf: Shelf, isFormed = false): Verdict | Refusal {
  const bound = bindBody(entry, isFormed)
  if (isRefusal(bound)) return bound
  if (state.size === 0) return admitGenesis(state, entry, bound, shelf)
  if (entry.type === 'Genesis') return refuse('not-first')
  const law = shelf.inForce(state.ledger())
  if (!law) return refuse('document-unknown', { sha256: state.ledger().permissions })
  const act = bound.act(state, entry, law)
  const broken =
    admitEnvelope(state, entry, bound) ??
    admitMandate(state, law.permissions, entry, act) ??
    admitAdoption(state, entry, law, shelf) ??
    bound.admit(state, law, entry) ??
    admitDistinctStreams(entry) ??
    admitApprovals(state, law.permissions, entry, act)
  if (broken) return broken
  return { effects: withEnvelope(state, entry, leaf, bound.effects(state, law, entry)) }
}

function admitGenesis(state: State, entry: Entry, bound: BoundBody, shelf: Shelf): Verdict | Refusal {
  const body = Genesis.safeParse(entry.body)
  if (entry.type !== 'Genesis' || !body.success) return refuse('not-first', { type: entry.type })
  const { permissions, preset, system } = body.data
  const law = shelf.inForce({ permissions, preset })
  if (!law) return refuse('document-unknown', { sha256: shelf.find('permissions', permissions) ? preset : permissions })
  if (entry.by !== system || entry.approvals.length > 0 || entry.key !== null || entry.streams.length > 0) {
    return refuse('malformed', { field: 'by', reason: 'genesis is by the system mandate alone' })
  }
  return admitLaw(law) ?? { effects: bound.effects(state, law, entry) }
}

function admitEnvelope(state: State, entry: Entry, bound: BoundBody): Refusal | undefined {
  if (entry.at < state.at) return refuse('time-goes-back', { at: entry.at, previous: state.at })
  if (entry.key === null) return refuse('malformed', { field: 'key', reason: 'only genesis has none' })
  const used = state.get('key', entry.key)
  if (used) return refuse('key-used', { index: String(used.index) })
  return admitLinks(state, bound.streams(state), entry.streams)
}

/** The links are those that continue the streams, in their order. */
function admitLinks(state: State, streams: readonly string[], links: readonly StreamLink[]): Refusal | undefined {
  const wrong = streams.find((id, at) => !continues(state, id, links[at])) ?? links[streams.length]?.[0]
  return wrong === undefined ? undefined : refuse('stream-broken', { stream: wrong })
}

function continues(state: State, id: string, link: StreamLink | undefined): boolean {
  const stream = state.get('stream', id)
  return (
    link !== undefined &&
    link[0] === id &&
    link[1] === (stream?.revision ?? 0) + 1 &&
    link[2] === (stream?.leaf ?? null)
  )
}

/** An entry stands in a stream once. */
function admitDistinctStreams(entry: Entry): Refusal | undefined {
  const { streams } = entry
  const twice = streams.find(([id], at) => streams.findIndex(([other]) => other === id) < at)
  return twice && refuse('stream-broken', { stream: twice[0] })
}

/** The bytes that are adopted are there; those of a law stand beside the other document in force. */
function admitAdoption(state: State, entry: Entry, law: Law, shelf: Shelf): Refusal | undefined {
  if (entry.type === 'ParametersAdopted') return admitParameters(entry.body, shelf)
  if (entry.type !== 'DocumentAdopted') return undefined
  const { document, version, sha256 } = Adoption.parse(entry.body)
  const found = shelf.find(document, sha256)
  if (!found) return refuse('document-unknown', { sha256 })
  if (found.version !== version) return refuse('version-not-next', { document: String(found.version) })
  const next: Law = { ...law, [document]: found }
  return admitLaw(next, state.ledger()) ?? admitVoid(law.preset, next.preset, state.ledger())
}

function withEnvelope(state: State, entry: Entry, leaf: string, effects: Effects): Effects {
  const puts = effects.puts.slice()
  for (const [id, revision] of entry.streams) puts.push({ kind: 'stream', id, row: { revision, leaf } })
  if (entry.key !== null) puts.push({ kind: 'key', id: entry.key, row: { index: state.size, leaf } })
  return { ...effects, puts }
}

/** Takes an admitted entry into the state. */
export function applyVerdict(state: State, entry: Entry, verdict: Verdict): void {
  state.apply(verdict.effects)
  state.size += 1
  state.at = entry.at
}
