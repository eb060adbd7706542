import { z } from 'zod'
import { Commitment, Id } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import type { Keys, Put, Rows, State } from '../state.ts'
import { aboutProject, projectReads } from './projects.ts'

/** Clarification request, corrective action request, forward action request. */
const FindingKind = z.enum(['CL', 'CAR', 'FAR'])

const Raising = z.strictObject({
  finding: Id,
  project: Id,
  kind: FindingKind,
  /** The section of the document that it is about, such as `B.4.2`. */
  section: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$/, 'must be the number of a section such as B.4.2')
    .nullable(),
  text: Commitment,
})
type Raising = z.infer<typeof Raising>

/** The first clarification request of a project is CL 1, the first corrective action request CAR 1. */
const Raised = Raising.extend({ allotted: z.strictObject({ number: z.number().int().min(1) }) })
type Raised = z.infer<typeof Raised>

/** What the project's row counts of its findings. */
type Counts = Rows['project']['findings']

export const findingRaised = defineRule<Raised, Raising>({
  type: 'FindingRaised',
  v: 1,
  body: Raised,
  request: Raising,
  attested: ['that something is unclear, or that a requirement is not met'],
  reads: (state, request) => findingReads(state, request),
  decide: (state, request) => ({ ...request, allotted: { number: nextNumber(state, request) } }),
  act: (state, { project }) => aboutProject(state, project, 'findings.raise'),
  admit: (state, body, { preset }) => {
    const project = state.get('project', body.project)
    const states = preset.findings.states
    return firstOf(
      !project && refuse('project-unknown', { project: body.project }),
      state.get('finding', body.finding) && refuse('already-exists', { field: 'finding' }),
      project &&
        !states.includes(project.state) &&
        refuse('project-state', { state: project.state, allowed: states.join(', ') }),
      body.allotted.number !== nextNumber(state, body) && refuse('allocation-wrong', { field: 'number' }),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, { finding, project, kind, allotted: { number } }) => {
    const raised = { ...state.get('project', project)?.findings.raised, [kind]: number }
    return {
      ...noEffects(),
      puts: [
        { kind: 'finding', id: finding, row: { project, kind, number, state: 'open' } },
        ...countsPuts(state, project, (counts) => ({ ...counted(counts, kind, 1), raised })),
      ],
    }
  },
})

const Answer = z.strictObject({ project: Id, finding: Id, text: Commitment })
type Answer = z.infer<typeof Answer>

export const findingAnswered = defineRule<Answer, Answer>({
  type: 'FindingAnswered',
  v: 1,
  body: Answer,
  request: Answer,
  attested: ['what was done about the finding'],
  reads: (state, request) => findingReads(state, request),
  decide: (_state, request) => request,
  act: (state, { project }) => aboutProject(state, project, 'findings.answer'),
  admit: (state, body) => admitRound(state, body, 'open'),
  streams: (_state, { project }) => [project],
  effects: (state, { finding }) => ({ ...noEffects(), puts: findingPuts(state, finding, 'answered') }),
})

const Assessment = Answer.extend({ outcome: z.enum(['closed', 'open']) })
type Assessment = z.infer<typeof Assessment>

/** What was answered is enough, and the finding is closed; or it is not, and the finding is open once more. */
export const findingAssessed = defineRule<Assessment, Assessment>({
  type: 'FindingAssessed',
  v: 1,
  body: Assessment,
  request: Assessment,
  attested: ['that the answer is enough, or is not'],
  reads: (state, request) => findingReads(state, request),
  decide: (_state, request) => request,
  act: (state, { project }) => aboutProject(state, project, 'findings.assess'),
  admit: (state, body) => admitRound(state, body, 'answered'),
  streams: (_state, { project }) => [project],
  effects: (state, { project, finding, outcome }) => {
    const kind = state.get('finding', finding)?.kind ?? 'CL'
    return {
      ...noEffects(),
      puts: [
        ...findingPuts(state, finding, outcome),
        ...(outcome === 'closed' ? countsPuts(state, project, (counts) => counted(counts, kind, -1)) : []),
      ],
    }
  },
})

function findingReads(state: State, { finding, project }: { finding: string; project: string }): Keys {
  const keys = projectReads(state, project)
  return { ...keys, rows: [...keys.rows, { kind: 'finding', id: finding }] }
}

function nextNumber(state: State, { project, kind }: Pick<Raising, 'project' | 'kind'>): number {
  return (state.get('project', project)?.findings.raised[kind] ?? 0) + 1
}

/** The finding is one of this project, and its next step is this one. */
function admitRound(state: State, body: Answer, allowed: 'open' | 'answered'): Refusal | undefined {
  const finding = state.get('finding', body.finding)
  if (!state.get('project', body.project)) return refuse('project-unknown', { project: body.project })
  if (finding?.project !== body.project) return refuse('finding-unknown', { finding: body.finding })
  return finding.state === allowed ? undefined : refuse('finding-state', { state: finding.state, allowed })
}

function findingPuts(state: State, id: string, next: Rows['finding']['state']): Put[] {
  const finding = state.get('finding', id)
  return finding ? [{ kind: 'finding', id, row: { ...finding, state: next } }] : []
}

function countsPuts(state: State, id: string, change: (counts: Counts) => Counts): Put[] {
  const project = state.get('project', id)
  return project ? [{ kind: 'project', id, row: { ...project, findings: change(project.findings) } }] : []
}

/** A forward action request waits for the next verification, and is counted by itself. */
function counted(counts: Counts, kind: Rows['finding']['kind'], more: number): Counts {
  return kind === 'FAR' ? { ...counts, forward: counts.forward + more } : { ...counts, open: counts.open + more }
}
