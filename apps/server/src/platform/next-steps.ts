import {
  type Act,
  allows,
  capacityOf,
  certifiersFor,
  type Deed,
  isAccredited,
  kindsNeeded,
  type Law,
  levelsOf,
  type Missing,
  missingFor,
  movesFrom,
  type PermissionTable,
  type Preset,
  type Rows,
  type Slot,
  signingAction,
} from '@tallystick/rules'

type Machine = Parameters<typeof movesFrom>[0]
type Standing = Parameters<typeof missingFor>[1]

/** A thing that goes from state to state: a project, or one of its monitoring periods. */
export interface Thing {
  machine: Machine
  standing: Standing
  /** States in which it may stay for ever. */
  ends: readonly string[]
  /** States in which it does its work: only moves that ask for something are awaited there, such as a renewal. */
  works: readonly string[]
  /** Its name in the actions of the permission table. */
  of: 'projects' | 'periods'
  /** Documents that it may have, and in which states. */
  documents: readonly { kind: string; states: readonly string[]; signatures?: readonly Slot[] | undefined }[]
  /** Whose it is, who is assigned to it, and the sectoral scope for that. */
  owners: readonly string[]
  assigned: readonly string[]
  scope: string
}

export type StepKind = 'move' | 'document' | 'signature' | 'assignment' | 'certification' | 'crediting'

/** A step that somebody can take now, with what the permission table is asked of whoever takes it. */
export interface NextStep {
  kind: StepKind
  /** The move, the kind of document, that and the place for a signature with a slash between, or the task of a certifier. */
  name: string
  /** All of these must be open to whoever takes it: a move asks for the documents that are missing, too. */
  acts: readonly Act[]
  /** It only ends the thing: alone it keeps nobody waiting. */
  isEnd: boolean
}

type ProjectRow = Pick<Rows['project'], 'state' | 'entered' | 'documents' | 'findings' | 'certifiers' | 'scope'> &
  Pick<Rows['project'], 'crediting'> &
  Pick<Standing, 'unsettled'>

/** A project as a thing that goes from state to state; `owners` are organisations. */
export function projectThing(row: ProjectRow, owners: readonly string[], { project, documents }: Preset): Thing {
  return {
    machine: project,
    standing: row,
    ends: project.ends,
    works: project.mayIssue,
    of: 'projects',
    documents: documents.filter((one) => one.of === undefined),
    owners,
    assigned: Object.values(row.certifiers),
    scope: row.scope,
  }
}

/** The task of those who verify monitoring periods. */
const VERIFICATION = 'verification'

/** A monitoring period of a project; undefined where the preset keeps none. */
export function periodThing(
  row: Rows['period'],
  { certifiers, scope }: Pick<ProjectRow, 'certifiers' | 'scope'>,
  owners: readonly string[],
  { period, documents }: Preset,
): Thing | undefined {
  if (!period) return undefined
  const verifier = certifiers[VERIFICATION]
  return {
    machine: period,
    standing: { ...row, certifiers },
    ends: period.ends,
    works: [],
    of: 'periods',
    documents: documents.filter((one) => one.of === 'period'),
    owners,
    assigned: verifier === undefined ? [] : [verifier],
    scope,
  }
}

/** The moves that bring a thing on from a state, and others that may be taken there: to end it, or to interrupt its work. */
function movesOn({ machine, ends, works }: Pick<Thing, 'machine' | 'ends' | 'works'>, state: string) {
  if (ends.includes(state)) return { leading: [], others: [] }
  const moves = movesFrom(machine, state)
  const asking = works.includes(state) ? moves.filter(asksForWork) : moves
  const further = asking.filter(({ to }) => !ends.includes(to))
  const leading = further.length > 0 ? further : asking
  return { leading, others: leading.length === 0 ? [] : moves.filter((move) => !leading.includes(move)) }
}

/** Does a move ask for something to be done? That nothing is open is no work of its own. */
function asksForWork({ needs = {} }: { needs?: object | undefined }): boolean {
  return Object.keys(needs).some((need) => need !== 'settled')
}

/** Does a thing wait for nobody in this state? */
export function isAtRest(thing: Pick<Thing, 'machine' | 'ends' | 'works'>, state: string): boolean {
  return movesOn(thing, state).leading.length === 0
}

/** The actions of the permission table of which one brings a thing on from a state, whatever it misses. */
export function actionsFrom(
  thing: Pick<Thing, 'machine' | 'ends' | 'works' | 'of' | 'documents'>,
  state: string,
): string[] {
  return movesOn(thing, state).leading.flatMap(({ name, needs = {}, renews }) => [
    `${thing.of}.move.${name}`,
    ...kindsNeeded(needs).map((kind) => `documents.submit.${kind}`),
    ...(needs.signed ?? []).flatMap((kind) => slotsOn(thing, kind).map(signedBy)),
    ...(needs.certifier === undefined ? [] : ['certifiers.assign']),
    ...(needs.certified === undefined ? [] : ['periods.certify']),
    ...((needs.renewable ?? needs.creditingEnds ?? renews) === undefined ? [] : ['projects.crediting.set']),
  ])
}

/**
 * Who must act next: the steps that lead on from where a thing stands, as far as anybody can take them now. A move that
 * lacks findings, a certifier, outcomes or a crediting period is nobody's yet: the finding is a thing of its own, the
 * others are steps. What may be taken from an instant on only is nobody's before that.
 */
