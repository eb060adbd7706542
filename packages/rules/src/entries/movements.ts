import { z } from 'zod'
import type { RuleName } from '../declarations.ts'
import { Code, Commitment, Id } from '../ids.ts'
import type { Act } from '../permissions.ts'
import type { Preset } from '../preset.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf, type Written } from '../rule.ts'
import type { Run } from '../runs.ts'
import type { Keys, Put, State } from '../state.ts'
import { acceptanceAsked, codeIn, organisationsOf, policyReads, secondAsked, trustedReceiver } from './accounts.ts'
import { AskedAgreement, admitAgreement, agreementReads, ByAgreement, withAgreement } from './agreements.ts'
import {
  admitAuthorised,
  admitFirstTransfer,
  admitItmos,
  firstTransferPuts,
  firstTransferReads,
  Itmos,
  isOimp,
  itmosOf,
  marked,
  untransferred,
} from './first-transfer.ts'
import {
  admitMovement,
  chosen,
  decideRanges,
  type Movement,
  type MovementRequest,
  movementEffects,
  movementReads,
  movementStreams,
  ONE_OF_BOTH,
  oneOfBoth,
  parties,
  piecesOf,
  prefixOf,
  quantityOf,
  Ranges,
} from './movement.ts'
import { admitLastStep, movementAction, pendingReads, settlePuts, stepAct } from './waiting.ts'

/** The movement that waited and takes place by this entry; `null` for one that takes place at once. */
const waited = { pending: Id.nullable() }

const askedWaited = { pending: Id.nullable().default(null) }

const TransferRequest = z
  .strictObject({ ...parties, ...chosen, ...askedWaited, ...AskedAgreement })
  .refine(oneOfBoth, ONE_OF_BOTH)
type TransferRequest = z.infer<typeof TransferRequest>
const Transfer = z.strictObject({ ...parties, ranges: Ranges, ...waited, ...ByAgreement })
type Transfer = z.infer<typeof Transfer>

/** What a movement looks at, one that waited included. */
function reads(state: State, request: MovementRequest & { pending: string | null }): Keys {
  const keys = movementReads(state, request)
  const batch = state.peek('batch', request.batch)
  const rows = [
    ...keys.rows,
    ...policyReads(state, request.from, request.to),
    ...pendingReads(state, request.pending),
    ...(batch ? firstTransferReads(state, batch) : []),
  ]
  return { ...keys, rows }
}

function decided<R extends MovementRequest>(state: State, request: R) {
  const ranges = decideRanges(state, request)
  if (isRefusal(ranges)) return ranges
  const { quantity: _, ...rest } = request
  return { ...rest, ranges }
}

/** The same of a transfer, with its agreement: of one that waited, that of the proposal. */
function decidedTransfer(state: State, request: TransferRequest): Transfer | Refusal {
  const waiting = request.pending === null ? undefined : state.get('pending', request.pending)
  const found = withAgreement(state, request.agreement ? request : { ...request, agreement: waiting?.agreement })
  return isRefusal(found) ? found : decided(state, found)
}

/** What a movement needs that takes place at once. */
export function directAct(state: State, action: string, body: Movement, { at }: Written): Act {
  const quantity = quantityOf(body)
  return {
    action,
    organisations: organisationsOf(state, [body.from]),
    quantity,
    second: secondAsked(state, body.from, quantity, at),
  }
}

/** Moves units of one batch from one holding account to another. */
export const creditsTransferred = defineRule<Transfer, TransferRequest>({
  type: 'CreditsTransferred',
  v: 1,
  body: Transfer,
  request: TransferRequest,
  attested: [],
  reads: (state, request) => {
    const keys = reads(state, request)
    const waiting = request.pending === null ? undefined : state.peek('pending', request.pending)
    const agreement = request.agreement ?? waiting?.agreement
    return { ...keys, rows: [...keys.rows, ...agreementReads(state, { agreement })] }
  },
  decide: decidedTransfer,
  act: (state, body, written, law) =>
    body.pending === null
      ? directAct(state, 'credits.transfer', body, written)
      : stepAct(state, body.pending, quantityOf(body), law, written.at),
  admit: (state, body, law, written) =>
    firstOf(
      admitMovement(state, body, { from: ['holding'], to: ['holding'], pending: body.pending }),
      admitAgreement(state, body, law.preset),
      trustedReceiver(state, body.from, body.to, written.at),
      body.pending === null
        ? acceptanceAsked(state, body.from, body.to, written.at) &&
            refuse('acceptance-missing', { field: 'to', account: body.to })
        : admitLastStep(state, { kind: 'transfer', purpose: null, beneficiary: null, ...body }, law, written),
    ),
  streams: movementStreams,
  effects: (state, body) => {
    const effects = movementEffects(state, body)
    return { ...effects, puts: [...effects.puts, ...settlePuts(state, body.pending)] }
  },
})

