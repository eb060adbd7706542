import { type Sale, saleReasons, sell, someSale } from './agreements.ts'
import { aHolder, anOfficer } from './choices.ts'
import { type Choose, defineCommand, hashFrom, knownId, someId } from './command.ts'
import { kinds as crediting, report, reported } from './kept.ts'
import { lawOf } from './law.ts'
import type { Finding, Model, Period, Project } from './naive.ts'
import { isAbout, openPeriods, replacingReasons, somePeriod } from './periods.ts'
import {
  codeReasons,
  codes,
  conflictReasons,
  type May,
  mandateReasons,
  officers,
  organisationOf,
  where,
} from './reasons.ts'
import { isSigned } from './signatures.ts'
import { heldOf } from './units.ts'

const DAY_MS = 86_400_000

const owners: May = { 'developer/Admin': 'own' }
const certifiers: May = { 'certifier/Admin': 'assigned' }
/** Those who raise findings and assess the answers. */
const deciders: May = { ...officers, ...certifiers }

const moves: Record<string, { from: string[]; to: string; may: May; reason?: true }> = {
  register: { from: ['submitted'], to: 'registered', may: officers },
  reject: { from: ['submitted'], to: 'rejected', may: officers, reason: true },
  withdraw: { from: ['submitted'], to: 'withdrawn', may: owners },
  suspend: { from: ['registered'], to: 'suspended', may: officers },
  resume: { from: ['suspended'], to: 'registered', may: officers },
  deregister: { from: ['registered', 'suspended'], to: 'deregistered', may: officers },
}

interface Moving extends Record<string, unknown> {
  project: string
  move: string
  reason?: string
  text?: string
}

export const projectMoved = defineCommand<Moving>({
  type: 'ProjectMoved',
  weight: 1,
  generate: (model, choose) => {
    const project = knownId(model.projects.keys(), choose)
    const { state = '' } = model.projects.get(project) ?? {}
    const lawful = Object.keys(moves).filter((move) => moves[move]?.from.includes(state))
    const isLawful = lawful.length > 0 && !choose.rarely(6)
    // Registered mostly, ended seldom: little can be done with a project that is over.
    const likely = [...lawful, 'register', 'resume', 'resume'].filter((move) => lawful.includes(move))
    const move = choose.pick(isLawful ? likely : [...Object.keys(moves), 'bless'])
    const reason = choose.rarely(16) ? 'whim' : choose.pick(codes.decision)
    const isReasoned = choose.rarely(2)
    return {
      by: move === 'withdraw' ? anOwner(model, choose, project) : anOfficer(model, choose),
      request: { project, move, ...(isReasoned ? { reason, text: hashFrom(reason) } : {}) },
    }
  },
  reasons: (model, { by, request }) => {
    const project = model.projects.get(request.project)
    const move = moves[request.move]
    const { reason } = request
    const needs = lawOf(model).needs[request.move] ?? {}
    return [
      ...mandateReasons(model, by, { may: move?.may ?? {}, organisations: ownersOf(model, request.project) }),
      ...where(request.move !== 'withdraw', ...conflictReasons(model, [by], request.project)),
      ...where(!project, 'project-unknown'),
      ...where(!move, 'move-unknown'),
      ...where(project !== undefined && !move?.from.includes(project.state), 'project-state'),
      ...where((needs.reason ?? move?.reason) === true && reason === undefined, 'reason-missing'),
      ...(reason === undefined ? [] : codeReasons('decision', reason)),
      ...(project ? needReasons(model, request.project, project, needs) : []),
    ]
  },
  carryOut: (model, { request }) => {
    const project = model.projects.get(request.project)
    if (project) {
      if (lawOf(model).needs[request.move]?.renews) project.renewed += 1
      project.state = moves[request.move]?.to ?? ''
      project.entered = { index: model.size, at: model.now }
    }
    return {}
  },
})

/** What a move asks for, as a person would say it. */
export interface Needs {
  /** A document of this kind, of this round. */
  fresh?: string
  /** A document of this kind, whenever it came. */
  once?: string
  /** A document of this kind, signed in every place. */
  signed?: string
  answered?: true
  days?: number
  within?: number
  reason?: true
  /** One more crediting period may follow. */
  renews?: true
  /** So many days, at most, are left of the last crediting period. */
  creditingEnds?: number
  /** Nothing of it is open. */
  settled?: true
}

function needReasons(model: Model, id: string, project: Project, needs: Needs): string[] {
  const { fresh, once, signed, answered, days = 0, within = Infinity } = needs
  const { submitted, entered } = project
  const since = (kind: string) => submitted.some((one) => one.document === kind && one.index > entered.index)
  const ever = (kind: string) => submitted.some((one) => one.document === kind)
  const isOpen = [...model.findings.values()].some(
    (one) => one.project === id && one.period === null && one.state !== 'closed' && one.kind !== 'FAR',
  )
  return [
    ...where(fresh !== undefined && !since(fresh), 'document-missing'),
    ...where(once !== undefined && !ever(once), 'document-missing'),
    ...where(signed !== undefined && !ever(signed), 'document-missing'),
    ...where(signed !== undefined && !isSigned(project, signed), 'signatures-missing'),
    ...where(answered === true && isOpen, 'findings-open'),
    ...where(Date.parse(model.now) < Date.parse(entered.at) + days * DAY_MS, 'too-early'),
    ...where(Date.parse(model.now) >= Date.parse(entered.at) + within * DAY_MS, 'too-late'),
    ...creditingReasons(model, project, needs),
    ...where(needs.settled === true && !isSettled(model, id, project), 'not-settled'),
  ]
}

