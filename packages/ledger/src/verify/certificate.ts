import { canonicalJson, commitmentOf, countOf, decodeEntry, type Entry, fromWire, isRefusal } from '@tallystick/rules'
import {
  decodeBase64,
  encodeBase64,
  formatVkey,
  leafHash,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseTlogProof,
  TlogError,
  type Vkey,
  verifyInclusion,
} from '@tallystick/tlog'
import { verifyEd25519 } from '../signing-key.ts'
import { type Finding, findingOf } from './finding.ts'
import { sha256 } from './inspect.ts'
import type { CertificateReport } from './report.ts'

/** Shows what the commitment at `field` hid, a dotted path in the entry such as `body.beneficiary`. */
export interface CertificateOpening {
  field: string
  /** 32 bytes, hex. */
  key: string
  value: unknown
}

/** A certificate as a file: the exact entry in base64, and what is claimed of it. */
export interface Certificate {
  entry: string
  openings: CertificateOpening[]
  /** Flat texts; each must follow from the entry and the openings, see `certificateFacts`. */
  facts: Record<string, string>
}

/** The file is no certificate; the message says why. */
export class CertificateError extends Error {}

const MOST_OPENINGS = 100

/** Reads a certificate file. Throws `CertificateError`. */
export function parseCertificate(text: string): Certificate {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CertificateError('it is not JSON')
  }
  if (!isRecord(value)) throw new CertificateError('it is not an object')
  const { entry, openings, facts, ...rest } = value
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new CertificateError(`it has a member "${unknown}"`)
  if (typeof entry !== 'string') throw new CertificateError('"entry" is not a text')
  if (!Array.isArray(openings) || openings.length > MOST_OPENINGS || !openings.every(isOpening)) {
    throw new CertificateError('"openings" is not a list of {field, key, value}')
  }
  if (!isRecord(facts) || !Object.values(facts).every((fact) => typeof fact === 'string')) {
    throw new CertificateError('"facts" is not an object of texts')
  }
  return { entry, openings, facts: facts as Record<string, string> }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isOpening(value: unknown): value is CertificateOpening {
  return (
    isRecord(value) &&
    Object.keys(value).sort().join() === 'field,key,value' &&
    typeof value.field === 'string' &&
    typeof value.key === 'string' &&
    /^[0-9a-f]{64}$/.test(value.key)
  )
}

/**
 * Every fact that follows from an entry and its openings: what a certificate may state. `serials` are number ranges such
 * as `1-60, 75`. An opening gives facts under the last name of its field: `beneficiary` for a text, `beneficiary.name`
 * and so on for the members of an object. The openings are taken as checked.
 */
export function certificateFacts(entry: Entry, openings: readonly CertificateOpening[]): Record<string, string> {
  const opened = openings.map(({ field, value }) => openedFacts(field.slice(field.lastIndexOf('.') + 1), value))
  return { ...Object.assign({}, ...opened), type: entry.type, mandate: entry.by, ...factsOfBody(entry) }
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
      return { ...texts(body, 'batch', 'from', 'to'), ...unitFacts(rangesOf(body.ranges)), transferredAt: at }
    case 'BatchIssued':
      return { ...texts(body, 'batch', 'authorisation', 'vintage'), ...issuedFacts(body), issuedAt: at }
    default:
      return { at }
  }
}

type Body = Entry['body']

function endFacts(body: Body): Record<string, string> {
  const { certificate } = isRecord(body.allotted) ? body.allotted : {}
  return {
    certificate: String(certificate),
    ...texts(body, 'batch', 'from', 'to', 'purpose'),
    ...unitFacts(rangesOf(body.ranges)),
  }
}

function issuedFacts(body: Body): Record<string, string> {
  const { parts } = isRecord(body.allotted) ? body.allotted : {}
  const numbers = Array.isArray(parts) ? parts.map((part: unknown) => (Array.isArray(part) ? part.slice(1) : part)) : []
  const ranges = rangesOf(numbers)
  const [first, last] = [ranges[0], ranges.at(-1)]
  const period = isRecord(body.monitoringPeriod) ? body.monitoringPeriod : {}
  const months = Object.entries(texts(period, 'from', 'to')).map(([name, date]) => [`monitored${capital(name)}`, date])
  return { ...(first && last ? unitFacts([[first[0], last[1]]]) : {}), ...Object.fromEntries(months) }
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
  const quantity = ranges.reduce((sum, range) => sum + countOf(fromWire(range)), 0n)
  const serials = ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(', ')
  return { quantity: `${quantity}`, serials }
}

