import fc from 'fast-check'
import { expect, test } from 'vitest'
import { country } from '../cases/country.fixture.ts'
import type { Law } from '../documents.ts'
import { PermissionTable } from '../permissions.ts'
import { Preset } from '../preset.ts'
import { isReady, missingFor } from './machine.ts'
import { admitLaw } from './soundness.ts'

const states = ['a', 'b', 'c', 'd', 'e']
const simple = country().law()

const arbitraryState = fc.constantFrom(...states)
const arbitraryStates = fc.uniqueArray(arbitraryState, { minLength: 1, maxLength: 3 })
const mostly = fc.constantFrom(true, true, true, true, false)

const arbitraryNeeds = fc.record(
  {
    documents: fc.constant(['report']),
    fresh: fc.constant(true as const),
    findingsClosed: fc.constant(true as const),
    certified: fc.constant(true as const),
  },
  { requiredKeys: [] },
)

const arbitraryMachine = fc.record({
  moves: fc.array(
    fc.record({
      from: arbitraryStates,
      to: arbitraryState,
      needs: fc.option(arbitraryNeeds, { nil: undefined }),
      isOpen: mostly,
    }),
    { minLength: 3, maxLength: 9 },
  ),
  ends: arbitraryStates,
  isVoid: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  certifies: arbitraryStates,
  mayIssue: arbitraryStates,
  findings: arbitraryStates,
  submitted: arbitraryStates,
  others: fc.record({ submit: mostly, answer: mostly, certify: mostly, release: mostly }),
  occupied: fc.uniqueArray(fc.record({ state: arbitraryState, issued: fc.boolean() }), {
    maxLength: 2,
    selector: ({ state }) => state,
  }),
})
type Drawn = typeof arbitraryMachine extends fc.Arbitrary<infer T> ? T : never

const moveName = (at: number) => `move-${'abcdefghi'[at]}`

function closedActions({ moves, others }: Drawn): string[] {
  const closed = moves.flatMap(({ isOpen }, at) => (isOpen ? [] : [`periods.move.${moveName(at)}`]))
  return [
    ...closed,
    ...(others.submit ? [] : ['documents.submit.report']),
    ...(others.answer ? [] : ['findings.answer']),
    ...(others.certify ? [] : ['periods.certify']),
    ...(others.release ? [] : ['certifiers.release']),
  ]
}

/** Only states that moves name, and the first: one that nothing names would be refused at once. */
function lawOf(drawn: Drawn): Law | undefined {
  const { moves, ends, isVoid, certifies, mayIssue, findings, submitted } = drawn
  const named = states.filter((state) => state === 'a' || moves.some(({ to }) => to === state))
  const there = (some: string[]) => some.filter((state) => named.includes(state))
  const or = (some: string[], other: string) => (some.length > 0 ? some : [other])
  const leaving = (state: string) => moves.some(({ from }) => from.includes(state))
  const end = or(there(ends), 'a')
  const keeping = ['a', ...certifies, ...mayIssue]
  const preset = Preset.safeParse({
    ...simple.preset,
    twoPersons: [],
    documents: [{ kind: 'report', of: 'period', states: or(there(submitted), 'a') }],
    period: {
      initial: 'a',
      states: named,
      moves: moves
        .map(({ from, to, needs }, at) => ({
          ...{ name: moveName(at), from: there(from), to },
          ...(needs === undefined ? {} : { needs }),
        }))
        .filter(({ from }) => from.length > 0),
      ends: end,
      findings: there(findings),
      certifies: or(there(certifies), 'a'),
      reports: ['report'],
      mayIssue: or(there(mayIssue), 'a'),
      void: end.filter((state, at) => isVoid[at] === true && !leaving(state) && !keeping.includes(state)),
    },
  })
  if (!preset.success) return undefined
  const open = [...moves.keys()].map((at) => `periods.move.${moveName(at)}`)
  const given = [...open, 'documents.submit.report', 'findings.answer']
  const permissions = PermissionTable.parse({
    ...simple.permissions,
    actions: {
      ...simple.permissions.actions,
      ...Object.fromEntries(given.map((action) => [action, { 'government/Admin': 'any' }])),
      ...Object.fromEntries(closedActions(drawn).map((action) => [action, {}])),
    },
  })
  return { preset: preset.data, permissions }
}

/** A period as it may come to stand. */
interface Stand {
  state: string
  report: 'none' | 'old' | 'fresh'
  open: number
  certified: 'none' | 'old' | 'fresh'
  issued: boolean
}

