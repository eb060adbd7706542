import { createHash } from 'node:crypto'
import { leafHash } from '@tallystick/tlog'
import canonicalize from 'canonicalize'
import { z } from 'zod'
import { Hash, Id, Instant, isInstant } from './ids.ts'
import { isPlainlyCanonical } from './plain-json.ts'
import { type Refusal, refuse } from './refusal.ts'

export const MAX_ENTRY_BYTES = 16_384
export const MAX_APPROVALS = 8
export const MAX_STREAMS = 128

/** An approval binds the SHA-256 of the exact proposal; `signature` leaves room for the approver's own key. */
export const Approval = z.strictObject({ by: Id, proposal: Hash, signature: z.base64().max(512).optional() })
export type Approval = z.infer<typeof Approval>

/** `[stream id, revision from 1, leaf hash of the stream's previous entry]`; `null` for the first entry of a stream. */
export const StreamLink = z.tuple([Id, z.number().int().min(1), Hash.nullable()])
export type StreamLink = z.infer<typeof StreamLink>

const Envelope = z.strictObject({
  v: z.number().int().min(1).max(1000),
  type: z.string().regex(/^[A-Z][A-Za-z]{2,39}$/),
  at: Instant,
  by: Id,
  approvals: z.array(Approval).max(MAX_APPROVALS),
  key: Hash.nullable(),
  streams: z.array(StreamLink).max(MAX_STREAMS),
  body: z.record(z.string(), z.unknown()),
})

/** One entry of the log. `body` has the form that the entry's type gives it. */
export type Entry = z.infer<typeof Envelope>

const utf8 = new TextEncoder()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** RFC 8785 text of a JSON value. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('value has no JSON form')
  return text
}

/** The bytes that are stored, hashed and published. */
export function encodeEntry(entry: Entry): Uint8Array {
  return utf8.encode(canonicalJson(entry))
}

/** Parses stored bytes; refuses whatever is not exactly the canonical form of an envelope. */
export function decodeEntry(bytes: Uint8Array): Entry | Refusal {
  if (bytes.length > MAX_ENTRY_BYTES) return refuse('too-large', { bytes: String(bytes.length) })
  let text: string
  let value: unknown
  try {
    text = strictUtf8.decode(bytes)
    value = JSON.parse(text)
  } catch {
    return refuse('malformed', { reason: 'not JSON in UTF-8' })
  }
  if (isPlainEntry(value, text)) return value
  const parsed = Envelope.safeParse(value)
  if (!parsed.success) return refuse('malformed', issueOf(parsed.error))
  // What the schema has read must be all that the bytes say.
  if (!isCanonical(parsed.data, text)) return refuse('malformed', { reason: 'not in canonical form (RFC 8785)' })
  return parsed.data
}

function isCanonical(value: unknown, text: string): boolean {
  try {
    return canonicalJson(value) === text
  } catch {
    return false // half of a surrogate pair, escaped
  }
}

const ENVELOPE_KEYS = ['approvals', 'at', 'body', 'by', 'key', 'streams', 'type', 'v'] as const
const ID = /^[0-9a-f]{32}$/
const HASH = /^[0-9a-f]{64}$/
const TYPE = /^[A-Z][A-Za-z]{2,39}$/

/**
 * Is this surely an entry in canonical form? Says so of those that are written every day, many times as fast as schema
 * and canonical form together, and of none that these refuse. Where the answer is no, they are asked.
 */
function isPlainEntry(value: unknown, text: string): value is Entry {
  if (!isPlainObject(value)) return false
  const keys = Object.keys(value)
  if (keys.length !== ENVELOPE_KEYS.length || !ENVELOPE_KEYS.every((key, at) => keys[at] === key)) return false
  const { approvals, at, body, by, key, streams, type, v } = value
  return (
    isIntegerUpTo(v, 1_000) &&
    isText(TYPE, type) &&
    typeof at === 'string' &&
    isInstant(at) &&
    isText(ID, by) &&
    Array.isArray(approvals) &&
    approvals.length <= MAX_APPROVALS &&
    approvals.every((approval) => Approval.safeParse(approval).success) &&
    (key === null || isText(HASH, key)) &&
    Array.isArray(streams) &&
    streams.length <= MAX_STREAMS &&
    streams.every(isStreamLink) &&
    isPlainObject(body) &&
    !Object.hasOwn(body, '__proto__') &&
    isPlainlyCanonical(value, text)
  )
}

function isStreamLink(link: unknown): boolean {
  return (
    Array.isArray(link) &&
    link.length === 3 &&
    isText(ID, link[0]) &&
    isIntegerUpTo(link[1], Number.MAX_SAFE_INTEGER) &&
    (link[2] === null || isText(HASH, link[2]))
  )
}

function isText(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value)
}

function isIntegerUpTo(value: unknown, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where and why a value does not have its schema's form, for a refusal's detail. */
export function issueOf(error: z.ZodError): Record<string, string> {
  const issue = error.issues[0]
  return { field: issue?.path.join('.') ?? '', reason: issue?.message ?? 'not of the published form' }
}

/** SHA-256, lower-case hex. */
export function sha256Hex(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex')
}

/** RFC 6962 leaf hash of an entry's bytes, lower-case hex. */
export function leafOf(bytes: Uint8Array): string {
  return Buffer.from(leafHash(sha256Bytes, bytes)).toString('hex')
}

export function sha256Bytes(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest()
}

/**
 * What an approver approves: the SHA-256 of type, version, proposer, key and body, without the part of the body that
 * the ledger itself allots on acceptance (`allotted`: serial numbers, project and certificate numbers).
 */
export function proposalHash(proposal: Pick<Entry, 'v' | 'type' | 'by' | 'key' | 'body'>): string {
  const { allotted: _, ...chosen } = proposal.body
  const { v, type, by, key } = proposal
  return sha256Hex(canonicalJson({ v, type, by, key, body: chosen }))
}
