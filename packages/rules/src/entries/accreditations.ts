import { z } from 'zod'
import { Code, Commitment, Id, LegalDate } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { noKeys, type State } from '../state.ts'
import { codeIn } from './accounts.ts'

/** Most accreditations of one organisation that stand at once. */
export const MAX_ACCREDITATIONS = 20

const Accreditation = z
  .strictObject({
    organisation: Id,
    accreditation: Id,
    /** The name of the accrediting body. */
    body: Commitment,
    scopes: z
      .array(z.string().regex(/^\d{1,2}$/, 'must be the number of a sectoral scope'))
      .min(1)
      .max(15)
      .refine((scopes) => new Set(scopes).size === scopes.length, 'each scope stands once'),
    from: LegalDate,
    /** The last day. */
    to: LegalDate,
  })
  .refine(({ from, to }) => from <= to, 'ends before it begins')
type Accreditation = z.infer<typeof Accreditation>

/** The organisation is of a kind that certifies. */
export function admitCertifier(state: State, organisation: string, { certifiers }: Preset): Refusal | undefined {
  const row = state.get('organisation', organisation)
  if (!row) return refuse('organisation-unknown', { organisation })
  if (certifiers.kinds.includes(row.kind)) return undefined
  return refuse('organisation-kind', { organisation, kind: row.kind, allowed: certifiers.kinds.join(', ') })
}

/** A certifier may be assigned to projects of these sectoral scopes, and act for them, from one day to another. */
export const certifierAccredited = defineRule<Accreditation, Accreditation>({
  type: 'CertifierAccredited',
  v: 1,
  body: Accreditation,
  request: Accreditation,
  attested: ['that the body has accredited the organisation, for which scopes and how long'],
  reads: (_state, { organisation, accreditation }) => ({
    ...noKeys(),
    rows: [
      { kind: 'organisation', id: organisation },
      { kind: 'ended', id: accreditation },
    ],
  }),
  decide: (_state, request) => request,
  act: (_state, { organisation }) => ({ action: 'certifiers.accredit', organisations: [organisation] }),
  admit: (state, { organisation, accreditation, scopes }, { preset }) => {
    const known = state.get('organisation', organisation)?.accreditations ?? {}
    const unknown = scopes.find((scope) => !preset.scopes.includes(scope))
    return firstOf(
      admitCertifier(state, organisation, preset),
      (Object.hasOwn(known, accreditation) || state.get('ended', accreditation) !== undefined) &&
        refuse('already-exists', { accreditation }),
      unknown !== undefined && refuse('scope-unknown', { field: 'scopes', allowed: preset.scopes.join(', ') }),
      Object.keys(known).length >= MAX_ACCREDITATIONS &&
        refuse('too-many', { field: 'accreditation', organisation, most: String(MAX_ACCREDITATIONS) }),
    )
  },
  streams: () => [],
  effects: (state, { organisation, accreditation, scopes, from, to }) => {
    const row = state.get('organisation', organisation)
    if (!row) return noEffects()
    const accreditations = { ...row.accreditations, [accreditation]: { scopes, from, to } }
    return { ...noEffects(), puts: [{ kind: 'organisation', id: organisation, row: { ...row, accreditations } }] }
  },
})

const Withdrawal = z.strictObject({ organisation: Id, accreditation: Id, reason: Code })
type Withdrawal = z.infer<typeof Withdrawal>

/** From now on it counts for nothing; its id is not used again. */
export const accreditationWithdrawn = defineRule<Withdrawal, Withdrawal>({
  type: 'AccreditationWithdrawn',
  v: 1,
  body: Withdrawal,
  request: Withdrawal,
  attested: ['the grounds of the withdrawal'],
  reads: (_state, { organisation }) => ({ ...noKeys(), rows: [{ kind: 'organisation', id: organisation }] }),
  decide: (_state, request) => request,
  act: (_state, { organisation }) => ({ action: 'certifiers.withdraw', organisations: [organisation] }),
  admit: (state, { organisation, accreditation, reason }, { preset }) => {
    const row = state.get('organisation', organisation)
    return firstOf(
      !row && refuse('organisation-unknown', { organisation }),
      !Object.hasOwn(row?.accreditations ?? {}, accreditation) && refuse('accreditation-unknown', { accreditation }),
      codeIn('reason', reason, preset.purposes.release),
    )
  },
  streams: () => [],
  effects: (state, { organisation, accreditation }) => {
    const row = state.get('organisation', organisation)
    if (!row) return noEffects()
    const { [accreditation]: _, ...accreditations } = row.accreditations
    return {
      ...noEffects(),
      puts: [
        { kind: 'organisation', id: organisation, row: { ...row, accreditations } },
        { kind: 'ended', id: accreditation, row: { index: state.size } },
      ],
    }
  },
})