const open = ['reported', 'avoidable', 'unavoidable']

/** Its holders have nothing of it, nobody monitors it, and nothing is lost or owed. */
function isSettled(model: Model, id: string, { debts }: Project): boolean {
  const lost = [...model.reversals.values()].some((one) => one.project === id && open.includes(one.state))
  const owed = [...debts.values()].some((units) => units > 0n)
  return heldOf(model, id) === 0n && openPeriods(model, id) === 0 && !lost && !owed
}

function creditingReasons(model: Model, { credits, renewed }: Project, { renews, creditingEnds }: Needs): string[] {
  const last = credits.at(-1)
  if (!renews && creditingEnds === undefined) return []
  if (!last) return ['crediting-missing']
  const opens = Date.parse(last.to) + (1 - (creditingEnds ?? 0)) * DAY_MS
  return [
    ...where(renews === true && renewed >= (crediting[last.kind]?.renewals ?? 0), 'crediting-used-up'),
    ...where(renews === true && renewed >= credits.length, 'crediting-missing'),
    ...where(creditingEnds !== undefined && Date.parse(model.now) < opens, 'too-early'),
  ]
}

function ownersOf(model: Model, project: string): string[] {
  return (model.projects.get(project)?.owners ?? []).flatMap(({ account }) => organisationOf(model, account))
}

function anOwner(model: Model, choose: Choose, project: string): string {
  return aHolder(model, choose, model.projects.get(project)?.owners[0]?.account ?? '')
}

const alive = ['submitted', 'registered', 'suspended']
const kinds: Record<string, string[]> = {
  'initial-notification': ['submitted'],
  'engagement-agreement': alive,
  'authorisation-request': ['registered'],
  'issuance-form': ['registered', 'suspended'],
  'project-design': alive,
  'validation-report': alive,
  'monitoring-report': ['registered', 'suspended'],
  'verification-report': ['registered', 'suspended'],
  letter: [...alive, 'rejected', 'withdrawn', 'deregistered'],
}

interface Submitting extends Record<string, unknown> {
  period?: string
  agreement?: Sale['agreement']
  project: string
  document: string
  sha256: string
  name: string | null
}

const isSale = (request: Submitting): request is Submitting & Sale => request.agreement !== undefined

export const documentSubmitted = defineCommand<Submitting>({
  type: 'DocumentSubmitted',
  weight: 1,
  generate: (model, choose) => {
    if (choose.rarely(3)) return someSale(model, choose)
    const of = somePeriod(model, choose)
    const project = of?.project ?? knownId(model.projects.keys(), choose)
    const any = of && !choose.rarely(6) ? ['monitoring-report'] : Object.keys(kinds)
    const document = choose.rarely(16) ? 'poem' : choose.pick(any)
    return {
      by: choose.rarely(2) ? anOfficer(model, choose) : anOwner(model, choose, project),
      request: { project, document, sha256: hashFrom(`file ${choose.below(6)}`), name: null, ...of },
    }
  },
  reasons: (model, { by, request }) => {
    if (isSale(request)) return saleReasons(model, { by, request })
    const { document, sha256, ...about } = request
    const subject = subjectOf(model, about)
    const last = subject?.submitted.findLast((one) => one.document === document)
    const certified = document.endsWith('ation-report') || document === 'engagement-agreement' ? certifiers : {}
    const may = { ...(document === 'letter' ? {} : owners), ...officers, ...certified }
    const allowed = statesFor(model, document, about)
    return [
      ...mandateReasons(model, by, { may: document in kinds ? may : {}, ...sidesOf(model, about) }),
      ...subjectReasons(model, about, allowed ?? []),
      ...where(allowed === undefined, 'code-unknown'),
      ...where(last?.sha256 === sha256 && last.index > (subject?.entered.index ?? 0), 'nothing-changes'),
      ...replacingReasons(model, { document, ...about }),
    ]
  },
  carryOut: (model, { request }) => {
    if (isSale(request)) return { says: { ...sell(model, request) } }
    const { document, sha256, ...about } = request
    const subject = subjectOf(model, about)
    const version = 1 + (subject?.submitted.filter((one) => one.document === document).length ?? 0)
    subject?.submitted.push({ document, sha256, index: model.size })
    if (isAbout(subject) && document === report) Object.assign(subject, { certified: null, outcomes: {} })
    return { says: { period: about.period ?? null, allotted: { version } } }
  },
})

/** What documents and findings are about. */
interface About {
  project: string
  period?: string | null
}

function subjectOf({ projects, periods }: Model, { project, period = null }: About): Project | Period | undefined {
  if (period === null) return projects.get(project)
  const found = periods.get(period)
  return projects.has(project) && found?.project === project ? found : undefined
}

