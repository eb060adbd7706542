import { z } from 'zod'
import { Code, Id, LegalDate } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import type { Rows, State } from '../state.ts'
import { codeIn } from './accounts.ts'
import { aboutProject, projectReads } from './projects.ts'

type Project = Rows['project']

const Setting = z.strictObject({ project: Id, kind: Code, from: LegalDate, to: LegalDate })
type Setting = z.infer<typeof Setting>

/** The first crediting period of a project is its number 1; each further one is a renewal. */
const Period = Setting.extend({ allotted: z.strictObject({ number: z.number().int().min(1) }) })
type Period = z.infer<typeof Period>

/** The last day of so many years that begin on a day. */
function lastDayOf(from: string, years: number): string {
  const [year = 0, month = 1, day = 1] = from.split('-').map(Number)
  return new Date(Date.UTC(year + years, month - 1, day - 1)).toISOString().slice(0, 10)
}

function nextNumber(state: State, project: string): number {
  return (state.get('project', project)?.crediting?.periods.length ?? 0) + 1
}

/** It is of a kind of the preset, of that of the first one, and as long as that says. */
function admitKind(body: Period, { crediting }: Project, { crediting: allowed }: Preset): Refusal | undefined {
  if (!allowed) return refuse('periods-not-kept')
  const kinds = allowed.kinds.filter(({ kind }) => !crediting || crediting.kind === kind)
  const kind = kinds.find((one) => one.kind === body.kind)
  if (!kind) {
    return codeIn(
      'kind',
      body.kind,
      kinds.map((one) => one.kind),
    )
  }
  const to = lastDayOf(body.from, kind.years)
  return body.to === to ? undefined : refuse('dates-differ', { field: 'to', dates: to })
}

/** It comes after the last one, and one that comes after the first was earned by a renewal. */
function admitPlace(body: Period, { crediting }: Project): Refusal | undefined {
  const last = crediting?.periods.at(-1)
  if (!crediting || !last) return undefined
  const { periods, renewals, renewed } = crediting
  return firstOf(
    periods.length > Math.min(renewals, renewed) &&
      refuse('crediting-used-up', { renewals: String(renewals), renewed: String(renewed) }),
    body.from <= last.to && refuse('dates-overlap', { field: 'from', dates: `${last.from} – ${last.to}` }),
  )
}

/** From when to when the outcomes of a project are credited. */
export const creditingPeriodSet = defineRule<Period, Setting>({
  type: 'CreditingPeriodSet',
  v: 1,
  body: Period,
  request: Setting,
  attested: ['that the design was validated for this time'],
  reads: (state, { project }) => projectReads(state, project),
  decide: (state, request) => ({ ...request, allotted: { number: nextNumber(state, request.project) } }),
  act: (state, { project }) => aboutProject(state, project, 'projects.crediting.set'),
  admit: (state, body, { preset }) => {
    const project = state.get('project', body.project)
    if (!project) return refuse('project-unknown', { project: body.project })
    const states = preset.crediting?.states ?? []
    return firstOf(
      admitKind(body, project, preset),
      !states.includes(project.state) && refuse('project-state', { state: project.state, allowed: states.join(', ') }),
      admitPlace(body, project),
      body.allotted.number !== nextNumber(state, body.project) && refuse('allocation-wrong', { field: 'number' }),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, { project: id, kind, from, to }, { preset }) => {
    const project = state.get('project', id)
    if (!project) return noEffects()
    const { renewed = 0, periods = [] } = project.crediting ?? {}
    const renewals = preset.crediting?.kinds.find((one) => one.kind === kind)?.renewals ?? 0
    const crediting = { kind, renewals, renewed, periods: [...periods, { from, to }] }
    return { ...noEffects(), puts: [{ kind: 'project', id, row: { ...project, crediting } }] }
  },
})

/** Do these days lie within one crediting period of the project? Where the country has none, all do. */
export function admitCredited(
  { crediting }: Project,
  { from, to }: { from: string; to: string },
  { crediting: asked }: Preset,
): Refusal | undefined {
  const periods = crediting?.periods ?? []
  const isWithin = periods.some((one) => one.from <= from && to <= one.to)
  return asked === undefined || isWithin ? undefined : refuse('crediting-missing', { from, to })
}
