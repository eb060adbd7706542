import { declarations } from './declarations.ts'
import type { Law } from './documents.ts'
import { isOpen, isTaken, kindOf } from './entries/appointable.ts'
import { movesOfClock } from './entries/clock.ts'
import { faultsOf, faultsOfLife } from './entries/soundness.ts'
import type { Remark, RemarkCode } from './law-check.ts'
import { PermissionTable } from './permissions.ts'
import type { Refusal } from './refusal.ts'
import { simpleDocuments } from './simple.ts'

const NOTHING_YET = { states: {}, periods: {} }

/** Why documents cannot be the law: each cause once, before what is a fault of its own. */
export function causesOf(law: Law): Remark[] {
  const faults = faultsOf(law, NOTHING_YET)
  const states = faults.filter(({ refused }) => refused === 'preset-strands')
  const others = faults.filter(({ refused }) => refused !== 'preset-strands')
  return [
    ...rolesClosed(others),
    ...others.flatMap((fault) => (isOfRoles(fault) ? [] : [remarkOf(fault)])),
    ...movesClosed(law, faults, states),
  ]
}

function remarkOf({ refused, detail }: Refusal): Remark {
  const code = detail.cannotApprove === undefined ? (refused as RemarkCode) : 'approver-unable'
  return { of: 'law', code, facts: detail }
}

/** Is it for nobody's coming to have these roles? That the law would be closed is said by itself. */
function isOfRoles({ refused, detail }: Refusal): boolean {
  return refused === 'nobody-may' && (detail.roles ?? detail.approvers) !== undefined
}

/** Roles that nobody can come to have, with all that fails by it. */
function rolesClosed(faults: readonly Refusal[]): Remark[] {
  const actions = new Map<string, string[]>()
  for (const { detail } of faults.filter(isOfRoles)) {
    const roles = detail.roles ?? detail.approvers ?? ''
    actions.set(roles, [...(actions.get(roles) ?? []), detail.action ?? ''])
  }
  return [...actions].map(
    ([roles, all]): Remark => ({ of: 'law', code: 'roles-closed', facts: { roles, actions: all.join(', ') } }),
  )
}

/** States that only moves lead to, or out of, which nobody may take, are told with these moves. */
function movesClosed(law: Law, faults: readonly Refusal[], states: readonly Refusal[]): Remark[] {
  const ofClock = movesOfClock(law).map(({ name }) => `projects.move.${name}`)
  const { project, period } = law.preset
  const moves = [
    ...project.moves.map(({ name }) => `projects.move.${name}`),
    ...(period?.moves ?? []).map(({ name }) => `periods.move.${name}`),
  ].filter((action) => !isOpen(law, action, ofClock.includes(action)) && !isOfSystem(law, action))
  const known = faults.map(({ detail }) => detail.action)
  const strandsWith = (open: readonly string[]) =>
    faultsOfLife(law, NOTHING_YET, (action) => known.includes(action) || open.includes(action))
  const left = new Set(strandsWith(moves).map(identity))
  const following = states.filter((one) => !left.has(identity(one)))
  if (following.length === 0) return states.map(remarkOf)
  const helpful = moves.filter((move) => strandsWith(moves.filter((one) => one !== move)).length > left.size)
  const named = helpful.length > 0 ? helpful : moves
  const facts = { actions: named.join(', '), states: following.map(({ detail }) => detail.state).join(', ') }
  const cause: Remark = { of: 'law', code: 'moves-closed', facts }
  return [cause, ...states.filter((one) => left.has(identity(one))).map(remarkOf)]
}

/** A move that is the system's, and that it never takes, is told by its own note. */
function isOfSystem({ permissions }: Law, action: string): boolean {
  const roles = Object.keys(permissions.actions[action] ?? {})
  return roles.length > 0 && roles.every((role) => kindOf(role) === 'system')
}

function identity({ detail }: Refusal): string {
  return JSON.stringify(detail)
}

const { actions: shippedActions } = PermissionTable.parse(
  JSON.parse(new TextDecoder().decode(simpleDocuments.permissions)),
)
const ofEntries = new Set(Object.values(declarations).flatMap(({ actions }) => actions))

/** Its bytes are kept beside the ledger, and there is no place where they could wait. */
const DESCRIBING = 'documents.submit.description'

/**
 * What is done at once or not at all: a signature is the person's own, what it brings besides has no place to wait for approvals, or it is done beside the
 * ledger, where nothing waits.
 */
function isUnheard(action: string): boolean {
  const isFamily = [...ofEntries].some((one) => one.endsWith('*') && action.startsWith(one.slice(0, -1)))
  const isBeside = Object.hasOwn(shippedActions, action) && !ofEntries.has(action) && !isFamily
  const isPersonal = action.startsWith('mandates.') || action.startsWith('documents.sign.')
  return action === 'organisations.register' || action === DESCRIBING || isPersonal || isBeside
}

/** Approvals that nobody could ever be asked for. */
export function approvalsUnheard({ permissions }: Law): Remark[] {
  return Object.keys(permissions.approvals)
    .filter(isUnheard)
    .map((action): Remark => ({ of: 'permissions', code: 'approval-not-heard', facts: { action } }))
}

/** The same law without them: what follows from them is none of its own faults. */
export function withoutUnheard({ preset, permissions }: Law): Law {
  const heard = Object.entries(permissions.approvals).filter(([action]) => !isUnheard(action))
  return { preset, permissions: { ...permissions, approvals: Object.fromEntries(heard) } }
}

/** What a registry cannot begin without. */
const FIRST = ['organisations.register', 'accounts.open', 'projects.register']

/** What keeps a registry with these documents from beginning, or people of it from what the table gives to them. */
export function faultsOfStart(law: Law): Remark[] {
  const { preset } = law
  return [
    ...FIRST.filter((action) => !isOpen(law, action)).map(
      (action): Remark => ({ of: 'law', code: 'nobody-may', facts: { action } }),
    ),
    ...assignedToNothing(law).filter(({ facts: { action = '' } }) => !isTaken(law, action)),
    ...(preset.period && !isOpen(law, 'certifiers.assign')
      ? [{ of: 'law' as const, code: 'nobody-may' as const, facts: { action: 'certifiers.assign' } }]
      : []),
  ]
}

/** Roles that act where they are assigned, of kinds that are never assigned. */
export function assignedToNothing({ permissions, preset }: Law): Remark[] {
  const { kinds } = preset.certifiers
  return Object.entries(permissions.actions).flatMap(([action, roles]) =>
    Object.entries(roles)
      .filter(([role, scope]) => scope === 'assigned' && !kinds.includes(kindOf(role)))
      .map(([role]): Remark => {
        return {
          of: 'law',
          code: 'not-a-certifier',
          facts: { action, role, kind: kindOf(role), kinds: kinds.join(', ') },
        }
      }),
  )
}
