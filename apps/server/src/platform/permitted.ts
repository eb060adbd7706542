import { admitOutside, type OutsideAct, outsideReads, type Put, type Refusal, State } from '@tallystick/rules'
import { lawInForce } from './law.ts'
import { refusalProblem } from './problem.ts'
import type { Actor, Services } from './services.ts'

/** Why the permission table in force does not allow this mandate something that is done beside the ledger. */
export async function refusalOutside(
  services: Services,
  { mandate }: Pick<Actor, 'mandate'>,
  act: OutsideAct,
): Promise<Refusal | undefined> {
  const { permissions } = await lawInForce(services.ledger)
  const state = new State('partial')
  for (;;) {
    const missing = outsideReads(state, mandate, act).filter(({ kind, id }) => !state.isLoaded(kind, id))
    if (missing.length === 0) break
    for (const { kind, id } of missing) {
      const row = await services.ledger.row(kind, id)
      if (row) state.load({ kind, id, row } as Put)
      state.markLoaded(kind, id)
    }
  }
  return admitOutside(state, permissions, { by: mandate, at: services.clock().toISOString() }, act)
}

/** Throws a problem where the permission table does not allow it; before a transaction, as it reads by itself. */
export async function requirePermitted(
  services: Services,
  actor: Pick<Actor, 'mandate'>,
  act: OutsideAct,
): Promise<void> {
  const refusal = await refusalOutside(services, actor, act)
  if (refusal) throw refusalProblem(refusal)
}