const older = (one: 'none' | 'old' | 'fresh') => (one === 'fresh' ? 'old' : one)
const indexOf = (one: 'none' | 'old' | 'fresh') => (one === 'fresh' ? 2 : 0)

/** Everything that people can do next with a period. */
function steps({ preset }: Law, closed: readonly string[], stand: Stand): Stand[] {
  const { period } = preset
  if (!period) return []
  const { state, report, open, certified, issued } = stand
  const isOpen = (action: string) => !closed.includes(action)
  const [document] = preset.documents
  const standing = {
    state,
    entered: { index: 1, at: '2026-01-01T00:00:00.000Z' },
    documents: report === 'none' ? {} : { report: { version: 1, index: indexOf(report) } },
    findings: { open },
    certified: certified === 'none' ? null : { index: indexOf(certified) },
  }
  const moved = period.moves
    .filter(({ name, from }) => from.includes(state) && isOpen(`periods.move.${name}`))
    .filter((move) => isReady(missingFor(move, standing, '2036-01-01T00:00:00.000Z', preset.documents)))
    .filter(({ to }) => !(issued && period.void.includes(to)))
  const isCertified =
    period.certifies.includes(state) && open === 0 && !issued && report !== 'none' && isOpen('periods.certify')
  const asksForFresh = period.moves.some(
    ({ from, needs }) => from.includes(state) && needs?.fresh === true && needs.documents !== undefined,
  )
  // The report on which was certified in this round stays, unless a finding or a move asks for another.
  const stays = certified === 'fresh' && open === 0 && !(report !== 'fresh' && asksForFresh)
  const mayReport = certified === 'none' || (!issued && !stays)
  return [
    ...(document?.states.includes(state) && isOpen('documents.submit.report') && mayReport
      ? [{ ...stand, report: 'fresh' as const, certified: 'none' as const }]
      : []),
    ...(period.findings.includes(state) ? [{ ...stand, open: 1 }] : []),
    ...(isOpen('findings.answer') ? [{ ...stand, open: 0 }] : []),
    ...(isCertified ? [{ ...stand, certified: 'fresh' as const }] : []),
    ...(period.mayIssue.includes(state) && certified !== 'none' ? [{ ...stand, issued: true }] : []),
    ...moved.map(({ to }) => ({ state: to, report: older(report), open, certified: older(certified), issued })),
  ]
}

/** Every way in which a period may come to stand, with what may follow on it. */
function explore(law: Law, closed: readonly string[], begin: Stand[]): Map<string, { at: Stand; next: string[] }> {
  const found = new Map<string, { at: Stand; next: string[] }>()
  const todo = [...begin]
  for (let at = todo.pop(); at; at = todo.pop()) {
    const key = JSON.stringify(at)
    if (found.has(key)) continue
    const next = steps(law, closed, at)
    found.set(key, { at, next: next.map((one) => JSON.stringify(one)) })
    todo.push(...next)
  }
  return found
}

test('under a law that is accepted, an end can be reached from wherever a monitoring period may come to stand', () => {
  let accepted = 0
  fc.assert(
    fc.property(arbitraryMachine, (drawn) => {
      const law = lawOf(drawn)
      const period = law?.preset.period
      if (!law || !period) return
      const occupied = drawn.occupied.filter(
        ({ state, issued }) => period.states.includes(state) && !(issued && period.void.includes(state)),
      )
      const periods = Object.fromEntries(
        occupied.map(({ state, issued }) => [state, { all: 1, issued: issued ? 1 : 0 }]),
      )
      if (admitLaw(law, { states: {}, periods }) !== undefined) return
      accepted += 1
      const fresh: Stand = { state: 'a', report: 'none', open: 0, certified: 'none', issued: false }
      const begin = [
        fresh,
        ...occupied.map(({ state, issued }): Stand => {
          return { ...fresh, state, issued, certified: issued ? 'old' : 'none' }
        }),
      ]
      const stands = explore(law, closedActions(drawn), begin)
      const ending = new Set([...stands].filter(([, { at }]) => period.ends.includes(at.state)).map(([key]) => key))
      for (let before = -1; before < ending.size; ) {
        before = ending.size
        for (const [key, { next }] of stands) if (next.some((one) => ending.has(one))) ending.add(key)
      }
      expect([...stands.keys()].filter((key) => !ending.has(key))).toEqual([])
    }),
    { numRuns: Number(process.env.TALLYSTICK_SEQUENCES ?? 400) * 5 },
  )
  expect(accepted).toBeGreaterThan(0)
  console.info(`laws of periods: ${accepted} accepted`)
})
