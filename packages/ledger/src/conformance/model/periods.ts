import { aHolder, anApprover, anOfficer, mostly } from './choices.ts'
import { type AnyCommand, type Choose, defineCommand, hashFrom, idFrom, knownId } from './command.ts'
import { certifiers, isOver, keptPeriods, kinds, machine, owners, report } from './kept.ts'
import { lawOf } from './law.ts'
import type { Model, Period, Project } from './naive.ts'
import {
  approvalReasons,
  codeReasons,
  codes,
  conflictReasons,
  isTorn,
  mandateReasons,
  officers,
  ownersOf,
  where,
} from './reasons.ts'
import { microOf } from './units.ts'

const DAY_MS = 86_400_000

const task = 'verification'

/** Periods that count, in the order of their days. */
export function standing(model: Model, project: string): [string, Period][] {
  return [...model.periods]
    .filter(([, one]) => one.project === project && !isOver(one.state))
    .sort(([, a], [, b]) => (a.from < b.from ? -1 : 1))
}

/** How many periods of a project have not come to an end. */
export function openPeriods({ periods }: Model, project: string): number {
  const ends: readonly string[] = keptPeriods.period.ends
  return [...periods.values()].filter((one) => one.project === project && !ends.includes(one.state)).length
}

/** Millionths of a vintage that were issued of a period and not taken back. */
export function issuedOf(model: Model, id: string, vintage?: string): bigint {
  return model.issuedOf
    .filter((one) => one.period === id && (vintage === undefined || one.vintage === vintage))
    .filter(({ index }) => !model.takenBack.has(index))
    .reduce((sum, { micro }) => sum + micro, 0n)
}

interface Crediting extends Record<string, unknown> {
  project: string
  kind: string
  from: string
  to: string
}

/** The day before the same day so many years later, told by counting. */
function lastDay(from: string, years: number): string {
  const [year = '', ...rest] = from.split('-')
  const later = `${Number(year) + years}-${rest.join('-')}`
  return new Date(Date.parse(later) - DAY_MS).toISOString().slice(0, 10)
}

function mostCredited({ credits, renewed }: Project): number {
  return Math.min(renewed, kinds[credits[0]?.kind ?? '']?.renewals ?? 0) + 1
}

const creditingPeriodSet = defineCommand<Crediting>({
  type: 'CreditingPeriodSet',
  weight: 0.6,
  generate: (model, choose) => {
    const project = knownId(model.projects.keys(), choose)
    const last = model.projects.get(project)?.credits.at(-1)
    const kind = choose.rarely(16) ? 'eternal' : (last?.kind ?? choose.pick(['renewable', 'renewable', 'fixed']))
    const from =
      last && !choose.rarely(6) ? new Date(Date.parse(last.to) + DAY_MS).toISOString().slice(0, 10) : '2022-03-01'
    const to = lastDay(from, choose.rarely(12) ? 3 : (kinds[kind]?.years ?? 5))
    return { by: anOfficer(model, choose), request: { project, kind, from, to } }
  },
  reasons: (model, { by, request: { project: id, kind, from, to } }) => {
    const project = model.projects.get(id)
    const last = project?.credits.at(-1)
    const mandate = [...mandateReasons(model, by, { may: officers }), ...conflictReasons(model, [by], id)]
    if (!lawOf(model).periods) return [...mandate, ...where(!project, 'project-unknown'), 'periods-not-kept']
    return [
      ...mandate,
      ...where(!project, 'project-unknown'),
      ...where(!(kind in kinds) || (last !== undefined && last.kind !== kind), 'code-unknown'),
      ...where(kind in kinds && to !== lastDay(from, kinds[kind]?.years ?? 0), 'dates-differ'),
      ...where(project !== undefined && project.state !== 'registered', 'project-state'),
      ...where(last !== undefined && from <= last.to, 'dates-overlap'),
      ...where(
        last !== undefined && project !== undefined && project.credits.length >= mostCredited(project),
        'crediting-used-up',
      ),
    ]
  },
  carryOut: (model, { request: { project: id, kind, from, to } }) => {
    const project = model.projects.get(id)
    project?.credits.push({ kind, from, to })
    return { says: { allotted: { number: project?.credits.length } } }
  },
})

interface Opening extends Record<string, unknown> {
  period: string
  project: string
  from: string
  to: string
  before?: string
}

const spans = [
  ['2024-01-01', '2024-12-31'],
  ['2025-01-01', '2025-06-30'],
  ['2025-07-01', '2025-12-31'],
  ['2025-07-01', '2026-12-31'],
  ['2023-07-01', '2024-06-30'],
  ['2020-01-01', '2020-12-31'],
] as const

