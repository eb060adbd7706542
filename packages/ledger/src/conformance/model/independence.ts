import { anOfficer, mostly } from './choices.ts'
import { type AnyCommand, type Choose, defineCommand, hashFrom, idFrom, knownId } from './command.ts'
import type { Model, Project } from './naive.ts'
import {
  areAffiliated,
  codeReasons,
  conflictReasons,
  isAccredited,
  type May,
  mandateReasons,
  officers,
  ownersOf,
  where,
} from './reasons.ts'

const companies: May = { 'government/Admin': 'any', 'developer/Admin': 'own', 'certifier/Admin': 'own' }

function somePair({ organisations, authority }: Model, choose: Choose): [string, string] {
  const ids = [...organisations.keys()].filter((id) => id !== authority || choose.rarely(12))
  const [a, b] = [knownId(ids, choose), knownId(ids, choose)].sort()
  return [a ?? '', b ?? '']
}

function pairReasons({ organisations }: Model, [a, b]: [string, string]): string[] {
  return [
    ...where(a === b, 'malformed'),
    ...where(!organisations.has(a) || !organisations.has(b), 'organisation-unknown'),
  ]
}

/** Mostly a person of one of the two, or an officer. */
function somebodyOf(model: Model, choose: Choose, pair: [string, string]): string {
  const found = [...model.mandates].filter(([, { organisation }]) => pair.includes(organisation)).map(([id]) => id)
  return found.length > 0 && choose.rarely(2) ? mostly(model, choose, choose.pick(found)) : anOfficer(model, choose)
}

export const affiliationRecorded = defineCommand<{ organisations: [string, string]; kind: string }>({
  type: 'AffiliationRecorded',
  weight: 0.4,
  generate: (model, choose) => {
    const organisations = somePair(model, choose)
    const kind = choose.rarely(16) ? 'friendship' : 'ownership'
    return { by: somebodyOf(model, choose, organisations), request: { organisations, kind } }
  },
  reasons: (model, { by, request: { organisations, kind } }) => [
    ...mandateReasons(model, by, { may: companies, organisations }),
    ...pairReasons(model, organisations),
    ...where(
      organisations.includes(model.authority) && model.mandates.get(by)?.organisation !== model.authority,
      'organisation-authority',
    ),
    ...codeReasons('affiliation', kind),
    ...where(areAffiliated(model, ...organisations), 'already-exists'),
  ],
  carryOut: (model, { request: { organisations } }) => {
    model.affiliations.push(organisations)
    return {}
  },
})

export const affiliationEnded = defineCommand<{ organisations: [string, string]; reason: string }>({
  type: 'AffiliationEnded',
  weight: 0.4,
  generate: (model, choose) => {
    const known = model.affiliations as [string, string][]
    const organisations = known.length > 0 && !choose.rarely(6) ? choose.pick(known) : somePair(model, choose)
    const reason = choose.rarely(16) ? 'quarrel' : 'ended'
    return { by: somebodyOf(model, choose, organisations), request: { organisations, reason } }
  },
  reasons: (model, { by, request: { organisations, reason } }) => [
    ...mandateReasons(model, by, { may: officers, organisations }),
    ...pairReasons(model, organisations),
    ...where(!areAffiliated(model, ...organisations), 'nothing-changes'),
    ...codeReasons('release', reason),
  ],
  carryOut: (model, { request: { organisations } }) => {
    model.affiliations = model.affiliations.filter((pair) => !organisations.every((id) => pair.includes(id)))
    return {}
  },
})

/** Mostly a certifier, if there is one. */
function aCertifier({ organisations }: Model, choose: Choose): string {
  const found = [...organisations].filter(([, { kind }]) => kind === 'certifier').map(([id]) => id)
  return found.length > 0 && !choose.rarely(8) ? choose.pick(found) : knownId(organisations.keys(), choose)
}

function certifierReasons({ organisations }: Model, id: string): string[] {
  const kind = organisations.get(id)?.kind
  return kind === undefined ? ['organisation-unknown'] : where(kind !== 'certifier', 'organisation-kind')
}

interface Accreditation extends Record<string, unknown> {
  organisation: string
  accreditation: string
  body: string
  scopes: string[]
  from: string
  to: string
}

