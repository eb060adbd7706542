import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Change, compare } from './compare.ts'
import { mini, whole, withValue, worked } from './mini.fixture.ts'
import type { Document, Json } from './template.ts'

const said = (changes: readonly Change[]) =>
  changes.map(({ kind, path, from, cells }) =>
    [kind, path, ...(from ? [from] : []), ...(cells ?? []).map((one) => one.path)].join(' '),
  )
const between = (path: string, before: unknown, after: unknown) =>
  said(compare(mini, withValue(whole(), path, before), withValue(whole(), path, after)))

test('a document does not differ from itself', () => {
  expect(compare(mini, whole(), whole())).toEqual([])
})

test('a value came, went or changed', () => {
  expect(between('A.why', undefined, 'so')).toEqual(['added A.why'])
  expect(between('A.why', 'so', '')).toEqual(['removed A.why'])
  expect(compare(mini, whole(), withValue(whole(), 'A.name', 'Other'))).toEqual([
    { path: 'A.name', kind: 'changed', before: 'Selu', after: 'Other' },
  ])
  expect(between('A.owner', { name: 'A', country: 'KE' }, { country: 'KE', name: 'A' })).toEqual([])
  expect(between('A.gases', ['CO2', 'CH4'], ['CH4', 'CO2'])).toEqual(['changed A.gases'])
  expect(between('B.risks.fire', { level: '1' }, { level: '2', remark: 'x' })).toEqual([
    'changed B.risks.fire.level',
    'added B.risks.fire.remark',
  ])
})

const row = (vintage: string, be = '1') => ({ vintage, be })
const plain = (parameter: string, value?: string) => ({ parameter, ...(value ? { value } : {}) })

test('rows that are known by a key are found again wherever they stand', () => {
  const [a, b, c, d] = ['2025', '2026', '2027', '2028'].map((year) => row(year))
  expect(between('B.yearly', [a, b, c], [a, row('2026', '2'), c])).toEqual([
    'changed B.yearly.1 B.yearly.1 B.yearly.1.be',
  ])
  expect(between('B.yearly', [a, b, c], [b, c])).toEqual(['removed B.yearly.0'])
  expect(between('B.yearly', [b, c], [a, b, c])).toEqual(['added B.yearly.0'])
  expect(between('B.yearly', [a, b, c, d], [b, c, d, a])).toEqual(['moved B.yearly.3 B.yearly.0'])
  expect(between('B.yearly', [a, b], [b, a])).toEqual(['moved B.yearly.0 B.yearly.1', 'moved B.yearly.1 B.yearly.0'])
  expect(between('B.yearly', [a, b, c], [c, a, row('2026', '9')])).toEqual([
    'moved B.yearly.0 B.yearly.2',
    'changed B.yearly.2 B.yearly.1 B.yearly.2.be',
  ])
})

test('rows without a key are found by what they have in common', () => {
  const [a, b] = [plain('EG', '10'), plain('EF', '0.5')]
  expect(between('B.parameters', [a, b], [a, plain('EF', '0.6')])).toEqual([
    'changed B.parameters.1 B.parameters.1 B.parameters.1.value',
  ])
  expect(between('B.parameters', [a, b], [plain('NEW', '7'), a, b])).toEqual(['added B.parameters.0'])
  expect(between('B.parameters', [a, b], [plain('X', '1'), b])).toEqual([
    'removed B.parameters.0',
    'added B.parameters.0',
  ])
  expect(between('B.parameters', [a, a], [a])).toEqual(['removed B.parameters.1'])
})

test('a row of another form, a field or a section that the template has not is compared as it stands', () => {
  expect(between('B.yearly', 'text', [row('2025')])).toEqual(['changed B.yearly'])
  expect(between('A.colour', undefined, 'red')).toEqual(['added A.colour'])
  expect(between('Z.name', 'x', undefined)).toEqual(['removed Z.name'])
})

test('sections of a project’s own are compared, and their form too', () => {
  const own = (label: string) => [
    {
      key: 'x-birds',
      number: 'X',
      title: { en: label },
      fields: [{ key: 'count', type: 'int' as const, label: { en: label } }],
    },
  ]
  const before: Document = { ...whole(), own: own('Birds') }
  const after: Document = { ...withValue(whole(), 'x-birds.count', '4'), own: own('All birds') }
  expect(said(compare(mini, before, after))).toEqual(['changed own.x-birds', 'added x-birds.count'])
  expect(said(compare(mini, before, whole()))).toEqual(['removed own.x-birds'])
})

const cell = fc.constantFrom('1', '2', '3', '')
const rows = fc.array(
  fc.record({ vintage: fc.constantFrom('2025', '2026', '2027', '2028'), be: cell, pe: cell }, { requiredKeys: [] }),
  { maxLength: 7 },
)
const keyless = fc.array(fc.record({ parameter: fc.constantFrom('a', 'b', 'c'), value: cell }, { requiredKeys: [] }), {
  maxLength: 7,
})
const documents = fc
  .record({ yearly: rows, parameters: keyless, name: cell, gases: fc.subarray(['CO2', 'CH4', 'N2O']) })
  .map(
    ({ yearly, parameters, name, gases }): Document => ({
      template: 'MINI',
      version: 1,
      values: { A: { name, gases }, B: { yearly, parameters } as Record<string, Json> },
    }),
  )

/** A change as it is seen from the other side. */
const mirrored = (change: Change): string => {
  const kind = { added: 'removed', removed: 'added', changed: 'changed', moved: 'moved' }[change.kind]
  const cells = (change.cells ?? []).map(
    ({ path, before, after }) => `${path.split('.').at(-1)} ${JSON.stringify([after, before])}`,
  )
  return [
    kind,
    change.from ?? change.path,
    change.from ? change.path : '',
    JSON.stringify([change.after, change.before]),
    ...cells.sort(),
  ].join(' ')
}
const seen = (change: Change): string => {
  const cells = (change.cells ?? []).map(
    ({ path, before, after }) => `${path.split('.').at(-1)} ${JSON.stringify([before, after])}`,
  )
  return [
    change.kind,
    change.path,
    change.from ?? '',
    JSON.stringify([change.before, change.after]),
    ...cells.sort(),
  ].join(' ')
}

test('of any two documents, the differences are the same from either side', () => {
  fc.assert(
    fc.property(documents, documents, (a, b) => {
      expect(compare(mini, b, a).map(mirrored).sort()).toEqual(compare(mini, a, b).map(seen).sort())
    }),
    { numRuns: 400 },
  )
})

test('of any document, there is no difference from a copy; and every row is told of once where there are some', () => {
  fc.assert(
    fc.property(documents, documents, (a, b) => {
      expect(compare(mini, a, structuredClone(a))).toEqual([])
      const paths = compare(mini, a, b).map(({ kind, path }) => `${kind === 'removed'} ${path}`)
      expect(new Set(paths).size).toBe(paths.length)
    }),
    { numRuns: 400 },
  )
})

test('long tables are compared in a moment', () => {
  const many = (from: number) => Array.from({ length: 2_000 }, (_, n) => plain(`p${n + from}`, String((n * 7) % 13)))
  const spent = worked(() => {
    compare(
      mini,
      withValue(whole(), 'B.parameters', many(0)),
      withValue(whole(), 'B.parameters', many(1_000).reverse()),
    )
    compare(mini, withValue(whole(), 'B.parameters', many(0)), withValue(whole(), 'B.parameters', many(5_000)))
  })
  expect(spent).toBeLessThan(2_000)
})