const monitoringPeriodOpened = defineCommand<Opening>({
  type: 'MonitoringPeriodOpened',
  weight: 1.2,
  generate: (model, choose) => {
    const credited = [...model.projects].filter(([, { credits }]) => credits.length > 0).map(([id]) => id)
    const isCredited = credited.length > 0 && !choose.rarely(8)
    const project = isCredited ? choose.pick(credited) : knownId(model.projects.keys(), choose)
    const [from, to] = choose.pick(spans)
    const owner = model.projects.get(project)?.owners[0]?.account ?? ''
    const later = standing(model, project).find(([, one]) => one.from > from)?.[0]
    const before = choose.rarely(12) ? knownId(model.periods.keys(), choose) : choose.rarely(12) ? undefined : later
    return {
      by: aHolder(model, choose, owner),
      request: {
        ...{ period: idFrom(`period ${choose.below(8)}`), project, from, to },
        ...(before === undefined ? {} : { before }),
      },
    }
  },
  reasons: (model, { by, request: { period, project: id, from, to, before } }) => {
    const project = model.projects.get(id)
    const others = standing(model, id)
    const follows = others.find(([one]) => one === before)?.[1]
    // Of those that do not overlap it, whichever it is not said to come before must lie before it.
    const isBetween = others.every(([, one]) => {
      return follows !== undefined && one.from >= follows.from ? to < one.from : one.to < from
    })
    const mandate = mandateReasons(model, by, { may: owners, organisations: ownersOf(model, id) })
    if (!lawOf(model).periods) return [...mandate, ...where(!project, 'project-unknown'), 'periods-not-kept']
    const isCredited = project?.credits.some((one) => one.from <= from && to <= one.to)
    return [
      ...mandate,
      ...where(!project, 'project-unknown'),
      ...where(model.periods.has(period), 'already-exists'),
      ...where(project !== undefined && project.state !== 'registered', 'project-state'),
      ...where(isCredited === false, 'crediting-missing'),
      ...where(before !== undefined && !follows, 'period-unknown'),
      ...where(!isBetween, 'dates-overlap'),
    ]
  },
  carryOut: (model, { request: { period, project, from, to, before = null } }) => {
    const number = 1 + [...model.periods.values()].filter((one) => one.project === project).length
    const entered = { index: model.size, at: model.now }
    model.periods.set(period, {
      ...{ project, number, from, to, state: 'opened', entered, submitted: [] },
      ...{ certified: null, turn: null, outcomes: {} },
    })
    return { says: { before, allotted: { number } } }
  },
})

/** Mostly the person of the certifier that is assigned to the verification. */
function aVerifier(model: Model, choose: Choose, project: string): string {
  const verifier = model.projects.get(project)?.certifiers[task]
  const found = [...model.mandates].find(([, one]) => one.organisation === verifier && one.role === 'certifier/Admin')
  return found ? mostly(model, choose, found[0]) : anOfficer(model, choose)
}

/** A period, mostly one that is in this state. */
function aPeriod(model: Model, choose: Choose, state?: string): string {
  const found = [...model.periods].filter(([, one]) => one.state === state).map(([id]) => id)
  if (found.length > 0 && !choose.rarely(4)) return choose.pick(found)
  return model.periods.size === 0 ? idFrom('period 0') : knownId(model.periods.keys(), choose)
}

interface Moving extends Record<string, unknown> {
  period: string
  move: string
  reason?: string
}

