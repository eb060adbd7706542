import { z } from 'zod'
import type { RuleName } from '../declarations.ts'
import { Code, Id, LegalDate, Quantity } from '../ids.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf, noEffects } from '../rule.ts'
import { percentOf } from '../shares.ts'
import { noKeys, type Put, type RowKey, type Rows, type State } from '../state.ts'
import { codeIn, organisationsOf } from './accounts.ts'
import {
  admitMovement,
  chosen,
  decideRanges,
  type MovementRequest,
  movementEffects,
  movementReads,
  movementStreams,
  ONE_OF_BOTH,
  oneOfBoth,
  parties,
  quantityOf,
  Ranges,
} from './movement.ts'
import { directAct, sameHolder } from './movements.ts'
import { fresh } from './organisations.ts'
import { admitOrder, poolOf, poolPuts, poolReads } from './pool.ts'

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
        row: { project: body.project, state: 'reported', quantity: 0n, compensated: 0n },
      },
      ...openPuts(state, body.project, 1),
    ],
  }),
})

function ownersOf(state: State, project: string): RowKey[] {
  return (state.peek('project', project)?.owners ?? []).map(({ account }) => ({ kind: 'account', id: account }))
}

/** One reversal more or less is open. */
function openPuts(state: State, id: string, by: 1 | -1, debt = 0n): Put[] {
  const project = state.get('project', id)
  return project
    ? [{ kind: 'project', id, row: { ...project, reversals: project.reversals + by, debt: project.debt + debt } }]
    : []
}

const Decision = z
  .strictObject({
    reversal: Id,
    decision: z.enum(['avoidable', 'unavoidable', 'dismissed']),
    /** Units lost, as verified. */
    quantity: Quantity.nullable(),
  })
  .refine(({ decision, quantity }) => (decision === 'dismissed') === (quantity === null), 'a loss has a quantity')
type Decision = z.infer<typeof Decision>

/** The loss is verified: unavoidable (the buffer pays), avoidable (the project pays), or none. */
export const reversalDecided = defineRule<Decision, Decision>({
  type: 'ReversalDecided',
  v: 1,
  body: Decision,
  request: Decision,
  attested: ['the verified loss'],
  reads: (state, request) => ({ ...noKeys(), rows: reversalReads(state, request.reversal) }),
  decide: (_state, request) => request,
  act: () => ({ action: 'reversals.decide', organisations: [] }),
  admit: (state, body) => {
    const reversal = state.get('reversal', body.reversal)
    return firstOf(
      !reversal && refuse('reversal-unknown', { reversal: body.reversal }),
      reversal &&
        reversal.state !== 'reported' &&
        refuse('reversal-state', { state: reversal.state, allowed: 'reported' }),
    )
  },
  streams: reversalStreams,
  effects: (state, body) => {
    const reversal = state.get('reversal', body.reversal)
    if (!reversal) return noEffects()
    const row = { ...reversal, state: body.decision, quantity: BigInt(body.quantity ?? 0) }
    const closes = body.decision === 'dismissed' ? openPuts(state, reversal.project, -1) : []
    return { ...noEffects(), puts: [{ kind: 'reversal', id: body.reversal, row }, ...closes] }
  },
})

function reversalReads(state: State, id: string): RowKey[] {
  const project = state.peek('reversal', id)?.project
  return [
    { kind: 'reversal', id },
    ...(project ? [{ kind: 'project' as const, id: project }, ...poolReads(project)] : []),
  ]
}

function reversalStreams(state: State, { reversal }: { reversal: string }): string[] {
  const project = state.get('reversal', reversal)?.project
  return project ? [project] : []
}

/** Units are cancelled for the reversal; the last of them closes it. What the buffer lends is a debt of the project. */
function compensatePuts(state: State, id: string, amount: bigint, lent: boolean): Put[] {
  const reversal = state.get('reversal', id)
  if (!reversal) return []
  const compensated = reversal.compensated + amount
  const done = compensated === reversal.quantity
  const owed = lent && reversal.state === 'avoidable' ? amount : 0n
  const project = state.get('project', reversal.project)
  return [
    { kind: 'reversal', id, row: { ...reversal, compensated, state: done ? 'compensated' : reversal.state } },
    ...(project
      ? [
          {
            kind: 'project' as const,
            id: reversal.project,
            row: { ...project, reversals: project.reversals - (done ? 1 : 0), debt: project.debt + owed },
          },
        ]
      : []),
  ]
}

