import { z } from 'zod'
import { Certified, decimalOf, Id, microOf } from '../ids.ts'
import { admitAccreditation, admitIndependence } from '../permissions.ts'
import { type Preset, VERIFICATION } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects, type Written } from '../rule.ts'
import type { Put, RowKey, Rows, State } from '../state.ts'
import { admitRotation, verifiedBy } from './assignments.ts'
import { admitCredited } from './crediting.ts'
import { type MonitoringPeriod, Vintage } from './ground.ts'
import { admitGrounds, Grounds, versionsOf } from './machine.ts'
import { partiesOf } from './parties.ts'
import { aboutPeriod, isIssued, periodReads, standingPut, streamsOf } from './periods.ts'
import { verifiersOf } from './subject.ts'

type Period = Rows['period']

const DAY_MS = 86_400_000

const isAscending = (outcomes: readonly { vintage: string }[]) =>
  outcomes.every(({ vintage }, at) => at === 0 || (outcomes[at - 1]?.vintage ?? '') < vintage)

const Certification = z.strictObject({
  period: Id,
  outcomes: z
    .array(z.strictObject({ vintage: Vintage, certified: Certified }))
    .min(1)
    .max(50)
    .refine(isAscending, 'each year stands once, the earliest first'),
  /** The reports of the preset, in the versions in force. */
  documents: Grounds.optional(),
})
type Certification = z.infer<typeof Certification>

/**
 * The outcomes of a monitoring period, in tonnes of each calendar year, as its reports say: no more is ever issued of it.
 * They may be certified anew, while nothing was issued.
 */
export const outcomeCertified = defineRule<Certification, Certification>({
  type: 'OutcomeCertified',
  v: 1,
  body: Certification,
  request: Certification,
  attested: ['that so many tonnes were reduced or removed in each year'],
  reads: (state, { period }) => periodReads(state, period),
  decide: (state, request, { preset }) => {
    const period = state.get('period', request.period)
    const documents = request.documents ?? (period && reportsOf(period, preset))
    return documents ? { ...request, documents } : request
  },
  act: (state, { period }) => aboutPeriod(state, period, 'periods.certify'),
  admit: (state, body, { preset }, written) => {
    const period = state.get('period', body.period)
    const project = period && state.get('project', period.project)
    if (!period || !project) return refuse('period-unknown', { period: body.period })
    return firstOf(
      admitState(period, preset),
      ...body.outcomes.map(({ vintage }) => admitVintage(vintage, period)),
      admitOver(period, written.at),
      isIssued(period) && refuse('already-issued', { period: body.period }),
      admitFindings(project, period),
      admitVerifier(state, project, period, preset),
      admitWord(state, project, period, written),
      admitReports(period, body, preset),
    )
  },
  streams: (state, { period }) => streamsOf(state, period),
  effects: (state, { period: id, outcomes }) => {
    const period = state.get('period', id)
    const project = period && state.get('project', period.project)
    const [by] = period ? verifiersOf(state, period.project) : []
    if (!period || !project || by === undefined) return noEffects()
    const said = outcomes.map(({ vintage, certified }) => [vintage, { certified, issued: '0' }])
    const certified = { index: state.size, by }
    const row = { ...period, certified, turn: period.turn ?? by, outcomes: Object.fromEntries(said) }
    // A period is one turn, however often it is certified.
    const isFirst = period.turn === null
    return {
      ...noEffects(),
      puts: [
        { kind: 'period', id, row },
        ...(isFirst ? [{ kind: 'project' as const, id: period.project, row: verifiedBy(project, by) }] : []),
      ],
    }
  },
})

function admitState({ state }: Period, { period }: Preset): Refusal | undefined {
  const { certifies = [] } = period ?? {}
  return certifies.includes(state) ? undefined : refuse('period-state', { state, allowed: certifies.join(', ') })
}

function admitVintage(vintage: string, { from, to }: Period): Refusal | undefined {
  const isWithin = from.slice(0, 4) <= vintage && vintage <= to.slice(0, 4)
  return isWithin ? undefined : refuse('vintage-wrong', { field: 'outcomes', from, to })
}

/** Its last day is over, in UTC. */
function admitOver({ to }: Period, at: string): Refusal | undefined {
  const from = new Date(Date.parse(to) + DAY_MS).toISOString()
  return at < from ? refuse('too-early', { from }) : undefined
}

/** Nothing about it is open, nor about its project, nor what earlier rounds have left to this one. */
function admitFindings({ findings, forward }: Rows['project'], period: Period): Refusal | undefined {
  const earlier = Object.entries(forward).filter(([number]) => Number(number) < period.number)
  const open = [findings.open, findings.forward, ...earlier.map(([, count]) => count), period.findings.open]
  const sum = open.reduce((all, one) => all + one, 0)
  return sum > 0 ? refuse('findings-open', { open: String(sum) }) : undefined
}

/** Somebody is assigned to the verification, whose turn it may be. */
function admitVerifier(state: State, project: Rows['project'], period: Period, preset: Preset): Refusal | undefined {
  const [verifier] = verifiersOf(state, period.project)
  if (verifier === undefined) return refuse('certifier-missing', { task: VERIFICATION })
  return period.turn === null ? admitRotation(project, verifier, preset) : undefined
}

