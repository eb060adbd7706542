import type { Law } from '../documents.ts'
import { type PermissionTable, SYSTEM_ROLE } from '../permissions.ts'

export type Scope = PermissionTable['actions'][string][string]

/** The kind of organisation of a role. */
export function kindOf(role: string): string {
  return role.slice(0, role.indexOf('/'))
}

/**
 * Can somebody come to have a role that may take the action, and others those that its approvals are asked of? The system
 * counts where it acts of its own accord.
 */
export function isOpen(law: Law, action: string, bySystem = false): boolean {
  return takers(law, action, bySystem).length > 0 && withoutApprover(law, action).length === 0
}

/** The roles that may take the action, and that somebody can come to have. */
function takers(law: Law, action: string, bySystem: boolean): string[] {
  const held = heldRoles(law)
  return Object.entries(law.permissions.actions[action] ?? {})
    .filter(([role, scope]) => held.has(role) && (bySystem || role !== SYSTEM_ROLE) && fits(law, role, scope, action))
    .map(([role]) => role)
}

/** Could somebody of a kind of organisation take the action, with all approvals that it asks for? */
export function isOpenTo(law: Law, action: string, kind: string): boolean {
  return withoutApprover(law, action).length === 0 && takers(law, action, false).some((role) => kindOf(role) === kind)
}

/** Could people take the action, if only those could approve it of whom that is asked? */
export function isTaken(law: Law, action: string): boolean {
  return takers(law, action, false).length > 0
}

/** Movements of units that wait in the ledger for those who approve them. */
const WAITS = /^credits\.(transfer|retire|cancel)(\.oimp)?$/

/** What whoever approves a movement that waits must be allowed to. */
export const APPROVE_MOVEMENT = 'movements.approve'

/** The requirements for approvals of an action that nobody could ever meet. */
export function withoutApprover(law: Law, action: string): PermissionTable['approvals'][string] {
  const held = heldRoles(law)
  const isGiven = (role: string) => held.has(role) && (!WAITS.test(action) || mayApproveMovement(law, role, action))
  return (law.permissions.approvals[action] ?? []).filter(({ by }) => !by.some(isGiven))
}

/** Of anybody's units; or of the own ones, where nobody else has any to move. */
function mayApproveMovement(law: Law, role: string, action: string): boolean {
  const scope = law.permissions.actions[APPROVE_MOVEMENT]?.[role]
  const kinds = takers(law, action, false).map(kindOf)
  return scope === 'any' || (scope === 'own' && kinds.every((kind) => kind === kindOf(role)))
}

/** Can somebody come to have the role? */
export function isHeld(law: Law, role: string): boolean {
  return heldRoles(law).has(role)
}

/** No owner decides where that takes somebody independent, and only certifiers are assigned. */
function fits(law: Law, role: string, scope: Scope, action: string): boolean {
  if (scope === 'own') return !law.permissions.independent.includes(action)
  return scope === 'any' || law.preset.certifiers.kinds.includes(kindOf(role))
}

/** Can there be a certifier that is accredited? */
export function canCertify(law: Law): boolean {
  const kinds = new Set([...heldRoles(law)].map(kindOf))
  return law.preset.certifiers.kinds.some((kind) => kinds.has(kind)) && isOpen(law, 'certifiers.accredit')
}

const heldRolesOf = new WeakMap<Law, ReadonlySet<string>>()

/** The roles that somebody can come to have: the system's is there, and those with roles appoint to others. */
function heldRoles(law: Law): ReadonlySet<string> {
  const known = heldRolesOf.get(law)
  if (known) return known
  const { permissions, preset } = law
  const held = new Set([SYSTEM_ROLE])
  const may = (action: string, kind: string) =>
    Object.entries(permissions.actions[action] ?? {}).some(
      ([role, scope]) => held.has(role) && (scope === 'any' || (scope === 'own' && kindOf(role) === kind)),
    ) && (permissions.approvals[action] ?? []).every(({ by }) => by.some((role) => held.has(role)))
  const isThere = (kind: string) =>
    kind === 'government' || (preset.organisationKinds.includes(kind) && may('organisations.register', ''))
  for (let before = 0; before < held.size; ) {
    before = held.size
    for (const role of permissions.roles) {
      if (isThere(kindOf(role)) && may(`mandates.${role}`, kindOf(role))) held.add(role)
    }
  }
  heldRolesOf.set(law, held)
  return held
}
