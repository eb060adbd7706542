import { z } from 'zod'
import type { RuleName } from '../declarations.ts'
import { Id } from '../ids.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf } from '../rule.ts'
import { percentOf } from '../shares.ts'
import type { Put, RowKey, Rows, State } from '../state.ts'
import { organisationsOf, policyReads, trustedReceiver } from './accounts.ts'
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
import { partiesOf, partiesReads } from './parties.ts'
import { admitOrder, admitType, debtsAfter, held, orderReads, owedOf, poolOf, poolPuts, poolReads } from './pool.ts'
import { admitCompensation, compensatePuts, reversalReads, reversalStreams } from './reversals.ts'

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
      ...(batch?.project ? poolReads(batch) : []),
      ...(request.reversal === undefined ? [] : reversalReads(state, request.reversal)),
    ],
  }
}

/** Units make a reversal good: the buffer's in their order, a holder's as the policy of the account lets them go. */
function compensationReads(state: State, request: MovementRequest & { reversal: string }, from: 'buffer' | 'holding') {
  const keys = bufferReads(state, request)
  const batch = state.peek('batch', request.batch)
  const reversed = state.peek('reversal', request.reversal)?.project
  if (reversed === undefined) return keys
  if (from === 'holding') return { ...keys, rows: [...keys.rows, ...ownersReads(state, request.from, reversed)] }
  if (!batch?.project) return { ...keys, rows: [...keys.rows, ...partiesReads(state, reversed)] }
  const order = orderReads(state, reversed, batch)
  return {
    ...keys,
    rows: [...keys.rows, ...order.rows, ...partiesReads(state, reversed)],
    held: [...keys.held, ...order.held],
    holdsOn: [...keys.holdsOn, ...order.holdsOn],
  }
}

function ownersReads(state: State, from: string, project: string): RowKey[] {
  return (state.peek('project', project)?.owners ?? []).flatMap(({ account }): RowKey[] => [
    { kind: 'account', id: account },
    ...policyReads(state, from, account),
  ])
}

/**
 * Whoever pays what a project owes or has lost gives to its owners. Where the policy of the account lets units go to
 * trusted receivers only, those owners must be trusted that are not of the same holder.
 */
function trustedOwners(
  state: State,
  { field, project, from }: { field: string; project: string | undefined; from: string },
  at: string,
): Refusal | undefined {
  const holder = state.get('account', from)?.organisation
  const owners = project === undefined ? [] : (state.get('project', project)?.owners ?? [])
  for (const { account } of owners) {
    if (state.get('account', account)?.organisation === holder) continue
    const refused = trustedReceiver(state, from, account, at)
    if (refused) return refuse(refused.refused, { ...refused.detail, field })
  }
  return undefined
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

function poolMoves(state: State, way: 'in' | 'cancelled' | 'released', body: BufferMovement, at: string): Put[] {
  const batch = homeBatch(state, body.batch)
  return batch ? poolPuts(state, way, body.batch, batch, quantityOf(body), at) : []
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
    const { repays: project, from } = request
    const repays =
      project === null ? [] : [{ kind: 'project' as const, id: project }, ...ownersReads(state, from, project)]
    return { ...keys, rows: [...keys.rows, ...repays] }
  },
  decide: (state, request) => decided(state, request, 'holding'),
  act: (state, body, written) => directAct(state, 'buffer.contribute', body, written),
  admit: (state, body, _law, { at }) => {
    const batch = homeBatch(state, body.batch)
    const repaid = body.repays === null ? undefined : state.get('project', body.repays)
    return firstOf(
      admitMovement(state, body, { from: ['holding'], to: ['buffer'] }),
      admitPool(state, body.to, 'to'),
      !batch && refuse('unit-type-not-movable', { field: 'batch' }),
      body.repays !== null && !repaid && refuse('project-unknown', { field: 'repays', project: body.repays }),
      repaid && batch && admitRepayment(repaid, batch, quantityOf(body)),
      body.repays !== null && trustedOwners(state, { field: 'repays', project: body.repays, from: body.from }, at),
    )
  },
  streams: (state, body) => [
    ...new Set([...movementStreams(state, body), ...(body.repays === null ? [] : [body.repays])]),
  ],
  effects: (state, body, _law, { at }) => {
    const effects = movementEffects(state, body)
    return { ...effects, puts: [...effects.puts, ...poolMoves(state, 'in', body, at), ...repaidPuts(state, body)] }
  },
})

/** A debt is repaid with units of the type that is owed. */
function admitRepayment(project: Rows['project'], batch: Rows['batch'], amount: bigint): Refusal | undefined {
  const owed = owedOf(project, batch.unitType)
  const types = Object.keys(project.debts).sort()
  return firstOf(
    owed === 0n && types.length > 0 && admitType(batch, types.join(', ')),
    amount > owed && refuse('too-much', { field: 'quantity', left: owed.toString() }),
  )
}

function repaidPuts(state: State, { batch: id, ranges, repays }: Into): Put[] {
  const project = repays === null ? undefined : state.get('project', repays)
  const batch = homeBatch(state, id)
  if (repays === null || !project || !batch) return []
  const debts = debtsAfter(project, batch.unitType, -quantityOf({ ranges }))
  return [{ kind: 'project', id: repays, row: { ...project, debts } }]
}

