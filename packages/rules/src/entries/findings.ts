import { z } from 'zod'
import { Commitment, Id } from '../ids.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import type { Keys, Put, Rows, State } from '../state.ts'
import { aboutSubject, admitState, type Subject, subjectOf, subjectReads } from './subject.ts'

/** Clarification request, corrective action request, forward action request. */
const FindingKind = z.enum(['CL', 'CAR', 'FAR'])

const raising = {
  finding: Id,
  project: Id,
  kind: FindingKind,
  /** The section of the document that it is about, such as `B.4.2`. */
  section: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$/, 'must be the number of a section such as B.4.2')
    .nullable(),
  text: Commitment,
}
/** `period`: the monitoring period that it is about; none where it is about the project itself. */
const Raising = z.strictObject({ ...raising, period: Id.nullable().default(null) })
type Raising = z.infer<typeof Raising>

/** The first clarification request of a project is CL 1, the first corrective action request CAR 1. */
const Raised = z.strictObject({
  ...raising,
  period: Id.nullable(),
  allotted: z.strictObject({ number: z.number().int().min(1) }),
})
type Raised = z.infer<typeof Raised>

type Kind = Rows['finding']['kind']

export const findingRaised = defineRule<Raised, Raising>({
  type: 'FindingRaised',
  v: 1,
  body: Raised,
  request: Raising,
  attested: ['that something is unclear, or that a requirement is not met'],
  reads: (state, request) => findingReads(state, request),
  decide: (state, request) => ({ ...request, allotted: { number: nextNumber(state, request) } }),
  act: (state, body) => aboutSubject(state, body, 'findings.raise'),
  admit: (state, body, { preset }) => {
    const subject = subjectOf(state, body)
    if (isRefusal(subject)) return subject
    const states = body.period === null ? preset.findings.states : (preset.period?.findings ?? [])
    return firstOf(
      state.get('finding', body.finding) && refuse('already-exists', { field: 'finding' }),
      admitState(body, subject, states),
      body.allotted.number !== nextNumber(state, body) && refuse('allocation-wrong', { field: 'number' }),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, { finding, project, period, kind, allotted: { number } }) => ({
    ...noEffects(),
    puts: [
      { kind: 'finding', id: finding, row: { project, period, kind, number, state: 'open' } },
      ...countPuts(state, { project, period }, kind, 1, number),
    ],
  }),
})

const answering = { project: Id, finding: Id, text: Commitment }
const AnswerRequest = z.strictObject({ ...answering, period: Id.nullable().default(null) })
const Answer = z.strictObject({ ...answering, period: Id.nullable() })
type Answer = z.infer<typeof Answer>

export const findingAnswered = defineRule<Answer, Answer>({
  type: 'FindingAnswered',
  v: 1,
  body: Answer,
  request: AnswerRequest,
  attested: ['what was done about the finding'],
  reads: (state, request) => findingReads(state, request),
  decide: (_state, request) => request,
  act: (state, body) => aboutSubject(state, body, 'findings.answer'),
  admit: (state, body) => admitRound(state, body, 'open'),
  streams: (_state, { project }) => [project],
  effects: (state, { finding }) => ({ ...noEffects(), puts: findingPuts(state, finding, 'answered') }),
})

const outcome = z.enum(['closed', 'open'])
const AssessmentRequest = AnswerRequest.extend({ outcome })
const Assessment = Answer.extend({ outcome })
type Assessment = z.infer<typeof Assessment>

/** What was answered is enough, and the finding is closed; or it is not, and the finding is open once more. */
export const findingAssessed = defineRule<Assessment, Assessment>({
  type: 'FindingAssessed',
  v: 1,
  body: Assessment,
  request: AssessmentRequest,
  attested: ['that the answer is enough, or is not'],
  reads: (state, request) => findingReads(state, request),
  decide: (_state, request) => request,
  act: (state, body) => aboutSubject(state, body, 'findings.assess'),
  admit: (state, body) => admitRound(state, body, 'answered'),
  streams: (_state, { project }) => [project],
  effects: (state, body) => {
    const kind = state.get('finding', body.finding)?.kind ?? 'CL'
    return {
      ...noEffects(),
      puts: [
        ...findingPuts(state, body.finding, body.outcome),
        ...(body.outcome === 'closed' ? countPuts(state, body, kind, -1) : []),
      ],
    }
  },
})

function findingReads(state: State, { finding, ...subject }: Subject & { finding: string }): Keys {
  const keys = subjectReads(state, subject)
  return { ...keys, rows: [...keys.rows, { kind: 'finding', id: finding }] }
}

/** Numbers go on within a project, whichever of its monitoring periods a finding is about. */
function nextNumber(state: State, { project, kind }: { project: string; kind: Kind }): number {
  return (state.get('project', project)?.findings.raised[kind] ?? 0) + 1
}

/** The finding is one about this, and its next step is this one. */
function admitRound(state: State, body: Answer, allowed: 'open' | 'answered'): Refusal | undefined {
  const finding = state.get('finding', body.finding)
  if (!state.get('project', body.project)) return refuse('project-unknown', { project: body.project })
  if (finding?.project !== body.project || finding.period !== body.period) {
    return refuse('finding-unknown', { finding: body.finding })
  }
  return finding.state === allowed ? undefined : refuse('finding-state', { state: finding.state, allowed })
}

function findingPuts(state: State, id: string, next: Rows['finding']['state']): Put[] {
  const finding = state.get('finding', id)
  return finding ? [{ kind: 'finding', id, row: { ...finding, state: next } }] : []
}

/** One finding more, or fewer, is open; `number` is that of one that was raised. */
function countPuts(state: State, subject: Subject, kind: Kind, more: 1 | -1, number?: number): Put[] {
  const project = state.get('project', subject.project)
  if (!project) return []
  const raised = number === undefined ? project.findings.raised : { ...project.findings.raised, [kind]: number }
  const period = subject.period === null ? undefined : state.get('period', subject.period)
  if (!period || subject.period === null) {
    const findings = { ...counted(project.findings, kind, more), raised }
    return [{ kind: 'project', id: subject.project, row: { ...project, findings } }]
  }
  const findings = counted(period.findings, kind, more)
  const { [period.number]: _, ...others } = project.forward
  const forward = findings.forward === 0 ? others : { ...others, [period.number]: findings.forward }
  return [
    { kind: 'period', id: subject.period, row: { ...period, findings } },
    {
      kind: 'project',
      id: subject.project,
      row: { ...project, findings: { ...project.findings, raised }, forward },
    },
  ]
}

/** A forward action request waits for the next verification, and is counted by itself. */
function counted<Counts extends { open: number; forward: number }>(counts: Counts, kind: Kind, more: number): Counts {
  return kind === 'FAR' ? { ...counts, forward: counts.forward + more } : { ...counts, open: counts.open + more }
}
