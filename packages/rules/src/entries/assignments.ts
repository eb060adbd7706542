import { z } from 'zod'
import { Code, Id } from '../ids.ts'
import { admitAccreditation, admitIndependence } from '../permissions.ts'
import { type Move, type Preset, VERIFICATION } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { noKeys, type RowKey, type Rows, type State } from '../state.ts'
import { codeIn } from './accounts.ts'
import { admitCertifier } from './accreditations.ts'
import { partiesOf, partiesReads } from './parties.ts'

type Project = Rows['project']

/** Has the organisation verified as many monitoring periods in a row as one may? Then another takes its turn. */
export function admitRotation(project: Project, organisation: string, { certifiers }: Preset): Refusal | undefined {
  const { verified } = project
  const { consecutive } = certifiers
  return verified?.organisation === organisation && verified.periods >= consecutive
    ? refuse('rotation-due', { organisation, most: String(consecutive) })
    : undefined
}

/** The project after the organisation has verified one more of its monitoring periods. */
export function verifiedBy(project: Project, organisation: string): Project {
  const before = project.verified?.organisation === organisation ? project.verified.periods : 0
  return { ...project, verified: { organisation, periods: before + 1 } }
}

function admitTask(task: string, { certifiers }: Preset): Refusal | undefined {
  return codeIn('task', task, certifiers.tasks)
}

/** The rows of whoever is assigned to a task of a project. */
export function assignedReads(state: State, project: string): RowKey[] {
  const { certifiers = {} } = state.peek('project', project) ?? {}
  return Object.values(certifiers).map((id) => ({ kind: 'organisation', id }))
}

/** Whoever is assigned to the task that a move needs is independent of those who own the project by now. */
export function admitAssigned(
  state: State,
  machine: { moves: readonly Move[] },
  { project, move }: { project: string; move: string },
): Refusal | undefined {
  const task = machine.moves.find(({ name }) => name === move)?.needs?.certifier ?? ''
  const { certifiers = {} } = state.get('project', project) ?? {}
  const certifier = Object.hasOwn(certifiers, task) ? certifiers[task] : undefined
  if (certifier === undefined) return undefined
  return admitIndependence(state, certifier, partiesOf(state, project).interests, { certifier })
}

const Assignment = z.strictObject({ project: Id, task: Code, organisation: Id })
type Assignment = z.infer<typeof Assignment>

function admitOrganisation(
  state: State,
  { project: id, task, organisation }: Assignment,
  preset: Preset,
  at: string,
): Refusal | undefined {
  const project = state.get('project', id)
  if (!project) return refuse('project-unknown', { project: id })
  return firstOf(
    admitTask(task, preset),
    admitCertifier(state, organisation, preset),
    state.get('organisation', organisation)?.active === false && refuse('organisation-suspended', { organisation }),
    Object.hasOwn(project.certifiers, task) && refuse('already-exists', { task }),
    admitIndependence(state, organisation, partiesOf(state, id).interests, { certifier: organisation }),
    admitAccreditation(state, organisation, project.scope, at),
    task === VERIFICATION && admitRotation(project, organisation, preset),
  )
}

/** A certifier gets one of the tasks of a project: it may do there what the permission table gives to those assigned. */
export const certifierAssigned = defineRule<Assignment, Assignment>({
  type: 'CertifierAssigned',
  v: 1,
  body: Assignment,
  request: Assignment,
  attested: ['that the certifier has taken the task, and declared that it is independent'],
  reads: (state, { project, organisation }) => ({
    ...noKeys(),
    rows: [...partiesReads(state, project), { kind: 'organisation', id: organisation }],
  }),
  decide: (_state, request) => request,
  act: (state, { project, organisation }) => ({
    action: 'certifiers.assign',
    organisations: [organisation],
    ...partiesOf(state, project),
  }),
  admit: (state, body, { preset }, { at }) => admitOrganisation(state, body, preset, at),
  streams: (_state, { project }) => [project],
  effects: (state, { project: id, task, organisation }) => {
    const project = state.get('project', id)
    if (!project) return noEffects()
    const certifiers = { ...project.certifiers, [task]: organisation }
    return { ...noEffects(), puts: [{ kind: 'project', id, row: { ...project, certifiers } }] }
  },
})

const Release = z.strictObject({ project: Id, task: Code, reason: Code })
type Release = z.infer<typeof Release>

/** The task has no certifier any more. What the certifier has done stays done. */
export const certifierReleased = defineRule<Release, Release>({
  type: 'CertifierReleased',
  v: 1,
  body: Release,
  request: Release,
  attested: ['the reason'],
  reads: (state, { project }) => ({ ...noKeys(), rows: partiesReads(state, project) }),
  decide: (_state, request) => request,
  act: (state, { project }) => {
    const parties = partiesOf(state, project)
    return { action: 'certifiers.release', organisations: parties.assigned, ...parties }
  },
  admit: (state, { project: id, task, reason }, { preset }) => {
    const project = state.get('project', id)
    return firstOf(
      !project && refuse('project-unknown', { project: id }),
      project && !Object.hasOwn(project.certifiers, task) && refuse('nothing-changes', { field: 'task' }),
      codeIn('reason', reason, preset.purposes.release),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, { project: id, task }) => {
    const project = state.get('project', id)
    if (!project) return noEffects()
    const { [task]: _, ...certifiers } = project.certifiers
    return { ...noEffects(), puts: [{ kind: 'project', id, row: { ...project, certifiers } }] }
  },
})
