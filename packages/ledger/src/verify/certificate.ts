import { commitmentOf, decodeEntry, type Entry, endedIdOf, isRefusal, isTestOrigin } from '@tallystick/rules'
import {
  decodeBase64,
  encodeBase64,
  formatVkey,
  leafHash,
  openCheckpoint,
  type Policy,
  parseCheckpoint,
  parseNote,
  parseTlogProof,
  TlogError,
  type Vkey,
  verifyInclusion,
} from '@tallystick/tlog'
import { verifyEd25519 } from '../signing-key.ts'
import { type CertificateOpening, certificateFacts, isRecord } from './certificate-facts.ts'
import { carriedIn } from './certificate-pdf.ts'
import { type StatedCheckpoint, stateOf } from './checkpoint-check.ts'
import { doubledMember } from './doubled-member.ts'
import { type Finding, findingOf } from './finding.ts'
import { sha256 } from './inspect.ts'
import { type VerifyOptions, verifyLog } from './log.ts'
import { checkPolicy, policyKey } from './policy-check.ts'
import type { CertificateReport, VerifyReport } from './report.ts'
import type { LogSource } from './source.ts'

/** A certificate as a file: the exact entry in base64, and what is claimed of it. */
export interface Certificate {
  entry: string
  openings: CertificateOpening[]
  /** Flat texts; each must follow from the entry and the openings, see `certificateFacts`. */
  facts: Record<string, string>
  /** The entry that took this one back, where the file itself says so. */
  takenBack: { index: number } | null
}

/** The file is no certificate; the message says why. */
export class CertificateError extends Error {}

const MOST_OPENINGS = 100
const MOST_CHARACTERS = 1_048_576