const For = z.strictObject({ reversal: Id, ...ranged })
type For = z.infer<typeof For>
const ForRequest = z.strictObject({ reversal: Id, ...parties, ...chosen }).refine(oneOfBoth, ONE_OF_BOTH)
type ForRequest = z.infer<typeof ForRequest>

/**
 * Units are cancelled to make a reversal good: from the buffer, or from an account of whoever must replace them. They are
 * of the type that was lost, and reach a cancellation account of the same holder.
 */
function compensationRule(type: RuleName, action: string, from: 'buffer' | 'holding'): AnyRule {
  return defineRule<For, ForRequest>({
    type,
    v: 1,
    body: For,
    request: ForRequest,
    attested: [],
    reads: (state, request) => compensationReads(state, request, from),
    decide: (state, request) => decided(state, request, from),
    act: (state, body, written) =>
      from === 'holding'
        ? directAct(state, action, body, written)
        : {
            action,
            organisations: organisationsOf(state, [body.from]),
            ...partiesOf(state, state.get('reversal', body.reversal)?.project),
            quantity: quantityOf(body),
          },
    admit: (state, body, _law, { at }) => {
      const batch = homeBatch(state, body.batch)
      const reversal = state.get('reversal', body.reversal)
      return firstOf(
        from === 'buffer' && admitPool(state, body.from, 'from'),
        admitMovement(state, body, { from: [from], to: ['cancellation'] }),
        !batch && refuse('unit-type-not-movable', { field: 'batch' }),
        sameHolder(state, body),
        admitCompensation(state, body.reversal, batch, quantityOf(body)),
        from === 'buffer' && batch && reversal && admitOrder(state, reversal.project, batch),
        from === 'holding' &&
          trustedOwners(state, { field: 'reversal', project: reversal?.project, from: body.from }, at),
      )
    },
    streams: (state, body) => [...new Set([...movementStreams(state, body), ...reversalStreams(state, body)])],
    effects: (state, body, _law, { at }) => {
      const effects = movementEffects(state, body)
      const puts = [
        ...effects.puts,
        ...(from === 'buffer' ? poolMoves(state, 'cancelled', body, at) : []),
        ...compensatePuts(state, body.reversal, quantityOf(body), from === 'buffer'),
      ]
      return { ...effects, puts }
    },
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

/**
 * Units of a project go back from the buffer to its owners' accounts, so much at a time as the preset says: after years in
 * which its percentage was not raised, once its reversal risk was assessed anew.
 */
export const bufferReleased = defineRule<Release, ReleaseRequest>({
  type: 'BufferReleased',
  v: 1,
  body: Release,
  request: ReleaseRequest,
  attested: [],
  reads: (state, request) => {
    const keys = bufferReads(state, request)
    const project = state.peek('batch', request.batch)?.project
    return { ...keys, rows: [...keys.rows, ...(project ? partiesReads(state, project) : [])] }
  },
  decide: (state, request) => decided(state, request, 'buffer'),
  act: (state, body) => ({
    action: 'buffer.release',
    organisations: organisationsOf(state, [body.from]),
    ...partiesOf(state, homeBatch(state, body.batch)?.project),
    quantity: quantityOf(body),
  }),
  admit: (state, body, { preset }, { at }) => {
    const batch = homeBatch(state, body.batch)
    const project = batch && state.get('project', batch.project)
    if (!batch || !project) return refuse('batch-unknown', { field: 'batch', batch: body.batch })
    const pool = poolOf(state, batch.project, batch.unitType)
    const most = percentOf(held(pool), preset.buffer.releasePercent, 'down')
    const [debt] = Object.values(project.debts)
    const due = dueOf(pool, project, preset.buffer.releaseYears)
    return firstOf(
      admitPool(state, body.from, 'from'),
      admitMovement(state, body, { from: ['buffer'], to: ['holding'] }),
      !project.owners.some(({ account }) => account === body.to) &&
        refuse('account-foreign', { field: 'to', account: body.to }),
      project.reversals > 0 && refuse('reversal-open', { open: String(project.reversals) }),
      debt !== undefined && refuse('debt-open', { debt }),
      at < due && refuse('too-early', { from: due }),
      (project.assessed ?? '') < due && refuse('assessment-missing', { since: due }),
      quantityOf(body) > most && refuse('too-much', { field: 'quantity', left: most.toString() }),
    )
  },
  streams: movementStreams,
  effects: (state, body, _law, { at }) => {
    const effects = movementEffects(state, body)
    return { ...effects, puts: [...effects.puts, ...poolMoves(state, 'released', body, at)] }
  },
})

/** When units may be released: so many years after the first came, some were released, or the percentage was raised. */
function dueOf(pool: Rows['pool'], { raised }: Rows['project'], years: number): string {
  const from = raised !== null && raised > pool.since ? raised : pool.since
  return from === '' ? '' : yearsAfter(from, years)
}

/** The same instant some years on; 29 February becomes 1 March. */
function yearsAfter(instant: string, years: number): string {
  const date = new Date(instant)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.toISOString()
}
