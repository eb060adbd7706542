import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calculate, type Options } from './calculate.ts'
import { Exact } from './decimal.ts'
import type { Input, Inputs, Method, NumberInput, TableInput } from './method.ts'
import { methodOf, methods } from './methods.ts'
import { isRefused, type Problem } from './problem.ts'
import { draw, forced, randomOf } from './random.fixture.ts'
import { problemText } from './texts.ts'
import { kinds, unitsOf } from './units.ts'

const problemsOf = (id: string, inputs: unknown, options: Options = {}): readonly Problem[] => {
  const result = calculate(id, inputs, options)
  return isRefused(result) ? result.problems : []
}

const codesAt = (problems: readonly Problem[], at: string) =>
  problems.filter((one) => one.at === at).map(({ code }) => code)

/** Inputs that are whole and well formed, in which this one counts. */
function sound(method: Method, input: Input): Record<string, unknown> {
  const force = forced(input, method.inputs)
  return draw(method.inputs, randomOf(method.id), { gwpSet: 'AR5', force, full: true }).inputs
}

/** The same with one value in place of another, in the first row where it stands in a table; `undefined` takes it away. */
function changed(inputs: Record<string, unknown>, path: readonly string[], value: unknown): Record<string, unknown> {
  const copy = structuredClone(inputs)
  const [first = '', column] = path
  const table = copy[first]
  const holder: Record<string, unknown> = column === undefined ? copy : Array.isArray(table) ? table[0] : {}
  const key = column ?? first
  if (value === undefined) delete holder[key]
  else holder[key] = value
  return copy
}

interface Place {
  method: Method
  path: string[]
  at: string
  input: Input
  base: Record<string, unknown>
}

/** Every input of every method, columns of tables among them. */
const places: Place[] = methods().flatMap((method) =>
  Object.entries(method.inputs).flatMap(([key, input]) => {
    const base = sound(method, input)
    const own = { method, path: [key], at: `inputs.${key}`, input, base }
    const columns = input.type === 'table' ? Object.entries(input.columns) : []
    const ofColumns = columns.map(([column, cell]) => ({
      ...own,
      path: [key, column],
      at: `inputs.${key}[1].${column}`,
      input: cell,
    }))
    return [own, ...ofColumns]
  }),
)

const told = ({ method, at, base, path }: Place, value: unknown) =>
  codesAt(problemsOf(method.id, changed(base, path, value)), at)
const isNumber = (place: Place): place is Place & { input: NumberInput } => place.input.type === 'number'
const isTable = (place: Place): place is Place & { input: TableInput } => place.input.type === 'table'
const label = ({ method, path }: Place) => `${method.id} ${path.join('.')}`
const cases = <T extends Place>(list: readonly T[]) => list.map((place) => [label(place), place] as const)

describe.each(cases(places.filter(isNumber)))('%s', (_, place) => {
  const { unit, kind, min, above, max, below } = place.input
  const with1 = (value: unknown, other: unknown = unit) => told(place, { value, unit: other })

  test('refuses the unit of another kind, and says which are allowed', () => {
    const foreign = kinds()
      .flatMap(unitsOf)
      .filter((one) => !unitsOf(kind).includes(one))
    for (const other of ['', 'furlong', '__proto__', foreign[0] ?? '', foreign.at(-1) ?? '']) {
      expect(with1('1', other)).toContain('wrong-unit')
    }
    const [problem] = problemsOf(
      place.method.id,
      changed(place.base, place.path, { value: min ?? max, unit: 'furlong' }),
    )
    expect(problem && problemText(problem)).toContain(unitsOf(kind).join(', '))
  })

  test('refuses what is out of range', () => {
    const far = new Exact(10).pow(17).toFixed()
    expect(with1(far)).toEqual(['out-of-range'])
    expect(with1(`-${far}`)).toEqual(['out-of-range'])
    for (const [limit, isIn] of [
      [min, true],
      [max, true],
      [above, false],
      [below, false],
    ] as const) {
      if (limit !== undefined) expect(with1(limit)).toEqual(isIn ? [] : ['out-of-range'])
    }
    const hair = '0.0000000000000001'
    if (max !== undefined) expect(with1(new Exact(max).plus(hair).toFixed())).toEqual(['out-of-range'])
    if (min !== undefined) expect(with1(new Exact(min).minus(hair).toFixed())).toEqual(['out-of-range'])
  })

  test('refuses what is no decimal number, or no text', () => {
    const noNumbers = ['', ' 1', '1e3', '0x10', '1,5', '.5', '5.', '+1', '01', 'NaN', 'Infinity', '١', '1'.repeat(19)]
    for (const value of noNumbers) expect(with1(value)).toEqual(['not-a-number'])
    for (const value of [1, null, {}, ['1'], true]) expect(with1(value)).toEqual(['not-a-quantity'])
    for (const value of [null, 1, '1', [], [{ value: '1', unit }]])
      expect(told(place, value)).toEqual(['not-a-quantity'])
    expect(told(place, { value: '1', unit, more: '1' })).toEqual(['not-a-quantity'])
    if (place.input.whole) expect(with1(new Exact(max ?? '2').minus('0.5').toFixed())).toEqual(['not-whole'])
  })

  test('is missed where nothing takes its place', () => {
    const needed = !place.input.optional && !place.input.default
    const found = told(place, undefined)
    if (needed) expect(found).toEqual(['missing'])
    else expect(found.filter((code) => code !== 'missing-parameter' && code !== 'missing')).toEqual([])
  })
})

