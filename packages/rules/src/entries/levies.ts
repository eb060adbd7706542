import { z } from 'zod'
import { Code, Id } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { isAbove, Percentage, percentOf, splitByShares } from '../shares.ts'
import { type AccountKind, noKeys, type Pools, type Rows, type State } from '../state.ts'
import { usable } from './accounts.ts'
import { partiesOf, partiesReads } from './parties.ts'
import { owedOf } from './pool.ts'

/** What is taken from an issuance before the owners get theirs: percentages. */
export const Levies = z.strictObject({
  buffer: Percentage,
  shareOfProceeds: Percentage,
  omge: Percentage,
  host: Percentage,
})
export type Levies = z.infer<typeof Levies>
export type Levy = keyof Levies

/** In the order in which an issuance lists its ranges. */
export const levyOrder = ['buffer', 'shareOfProceeds', 'omge', 'host'] as const satisfies Levy[]

const kinds: Readonly<Record<Levy, AccountKind>> = {
  buffer: 'buffer',
  shareOfProceeds: 'share-of-proceeds',
  omge: 'omge',
  host: 'holding',
}

const Naming = z.strictObject({
  buffer: Id.nullable(),
  shareOfProceeds: Id.nullable(),
  omge: Id.nullable(),
  host: Id.nullable(),
})
type Naming = z.infer<typeof Naming>

/** The government names the accounts that the parts of issuances go to. */
export const poolsNamed = defineRule<Naming, Naming>({
  type: 'PoolsNamed',
  v: 1,
  body: Naming,
  request: Naming,
  attested: [],
  reads: (_state, request) => ({
    ...noKeys(),
    rows: levyOrder.flatMap((levy) => {
      const id = request[levy]
      return id === null ? [] : [{ kind: 'account' as const, id }]
    }),
  }),
  decide: (_state, request) => request,
  act: () => ({ action: 'pools.name', organisations: [] }),
  admit: (state, body) => {
    const { pools } = state.ledger()
    return firstOf(
      ...levyOrder.map((levy) => {
        const id = body[levy]
        return id !== null && usable(state, levy, id, kinds[levy])
      }),
      // What a project gave to the buffer must be found there when it reverses.
      pools.buffer !== null && body.buffer !== pools.buffer && refuse('pool-in-use', { field: 'buffer' }),
      levyOrder.every((levy) => body[levy] === pools[levy]) && refuse('nothing-changes', { field: 'buffer' }),
    )
  },
  streams: (_state, body) => levyOrder.flatMap((levy) => body[levy] ?? []),
  effects: (state, body) => ({
    ...noEffects(),
    puts: [{ kind: 'ledger', id: 'ledger', row: { ...state.ledger(), pools: body } }],
  }),
})

const Terms = z.strictObject({
  project: Id,
  buffer: Percentage,
  exempt: z
    .array(z.enum(['shareOfProceeds', 'omge', 'host']))
    .max(3)
    .refine((exempt) => new Set(exempt).size === exempt.length, 'each levy stands once'),
  reason: Code,
})
type Terms = z.infer<typeof Terms>

/** The buffer percentage of a project, from its reversal risk, and the levies that it is exempt from. */
export const issuanceTermsSet = defineRule<Terms, Terms>({
  type: 'IssuanceTermsSet',
  v: 1,
  body: Terms,
  request: Terms,
  attested: ['the risk assessment and the ground of an exemption'],
  reads: (state, { project }) => ({ ...noKeys(), rows: partiesReads(state, project) }),
  decide: (_state, request) => request,
  act: (state, { project }) => ({ action: 'projects.terms', organisations: [], ...partiesOf(state, project) }),
  admit: (state, body, { preset }) => {
    const project = state.get('project', body.project)
    return firstOf(
      !project && refuse('project-unknown', { project: body.project }),
      !preset.purposes.change.includes(body.reason) &&
        refuse('code-unknown', { field: 'reason', allowed: preset.purposes.change.join(', ') }),
    )
  },
  streams: (_state, body) => [body.project],
  effects: (state, { project: id, buffer, exempt, reason }, { preset }, { at }) => {
    const project = state.get('project', id)
    if (!project) return noEffects()
    const assessed = reason === preset.buffer.assessment ? at : project.assessed
    const raised = isAbove(buffer, project.buffer) ? at : project.raised
    return { ...noEffects(), puts: [{ kind: 'project', id, row: { ...project, buffer, exempt, assessed, raised } }] }
  },
})

/** The percentages in force for units of a type of this project. */
export function leviesFor(project: Rows['project'], unitType: string, preset: Preset): Levies {
  const ofType = preset.levies.unitTypes[unitType] ?? { shareOfProceeds: '0', omge: '0', host: '0' }
  const rate = (levy: Exclude<Levy, 'buffer'>) => (project.exempt.includes(levy) ? '0' : ofType[levy])
  return {
    buffer: project.buffer,
    shareOfProceeds: rate('shareOfProceeds'),
    omge: rate('omge'),
    host: rate('host'),
  }
}

/** How many units of an issuance go where: to each levy's account, and to the owners in their order. */
export interface Split {
  levies: Record<Levy, bigint>
  /** Of the buffer's part, what repays the project's debt. */
  repaid: bigint
  owners: bigint[]
}

/**
 * Splits an issuance: the buffer's part rounded up, the levies from what is left or from the whole as the preset says,
 * then what the project owes to the buffer in units of this type, the rest to the owners by share. The parts sum to the
 * quantity. Refused where nothing would be left for a part that is due.
 */
export function splitIssuance(
  quantity: bigint,
  project: Rows['project'],
  unitType: string,
  levies: Levies,
  preset: Preset,
): Split | Refusal {
  const { base, rounding } = preset.levies
  const buffer = percentOf(quantity, levies.buffer, 'up')
  const of = base === 'gross' ? quantity : quantity - buffer
  const [shareOfProceeds, omge, host] = (['shareOfProceeds', 'omge', 'host'] as const).map((levy) =>
    percentOf(of, levies[levy], rounding),
  ) as [bigint, bigint, bigint]
  const net = quantity - buffer - shareOfProceeds - omge - host
  if (net < 0n) return refuse('split-wrong', { field: 'quantity', short: (-net).toString() })
  const owed = preset.buffer.debitIssuances ? owedOf(project, unitType) : 0n
  const repaid = owed < net ? owed : net
  return {
    levies: { buffer: buffer + repaid, shareOfProceeds, omge, host },
    repaid,
    owners: splitByShares(
      net - repaid,
      project.owners.map(({ share }) => share),
    ),
  }
}

/** Every part that is due has an account that takes it. */
export function admitPools(state: State, { levies }: Split, pools: Pools): Refusal | undefined {
  return firstOf(
    ...levyOrder.map((levy) => {
      if (levies[levy] === 0n) return undefined
      const account = pools[levy]
      return account === null ? refuse('pool-missing', { pool: levy }) : usable(state, levy, account, kinds[levy])
    }),
  )
}
