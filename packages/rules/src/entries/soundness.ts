import type { Law } from '../documents.ts'
import { type PermissionTable, SYSTEM_ROLE } from '../permissions.ts'
import type { Move } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { firstOf } from '../rule.ts'

/**
 * May these documents be the law while so many projects stand in these states? The preset and the permission table are
 * judged together, whichever of them is adopted: somebody can adopt the next, no decision that two persons are to take is
 * open to one, and from wherever a project may come to stand an end can be reached.
 */
export function admitLaw(law: Law, projects: Readonly<Record<string, number>>): Refusal | undefined {
  return firstOf(
    !isOpen(law, 'documents.adopt') && refuse('law-closed', { action: 'documents.adopt' }),
    admitTwoPersons(law),
    admitLife(law, Object.keys(projects)),
  )
}

function admitTwoPersons({ preset, permissions }: Law): Refusal | undefined {
  const alone = preset.twoPersons.find((action) => (permissions.approvals[action] ?? []).length === 0)
  return alone === undefined ? undefined : refuse('one-person-decides', { action: alone })
}

/** States by how they are wrong. */
type Wrong = 'not-in-preset' | 'not-reached' | 'no-end'

function admitLife(law: Law, occupied: readonly string[]): Refusal | undefined {
  const { project } = law.preset
  const moves = project.moves.filter(({ name }) => isOpen(law, `projects.move.${name}`))
  const certain = certainDocuments(moves, [project.initial, ...occupied])
  const ending = endingStates(law, moves, certain)
  const strands = (state: string | undefined, why: Wrong) =>
    state === undefined ? undefined : refuse('preset-strands', { state, why })
  return firstOf(
    strands(
      occupied.find((state) => !project.states.includes(state)),
      'not-in-preset',
    ),
    strands(
      project.states.find((state) => !certain.has(state)),
      'not-reached',
    ),
    strands(
      project.states.find((state) => !ending.has(state)),
      'no-end',
    ),
  )
}

/**
 * The documents that every project has which comes to stand in a state, whatever way it took: what moves on all ways to
 * it need. States that no move reaches are not there.
 */
function certainDocuments(moves: readonly Move[], entries: readonly string[]): Map<string, ReadonlySet<string>> {
  const certain = new Map<string, ReadonlySet<string>>(entries.map((state) => [state, new Set()]))
  const todo = [...certain.keys()]
  for (let state = todo.pop(); state !== undefined; state = todo.pop()) {
    for (const move of moves.filter(({ from }) => from.includes(state))) {
      const brought = new Set([...(certain.get(state) ?? []), ...(move.needs?.documents ?? [])])
      const before = certain.get(move.to)
      const after = before ? new Set([...before].filter((kind) => brought.has(kind))) : brought
      if (before && before.size === after.size) continue
      certain.set(move.to, after)
      todo.push(move.to)
    }
  }
  return certain
}

/** The states from which an end can be reached by moves whose needs somebody can meet. */
function endingStates(
  law: Law,
  moves: readonly Move[],
  certain: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> {
  const ways = moves.flatMap((move) =>
    [...certain].flatMap(([from, documents]) =>
      move.from.includes(from) && canBeMet(law, move, from, documents) ? [{ from, to: move.to }] : [],
    ),
  )
  const ending = new Set(law.preset.project.ends)
  for (let before = 0; before < ending.size; ) {
    before = ending.size
    for (const { from, to } of ways) if (ending.has(to)) ending.add(from)
  }
  return ending
}

/** Can somebody do what the move needs, while the project is in a state that it leaves? */
function canBeMet(law: Law, { needs = {}, reason }: Move, state: string, certain: ReadonlySet<string>): boolean {
  const { documents, purposes, certifiers } = law.preset
  const isSubmitted = (kind: string) =>
    documents.some((one) => one.kind === kind && one.states.includes(state)) && isOpen(law, `documents.submit.${kind}`)
  const isThere = (kind: string) => (needs.fresh !== true && certain.has(kind)) || isSubmitted(kind)
  return (
    (reason !== true || purposes.decision.length > 0) &&
    (needs.documents ?? []).every(isThere) &&
    (needs.findingsClosed !== true || (isOpen(law, 'findings.answer') && isOpen(law, 'findings.assess'))) &&
    (needs.certifier === undefined ||
      (certifiers.tasks.includes(needs.certifier) && isOpen(law, 'certifiers.assign') && canCertify(law)))
  )
}

/** Can somebody come to have a role that may take the action, and others those that its approvals are asked of? */
function isOpen(law: Law, action: string): boolean {
  const { permissions } = law
  const held = heldRoles(law)
  const roles = Object.entries(permissions.actions[action] ?? {})
  return (
    roles.some(([role, scope]) => held.has(role) && fits(law, role, scope, action)) &&
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
