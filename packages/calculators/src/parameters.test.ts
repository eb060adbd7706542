import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { calculate, GWP_SETS } from './calculate.ts'
import { Exact, isDecimal } from './decimal.ts'
import { parametersOf } from './describe.ts'
import { methods } from './methods.ts'
import { readParameterSet } from './parameter-check.ts'
import { inForce, keysLike, nameOf, type Parameter, type ParameterSet, referenceSet } from './parameters.ts'
import { isRefused } from './problem.ts'
import { sha256 } from './sha256.ts'
import { dimensionsOf, kinds, unitsOf } from './units.ts'

const entry = (change: Partial<Parameter> = {}): Parameter => ({
  key: 'ams-i-a.factor',
  value: '0.9',
  unit: 'tCO2/MWh',
  source: 'Decree 12/2026',
  sourceVersion: '1',
  validFrom: null,
  validTo: null,
  verifiedBy: 'Designated national authority',
  verifiedAt: '2026-05-01',
  ...change,
})
const set = (...entries: Parameter[]): ParameterSet => ({ id: 'example', version: '2026-1', entries })

function factorOf(parameters: ParameterSet, on?: string): string | undefined {
  const inputs = { electricity: { value: '1', unit: 'MWh' } }
  const result = calculate('AMS-I.A', inputs, { parameters, ...(on ? { on } : {}) })
  return isRefused(result) ? result.problems.map(({ code }) => code).join() : result.of === 'reduction' ? result.be : ''
}

test('SHA-256 is that of the platform', () => {
  for (let length = 0; length < 200; length += 1) {
    const text = 'é€😀a'.repeat(length).slice(0, length).toWellFormed()
    expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
  }
})

test('every parameter that ships is whole: a unit that there is, limits, and a value within them', () => {
  const units = new Set(kinds().flatMap(unitsOf))
  for (const { key, value, unit, min, max, source, sourceVersion, verifiedBy, verifiedAt } of referenceSet.entries) {
    expect(units, key).toContain(unit)
    expect(isDecimal(min) && isDecimal(max) && (value === null || isDecimal(value)), key).toBe(true)
    if (value !== null) expect(new Exact(value).gte(min) && new Exact(value).lte(max), key).toBe(true)
    expect(
      [source, sourceVersion].every((text) => text.trim() !== ''),
      key,
    ).toBe(true)
    expect((verifiedBy === null) === (verifiedAt === null), key).toBe(true)
  }
  expect(new Set(referenceSet.entries.map(({ key }) => key)).size).toBe(referenceSet.entries.length)
})

test('every parameter is used by a method, and every default is one', () => {
  const used = new Set(methods().flatMap(parametersOf))
  const unused = referenceSet.entries.flatMap(({ key }) => (used.has(key) || key.startsWith('gwp.') ? [] : [key]))
  expect(unused, 'constants that no method reads').toEqual([])
  for (const method of methods()) {
    for (const pattern of method.parameters ?? []) expect(keysLike(pattern), `${method.id} ${pattern}`).not.toEqual([])
    for (const gas of method.gases ?? []) {
      for (const gwp of GWP_SETS) expect(keysLike(`gwp.${gwp}.${gas}`)).toHaveLength(1)
    }
  }
})

test('the default of a number measures what the number does', () => {
  const parameters = inForce(undefined, undefined)
  const defaults = methods().flatMap(({ inputs }) =>
    [
      ...Object.values(inputs),
      ...Object.values(inputs).flatMap((one) => (one.type === 'table' ? Object.values(one.columns) : [])),
    ].flatMap((input) =>
      input.type === 'number' && input.default && 'parameter' in input.default
        ? [{ input, pattern: input.default.parameter }]
        : [],
    ),
  )
  for (const { input, pattern } of defaults) {
    const keys = keysLike(pattern)
    expect(keys, `${pattern} is a default, and no constant in the list in parameters.ts has that key`).not.toEqual([])
    for (const key of keys) expect(dimensionsOf(parameters.find(key)?.unit ?? ''), key).toBe(dimensionsOf(input.unit))
  }
})

