import { randomBytes } from 'node:crypto'
import type { SigningTarget } from '@tallystick/contract'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { inTransaction } from '../platform/transaction.ts'

/** How a document was signed, and by whom. The ledger has the SHA-256 of its canonical JSON. */
export interface SignatureRecord extends SigningTarget {
  v: 1
  level: 'SES' | 'AES' | 'WET'
  /** Of whoever wrote the entry. */
  mandate: string
  /** For which it is. */
  organisation: string
  /** Of the person. */
  name: string
  at: string
  /** From which the request came. */
  address: string
  /** What was agreed to; of ink, what was noted. */
  statement: string | null
  /** How the person has shown who that is. */
  proof: Readonly<Record<string, string>>
}

export interface Evidence {
  evidence: string
  bytes: Buffer
}

/** The record with 256 random bits, so that nobody finds out by guessing whom the hash in the ledger stands for. */
export function evidenceOf(record: SignatureRecord): Evidence {
  const bytes = Buffer.from(canonicalJson({ ...record, salt: randomBytes(32).toString('hex') }))
  return { evidence: sha256Hex(bytes), bytes }
}

/** Keeps a record, before the ledger knows its hash; of an advanced signature with the PDF that has it. */
export async function keepEvidence(
  { pool, clock }: Services,
  { evidence, bytes }: Evidence,
  pdf?: Uint8Array,
): Promise<void> {
  await pool.query('INSERT INTO content_signature (evidence, record, pdf, created_at) VALUES ($1, $2, $3, $4)', [
    ...[evidence, bytes, pdf ?? null, clock()],
  ])
}

/**
 * Keeps a record of ink with the scan on which it was found: from here on the file stays attached. Answers false, and keeps
 * nothing, where it is not attached to the project.
 */
export function keepScanned(
  { pool, clock }: Services,
  { evidence, bytes }: Evidence,
  { project, scan }: { project: string; scan: string },
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const attached = await client.query(
      'SELECT 1 FROM content_attachment WHERE project = $1 AND sha256 = $2 FOR KEY SHARE',
      [project, scan],
    )
    if (attached.rows.length === 0) return false
    await client.query(
      'INSERT INTO content_signature (evidence, record, project, scan, created_at) VALUES ($1, $2, $3, $4, $5)',
      [evidence, bytes, project, scan, clock()],
    )
    return true
  })
}

/** Takes back the record of a signature that the ledger did not take. */
export async function dropEvidence({ pool }: Services, evidence: string): Promise<void> {
  await pool.query('DELETE FROM content_signature WHERE evidence = $1', [evidence])
}

/** What is kept of a signature. */
export interface Kept {
  record: SignatureRecord
  /** Those of the record, as they were hashed. */
  bytes: Buffer
  pdf: Buffer | null
}

/** What is kept of signatures, by the hashes that the ledger has; what was erased is not there. */
export async function evidenceIn({ pool }: Services, hashes: readonly string[]): Promise<Map<string, Kept>> {
  const { rows } = await pool.query<{ evidence: string; bytes: Buffer; pdf: Buffer | null }>(
    'SELECT evidence, record AS bytes, pdf FROM content_signature WHERE evidence = ANY($1)',
    [hashes],
  )
  return new Map(
    rows.map(({ evidence, bytes, pdf }) => [
      evidence,
      { record: JSON.parse(bytes.toString('utf8')) as SignatureRecord, bytes, pdf },
    ]),
  )
}

/** Is this the record of which the ledger has the hash? */
export function isRecordOf(bytes: Uint8Array, evidence: string): boolean {
  return sha256Hex(bytes) === evidence
}

const DAY_MS = 86_400_000

/** Leave to sign one place on one version of a document. */
export interface Permit {
  id: string
  target: SigningTarget
  statement: string
  /** Of the statement; of a signature with a key that of the paper, where nobody has signed it. */
  language: string
  proof: string
}

export interface NewPermit extends Permit {
  user: string
  level: 'SES' | 'AES'
  expiresAt: Date
}

/** Keeps a permit. A used one is kept for a day, so that a repetition of what was done with it is answered. */
export async function keepPermit({ pool, clock }: Services, permit: NewPermit): Promise<void> {
  const { id, user, level, target, statement, language, proof, expiresAt } = permit
  await pool.query('DELETE FROM content_signing_permit WHERE expires_at < $1', [new Date(clock().getTime() - DAY_MS)])
  await pool.query(
    `INSERT INTO content_signing_permit (id, user_id, level, target, statement, language, proof, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, user, level, JSON.stringify(target), statement, language, proof, expiresAt],
  )
}

/** The permit of this person, used or not. Throws a problem where there is none. */
export async function permitOf({ pool }: Services, id: string, user: string, level: 'SES' | 'AES'): Promise<Permit> {
  const { rows } = await pool.query<Permit>(
    'SELECT id, target, statement, language, proof FROM content_signing_permit WHERE id = $1 AND user_id = $2 AND level = $3',
    [id, user, level],
  )
  if (!rows[0]) throw problem('signing-permit-unknown')
  return rows[0]
}

/** Uses a permit up. Throws a problem where somebody has, or it is too late. */
export async function usePermit({ pool, clock }: Services, { id }: Permit): Promise<void> {
  const { rowCount } = await pool.query(
    'UPDATE content_signing_permit SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2',
    [id, clock()],
  )
  if (rowCount !== 1) throw problem('signing-permit-unknown')
}
