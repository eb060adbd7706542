import { describe, expect, test } from 'vitest'
import { compute } from './compute.ts'
import type { JudgeCalculation } from './evaluate.ts'
import { calculation, mini, whole, withValue, words } from './mini.fixture.ts'
import { sentence } from './problem.ts'
import { type Document, LIMITS, TEMPLATE_LANGUAGES } from './template.ts'
import { type Judging, validate } from './validate.ts'

const judge: JudgeCalculation = ({ method, result }) =>
  method === 'ACM0002' ? { inputs: ['eg', 'EF'], agrees: JSON.stringify(result).includes('"21"') } : undefined
const final: Judging = { final: true, calculation: judge }

const said = (document: unknown, judging: Judging = final) =>
  validate(mini, document, judging).map(({ code, path, check }) => `${check ?? code} ${path}`.trim())

test('a whole document has no problem', () => {
  expect(said(whole())).toEqual([])
})

test('a draft may be incomplete, a final document may not', () => {
  const empty: Document = { template: 'MINI', version: 1, values: {} }
  expect(said(empty, { final: false })).toEqual([])
  const computed = compute(mini, empty)
  expect(computed.values).toEqual({ B: { total: '0' } })
  expect(said(computed).sort()).toEqual([
    'positive B.total',
    'required A.name',
    'required A.sampled',
    'required A.scale',
    'required B.yearly',
  ])
})

