import type { FastifyInstance } from 'fastify'
import type { Services } from '../platform/services.ts'
import { registerBatches } from './batches.ts'
import { registerBuffer } from './buffer.ts'
import { registerCorrections } from './corrections.ts'
import { registerHolds } from './holds.ts'
import { registerInternational } from './international.ts'
import { registerIssuances } from './issuances.ts'
import { registerMovements } from './movements.ts'
import { registerPledges } from './pledges.ts'
import { registerSerials } from './serials.ts'
import { registerWaiting } from './waiting-routes.ts'

/** Everything that units can do, and what became of them. */
export function register(app: FastifyInstance, services: Services): void {
  registerBatches(app, services)
  registerIssuances(app, services)
  registerMovements(app, services)
  registerWaiting(app, services)
  registerInternational(app, services)
  registerPledges(app, services)
  registerBuffer(app, services)
  registerCorrections(app, services)
  registerHolds(app, services)
  registerSerials(app, services)
}
