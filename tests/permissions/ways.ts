import type { World } from '../../packages/rules/src/cases/world.fixture.ts'
import { accountHolders, type Country, must, type Request } from './country.ts'
import type { Line, Way } from './sheet.ts'

/** A project that is brought from state to state, and its monitoring period. */
export interface Journey {
  country: Country
  ways: readonly Way[]
  world: World
  project: string
}

const DAY = 24
const crediting = {
  simple: null,
  article6: { kind: 'renewable', from: '2024-01-01', to: '2028-12-31' },
  'two-ministries': { kind: 'fixed', from: '2024-01-01', to: '2033-12-31' },
}

/** Registers the project in the name of an owner of every kind that has accounts, and assigns its certifier. */
export function begun(journey: Journey): void {
  const { country, world, project } = journey
  const kinds = accountHolders(country.names)
  const owners = kinds.map((kind, at) => {
    return { account: world.id(`${kind} own`), share: at === 0 ? `${100 - 10 * (kinds.length - 1)}` : '10' }
  })
  const about = { title: world.hash(project), scope: '1', methodology: 'AMS-I.D' }
  must(world, 'ProjectRegistered', { project: world.id(project), ...about, owners })
  const organisation = world.id(`${country.names.certifier} assigned`)
  for (const task of ['validation', 'verification']) {
    must(world, 'CertifierAssigned', { project: world.id(project), task, organisation })
  }
}

/** The states on the way from the first one to this one, which is the last. */
export function wayTo(ways: readonly Way[], of: string, state: string): Way[] {
  const way = ways.find((one) => one.of === of && one.state === state)
  if (!way) throw new Error(`no way leads to ${of} ${state}`)
  return [...(way.from === '' ? [] : wayTo(ways, of, way.from)), way]
}

/** Takes the steps of a way; `early` says what else is to be done on it, by `step@state`. */
export function go(journey: Journey, of: string, way: readonly Way[], early: readonly string[] = []): void {
  for (const { from, state, move, needs } of way) {
    for (const need of needs) prepare(journey, of, need)
    if (from !== '') step(journey, of, move, needs.includes('reason'))
    else if (of === 'period') open(journey)
    for (const one of early) {
      const [need = '', at] = one.split('@')
      if (at === state) prepare(journey, of, need)
    }
  }
}

function step({ world, project }: Journey, of: string, move: string, isReasoned: boolean): void {
  const reason = isReasoned ? { reason: 'other' } : {}
  if (of === 'project') must(world, 'ProjectMoved', { project: world.id(project), move, ...reason })
  else must(world, 'MonitoringPeriodMoved', { period: periodOf(world, project), move, ...reason })
}

export function periodOf(world: World, project: string): string {
  return world.id(`${project} period`)
}

/** The days of last year. */
export const lastYear = { from: '2025-01-01', to: '2025-12-31' }

function open({ world, project }: Journey): void {
  must(world, 'MonitoringPeriodOpened', {
    period: periodOf(world, project),
    project: world.id(project),
    ...lastYear,
  })
}

/** What a document or a finding is about. */
export function subject({ world, project }: Journey, of: string): Request {
  return { project: world.id(project), period: of === 'period' ? periodOf(world, project) : null }
}

export function paper(journey: Journey, of: string, document: string): Request {
  const { world } = journey
  return { ...subject(journey, of), document, sha256: world.hash(`${document} ${world.state.size}`), name: null }
}

export function finding(journey: Journey, of: string): Request {
  const { world } = journey
  return { ...subject(journey, of), finding: world.id('finding'), kind: 'CL', section: null, text: world.hash('why') }
}

export function answerTo(journey: Journey, of: string): Request {
  return { ...subject(journey, of), finding: journey.world.id('finding'), text: journey.world.hash('because') }
}

export function authorisation({ world, project }: Journey): Request {
  return {
    authorisation: world.id(`${project} itmo`),
    project: world.id(project),
    unitType: 'ITMO',
    quantity: '100000',
    purposes: ['NDC', 'OIMP_OP'],
    firstTransfer: 'authorisation',
    cooperativeApproach: 'CA0001',
  }
}

type Step = (journey: Journey, of: string, detail: string) => unknown

/** What the words of the sheets do. Everything that is none of them is a kind of document. */
const steps: Readonly<Record<string, Step>> = {
  reason: () => undefined,
  project: (journey, _of, detail) => prepare(journey, 'project', detail),
  days: ({ world }, _of, detail) => world.wait(Number(detail) * DAY),
  crediting: (journey, _of, detail) => (detail === 'over' ? creditingOver(journey) : credit(journey)),
  authorisation: (journey) => must(journey.world, 'QuantityAuthorised', authorisation(journey)),
  certified: ({ world, project }) => must(world, 'ProjectCertified', { project: world.id(project) }),
  period: (journey, _of, detail) => go(journey, 'period', wayTo(journey.ways, 'period', detail)),
  finding: (journey, of) => must(journey.world, 'FindingRaised', finding(journey, of)),
  answered: (journey, of) => must(journey.world, 'FindingAnswered', answerTo(journey, of)),
  outcomes: ({ world, project }) => {
    const outcomes = [{ vintage: '2025', certified: '1000' }]
    must(world, 'OutcomeCertified', { period: periodOf(world, project), outcomes })
  },
  settled: (journey) => finish(journey),
}

/** A monitoring period comes to its end, if there is one. */
function finish({ country, world, project }: Journey): void {
  const period = periodOf(world, project)
  const move = { simple: '', article6: 'complete-issuance', 'two-ministries': 'finish' }[country.preset]
  if (world.state.get('period', period)) must(world, 'MonitoringPeriodMoved', { period, move })
}

/** Sets the first crediting period, where the country has those and it is not set yet. */
function credit({ country, world, project }: Journey): void {
  const set = crediting[country.preset]
  const row = world.state.get('project', world.id(project))
  if (set && !row?.crediting) must(world, 'CreditingPeriodSet', { project: world.id(project), ...set })
}

function creditingOver({ country, world }: Journey): void {
  const last = crediting[country.preset]?.to ?? ''
  world.now = `${Number(last.slice(0, 4)) + 1}-01-01T00:00:00.000Z`
}

/** Does what a line or a way needs before it. */
export function prepare(journey: Journey, of: string, need: string): void {
  const [word = '', ...details] = need.split(' ')
  const step = Object.hasOwn(steps, word) ? steps[word] : undefined
  if (step) step(journey, of, details.join(' '))
  else must(journey.world, 'DocumentSubmitted', paper(journey, of, need))
}

/** Is this one of the states in which the line says that it may be done? */
export function isIn(line: Line, state: string): boolean {
  return line.states === 'any' || line.states.includes(state)
}