describe('one value that is wrong', () => {
  test.each<[string, unknown, string[]]>([
    ['A.name', 5, ['form A.name']],
    ['A.name', 'two\nlines', ['form A.name']],
    ['A.name', 'left \u202eright', ['form A.name']],
    ['A.name', 'Se', ['too-short A.name']],
    ['A.name', `S${'e'.repeat(20)}`, ['too-long A.name']],
    ['A.name', '😀😀😀', ['pattern A.name']],
    ['A.name', 'S'.repeat(LIMITS.text + 1), ['limit A.name']],
    ['A.name', '   ', ['required A.name']],
    ['A.name', null, ['required A.name']],
    ['A.story', 'four', ['too-short A.story']],
    ['A.story', 'bell \u0007 rings', ['form A.story']],
    ['A.story', { html: '<b>' }, ['form A.story']],
    ['A.scale', 'HUGE', ['option A.scale']],
    ['A.scale', 'SMALL', ['required A.why']],
    ['A.gases', 'CO2', ['form A.gases']],
    ['A.gases', ['CO2', 'CO2'], ['repeated A.gases']],
    ['A.gases', ['H2O'], ['option A.gases']],
    ['A.gases', ['CO2', 'CH4', 'N2O', 'SF6'], ['too-many A.gases']],
    ['A.country', 'QQ1', ['option A.country']],
    ['A.country', 'constructor', ['option A.country']],
    ['A.start', '2025-02-29', ['form A.start']],
    ['A.start', '2025-1-1', ['form A.start']],
    ['A.start', 20250101, ['form A.start']],
    ['A.crediting', { start: '2027-01-01', end: '2026-12-31' }, ['period-order A.crediting']],
    ['A.crediting', { start: '2025-01-01' }, ['form A.crediting']],
    ['A.crediting', { start: '2025-01-01', end: '2026-12-31', more: 1 }, ['form A.crediting']],
    ['A.sampled', 'yes', ['form A.sampled']],
    ['A.owner', { name: ' ' }, ['form A.owner']],
    ['A.owner', { name: 'A', country: 'Kenya' }, ['form A.owner']],
    ['A.owner', { name: 'A', admin: 'true' }, ['form A.owner']],
    ['A.contact', { name: 'Ada', email: 'ada' }, ['form A.contact']],
    ['A.contact', { name: 'Ada', email: 'ada@x.example\r\nbcc: b@x' }, ['form A.contact']],
    ['A.place', { type: 'Point', coordinates: [181, 0] }, ['geometry A.place']],
    ['A.place', { type: 'Point', coordinates: ['1', '2'] }, ['geometry A.place']],
    [
      'A.place',
      {
        type: 'LineString',
        coordinates: [
          [0, 0],
          [1, 1],
        ],
      },
      ['geometry A.place'],
    ],
    [
      'A.place',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 1],
            [2, 0],
            [0, 1],
          ],
        ],
      },
      ['geometry A.place'],
    ],
    ['A.place', { type: 'Point', coordinates: [0, 0], extra: 1 }, ['geometry A.place']],
    ['A.letter', { title: 'no id' }, ['form A.letter']],
    ['A.papers', [{ name: '../map.pdf', sha256: 'a'.repeat(64) }], ['form A.papers.0']],
    ['A.papers', [{ name: 'map.pdf', sha256: 'A'.repeat(64) }], ['form A.papers.0']],
    ['A.papers', [{ name: 'map.pdf', sha256: 'a'.repeat(64), url: 'http://x' }], ['form A.papers.0']],
    ['A.papers', [1, 2, 3].map((n) => ({ name: `${n}.pdf`, sha256: 'a'.repeat(64) })), ['too-many A.papers']],
    ['A.cost', { amount: 12, currency: 'USD' }, ['form A.cost']],
    ['A.cost', { amount: '12.00', currency: 'XYZ' }, ['form A.cost']],
    ['A.cost', { amount: '-1', currency: 'USD' }, ['too-small A.cost']],
    ['A.share', '12.555', ['places A.share']],
    ['A.share', '100.01', ['too-great A.share']],
    ['A.share', '1e2', ['form A.share']],
    ['A.share', '01', ['form A.share']],
    ['A.share', 12.5, ['form A.share']],
    ['A.colour', 'red', ['unknown A.colour']],
    ['A.plan', 'not asked for', ['hidden A.plan']],
    ['C.size', '5', ['hidden C.size']],
    ['B.yearly', [], ['required B.yearly', 'auto B.total', 'auto B.average']],
    ['B.yearly', { 0: {} }, ['form B.yearly']],
    ['B.yearly.0', 'row', ['form B.yearly.0']],
    ['B.yearly.0.vintage', '2026', ['repeated B.yearly.1.vintage']],
    ['B.yearly.0.vintage', '2024', ['in-crediting B.yearly.0.vintage']],
    ['B.yearly.0.vintage', '2025.5', ['form B.yearly.0.vintage']],
    ['B.yearly.0.le', '1', ['unknown B.yearly.0.le']],
    ['B.yearly.0.er', '11', ['auto B.yearly.0.er']],
    ['B.total', '22', ['auto B.total']],
    ['B.total', '21.00', []],
    ['B.risks', [], []],
    ['B.risks.storm', { level: '1' }, ['unknown B.risks.storm']],
    ['B.risks.fire.level', '10', ['too-great B.risks.fire.level']],
    ['B.risks.fire.level', undefined, ['required B.risks.fire.level']],
    ['B.parameters.1.parameter', 'other', ['covered B.calculation']],
    ['B.calculation', { method: 'X', version: '1', inputs: {} }, ['form B.calculation']],
    ['B.calculation.method', 'OTHER', ['calculation-unknown B.calculation']],
    ['B.calculation', calculation('22'), ['calculation-differs B.calculation']],
    ['Z', {}, ['unknown Z']],
    ['A', 'text', ['form A', 'required A.name', 'required A.scale', 'required A.sampled']],
  ])('%s = %j', (path, json, expected) => {
    const problems = said(withValue(whole(), path, json))
    for (const one of expected) expect(problems).toContain(one)
    if (expected.length === 0) expect(problems).toEqual([])
  })
})

test('a row asks for what its own cells make necessary', () => {
  const negative = compute(mini, withValue(whole(), 'B.yearly.0.pe', '30.5'))
  expect(said(negative)).toContain('required B.yearly.0.reason')
  expect(said(withValue(whole(), 'B.yearly.0.reason', 'because'))).toEqual(['hidden B.yearly.0.reason'])
})

test('what the registry knows is compared only where it is given', () => {
  const titled = withValue(whole(), 'A.title', 'Mine')
  expect(said(titled)).toEqual([])
  const sources = { facts: { 'project.title': 'Yours' } }
  const [problem] = validate(mini, titled, { ...final, sources })
  expect(problem).toMatchObject({ code: 'auto', path: 'A.title', params: { expected: 'Yours' } })
  expect(said(titled, { ...final, sources: { facts: {} } })).toEqual(['auto A.title'])
})

