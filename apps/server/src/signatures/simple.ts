import type { SignedDocument, SigningTarget } from '@tallystick/contract'
import { newToken, tokenHash } from '../platform/auth.ts'
import { execute, type Sender } from '../platform/idempotency.ts'
import { wasCarriedOut } from '../platform/judged.ts'
import { fieldProblem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { prove, type Shown } from './proofs.ts'
import { signerName } from './signer-name.ts'
import {
  dropEvidence,
  type Evidence,
  evidenceOf,
  keepEvidence,
  keepPermit,
  keepScanned,
  permitOf,
  type SignatureRecord,
  usePermit,
} from './store.ts'
import { requireSignable, signedOf, statementOf } from './target.ts'

export const PERMIT_MS = 5 * 60_000

/** Leave to sign one place, for somebody who has shown once more who that is. */
export async function simplePermit(
  services: Services,
  actor: Actor,
  target: SigningTarget,
  shown: Shown,
  language: string,
): Promise<{ permit: string; statement: string; expiresAt: Date }> {
  await requireSignable(services, actor, target, 'SES')
  const proof = await prove(services, actor, target.sha256, shown)
  const statement = await statementOf(services, actor, target, language)
  const permit = newToken()
  const expiresAt = new Date(services.clock().getTime() + PERMIT_MS)
  const about = { user: actor.user, level: 'SES', target, statement, language, proof, expiresAt } as const
  await keepPermit(services, { id: tokenHash(permit), ...about })
  return { permit, statement, expiresAt }
}

/** Who signs, by whose request. */
export interface Signing extends Sender {
  actor: Actor
  request: { ip: string }
}

/** Signs with a permit: the record first, then the ledger. */
export async function signSimple(
  services: Services,
  call: Signing & { body: { permit: string; name?: string | undefined } },
): Promise<SignedDocument> {
  const permit = await permitOf(services, tokenHash(call.body.permit), call.actor.user, 'SES')
  const isRepeated = await wasCarriedOut(services, call)
  const name = await signerName(services, call.actor, isRepeated ? undefined : call.body.name)
  if (!isRepeated) await usePermit(services, permit)
  const { statement, proof } = permit
  const record: SignatureRecord = {
    ...aboutSigner(services, call),
    ...{ ...permit.target, v: 1, level: 'SES', name, statement, proof: { kind: proof } },
  }
  return write(services, call, record, isRepeated)
}

/** What every record tells of whoever wrote the entry. */
export function aboutSigner(
  { clock }: Services,
  { actor: { mandate, organisation }, request: { ip } }: Signing,
): Pick<SignatureRecord, 'mandate' | 'organisation' | 'at' | 'address'> {
  return { mandate, organisation, at: clock().toISOString(), address: ip }
}

/** Keeps the record and writes its hash; of what is only repeated nothing is kept. */
export async function write(
  services: Services,
  call: Signing,
  record: SignatureRecord,
  isRepeated: boolean,
  pdf?: Uint8Array,
): Promise<SignedDocument> {
  const kept = evidenceOf(record)
  if (!isRepeated) await keep(services, record, kept, pdf)
  const { project, period, agreement, document, version, sha256, slot, level } = record
  const organisation = level === 'WET' ? record.organisation : null
  const place = { project, period, document, version, sha256, slot, ...(agreement === undefined ? {} : { agreement }) }
  const receipt = await execute(services, call, {
    type: 'DocumentSigned',
    request: { ...place, level, evidence: kept.evidence, organisation },
    takeBack: () => dropEvidence(services, kept.evidence),
  })
  return signedOf(receipt)
}

async function keep(
  services: Services,
  { project, level, proof }: SignatureRecord,
  kept: Evidence,
  pdf: Uint8Array | undefined,
): Promise<void> {
  if (level !== 'WET') return keepEvidence(services, kept, pdf)
  const isAttached = await keepScanned(services, kept, { project, scan: proof.sha256 ?? '' })
  if (!isAttached) throw fieldProblem('scan', 'must be the SHA-256 of a file that is attached to the project')
}
