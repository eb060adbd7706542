import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assess, assign } from '../cases/certifier.fixture.ts'
import { country, issuedAs } from '../cases/country.fixture.ts'
import { byBoth, bySun } from '../cases/people.fixture.ts'
import {
  byVerifier,
  certify,
  credit,
  finding,
  issue,
  keepPeriods,
  open,
  paper,
  step,
  underVerification,
} from '../cases/periods.fixture.ts'
import type { Outcome, World } from '../cases/world.fixture.ts'
import { documentBytes, type Law } from '../documents.ts'
import { decimalOf, microOf } from '../ids.ts'
import { isRefusal } from '../refusal.ts'
import { admitLaw } from './soundness.ts'

/** Periods that may be opened, the first one first; some overlap. */
const spans = [
  ['2024-01-01', '2024-12-31'],
  ['2025-01-01', '2025-06-30'],
  ['2025-07-01', '2025-12-31'],
  ['2024-07-01', '2025-12-31'],
] as const

const moves = [
  'submit-report',
  'publish-report',
  'begin-verification',
  'submit-verification',
  'return-verification',
  'request-issuance',
  'approve-issuance',
  'refuse-issuance',
  'complete-issuance',
  'withdraw-report',
] as const

/** The way to an issuance. */
const onwards: Partial<Record<string, (typeof moves)[number]>> = {
  opened: 'submit-report',
  'monitoring-submitted': 'publish-report',
  published: 'begin-verification',
  'under-verification': 'submit-verification',
  'verification-submitted': 'request-issuance',
  'issuance-requested': 'approve-issuance',
}

const whoMoves: Partial<Record<(typeof moves)[number], (world: World) => object>> = {
  'submit-report': bySun,
  'request-issuance': bySun,
  'withdraw-report': bySun,
  'submit-verification': byVerifier,
  'approve-issuance': byBoth,
}

const arbitraryAct = fc.record({
  kind: fc.constantFrom(
    ...(['open', 'open', 'move', 'move', 'move', 'onwards', 'onwards', 'certify', 'report', 'find'] as const),
    ...(['issue', 'issue', 'correct'] as const),
  ),
  period: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  move: fc.constantFrom(...moves),
  span: fc.nat(spans.length - 1),
  vintage: fc.constantFrom('2024', '2025'),
  tonnes: fc.constantFrom('1', '2.5', '10', '10.000001', '40'),
})
type Act = typeof arbitraryAct extends fc.Arbitrary<infer T> ? T : never

/** What was issued and not taken back, told by the entries alone. */
interface Told {
  period: string
  vintage: string
  micro: bigint
  original: object
}

/** The first period that begins later, and is not void. */
function laterThan(world: World, day: string): string | null {
  const voided = world.law().preset.period?.void ?? []
  const later = ['a', 'b', 'c', 'd', 'e']
    .map((name) => ({ id: world.id(name), row: world.state.get('period', world.id(name)) }))
    .filter(({ row }) => row !== undefined && row.from > day && !voided.includes(row.state))
    .sort((a, b) => ((a.row?.from ?? '') < (b.row?.from ?? '') ? -1 : 1))
  return later[0]?.id ?? null
}

function take(world: World, act: Act, told: Told[], count: number): Outcome | undefined {
  const period = world.id(act.period)
  const row = world.state.get('period', period)
  switch (act.kind) {
    case 'open': {
      const [from, to] = spans[act.span] ?? spans[0]
      return open(world, { period, from, to, before: laterThan(world, from) })
    }
    case 'onwards': {
      // Papers that the next move needs.
      if (row?.state === 'opened') paper(world, 'monitoring-report', bySun(world), { period })
      if (row?.state === 'under-verification') {
        certify(world, { period, outcomes: [{ vintage: row.to.slice(0, 4), certified: act.tonnes }] })
        paper(world, 'verification-report', byVerifier(world), { period })
      }
      if (row?.state === 'verification-submitted') paper(world, 'issuance-form', bySun(world), { period })
      const next = onwards[row?.state ?? '']
      return next && move(world, next, period)
    }
    case 'report':
      return paper(world, 'monitoring-report', bySun(world), { period })
    case 'find':
      return finding(world, { period, finding: world.id(`finding ${count}`) })
    case 'move':
      return move(world, act.move, period)
    case 'certify':
      return certify(world, { period, outcomes: [{ vintage: act.vintage, certified: act.tonnes }] })
    case 'issue': {
      const request = { period, vintage: act.vintage, certified: act.tonnes, batch: world.id(`batch ${count}`) }
      const outcome = issue(world, request)
      if (!isRefusal(outcome)) {
        const original = issuedAs(outcome.entry, outcome.index)
        told.push({ period, vintage: act.vintage, micro: microOf(act.tonnes), original })
      }
      return outcome
    }
    default: {
      const last = told.at(-1)
      if (!last) return undefined
      const request = { original: last.original, reason: 'clerical-error' }
      const outcome = world.try('EntryCorrected', request, byBoth(world))
      if (!isRefusal(outcome)) told.pop()
      return outcome
    }
  }
}

