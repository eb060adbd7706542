import { hash } from 'node:crypto'
import { leafHash } from '@tallystick/tlog'
import canonicalize from 'canonicalize'
import { z } from 'zod'
import { Hash, Id, Instant } from './ids.ts'
import { plainEntry } from './plain-bytes.ts'
import { plainJson } from './plain-json.ts'
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

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** RFC 8785 text of a JSON value. */
export function canonicalJson(value: unknown): string {
  const text = plainJson(value) ?? canonicalize(value)
  if (text === undefined) throw new TypeError('value has no JSON form')
  return text
}

/** The bytes that are stored, hashed and published. They may lie in memory that is shared with others. */
export function encodeEntry(entry: Entry): Uint8Array {
  return Buffer.from(canonicalJson(entry))
}

const BOUNDS = { approvals: MAX_APPROVALS, streams: MAX_STREAMS }

/** Parses stored bytes; refuses whatever is not exactly the canonical form of an envelope. */
export function decodeEntry(bytes: Uint8Array): Entry | Refusal {
  if (bytes.length > MAX_ENTRY_BYTES) return refuse('too-large', { bytes: String(bytes.length) })
  const isPlain = plainEntry(bytes, BOUNDS) !== undefined
  let text: string
  let value: unknown
  try {
    text = strictUtf8.decode(bytes)
    value = JSON.parse(text)
  } catch {
    return refuse('malformed', { reason: 'not JSON in UTF-8' })
  }
  if (isPlain) return value as Entry
  const parsed = Envelope.safeParse(value)
  if (!parsed.success) return refuse('malformed', issueOf(parsed.error))
  // What the schema has read must be all that the bytes say.
  if (!isCanonical(parsed.data, text)) return refuse('malformed', { reason: 'not in canonical form (RFC 8785)' })
  return parsed.data
}

/** As `decodeEntry`, for whoever needs no more than these: all is checked as there, and less is read. */
export function decodeBody(bytes: Uint8Array): Pick<Entry, 'type' | 'v' | 'body'> | Refusal {
  const plain = bytes.length > MAX_ENTRY_BYTES ? undefined : plainEntry(bytes, BOUNDS)
  if (!plain) return decodeEntry(bytes)
  const { from, to, type, v } = plain
  try {
    return { type, v, body: JSON.parse(strictUtf8.decode(bytes.subarray(from, to))) }
  } catch {
    return refuse('malformed', { reason: 'not JSON in UTF-8' })
  }
}

function isCanonical(value: unknown, text: string): boolean {
  try {
    return canonicalJson(value) === text
  } catch {
    return false // half of a surrogate pair, escaped
  }
}

/** Where and why a value does not have its schema's form, for a refusal's detail. */
export function issueOf(error: z.ZodError): Record<string, string> {
  const issue = error.issues[0]
  return { field: issue?.path.join('.') ?? '', reason: issue?.message ?? 'not of the published form' }
}

/** SHA-256, lower-case hex. */
export function sha256Hex(data: Uint8Array | string): string {
  return hash('sha256', data, 'hex')
}

/** RFC 6962 leaf hash of an entry's bytes, lower-case hex. */
export function leafOf(bytes: Uint8Array): string {
  return Buffer.from(leafHash(sha256Bytes, bytes)).toString('hex')
}

/** Asked for as text, which Node gives in half the time that a buffer takes. */
export function sha256Bytes(data: Uint8Array): Uint8Array {
  const text = hash('sha256', data, 'binary')
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at)
  return bytes
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
