import type { Law } from '../documents.ts'
import { type PermissionTable, SYSTEM_ROLE } from '../permissions.ts'
import { type Move, type Preset, VERIFICATION } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { canCertify, isHeld, isOpen, isTaken, kindOf, type Scope, withoutApprover } from './appointable.ts'
import { movesOfClock } from './clock.ts'
import { kindsNeeded } from './machine.ts'
import { isFillable, slotsClosed } from './slots.ts'
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

/** Periods that are void stay so under the next preset: their days may have been monitored anew since. */
export function admitVoid(before: Preset, after: Preset, { periods }: Standings): Refusal | undefined {
  const state = (before.period?.void ?? []).find(
    (one) => (periods[one]?.all ?? 0) > 0 && after.period?.void.includes(one) !== true,
  )
  return state === undefined ? undefined : refuse('preset-strands', { state, why: 'not-void', of: 'period' })
}

/** Everything for which these documents may not be the law while projects and monitoring periods stand so, causes first. */
export function faultsOf(law: Law, standings: Standings): Refusal[] {
  const closed = closedActions(law)
  const alone = law.preset.twoPersons.filter(
    (action) => (law.permissions.approvals[action] ?? []).length === 0 || isOfOneWhoAppoints(law.permissions, action),
  )
  return [
    ...(isOpen(law, 'documents.adopt') ? [] : [refuse('law-closed', withCause(law, 'documents.adopt'))]),
    ...certifyingHolders(law.preset, standings).map((kind) => refuse('certifiers-hold', { kind })),
    ...closed.map((action) => refuse('nobody-may', withCause(law, action))),
    ...alone.map((action) => refuse('one-person-decides', { action })),
    // What follows from a fault that was told is none of its own.
    ...faultsOfLife(law, standings, (action) => closed.includes(action)),
  ]
}

/** The kinds of organisations that would certify and have accounts; the government has those of the registry. */
function certifyingHolders({ certifiers }: Preset, { holders = ['government'] }: Standings): string[] {
  return certifiers.kinds.filter((kind) => holders.includes(kind))
}

/** What the documents need, or ask approvals of, and nobody could ever do. */
function closedActions(law: Law): string[] {
  const needed = neededToIssue(law).filter(
    (action) => !isOpen(law, action) || (action.endsWith('.certify') && !isCertified(law, action)),
  )
  const submitted = neededDocuments(law).filter((action) => !isOpen(law, action))
  const unapproved = Object.keys(law.permissions.approvals).filter(
    (action) =>
      action !== 'documents.adopt' &&
      isOfPreset(law, action) &&
      isTaken(law, action) &&
      withoutApprover(law, action).length > 0,
  )
  return [...new Set([...needed, ...submitted, ...slotsClosed(law), ...unapproved])]
}

/** Could a certifier that is accredited do this? Nobody else ever certifies. */
function isCertified(law: Law, action: string): boolean {
  const roles = Object.keys(law.permissions.actions[action] ?? {})
  const isOfCertifier = (role: string) => law.preset.certifiers.kinds.includes(kindOf(role)) && isHeld(law, role)
  return canCertify(law) && isOpen(law, action) && roles.some(isOfCertifier)
}

/** Submitting what a move needs that somebody may take. */
function neededDocuments(law: Law): string[] {
  const { project, period } = law.preset
  const ofClock = movesOfClock(law)
  const taken = [
    ...project.moves.filter((move) => ofClock.includes(move) || isTaken(law, `projects.move.${move.name}`)),
    ...(period?.moves ?? []).filter(({ name }) => isTaken(law, `periods.move.${name}`)),
  ]
  const kinds = taken.flatMap(({ needs }) => kindsNeeded(needs))
  return [...new Set(kinds)].map((kind) => `documents.submit.${kind}`)
}

/** A table may be ready for moves, documents and purposes that the preset does not have yet. */
function isOfPreset({ preset: { project, period, documents, purposes } }: Law, action: string): boolean {
  const isForOthers = (purpose: string) => purpose.startsWith('OIMP')
  if (action === 'credits.retire.oimp') return purposes.retirement.some(isForOthers)
  if (action === 'credits.cancel.oimp') return purposes.cancellation.some(isForOthers)
  const words: [string, readonly string[]][] = [
    ['projects.move.', project.moves.map(({ name }) => name)],
    ['periods.move.', (period?.moves ?? []).map(({ name }) => name)],
    ['documents.submit.', documents.map(({ kind }) => kind)],
  ]
  return words.every(([prefix, known]) => !action.startsWith(prefix) || known.includes(action.slice(prefix.length)))
}

