import fc from 'fast-check'
import { expect, test } from 'vitest'
import { country } from '../cases/country.fixture.ts'
import type { Law } from '../documents.ts'
import { PermissionTable } from '../permissions.ts'
import { Preset } from '../preset.ts'
import { missingFor } from './machine.ts'
import { admitLaw } from './soundness.ts'

const states = ['a', 'b', 'c', 'd', 'e']
const kinds = ['plan', 'report']
const simple = country().law()

/**
 * Who may take an action: somebody; nobody is appointed; owners, where that takes others; approved by nobody there is; the
 * system alone.
 */
const arbitraryWay = fc.constantFrom(
  'open',
  'open',
  'open',
  'open',
  'open',
  'open',
  'nobody',
  'unheld',
  'torn',
  'unapproved',
  'clock',
)
const arbitrarySubmission = fc.oneof({ weight: 5, arbitrary: fc.constant('open' as const) }, arbitraryWay)
type Way = typeof arbitraryWay extends fc.Arbitrary<infer T> ? T : never

const arbitraryState = fc.constantFrom(...states)
const arbitraryStates = fc.uniqueArray(arbitraryState, { minLength: 1, maxLength: 3 })

const arbitraryNeeds = fc.record(
  {
    documents: fc.uniqueArray(fc.constantFrom(...kinds), { minLength: 1, maxLength: 2 }),
    fresh: fc.constant(true as const),
    findingsClosed: fc.constant(true as const),
    days: fc.constantFrom(1, 30),
    within: fc.constantFrom(undefined, undefined, undefined, 40, 400),
  },
  { requiredKeys: [] },
)

const arbitraryLaw = fc.record({
  moves: fc.array(
    fc.record({ from: arbitraryStates, to: arbitraryState, needs: fc.option(arbitraryNeeds, { nil: undefined }) }),
    { minLength: 3, maxLength: 9 },
  ),
  ways: fc.array(arbitraryWay, { minLength: 9, maxLength: 9 }),
  ends: fc.uniqueArray(arbitraryState, { minLength: 1, maxLength: 2 }),
  submitted: fc.tuple(arbitraryStates, arbitraryStates),
  findings: fc.uniqueArray(arbitraryState, { maxLength: 3 }),
  // A law under which nobody submits what its moves need is refused at once.
  others: fc.record({
    plan: arbitrarySubmission,
    report: arbitrarySubmission,
    answer: arbitraryWay,
    assess: arbitraryWay,
  }),
  occupied: fc.uniqueArray(arbitraryState, { maxLength: 2 }),
})
type Drawn = typeof arbitraryLaw extends fc.Arbitrary<infer T> ? T : never

const moveName = (at: number) => `move-${'abcdefghi'[at]}`

function waysOf({ moves, ways, others }: Drawn): Map<string, Way> {
  return new Map([
    ...moves.map((_, at): [string, Way] => [`projects.move.${moveName(at)}`, ways[at] ?? 'nobody']),
    ['documents.submit.plan', others.plan],
    ['documents.submit.report', others.report],
    ['findings.answer', others.answer],
    ['findings.assess', others.assess],
  ])
}

/** Only states that moves name, and the first: one that nothing names would be refused at once. */
function lawOf(drawn: Drawn): Law {
  const { moves, ends, submitted, findings } = drawn
  const ways = [...waysOf(drawn)]
  const of = (...kind: Way[]) => ways.filter(([, way]) => kind.includes(way)).map(([action]) => action)
  const give = (actions: string[], role: string, scope: string) => actions.map((action) => [action, { [role]: scope }])
  const named = states.filter((state) => state === 'a' || moves.some(({ to }) => to === state))
  const there = (some: string[]) => some.filter((state) => named.includes(state))
  const preset = Preset.parse({
    ...simple.preset,
    project: {
      initial: 'a',
      states: named,
      moves: moves
        .map(({ from, to, needs }, at) => ({
          ...{ name: moveName(at), from: there(from), to },
          ...(needs === undefined ? {} : { needs }),
        }))
        .filter(({ from }) => from.length > 0),
      ends: there(ends).length > 0 ? there(ends) : ['a'],
      ...{ mayAuthorise: [], mayIssue: [] },
    },
    documents: kinds.map((kind, at) => ({ kind, states: [...there(submitted[at] ?? []), 'a'].slice(0, 3) })),
    findings: { states: there(findings) },
    certification: { states: [], neededToIssue: false },
    twoPersons: [],
  })
  const permissions = PermissionTable.parse({
    ...simple.permissions,
    roles: [...simple.permissions.roles, 'court/Admin'],
    actions: {
      ...simple.permissions.actions,
      ...Object.fromEntries(
        give(of('nobody', 'torn', 'unheld', 'clock'), 'developer/Admin', 'own').map(([action]) => [action, {}]),
      ),
      ...Object.fromEntries(give(of('open', 'unapproved'), 'government/Admin', 'any')),
      ...Object.fromEntries(give(of('unheld'), 'court/Admin', 'any')),
      ...Object.fromEntries(give(of('torn'), 'developer/Admin', 'own')),
      ...Object.fromEntries(give(of('clock'), 'system/system', 'any')),
    },
    independent: of('torn'),
    approvals: {
      ...simple.permissions.approvals,
      ...Object.fromEntries(of('unapproved').map((action) => [action, [{ count: 1, by: ['court/Admin'] }]])),
    },
  })
  return { preset, permissions }
}

