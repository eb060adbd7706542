import { commitmentOf, type Entry } from '@tallystick/rules'
import {
  encodeBase64,
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
import { type CertificateOpening, isRecord } from './certificate-facts.ts'
import { type Finding, findingOf } from './finding.ts'
import { sha256 } from './inspect.ts'
import type { CertificateReport } from './report.ts'

const MOST_OPENINGS = 100

export function areOpenings(value: unknown): value is CertificateOpening[] {
  return Array.isArray(value) && value.length <= MOST_OPENINGS && value.every(isOpening)
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

/** The checkpoint in a proof, undefined where it cannot be read; that is found when the proof is checked. */
export function checkpointIn(proof: string | Uint8Array): { origin: string; note: string } | undefined {
  try {
    const note = parseTlogProof(proof).checkpoint
    return { note, origin: parseCheckpoint(parseNote(note).text).origin }
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}

/** Where the entry is in the signed log; null, and a finding, where it is not shown to be. */
export async function prove(
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

/** The openings that are of this entry; each other one is a finding. */
export function goodOpenings(
  entry: Entry,
  openings: readonly CertificateOpening[],
  findings: Finding[],
): CertificateOpening[] {
  const shown = new Set<string>()
  return openings.filter((opening) => {
    const reason = shown.has(opening.field) ? 'it is opened twice' : openingFlaw(entry, opening)
    shown.add(opening.field)
    if (reason !== undefined) findings.push(findingOf('opening-wrong', {}, { field: opening.field, reason }))
    return reason === undefined
  })
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