const monitoringPeriodMoved = defineCommand<Moving>({
  type: 'MonitoringPeriodMoved',
  weight: 1.2,
  generate: (model, choose) => {
    const moves = Object.keys(machine)
    const move = choose.rarely(24) ? 'bless' : choose.pick([...moves, 'submit-verification', 'approve-issuance'])
    const period = aPeriod(model, choose, machine[move]?.from[0])
    const { project = '' } = model.periods.get(period) ?? {}
    const owner = model.projects.get(project)?.owners[0]?.account ?? ''
    const may = machine[move]?.may
    const by =
      may === certifiers
        ? aVerifier(model, choose, project)
        : may === owners
          ? aHolder(model, choose, owner)
          : anOfficer(model, choose)
    const reason = choose.rarely(16) ? 'whim' : choose.pick(codes.decision)
    const request = { period, move, ...(choose.rarely(2) ? { reason } : {}) }
    return { by, request, approvers: move === 'approve-issuance' ? anApprover(model, choose, by) : [] }
  },
  reasons: (model, { by, request: { period: id, move: name, reason }, approvers = [] }) => {
    const period = model.periods.get(id)
    const move = machine[name]
    const { project = '' } = period ?? {}
    const asked = { may: move?.may ?? {}, organisations: ownersOf(model, project), project, task }
    const isDecided = move?.may === officers
    return [
      ...mandateReasons(model, by, asked),
      ...where(isDecided, ...conflictReasons(model, [by, ...approvers], project)),
      ...where(!period, 'period-unknown'),
      ...where(!move, 'move-unknown'),
      ...where(period !== undefined && !move?.from.includes(period.state), 'period-state'),
      ...where(move?.reason === true && reason === undefined, 'reason-missing'),
      ...(reason === undefined ? [] : codeReasons('decision', reason)),
      ...(period && name === 'submit-verification' ? verificationReasons(model, id, period) : []),
      ...where(isOver(move?.to ?? '') && issuedOf(model, id) > 0n, 'already-issued'),
      ...(move?.approved ? approvalReasons(model, by, approvers) : []),
    ]
  },
  carryOut: (model, { request: { period: id, move } }) => {
    const period = model.periods.get(id)
    if (period) Object.assign(period, { state: machine[move]?.to, entered: { index: model.size, at: model.now } })
    return {}
  },
})

/** Is it a period, and not a project? */
export function isAbout(subject: Project | Period | undefined): subject is Period {
  return subject !== undefined && 'outcomes' in subject
}

interface Report {
  document: string
  period?: string | null
  project: string
}

/** Why a report does not take the place of the one on which outcomes were certified. */
export function replacingReasons(model: Model, { document, period: id, project }: Report): string[] {
  const period = model.periods.get(id ?? '')
  if (!id || document !== report || !period?.certified || period.project !== project) return []
  const last = period.submitted.at(-1)
  const isThisRound = (index: number) => index > period.entered.index
  // In the first state of all, the verification is handed in with a report of the round.
  const isAwaited = period.state === 'opened' && last !== undefined && !isThisRound(last.index)
  return [
    ...where(issuedOf(model, id) > 0n, 'already-issued'),
    ...where(isThisRound(period.certified.index) && openFindings(model, id) === 0 && !isAwaited, 'already-certified'),
  ]
}

function openFindings({ findings }: Model, id: string): number {
  return [...findings.values()].filter((one) => one.period === id && one.state !== 'closed' && one.kind !== 'FAR')
    .length
}

function verificationReasons(model: Model, id: string, { submitted, entered, certified }: Period): string[] {
  return [
    ...where(!submitted.some(({ index }) => index > entered.index), 'document-missing'),
    ...where(openFindings(model, id) > 0, 'findings-open'),
    ...where(certified === null || certified.index < entered.index, 'outcomes-missing'),
  ]
}

interface Certifying extends Record<string, unknown> {
  period: string
  outcomes: { vintage: string; certified: string }[]
  documents?: { document: string; sha256: string }[]
}

/** The hash of the last report of a period. */
function reportOf({ submitted }: Pick<Period, 'submitted'>): string | undefined {
  return submitted.findLast((one) => one.document === report)?.sha256
}

/** Findings about the project, and forward action requests of its earlier periods, that nobody has closed. */
function earlierRequests(model: Model, { project, number }: Period): number {
  const left = [...model.findings.values()].filter((one) => one.project === project && one.state !== 'closed')
  const ofProject = left.filter(({ period }) => period === null).length
  const forward = left.filter(({ period, kind }) => period !== null && kind === 'FAR')
  return ofProject + forward.filter((one) => (model.periods.get(one.period ?? '')?.number ?? number) < number).length
}

