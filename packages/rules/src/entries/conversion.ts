import { z } from 'zod'
import { CONVERTED, withWord, wordOf } from '../attributes.ts'
import { Code, fromWire, Id, isAscending, MAX_SERIAL, SerialNumber, sumOf, WireRange } from '../ids.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import type { Run } from '../runs.ts'
import { balanceId, noKeys, type State } from '../state.ts'
import { organisationsOf, usable } from './accounts.ts'
import { certifiedReads } from './certifications.ts'
import {
  admitFirstTransfer,
  admitItmos,
  firstTransferPuts,
  Itmos,
  isFirstByIssuance,
  itmosOf,
  marked,
} from './first-transfer.ts'
import {
  admitFirst,
  admitGround,
  admitVintage,
  batchPuts,
  classOf,
  type Ground,
  groundOf,
  groundReads,
  nextNumber,
} from './ground.ts'
import { admitRuns } from './movement.ts'
import { freshStream } from './organisations.ts'
import { outstandingPuts } from './outstanding.ts'
import { partiesOf, partiesReads } from './parties.ts'

/** Most runs of the other registry's records that one conversion may touch. */
const MAX_PIECES = 1_000

const source = {
  /** The other registry, and the number space of its units as the mirror knows it. */
  registry: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, 'must be the code of another registry'),
  space: z.string().regex(/^[a-z][a-z0-9-]*:[A-Za-z0-9/._-]{1,100}$/, 'must be a space of another registry'),
  ranges: z.array(WireRange).min(1).max(100),
}

const Request = z.strictObject({
  batch: Id,
  authorisation: Id,
  vintage: z.string().regex(/^20\d\d$/, 'must be a year such as 2024'),
  to: Id,
  reason: Code,
  source: z.strictObject(source),
})
type Request = z.infer<typeof Request>
const Conversion = Request.extend({ allotted: z.strictObject({ first: SerialNumber, itmos: Itmos }) })
type Conversion = z.infer<typeof Conversion>

function units(body: Request): bigint {
  return sumOf(body.source.ranges.map(fromWire))
}

function piecesOf(state: State, { source }: Request): Run[] {
  const runs = state.runs(source.space)
  return source.ranges.flatMap((range) => runs.pieces(fromWire(range)))
}

/** A registry that is known, and ranges in their order: without that there is no telling how many units there are. */
function admitNamed(state: State, { source }: Request): Refusal | undefined {
  if (!state.get('registry', source.registry)) {
    return refuse('registry-unknown', { field: 'source', registry: source.registry })
  }
  let last = -1n
  const disorder = source.ranges.find((range) => {
    const bad = !isAscending(range) || BigInt(range[0]) <= last
    last = BigInt(range[1])
    return bad
  })
  return disorder && refuse('ranges-disorder', { field: 'source', first: disorder[0], last: disorder[1] })
}

/** The units stand cancelled in the records of their registry, are of the vintage, and nothing was issued for them yet. */
function admitSource(state: State, body: Request): Refusal | undefined {
  const unnamed = admitNamed(state, body)
  if (unnamed) return unnamed
  const pieces = piecesOf(state, body)
  const end = state.get('registry', body.source.registry)?.cancelled
  const cancelled = pieces.filter(({ account }) => account === end)
  const converted = pieces.find(({ attributes }) => wordOf(attributes, CONVERTED) !== undefined)
  const other = pieces.find((piece) => piece.class.split('/')[2] !== body.vintage)
  return firstOf(
    admitRuns(pieces, MAX_PIECES, 'source'),
    sumOf(cancelled) !== units(body) &&
      refuse('not-cancelled', { field: 'source', cancelled: sumOf(cancelled).toString() }),
    converted &&
      refuse('already-converted', { field: 'source', first: `${converted.first}`, last: `${converted.last}` }),
    other && refuse('vintage-wrong', { field: 'vintage', known: other.class.split('/')[2] ?? '' }),
  )
}

/** The units that are issued, before and after their first transfer, where that is being issued. */
function issuedUnits(state: State, body: Request, ground: Ground, first: bigint): { before: Run[]; after: Run[] } {
  const { batch, to: account } = body
  const range = { first, last: first + units(body) - 1n }
  const run = { space: ground.space, batch, class: classOf(ground, body.vintage), account, attributes: '', ...range }
  return { before: [run], after: isFirstByIssuance(ground.authorisation) ? marked(state, body, [run]) : [run] }
}

function itmosIssued(state: State, body: Request, ground: Ground, runs: readonly Run[]): Itmos | Refusal {
  const { project, space, authorisation } = ground
  return itmosOf(state, { project, space, vintage: body.vintage, unitType: authorisation.unitType }, runs)
}

