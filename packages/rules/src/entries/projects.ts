import { z } from 'zod'
import { Code, Commitment, Id } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { sharesSumTo100 } from '../shares.ts'
import { noKeys, type State } from '../state.ts'
import { organisationsOf, usable } from './accounts.ts'
import { freshStream } from './organisations.ts'
import { partiesOf, partiesReads } from './parties.ts'

const Share = z.string().regex(/^(100|[1-9]?\d)(\.\d{1,4})?$/, 'must be a percentage with at most 4 decimals')

export const Owner = z.strictObject({ account: Id, share: Share })
const Owners = z.array(Owner).min(1).max(50)
type Owners = z.infer<typeof Owners>

const ProjectRequest = z.strictObject({
  project: Id,
  title: Commitment,
  scope: z.string().regex(/^\d{1,2}$/, 'must be the number of a sectoral scope'),
  methodology: z
    .string()
    .regex(/^[A-Z][A-Za-z0-9./-]{1,39}( v\d{1,3}(\.\d{1,3}){0,2})?$/, 'must be the code of a methodology'),
  owners: Owners,
})
type ProjectRequest = z.infer<typeof ProjectRequest>

const Project = ProjectRequest.extend({ allotted: z.strictObject({ number: z.number().int().min(1) }) })
type Project = z.infer<typeof Project>

export const projectRegistered = defineRule<Project, ProjectRequest>({
  type: 'ProjectRegistered',
  v: 1,
  body: Project,
  request: ProjectRequest,
  attested: ['what the project is and does', 'who owns it, and in which shares'],
  reads: (_state, request) => ({
    ...noKeys(),
    rows: [
      { kind: 'project', id: request.project },
      ...request.owners.map(({ account }) => ({ kind: 'account' as const, id: account })),
    ],
  }),
  decide: (state, request) => ({ ...request, allotted: { number: state.ledger().projects + 1 } }),
  act: (state, body) => ({
    action: 'projects.register',
    organisations: organisationsOf(
      state,
      body.owners.map(({ account }) => account),
    ),
  }),
  admit: (state, body, { preset }) =>
    firstOf(
      freshStream(state, 'project', body.project),
      body.allotted.number !== state.ledger().projects + 1 && refuse('allocation-wrong', { field: 'number' }),
      !preset.scopes.includes(body.scope) &&
        refuse('scope-unknown', { field: 'scope', allowed: preset.scopes.join(', ') }),
      admitOwners(state, body.owners),
    ),
  streams: (_state, body) => [body.project],
  effects: (state, body, { preset }) => ({
    ...noEffects(),
    puts: [
      { kind: 'ledger', id: 'ledger', row: { ...state.ledger(), projects: body.allotted.number } },
      {
        kind: 'project',
        id: body.project,
        row: {
          number: body.allotted.number,
          state: preset.project.initial,
          scope: body.scope,
          methodology: body.methodology,
          title: body.title,
          owners: body.owners,
          buffer: '0',
          exempt: [],
          debts: {},
          reversals: 0,
          assessed: null,
          raised: null,
          certifiers: {},
          verified: null,
        },
      },
    ],
  }),
})

/** The same owners in the same order, with the same shares. */
export function sameOwners(some: Owners, others: Owners): boolean {
  return (
    some.length === others.length &&
    some.every(({ account, share }, at) => account === others[at]?.account && share === others[at]?.share)
  )
}

/** Every owner has an account that takes part, once, and the shares sum to 100 %. */
function admitOwners(state: State, owners: Owners): Refusal | undefined {
  return firstOf(
    ...owners.map(({ account }) => usable(state, 'owners', account, 'holding')),
    new Set(owners.map(({ account }) => account)).size < owners.length && refuse('already-exists', { field: 'owners' }),
    !sharesSumTo100(owners.map(({ share }) => share)) && refuse('shares-not-100', { field: 'owners' }),
  )
}

const Ownership = z.strictObject({ project: Id, owners: Owners })
type Ownership = z.infer<typeof Ownership>

/** Other owners, or other shares, from the next issuance on. What was issued stays where it is. */
export const ownershipChanged = defineRule<Ownership, Ownership>({
  type: 'OwnershipChanged',
  v: 1,
  body: Ownership,
  request: Ownership,
  attested: ['the consent of those who owned it before'],
  reads: (state, request) => ({
    ...noKeys(),
    rows: [
      ...partiesReads(state, request.project),
      ...request.owners.map(({ account }) => ({ kind: 'account' as const, id: account })),
    ],
  }),
  decide: (_state, request) => request,
  act: (state, body) => ({ action: 'projects.own', organisations: [], ...partiesOf(state, body.project) }),
  admit: (state, body) => {
    const project = state.get('project', body.project)
    return firstOf(
      !project && refuse('project-unknown', { project: body.project }),
      admitOwners(state, body.owners),
      project && sameOwners(project.owners, body.owners) && refuse('nothing-changes', { field: 'owners' }),
    )
  },
  streams: (_state, body) => [body.project, ...body.owners.map(({ account }) => account)],
  effects: (state, body) => {
    const project = state.get('project', body.project)
    return project
      ? { ...noEffects(), puts: [{ kind: 'project', id: body.project, row: { ...project, owners: body.owners } }] }
      : noEffects()
  },
})

const Move = z.strictObject({ project: Id, move: Code })
type Move = z.infer<typeof Move>

export const projectMoved = defineRule<Move, Move>({
  type: 'ProjectMoved',
  v: 1,
  body: Move,
  request: Move,
  attested: ['the grounds of the decision'],
  reads: (state, { project }) => ({ ...noKeys(), rows: partiesReads(state, project) }),
  decide: (_state, request) => request,
  act: (state, body) => {
    const parties = partiesOf(state, body.project)
    return { action: `projects.move.${body.move}`, organisations: parties.interests, ...parties }
  },
  admit: (state, body, { preset }) => {
    const project = state.get('project', body.project)
    const move = preset.project.moves.find(({ name }) => name === body.move)
    return firstOf(
      !project && refuse('project-unknown', { project: body.project }),
      !move && refuse('move-unknown', { allowed: preset.project.moves.map(({ name }) => name).join(', ') }),
      project &&
        move &&
        !move.from.includes(project.state) &&
        refuse('project-state', { state: project.state, allowed: move.from.join(', ') }),
    )
  },
  streams: (_state, body) => [body.project],
  effects: (state, body, { preset }) => {
    const project = state.get('project', body.project)
    const move = preset.project.moves.find(({ name }) => name === body.move)
    return project && move
      ? { ...noEffects(), puts: [{ kind: 'project', id: body.project, row: { ...project, state: move.to } }] }
      : noEffects()
  },
})
