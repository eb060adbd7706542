import type { Law } from '../documents.ts'
import { type PermissionTable, SYSTEM_ROLE } from '../permissions.ts'
import { type Move, VERIFICATION } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { movesOfClock } from './clock.ts'
import {
  CREDITED,
  certainDocuments,
  endingFrom,
  hasIssued,
  type Standings,
  stateOf,
  type Walk,
  walksOf,
} from './walk.ts'

/**
 * May these documents be the law while so many projects and monitoring periods stand in these states? The preset and the
 * permission table are judged together, whichever of them is adopted: somebody can adopt the next, somebody can do what
 * issuances need, no decision that two persons are to take is open to one, and from wherever a project or a period may come
 * to stand an end can be reached.
 */
export function admitLaw(law: Law, standings: Standings = { states: {}, periods: {} }): Refusal | undefined {
  return faultsOf(law, standings)[0]
}

/** Everything for which these documents may not be the law while projects and monitoring periods stand so. */
export function faultsOf(law: Law, standings: Standings): Refusal[] {
  const { preset, permissions } = law
  const alone = preset.twoPersons.filter(
    (action) => (permissions.approvals[action] ?? []).length === 0 || isOfOneWhoAppoints(permissions, action),
  )
  return [
    ...(isOpen(law, 'documents.adopt') ? [] : [refuse('law-closed', { action: 'documents.adopt' })]),
    ...neededToIssue(law).flatMap((action) => {
      const mayBeDone = isOpen(law, action) && (!action.endsWith('.certify') || canCertify(law))
      return mayBeDone ? [] : [refuse('nobody-may', { action })]
    }),
    ...alone.map((action) => refuse('one-person-decides', { action })),
    ...faultsOfLife(law, standings),
  ]
}

/** The first user of a registry: whom he appoints, and that these are others, everybody reads in the log. */
const ROOT = 'government/Root'

/**
 * Could one who appoints people on his own word bring in whoever does it and all who must approve it? They would count as
 * many, and be one.
 */
function isOfOneWhoAppoints(permissions: PermissionTable, action: string): boolean {
  return permissions.appoints
    .filter((role) => role !== SYSTEM_ROLE && role !== ROOT)
    .some((role) => isWithin(permissions, action, broughtInBy(permissions, role)))
}

/** Can these roles alone take the action, with all approvals that it asks for? */
function isWithin(
  { actions, approvals }: PermissionTable,
  action: string,
  roles: ReadonlySet<string>,
  fitting: (role: string, scope: Scope) => boolean = () => true,
): boolean {
  return (
    Object.entries(actions[action] ?? {}).some(([role, scope]) => roles.has(role) && fitting(role, scope)) &&
    (approvals[action] ?? []).every(({ by }) => by.some((role) => roles.has(role)))
  )
}

/** A role, and those that it comes to grant, itself or by those whom it has appointed. */
function broughtInBy(permissions: PermissionTable, role: string): ReadonlySet<string> {
  const roles = new Set([role])
  for (let before = 0; before < roles.size; ) {
    before = roles.size
    for (const one of permissions.roles) {
      const fitting = (granter: string, scope: Scope) => scope === 'any' || kindOf(granter) === kindOf(one)
      if (isWithin(permissions, `mandates.${one}`, roles, fitting)) roles.add(one)
    }
  }
  return roles
}

/** What somebody must do before anything is issued, as the preset has it. */
function neededToIssue({ preset: { certification, period, crediting } }: Law): string[] {
  return [
    ...(certification.neededToIssue ? ['projects.certify'] : []),
    ...(period ? ['periods.open', 'periods.certify'] : []),
    ...(period && crediting ? ['projects.crediting.set'] : []),
  ]
}

/** States by how they are wrong. */
type Wrong = 'not-in-preset' | 'not-reached' | 'no-end'

function faultsOfLife(law: Law, standings: Standings): Refusal[] {
  const { project, period } = law.preset
  const ofClock = movesOfClock(law)
  const open = new Set([
    ...project.moves.filter((move) => isOpen(law, `projects.move.${move.name}`, ofClock.includes(move))),
    ...(period?.moves ?? []).filter(({ name }) => isOpen(law, `periods.move.${name}`, false)),
  ])
  return walksOf(law.preset, standings, open).flatMap((walk) => faultsOfWalk(law, walk))
}

