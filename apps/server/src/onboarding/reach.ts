import { allows, type Law, type PermissionTable } from '@tallystick/rules'
import { lawInForce } from '../platform/law.ts'
import type { Recipient } from '../platform/notify.ts'
import type { Actor, Services } from '../platform/services.ts'
import type { Reach, RegistrationRow } from './store.ts'

/** Kinds that nobody takes for himself, whatever they may do: they govern, or are machines. */
const APPOINTED: ReadonlySet<string> = new Set(['government', 'ministry', 'api'])

/**
 * The kinds of organisation of which anybody may ask to have one. Whoever decides on others or approves what they do is
 * registered by those who govern.
 */
export function openKinds({ preset, permissions: { actions, approvals } }: Law): string[] {
  const deciding = Object.values(actions).flatMap((by) => Object.keys(by).filter((role) => by[role] === 'any'))
  const approving = Object.values(approvals).flatMap((all) => all.flatMap(({ by }) => by))
  const kinds = new Set([...deciding, ...approving].map((role) => role.slice(0, role.indexOf('/'))))
  return preset.organisationKinds.filter((kind) => !APPOINTED.has(kind) && !kinds.has(kind))
}

/** What somebody may decide on, by the permission table in force: on whom he may give a role. */
export async function reachOf({ ledger }: Services, { role, organisation }: Actor): Promise<Reach> {
  const { permissions, preset } = await lawInForce(ledger)
  const may = (action: string, organisations: string[]) =>
    allows(permissions, role, organisation, { action, organisations })
  const grants = (kind: string, organisations: string[]) =>
    rolesOf(permissions, kind).some((one) => may(`mandates.${kind}/${one}`, organisations))
  const registers = may('organisations.register', [])
  const kinds = preset.organisationKinds
  const ownKind = (await ledger.row('organisation', organisation))?.kind
  return {
    newKinds: kinds.filter((kind) => registers && may(`mandates.${kind}/Admin`, [])),
    joinKinds: kinds.filter((kind) => grants(kind, [])),
    own: ownKind !== undefined && grants(ownKind, [organisation]) ? organisation : null,
  }
}

export function reaches({ newKinds, joinKinds, own }: Reach, row: RegistrationRow): boolean {
  if (row.is_new) return newKinds.includes(row.kind)
  return joinKinds.includes(row.kind) || row.organisation === own
}

/** The user roles of a kind of organisation: `Admin` of `developer/Admin`. */
export function rolesOf({ roles }: PermissionTable, kind: string): string[] {
  return roles.filter((role) => role.startsWith(`${kind}/`)).map((role) => role.slice(kind.length + 1))
}

const MOST_TOLD = 20

/** Some of those who may decide on a registration: officers on a new organisation, its Admins on who joins one. */
export async function deciders(services: Services, row: RegistrationRow): Promise<Recipient[]> {
  const { permissions } = await lawInForce(services.ledger)
  const action = `mandates.${row.kind}/${row.is_new ? 'Admin' : 'ViewOnly'}`
  const organisations = row.is_new ? [] : [row.organisation]
  const roles = permissions.roles.filter(
    (role) =>
      allows(permissions, role, row.organisation, { action, organisations }) &&
      (!row.is_new || allows(permissions, role, '', { action: 'organisations.register', organisations })),
  )
  const { rows } = await services.pool.query<Recipient>(
    `SELECT u.id, u.email, u.name
       FROM content_user u
       JOIN content_mandate m ON m.user_id = u.id
       JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate
      WHERE u.ended_at IS NULL AND r.row -> 'active' = 'true' AND r.row ->> 'role' = ANY($1)
        AND r.row ->> 'organisation' = $2
      ORDER BY u.created_at, u.id LIMIT ${MOST_TOLD}`,
    [roles, row.is_new ? services.genesis.authority : row.organisation],
  )
  return rows
}
