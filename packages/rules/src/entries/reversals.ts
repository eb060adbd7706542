import { z } from 'zod'
import { Code, Id, LegalDate, Quantity } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { noKeys, type Put, type RowKey, type Rows, type State } from '../state.ts'
import { codeIn, organisationsOf } from './accounts.ts'
import { issuedOf, outputId } from './ground.ts'
import { fresh } from './organisations.ts'
import { partiesOf, partiesReads } from './parties.ts'
import { admitType, debtsAfter } from './pool.ts'

const Report = z.strictObject({ reversal: Id, project: Id, occurredOn: LegalDate, cause: Code })
type Report = z.infer<typeof Report>

/** Carbon that was credited may have been lost. Until it is decided on and made good, the project issues nothing. */
export const reversalReported = defineRule<Report, Report>({
  type: 'ReversalReported',
  v: 1,
  body: Report,
  request: Report,
  attested: ['that the loss may have happened'],
  reads: (_state, request) => ({
    ...noKeys(),
    rows: [
      { kind: 'reversal', id: request.reversal },
      { kind: 'project', id: request.project },
      ...ownersOf(_state, request.project),
    ],
  }),
  decide: (_state, request) => request,
  act: (state, body) => ({
    action: 'reversals.report',
    organisations: organisationsOf(
      state,
      (state.get('project', body.project)?.owners ?? []).map(({ account }) => account),
    ),
  }),
  admit: (state, body, { preset }, { at }) =>
    firstOf(
      fresh(state, 'reversal', body.reversal),
      !state.get('project', body.project) && refuse('project-unknown', { project: body.project }),
      codeIn('cause', body.cause, preset.purposes.reversal),
      body.occurredOn > at.slice(0, 10) && refuse('date-wrong', { field: 'occurredOn', latest: at.slice(0, 10) }),
    ),
  streams: (_state, body) => [body.project],
  effects: (state, body) => ({
    ...noEffects(),
    puts: [
      {
        kind: 'reversal',
        id: body.reversal,
        row: { project: body.project, state: 'reported', unitType: null, quantity: 0n, compensated: 0n },
      },
      ...openPuts(state, body.project, 1),
    ],
  }),
})

function ownersOf(state: State, project: string): RowKey[] {
  return (state.peek('project', project)?.owners ?? []).map(({ account }) => ({ kind: 'account', id: account }))
}

/** One reversal more or less is open. */
function openPuts(state: State, id: string, by: 1 | -1): Put[] {
  const project = state.get('project', id)
  return project ? [{ kind: 'project', id, row: { ...project, reversals: project.reversals + by } }] : []
}

const Decision = z
  .strictObject({
    reversal: Id,
    decision: z.enum(['avoidable', 'unavoidable', 'dismissed']),
    /** Units lost, as verified, and their type: of two types, each is a reversal of its own. */
    quantity: Quantity.nullable(),
    unitType: z
      .string()
      .regex(/^[A-Z0-9]{3,4}$/, 'must be a unit type such as ITMO')
      .nullable(),
  })
  .refine(
    ({ decision, quantity, unitType }) =>
      (decision === 'dismissed') === (quantity === null) && (quantity === null) === (unitType === null),
    'a loss has a quantity and a unit type',
  )
type Decision = z.infer<typeof Decision>

/**
 * The loss is verified: unavoidable (the buffer pays), avoidable (the project pays), or none. While nothing was cancelled
 * for it, it may be decided anew.
 */
