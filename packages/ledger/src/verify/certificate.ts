import { decodeEntry, type Entry, endedIdOf, isRefusal, isTestOrigin } from '@tallystick/rules'
import { decodeBase64, formatVkey, leafHash, type Policy, type Vkey } from '@tallystick/tlog'
import { type CertificateOpening, certificateFacts, type Ground, isRecord } from './certificate-facts.ts'
import { areGrounds, type CarriedGround, checkGrounds } from './certificate-grounds.ts'
import { carriedIn } from './certificate-pdf.ts'
import { areOpenings, checkpointIn, goodOpenings, prove } from './certificate-proof.ts'
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
  /** Further entries that facts follow from, each with its own proof. */
  restsOn?: CarriedGround[]
}

/** The file is no certificate; the message says why. */
export class CertificateError extends Error {}

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
  const { entry, openings, facts, takenBack = null, restsOn = [], ...rest } = value
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new CertificateError(`it has a member "${unknown}"`)
  if (typeof entry !== 'string') throw new CertificateError('"entry" is not a text')
  if (!areOpenings(openings)) throw new CertificateError('"openings" is not a list of {field, key, value}')
  if (!isRecord(facts) || !Object.values(facts).every((fact) => typeof fact === 'string')) {
    throw new CertificateError('"facts" is not an object of texts')
  }
  if (takenBack !== null && !(isRecord(takenBack) && Number.isSafeInteger(takenBack.index))) {
    throw new CertificateError('"takenBack" is neither null nor the place of an entry')
  }
  if (!areGrounds(restsOn)) throw new CertificateError('"restsOn" is not a list of {entry, openings, proof}')
  const by = takenBack === null ? null : { index: Number(takenBack.index) }
  return { entry, openings, facts: facts as Record<string, string>, takenBack: by, restsOn }
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
  const checkpoint = checkpointIn(proof)
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
  const whom = { vkey, policy, now, main: checkpoint }
  const { restsOn = [] } = certificate
  const grounds = entry && !isRefusal(entry) ? await checkGrounds(restsOn, entry, whom, findings) : []
  const facts = entry && !isRefusal(entry) ? checkClaims(entry, certificate, grounds, findings) : {}
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
  const overtaken: Finding[] = []
  const read = decodeEntry(entry)
  const leaf = Buffer.from(leafHash(sha256, entry)).toString('hex')
  const since = sinceIn(proof)
  const log = await verifyLog(source, {
    ...options,
    ...(since ? { since } : {}),
    onReplayed: (state) => {
      if (isRefusal(read)) return
      takenBack = state.get('ended', endedIdOf(read, leaf))?.index ?? null
      const inForce = state.get('authorisation', `${read.body.authorisation}`)?.version ?? 0
      if (inForce > versionOf(read)) overtaken.push(findingOf('certificate-superseded', {}, { version: `${inForce}` }))
    },
  })
  return { findings: [...log.findings, ...overtaken], takenBack, log }
}

/** Of an authorisation; nothing overtakes any other entry so. */
function versionOf({ type, body }: Entry): number {
  if (type === 'QuantityAuthorised') return 1
  return type === 'AuthorisationChanged' ? Number(body.version) : Number.POSITIVE_INFINITY
}

function sinceIn(proof: string | Uint8Array): StatedCheckpoint | undefined {
  const checkpoint = checkpointIn(proof)
  return checkpoint && stateOf(Buffer.from(checkpoint.note))
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

/** Checks openings and facts; answers the facts that follow. */
function checkClaims(
  entry: Entry,
  certificate: Certificate,
  grounds: readonly Ground[],
  findings: Finding[],
): Record<string, string> {
  const facts = certificateFacts(entry, goodOpenings(entry, certificate.openings, findings), grounds)
  for (const [fact, stated] of Object.entries(certificate.facts)) {
    const follows = Object.hasOwn(facts, fact) ? facts[fact] : undefined
    if (follows === undefined) findings.push(findingOf('fact-unknown', {}, { fact, stated }))
    else if (follows !== stated) findings.push(findingOf('fact-differs', {}, { fact, stated, follows }))
  }
  return facts
}
