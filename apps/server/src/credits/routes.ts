import type { FastifyInstance } from 'fastify'
import type { Services } from '../platform/services.ts'
import { registerBatches } from './batches.ts'
import { registerCertificates } from './certificates.ts'
import { registerHolds } from './holds.ts'
import { registerMovements } from './movements.ts'
import { registerSerials } from './serials.ts'

/** Batches, transfers, retirements, cancellations, holds, certificates and serials. */
export function register(app: FastifyInstance, services: Services): void {
  registerBatches(app, services)
  registerMovements(app, services)
  registerHolds(app, services)
  registerCertificates(app, services)
  registerSerials(app, services)
}
