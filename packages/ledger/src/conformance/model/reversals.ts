import { aHolder, anApprover, anOfficer } from './choices.ts'
import { type Choose, defineCommand, idFrom, knownId } from './command.ts'
import type { Model, Reversal } from './naive.ts'
import {
  approvalReasons,
  codeReasons,
  conflictReasons,
  type May,
  mandateReasons,
  officers,
  organisationOf,
  where,
} from './reasons.ts'
import { issuedOf } from './units.ts'

const reporters: May = { 'government/Admin': 'any', 'developer/Admin': 'own' }

interface Report extends Record<string, unknown> {
  reversal: string
  project: string
  occurredOn: string
  cause: string
}

export const reversalReported = defineCommand<Report>({
  type: 'ReversalReported',
  weight: 1.2,
  generate: (model, choose) => {
    const project = knownId(model.projects.keys(), choose)
    const owner = model.projects.get(project)?.owners[0]?.account ?? ''
    return {
      by: choose.rarely(2) ? anOfficer(model, choose) : aHolder(model, choose, owner),
      request: {
        reversal: idFrom(`reversal ${choose.below(6)}`),
        project,
        occurredOn: choose.rarely(16) ? '2999-01-01' : model.now.slice(0, 10),
        cause: choose.rarely(16) ? 'whim' : 'fire',
      },
    }
  },
  reasons: (model, { by, request: { reversal, project, occurredOn, cause } }) => {
    const owners = model.projects.get(project)?.owners ?? []
    const organisations = owners.flatMap(({ account }) => organisationOf(model, account))
    return [
      ...mandateReasons(model, by, { may: reporters, organisations }),
      ...where(model.reversals.has(reversal), 'already-exists'),
      ...where(!model.projects.has(project), 'project-unknown'),
      ...codeReasons('reversal', cause),
      ...where(occurredOn > model.now.slice(0, 10), 'date-wrong'),
    ]
  },
  carryOut: (model, { request: { reversal, project } }) => {
    model.reversals.set(reversal, { project, state: 'reported', unitType: null, quantity: 0n, compensated: 0n })
    return {}
  },
})

/** A reversal in one of the states, or rarely any. */
export function aReversal(model: Model, choose: Choose, ...states: Reversal['state'][]): string {
  const fitting = [...model.reversals].filter(([, { state }]) => states.includes(state)).map(([id]) => id)
  const known = fitting.length > 0 && !choose.rarely(12) ? fitting : [...model.reversals.keys()]
  return known.length === 0 ? idFrom('reversal 0') : knownId(known, choose)
}

/** Not closed, and nothing was cancelled for it. */
function isDecidable(known: Reversal | undefined): boolean {
  return known === undefined || (!['dismissed', 'compensated'].includes(known.state) && known.compensated === 0n)
}

type Decision = 'avoidable' | 'unavoidable' | 'dismissed'

interface Decided extends Record<string, unknown> {
  reversal: string
  decision: Decision
  quantity: string | null
  unitType: string | null
}

export const reversalDecided = defineCommand<Decided>({
  type: 'ReversalDecided',
  weight: 1.5,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const decision = choose.pick<Decision>(['avoidable', 'avoidable', 'unavoidable', 'unavoidable', 'dismissed'])
    const quantity = decision === 'dismissed' ? null : choose.rarely(16) ? '1000000' : `${1 + choose.below(8)}`
    const reversal = choose.rarely(6)
      ? aReversal(model, choose, 'avoidable', 'unavoidable')
      : aReversal(model, choose, 'reported')
    const type = choose.rarely(16) ? 'XYZ' : choose.pick(['ITMO', 'ITMO', 'ITMO', 'A6ER'])
    const unitType = quantity === null ? null : type
    return { by, request: { reversal, decision, quantity, unitType }, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request: { reversal, unitType, quantity }, approvers = [] }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...conflictReasons(model, [by, ...approvers], model.reversals.get(reversal)?.project ?? ''),
    ...where(!model.reversals.has(reversal), 'reversal-unknown'),
    ...where(!isDecidable(model.reversals.get(reversal)), 'reversal-state'),
    ...where(unitType === 'XYZ', 'unit-type-unknown'),
    ...where(
      model.reversals.has(reversal) &&
        BigInt(quantity ?? 0) > issuedOf(model, model.reversals.get(reversal)?.project ?? '', unitType ?? ''),
      'loss-too-large',
    ),
    ...approvalReasons(model, by, approvers),
  ],
  carryOut: (model, { request: { reversal, decision, quantity, unitType } }) => {
    const known = model.reversals.get(reversal)
    if (known) Object.assign(known, { state: decision, unitType, quantity: BigInt(quantity ?? 0) })
    return {}
  },
})
