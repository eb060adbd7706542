import { z } from 'zod'
import { withoutWord } from '../attributes.ts'
import { Commitment, countOf, fromWire, Id, isAscending, LegalDate, type Range, sumOf, WireRange } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { type Run, without } from '../runs.ts'
import { type Effects, type Keys, noKeys, type State } from '../state.ts'
import {
  admitProject,
  changeLot,
  classOf,
  classRows,
  ForeignProject,
  ForeignSpace,
  foreignPut,
  MirrorUnitType,
  MirrorVintage,
  mirrorStreams,
  RegistryCode,
  withKnownProject,
} from './mirror-classes.ts'
import { fresh, freshStream } from './organisations.ts'

const Opening = z.strictObject({ registry: RegistryCode, active: Id, retired: Id, cancelled: Id })
type Opening = z.infer<typeof Opening>

/** Opens the records of another registry: three accounts that stand for the fate of its units. */
export const mirrorOpened = defineRule<Opening, Opening>({
  type: 'MirrorOpened',
  v: 1,
  body: Opening,
  request: Opening,
  attested: ['that the records are those of the registry named'],
  reads: (_state, body) => ({
    ...noKeys(),
    rows: [
      { kind: 'registry', id: body.registry },
      ...[body.active, body.retired, body.cancelled].map((id) => ({ kind: 'account' as const, id })),
    ],
  }),
  decide: (_state, request) => request,
  act: () => ({ action: 'mirrors.open', organisations: [] }),
  admit: (state, body) => {
    const accounts = [body.active, body.retired, body.cancelled]
    return firstOf(
      fresh(state, 'registry', body.registry),
      ...accounts.map((account) => freshStream(state, 'account', account)),
      new Set(accounts).size < 3 && refuse('already-exists', { field: 'accounts' }),
    )
  },
  streams: (_state, body) => [body.active, body.retired, body.cancelled],
  effects: (state, { registry, active, retired, cancelled }) => {
    const organisation = state.ledger().authority
    return {
      ...noEffects(),
      puts: [
        { kind: 'registry', id: registry, row: { active, retired, cancelled } },
        {
          kind: 'account',
          id: active,
          row: { organisation, kind: 'mirror-active', active: true, policy: null, registry: null },
        },
        {
          kind: 'account',
          id: retired,
          row: { organisation, kind: 'mirror-retired', active: true, policy: null, registry: null },
        },
        {
          kind: 'account',
          id: cancelled,
          row: { organisation, kind: 'mirror-cancelled', active: true, policy: null, registry: null },
        },
      ],
    }
  },
})

/** One row of another registry's records, about consecutive serials. */
const MirrorRecord = z
  .strictObject({
    registry: RegistryCode,
    space: ForeignSpace,
    range: WireRange,
    project: ForeignProject,
    vintage: MirrorVintage,
    unitType: MirrorUnitType,
    /** Does the row itself say that the units were issued, and when? */
    issued: z.boolean(),
    issuedOn: LegalDate.nullable(),
    /** What became of them, and when. */
    fate: z.enum(['active', 'retired', 'cancelled']),
    fateOn: LegalDate.nullable(),
    /** Everything else that the row says, committed to. */
    facts: Commitment,
  })
  .refine((body) => isAscending(body.range), 'range ends before it begins')
  .refine((body) => body.issued || body.fate !== 'active', 'the row must say that units were issued or ended')
type MirrorRecord = z.infer<typeof MirrorRecord>

/** Units known only because their end was recorded: no issuance was seen that names their serial numbers. */
export const EVIDENCED = 'evidenced'

/** Most known runs that one record may touch, so that an entry's work is bounded. */
export const MAX_PIECES = 10_000

function mirrorReads(state: State, body: MirrorRecord): Keys {
  const runs = [{ space: body.space, most: MAX_PIECES + 2, ...fromWire(body.range) }]
  return { ...noKeys(), rows: classRows(state, body), runs }
}

function admitRecord(state: State, body: MirrorRecord): Refusal | undefined {
  const wrong = admitProject(state, body)
  const registry = state.get('registry', body.registry)
  if (wrong || !registry) return wrong
  const known = state.runs(body.space).pieces(fromWire(body.range))
  if (known.length > MAX_PIECES) return refuse('too-fragmented', { most: String(MAX_PIECES) })
  const other = known.find((run) => run.class !== classOf(body))
  if (other) return refuse('class-differs', { first: `${other.first}`, last: `${other.last}`, known: other.class })
  const ended = known.find((run) => run.account !== registry.active)
  if (body.fate !== 'active' && ended) {
    const fate = ended.account === registry.retired ? 'retired' : 'cancelled'
    return refuse('already-retired', { first: `${ended.first}`, last: `${ended.last}`, fate })
  }
  return undefined
}

/** The parts of the range that nothing was known of, and those that were. */
function partsOf(state: State, body: MirrorRecord): { known: Run[]; unknown: Range[] } {
  const range = fromWire(body.range)
  const known = state.runs(body.space).pieces(range)
  return { known, unknown: without([range], known) }
}

function recordEffects(state: State, body: MirrorRecord): Effects {
  const registry = state.get('registry', body.registry)
  if (!registry) return noEffects()
  const unitClass = classOf(body)
  const account = registry[body.fate]
  const { known, unknown } = partsOf(state, body)
  const numbered = sumOf(unknown)
  const confirmed = sumOf(known.filter(({ attributes }) => attributes !== withoutWord(attributes, EVIDENCED)))
  const lot = changeLot(state, body, { numbered, evidenced: body.issued ? -confirmed : numbered })
  const ended = body.fate === 'active' ? [] : [{ from: registry.active, to: account, class: unitClass }]
  const amount = countOf(fromWire(body.range))
  return {
    puts: [foreignPut(state, body), lot.put],
    postings: [...lot.postings, ...ended.map((posting) => ({ ...posting, amount }))],
    runs: [
      ...unknown.map((range) => ({
        ...range,
        space: body.space,
        batch: '',
        class: unitClass,
        account,
        attributes: body.issued ? '' : EVIDENCED,
      })),
      ...known.map((run) => ({
        ...run,
        account: body.fate === 'active' ? run.account : account,
        attributes: body.issued ? withoutWord(run.attributes, EVIDENCED) : run.attributes,
      })),
    ],
  }
}

/**
 * Records a row of another registry. Each serial knows two things: whether an issuance was seen, and what became of
 * it. Rows only add to that, so the state after a set of rows that do not contradict each other does not depend on their
 * order; of rows that do, the first one stands and the others are refused. Serials that come after an issuance without
 * them are carved from its lot (`mirror-classes.ts`).
 */
export const mirrorRecorded = defineRule<MirrorRecord, MirrorRecord>({
  type: 'MirrorRecorded',
  v: 1,
  body: MirrorRecord,
  request: MirrorRecord,
  attested: ['that the other registry says so'],
  reads: mirrorReads,
  decide: withKnownProject,
  act: () => ({ action: 'mirrors.record', organisations: [] }),
  admit: admitRecord,
  streams: (state, body) => mirrorStreams(state, body, ['active', body.fate]),
  effects: recordEffects,
})