export const ending = {
  purpose: Code,
  /** On whose behalf: a commitment, opened in the certificate. */
  beneficiary: Commitment.nullable(),
}
const EndRequest = z.strictObject({ ...parties, ...chosen, ...ending, ...askedWaited }).refine(oneOfBoth, ONE_OF_BOTH)
type EndRequest = z.infer<typeof EndRequest>
const End = z.strictObject({
  ...parties,
  ranges: Ranges,
  ...ending,
  ...waited,
  allotted: z.strictObject({
    certificate: z.number().int().min(1),
    /** What the serials are printed with, so that the entry alone says which units it ends. */
    prefix: z.string().regex(/^[A-Z0-9#-]{10,40}$/),
    itmos: Itmos,
  }),
})
type End = z.infer<typeof End>

type Ended = Pick<End, 'batch' | 'ranges' | 'purpose'>

/** The units of an end: use for other than an NDC makes that the first transfer of those that were not yet. */
function endedPieces(state: State, body: Ended): Run[] {
  const pieces = piecesOf(state, body)
  const batch = state.get('batch', body.batch)
  return batch && isOimp(body.purpose) ? marked(state, batch, pieces) : pieces
}

function allottedTo(state: State, body: Ended): End['allotted'] | Refusal {
  const batch = state.get('batch', body.batch)
  const itmos = batch ? itmosOf(state, batch, endedPieces(state, body)) : null
  if (isRefusal(itmos)) return itmos
  return { certificate: state.ledger().certificates + 1, prefix: batch ? prefixOf(state, batch) : '', itmos }
}

function admitAllotted(state: State, body: End): Refusal | undefined {
  const expected = allottedTo(state, body)
  if (isRefusal(expected)) return expected
  const wrong = (['certificate', 'prefix'] as const).find((field) => body.allotted[field] !== expected[field])
  return wrong ? refuse('allocation-wrong', { field: wrong }) : admitItmos(body.allotted.itmos, expected.itmos)
}

/** Units are used for a purpose other than an NDC only where they were authorised for it. */
export function admitPurpose(state: State, body: Ended): Refusal | undefined {
  const batch = state.get('batch', body.batch)
  if (!batch || batch.project === '' || !isOimp(body.purpose)) return undefined
  const pieces = piecesOf(state, body)
  return firstOf(
    admitAuthorised(state, batch.authorisation, pieces, (purpose) => purpose === body.purpose),
    admitFirstTransfer(state, batch.authorisation, untransferred(pieces)),
  )
}

export function sameHolder(state: State, body: Movement): Refusal | undefined {
  return state.get('account', body.from)?.organisation === state.get('account', body.to)?.organisation
    ? undefined
    : refuse('account-foreign', { field: 'to', account: body.to })
}

function endPuts(state: State, body: End): Put[] {
  const batch = state.get('batch', body.batch)
  return [
    { kind: 'ledger', id: 'ledger', row: { ...state.ledger(), certificates: body.allotted.certificate } },
    ...(batch && isOimp(body.purpose) ? firstTransferPuts(state, batch, piecesOf(state, body)) : []),
    ...settlePuts(state, body.pending),
  ]
}

/** An end of units: they reach an account of the same organisation that nothing leaves. */
function endRule(type: RuleName, kind: 'retirement' | 'cancellation'): AnyRule {
  const purposes = (preset: Preset) => preset.purposes[kind]
  return defineRule<End, EndRequest>({
    type,
    v: 1,
    body: End,
    request: EndRequest,
    attested: ['the purpose and the beneficiary'],
    reads,
    decide: (state, request) => {
      const body = decided(state, request)
      if (isRefusal(body)) return body
      const allotted = allottedTo(state, body)
      return isRefusal(allotted) ? allotted : { ...body, allotted }
    },
    act: (state, body, written, law) =>
      body.pending === null
        ? directAct(state, movementAction({ kind, purpose: body.purpose }), body, written)
        : stepAct(state, body.pending, quantityOf(body), law, written.at),
    admit: (state, body, law, written: Written) =>
      firstOf(
        admitMovement(state, body, { from: ['holding'], to: [kind], pending: body.pending }),
        sameHolder(state, body),
        codeIn('purpose', body.purpose, purposes(law.preset)),
        admitPurpose(state, body),
        admitAllotted(state, body),
        body.pending !== null && admitLastStep(state, { kind, ...body }, law, written),
      ),
    streams: movementStreams,
    effects: (state, body) => {
      const effects = movementEffects(state, body, endedPieces(state, body))
      return { ...effects, puts: [...effects.puts, ...endPuts(state, body)] }
    },
  })
}

export const creditsRetired = endRule('CreditsRetired', 'retirement')
export const creditsCancelled = endRule('CreditsCancelled', 'cancellation')
