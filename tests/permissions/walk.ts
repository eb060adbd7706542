import { admitOutside } from '../../packages/rules/src/index.ts'
import { triedOf } from './commands.ts'
import {
  accountHolders,
  actionOf,
  approver,
  attempt,
  countryOf,
  founded,
  happens,
  must,
  type Names,
  type Person,
  type PresetName,
  type Request,
} from './country.ts'
import { BESIDE, type Line, linesOf, waysOf } from './sheet.ts'
import { BATCH } from './unit-commands.ts'
import { begun, go, isIn, type Journey, lastYear, periodOf, prepare, wayTo } from './ways.ts'

/** What the walk has found. */
export interface Walk {
  /** How many tries there were, and how many persons of how many lines could do it in a state. */
  tries: number
  done: number
  /** Answers that are not those of the sheet. */
  differences: string[]
  /** Roles of lines, with their scope, for whom nothing of it was ever done. */
  unmet: string[]
}

/** Where the walked project stands while a line is tried. */
interface Stop {
  journey: Journey
  state: string
  line: Line
  /** What was asked for already, by kind of organisation. */
  requests: Map<string, Request>
}

/** The state of projects in which their monitoring periods are walked. */
export const CREDITED = 'registered'

/** A country with units on the market, in which a second project has just begun. */
export function beginning(preset: PresetName): Journey {
  const country = countryOf(preset)
  const ways = waysOf(preset)
  const stock: Journey = { country, ways, world: founded(country), project: 'stock' }
  begun(stock)
  go(stock, 'project', wayTo(ways, 'project', CREDITED))
  for (const need of ['crediting', 'authorisation', 'certified']) prepare(stock, 'project', need)
  const issuing = { simple: '', article6: 'period issuance-approved', 'two-ministries': 'period approved' }[preset]
  if (issuing) prepare(stock, 'project', issuing)
  supply(stock, issuing !== '')
  const journey = { ...stock, project: 'walked' }
  begun(journey)
  return journey
}

function supply({ world, country, project }: Journey, hasPeriod: boolean): void {
  const days = hasPeriod ? { period: periodOf(world, project), monitoringPeriod: null } : { monitoringPeriod: lastYear }
  const asked = { authorisation: world.id(`${project} itmo`), vintage: '2025', certified: '700', ...days }
  must(world, 'BatchIssued', { batch: world.id(BATCH), ...asked })
  const from = `${country.names.developer} own`
  const sides = { from: world.id(from), to: world.id('bystander'), quantity: '20' }
  happens(world, 'CreditsTransferred', { batch: world.id(BATCH), ...sides }, `${from} clerk`)
  const [active, retired, cancelled] = ['active', 'retired', 'cancelled'].map((fate) => world.id(`elsewhere ${fate}`))
  must(world, 'MirrorOpened', { registry: 'elsewhere', active, retired, cancelled })
}

/** Ledgers by state; each is made once, and copied where something is to be done in it. */
export function stops(begins: Journey) {
  const known = new Map<string, Journey>()
  return (of: string, state: string, early: readonly string[], isChanged: boolean): Journey => {
    const key = [of, state, ...early].join()
    const journey = known.get(key) ?? { ...begins, world: begins.world.copy() }
    if (!known.has(key)) {
      if (of === 'period') go(journey, 'project', wayTo(begins.ways, 'project', CREDITED))
      go(journey, of, wayTo(begins.ways, of, state), early)
      known.set(key, journey)
    }
    return isChanged ? { ...journey, world: journey.world.copy() } : journey
  }
}

/** The organisations whose own thing a line is about, as somebody of this kind of organisation tries it. */
function concernedOf({ journey, line }: Stop, kind: string): readonly string[] {
  const whole = accountHolders(journey.country.names).map((one) => `${one} own`)
  if (line.command === BESIDE) return line.detail === 'project' ? whole : [`${kind} own`]
  return triedOf(line).concerned?.(kind, line, journey) ?? whole
}

/** The kind of organisation whose thing this person tries to do something to. */
function kindFor({ country: { names } }: Journey, line: Line, { role }: Person): string {
  const [kind = ''] = role.split('/')
  const { ofHolders = false, ofAll = false } = line.command === BESIDE ? { ofAll: true } : triedOf(line)
  const known = ofHolders ? names.holders : ofAll ? Object.keys(names.kinds) : accountHolders(names)
  return known.includes(kind) ? kind : names.developer
}

/** What the sheet says that somebody is answered: one of these. */
function expected(stop: Stop, person: Person, kind: string): readonly string[] {
  const { line, state } = stop
  const scope = line.who.get(person.role)
  const isOwn = concernedOf(stop, kind).includes(person.organisation)
  const may = scope === 'any' || (scope === 'own' && isOwn) || (scope === 'assigned' && person.standing === 'assigned')
  const isHere = isIn(line, state)
  // Where a thing is not there, that is what everybody hears.
  const absent = isHere ? [] : line.elsewhere.filter((code) => code.endsWith('-unknown'))
  if (!may) return [line.others, ...absent]
  const isJudged = line.independent || scope === 'assigned'
  // The registry itself has no interests.
  if (isJudged && isInterested(stop.journey.country.names, line, person)) return ['conflict-of-interest', ...absent]
  return isHere ? [line.answer] : line.elsewhere
}

