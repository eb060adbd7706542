import { z } from 'zod'
import { Hash, Id } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import type { RowKey, State } from '../state.ts'
import { slotsOf, unsigned } from './signatures.ts'

/** The agreement by which units are transferred; `sha256`: of the version in force, which everybody has signed. */
export const ByAgreement = { agreement: z.strictObject({ id: Id, sha256: Hash }).optional() }

/** The version may be left out: it is the one in force. */
export const AskedAgreement = { agreement: z.strictObject({ id: Id, sha256: Hash.optional() }).optional() }

interface Asked {
  agreement?: { id: string; sha256?: string | undefined } | undefined
}

interface Said {
  agreement?: { id: string; sha256: string } | undefined
}

export function agreementReads(_state: State, { agreement }: Asked): RowKey[] {
  return agreement ? [{ kind: 'agreement', id: agreement.id }] : []
}

/** The agreement with its version in force; of the kind of document that was submitted last, where there are several. */
export function withAgreement<Body extends Asked>(
  state: State,
  { agreement, ...body }: Body,
): Refusal | (Omit<Body, 'agreement'> & Said) {
  if (!agreement) return body
  const versions = Object.values(state.get('agreement', agreement.id)?.documents ?? {})
  const last = versions.sort((a, b) => b.index - a.index)[0]
  if (!last) return refuse('agreement-unknown', { agreement: agreement.id })
  return { ...body, agreement: { id: agreement.id, sha256: agreement.sha256 ?? last.sha256 } }
}

/** The units are those of the agreement's project, between its two accounts, and both sides have signed what is in force. */
export function admitAgreement(
  state: State,
  { agreement, batch, from, to }: Said & { batch: string; from: string; to: string },
  preset: Preset,
): Refusal | undefined {
  if (!agreement) return undefined
  const { id, sha256 } = agreement
  const row = state.get('agreement', id)
  if (!row || row.project !== state.get('batch', batch)?.project || row.seller !== from || row.buyer !== to) {
    return refuse('agreement-unknown', { agreement: id })
  }
  const found = Object.entries(row.documents).find(([, version]) => version.sha256 === sha256)
  if (!found) return refuse('terms-changed', { field: 'agreement' })
  const [document, version] = found
  const open = unsigned(slotsOf(preset, { period: null, document, agreement: id }), version)
  const slots = `${document}: ${open.map(({ slot }) => slot).join(', ')}`
  return open.length > 0 ? refuse('signatures-missing', { slots }) : undefined
}