export function nextSteps(thing: Thing, at: string): NextStep[] {
  const { leading, others } = movesOn(thing, thing.standing.state)
  const missingOf = (move: (typeof leading)[number]) => missingFor(move, thing.standing, at, thing.documents)
  const steps = [
    ...leading.flatMap((move) => [
      ...moveStep(thing, move.name, missingOf(move), false),
      ...stepsBefore(thing, missingOf(move)),
    ]),
    ...others.flatMap((move) => moveStep(thing, move.name, missingOf(move), true)),
  ]
  return [...new Map(steps.map((step) => [`${step.kind} ${step.name}`, step])).values()]
}

function moveStep(thing: Thing, name: string, missing: Missing, isEnd: boolean): NextStep[] {
  const { findings, documents, signatures, ...rest } = missing
  if (
    findings > 0 ||
    signatures.length > 0 ||
    rest.outcomes ||
    [rest.certifier, rest.from, rest.until, rest.crediting, rest.unsettled].some((one) => one !== null)
  ) {
    return []
  }
  const acts = documents.map((kind) => actOn(forDeed(thing, { document: kind }), `documents.submit.${kind}`))
  return [
    { kind: 'move', name, acts: [actOn(forDeed(thing, { move: name }), `${thing.of}.move.${name}`), ...acts], isEnd },
  ]
}

/** What must be there before a move is taken, as far as it can be brought now. */
function stepsBefore(thing: Thing, missing: Missing): NextStep[] {
  const { documents, signatures, certifier, outcomes, crediting, from, until } = missing
  if (from !== null || until !== null || crediting === 'used-up') return []
  const isOpen = (kind: string) =>
    thing.documents.some((one) => one.kind === kind && one.states.includes(thing.standing.state))
  const step = (kind: StepKind, name: string, action: string): NextStep[] => {
    const about = kind === 'document' ? forDeed(thing, { document: name }) : thing
    return [{ kind, name, acts: [actOn(about, action)], isEnd: false }]
  }
  if (crediting === 'none') return step('crediting', '', 'projects.crediting.set')
  return [
    ...documents.filter(isOpen).flatMap((name) => step('document', name, `documents.submit.${name}`)),
    ...signatures.flatMap(({ document, slots }) =>
      inTurn(slotsOn(thing, document), slots).flatMap((slot) =>
        step('signature', `${document}/${slot.slot}`, signedBy(slot)),
      ),
    ),
    ...(certifier === null ? [] : step('assignment', certifier, 'certifiers.assign')),
    ...(outcomes && certifier === null ? step('certification', '', 'periods.certify') : []),
  ]
}

function slotsOn({ documents }: Pick<Thing, 'documents'>, document: string): readonly Slot[] {
  return documents.find(({ kind }) => kind === document)?.signatures ?? []
}

/** Of the places that are open, those whose turn it is. */
function inTurn(slots: readonly Slot[], open: readonly string[]): Slot[] {
  return slotsInTurn(slots.filter(({ slot }) => open.includes(slot)))
}

/** Of places that are all open, those whose turn it is. */
export function slotsInTurn(left: readonly Slot[]): Slot[] {
  const first = Math.min(...left.map(({ order = Infinity }) => order))
  return left.filter(({ order }) => order === undefined || order === first)
}

/** The action by which a place is signed: in ink only where there is no other way. */
export function signedBy(slot: Slot): string {
  const level = levelsOf(slot).find((one) => one !== 'WET') ?? 'WET'
  return signingAction(capacityOf(slot), level)
}

/** The thing as whoever does this sees it: of a project, a move or a document may be the work of one of its certifiers. */
function forDeed(thing: Thing, deed: Deed): Thing {
  if (thing.of === 'periods') return thing
  return { ...thing, assigned: certifiersFor(thing.machine, thing.standing.certifiers ?? {}, deed) }
}

/** What the permission table is asked where something is done about a thing. */
export function actOn({ owners, assigned, scope }: Pick<Thing, 'owners' | 'assigned' | 'scope'>, action: string): Act {
  return { action, organisations: [...owners], interests: [...owners], assigned: [...assigned], scope }
}

/** Whoever might act: as what, for whom, and what is known of that organisation. */
export interface Person {
  role: string
  organisation: string
  /** Of the organisation. */
  active: boolean
  affiliates: readonly string[]
  accreditations: Rows['organisation']['accreditations']
}

/** Is an act open to somebody today, by the table, independence and accreditation? The same that the rules ask. */
export function mayAct(permissions: PermissionTable, person: Person, act: Act, at: string): boolean {
  const { role, organisation, active } = person
  if (!active || !allows(permissions, role, organisation, act)) return false
  const isAssigned = permissions.actions[act.action]?.[role] === 'assigned'
  const isIndependent = isAssigned || permissions.independent.includes(act.action)
  if (isIndependent && hasInterest(person, act.interests ?? [])) return false
  return !isAssigned || isAccredited(person, act.scope ?? '', at.slice(0, 10))
}

/** Does the organisation, or an affiliate of it, own what is decided on? */
export function hasInterest(
  { organisation, affiliates }: Pick<Person, 'organisation' | 'affiliates'>,
  interests: readonly string[],
): boolean {
  return interests.some((one) => one === organisation || affiliates.includes(one))
}

/** The steps of somebody; none where he could only end the thing while others wait for another. */
export function stepsFor(steps: readonly NextStep[], law: Law, person: Person, at: string): NextStep[] {
  const own = steps.filter(({ acts }) => acts.every((act) => mayAct(law.permissions, person, act, at)))
  return own.every(({ isEnd }) => isEnd) ? [] : own
}
