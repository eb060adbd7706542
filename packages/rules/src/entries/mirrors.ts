import { z } from 'zod'
import { Commitment, fromWire, Id, isAscending, LegalDate, type Range, sumOf, WireRange } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { type Run, without } from '../runs.ts'
import { mirrorClass } from '../spaces.ts'
import { balanceId, type Keys, noKeys, type RowKey, type State } from '../state.ts'
import { fresh, freshStream } from './organisations.ts'

/** `national` is this registry itself. */
const RegistryCode = z.string().regex(/^(?!national$)[a-z][a-z0-9-]{1,39}$/, 'must be the code of another registry')

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
    /** The other registry's number space, such as `verra:VCU`; never one of ours. */
    space: z
      .string()
      .regex(/^(?!national:|itmo:)[a-z][a-z0-9-]*:[A-Za-z0-9/._-]{1,100}$/, 'must be a space of another registry'),
    range: WireRange,
    project: z.strictObject({ id: Id, code: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/) }),
    vintage: z.string().regex(/^(19|20)\d\d$/),
    unitType: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$/),
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

/** Units known only because their end was recorded. */
export const EVIDENCED = 'evidenced'

function classOf(body: MirrorRecord): string {
  return mirrorClass(body.registry, body.project.code, body.vintage, body.unitType)
}

function foreignId(body: MirrorRecord): string {
  return `${body.registry}/${body.project.code}`
}

function mirrorReads(state: State, body: MirrorRecord): Keys {
  const rows: RowKey[] = [
    { kind: 'registry', id: body.registry },
    { kind: 'foreign', id: foreignId(body) },
    { kind: 'stream', id: state.peek('foreign', foreignId(body))?.id ?? body.project.id },
  ]
  const registry = state.peek('registry', body.registry)
  const accounts = registry ? [registry.active, registry.retired, registry.cancelled] : []
  for (const account of [...accounts, state.ledger().issuance]) {
    rows.push({ kind: 'account', id: account }, { kind: 'balance', id: balanceId(account, classOf(body)) })
  }
  return { ...noKeys(), rows, runs: [{ space: body.space, most: MAX_PIECES + 2, ...fromWire(body.range) }] }
}

/** Most known runs that one record may touch, so that an entry's work is bounded. */
export const MAX_PIECES = 10_000

function admitRecord(state: State, body: MirrorRecord): Refusal | undefined {
  const registry = state.get('registry', body.registry)
  if (!registry) return refuse('registry-unknown', { registry: body.registry })
  const foreign = state.get('foreign', foreignId(body))
  if (foreign && foreign.id !== body.project.id) return refuse('allocation-wrong', { field: 'project.id' })
  if (!foreign && state.get('stream', body.project.id)) return refuse('already-exists', { field: 'project.id' })
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

/**
 * Records a row of another registry. Each serial knows two things: whether an issuance was seen, and what became of
 * it. Rows only add to that, so the state after a set of rows that do not contradict each other does not depend on their
 * order; of rows that do, the first one stands and the others are refused.
 */
export const mirrorRecorded = defineRule<MirrorRecord, MirrorRecord>({
  type: 'MirrorRecorded',
  v: 1,
  body: MirrorRecord,
  request: MirrorRecord,
  attested: ['that the other registry says so'],
  reads: mirrorReads,
  decide: (state, request) => {
    const foreign = state.get('foreign', foreignId(request))
    return foreign ? { ...request, project: { ...request.project, id: foreign.id } } : request
  },
  act: () => ({ action: 'mirrors.record', organisations: [] }),
  admit: admitRecord,
  streams: (state, body) => {
    const registry = state.get('registry', body.registry)
    if (!registry) return [body.project.id]
    return [...new Set([body.project.id, registry.active, registry[body.fate]])]
  },
  effects: (state, body) => {
    const registry = state.get('registry', body.registry)
    if (!registry) return noEffects()
    const unitClass = classOf(body)
    const account = registry[body.fate]
    const { known, unknown } = partsOf(state, body)
    const ends = body.fate !== 'active'
    const postings = [
      { from: state.ledger().issuance, to: account, class: unitClass, amount: sumOf(unknown) },
      { from: registry.active, to: account, class: unitClass, amount: ends ? sumOf(known) : 0n },
    ]
    return {
      puts: [
        {
          kind: 'foreign',
          id: foreignId(body),
          row: { id: body.project.id, registry: body.registry, code: body.project.code },
        },
      ],
      postings: postings.filter(({ amount }) => amount > 0n),
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
          account: ends ? account : run.account,
          attributes: body.issued ? '' : run.attributes,
        })),
      ],
    }
  },
})