const outcomeCertified = defineCommand<Certifying>({
  type: 'OutcomeCertified',
  weight: 1.2,
  generate: (model, choose) => {
    const period = aPeriod(model, choose, 'opened')
    const { project = '', from = '2024', to = '2024' } = model.periods.get(period) ?? {}
    const years = [...new Set([from.slice(0, 4), to.slice(0, 4)])].filter((_, at) => at === 0 || choose.rarely(2))
    const outcomes = years.map((vintage) => {
      return {
        vintage: choose.rarely(16) ? '2019' : vintage,
        certified: choose.pick(['40', '25.51', '0.5', '60.000001']),
      }
    })
    const sha256 = choose.rarely(3) ? hashFrom(`file ${choose.below(6)}`) : undefined
    const documents = sha256 === undefined ? {} : { documents: [{ document: report, sha256 }] }
    return { by: aVerifier(model, choose, project), request: { period, outcomes, ...documents } }
  },
  reasons: (model, { by, request: { period: id, outcomes, documents } }) => {
    const period = model.periods.get(id)
    const project = model.projects.get(period?.project ?? '')
    const mandate = mandateReasons(model, by, { may: certifiers, project: period?.project ?? '', task })
    if (!period || !project) return [...mandate, 'period-unknown']
    const years = outcomes.map(({ vintage }) => vintage)
    const verifier = project.certifiers[task]
    const { verified } = project
    return [
      ...mandate,
      ...where(years.toSorted().join() !== years.join() || new Set(years).size < years.length, 'malformed'),
      ...where(period.state !== 'opened', 'period-state'),
      ...where(
        years.some((year) => year < period.from.slice(0, 4) || year > period.to.slice(0, 4)),
        'vintage-wrong',
      ),
      ...where(model.now.slice(0, 10) <= period.to, 'too-early'),
      ...where(issuedOf(model, id) > 0n, 'already-issued'),
      ...where(openFindings(model, id) + earlierRequests(model, period) > 0, 'findings-open'),
      ...where(verifier === undefined, 'certifier-missing'),
      ...where(
        period.turn === null && verified?.organisation === verifier && (verified?.periods ?? 0) >= 5,
        'rotation-due',
      ),
      ...where(reportOf(period) === undefined, 'document-missing'),
      ...where(
        reportOf(period) !== undefined && documents !== undefined && documents[0]?.sha256 !== reportOf(period),
        'terms-changed',
      ),
    ]
  },
  carryOut: (model, { request: { period: id, outcomes } }) => {
    const period = model.periods.get(id)
    const project = model.projects.get(period?.project ?? '')
    const by = project?.certifiers[task]
    if (!period || !project || by === undefined) throw new Error('what is certified is verified by somebody')
    const sha256 = reportOf(period)
    if (period.turn === null) {
      const before = project.verified?.organisation === by ? project.verified.periods : 0
      project.verified = { organisation: by, periods: before + 1 }
    }
    period.certified = { index: model.size, by }
    period.turn ??= by
    period.outcomes = Object.fromEntries(outcomes.map(({ vintage, certified }) => [vintage, certified]))
    return { says: { documents: [{ document: report, sha256 }] } }
  },
})

interface OfPeriod {
  period?: string | null
  vintage: string
  monitoringPeriod: { from: string; to: string } | null
}

/** Why so many millionths may not be issued of a period. */
export function fromPeriodReasons(model: Model, request: OfPeriod, project: string, certified: bigint): string[] {
  const { period: id = null, vintage, monitoringPeriod: days } = request
  if (!lawOf(model).periods) return where(id !== null, 'periods-not-kept')
  if (id === null) return ['period-missing']
  const period = model.periods.get(id)
  if (period?.project !== project) return ['period-unknown']
  const left = microOf(period.outcomes[vintage] ?? '0') - issuedOf(model, id, vintage)
  return [
    ...where(period.state !== 'issuance-approved', 'period-state'),
    ...where(days !== null && (days.from !== period.from || days.to !== period.to), 'dates-differ'),
    ...where(certified > left, 'certified-exceeded'),
    ...where(period.certified !== null && isTorn(model, period.certified.by, project), 'conflict-of-interest'),
  ]
}

/** A period to issue of, where the country keeps them, mostly with something left. */
export function someOutcome(model: Model, choose: Choose): { period?: string; vintage?: string } {
  if (!lawOf(model).periods ? !choose.rarely(32) : choose.rarely(12)) return {}
  const period = aPeriod(model, choose, 'issuance-approved')
  const years = Object.keys(model.periods.get(period)?.outcomes ?? {})
  return { period, ...(years.length > 0 && !choose.rarely(8) ? { vintage: choose.pick(years) } : {}) }
}

/** A document of a period is submitted, or a finding raised about it: rarely, and mostly of one that is open. */
export function somePeriod(model: Model, choose: Choose): { period: string; project: string } | undefined {
  if (model.periods.size === 0 || choose.rarely(2)) return undefined
  const period = aPeriod(model, choose, 'opened')
  const project = model.periods.get(period)?.project ?? hashFrom('none').slice(0, 32)
  return { period, project: choose.rarely(24) ? knownId(model.projects.keys(), choose) : project }
}

export const periodCommands: readonly AnyCommand[] = [
  creditingPeriodSet,
  monitoringPeriodOpened,
  monitoringPeriodMoved,
  outcomeCertified,
]