/** A project as it may come to stand: its state, the documents that it has and those of this round, open findings. */
interface Stand {
  state: string
  had: string[]
  fresh: string[]
  open: number
}

/** When days are over and what must be taken within days may still be; and when it is too late for that. */
const [SOON, LATE] = ['2026-02-05T00:00:00.000Z', '2036-01-01T00:00:00.000Z']

/** Everything that people, and the clock, can do next with a project at an instant. */
function steps({ preset }: Law, ways: ReadonlyMap<string, Way>, stand: Stand, at: string): Stand[] {
  const { state, had, fresh, open } = stand
  const isOpen = (action: string) => ways.get(action) === 'open'
  const submissions = preset.documents
    .filter((one) => one.states.includes(state) && isOpen(`documents.submit.${one.kind}`))
    .map(({ kind }) => ({ ...stand, had: united(had, kind), fresh: united(fresh, kind) }))
  const raised = preset.findings.states.includes(state) ? [{ ...stand, open: 1 }] : []
  const closed = isOpen('findings.answer') && isOpen('findings.assess') ? [{ ...stand, open: 0 }] : []
  const index = (kind: string) => (fresh.includes(kind) ? 2 : 0)
  const documents = Object.fromEntries(had.map((kind) => [kind, { version: 1, index: index(kind) }]))
  const standing = { state, entered: { index: 1, at: '2026-01-01T00:00:00.000Z' }, documents, findings: { open } }
  const moved = preset.project.moves
    .filter(({ name, from, needs }) => {
      const isTaken = ways.get(`projects.move.${name}`) === 'clock' && needs?.days !== undefined
      return from.includes(state) && (isTaken || isOpen(`projects.move.${name}`))
    })
    .filter((move) => {
      const missing = missingFor(move, standing, at, preset.documents)
      const isOver = missing.from !== null || missing.until !== null
      return missing.documents.length === 0 && missing.findings === 0 && !isOver
    })
    .map(({ to }) => ({ state: to, had, fresh: [], open }))
  return [...submissions, ...raised, ...closed, ...moved]
}

function united(some: string[], one: string): string[] {
  return [...new Set([...some, one])].sort()
}

/** Every way in which a project may come to stand, with what may follow on it however late it is. */
function explore(
  law: Law,
  ways: ReadonlyMap<string, Way>,
  entries: string[],
): Map<string, { at: Stand; next: string[] }> {
  const found = new Map<string, { at: Stand; next: string[] }>()
  const todo: Stand[] = entries.map((state) => ({ state, had: [], fresh: [], open: 0 }))
  for (let at = todo.pop(); at; at = todo.pop()) {
    const key = JSON.stringify(at)
    if (found.has(key)) continue
    const next = steps(law, ways, at, LATE)
    found.set(key, { at, next: next.map((one) => JSON.stringify(one)) })
    todo.push(...next, ...steps(law, ways, at, SOON))
  }
  return found
}

test('under a law that is accepted, an end can be reached from wherever a project may come to stand', () => {
  let accepted = 0
  fc.assert(
    fc.property(arbitraryLaw, (drawn) => {
      const law = lawOf(drawn)
      const occupied = drawn.occupied.filter((state) => law.preset.project.states.includes(state))
      if (admitLaw(law, { states: Object.fromEntries(occupied.map((state) => [state, 1])), periods: {} }) !== undefined)
        return
      accepted += 1
      const { initial, ends } = law.preset.project
      const stands = explore(law, waysOf(drawn), [initial, ...occupied])
      const ending = new Set([...stands].filter(([, { at }]) => ends.includes(at.state)).map(([key]) => key))
      for (let before = -1; before < ending.size; ) {
        before = ending.size
        for (const [key, { next }] of stands) if (next.some((one) => ending.has(one))) ending.add(key)
      }
      expect([...stands.keys()].filter((key) => !ending.has(key))).toEqual([])
    }),
    { numRuns: Number(process.env.TALLYSTICK_SEQUENCES ?? 400) * 5 },
  )
  console.info(`laws: ${accepted} accepted`)
})