test('global warming potentials of the sets', () => {
  const of = (gas: string) => GWP_SETS.map((gwp) => inForce(undefined, undefined).find(`gwp.${gwp}.${gas}`)?.value)
  expect(of('CH4')).toEqual(['21', '25', '28', '27.0'])
  expect(of('CH4-fossil')).toEqual(['21', '25', '30', '29.8'])
  expect(of('N2O')).toEqual(['310', '298', '265', '273'])
  expect(of('NF3')).toEqual([undefined, '17200', '16100', '17400'])
})

test('a constant that nobody has confirmed is named in each result that uses it, until a country confirms it', () => {
  const inputs = { electricity: { value: '1', unit: 'MWh' } }
  const names = (parameters?: ParameterSet) => {
    const result = calculate('AMS-I.A', inputs, parameters ? { parameters } : {})
    return isRefused(result)
      ? []
      : result.warnings.flatMap(({ code, facts }) => (code === 'not-confirmed' ? [facts.key] : []))
  }
  expect(names()).toEqual(['ams-i-a.factor'])
  expect(names(set(entry({ value: '0.8' })))).toEqual([])
  expect(names(set(entry({ verifiedBy: null, verifiedAt: null })))).toEqual(['ams-i-a.factor'])
})

test('a country’s value takes the place of what ships, and the result says which set with its hash', () => {
  const parameters = set(entry())
  const result = calculate('AMS-I.A', { electricity: { value: '1', unit: 'MWh' } }, { parameters })
  if (isRefused(result) || result.of !== 'reduction') throw new Error('refused')
  expect(result.be).toBe('0.9')
  const { reference, country } = result.parameterSet
  expect(reference).toEqual(nameOf(referenceSet))
  const canonical =
    '{"entries":[{"key":"ams-i-a.factor","source":"Decree 12/2026","sourceVersion":"1","unit":"tCO2/MWh","validFrom":null,' +
    '"validTo":null,"value":"0.9","verifiedAt":"2026-05-01","verifiedBy":"Designated national authority"}],' +
    '"id":"example","version":"2026-1"}'
  const hash = createHash('sha256').update(canonical).digest('hex')
  expect(country).toEqual({ id: 'example', version: '2026-1', hash })
  expect(result.parameters).toEqual([entry()])
})

test('values hold on their days; without a day those hold that have not ended', () => {
  const years = set(
    entry({ value: '0.1', validTo: '2023-12-31' }),
    entry({ value: '0.2', validFrom: '2024-01-01', validTo: '2024-12-31' }),
    entry({ value: '0.3', validFrom: '2025-01-01' }),
  )
  expect(factorOf(years, '1999-01-01')).toBe('0.1')
  expect(factorOf(years, '2023-12-31')).toBe('0.1')
  expect(factorOf(years, '2024-01-01')).toBe('0.2')
  expect(factorOf(years, '2025-01-01')).toBe('0.3')
  expect(factorOf(years)).toBe('0.3')
  expect(factorOf(set(entry({ validTo: '2023-12-31' })), '2024-01-01')).toBe('missing-parameter')
  expect(factorOf(years, '2024-13-01')).toBe('not-a-day')
})

test('each year that is calculated by itself has the values of its own time', () => {
  const year = (value: string, of: number) =>
    entry({ key: 'grid.combined-margin', value, validFrom: `${of}-01-01`, validTo: `${of}-12-31` })
  const parameters = set(year('0.6', 2023), year('0.5', 2024))
  const electricity = { value: '10', unit: 'MWh' }
  const common = { technology: 'solar', gridRoute: 'combined', electricity }
  const years = [2023, 2024].map((of) => ({ year: of, inputs: {} }))
  const result = calculate('ACM0002', common, { parameters, vintages: { by: 'data', years } })
  if (isRefused(result) || result.of !== 'reduction') throw new Error(JSON.stringify(result))
  expect(result.perVintage.map(({ er }) => er)).toEqual(['6', '5'])
  expect(result.parameters).toEqual(parameters.entries)
  const later = { by: 'data', years: [...years, { year: 2025, inputs: {} }] } as const
  expect(calculate('ACM0002', common, { parameters, vintages: later })).toMatchObject({
    problems: [{ code: 'missing-parameter', at: 'vintages.2025.inputs.combinedMargin' }],
  })
  expect(calculate('ACM0002', 'text', { parameters, vintages: later })).toMatchObject({
    problems: [{ code: 'not-an-object', at: 'inputs' }],
  })
})