/** It is the verifier itself that says so, independent and accredited on that day, whatever the permission table says. */
function admitWord(
  state: State,
  { scope }: Rows['project'],
  { project }: Period,
  { by, at }: Pick<Written, 'by' | 'at'>,
): Refusal | undefined {
  const { organisation = '', role = '' } = state.get('mandate', by) ?? {}
  if (!verifiersOf(state, project).includes(organisation)) {
    return refuse('not-permitted', { action: 'periods.certify', role })
  }
  const { interests } = partiesOf(state, project)
  return firstOf(
    admitIndependence(state, organisation, interests, { certifier: organisation }),
    admitAccreditation(state, organisation, scope, at),
  )
}

/** The reports on which it would be certified now; undefined where one is missing. */
function reportsOf({ documents }: Period, { period }: Preset): Grounds | undefined {
  return versionsOf(period?.reports ?? [], documents)
}

/** All reports are there, and those that are certified are the ones in force. */
function admitReports(period: Period, { documents }: Certification, preset: Preset): Refusal | undefined {
  const kinds = preset.period?.reports ?? []
  const missing = kinds.filter((kind) => !Object.hasOwn(period.documents, kind))
  return missing.length > 0
    ? refuse('document-missing', { kinds: missing.join(', ') })
    : admitGrounds(documents, reportsOf(period, preset))
}

/** What an issuance is asked for that is of a monitoring period. */
export interface OfPeriod {
  period: string | null
  vintage: string
  certified: string
  monitoringPeriod: z.infer<typeof MonitoringPeriod>
}

/** The days of a period, if one is named. */
export function daysOf(state: State, id: string | null): OfPeriod['monitoringPeriod'] {
  const period = id === null ? undefined : state.get('period', id)
  return period ? { from: period.from, to: period.to } : null
}

/** The rows that an issuance of a period looks at: the period, and whoever certified it. */
export function fromPeriodReads(state: State, id: string | null): RowKey[] {
  if (id === null) return []
  const by = state.peek('period', id)?.certified?.by
  return [{ kind: 'period', id }, ...(by === undefined ? [] : [{ kind: 'organisation' as const, id: by }])]
}

/** Whoever certified it is none of those who own the project by now, and no affiliate of one. */
function admitStillIndependent(state: State, { certified, project }: Period): Refusal | undefined {
  if (certified === null) return undefined
  return admitIndependence(state, certified.by, partiesOf(state, project).interests, { certifier: certified.by })
}

/** Is so much of the period certified, and not issued yet? Where the country keeps no periods, there is none to name. */
export function admitFromPeriod(state: State, body: OfPeriod, project: string, preset: Preset): Refusal | undefined {
  if (!preset.period) return body.period === null ? admitDays(state, body, project, preset) : refuse('periods-not-kept')
  if (body.period === null) return refuse('period-missing', { field: 'period' })
  const period = state.get('period', body.period)
  if (period?.project !== project) return refuse('period-unknown', { period: body.period })
  const { mayIssue } = preset.period
  return firstOf(
    !mayIssue.includes(period.state) && refuse('period-state', { state: period.state, allowed: mayIssue.join(', ') }),
    (body.monitoringPeriod?.from !== period.from || body.monitoringPeriod.to !== period.to) &&
      refuse('dates-differ', { field: 'monitoringPeriod', dates: `${period.from} – ${period.to}` }),
    admitLeft(period, body),
    admitStillIndependent(state, period),
  )
}

/** Where the country has crediting periods and no monitoring periods, the days that are named lie within one. */
function admitDays(state: State, { monitoringPeriod }: OfPeriod, project: string, preset: Preset): Refusal | undefined {
  const row = state.get('project', project)
  if (!row || !preset.crediting) return undefined
  return monitoringPeriod ? admitCredited(row, monitoringPeriod, preset) : refuse('crediting-missing')
}

function admitLeft({ outcomes }: Period, { vintage, certified }: OfPeriod): Refusal | undefined {
  const outcome = Object.hasOwn(outcomes, vintage) ? outcomes[vintage] : undefined
  const left = microOf(outcome?.certified ?? '0') - microOf(outcome?.issued ?? '0')
  if (microOf(certified) <= left) return undefined
  return refuse('certified-exceeded', { vintage, certified: outcome?.certified ?? '0', left: decimalOf(left) })
}

/** So much more of the period is issued; less, where an issuance is taken back. */
export function issuedPuts(state: State, id: string | null, vintage: string, more: bigint): Put[] {
  const before = id === null ? undefined : state.get('period', id)
  const outcome = before?.outcomes[vintage]
  if (id === null || !before || !outcome) return []
  const issued = decimalOf(microOf(outcome.issued) + more)
  const after = { ...before, outcomes: { ...before.outcomes, [vintage]: { ...outcome, issued } } }
  const puts: Put[] = [{ kind: 'period', id, row: after }]
  return isIssued(before) === isIssued(after) ? puts : [...puts, standingPut(state.ledger(), before, after)]
}
