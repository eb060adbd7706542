import { z } from 'zod'
import { Code, Id, LegalDate, Quantity } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { noKeys } from '../state.ts'
import { codeIn } from './accounts.ts'
import { isOimp } from './first-transfer.ts'
import { fresh } from './organisations.ts'
import { partiesOf, partiesReads } from './parties.ts'

/** What is authorised (2/CMA.3 annex, para 2; 4/CMA.6): a new version of an authorisation says all of it again. */
const terms = {
  quantity: Quantity,
  purposes: z
    .array(Code)
    .max(3)
    .refine((purposes) => new Set(purposes).size === purposes.length, 'each purpose stands once'),
  /** When a unit counts as first transferred; needed for every purpose other than use towards an NDC. */
  firstTransfer: z.enum(['authorisation', 'issuance', 'use-or-cancellation']).nullable(),
  cooperativeApproach: z
    .string()
    .regex(/^CA\d{4}$/, 'must be a cooperative approach such as CA0001')
    .nullable(),
}
type Terms = { purposes: string[]; firstTransfer: string | null }

const definesFirstTransfer = (body: Terms) => body.firstTransfer !== null || !body.purposes.some(isOimp)
const DEFINITION_NEEDED = 'firstTransfer is needed for OIMP purposes'

const Authorisation = z
  .strictObject({
    authorisation: Id,
    project: Id,
    unitType: z.string().regex(/^[A-Z0-9]{3,4}$/, 'must be a unit type'),
    ...terms,
  })
  .refine(definesFirstTransfer, DEFINITION_NEEDED)
type Authorisation = z.infer<typeof Authorisation>

function admitPurposes(body: Terms, { purposes }: Preset): Refusal | undefined {
  return firstOf(...body.purposes.map((purpose) => codeIn('purposes', purpose, purposes.authorisation)))
}

/** A quantity of mitigation outcomes is authorised: nothing is issued beyond it. */
export const quantityAuthorised = defineRule<Authorisation, Authorisation>({
  type: 'QuantityAuthorised',
  v: 1,
  body: Authorisation,
  request: Authorisation,
  attested: ['the letter of authorisation'],
  reads: (state, request) => ({
    ...noKeys(),
    rows: [{ kind: 'authorisation', id: request.authorisation }, ...partiesReads(state, request.project)],
  }),
  decide: (_state, request) => request,
  act: (state, { project }) => ({ action: 'credits.authorise', organisations: [], ...partiesOf(state, project) }),
  admit: (state, body, { preset }) => {
    const project = state.get('project', body.project)
    return firstOf(
      fresh(state, 'authorisation', body.authorisation),
      !project && refuse('project-unknown', { project: body.project }),
      project &&
        !preset.project.mayAuthorise.includes(project.state) &&
        refuse('project-state', { state: project.state, allowed: preset.project.mayAuthorise.join(', ') }),
      !(body.unitType in preset.unitTypes) &&
        refuse('unit-type-unknown', { field: 'unitType', allowed: Object.keys(preset.unitTypes).join(', ') }),
      admitPurposes(body, preset),
    )
  },
  streams: (_state, body) => [body.project],
  effects: (state, { authorisation, quantity, ...terms }) => ({
    ...noEffects(),
    puts: [
      {
        kind: 'authorisation',
        id: authorisation,
        row: {
          ...terms,
          quantity: BigInt(quantity),
          issued: 0n,
          transferred: 0n,
          version: 1,
          active: true,
          granted: [{ from: state.size, purposes: terms.purposes }],
        },
      },
    ],
  }),
})

const Change = z
  .strictObject({
    authorisation: Id,
    version: z.number().int().min(2),
    /** `revoke` ends it; the terms then stay as they were. */
    change: z.enum(['amend', 'revoke']),
    reason: Code,
    /** Not later than the entry. */
    effectiveFrom: LegalDate,
    ...terms,
  })
  .refine(definesFirstTransfer, DEFINITION_NEEDED)
type Change = z.infer<typeof Change>

/**
 * A new version of an authorisation, or its revocation. Units that were first transferred stay so; all others follow the
 * version in force, and after a revocation are good for use at home only (4/CMA.6).
 */
export const authorisationChanged = defineRule<Change, Change>({
  type: 'AuthorisationChanged',
  v: 1,
  body: Change,
  request: Change,
  attested: ['the legal basis, and that the notice period was kept'],
  reads: (state, request) => {
    const project = state.peek('authorisation', request.authorisation)?.project
    return {
      ...noKeys(),
      rows: [{ kind: 'authorisation', id: request.authorisation }, ...partiesReads(state, project)],
    }
  },
  decide: (_state, request) => request,
  act: (state, { authorisation }) => ({
    action: 'credits.authorise.change',
    organisations: [],
    ...partiesOf(state, state.get('authorisation', authorisation)?.project),
  }),
  admit: (state, body, { preset }, { at }) => {
    const known = state.get('authorisation', body.authorisation)
    if (!known) return refuse('authorisation-unknown', { authorisation: body.authorisation })
    const same =
      body.quantity === known.quantity.toString() &&
      body.firstTransfer === known.firstTransfer &&
      body.cooperativeApproach === known.cooperativeApproach &&
      JSON.stringify(body.purposes) === JSON.stringify(known.purposes)
    return firstOf(
      !known.active && refuse('authorisation-revoked', { authorisation: body.authorisation }),
      body.version !== known.version + 1 && refuse('version-not-next', { next: String(known.version + 1) }),
      body.effectiveFrom > at.slice(0, 10) && refuse('date-wrong', { field: 'effectiveFrom', latest: at.slice(0, 10) }),
      admitPurposes(body, preset),
      codeIn('reason', body.reason, preset.purposes.change),
      body.change === 'revoke' &&
        !same &&
        refuse('malformed', { field: 'change', reason: 'a revocation changes no terms' }),
      body.change === 'amend' && same && refuse('nothing-changes', { field: 'quantity' }),
      BigInt(body.quantity) < known.transferred &&
        refuse('authorisation-too-small', { field: 'quantity', least: known.transferred.toString() }),
      known.transferred > 0n &&
        body.cooperativeApproach !== known.cooperativeApproach &&
        refuse('approach-in-use', { field: 'cooperativeApproach' }),
    )
  },
  streams: (state, body) => {
    const project = state.get('authorisation', body.authorisation)?.project
    return project ? [project] : []
  },
  effects: (state, body) => {
    const known = state.get('authorisation', body.authorisation)
    if (!known) return noEffects()
    const { version, quantity, purposes, firstTransfer, cooperativeApproach, change } = body
    const active = change === 'amend'
    const isSame = JSON.stringify(purposes) === JSON.stringify(known.purposes)
    const granted = isSame ? known.granted : [...known.granted, { from: state.size, purposes }]
    const terms = { purposes, firstTransfer, cooperativeApproach, granted }
    const row = { ...known, version, quantity: BigInt(quantity), active, ...terms }
    return { ...noEffects(), puts: [{ kind: 'authorisation', id: body.authorisation, row }] }
  },
})