test('what a country leaves empty in the reference it fills for itself', () => {
  const inputs = { technology: 'solar', electricity: { value: '10', unit: 'MWh' }, gridRoute: 'combined' }
  const without = calculate('ACM0002', inputs)
  expect(without).toMatchObject({
    problems: [
      { code: 'missing-parameter', at: 'inputs.combinedMargin', facts: { parameter: 'grid.combined-margin' } },
    ],
  })
  const parameters = set(entry({ key: 'grid.combined-margin', value: '0.55' }))
  expect(calculate('ACM0002', inputs, { parameters })).toMatchObject({ er: '5.5' })
})

const wrong: [name: string, input: unknown, code: string, at: string][] = [
  ['nothing', null, 'not-an-object', 'parameters'],
  ['a list', [], 'not-an-object', 'parameters'],
  ['no entries', { id: 'a', version: '1' }, 'not-a-list', 'parameters.entries'],
  [
    'too many entries',
    { id: 'a', version: '1', entries: Array.from({ length: 5001 }) },
    'not-a-list',
    'parameters.entries',
  ],
  ['no id', { version: '1', entries: [] }, 'not-a-text', 'parameters.id'],
  ['half a character', { id: '\ud800', version: '1', entries: [] }, 'not-a-text', 'parameters.id'],
  ['another field', { ...set(), more: 1 }, 'unknown-key', 'parameters'],
  ['another field of an entry', set({ ...entry(), ...{ more: 1 } }), 'unknown-key', 'parameters.entries[1]'],
  ['an entry that is none', { ...set(), entries: ['a'] }, 'not-an-object', 'parameters.entries[1]'],
  ['a key that there is not', set(entry({ key: 'ams-i-a.faktor' })), 'parameter-unknown', 'parameters.entries[1].key'],
  ['another unit', set(entry({ unit: 'kgCO2/MWh' })), 'parameter-unit', 'parameters.entries[1].unit'],
  ['a value out of range', set(entry({ value: '800' })), 'out-of-range', 'parameters.entries[1].value'],
  ['a negative value', set(entry({ value: '-0.1' })), 'out-of-range', 'parameters.entries[1].value'],
  ['no number', set(entry({ value: '0,9' })), 'not-a-number', 'parameters.entries[1].value'],
  ['no value', set(entry({ value: null })), 'not-a-number', 'parameters.entries[1].value'],
  [
    'another potential',
    set(entry({ key: 'gwp.AR5.CH4', unit: '1', value: '30' })),
    'out-of-range',
    'parameters.entries[1].value',
  ],
  ['half a verification', set(entry({ verifiedAt: null })), 'verified-half', 'parameters.entries[1]'],
  ['no day', set(entry({ validFrom: '1 May' })), 'not-a-day', 'parameters.entries[1].validFrom'],
  [
    'days turned',
    set(entry({ validFrom: '2025-01-01', validTo: '2024-01-01' })),
    'days-turned',
    'parameters.entries[1]',
  ],
  ['two at once', set(entry(), entry({ validFrom: '2025-01-01' })), 'parameter-twice', 'parameters.entries'],
]

test.each(wrong)('a set with %s is refused', (_, input, code, at) => {
  const read = readParameterSet(input)
  expect('problems' in read && read.problems).toContainEqual(expect.objectContaining({ code, at }))
})

test('a potential may be confirmed, as it is', () => {
  const parameters = set(entry({ key: 'gwp.AR6.CH4', unit: '1', value: '27' }))
  const inputs = { flared: { value: '1', unit: 'tCH4' }, flare: 'open', flareEfficiency: { value: '0', unit: '1' } }
  expect(calculate('TOOL06', inputs, { gwpSet: 'AR6' })).toMatchObject({
    value: '27',
    warnings: [{ code: 'not-confirmed' }],
  })
  expect(calculate('TOOL06', inputs, { gwpSet: 'AR6', parameters })).toMatchObject({ value: '27', warnings: [] })
})

test('options of another kind are refused, with all else that is wrong', () => {
  const options: object = { gwpSet: 'AR7', on: 'today', parameters: {}, vintages: {} }
  const result = calculate('TOOL06', {}, options)
  expect(isRefused(result) && result.problems.map(({ at }) => at)).toEqual([
    ...['gwpSet', 'vintages.by', 'vintages', 'on'],
    ...['parameters.id', 'parameters.version', 'parameters.entries'],
    ...['inputs.flared', 'inputs.flare'],
  ])
})
