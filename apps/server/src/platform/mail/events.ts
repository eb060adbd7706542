import type { EntryType } from '@tallystick/contract'
import { movementAction, nextStep, type Rows, standingOf } from '@tallystick/rules'
import { entryNaming, type LogRow } from '../entries.ts'
import { namesIn } from '../names.ts'
import { holderOf, type Look, organisation, project, type Told, units } from './told.ts'

type Tell<Type extends EntryType> = (row: LogRow<Type>, look: Look) => Told[] | Promise<Told[]>

/**
 * Of which entries people are told: who must act next, and who waits for it or is concerned. An entry type that is not
 * here is told to nobody. To add one: its line here, its mail in `templates.ts` and in each file of `locales`.
 */
export const EVENTS: { readonly [Type in EntryType]?: Tell<Type> } = {
  //                       must act next                          is told
  MovementProposed: ({ entry }, look) => nextOf(entry.body.movement, entry.by, look),
  MovementApproved: ({ entry }, look) => nextOf(entry.body.movement, entry.by, look),
  MovementDeclined: (row, look) => endedOf(row, look, 'movement-declined'), //           its proposer
  MovementExpired: (row, look) => endedOf(row, look, 'movement-expired'), //             its proposer
  CreditsTransferred: receivedOf, //                                                     the receiver
  BatchIssued: issuedOf, //                                                              each owner
  ProjectRegistered: submittedOf, //   whoever decides on projects                       its owners
  ProjectMoved: movedOf, //                                                              its owners
  OrganisationSuspended: (row, look) => standingChanged(row, look, 'organisation-suspended'), //   its people
  OrganisationReactivated: (row, look) => standingChanged(row, look, 'organisation-reactivated'), // its people
}

/** Who must take the next step of a movement that waits; nobody, where it is over by now. */
async function nextOf(id: string, by: string, { services, law }: Look): Promise<Told[]> {
  const row = await services.ledger.row('pending', id)
  if (!row) return []
  const names = await namesIn(services, row)
  const known = { inForce: (mandate: string) => names.inForce(mandate), account: (one: string) => names.account(one) }
  const waiting = standingOf(row, known, law, services.clock().toISOString())
  const params = movementParams(names, waiting)
  const path = `/national/movements/${id}`
  const without = [waiting.proposer, ...waiting.approvers, by]
  if (nextStep(waiting) === 'accept') {
    const allowed = { action: 'movements.accept', organisations: [holderOf(names, waiting.to)] }
    return [{ template: 'movement-accept', to: { allowed, without }, params, path }]
  }
  const roles = waiting.missing.flatMap((one) => one ?? [])
  const organisations = waiting.missing.includes(null) ? [holderOf(names, waiting.from)] : []
  const allowed = { action: movementAction(waiting), organisations }
  return [{ template: 'movement-approve', to: { roles, allowed, without }, params, path }]
}

type Movement = Pick<Rows['pending'], 'kind' | 'batch' | 'from' | 'to' | 'expiresAt'> & {
  ranges: readonly (readonly [string, string])[]
}

function movementParams(names: Look['names'], { kind, batch, ranges, from, to, expiresAt }: Movement) {
  return {
    ...units(names, batch, ranges),
    kind: { code: kind, list: 'movement' as const },
    sender: organisation(names, holderOf(names, from)),
    receiver: organisation(names, holderOf(names, to)),
    expiresAt: { instant: expiresAt },
  }
}

/** The proposer of a movement that came to nothing. */
async function endedOf(
  { index, entry }: LogRow<'MovementDeclined' | 'MovementExpired'>,
  { services }: Look,
  template: 'movement-declined' | 'movement-expired',
): Promise<Told[]> {
  const { movement } = entry.body
  for (const [stream] of entry.streams) {
    const proposed = await entryNaming(services, 'MovementProposed', stream, ['movement', movement], index)
    if (!proposed) continue
    const { body } = proposed.entry
    const params = movementParams(await namesIn(services, body), body)
    const to = { holders: [proposed.entry.by], without: [entry.by] }
    return [{ template, to, params, path: `/entries/${index}` }]
  }
  return []
}

/** The receiver of a transfer that is another than its sender. */
function receivedOf({ index, entry }: LogRow<'CreditsTransferred'>, { names }: Look): Told[] {
  const { batch, from, to, ranges } = entry.body
  const receiver = holderOf(names, to)
  if (receiver === holderOf(names, from)) return []
  const params = movementParams(names, { kind: 'transfer', batch, from, to, ranges, expiresAt: entry.at })
  return [
    {
      template: 'transfer-received',
      to: { members: [receiver], without: [entry.by] },
      params,
      path: `/entries/${index}`,
    },
  ]
}

/** Each owner, of what came to the own accounts. */
function issuedOf({ index, entry }: LogRow<'BatchIssued'>, { names }: Look): Told[] {
  const { batch, allotted, owners } = entry.body
  const accounts = new Set(owners.map(({ account }) => account))
  const shares = Map.groupBy(
    allotted.parts.filter(([account]) => accounts.has(account)),
    ([account]) => holderOf(names, account),
  )
  return [...shares].map(([owner, parts]) => ({
    template: 'credits-issued',
    to: { members: [owner], without: [entry.by] },
    params: {
      ...units(
        names,
        batch,
        parts.map(([, first, last]) => [first, last]),
      ),
      receiver: organisation(names, owner),
    },
    path: `/entries/${index}`,
  }))
}

function submittedOf({ entry }: LogRow<'ProjectRegistered'>, { names, law }: Look): Told[] {
  const { project: id } = entry.body
  const owners = ownersOf(id, names)
  const params = {
    project: project(names, id),
    owners: { organisations: owners.map((one) => organisation(names, one)) },
  }
  const path = `/projects/${id}`
  const without = [entry.by]
  return [
    { template: 'project-waits', to: { roles: decidersOf(law), without }, params, path },
    { template: 'project-registered', to: { members: owners, without }, params, path },
  ]
}

/** The roles that move any project, not only their own. */
function decidersOf({ permissions }: Look['law']): string[] {
  const moves = Object.entries(permissions.actions).filter(([action]) => action.startsWith('projects.move.'))
  const roles = moves.flatMap(([, by]) =>
    Object.entries(by).flatMap(([role, scope]) => (scope === 'any' ? [role] : [])),
  )
  return [...new Set(roles)].filter((role) => !role.startsWith('system/'))
}

async function movedOf({ entry }: LogRow<'ProjectMoved'>, { names, services }: Look): Promise<Told[]> {
  const { project: id } = entry.body
  const row = await services.ledger.row('project', id)
  if (!row) return []
  const params = { project: project(names, id), state: { code: row.state, list: 'state' as const } }
  const to = { members: ownersOf(id, names), without: [entry.by] }
  return [{ template: 'project-moved', to, params, path: `/projects/${id}` }]
}

function ownersOf(id: string, names: Look['names']): string[] {
  const owners = names.project(id)?.owners ?? []
  return [...new Set(owners.map(({ account }) => holderOf(names, account)))]
}

function standingChanged(
  { index, entry }: LogRow<'OrganisationSuspended' | 'OrganisationReactivated'>,
  { names }: Look,
  template: 'organisation-suspended' | 'organisation-reactivated',
): Told[] {
  const { organisation: id } = entry.body
  const params = { organisation: organisation(names, id) }
  return [{ template, to: { members: [id] }, params, path: `/entries/${index}` }]
}