/** An owner of the project, or an affiliate of one. */
function isInterested(names: Names, { detail, command }: Line, { standing, role }: Person): boolean {
  if (command === BESIDE && detail !== 'project') return false
  const [kind = ''] = role.split('/')
  return (standing === 'own' && accountHolders(names).includes(kind)) || standing === 'affiliate'
}

function requestOf({ journey, line, requests }: Stop, kind: string): Request {
  const request = requests.get(kind) ?? triedOf(line).request(journey, kind, line)
  requests.set(kind, request)
  return request
}

/** What this person is answered. */
function ask(stop: Stop, person: Person, kind: string, approvers: readonly string[] = []): string {
  const { journey, line } = stop
  const { world, project } = journey
  if (line.command !== BESIDE) {
    return attempt(world, line.command, requestOf(stop, kind), person.name, approvers)?.refused ?? 'done'
  }
  const own = { organisations: [world.id(`${kind} own`)], interests: [] }
  const act = { action: line.action, ...(line.detail === 'project' ? { project: world.id(project) } : own) }
  const by = { by: world.id(person.name), at: world.now }
  return admitOutside(world.state, world.law().permissions, by, act)?.refused ?? 'done'
}

/** One try: is the answer one of those that are wanted? */
function compare(walk: Walk, { line, state }: Stop, who: string, given: string, wanted: readonly string[]): void {
  walk.tries += 1
  if (wanted.includes(given)) return
  const what = `${line.command} ${line.detail} of a ${line.of} in ${state}`
  walk.differences.push(`${what} by ${who}: ${given}, not ${wanted.join(' or ')}`)
}

/** Everybody tries what a line says, in one state. */
function tryLine(stop: Stop, walk: Walk, met: Set<string>): void {
  const { journey, line } = stop
  const needsOthers = line.approvals.length > 0
  let hasApproved = false
  for (const person of journey.country.people) {
    const kind = kindFor(journey, line, person)
    const wanted = expected(stop, person, kind)
    const isDone = wanted.includes('done')
    compare(walk, stop, person.name, ask(stop, person, kind), isDone && needsOthers ? ['approval-missing'] : wanted)
    if (!isDone) continue
    if (needsOthers) {
      const approvers = line.approvals.map((role) => approver(role))
      compare(walk, stop, `${person.name}, approved`, ask(stop, person, kind, approvers), ['done'])
      if (!hasApproved) tryApprovals(stop, person, kind, walk)
      hasApproved = true
    }
    walk.done += 1
    met.add(`${line.command} ${line.detail} ${person.role} ${line.who.get(person.role)}`)
  }
}

/** Everybody approves alone what somebody may do, that one himself included. */
function tryApprovals(stop: Stop, by: Person, kind: string, walk: Walk): void {
  for (const person of stop.journey.country.people) {
    const given = ask(stop, by, kind, [person.name])
    const wanted = approved(stop, by, person)
    compare(walk, stop, `${by.name}, approved by ${person.name}`, given, [wanted])
  }
}

function approved({ line, journey }: Stop, by: Person, person: Person): string {
  if (by.name === person.name) return 'approval-not-distinct'
  if (line.independent && isInterested(journey.country.names, line, person)) return 'conflict-of-interest'
  if (!line.approvals.includes(person.role)) return 'not-permitted'
  return line.approvals.length === 1 ? 'done' : 'approval-missing'
}

/** Is the table asked for what the line says that it is? */
function compareAction(stop: Stop, walk: Walk): void {
  const { journey, line } = stop
  const [person] = journey.country.people
  if (line.command === BESIDE || !person) return
  const request = requestOf(stop, kindFor(journey, line, person))
  const action = actionOf(journey.world, line.command, request, person.name) ?? line.action
  if (action !== line.action) walk.differences.push(`${line.command} ${line.detail} is ${action}, not ${line.action}`)
}

/** Walks every line through every state of its machine. */
export function walked(preset: PresetName): Walk {
  const begins = beginning(preset)
  const at = stops(begins)
  const walk: Walk = { tries: 0, done: 0, differences: [], unmet: [] }
  const met = new Set<string>()
  const lines = linesOf(preset)
  for (const line of lines) {
    const { before } = line.command === BESIDE ? {} : triedOf(line)
    const early = line.needs.filter((need) => need.includes('@'))
    const late = line.needs.filter((need) => !need.includes('@'))
    for (const { state } of begins.ways.filter(({ of }) => of === line.of)) {
      const journey = at(line.of, state, early, before !== undefined || late.length > 0)
      if (isIn(line, state)) for (const need of late) prepare(journey, line.of, need)
      before?.(journey, line)
      const stop = { journey, state, line, requests: new Map() }
      compareAction(stop, walk)
      tryLine(stop, walk, met)
    }
  }
  walk.unmet = lines
    .filter(({ answer }) => answer === 'done')
    .flatMap(({ command, detail, who }) => [...who].map(([role, scope]) => `${command} ${detail} ${role} ${scope}`))
    .filter((one) => !met.has(one))
  return walk
}