function admitCompensation(state: State, id: string, amount: bigint): Refusal | undefined {
  const reversal = state.get('reversal', id)
  if (!reversal) return refuse('reversal-unknown', { reversal: id })
  if (reversal.state !== 'avoidable' && reversal.state !== 'unavoidable') {
    return refuse('reversal-state', { state: reversal.state, allowed: 'avoidable, unavoidable' })
  }
  const left = reversal.quantity - reversal.compensated
  return amount > left ? refuse('too-much', { field: 'quantity', left: left.toString() }) : undefined
}

const ranged = { ...parties, ranges: Ranges }

/** A movement from or to the buffer, and what it belongs to. */
interface BufferMovement {
  batch: string
  from: string
  to: string
  ranges: [string, string][]
}

function decided<R extends MovementRequest>(state: State, request: R, kind: 'holding' | 'buffer') {
  const ranges = decideRanges(state, request, [kind])
  if (isRefusal(ranges)) return ranges
  const { quantity: _, ...rest } = request
  return { ...rest, ranges }
}

function bufferReads(state: State, request: MovementRequest & { reversal?: string }) {
  const keys = movementReads(state, request)
  const batch = state.peek('batch', request.batch)
  return {
    ...keys,
    rows: [
      ...keys.rows,
      ...(batch?.project ? poolReads(batch.project) : []),
      ...(request.reversal === undefined ? [] : reversalReads(state, request.reversal)),
    ],
  }
}

/** Only the account that the government named is the buffer. */
function admitPool(state: State, account: string, field: 'from' | 'to'): Refusal | undefined {
  const { buffer } = state.ledger().pools
  return account === buffer ? undefined : refuse('pool-missing', { field, pool: 'buffer' })
}

function homeBatch(state: State, id: string): Rows['batch'] | undefined {
  const batch = state.get('batch', id)
  return batch && batch.project !== '' ? batch : undefined
}

function poolMoves(state: State, way: 'in' | 'cancelled' | 'released', body: BufferMovement): Put[] {
  const batch = homeBatch(state, body.batch)
  return batch ? poolPuts(state, way, batch.project, batch.vintage, quantityOf(body)) : []
}

const Into = z.strictObject({ ...ranged, repays: Id.nullable() })
type Into = z.infer<typeof Into>
const IntoRequest = z.strictObject({ ...parties, ...chosen, repays: Id.nullable() }).refine(oneOfBoth, ONE_OF_BOTH)
type IntoRequest = z.infer<typeof IntoRequest>

/** A holder gives units to the buffer: of his own will, or to repay what a project owes to it (`repays`). */
export const bufferContributed = defineRule<Into, IntoRequest>({
  type: 'BufferContributed',
  v: 1,
  body: Into,
  request: IntoRequest,
  attested: [],
  reads: (state, request) => {
    const keys = bufferReads(state, request)
    const repays = request.repays === null ? [] : [{ kind: 'project' as const, id: request.repays }]
    return { ...keys, rows: [...keys.rows, ...repays] }
  },
  decide: (state, request) => decided(state, request, 'holding'),
  act: (state, body) => directAct(state, 'buffer.contribute', body),
  admit: (state, body) => {
    const repaid = body.repays === null ? undefined : state.get('project', body.repays)
    return firstOf(
      admitMovement(state, body, { from: ['holding'], to: ['buffer'] }),
      admitPool(state, body.to, 'to'),
      !homeBatch(state, body.batch) && refuse('unit-type-not-movable', { field: 'batch' }),
      body.repays !== null && !repaid && refuse('project-unknown', { field: 'repays', project: body.repays }),
      repaid &&
        quantityOf(body) > repaid.debt &&
        refuse('too-much', { field: 'quantity', left: repaid.debt.toString() }),
    )
  },
  streams: (state, body) => [
    ...new Set([...movementStreams(state, body), ...(body.repays === null ? [] : [body.repays])]),
  ],
  effects: (state, body) => {
    const project = body.repays === null ? undefined : state.get('project', body.repays)
    const repaid: Put[] =
      project && body.repays !== null
        ? [{ kind: 'project', id: body.repays, row: { ...project, debt: project.debt - quantityOf(body) } }]
        : []
    return { ...movementEffects(state, body), puts: [...poolMoves(state, 'in', body), ...repaid] }
  },
})

const For = z.strictObject({ reversal: Id, ...ranged })
type For = z.infer<typeof For>
const ForRequest = z.strictObject({ reversal: Id, ...parties, ...chosen }).refine(oneOfBoth, ONE_OF_BOTH)
type ForRequest = z.infer<typeof ForRequest>