function faultsOfWalk(law: Law, walk: Walk): Refusal[] {
  const certain = certainDocuments(walk)
  const ways = walk.ways.filter(({ from, move }) => move && canBeMet(law, walk, move, from, certain.get(from)))
  const ending = endingFrom(walk.ends, ways)
  const strand = (states: readonly string[], why: Wrong) =>
    [...new Set(states)].map((state) =>
      refuse('preset-strands', { state, why, ...(walk.of === 'period' ? { of: 'period' } : {}) }),
    )
  const reached = [...certain.keys()]
  const known = (standing: string) => walk.states.includes(stateOf(standing))
  return [
    ...strand(reached.filter((standing) => !known(standing)).map(stateOf), 'not-in-preset'),
    ...strand(
      walk.states.filter((state) => !reached.some((standing) => stateOf(standing) === state)),
      'not-reached',
    ),
    ...strand(reached.filter((standing) => known(standing) && !ending.has(standing)).map(stateOf), 'no-end'),
  ]
}

/**
 * Can somebody do what the move needs, from such a standing, whenever that is? What is too late some day is no way on which
 * to rely, nor is a renewal, which comes to an end.
 */
function canBeMet(
  law: Law,
  { of }: Walk,
  { needs = {}, reason, renews }: Move,
  standing: string,
  certain: ReadonlySet<string> = new Set(),
): boolean {
  const { documents, purposes, certifiers, crediting } = law.preset
  const state = stateOf(standing)
  const kinds = documents.filter((one) => (one.of ?? 'project') === of && one.states.includes(state))
  const isSubmitted = (kind: string) =>
    kinds.some((one) => one.kind === kind) && isOpen(law, `documents.submit.${kind}`)
  const isThere = (kind: string) => (needs.fresh !== true && certain.has(kind)) || isSubmitted(kind)
  const isCredited = () =>
    certain.has(CREDITED) || (crediting?.states.includes(state) === true && isOpen(law, 'projects.crediting.set'))
  const areAnswered = () => isOpen(law, 'findings.answer') && isOpen(law, 'findings.assess')
  const isAssigned = (task: string) =>
    certifiers.tasks.includes(task) && isOpen(law, 'certifiers.assign') && canCertify(law)
  const isTakenInTurns = () =>
    isAssigned(VERIFICATION) && isOpen(law, 'certifiers.release') && purposes.release.length > 0
  return (
    [needs.within, needs.renewable, renews].every((asked) => asked === undefined) &&
    (reason !== true || purposes.decision.length > 0) &&
    (needs.documents ?? []).every(isThere) &&
    (needs.findingsClosed !== true || areAnswered()) &&
    (needs.certifier === undefined || isAssigned(needs.certifier)) &&
    (needs.creditingEnds === undefined || isCredited()) &&
    (needs.certified !== true || (mayBeCertified(law, standing) && areAnswered() && isTakenInTurns()))
  )
}

/** Are outcomes certified of a period that stands so? */
function mayBeCertified(law: Law, standing: string): boolean {
  const certifies = law.preset.period?.certifies ?? []
  return certifies.includes(stateOf(standing)) && !hasIssued(standing) && isOpen(law, 'periods.certify')
}

/**
 * Can somebody come to have a role that may take the action, and others those that its approvals are asked of? The system
 * counts where it acts of its own accord.
 */
function isOpen(law: Law, action: string, bySystem = false): boolean {
  const { permissions } = law
  const held = heldRoles(law)
  const isThere = (role: string) => held.has(role) && (bySystem || role !== SYSTEM_ROLE)
  const roles = Object.entries(permissions.actions[action] ?? {})
  return (
    roles.some(([role, scope]) => isThere(role) && fits(law, role, scope, action)) &&
    (permissions.approvals[action] ?? []).every(({ by }) => by.some((role) => held.has(role)))
  )
}

type Scope = PermissionTable['actions'][string][string]

/** No owner decides where that takes somebody independent, and only certifiers are assigned. */
function fits(law: Law, role: string, scope: Scope, action: string): boolean {
  if (scope === 'own') return !law.permissions.independent.includes(action)
  return scope === 'any' || law.preset.certifiers.kinds.includes(kindOf(role))
}

function canCertify(law: Law): boolean {
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
    )
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

function kindOf(role: string): string {
  return role.slice(0, role.indexOf('/'))
}