function move(world: World, name: Act['move'], period: string): Outcome {
  const options = whoMoves[name]?.(world) ?? {}
  return step(world, name, options, { period, reason: 'other' })
}

/** Nothing is issued beyond what was certified, void periods have nothing, the others do not overlap, all is counted. */
function holds(world: World, told: readonly Told[]): void {
  const kept = world.law().preset.period
  const periods = [...world.state.rows()].flatMap((put) =>
    put.kind === 'period' && put.row ? [{ id: put.id, ...put.row }] : [],
  )
  for (const { id, outcomes, state, certified, documents } of periods) {
    // What is certified is later than the report in force; what is not certified has no outcomes.
    if (certified === null) expect(outcomes).toEqual({})
    else expect(documents['monitoring-report']?.index).toBeLessThan(certified.index)
    for (const [vintage, { certified, issued }] of Object.entries(outcomes)) {
      const entries = told.filter((one) => one.period === id && one.vintage === vintage)
      expect(issued).toBe(decimalOf(entries.reduce((sum, { micro }) => sum + micro, 0n)))
      expect(microOf(issued) <= microOf(certified)).toBe(true)
    }
    if (kept?.void.includes(state)) expect(told.filter((one) => one.period === id)).toEqual([])
  }
  const standing = periods.filter(({ state }) => !kept?.void.includes(state)).sort((a, b) => (a.from < b.from ? -1 : 1))
  for (const [at, period] of standing.entries()) {
    const before = standing[at - 1]
    if (before) expect(before.to < period.from).toBe(true)
    expect([period.previous, period.next]).toEqual([before?.id ?? null, standing[at + 1]?.id ?? null])
  }
  const ofState = (state: string) => periods.filter((one) => one.state === state).length
  expect(world.state.get('project', world.id('solar'))?.periods).toEqual({
    opened: periods.length,
    last: standing.at(-1)?.id ?? null,
    states: Object.fromEntries(periods.map(({ state }) => [state, ofState(state)])),
  })
  const counted: Record<string, { all: number; issued: number }> = {}
  for (const { id, state } of periods) {
    const { all, issued } = counted[state] ?? { all: 0, issued: 0 }
    const isIssued = told.some((one) => one.period === id)
    counted[state] = { all: all + 1, issued: issued + (isIssued ? 1 : 0) }
  }
  expect(world.state.ledger().periods).toEqual(counted)
}

test('whatever is asked for, no more is issued of a period than was certified, and every count is right', () => {
  let issued = 0
  fc.assert(
    fc.property(fc.array(arbitraryAct, { minLength: 20, maxLength: 80, size: 'max' }), (acts) => {
      const world = country()
      keepPeriods(world)
      credit(world)
      assess(world)
      assign(world)
      open(world, { period: world.id('a'), from: '2024-01-01', to: '2024-12-31' })
      const told: Told[] = []
      const first = { period: 'a', move: 'submit-report', span: 0, vintage: '2024', tonnes: '40' } as const
      for (const _ of Object.keys(onwards)) take(world, { kind: 'onwards', ...first }, told, 0)
      for (const [at, act] of acts.entries()) {
        const outcome = take(world, act, told, at)
        if (outcome && !isRefusal(outcome)) holds(world, told)
        if (outcome && !isRefusal(outcome) && outcome.entry.type === 'BatchIssued') issued += 1
      }
    }),
    { numRuns: Number(process.env.TALLYSTICK_SEQUENCES ?? 60) },
  )
  expect(issued).toBeGreaterThan(0)
})

