import { z } from 'zod'
import { Code, Commitment, Id } from '../ids.ts'
import { admitAccreditation, admitIndependence } from '../permissions.ts'
import type { Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import type { RowKey, Rows, State } from '../state.ts'
import { codeIn } from './accounts.ts'
import { admitCertifier } from './accreditations.ts'
import { partiesOf } from './parties.ts'
import { aboutProject, projectReads } from './projects.ts'

/** Most certifiers whose certifications of one project stand at once. */
export const MAX_CERTIFICATIONS = 20

type Project = Rows['project']

/** The organisation that a mandate acts for. */
function organisationOf(state: State, mandate: string): string {
  return state.get('mandate', mandate)?.organisation ?? ''
}

function isCertifiedBy({ certifiedBy }: Project, organisation: string): boolean {
  return certifiedBy.some((one) => one.organisation === organisation)
}

/** The rows that the question looks at whether a certification of the project counts. */
export function certifiedReads({ certifiedBy }: Project): RowKey[] {
  return certifiedBy.map(({ organisation }) => ({ kind: 'organisation', id: organisation }))
}

/**
 * Does the project have the certification that the preset may want before anything is issued? It is one of a certifier
 * that is independent of those who own the project by now.
 */
export function admitCertified(state: State, id: string, { certification }: Preset): Refusal | undefined {
  if (!certification.neededToIssue) return undefined
  const { certifiedBy = [] } = state.get('project', id) ?? {}
  if (certifiedBy.length === 0) return refuse('certification-missing')
  const { interests } = partiesOf(state, id)
  const judged = certifiedBy.map(({ organisation }) =>
    admitIndependence(state, organisation, interests, { certifier: organisation }),
  )
  return judged.includes(undefined) ? undefined : judged[0]
}

const Certification = z.strictObject({ project: Id })
type Certification = z.infer<typeof Certification>

function admitState({ state }: Project, { certification: { states } }: Preset): Refusal | undefined {
  return states.includes(state) ? undefined : refuse('project-state', { state, allowed: states.join(', ') })
}

/**
 * A certifier puts its name to a project: independent of its owners and accredited for its scope on that day, whatever the
 * permission table says. Each certifier does so once.
 */
export const projectCertified = defineRule<Certification, Certification>({
  type: 'ProjectCertified',
  v: 1,
  body: Certification,
  request: Certification,
  attested: ['that the certifier has examined the project and found it as it should be'],
  reads: (state, { project }) => projectReads(state, project),
  decide: (_state, request) => request,
  act: (state, { project }) => aboutProject(state, project, 'projects.certify'),
  admit: (state, { project: id }, { preset }, { by, at }) => {
    const project = state.get('project', id)
    const organisation = organisationOf(state, by)
    if (!project) return refuse('project-unknown', { project: id })
    return firstOf(
      admitCertifier(state, organisation, preset),
      admitState(project, preset),
      isCertifiedBy(project, organisation) && refuse('already-exists', { certification: organisation }),
      project.certifiedBy.length >= MAX_CERTIFICATIONS && refuse('too-many', { most: String(MAX_CERTIFICATIONS) }),
      admitIndependence(state, organisation, partiesOf(state, id).interests, { certifier: organisation }),
      admitAccreditation(state, organisation, project.scope, at),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, { project: id }, _law, { by }) => {
    const project = state.get('project', id)
    if (!project) return noEffects()
    const certification = { organisation: organisationOf(state, by), index: state.size }
    const certifiedBy = [...project.certifiedBy, certification]
    return { ...noEffects(), puts: [{ kind: 'project', id, row: { ...project, certifiedBy } }] }
  },
})

const Revocation = z.strictObject({ project: Id, organisation: Id, reason: Code, text: Commitment.optional() })
type Revocation = z.infer<typeof Revocation>

/** A certification does not stand any more; the same certifier may certify anew. What was issued meanwhile stays. */
export const certificationRevoked = defineRule<Revocation, Revocation>({
  type: 'CertificationRevoked',
  v: 1,
  body: Revocation,
  request: Revocation,
  attested: ['the grounds of the revocation'],
  reads: (state, { project }) => projectReads(state, project),
  decide: (_state, request) => request,
  act: (state, { project, organisation }) => ({
    ...aboutProject(state, project, 'projects.certify.revoke'),
    organisations: [organisation],
  }),
  admit: (state, { project: id, organisation, reason }, { preset }) => {
    const project = state.get('project', id)
    return firstOf(
      !project && refuse('project-unknown', { project: id }),
      project && !isCertifiedBy(project, organisation) && refuse('nothing-changes', { field: 'organisation' }),
      codeIn('reason', reason, preset.purposes.release),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, { project: id, organisation }) => {
    const project = state.get('project', id)
    if (!project) return noEffects()
    const certifiedBy = project.certifiedBy.filter((one) => one.organisation !== organisation)
    return { ...noEffects(), puts: [{ kind: 'project', id, row: { ...project, certifiedBy } }] }
  },
})