export const certifierAccredited = defineCommand<Accreditation>({
  type: 'CertifierAccredited',
  weight: 0.6,
  generate: (model, choose) => ({
    by: anOfficer(model, choose),
    request: {
      organisation: aCertifier(model, choose),
      accreditation: idFrom(`accreditation ${choose.below(6)}`),
      body: hashFrom('body'),
      scopes: choose.rarely(12) ? ['99'] : choose.pick([['1'], ['1', '2'], ['2']]),
      from: choose.rarely(8) ? '2999-01-01' : '2020-01-01',
      to: choose.pick(['2999-12-31', model.now.slice(0, 10), '2020-01-01', '2019-12-31']),
    },
  }),
  reasons: (model, { by, request: { organisation, accreditation, scopes, from, to } }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...certifierReasons(model, organisation),
    ...where(from > to, 'malformed'),
    ...where(
      model.organisations.get(organisation)?.accreditations[accreditation] !== undefined ||
        model.ended.has(accreditation),
      'already-exists',
    ),
    ...where(scopes.includes('99'), 'scope-unknown'),
  ],
  carryOut: (model, { request: { organisation, accreditation, scopes, from, to } }) => {
    const certifier = model.organisations.get(organisation)
    if (certifier) certifier.accreditations[accreditation] = { scopes, from, to }
    return {}
  },
})

export const accreditationWithdrawn = defineCommand<{ organisation: string; accreditation: string; reason: string }>({
  type: 'AccreditationWithdrawn',
  weight: 0.3,
  generate: (model, choose) => {
    const organisation = aCertifier(model, choose)
    const known = Object.keys(model.organisations.get(organisation)?.accreditations ?? {})
    const accreditation = known.length > 0 ? choose.pick(known) : idFrom(`accreditation ${choose.below(6)}`)
    const reason = choose.rarely(16) ? 'mood' : 'misconduct'
    return { by: anOfficer(model, choose), request: { organisation, accreditation, reason } }
  },
  reasons: (model, { by, request: { organisation, accreditation, reason } }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...where(!model.organisations.has(organisation), 'organisation-unknown'),
    ...where(
      model.organisations.get(organisation)?.accreditations[accreditation] === undefined,
      'accreditation-unknown',
    ),
    ...codeReasons('release', reason),
  ],
  carryOut: (model, { request: { organisation, accreditation } }) => {
    delete model.organisations.get(organisation)?.accreditations[accreditation]
    model.ended.add(accreditation)
    return {}
  },
})

const tasks = ['validation', 'verification']

export const certifierAssigned = defineCommand<{ project: string; task: string; organisation: string }>({
  type: 'CertifierAssigned',
  weight: 0.8,
  generate: (model, choose) => ({
    by: anOfficer(model, choose),
    request: {
      project: knownId(model.projects.keys(), choose),
      task: choose.rarely(16) ? 'blessing' : choose.pick(tasks),
      organisation: aCertifier(model, choose),
    },
  }),
  reasons: (model, { by, request: { project, task, organisation } }) => {
    const known = model.projects.get(project)
    const owners = ownersOf(model, project)
    const isTorn = owners.some((owner) => owner === organisation || areAffiliated(model, owner, organisation))
    return [
      ...mandateReasons(model, by, { may: officers }),
      ...conflictReasons(model, [by], project),
      ...where(!known, 'project-unknown'),
      ...where(!tasks.includes(task), 'code-unknown'),
      ...certifierReasons(model, organisation),
      ...where(model.organisations.get(organisation)?.active === false, 'organisation-suspended'),
      ...where(known?.certifiers[task] !== undefined, 'already-exists'),
      ...where(isTorn, 'conflict-of-interest'),
      ...where(known !== undefined && !isAccredited(model, organisation, known.scope), 'accreditation-missing'),
    ]
  },
  carryOut: (model, { request: { project, task, organisation } }) => {
    const known = model.projects.get(project)
    if (known) known.certifiers[task] = organisation
    return {}
  },
})

export const certifierReleased = defineCommand<{ project: string; task: string; reason: string }>({
  type: 'CertifierReleased',
  weight: 0.4,
  generate: (model, choose) => {
    const assigned = [...model.projects].flatMap(([project, { certifiers }]) =>
      Object.keys(certifiers).map((task) => ({ project, task })),
    )
    const some = { project: knownId(model.projects.keys(), choose), task: choose.pick(tasks) }
    const about = assigned.length > 0 && !choose.rarely(6) ? choose.pick(assigned) : some
    return { by: anOfficer(model, choose), request: { ...about, reason: choose.rarely(16) ? 'mood' : 'request' } }
  },
  reasons: (model, { by, request: { project, task, reason } }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...conflictReasons(model, [by], project),
    ...where(!model.projects.has(project), 'project-unknown'),
    ...where(model.projects.get(project)?.certifiers[task] === undefined, 'nothing-changes'),
    ...codeReasons('release', reason),
  ],
  carryOut: (model, { request: { project, task } }) => {
    delete model.projects.get(project)?.certifiers[task]
    return {}
  },
})