test('a check says in each language what is wrong, and a warning says so', () => {
  const [outside] = validate(mini, withValue(whole(), 'B.yearly.0.vintage', '2024'), final)
  for (const language of TEMPLATE_LANGUAGES) expect(outside && sentence(outside, language)).toBe('2024 lies outside')
  const nothing = withValue(whole(), 'B.yearly', [{ vintage: '2025', be: '1', pe: '1' }])
  const none = validate(mini, compute(mini, nothing), final)
  expect(none.find(({ check }) => check === 'positive')?.severity).toBe('warning')
  const [uncovered] = validate(mini, withValue(whole(), 'B.parameters', [{ parameter: 'eg' }]), final)
  expect(uncovered && sentence(uncovered, 'fr')).toBe('missing: EF')
})

test('every problem is a sentence without holes in each language', () => {
  const broken = ['A.name', 'A.scale', 'A.gases', 'A.start', 'A.place', 'B.yearly', 'B.total'].reduce(
    (document, path) => withValue(document, path, path === 'B.yearly' ? [1, 2, 3, 4, 5, 6] : ['?']),
    whole(),
  )
  const problems = validate(mini, broken, final)
  expect(problems.length).toBeGreaterThan(8)
  for (const problem of problems) {
    for (const language of TEMPLATE_LANGUAGES) {
      expect(sentence(problem, language)).not.toMatch(/[{}]|undefined/)
      expect(sentence(problem, language).length).toBeGreaterThan(5)
    }
  }
})

test('a document of another template, or of another version of it, is told so', () => {
  expect(said({ ...whole(), version: 2 })).toEqual(['template'])
  expect(said({ ...whole(), version: '1' })).toEqual(['template'])
  expect(said({ ...whole(), template: 'PDD' })).toEqual(['template'])
  expect(said({ ...whole(), extra: 1 })).toEqual(['form'])
})

test('problems are counted where there are more than can be read', () => {
  const rows = Array.from({ length: 1_500 }, () => 'row')
  const problems = validate(mini, withValue(whole(), 'B.yearly', rows), final)
  expect(problems).toHaveLength(LIMITS.problems + 1)
  expect(problems.at(-1)).toMatchObject({ code: 'more' })
  expect(Number(problems.at(-1)?.params.count)).toBeGreaterThan(999)
})

test('what is beyond every bound is refused at once', () => {
  let deep: unknown = 'x'
  for (let level = 0; level < 100_000; level += 1) deep = [deep]
  for (const json of [
    deep,
    { ...whole(), values: { A: { name: deep } } },
    withValue(
      whole(),
      'B.yearly',
      Array.from({ length: LIMITS.nodes }, () => 0),
    ),
    withValue(whole(), 'A.note', 'x'.repeat(LIMITS.bytes + 1)),
  ])
    expect(said(json)).toEqual(['size'])
  expect(
    said(
      withValue(
        whole(),
        'B.parameters',
        Array.from({ length: LIMITS.rows + 1 }, () => ({})),
      ),
    ),
  ).toContain('limit B.parameters')
  const ring = Array.from({ length: LIMITS.positions }, (_, n) => [n / 1000, 0])
  expect(said(withValue(whole(), 'A.place', { type: 'Polygon', coordinates: [[...ring, [0, 0]]] }))).toEqual([
    'limit A.place',
  ])
})

test('text that is no Unicode is refused: it could not be hashed', () => {
  expect(said(withValue(whole(), 'A.note', 'half \ud800'))).toEqual(['size'])
  expect(said(withValue(whole(), 'B.calculation.inputs', { '\udc00': '1' }))).toEqual(['size'])
})

test('a key of Object is no field', () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const hostile = JSON.parse(`{"template":"MINI","version":1,"values":{"${key}":{"x":"y"},"A":{"${key}":"y"}}}`)
    const problems = said(hostile)
    expect(problems).toContain(`unknown ${key}`)
    expect(problems).toContain(`unknown A.${key}`)
  }
  expect(({} as Record<string, unknown>).x).toBeUndefined()
})

test('own words of the engine are there for what it may say', () => {
  const problem = { path: '', code: 'form', params: { type: '__proto__' }, severity: 'error' } as const
  expect(sentence(problem, 'en')).toBe('This has not the form that is asked for.')
  expect(sentence({ ...problem, code: 'check', message: words('{a}{b}'), params: { a: '{b}' } }, 'en')).toBe('{b}{b}')
})