/** Which roles are in the way: nobody can come to have them, or they may not approve what waits. */
function withCause(law: Law, action: string): Record<string, string> {
  const roles = Object.keys(law.permissions.actions[action] ?? {})
  const unheld = isTaken(law, action) ? [] : roles.filter((role) => !isHeld(law, role))
  const approvers = withoutApprover(law, action).flatMap(({ by }) => by)
  const isDeaf = approvers.some((role) => isHeld(law, role))
  return {
    action,
    ...(unheld.length > 0 ? { roles: unheld.join(', ') } : {}),
    ...(approvers.length > 0 ? { [isDeaf ? 'cannotApprove' : 'approvers']: [...new Set(approvers)].join(', ') } : {}),
  }
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
function neededToIssue({ preset: { project, certification, period, crediting } }: Law): string[] {
  return [
    ...(project.mayAuthorise.length > 0 ? ['credits.authorise'] : []),
    ...(project.mayIssue.length > 0 ? ['credits.issue'] : []),
    ...(certification.neededToIssue ? ['projects.certify'] : []),
    ...(period ? ['periods.open', 'periods.certify', ...period.reports.map((kind) => `documents.submit.${kind}`)] : []),
    ...(period && crediting ? ['projects.crediting.set'] : []),
  ]
}

/** States by how they are wrong. */
type Wrong = 'not-in-preset' | 'not-reached' | 'no-end'

/** Which actions are taken to be open, though nobody may take them. */
export type Granted = (action: string) => boolean

/** States that are not there, not reached or lead to no end. */
export function faultsOfLife(law: Law, standings: Standings, granted: Granted): Refusal[] {
  const { project, period } = law.preset
  const ofClock = movesOfClock(law)
  const may = (action: string, bySystem: boolean) => granted(action) || isOpen(law, action, bySystem)
  const open = new Set([
    ...project.moves.filter((move) => may(`projects.move.${move.name}`, ofClock.includes(move))),
    ...(period?.moves ?? []).filter(({ name }) => may(`periods.move.${name}`, false)),
  ])
  return walksOf(law.preset, standings, open).flatMap((walk) => faultsOfWalk(law, walk, granted))
}

function faultsOfWalk(law: Law, walk: Walk, granted: Granted): Refusal[] {
  const certain = certainDocuments(walk)
  const ways = walk.ways.filter(({ from, move }) => move && canBeMet(law, walk, move, from, certain.get(from), granted))
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
  granted: Granted = () => false,
): boolean {
  const { documents, purposes, certifiers, crediting, period } = law.preset
  const state = stateOf(standing)
  const kinds = documents.filter((one) => (one.of ?? 'project') === of && one.states.includes(state))
  const isSubmitted = (kind: string) =>
    kinds.some((one) => one.kind === kind) &&
    !(hasIssued(standing) && period?.reports.includes(kind)) &&
    (granted(`documents.submit.${kind}`) || isOpen(law, `documents.submit.${kind}`))
  const isReported = (kind: string) => certain.has(kind) || isSubmitted(kind)
  const isThere = (kind: string) => (needs.fresh === true ? isSubmitted(kind) : isReported(kind))
  const isSigned = (kind: string) =>
    documents
      .filter((one) => (one.of ?? 'project') === of && one.kind === kind)
      .every(({ signatures = [] }) => signatures.every((slot) => isFillable(law, slot)))
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
    kindsNeeded(needs).every(isThere) &&
    (needs.signed ?? []).every(isSigned) &&
    (needs.findingsClosed !== true || areAnswered()) &&
    (needs.certifier === undefined || isAssigned(needs.certifier)) &&
    (needs.creditingEnds === undefined || isCredited()) &&
    (needs.settled !== true || canBeSettled(law)) &&
    (needs.certified !== true ||
      (mayBeCertified(law, standing) && (period?.reports ?? []).every(isReported) && areAnswered() && isTakenInTurns()))
  )
}

/**
 * Can holders bring their units to an end, owners repay the buffer, and losses that are reported be decided on and made
 * good? Monitoring periods come to an end by a machine of their own, which is judged by itself.
 */
function canBeSettled(law: Law): boolean {
  const isAnyOpen = (...actions: string[]) => actions.some((action) => isOpen(law, action))
  const isLost = law.preset.purposes.reversal.length > 0 && isAnyOpen('reversals.report')
  return (
    isAnyOpen('credits.retire', 'credits.cancel') &&
    (isAnyOpen('buffer.contribute') || !isAnyOpen('buffer.cancel')) &&
    (!isLost || (isAnyOpen('reversals.decide') && isAnyOpen('reversals.compensate', 'buffer.cancel')))
  )
}

/** Are outcomes certified of a period that stands so? */
function mayBeCertified(law: Law, standing: string): boolean {
  const certifies = law.preset.period?.certifies ?? []
  return certifies.includes(stateOf(standing)) && !hasIssued(standing) && isCertified(law, 'periods.certify')
}