function isCertifiedBy(project: Project | undefined, organisation: string): boolean {
  return project?.certifiedBy.some((one) => one.organisation === organisation) === true
}

const certifying: May = { 'certifier/Admin': 'assigned' }

/** Somebody who acts for a certifier; mostly for one that is assigned to the project. */
function aCertifying(model: Model, choose: Choose, project: string): string {
  const assigned = Object.values(model.projects.get(project)?.certifiers ?? {})
  const found = [...model.mandates].filter(([, { role }]) => role === 'certifier/Admin')
  const fitting = found.filter(([, { organisation }]) => assigned.includes(organisation))
  const from = fitting.length > 0 && !choose.rarely(4) ? fitting : found
  return mostly(model, choose, from.length > 0 ? (choose.pick(from)[0] ?? '') : anOfficer(model, choose))
}

/** Mostly a project that some certifier is assigned to. */
function anAssignedProject({ projects }: Model, choose: Choose): string {
  const found = [...projects].filter(([, { certifiers }]) => Object.keys(certifiers).length > 0).map(([id]) => id)
  return found.length > 0 && !choose.rarely(6) ? choose.pick(found) : knownId(projects.keys(), choose)
}

export const projectCertified = defineCommand<{ project: string }>({
  type: 'ProjectCertified',
  weight: 1,
  generate: (model, choose) => {
    const project = anAssignedProject(model, choose)
    return { by: aCertifying(model, choose, project), request: { project } }
  },
  reasons: (model, { by, request: { project } }) => {
    const known = model.projects.get(project)
    const organisation = model.mandates.get(by)?.organisation ?? ''
    return [
      ...mandateReasons(model, by, { may: certifying, project }),
      ...where(!known, 'project-unknown'),
      ...where(known !== undefined && !['submitted', 'registered'].includes(known.state), 'project-state'),
      ...where(known !== undefined && isCertifiedBy(known, organisation), 'already-exists'),
    ]
  },
  carryOut: (model, { by, request: { project } }) => {
    const organisation = model.mandates.get(by)?.organisation ?? ''
    model.projects.get(project)?.certifiedBy.push({ organisation, index: model.size })
    return {}
  },
})

export const certificationRevoked = defineCommand<{ project: string; organisation: string; reason: string }>({
  type: 'CertificationRevoked',
  weight: 0.4,
  generate: (model, choose) => {
    const known = [...model.projects].flatMap(([project, { certifiedBy }]) =>
      certifiedBy.map(({ organisation }) => ({ project, organisation })),
    )
    const some = { project: knownId(model.projects.keys(), choose), organisation: aCertifier(model, choose) }
    const about = known.length > 0 && !choose.rarely(6) ? choose.pick(known) : some
    const by = choose.rarely(2) ? aCertifying(model, choose, about.project) : anOfficer(model, choose)
    return { by, request: { ...about, reason: choose.rarely(16) ? 'mood' : 'misconduct' } }
  },
  reasons: (model, { by, request: { project, organisation, reason } }) => [
    ...mandateReasons(model, by, {
      may: { 'government/Admin': 'any', 'certifier/Admin': 'own' },
      organisations: [organisation],
    }),
    ...where(!model.projects.has(project), 'project-unknown'),
    ...where(!isCertifiedBy(model.projects.get(project), organisation), 'nothing-changes'),
    ...codeReasons('release', reason),
  ],
  carryOut: (model, { request: { project, organisation } }) => {
    const known = model.projects.get(project)
    if (known) known.certifiedBy = known.certifiedBy.filter((one) => one.organisation !== organisation)
    return {}
  },
})

export const independenceCommands: readonly AnyCommand[] = [
  projectCertified,
  certificationRevoked,
  affiliationRecorded,
  affiliationEnded,
  certifierAccredited,
  accreditationWithdrawn,
  certifierAssigned,
  certifierReleased,
]
