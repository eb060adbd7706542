import { z } from 'zod'
import { Id, microOf, SignedCertified, UNIT } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { noKeys, type State } from '../state.ts'
import {
  admitPeriod,
  dueMicro,
  groundOf,
  groundReads,
  MonitoringPeriod,
  remainderPuts,
  remainderReads,
  Vintage,
} from './ground.ts'
import { admitFromPeriod, daysOf, fromPeriodReads, issuedPuts } from './outcomes.ts'
import { partiesOf, partiesReads } from './parties.ts'

const carried = {
  authorisation: Id,
  vintage: Vintage,
  /** Tonnes; below zero where more was emitted than avoided. */
  certified: SignedCertified,
  monitoringPeriod: MonitoringPeriod,
}

/** `period`: the monitoring period whose outcome is carried; its days stand in the entry, too. */
const CarriedRequest = z.strictObject({ ...carried, period: Id.nullable().default(null) })
const Carried = z.strictObject({ ...carried, period: Id.nullable() })
type Carried = z.infer<typeof Carried>

/** A certified outcome of less than one unit, or below zero: nothing is issued, the fraction or the deficit is carried. */
export const outcomeCarried = defineRule<Carried, Carried>({
  type: 'OutcomeCarried',
  v: 1,
  body: Carried,
  request: CarriedRequest,
  attested: ['the outcome that was verified'],
  reads: (state, request) => ({
    ...noKeys(),
    rows: [
      ...groundReads(state, request.authorisation, request.vintage),
      ...partiesReads(state, state.peek('authorisation', request.authorisation)?.project),
      ...remainderReads(groundOf(state, request.authorisation), request.vintage),
      ...fromPeriodReads(state, request.period),
    ],
  }),
  decide: (state, request) => ({
    ...request,
    monitoringPeriod: request.monitoringPeriod ?? daysOf(state, request.period),
  }),
  act: (state, { authorisation }) => ({
    action: 'credits.carry',
    organisations: [],
    ...partiesOf(state, state.get('authorisation', authorisation)?.project),
  }),
  admit: (state, body, { preset }, { at }) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return refuse('authorisation-unknown', { authorisation: body.authorisation })
    const due = dueMicro(state, ground, body.vintage, microOf(body.certified))
    return firstOf(
      !preset.project.mayIssue.includes(ground.owner.state) &&
        refuse('project-state', { state: ground.owner.state, allowed: preset.project.mayIssue.join(', ') }),
      admitPeriod(body, at),
      admitOutcome(state, body, ground.project, preset),
      due >= UNIT && refuse('issue-instead', { field: 'certified', whole: (due / UNIT).toString() }),
    )
  },
  streams: (state, body) => {
    const project = state.get('authorisation', body.authorisation)?.project
    return project ? [project] : []
  },
  effects: (state, body) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return noEffects()
    const left = dueMicro(state, ground, body.vintage, microOf(body.certified))
    const puts = remainderPuts(ground, body.vintage, left)
    return { ...noEffects(), puts: [...puts, ...issuedPuts(state, body.period, body.vintage, gained(body))] }
  },
})

/** What it takes of what was certified: of a deficit nothing was. */
function gained({ certified }: Carried): bigint {
  const micro = microOf(certified)
  return micro > 0n ? micro : 0n
}

/** Tonnes to come are certified of a period, as those of an issuance are; a deficit takes nothing, and may name one. */
function admitOutcome(state: State, body: Carried, project: string, preset: Preset): Refusal | undefined {
  if (gained(body) > 0n) return admitFromPeriod(state, body, project, preset)
  if (body.period === null) return undefined
  if (!preset.period) return refuse('periods-not-kept')
  const isOfProject = state.get('period', body.period)?.project === project
  return isOfProject ? undefined : refuse('period-unknown', { period: body.period })
}