/** Reads a certificate file. Throws `CertificateError`. */
export function parseCertificate(text: string): Certificate {
  if (text.length > MOST_CHARACTERS) throw new CertificateError(`it has more than ${MOST_CHARACTERS} characters`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CertificateError('it is not JSON')
  }
  // One reader of such a file would believe the first, another the last.
  const doubled = doubledMember(text)
  if (doubled !== undefined) throw new CertificateError(`it has the member "${doubled}" twice`)
  if (!isRecord(value)) throw new CertificateError('it is not an object')
  const { entry, openings, facts, takenBack = null, ...rest } = value
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new CertificateError(`it has a member "${unknown}"`)
  if (typeof entry !== 'string') throw new CertificateError('"entry" is not a text')
  if (!Array.isArray(openings) || openings.length > MOST_OPENINGS || !openings.every(isOpening)) {
    throw new CertificateError('"openings" is not a list of {field, key, value}')
  }
  if (!isRecord(facts) || !Object.values(facts).every((fact) => typeof fact === 'string')) {
    throw new CertificateError('"facts" is not an object of texts')
  }
  if (takenBack !== null && !(isRecord(takenBack) && Number.isSafeInteger(takenBack.index))) {
    throw new CertificateError('"takenBack" is neither null nor the place of an entry')
  }
  const by = takenBack === null ? null : { index: Number(takenBack.index) }
  return { entry, openings, facts: facts as Record<string, string>, takenBack: by }
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

export interface CertificateCheck {
  /** A `.tlog-proof` file. */
  proof: string | Uint8Array
  /** The text of a certificate file, or what it holds. */
  certificate: Certificate | string
  /** The log's key; without it, the signature is not checked. */
  vkey?: Vkey | undefined
  /** A log that it lists stands for `vkey`, and its quorum must have cosigned the checkpoint in the proof. */
  policy?: Policy | undefined
  /** The log as it is now: only that can tell that the entry was not taken back since. It is checked as a whole. */
  source?: LogSource | undefined
  now?: Date | undefined
  onProgress?: VerifyOptions['onProgress']
}

/**
 * Checks a certificate by itself: the entry is in the signed log at the index that the proof names, every opening is of
 * this entry, every fact follows. Whether the entry is lawful, and stands to this day, only the whole log can tell.
 */
export async function verifyCertificate({
  proof,
  policy,
  now,
  source,
  onProgress,
  ...given
}: CertificateCheck): Promise<CertificateReport> {
  const findings: Finding[] = []
  const checkpoint = policy && checkpointIn(proof)
  const vkey = given.vkey ?? (policy && checkpoint && policyKey(policy, checkpoint.origin, checkpoint.note))
  const certificate = readCertificate(given.certificate, findings)
  const bytes = decodeBase64(certificate.entry)
  const entry = bytes ? decodeEntry(bytes) : undefined
  if (!entry || isRefusal(entry)) {
    const reason = entry ? Object.values(entry.detail).join(': ') : 'it is not in base64'
    findings.push(findingOf('certificate-entry', {}, { reason }))
  }
  const proved = bytes ? await prove(proof, bytes, vkey, findings) : null
  const cosigned = policy && checkpoint && (await checkPolicy(checkpoint.note, policy, { now: now ?? new Date() }))
  findings.push(...(cosigned?.findings ?? []))
  const facts = entry && !isRefusal(entry) ? checkClaims(entry, certificate, findings) : {}
  const today = source && bytes && (await checkToday(source, bytes, proof, { vkey, policy, now, onProgress }))
  findings.push(...(today?.findings ?? []))
  const takenBack = today?.takenBack ?? certificate.takenBack?.index ?? null
  if (takenBack !== null) findings.push(findingOf('certificate-taken-back', {}, { entry: `${takenBack}` }))
  return {
    kind: 'certificate',
    pdf: false,
    outcome: outcomeOf(findings, vkey, today?.log),
    signedBy: vkey && proved ? formatVkey(vkey) : null,
    policy: cosigned?.report ?? null,
    proved,
    test: proved !== null && isTestOrigin(proved.origin),
    facts,
    takenBack,
    log: today ? { source: today.log.source, size: today.log.entries.size, outcome: today.log.outcome } : null,
    findings,
  }
}

/** Checks a certificate that is a PDF by what is attached to it. What is printed there is not looked at: nothing proves it. */
export async function verifyCertificatePdf({
  pdf,
  ...check
}: Omit<CertificateCheck, 'proof' | 'certificate'> & { pdf: Uint8Array }): Promise<CertificateReport> {
  const carried = carriedIn(pdf)
  if ('proof' in carried) return { ...(await verifyCertificate({ ...check, ...carried })), pdf: true }
  const nothing = { signedBy: null, policy: null, proved: null, test: false, facts: {}, takenBack: null, log: null }
  return { kind: 'certificate', pdf: true, outcome: 'wrong', ...nothing, findings: [carried] }
}

/** Something wrong is worse than something that could not be had. */
function outcomeOf(
  findings: readonly Finding[],
  vkey: Vkey | undefined,
  log: VerifyReport | undefined,
): CertificateReport['outcome'] {
  const isOnlyUnread = log?.outcome === 'not-read' && findings.every((finding) => log.findings.includes(finding))
  if (isOnlyUnread) return 'not-read'
  if (findings.length > 0) return 'wrong'
  return vkey ? 'whole' : 'identity-not-checked'
}

/** The log as it is now: whole, a continuation of the checkpoint in the proof, and what it says of this entry since. */
async function checkToday(
  source: LogSource,
  entry: Uint8Array,
  proof: string | Uint8Array,
  options: VerifyOptions,
): Promise<{ findings: Finding[]; takenBack: number | null; log: VerifyReport }> {
  let takenBack: number | null = null
  const read = decodeEntry(entry)
  const leaf = Buffer.from(leafHash(sha256, entry)).toString('hex')
  const since = sinceIn(proof)
  const log = await verifyLog(source, {
    ...options,
    ...(since ? { since } : {}),
    onReplayed: (state) => {
      takenBack = (isRefusal(read) ? undefined : state.get('ended', endedIdOf(read, leaf)))?.index ?? null
    },
  })
  return { findings: log.findings, takenBack, log }
}

function sinceIn(proof: string | Uint8Array): StatedCheckpoint | undefined {
  const checkpoint = checkpointIn(proof)
  return checkpoint && stateOf(Buffer.from(checkpoint.note))
}

/** The checkpoint in a proof, undefined where it cannot be read; that is found when the proof is checked. */
function checkpointIn(proof: string | Uint8Array): { origin: string; note: string } | undefined {
  try {
    const note = parseTlogProof(proof).checkpoint
    return { note, origin: parseCheckpoint(parseNote(note).text).origin }
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}

const NOTHING_CLAIMED: Certificate = { entry: '', openings: [], facts: {}, takenBack: null }

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
  const shown = new Set<string>()
  const good = certificate.openings.filter((opening) => {
    const reason = shown.has(opening.field) ? 'it is opened twice' : openingFlaw(entry, opening)
    shown.add(opening.field)
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
