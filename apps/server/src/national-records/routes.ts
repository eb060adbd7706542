import type { FastifyInstance } from 'fastify'
import type { Services } from '../platform/services.ts'
import { registerActions } from './actions.ts'
import { registerFinancing } from './financing.ts'
import { registerPeriods } from './periods.ts'
import { registerTargets } from './register.ts'
import { registerStatements } from './statements.ts'
import { registerYears } from './years.ts'

/** National records beside the credits: NDC actions, the NDC register, financing, inventories and projections. */
export function register(app: FastifyInstance, services: Services): void {
  registerActions(app, services)
  registerPeriods(app, services)
  registerTargets(app, services)
  registerFinancing(app, services)
  registerYears(app, services)
  registerStatements(app, services)
}