/** The preset in force, and another of it. */
function changed(world: World, change: (preset: ReturnType<typeof presetOf>) => unknown) {
  const preset = presetOf(world)
  change(preset)
  const sha256 = world.lend(documentBytes(preset))
  return world.shelf.find('preset', sha256) ? admitLaw({ ...world.law(), preset }, world.state.ledger()) : 'no preset'
}

function presetOf(world: World) {
  const preset = structuredClone(world.law().preset)
  if (!preset.period) throw new Error('the country keeps periods')
  return { ...preset, period: preset.period }
}

/** Nobody withdraws a period. */
function withoutWithdrawal(period: NonNullable<Law['preset']['period']>): void {
  period.moves = period.moves.filter(({ name }) => name !== 'withdraw-report')
  for (const list of ['states', 'ends', 'void'] as const) {
    period[list] = period[list].filter((state) => state !== 'withdrawn')
  }
}

test('a preset that would strand a monitoring period is not adopted, and says of what it speaks', () => {
  const world = country()
  underVerification(world)
  expect(changed(world, () => undefined)).toBeUndefined()
  const strands = (state: string, why: string) => ({ refused: 'preset-strands', detail: { state, why, of: 'period' } })
  const { period: _, ...without } = presetOf(world)
  const documents = without.documents.filter(({ of }) => of === undefined)
  expect(admitLaw({ ...world.law(), preset: { ...without, documents } }, world.state.ledger())).toEqual(
    strands('under-verification', 'not-in-preset'),
  )
  expect(admitLaw({ ...world.law(), preset: { ...without, documents } })).toBeUndefined()
  // Nobody can bring the papers that the verification needs, nor withdraw what is verified.
  const stuck = changed(world, ({ period, documents }) => {
    withoutWithdrawal(period)
    for (const one of documents) if (one.kind === 'verification-report') one.states = ['opened']
  })
  expect(stuck).toMatchObject({ refused: 'preset-strands', detail: { of: 'period', why: 'no-end' } })
  expect(changed(world, ({ period }) => period.states.push('limbo'))).toEqual(strands('limbo', 'not-reached'))
  // What was issued of does not end as void.
  const onlyVoid = changed(world, ({ period, documents }) => {
    for (const one of documents) one.states = one.states.filter((state) => state !== 'issued')
    period.moves = period.moves.filter(({ name }) => name !== 'complete-issuance')
    period.states = period.states.filter((state) => state !== 'issued')
    period.ends = period.ends.filter((state) => state !== 'issued')
    period.mayIssue = ['issuance-approved']
  })
  expect(onlyVoid).toEqual(strands('issuance-approved', 'no-end'))
})

test('a preset in which periods are void and still go on, or certified by nobody, is none', () => {
  const world = country()
  keepPeriods(world)
  expect(changed(world, ({ period }) => period.moves.push({ name: 'undo', from: ['refused'], to: 'opened' }))).toBe(
    'no preset',
  )
  expect(changed(world, ({ period }) => period.mayIssue.push('refused'))).toBe('no preset')
  expect(changed(world, ({ certifiers }) => Object.assign(certifiers, { tasks: ['validation'] }))).toBe('no preset')
  expect(changed(world, ({ period }) => period.certifies.push('nowhere'))).toBe('no preset')
})

test('without somebody who opens and certifies periods, and credits projects, nothing could ever be issued', () => {
  const world = country()
  keepPeriods(world)
  const { permissions, preset } = world.law()
  for (const action of ['periods.open', 'periods.certify', 'projects.crediting.set']) {
    const { [action]: _, ...actions } = permissions.actions
    const law = { preset, permissions: { ...permissions, actions } }
    expect(admitLaw(law)).toEqual({ refused: 'nobody-may', detail: { action } })
  }
})

test('without somebody who takes a verification over, periods that cannot be withdrawn come to no end', () => {
  const world = country()
  keepPeriods(world)
  const { permissions, preset } = world.law()
  const { period } = presetOf(world)
  withoutWithdrawal(period)
  const law = { permissions, preset: { ...preset, period } }
  expect(admitLaw(law)).toBeUndefined()
  const { 'certifiers.release': _, ...actions } = permissions.actions
  expect(admitLaw({ ...law, permissions: { ...permissions, actions } })).toMatchObject({
    refused: 'preset-strands',
    detail: { of: 'period', why: 'no-end' },
  })
})