/** Units are cancelled to make a reversal good: from the buffer, or from an account of whoever must replace them. */
function compensationRule(type: RuleName, action: string, from: 'buffer' | 'holding'): AnyRule {
  return defineRule<For, ForRequest>({
    type,
    v: 1,
    body: For,
    request: ForRequest,
    attested: [],
    reads: bufferReads,
    decide: (state, request) => decided(state, request, from),
    act: (state, body) =>
      from === 'holding'
        ? directAct(state, action, body)
        : { action, organisations: organisationsOf(state, [body.from]), quantity: quantityOf(body) },
    admit: (state, body) => {
      const batch = homeBatch(state, body.batch)
      const reversal = state.get('reversal', body.reversal)
      return firstOf(
        from === 'buffer' && admitPool(state, body.from, 'from'),
        admitMovement(state, body, { from: [from], to: ['cancellation'] }),
        !batch && refuse('unit-type-not-movable', { field: 'batch' }),
        admitCompensation(state, body.reversal, quantityOf(body)),
        from === 'holding' && sameHolder(state, body),
        from === 'buffer' && batch && reversal && admitOrder(state, reversal.project, batch),
      )
    },
    streams: (state, body) => [...new Set([...movementStreams(state, body), ...reversalStreams(state, body)])],
    effects: (state, body) => ({
      ...movementEffects(state, body),
      puts: [
        ...(from === 'buffer' ? poolMoves(state, 'cancelled', body) : []),
        ...compensatePuts(state, body.reversal, quantityOf(body), from === 'buffer'),
      ],
    }),
  })
}

/** The buffer pays: the project's own units first, the oldest vintage first. For an avoidable loss it lends. */
export const bufferCancelled = compensationRule('BufferCancelled', 'buffer.cancel', 'buffer')
/** The project, or anybody for it, replaces what was lost. */
export const reversalCompensated = compensationRule('ReversalCompensated', 'reversals.compensate', 'holding')

const Release = z.strictObject(ranged)
type Release = z.infer<typeof Release>
const ReleaseRequest = z.strictObject({ ...parties, ...chosen }).refine(oneOfBoth, ONE_OF_BOTH)
type ReleaseRequest = z.infer<typeof ReleaseRequest>

/** Units of a project go back from the buffer to its owners' accounts, so much at a time and so often as the preset says. */
export const bufferReleased = defineRule<Release, ReleaseRequest>({
  type: 'BufferReleased',
  v: 1,
  body: Release,
  request: ReleaseRequest,
  attested: ['that the reversal risk did not grow'],
  reads: bufferReads,
  decide: (state, request) => decided(state, request, 'buffer'),
  act: (state, body) => ({
    action: 'buffer.release',
    organisations: organisationsOf(state, [body.from]),
    quantity: quantityOf(body),
  }),
  admit: (state, body, { preset }, { at }) => {
    const batch = homeBatch(state, body.batch)
    const project = batch && state.get('project', batch.project)
    if (!batch || !project) return refuse('batch-unknown', { field: 'batch', batch: body.batch })
    const pool = poolOf(state, batch.project)
    const most = percentOf(pool.in - pool.cancelled - pool.released, preset.buffer.releasePercent, 'down')
    const due = project.released === null ? '' : yearsAfter(project.released, preset.buffer.releaseYears)
    return firstOf(
      admitPool(state, body.from, 'from'),
      admitMovement(state, body, { from: ['buffer'], to: ['holding'] }),
      !project.owners.some(({ account }) => account === body.to) &&
        refuse('account-foreign', { field: 'to', account: body.to }),
      project.reversals > 0 && refuse('reversal-open', { open: String(project.reversals) }),
      project.debt > 0n && refuse('debt-open', { debt: project.debt.toString() }),
      at < due && refuse('too-early', { from: due }),
      quantityOf(body) > most && refuse('too-much', { field: 'quantity', left: most.toString() }),
    )
  },
  streams: movementStreams,
  effects: (state, body, _law, { at }) => {
    const id = homeBatch(state, body.batch)?.project ?? ''
    const project = state.get('project', id)
    return {
      ...movementEffects(state, body),
      puts: [
        ...poolMoves(state, 'released', body),
        ...(project ? [{ kind: 'project' as const, id, row: { ...project, released: at } }] : []),
      ],
    }
  },
})

/** The same instant some years on; 29 February becomes 1 March. */
function yearsAfter(instant: string, years: number): string {
  const date = new Date(instant)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.toISOString()
}