/** Where it is defined so, the units are first transferred by being issued, within the authorisation. */
function admitMarks(state: State, body: Conversion, ground: Ground): Refusal | undefined {
  const { before, after } = issuedUnits(state, body, ground, BigInt(body.allotted.first))
  return firstOf(
    isFirstByIssuance(ground.authorisation) && admitFirstTransfer(state, body.authorisation, before),
    admitItmos(body.allotted.itmos, itmosIssued(state, body, ground, after)),
  )
}

/**
 * Conversion: units of another registry that are on record here as cancelled there are issued here, one for one, under an
 * authorisation of this country. They are marked, so that it happens once.
 */
export const unitsConverted = defineRule<Conversion, Request>({
  type: 'UnitsConverted',
  v: 1,
  body: Conversion,
  request: Request,
  attested: ['that they were cancelled for this conversion, and are of this project'],
  reads: (state, request) => {
    const ground = groundOf(state, request.authorisation)
    const unitClass = ground ? classOf(ground, request.vintage) : ''
    const cancelled = state.peek('registry', request.source.registry)?.cancelled
    return {
      ...noKeys(),
      rows: [
        { kind: 'batch', id: request.batch },
        { kind: 'registry', id: request.source.registry },
        ...(cancelled ? [{ kind: 'account' as const, id: cancelled }] : []),
        { kind: 'account', id: request.to },
        { kind: 'balance', id: balanceId(request.to, unitClass) },
        ...groundReads(state, request.authorisation, request.vintage),
        ...partiesReads(state, state.peek('authorisation', request.authorisation)?.project),
        ...(ground ? [{ kind: 'outstanding' as const, id: ground.project }, ...certifiedReads(ground.owner)] : []),
      ],
      runs: request.source.ranges
        .filter(isAscending)
        .map((range) => ({ space: request.source.space, most: MAX_PIECES, ...fromWire(range) })),
    }
  },
  decide: (state, request) => {
    const ground = groundOf(state, request.authorisation)
    if (!ground) return refuse('authorisation-unknown', { authorisation: request.authorisation })
    const unnamed = admitNamed(state, request)
    if (unnamed) return unnamed
    const first = nextNumber(state, ground)
    if (first + units(request) - 1n > MAX_SERIAL) return refuse('serials-exhausted', { space: ground.space })
    const itmos = itmosIssued(state, request, ground, issuedUnits(state, request, ground, first).after)
    return isRefusal(itmos) ? itmos : { ...request, allotted: { first: first.toString(), itmos } }
  },
  act: (state, body) => ({
    action: 'credits.convert',
    organisations: organisationsOf(state, [body.to]),
    ...partiesOf(state, state.get('authorisation', body.authorisation)?.project),
    quantity: units(body),
  }),
  admit: (state, body, { preset }, { at }) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return refuse('authorisation-unknown', { authorisation: body.authorisation })
    return firstOf(
      freshStream(state, 'batch', body.batch),
      usable(state, 'to', body.to, 'holding'),
      admitSource(state, body),
      admitVintage(body.vintage, at),
      admitGround(state, ground, units(body), preset),
      admitFirst(state, ground, body.allotted.first, units(body)),
      admitMarks(state, body, ground),
      !preset.purposes.change.includes(body.reason) &&
        refuse('code-unknown', { field: 'reason', allowed: preset.purposes.change.join(', ') }),
    )
  },
  streams: (state, body) => {
    const project = state.get('authorisation', body.authorisation)?.project
    const cancelled = state.get('registry', body.source.registry)?.cancelled
    return [body.batch, ...(project ? [project] : []), body.to, ...(cancelled ? [cancelled] : [])]
  },
  effects: (state, body) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return noEffects()
    const first = BigInt(body.allotted.first)
    const quantity = units(body)
    const { before, after } = issuedUnits(state, body, ground, first)
    const marks = isFirstByIssuance(ground.authorisation)
    const unitClass = classOf(ground, body.vintage)
    const postings = [{ from: state.ledger().issuance, to: body.to, class: unitClass, amount: quantity }]
    return {
      puts: [
        ...(marks ? firstTransferPuts(state, body, before) : []),
        ...batchPuts(state, ground, body, first, quantity, marks ? quantity : 0n),
        ...outstandingPuts(state, ground.project, postings),
      ],
      postings,
      runs: [
        ...after,
        ...piecesOf(state, body).map((piece) => ({ ...piece, attributes: withWord(piece.attributes, CONVERTED) })),
      ],
    }
  },
})
