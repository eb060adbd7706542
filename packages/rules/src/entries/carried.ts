import { z } from 'zod'
import { Id, microOf, SignedCertified, UNIT } from '../ids.ts'
import { refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { noKeys } from '../state.ts'
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
import { partiesOf, partiesReads } from './parties.ts'

const Carried = z.strictObject({
  authorisation: Id,
  vintage: Vintage,
  /** Tonnes; below zero where more was emitted than avoided. */
  certified: SignedCertified,
  monitoringPeriod: MonitoringPeriod,
})
type Carried = z.infer<typeof Carried>

/** A certified outcome of less than one unit, or below zero: nothing is issued, the fraction or the deficit is carried. */
export const outcomeCarried = defineRule<Carried, Carried>({
  type: 'OutcomeCarried',
  v: 1,
  body: Carried,
  request: Carried,
  attested: ['the outcome that was verified'],
  reads: (state, request) => ({
    ...noKeys(),
    rows: [
      ...groundReads(state, request.authorisation, request.vintage),
      ...partiesReads(state, state.peek('authorisation', request.authorisation)?.project),
      ...remainderReads(groundOf(state, request.authorisation), request.vintage),
    ],
  }),
  decide: (_state, request) => request,
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
    return { ...noEffects(), puts: remainderPuts(ground, body.vintage, left) }
  },
})