export const reversalDecided = defineRule<Decision, Decision>({
  type: 'ReversalDecided',
  v: 1,
  body: Decision,
  request: Decision,
  attested: ['the verified loss'],
  reads: (state, request) => {
    const project = state.peek('reversal', request.reversal)?.project
    const output: RowKey[] =
      project && request.unitType !== null ? [{ kind: 'output', id: outputId(project, request.unitType) }] : []
    const rows = [...reversalReads(state, request.reversal), ...partiesReads(state, project), ...output]
    return { ...noKeys(), rows }
  },
  decide: (_state, request) => request,
  act: (state, { reversal }) => ({
    action: 'reversals.decide',
    organisations: [],
    ...partiesOf(state, state.get('reversal', reversal)?.project),
  }),
  admit: (state, body, { preset }) => {
    const reversal = state.get('reversal', body.reversal)
    return firstOf(
      !reversal && refuse('reversal-unknown', { reversal: body.reversal }),
      reversal && admitDecidable(reversal),
      body.unitType !== null &&
        !(body.unitType in preset.unitTypes) &&
        refuse('unit-type-unknown', { field: 'unitType', allowed: Object.keys(preset.unitTypes).join(', ') }),
      reversal && admitLoss(state, reversal.project, body),
    )
  },
  streams: reversalStreams,
  effects: (state, body) => {
    const reversal = state.get('reversal', body.reversal)
    if (!reversal) return noEffects()
    const { decision, unitType, quantity } = body
    const row = { ...reversal, state: decision, unitType, quantity: BigInt(quantity ?? 0) }
    const closes = decision === 'dismissed' ? openPuts(state, reversal.project, -1) : []
    return { ...noEffects(), puts: [{ kind: 'reversal', id: body.reversal, row }, ...closes] }
  },
})

/** It is not decided on, or nothing was cancelled for it yet, and it is not closed. */
function admitDecidable({ state, compensated }: Rows['reversal']): Refusal | undefined {
  const isOpen = state === 'reported' || state === 'avoidable' || state === 'unavoidable'
  if (isOpen && compensated === 0n) return undefined
  return refuse('reversal-state', { state, allowed: 'reported', compensated: compensated.toString() })
}

/** No more can be lost than was issued of the project in units of this type. */
function admitLoss(state: State, project: string, { unitType, quantity }: Decision): Refusal | undefined {
  if (unitType === null || quantity === null) return undefined
  const issued = issuedOf(state, project, unitType)
  if (BigInt(quantity) <= issued) return undefined
  return refuse('loss-too-large', { field: 'quantity', unitType, issued: issued.toString() })
}

export function reversalReads(state: State, id: string): RowKey[] {
  const project = state.peek('reversal', id)?.project
  return [{ kind: 'reversal', id }, ...(project ? [{ kind: 'project' as const, id: project }] : [])]
}

export function reversalStreams(state: State, { reversal }: { reversal: string }): string[] {
  const project = state.get('reversal', reversal)?.project
  return project ? [project] : []
}

/** Units are cancelled for the reversal; the last of them closes it. What the buffer lends is a debt of the project. */
export function compensatePuts(state: State, id: string, amount: bigint, lent: boolean): Put[] {
  const reversal = state.get('reversal', id)
  if (!reversal) return []
  const compensated = reversal.compensated + amount
  const done = compensated === reversal.quantity
  const owed = lent && reversal.state === 'avoidable' ? amount : 0n
  const row = { ...reversal, compensated, state: done ? 'compensated' : reversal.state } as const
  const project = state.get('project', reversal.project)
  if (!project) return [{ kind: 'reversal', id, row }]
  const debts = debtsAfter(project, reversal.unitType ?? '', owed)
  const reversals = project.reversals - (done ? 1 : 0)
  return [
    { kind: 'reversal', id, row },
    { kind: 'project', id: reversal.project, row: { ...project, reversals, debts } },
  ]
}

/** The loss is decided on, is of units of this type, and so much of it is left. */
export function admitCompensation(
  state: State,
  id: string,
  batch: Rows['batch'] | undefined,
  amount: bigint,
): Refusal | undefined {
  const reversal = state.get('reversal', id)
  if (!reversal) return refuse('reversal-unknown', { reversal: id })
  if (reversal.state !== 'avoidable' && reversal.state !== 'unavoidable') {
    return refuse('reversal-state', { state: reversal.state, allowed: 'avoidable, unavoidable' })
  }
  const left = reversal.quantity - reversal.compensated
  return firstOf(
    batch && admitType(batch, reversal.unitType ?? ''),
    amount > left && refuse('too-much', { field: 'quantity', left: left.toString() }),
  )
}
