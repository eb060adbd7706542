import { z } from 'zod'
import { withWord } from '../attributes.ts'
import { Commitment, countOf, fromWire, Hash, isAscending, Quantity, type Range, sumOf, WireRange } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import type { Run } from '../runs.ts'
import { type Effects, type Keys, noKeys, type Posting, type RowKey, type Rows, type State } from '../state.ts'
import {
  admitProject,
  changeLot,
  classOf,
  classRows,
  ForeignProject,
  ForeignSpace,
  foreignPut,
  lotOf,
  MirrorUnitType,
  MirrorVintage,
  mirrorStreams,
  RegistryCode,
  withKnownProject,
} from './mirror-classes.ts'
import { EVIDENCED } from './mirrors.ts'
import { MAX_RANGES } from './movement.ts'

/** What was known of units before the record that is taken back. */
const Before = z.enum(['unknown', 'active', 'evidenced'])

const Units = z
  .strictObject({
    kind: z.literal('units'),
    space: ForeignSpace,
    /** What the record said of them. */
    issued: z.boolean(),
    fate: z.enum(['active', 'retired', 'cancelled']),
    /** The units taken back, ascending, each with what was known of it before; none, if others say all of it, too. */
    parts: z.array(z.strictObject({ range: WireRange, before: Before })).max(MAX_RANGES),
  })
  .refine(({ parts }) => parts.every(({ range }) => isAscending(range)), 'range ends before it begins')
type Units = z.infer<typeof Units>

const Lot = z.strictObject({ kind: z.literal('lot'), quantity: Quantity })

const Correction = z.strictObject({
  registry: RegistryCode,
  project: ForeignProject,
  vintage: MirrorVintage,
  unitType: MirrorUnitType,
  /** The entry that was wrong. */
  record: z.strictObject({ index: z.number().int().min(1), leaf: Hash }),
  taken: z.discriminatedUnion('kind', [Units, Lot]),
  /** Why, committed to. */
  reason: Commitment,
})
type Correction = z.infer<typeof Correction>

function correctionRows(state: State, body: Correction): RowKey[] {
  return [...classRows(state, body), { kind: 'corrected', id: `${body.record.index}` }]
}

/** Most runs that are looked at of one part: what one record has left is one run, or few. */
const MAX_RUNS = 1_000

function runsOf(taken: Correction['taken']): Keys['runs'] {
  if (taken.kind === 'lot') return []
  return taken.parts.map(({ range }) => ({ space: taken.space, most: MAX_RUNS + 2, ...fromWire(range) }))
}

function admitCorrection(state: State, body: Correction): Refusal | undefined {
  const { index } = body.record
  return firstOf(
    admitProject(state, body),
    index >= state.size && refuse('allocation-wrong', { field: 'record.index' }),
    state.get('corrected', `${index}`) && refuse('already-exists', { field: 'record' }),
    body.taken.kind === 'lot'
      ? admitLot(state, body, BigInt(body.taken.quantity))
      : admitUnits(state, body, body.taken),
  )
}

function admitLot(state: State, body: Correction, quantity: bigint): Refusal | undefined {
  const known = lotOf(state, classOf(body)).quantity
  return known < quantity ? refuse('changed-since', { quantity: `${known}` }) : undefined
}

function admitUnits(state: State, body: Correction, { space, issued, fate, parts }: Units): Refusal | undefined {
  const registry = state.get('registry', body.registry)
  const ranges = parts.map(({ range }) => fromWire(range))
  const disorder = ranges.find((range, at) => at > 0 && range.first <= (ranges[at - 1]?.last ?? 0n))
  if (disorder) return refuse('ranges-disorder', { first: `${disorder.first}` })
  for (const { range: wire, before } of parts) {
    const range = fromWire(wire)
    const pieces = state.runs(space).pieces(range)
    const left = isLeftBy(registry, { issued, fate, before })
    if (pieces.length > MAX_RUNS) return refuse('too-fragmented', { most: String(MAX_RUNS) })
    const whole = sumOf(pieces) === countOf(range)
    if (left && whole && pieces.every((run) => run.class === classOf(body) && left(run))) continue
    return refuse('changed-since', { first: wire[0], last: wire[1] })
  }
  return undefined
}

/** Whether a run is as the record has left it; undefined if a record that says this cannot have been made of `before`. */
function isLeftBy(
  registry: Rows['registry'] | undefined,
  { issued, fate, before }: Pick<Units, 'issued' | 'fate'> & { before: z.infer<typeof Before> },
): ((run: Run) => boolean) | undefined {
  if (!registry) return undefined
  const account = registry[fate]
  const ends = fate !== 'active'
  if (before === 'unknown') {
    return issued || ends ? (run) => run.account === account && run.attributes === (issued ? '' : EVIDENCED) : undefined
  }
  if (before === 'active') return ends ? (run) => run.account === account && run.attributes === '' : undefined
  return issued && !ends ? (run) => run.account !== registry.active && run.attributes === '' : undefined
}

function correctionEffects(state: State, body: Correction): Effects {
  const corrected = { kind: 'corrected' as const, id: `${body.record.index}`, row: { index: state.size } }
  const foreign = foreignPut(state, body)
  if (body.taken.kind === 'units') return unitsEffects(state, body, body.taken, [foreign, corrected])
  const lot = changeLot(state, body, { quantity: -BigInt(body.taken.quantity) })
  return { ...noEffects(), puts: [foreign, corrected, lot.put], postings: lot.postings }
}

function unitsEffects(state: State, body: Correction, taken: Units, puts: Effects['puts']): Effects {
  const registry = state.get('registry', body.registry)
  if (!registry) return noEffects()
  const { space, issued, fate, parts } = taken
  const of = (before: z.infer<typeof Before>): Range[] =>
    parts.flatMap((part) => (part.before === before ? [fromWire(part.range)] : []))
  const pieces = (ranges: Range[]): Run[] => ranges.flatMap((range) => state.runs(space).pieces(range))
  const unknown = sumOf(of('unknown'))
  const evidenced = sumOf(of('evidenced')) - (issued ? 0n : unknown)
  const lot = changeLot(state, body, { numbered: -unknown, evidenced })
  const back: Posting = {
    from: registry[fate],
    to: registry.active,
    class: classOf(body),
    amount: fate === 'active' ? 0n : unknown + sumOf(of('active')),
  }
  return {
    puts: [...puts, lot.put],
    postings: [...(back.amount > 0n ? [back] : []), ...lot.postings],
    runs: [
      ...pieces(of('active')).map((run) => ({ ...run, account: registry.active })),
      ...pieces(of('evidenced')).map((run) => ({ ...run, attributes: withWord(run.attributes, EVIDENCED) })),
    ],
    gone: of('unknown').map((range) => ({ ...range, space })),
  }
}

/**
 * Takes back a record of another registry that was wrong, as long as its units are as it has left them. What the units
 * were before is stated, and judged against what they are now; which of them other records speak of, too, is for those who
 * propose and approve to see.
 */
export const mirrorCorrected = defineRule<Correction, Correction>({
  type: 'MirrorCorrected',
  v: 1,
  body: Correction,
  request: Correction,
  attested: ['that the record named is wrong', 'what was known of the units before it'],
  reads: (state, body) => ({ ...noKeys(), rows: correctionRows(state, body), runs: runsOf(body.taken) }),
  decide: withKnownProject,
  act: () => ({ action: 'mirrors.correct', organisations: [] }),
  admit: admitCorrection,
  streams: (state, body) =>
    mirrorStreams(state, body, ['active', body.taken.kind === 'units' ? body.taken.fate : 'active']),
  effects: correctionEffects,
})
