import { z } from 'zod'
import { Code, Commitment, Id, LegalDate } from '../ids.ts'
import type { Act } from '../permissions.ts'
import type { Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { type Keys, type LedgerRow, noKeys, type Put, type RowKey, type Rows, type State } from '../state.ts'
import { admitAssigned, assignedReads } from './assignments.ts'
import { admitCredited } from './crediting.ts'
import { admitGrounds, admitMove, Grounds, groundsOf } from './machine.ts'
import { partiesReads } from './parties.ts'
import { counted as countedIn, projectReads } from './projects.ts'
import { aboutSubject } from './subject.ts'

type Period = Rows['period']

const opening = { period: Id, project: Id, from: LegalDate, to: LegalDate }
const isForwards = ({ from, to }: { from: string; to: string }) => from <= to
const BACKWARDS = { path: ['to'], message: 'ends before it begins' }

/** `before`: the period that it comes before, where the days of one that is void are monitored anew; else it is the last. */
const Opening = z.strictObject({ ...opening, before: Id.nullable().default(null) }).refine(isForwards, BACKWARDS)
type Opening = z.infer<typeof Opening>

/** The first monitoring period of a project is its number 1. */
const Opened = z
  .strictObject({ ...opening, before: Id.nullable(), allotted: z.strictObject({ number: z.number().int().min(1) }) })
  .refine(isForwards, BACKWARDS)
type Opened = z.infer<typeof Opened>

/** Days of a project that are monitored, and reported on as one. They may be still to come. */
export const monitoringPeriodOpened = defineRule<Opened, Opening>({
  type: 'MonitoringPeriodOpened',
  v: 1,
  body: Opened,
  request: Opening,
  attested: ['that these days are monitored as the design says'],
  reads: (state, { period, project, before }) => {
    const keys = projectReads(state, project)
    const last = state.peek('project', project)?.periods.last ?? null
    const previous = before === null ? null : (state.peek('period', before)?.previous ?? null)
    return { ...keys, rows: [...keys.rows, ...[period, last, before, previous].flatMap(periodKey)] }
  },
  decide: (state, request) => ({ ...request, allotted: { number: nextNumber(state, request.project) } }),
  act: (state, { project }) => aboutSubject(state, { project, period: null }, 'periods.open'),
  admit: (state, body, { preset }) => {
    const project = state.get('project', body.project)
    if (!project) return refuse('project-unknown', { project: body.project })
    const { mayIssue } = preset.project
    return firstOf(
      !preset.period && refuse('periods-not-kept'),
      state.get('period', body.period) && refuse('already-exists', { field: 'period' }),
      !mayIssue.includes(project.state) &&
        refuse('project-state', { state: project.state, allowed: mayIssue.join(', ') }),
      admitCredited(project, body, preset),
      admitPlace(state, body, project),
      body.allotted.number !== nextNumber(state, body.project) && refuse('allocation-wrong', { field: 'number' }),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, body, { preset }, { at }) => {
    const { period: id, project: whose, from, to, before: next, allotted } = body
    const project = state.get('project', whose)
    const initial = preset.period?.initial
    if (!project || initial === undefined) return noEffects()
    const previous = previousOf(state, body, project)
    const last = next === null ? id : project.periods.last
    const states = countedIn(project.periods.states, initial, 1)
    const row: Period = {
      ...{ project: whose, number: allotted.number, from, to, state: initial },
      ...{ entered: { index: state.size, at }, documents: {}, findings: { open: 0, forward: 0 } },
      ...{ certified: null, turn: null, outcomes: {}, previous, next },
    }
    return {
      ...noEffects(),
      puts: [
        { kind: 'period', id, row },
        ...linkPuts(state, previous, { next: id }),
        ...linkPuts(state, next, { previous: id }),
        { kind: 'project', id: whose, row: { ...project, periods: { opened: allotted.number, last, states } } },
        standingPut(state.ledger(), undefined, row),
      ],
    }
  },
})

const Moving = z
  .strictObject({
    period: Id,
    move: Code,
    /** A code of the preset, and what was written about it. */
    reason: Code.optional(),
    text: Commitment.optional(),
    /** Those that the move needs, in the versions in force. */
    documents: Grounds.optional(),
  })
  .refine(({ reason, text }) => text === undefined || reason !== undefined, 'a text goes with a reason')
type Moving = z.infer<typeof Moving>

/** By one of the moves that the preset has for monitoring periods, once all is there that the move needs. */
export const monitoringPeriodMoved = defineRule<Moving, Moving>({
  type: 'MonitoringPeriodMoved',
  v: 1,
  body: Moving,
  request: Moving,
  attested: ['the grounds of the decision'],
  reads: (state, { period }) => {
    const { previous = null, next = null } = state.peek('period', period) ?? {}
    const keys = periodReads(state, period)
    const assigned = assignedReads(state, state.peek('period', period)?.project ?? '')
    return { ...keys, rows: [...keys.rows, ...[previous, next].flatMap(periodKey), ...assigned] }
  },
  decide: (state, request, { preset }) => {
    const period = state.get('period', request.period)
    const documents = request.documents ?? (period && groundsOf(preset.period, period, request))
    return documents ? { ...request, documents } : request
  },
  act: (state, { period, move }) => aboutPeriod(state, period, `periods.move.${move}`),
  admit: (state, body, { preset }, { at }) => {
    const period = state.get('period', body.period)
    const machine = preset.period
    // A preset that knows no periods is not adopted once there are some.
    if (!period || !machine) return refuse('period-unknown', { period: body.period })
    const { certifiers = {} } = state.get('project', period.project) ?? {}
    return firstOf(
      admitMove(machine, { ...period, certifiers }, body, { at, preset }, (from, allowed) =>
        refuse('period-state', { state: from, allowed }),
      ),
      admitGrounds(body.documents, groundsOf(machine, period, body)),
      admitAssigned(state, machine, { project: period.project, move: body.move }),
      isVoidedBy(body.move, preset) && isIssued(period) && refuse('already-issued', { period: body.period }),
    )
  },
  streams: (state, { period }) => streamsOf(state, period),
  effects: (state, { period: id, move: name }, { preset }, { at }) => {
    const before = state.get('period', id)
    const move = preset.period?.moves.find((one) => one.name === name)
    if (!before || !move) return noEffects()
    const row = { ...before, state: move.to, entered: { index: state.size, at } }
    const isVoided = isVoidedBy(name, preset)
    return {
      ...noEffects(),
      puts: [
        { kind: 'period', id, row: isVoided ? { ...row, previous: null, next: null } : row },
        ...(isVoided ? unlinkPuts(state, before) : []),
        ...projectPuts(state, before, move.to, isVoided),
        standingPut(state.ledger(), before, row),
      ],
    }
  },
})

/** What the permission table is asked where something is done about a monitoring period, on the side of whoever owns it. */
export function aboutPeriod(state: State, id: string, action: string): Act {
  const period = state.get('period', id)
  return period ? aboutSubject(state, { project: period.project, period: id }, action) : { action, organisations: [] }
}

/** The rows that anything about a monitoring period looks at, as far as it is known. */
export function periodReads(state: State, id: string): Keys {
  return { ...noKeys(), rows: [...periodKey(id), ...partiesReads(state, state.peek('period', id)?.project)] }
}

export function streamsOf(state: State, id: string): string[] {
  const project = state.get('period', id)?.project
  return project === undefined ? [] : [project]
}

function periodKey(id: string | null): RowKey[] {
  return id === null ? [] : [{ kind: 'period', id }]
}

function nextNumber(state: State, project: string): number {
  return (state.get('project', project)?.periods.opened ?? 0) + 1
}

type Place = Pick<Opened, 'project' | 'before'>

/** The period that one in such a place comes after: the last one, or the one before that which it is to come before. */
function previousOf(state: State, { before }: Place, { periods: { last } }: Rows['project']): string | null {
  return before === null ? last : (state.get('period', before)?.previous ?? null)
}

/** Its days lie between those of its neighbours, which are not void. */
function admitPlace(state: State, body: Opened, project: Rows['project']): Refusal | undefined {
  const { from, to, before } = body
  const next = before === null ? undefined : state.get('period', before)
  if (before !== null && !(next?.project === body.project && isInChain(next, before, project))) {
    return refuse('period-unknown', { field: 'before', period: before })
  }
  const id = previousOf(state, body, project)
  const previous = id === null ? undefined : state.get('period', id)
  return firstOf(
    previous && from <= previous.to && refuse('dates-overlap', { field: 'from', dates: daysOf(previous) }),
    next && next.from <= to && refuse('dates-overlap', { field: 'to', dates: daysOf(next) }),
  )
}

function daysOf({ from, to }: Period): string {
  return `${from} – ${to}`
}

/** A period that is void stands beside no other, and is not the last one. */
function isInChain({ previous, next }: Period, id: string, { periods: { last } }: Rows['project']): boolean {
  return previous !== null || next !== null || last === id
}

/** Was anything issued of it that was not taken back? */
export function isIssued({ outcomes }: Pick<Period, 'outcomes'>): boolean {
  return Object.values(outcomes).some(({ issued }) => issued !== '0')
}

function isVoidedBy(move: string, { period }: Preset): boolean {
  const to = period?.moves.find(({ name }) => name === move)?.to
  return to !== undefined && period?.void.includes(to) === true
}

function linkPuts(state: State, id: string | null, links: Partial<Pick<Period, 'previous' | 'next'>>): Put[] {
  const row = id === null ? undefined : state.get('period', id)
  return row && id !== null ? [{ kind: 'period', id, row: { ...row, ...links } }] : []
}

/** A period that is void has no neighbours: those are each other's. */
function unlinkPuts(state: State, { previous, next }: Period): Put[] {
  return [...linkPuts(state, previous, { next }), ...linkPuts(state, next, { previous })]
}

/** The project counts its periods by state, and knows the last one that is not void. */
function projectPuts(state: State, period: Period, to: string, isVoided: boolean): Put[] {
  const { project: id, previous, next } = period
  const project = state.get('project', id)
  if (!project) return []
  const { periods } = project
  const last = isVoided && next === null ? previous : periods.last
  const states = countedIn(countedIn(periods.states, period.state, -1), to, 1)
  return [{ kind: 'project', id, row: { ...project, periods: { ...periods, last, states } } }]
}

/** How many periods are in which state, after one of them has changed. */
export function standingPut(ledger: LedgerRow, before: Period | undefined, after: Period): Put {
  const periods = counted(before ? counted(ledger.periods, before, -1) : ledger.periods, after, 1)
  return { kind: 'ledger', id: 'ledger', row: { ...ledger, periods } }
}

function counted(periods: LedgerRow['periods'], period: Period, more: 1 | -1): LedgerRow['periods'] {
  const { [period.state]: before = { all: 0, issued: 0 }, ...others } = periods
  const all = before.all + more
  const issued = before.issued + (isIssued(period) ? more : 0)
  return all === 0 ? others : { ...others, [period.state]: { all, issued } }
}