/** Whose it is, and who is assigned to it. */
function sidesOf(model: Model, { project, period = null }: About) {
  return { organisations: ownersOf(model, project), project, ...(period === null ? {} : { task: 'verification' }) }
}

/** The states in which the document may be submitted; undefined where it is no document of this. */
function statesFor(model: Model, document: string, { period = null }: About): string[] | undefined {
  const isOfPeriods = lawOf(model).periods && document === report
  if (period !== null) return isOfPeriods ? reported : undefined
  return isOfPeriods ? undefined : kinds[document]
}

/** Why it is not there, or does not stand in a state that allows it; where none does, the document is none of this. */
function subjectReasons(model: Model, about: About, allowed: string[]): string[] {
  const { project: id, period = null } = about
  const subject = subjectOf(model, about)
  const isAstray = subject !== undefined && allowed.length > 0 && !allowed.includes(subject.state)
  return [
    ...where(!model.projects.has(id), 'project-unknown'),
    ...where(period !== null && model.periods.get(period)?.project !== id, 'period-unknown'),
    ...where(isAstray, period === null ? 'project-state' : 'period-state'),
  ]
}

interface Raising extends Record<string, unknown> {
  period?: string
  finding: string
  project: string
  kind: Finding['kind']
  section: string | null
  text: string
}

export const findingRaised = defineCommand<Raising>({
  type: 'FindingRaised',
  weight: 0.7,
  generate: (model, choose) => ({
    by: anOfficer(model, choose),
    request: {
      finding: someId(model, choose, 'finding', 8),
      project: knownId(model.projects.keys(), choose),
      kind: choose.pick(['CL', 'CAR', 'FAR'] as const),
      section: choose.pick([null, 'B.4.2']),
      text: hashFrom('what is unclear'),
      ...somePeriod(model, choose),
    },
  }),
  reasons: (model, { by, request: { finding, ...about } }) => [
    ...mandateReasons(model, by, { may: deciders, ...sidesOf(model, about) }),
    ...conflictReasons(model, [by], about.project),
    ...subjectReasons(model, about, (about.period ?? null) === null ? alive : ['opened', 'verification-submitted']),
    ...where(model.findings.has(finding), 'already-exists'),
  ],
  carryOut: (model, { request: { finding, project, period = null, kind } }) => {
    const number = 1 + [...model.findings.values()].filter((one) => one.project === project && one.kind === kind).length
    model.findings.set(finding, { project, period, kind, number, state: 'open' })
    return { says: { period, allotted: { number } } }
  },
})

interface Round extends Record<string, unknown> {
  period?: string | null
  project: string
  finding: string
  text: string
}

/** A finding with its project, mostly one of this state; rarely of another project. */
function aRound(model: Model, choose: Choose, state: Finding['state']): Round {
  const text = hashFrom('a word on it')
  const found = [...model.findings].filter(([, one]) => one.state === state || choose.rarely(8))
  const [finding, one] = found.length > 0 ? choose.pick(found) : [knownId(model.findings.keys(), choose), undefined]
  const project = one && !choose.rarely(16) ? one.project : knownId(model.projects.keys(), choose)
  const of = one && one.period !== null && !choose.rarely(16) ? { period: one.period } : {}
  return { project, finding: finding ?? hashFrom('none').slice(0, 32), text, ...of }
}

function roundReasons(model: Model, { project, period = null, finding }: Round, state: Finding['state']): string[] {
  const known = model.findings.get(finding)
  return [
    ...where(!model.projects.has(project), 'project-unknown'),
    ...where(known?.project !== project || known.period !== period, 'finding-unknown'),
    ...where(known !== undefined && known.state !== state, 'finding-state'),
  ]
}

export const findingAnswered = defineCommand<Round>({
  type: 'FindingAnswered',
  weight: 0.7,
  generate: (model, choose) => {
    const request = aRound(model, choose, 'open')
    return { by: anOwner(model, choose, request.project), request }
  },
  reasons: (model, { by, request }) => [
    ...mandateReasons(model, by, { may: owners, ...sidesOf(model, request) }),
    ...roundReasons(model, request, 'open'),
  ],
  carryOut: (model, { request: { finding } }) => {
    const known = model.findings.get(finding)
    if (known) known.state = 'answered'
    return {}
  },
})

export const findingAssessed = defineCommand<Round & { outcome: 'open' | 'closed' }>({
  type: 'FindingAssessed',
  weight: 0.7,
  generate: (model, choose) => ({
    by: anOfficer(model, choose),
    request: { ...aRound(model, choose, 'answered'), outcome: choose.pick(['closed', 'closed', 'open'] as const) },
  }),
  reasons: (model, { by, request }) => [
    ...mandateReasons(model, by, { may: deciders, ...sidesOf(model, request) }),
    ...conflictReasons(model, [by], request.project),
    ...roundReasons(model, request, 'answered'),
  ],
  carryOut: (model, { request: { finding, outcome } }) => {
    const known = model.findings.get(finding)
    if (known) known.state = outcome
    return {}
  },
})
