import { z } from 'zod'
import { Code, Id } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { type Effects, type Keys, noKeys, type State } from '../state.ts'
import { codeIn } from './accounts.ts'

/** Most affiliates of one organisation. */
export const MAX_AFFILIATES = 100

/** Two organisations, the lower id first: a pair has one form. */
const Pair = z
  .tuple([Id, Id])
  .refine(([a, b]) => a < b, 'must be two different organisations, in ascending order of their ids')
type Pair = z.infer<typeof Pair>

const Affiliation = z.strictObject({ organisations: Pair, kind: Code })
type Affiliation = z.infer<typeof Affiliation>

function pairReads({ organisations }: { organisations: Pair }): Keys {
  return { ...noKeys(), rows: organisations.map((id) => ({ kind: 'organisation' as const, id })) }
}

function admitKnown(state: State, pair: Pair): Refusal | undefined {
  const unknown = pair.find((id) => !state.get('organisation', id))
  return unknown === undefined ? undefined : refuse('organisation-unknown', { organisation: unknown })
}

function areAffiliated(state: State, [a, b]: Pair): boolean {
  return state.get('organisation', a)?.affiliates.includes(b) === true
}

/** Each of the two says so of the other. */
function affiliatedEffects(
  state: State,
  [a, b]: Pair,
  change: (affiliates: string[], other: string) => string[],
): Effects {
  const puts = [[a, b] as const, [b, a] as const].flatMap(([id, other]) => {
    const row = state.get('organisation', id)
    return row
      ? [{ kind: 'organisation' as const, id, row: { ...row, affiliates: change(row.affiliates, other) } }]
      : []
  })
  return { ...noEffects(), puts }
}

/**
 * Two organisations are close: by ownership, control or people. Neither decides on what the other owns, nor certifies it,
 * until that is over.
 */
export const affiliationRecorded = defineRule<Affiliation, Affiliation>({
  type: 'AffiliationRecorded',
  v: 1,
  body: Affiliation,
  request: Affiliation,
  attested: ['that the two are affiliated, and how'],
  reads: (_state, request) => pairReads(request),
  decide: (_state, request) => request,
  act: (_state, { organisations }) => ({ action: 'affiliations.record', organisations }),
  admit: (state, { organisations, kind }, { preset }, { by }) => {
    const { authority } = state.ledger()
    const full = organisations.find((id) => (state.get('organisation', id)?.affiliates.length ?? 0) >= MAX_AFFILIATES)
    return firstOf(
      admitKnown(state, organisations),
      // Nobody else may bar the authority from deciding on what he owns.
      organisations.includes(authority) &&
        state.get('mandate', by)?.organisation !== authority &&
        refuse('organisation-authority', { field: 'organisations' }),
      codeIn('kind', kind, preset.purposes.affiliation),
      areAffiliated(state, organisations) && refuse('already-exists', { field: 'organisations' }),
      full !== undefined &&
        refuse('too-many', { field: 'organisations', organisation: full, most: String(MAX_AFFILIATES) }),
    )
  },
  streams: () => [],
  effects: (state, { organisations }) =>
    affiliatedEffects(state, organisations, (affiliates, other) => [...affiliates, other].sort()),
})

const Ending = z.strictObject({ organisations: Pair, reason: Code })
type Ending = z.infer<typeof Ending>

export const affiliationEnded = defineRule<Ending, Ending>({
  type: 'AffiliationEnded',
  v: 1,
  body: Ending,
  request: Ending,
  attested: ['that the two are not affiliated any more'],
  reads: (_state, request) => pairReads(request),
  decide: (_state, request) => request,
  act: (_state, { organisations }) => ({ action: 'affiliations.end', organisations }),
  admit: (state, { organisations, reason }, { preset }) =>
    firstOf(
      admitKnown(state, organisations),
      !areAffiliated(state, organisations) && refuse('nothing-changes', { field: 'organisations' }),
      codeIn('reason', reason, preset.purposes.release),
    ),
  streams: () => [],
  effects: (state, { organisations }) =>
    affiliatedEffects(state, organisations, (affiliates, other) => affiliates.filter((one) => one !== other)),
})
