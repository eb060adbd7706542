import { z } from 'zod'
import { Code, Commitment, Id, Quantity } from '../ids.ts'
import { refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { sharesSumTo100 } from '../shares.ts'
import { noKeys } from '../state.ts'
import { codeIn, organisationsOf, usable } from './accounts.ts'
import { fresh, freshStream } from './organisations.ts'

const Share = z.string().regex(/^(100|[1-9]?\d)(\.\d{1,4})?$/, 'must be a percentage with at most 4 decimals')

const Owner = z.strictObject({ account: Id, share: Share })

const ProjectRequest = z.strictObject({
  project: Id,
  title: Commitment,
  scope: z.string().regex(/^\d{1,2}$/, 'must be the number of a sectoral scope'),
  methodology: z
    .string()
    .regex(/^[A-Z][A-Za-z0-9./-]{1,39}( v\d{1,3}(\.\d{1,3}){0,2})?$/, 'must be the code of a methodology'),
  owners: z.array(Owner).min(1).max(50),
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
      ...body.owners.map(({ account }) => usable(state, 'owners', account, 'holding')),
      new Set(body.owners.map(({ account }) => account)).size < body.owners.length &&
        refuse('already-exists', { field: 'owners' }),
      !sharesSumTo100(body.owners.map(({ share }) => share)) && refuse('shares-not-100', { field: 'owners' }),
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
        },
      },
    ],
  }),
})

const Move = z.strictObject({ project: Id, move: Code })
type Move = z.infer<typeof Move>

export const projectMoved = defineRule<Move, Move>({
  type: 'ProjectMoved',
  v: 1,
  body: Move,
  request: Move,
  attested: ['the grounds of the decision'],
  reads: (state, { project }) => ({
    ...noKeys(),
    rows: [
      { kind: 'project', id: project },
      ...(state.peek('project', project)?.owners ?? []).map(({ account }) => ({
        kind: 'account' as const,
        id: account,
      })),
    ],
  }),
  decide: (_state, request) => request,
  act: (state, body) => ({
    action: `projects.move.${body.move}`,
    organisations: organisationsOf(
      state,
      state.get('project', body.project)?.owners.map(({ account }) => account) ?? [],
    ),
  }),
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

const Authorisation = z
  .strictObject({
    authorisation: Id,
    project: Id,
    unitType: z.string().regex(/^[A-Z0-9]{3,4}$/, 'must be a unit type'),
    quantity: Quantity,
    purposes: z
      .array(Code)
      .max(3)
      .refine((purposes) => new Set(purposes).size === purposes.length, 'each purpose stands once'),
    /** When a unit counts as first transferred; needed for every purpose other than use towards an NDC. */
    firstTransfer: z.enum(['authorisation', 'issuance', 'use-or-cancellation']).nullable(),
    cooperativeApproach: z
      .string()
      .regex(/^CA\d{4}$/)
      .nullable(),
  })
  .refine(
    (body) => body.firstTransfer !== null || !body.purposes.some((purpose) => purpose.startsWith('OIMP')),
    'firstTransfer is needed for OIMP purposes',
  )
type Authorisation = z.infer<typeof Authorisation>

/** A quantity of mitigation outcomes is authorised (2/CMA.3 annex, para 2): nothing is issued beyond it. */
export const quantityAuthorised = defineRule<Authorisation, Authorisation>({
  type: 'QuantityAuthorised',
  v: 1,
  body: Authorisation,
  request: Authorisation,
  attested: ['the letter of authorisation'],
  reads: (_state, request) => ({
    ...noKeys(),
    rows: [
      { kind: 'authorisation', id: request.authorisation },
      { kind: 'project', id: request.project },
    ],
  }),
  decide: (_state, request) => request,
  act: () => ({ action: 'credits.authorise', organisations: [] }),
  admit: (state, body, { preset }) => {
    const project = state.get('project', body.project)
    return firstOf(
      fresh(state, 'authorisation', body.authorisation),
      !project && refuse('project-unknown', { project: body.project }),
      project &&
        !preset.project.mayAuthorise.includes(project.state) &&
        refuse('project-state', { state: project.state, allowed: preset.project.mayAuthorise.join(', ') }),
      !(body.unitType in preset.unitTypes) &&
        refuse('unit-type-unknown', { field: 'unitType', allowed: Object.keys(preset.unitTypes).join(', ') }),
      ...body.purposes.map((purpose) => codeIn('purposes', purpose, preset.purposes.authorisation)),
    )
  },
  streams: (_state, body) => [body.project],
  effects: (_state, { authorisation, quantity, ...granted }) => ({
    ...noEffects(),
    puts: [{ kind: 'authorisation', id: authorisation, row: { ...granted, quantity: BigInt(quantity), issued: 0n } }],
  }),
})
