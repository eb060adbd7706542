import { z } from 'zod'
import { Code, Commitment, Id } from '../ids.ts'
import type { Act } from '../permissions.ts'
import type { Preset, Move as PresetMove } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { sharesSumTo100 } from '../shares.ts'
import { type Keys, noKeys, type Rows, type State } from '../state.ts'
import { organisationsOf, usable } from './accounts.ts'
import { admitAssigned, assignedReads } from './assignments.ts'
import { admitGrounds, admitMove, certifiersFor, type Deed, Grounds, groundsOf } from './machine.ts'
import { freshStream } from './organisations.ts'
import { partiesOf, partiesReads } from './parties.ts'
import { unsettledOf } from './settled.ts'

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
  effects: (
    state,
    body,
    {
      preset: {
        project: { initial },
      },
    },
    { at },
  ) => ({
    ...noEffects(),
    puts: [
      {
        kind: 'ledger',
        id: 'ledger',
        row: {
          ...state.ledger(),
          projects: body.allotted.number,
          states: counted(state.ledger().states, initial, 1),
        },
      },
      {
        kind: 'project',
        id: body.project,
        row: {
          number: body.allotted.number,
          state: initial,
          entered: { index: state.size, at },
          documents: {},
          findings: { open: 0, forward: 0, raised: {} },
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
          certifiedBy: [],
          crediting: null,
          periods: { opened: 0, last: null, states: {} },
          forward: {},
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

const Move = z
  .strictObject({
    project: Id,
    move: Code,
    /** A code of the preset, and what was written about it. */
    reason: Code.optional(),
    text: Commitment.optional(),
    /** Those that the move needs, in the versions in force. */
    documents: Grounds.optional(),
  })
  .refine(({ reason, text }) => text === undefined || reason !== undefined, 'a text goes with a reason')
type Move = z.infer<typeof Move>

/** By one of the moves of the preset, once all is there that the move needs. */
export const projectMoved = defineRule<Move, Move>({
  type: 'ProjectMoved',
  v: 1,
  body: Move,
  request: Move,
  attested: ['the grounds of the decision'],
  reads: (state, { project }) => {
    const keys = projectReads(state, project)
    return { ...keys, rows: [...keys.rows, { kind: 'outstanding', id: project }, ...assignedReads(state, project)] }
  },
  decide: (state, request, { preset }) => {
    const project = state.get('project', request.project)
    const documents = request.documents ?? (project && groundsOf(preset.project, project, request))
    return documents ? { ...request, documents } : request
  },
  act: (state, { project, move }, _written, { preset }) =>
    aboutDeed(state, project, `projects.move.${move}`, preset, { move }),
  admit: (state, body, { preset }, { at }) => {
    const project = state.get('project', body.project)
    if (!project) return refuse('project-unknown', { project: body.project })
    const unsettled = unsettledOf(project, state.get('outstanding', body.project), preset)
    return firstOf(
      admitMove(preset.project, { ...project, unsettled }, body, { at, preset }, (from, allowed) =>
        refuse('project-state', { state: from, allowed }),
      ),
      admitGrounds(body.documents, groundsOf(preset.project, project, body)),
      admitAssigned(state, preset.project, body),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, body, { preset }, { at }) => {
    const project = state.get('project', body.project)
    const move = preset.project.moves.find(({ name }) => name === body.move)
    if (!project || !move) return noEffects()
    const row = { ...project, state: move.to, entered: { index: state.size, at }, crediting: renewed(project, move) }
    const states = counted(counted(state.ledger().states, project.state, -1), move.to, 1)
    return {
      ...noEffects(),
      puts: [
        { kind: 'project', id: body.project, row },
        { kind: 'ledger', id: 'ledger', row: { ...state.ledger(), states } },
      ],
    }
  },
})

/** The project's crediting after a move, which may renew it. */
function renewed({ crediting }: Rows['project'], { renews }: Pick<PresetMove, 'renews'>): Rows['project']['crediting'] {
  return crediting && renews === true ? { ...crediting, renewed: crediting.renewed + 1 } : crediting
}

/** So many more, or fewer, are in a state; one in which there are none is left out. */
export function counted(states: Record<string, number>, state: string, more: number): Record<string, number> {
  const { [state]: before = 0, ...others } = states
  return before + more === 0 ? others : { ...others, [state]: before + more }
}

/** What the permission table is asked where something is done about a project, on the side of whoever owns it. */
export function aboutProject(state: State, project: string, action: string): Act {
  const parties = partiesOf(state, project)
  return { action, organisations: parties.interests, ...parties }
}

/** The same of a move or a document, which may be the work of one of the certifiers that are assigned. */
export function aboutDeed(
  state: State,
  project: string,
  action: string,
  { project: machine }: Pick<Preset, 'project'>,
  deed: Deed,
): Act {
  const { certifiers = {} } = state.get('project', project) ?? {}
  return { ...aboutProject(state, project, action), assigned: certifiersFor(machine, certifiers, deed) }
}

/** The rows that anything about a project looks at. */
export function projectReads(state: State, project: string): Keys {
  return { ...noKeys(), rows: partiesReads(state, project) }
}