export interface CertificateCheck {
  /** A `.tlog-proof` file. */
  proof: string | Uint8Array
  /** The text of a certificate file, or what it holds. */
  certificate: Certificate | string
  /** The log's key; without it, the signature is not checked. */
  vkey?: Vkey | undefined
}

/**
 * Checks a certificate by itself: the entry is in the signed log at the index that the proof names, every opening is of
 * this entry, every fact follows. Whether the entry is lawful only the whole log can tell.
 */
export async function verifyCertificate({ proof, vkey, ...given }: CertificateCheck): Promise<CertificateReport> {
  const findings: Finding[] = []
  const certificate = readCertificate(given.certificate, findings)
  const bytes = decodeBase64(certificate.entry)
  const entry = bytes ? decodeEntry(bytes) : undefined
  if (!entry || isRefusal(entry)) {
    const reason = entry ? Object.values(entry.detail).join(': ') : 'it is not in base64'
    findings.push(findingOf('certificate-entry', {}, { reason }))
  }
  const proved = bytes ? await prove(proof, bytes, vkey, findings) : null
  const facts = entry && !isRefusal(entry) ? checkClaims(entry, certificate, findings) : {}
  return {
    kind: 'certificate',
    outcome: findings.length > 0 ? 'wrong' : vkey ? 'whole' : 'identity-not-checked',
    signedBy: vkey && proved ? formatVkey(vkey) : null,
    proved,
    facts,
    findings,
  }
}

const NOTHING_CLAIMED: Certificate = { entry: '', openings: [], facts: {} }

function readCertificate(given: Certificate | string, findings: Finding[]): Certificate {
  if (typeof given !== 'string') return given
  try {
    return parseCertificate(given)
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    findings.push(findingOf('certificate-malformed', {}, { reason: error.message }))
    return NOTHING_CLAIMED
  }
}

async function prove(
  proof: string | Uint8Array,
  entry: Uint8Array,
  vkey: Vkey | undefined,
  findings: Finding[],
): Promise<CertificateReport['proved']> {
  try {
    const { index, hashes, checkpoint } = parseTlogProof(proof)
    const { origin, size, root } = vkey
      ? await openCheckpoint(checkpoint, { vkeys: [vkey], verifyEd25519 })
      : parseCheckpoint(parseNote(checkpoint).text)
    verifyInclusion(sha256, { leaf: leafHash(sha256, entry), index, size, root, proof: hashes })
    return { origin, index, size, root: encodeBase64(root) }
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    findings.push(proofFinding(error, vkey))
    return null
  }
}

function proofFinding(error: TlogError, vkey: Vkey | undefined): Finding {
  const reason = { reason: error.message }
  switch (error.code) {
    case 'bad-proof':
      return findingOf('proof-wrong', {}, reason)
    case 'bad-signature':
      return findingOf('checkpoint-signature', {})
    case 'unsigned':
      return findingOf('checkpoint-not-signed', {}, reason)
    case 'wrong-origin':
      return findingOf('checkpoint-not-signed', {}, { reason: `${error.message} (${vkey?.name})` })
    default:
      return findingOf('proof-malformed', {}, reason)
  }
}

/** Checks openings and facts; answers the facts that follow. */
function checkClaims(entry: Entry, certificate: Certificate, findings: Finding[]): Record<string, string> {
  const good = certificate.openings.filter((opening) => {
    const reason = openingFlaw(entry, opening)
    if (reason !== undefined) findings.push(findingOf('opening-wrong', {}, { field: opening.field, reason }))
    return reason === undefined
  })
  const facts = certificateFacts(entry, good)
  for (const [fact, stated] of Object.entries(certificate.facts)) {
    const follows = Object.hasOwn(facts, fact) ? facts[fact] : undefined
    if (follows === undefined) findings.push(findingOf('fact-unknown', {}, { fact, stated }))
    else if (follows !== stated) findings.push(findingOf('fact-differs', {}, { fact, stated, follows }))
  }
  return facts
}

function openingFlaw(entry: Entry, { field, key, value }: CertificateOpening): string | undefined {
  const commitment = valueAt(entry, field)
  if (typeof commitment !== 'string') return 'the entry has no text there'
  try {
    return commitmentOf(key, value) === commitment ? undefined : 'key and value make another commitment'
  } catch {
    return 'its value has no canonical form'
  }
}

function valueAt(entry: Entry, field: string): unknown {
  let value: unknown = entry
  for (const name of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}
