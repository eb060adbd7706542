import { movementAction, nextStep, type Rows, standingOf } from '@tallystick/rules'
import { entryNaming, type LogRow } from '../entries.ts'
import { namesIn } from '../names.ts'
import type { TemplateName } from './templates.ts'
import { holderOf, type Look, organisation, type Told, units } from './told.ts'

/** Who must take the next step of a movement that waits; nobody, where it is over by now. */
export async function movementWaits(id: string, by: string, { services, law }: Look): Promise<Told[]> {
  const row = await services.ledger.row('pending', id)
  if (!row) return []
  const names = await namesIn(services, row)
  const known = { inForce: (mandate: string) => names.inForce(mandate), account: (one: string) => names.account(one) }
  const waiting = standingOf(row, known, law, services.clock().toISOString())
  const params = movementParams(names, waiting)
  const path = `/national/movements/${id}`
  const without = [waiting.proposer, ...waiting.approvers, by]
  if (nextStep(waiting) === 'accept') {
    const able = [[{ action: 'movements.accept', organisations: [holderOf(names, waiting.to)] }]]
    return [{ template: 'movement-accept', to: { able, without }, params, path }]
  }
  const roles = waiting.missing.flatMap((one) => one ?? [])
  const holder = { action: movementAction(waiting), organisations: [holderOf(names, waiting.from)] }
  const able = waiting.missing.includes(null) ? [[holder]] : []
  const distinctFrom = [waiting.proposer, ...waiting.approvers]
  return [{ template: 'movement-approve', to: { roles, able, without, distinctFrom }, params, path }]
}

type Movement = Pick<Rows['pending'], 'kind' | 'batch' | 'from' | 'to' | 'expiresAt'> & {
  ranges: readonly (readonly [string, string])[]
}

export function movementParams(names: Look['names'], { kind, batch, ranges, from, to, expiresAt }: Movement) {
  return {
    ...units(names, batch, ranges),
    kind: { code: kind, list: 'movement' as const },
    sender: organisation(names, holderOf(names, from)),
    receiver: organisation(names, holderOf(names, to)),
    expiresAt: { instant: expiresAt },
  }
}

type Ending = 'MovementDeclined' | 'MovementExpired' | 'MovementWithdrawn' | 'MovementHalted'

/** The proposal of a movement, by an entry that came after it. */
async function proposalOf({ index, entry }: LogRow, movement: string, { services }: Look) {
  for (const [stream] of entry.streams) {
    const proposed = await entryNaming(services, 'MovementProposed', stream, ['movement', movement], index)
    if (proposed) return { proposed: proposed.entry, names: await namesIn(services, proposed.entry) }
  }
  return undefined
}

/** The proposer of a movement that came to nothing. */
export async function movementEnded(
  row: LogRow<Ending>,
  look: Look,
  template: 'movement-declined' | 'movement-expired',
): Promise<Told[]> {
  const known = await proposalOf(row, row.entry.body.movement, look)
  if (!known) return []
  const to = { holders: [known.proposed.by], without: [row.entry.by] }
  return [{ template, to, params: movementParams(known.names, known.proposed.body), path: `/entries/${row.index}` }]
}

/** Whoever was to receive, that there is nothing to accept any more; and its proposer, where a colleague withdrew it. */
export async function movementWithdrawn(row: LogRow<'MovementWithdrawn'>, look: Look): Promise<Told[]> {
  return overOf(row, look, 'movement-withdrawn')
}

export async function movementHalted(row: LogRow<'MovementHalted'>, look: Look): Promise<Told[]> {
  return overOf(row, look, 'movement-halted')
}

async function overOf(
  row: LogRow<'MovementWithdrawn' | 'MovementHalted'>,
  look: Look,
  template: 'movement-withdrawn' | 'movement-halted',
): Promise<Told[]> {
  const known = await proposalOf(row, row.entry.body.movement, look)
  if (!known) return []
  const { body, by } = known.proposed
  const members = body.kind === 'transfer' ? [holderOf(known.names, body.to)] : []
  const to = { members, holders: [by], without: [row.entry.by] }
  return [{ template, to, params: movementParams(known.names, body), path: `/entries/${row.index}` }]
}

type Done = 'CreditsTransferred' | 'CreditsRetired' | 'CreditsCancelled'

/** The proposer of a movement that waited, and took place by another's step. */
export async function movementDone(row: LogRow<Done>, look: Look): Promise<Told[]> {
  const { pending } = row.entry.body
  const known = pending === null ? undefined : await proposalOf(row, pending, look)
  if (!known) return []
  const template: TemplateName = 'movement-done'
  const to = { holders: [known.proposed.by], without: [row.entry.by] }
  return [{ template, to, params: movementParams(known.names, known.proposed.body), path: `/entries/${row.index}` }]
}