describe.each(cases(places.filter((place) => !isNumber(place))))('%s', (_, place) => {
  test('refuses what it does not know, and misses what is not there', () => {
    const { type, optional } = place.input
    const code = { choice: 'not-a-choice', day: 'not-a-day', table: 'wrong-rows', number: '' }[type]
    for (const value of ['nothing of ours', '', null, 1, {}, '__proto__', '2024-02-30', '2023-02-29T00:00']) {
      expect(told(place, value)).toContain(code)
    }
    const isFree = optional || ('default' in place.input && place.input.default !== undefined)
    expect(told(place, undefined)).toEqual(isFree ? [] : ['missing'])
  })
})

test.each(cases(places.filter(isTable)))('%s has bounds on its rows', (_, place) => {
  const rows = place.base[place.path[0] ?? '']
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined
  const { minRows, maxRows } = place.input
  expect(
    told(
      place,
      Array.from({ length: maxRows + 1 }, () => row),
    ),
  ).toEqual(['wrong-rows'])
  expect(
    told(
      place,
      Array.from({ length: maxRows }, () => row),
    ),
  ).toEqual([])
  expect(minRows).toBeGreaterThan(0)
  expect(told(place, [])).toEqual(['wrong-rows'])
  expect(
    problemsOf(place.method.id, changed(place.base, place.path, [7])).map(({ code, at }) => [code, at]),
  ).toContainEqual(['not-an-object', `${place.at}[1]`])
})

test.each(cases(places.filter(({ input }) => input.when)))('%s is refused where it does not count', (_, place) => {
  const { when } = place.input
  const other = place.method.inputs[when?.input ?? '']
  if (other?.type !== 'choice') throw new Error(`${label(place)} depends on what is no choice`)
  const value = place.base[place.path[0] ?? '']
  for (const option of other.options.filter((one) => !when?.is.includes(one))) {
    const inputs = { ...place.base, [when?.input ?? '']: option, [place.path[0] ?? '']: value }
    expect(codesAt(problemsOf(place.method.id, inputs), place.at)).toEqual(['not-applicable'])
  }
})

test.each(methods().map((method) => [method.id, method] as const))(
  '%s tells all that is wrong at once',
  (id, method) => {
    const nothing = problemsOf(id, {})
    const needed = (inputs: Inputs) =>
      Object.entries(inputs).filter(([, one]) => !one.when && !one.optional && !('default' in one && one.default))
    expect(nothing.map(({ at }) => at)).toEqual(
      expect.arrayContaining(needed(method.inputs).map(([key]) => `inputs.${key}`)),
    )
    const keys = Object.keys(method.inputs)
    const wrong = problemsOf(id, Object.fromEntries(keys.map((key) => [key, 0])))
    expect(new Set(wrong.map(({ at }) => at))).toEqual(new Set(keys.map((key) => `inputs.${key}`)))
    const strange = problemsOf(id, { ...Object.fromEntries(keys.map((key) => [key, 0])), constructor: 1, other: 2 })
    expect(strange.filter(({ code }) => code === 'unknown-key')).toHaveLength(2)
    for (const whole of [undefined, null, 7, 'text', [], true])
      expect(problemsOf(id, whole)[0]?.code).toBe('not-an-object')
  },
)

test('a choice that was not made is told, and not what depends on it', () => {
  const given = { gas: { value: '1', unit: 'm3' }, cover: 'covered', requirement: 'none', climate: 'tropical-wet' }
  expect(problemsOf('ACM0001', given).map(({ code, at }) => [code, at])).toEqual([['missing', 'inputs.route']])
  const wrong = problemsOf('ACM0001', { ...given, route: 'ex ante', gas: { value: '1', unit: 'kg' } })
  expect(wrong.map(({ code, at }) => [code, at])).toEqual([
    ['not-a-choice', 'inputs.route'],
    ['wrong-unit', 'inputs.gas'],
  ])
})

test('what does not exist is refused by name', () => {
  for (const id of ['', 'ACM9999', '__proto__', 'constructor']) {
    expect(problemsOf(id, {})).toMatchObject([{ code: 'unknown-method', at: 'method' }])
  }
  expect(methodOf('acm0002')).toBeUndefined()
})

const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, maxDepth: 3 })
const options = fc.dictionary(fc.constantFrom('gwpSet', 'on', 'parameters', 'vintages'), anything)

test('whatever is given, nothing is thrown', () => {
  const id = fc.constantFrom(...methods().map((method) => method.id))
  fc.assert(
    fc.property(id, anything, fc.integer(), options, (method, stray, seed, given) => {
      expect(typeof calculate(method, stray, given)).toBe('object')
      const inputs = draw(methodOf(method)?.inputs ?? {}, randomOf(`${seed}`), { gwpSet: 'AR5' }).inputs
      const keys = Object.keys(inputs)
      const key = keys[Math.abs(seed) % keys.length] ?? ''
      expect(typeof calculate(method, { ...inputs, [key]: stray }, given)).toBe('object')
      expect(typeof calculate(method, inputs, given)).toBe('object')
    }),
  )
})

test('a result is plain JSON, and comes out the same from what it keeps', () => {
  for (const { id, inputs } of methods()) {
    const random = randomOf(`again ${id}`)
    for (let round = 0; round < 10; round += 1) {
      const result = calculate(id, draw(inputs, random, { gwpSet: 'AR5' }).inputs, { gwpSet: 'AR5' })
      if (isRefused(result)) continue
      const kept = JSON.parse(JSON.stringify(result))
      expect(kept).toEqual(result)
      expect(calculate(kept.methodId, kept.inputs, { gwpSet: kept.gwpSet })).toEqual(result)
    }
  }
})
