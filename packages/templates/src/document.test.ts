import { describe, expect, test } from 'vitest'
import { compute } from './compute.ts'
import { blank, isPlace, prefill, save, settle } from './document.ts'
import { mini, miniData, whole, withValue, words } from './mini.fixture.ts'
import { formOf } from './own.ts'
import { sentence } from './problem.ts'
import { readTemplate } from './read.ts'
import { type Document, LIMITS, type Section } from './template.ts'
import { validate } from './validate.ts'
import { inShort } from './values.ts'

describe('computed values', () => {
  test('are exact, and there is none where something is missing', () => {
    const rows = [
      { vintage: '2025', be: '0.1', pe: '0.3' },
      { vintage: '2026', be: '99999999999999999999.00000000000000000001', pe: '0' },
      { vintage: '2027', be: '5' },
    ]
    const { values } = compute(mini, withValue(whole(), 'B.yearly', rows))
    expect(values.B?.yearly).toMatchObject([
      { er: '-0.2' },
      { er: '99999999999999999999.00000000000000000001' },
      rows[2],
    ])
    expect(values.B?.total).toBe('99999999999999999998.80000000000000000001')
    expect(values.B?.average).toBe('33333333333333333332.933')
  })

  test('go away with what they were computed from', () => {
    expect(compute(mini, withValue(whole(), 'B.yearly', undefined)).values.B).toMatchObject({ total: '0' })
    expect(compute(mini, withValue(whole(), 'B.yearly', undefined)).values.B).not.toHaveProperty('average')
  })

  test('stay away where they would have more digits than a document holds', () => {
    const rows = [{ vintage: '2025', be: '9'.repeat(30), pe: `-${'9'.repeat(30)}` }]
    expect(compute(mini, withValue(whole(), 'B.yearly', rows)).values.B?.yearly).toEqual(rows)
  })

  test('that count what is computed come after it', () => {
    const data = miniData()
    const counted = { key: 'counted', type: 'int', label: words('c'), auto: { compute: { count: 'B.yearly.er' } } }
    const fields = data.sections[0]?.fields as object[]
    fields.push(counted)
    const rows = [{ vintage: '2025', be: '2', pe: '1' }]
    expect(compute(readTemplate(data), withValue(whole(), 'B.yearly', rows)).values.A?.counted).toBe('1')
  })

  test('leave a document that is right as it is', () => {
    const document = whole()
    expect(compute(mini, document)).toBe(document)
  })
})

describe('a new document', () => {
  const other = readTemplate({
    ...miniData(),
    id: 'NEXT',
    checks: [],
    sections: [
      {
        key: 'A',
        number: 'A',
        title: words('A'),
        fields: [
          {
            key: 'rows',
            type: 'table',
            label: words('rows'),
            from: { document: 'MINI:B.yearly' },
            rowKey: ['vintage'],
            fields: [
              { key: 'vintage', type: 'int', label: words('v') },
              { key: 'be', type: 'text', label: words('be') },
            ],
          },
          { key: 'start', type: 'date', label: words('start'), auto: { document: 'MINI:A.crediting.start' } },
          { key: 'title', type: 'text', label: words('title'), from: { fact: 'project.title' } },
          {
            key: 'late',
            type: 'bool',
            label: words('late'),
            auto: { compute: { gt: [{ fact: 'document.date' }, { field: 'A.start' }] } },
          },
        ],
      },
    ],
  })

  test('is filled in from the last document and from what the registry knows', () => {
    const facts = { 'project.title': 'Selu', 'document.date': '2026-01-01' }
    const { values } = prefill(other, { facts, documents: { MINI: whole() } })
    expect(values.A).toEqual({
      rows: [
        { vintage: '2025', be: '10.5' },
        { vintage: '2026', be: '11' },
      ],
      start: '2025-01-01',
      title: 'Selu',
      late: true,
    })
  })

  test('takes nothing of another form', () => {
    const broken = withValue(
      withValue(whole(), 'B.yearly', [{ vintage: 'x', be: ['y'] }, 'row', { be: 'z' }]),
      'A.crediting',
      'long',
    )
    const facts = { 'project.title': 'two\nlines', 'document.date': 7 }
    expect(prefill(other, { facts, documents: { MINI: broken } }).values).toEqual({ A: { rows: [{ be: 'z' }] } })
    expect(prefill(other, {}).values).toEqual({})
  })

  test('keeps what people changed and follows what the registry knows', () => {
    const first = prefill(other, { facts: { 'project.title': 'Selu' }, documents: { MINI: whole() } })
    const changed = save(other, first, 'A.title', 'Selu II').document
    const later = withValue(whole(), 'A.crediting.start', '2024-01-01')
    const next = compute(other, changed, { facts: { 'project.title': 'Other' }, documents: { MINI: later } })
    expect(next.values.A).toMatchObject({ title: 'Selu II', start: '2024-01-01' })
    expect(compute(other, next).values.A?.start).toBe('2024-01-01')
    expect(compute(other, next, { documents: {} }).values.A).not.toHaveProperty('start')
  })
})

describe('saving one value', () => {
  const start = whole()
  const saved = (path: string, json: unknown, document = start) => save(mini, document, path, json as never)

  test.each<[string, unknown, string, unknown]>([
    ['A.name', 'Other', 'A.name', 'Other'],
    ['A.name', 'x', 'A.name', 'x'],
    ['A.name', '', 'A.name', undefined],
    ['A.name', null, 'A.name', undefined],
    ['B.yearly.1.be', '20', 'B.total', '30'],
    ['B.yearly.2', { vintage: '2027', be: '1', pe: '0' }, 'B.total', '22'],
    ['B.yearly.2.vintage', '2027', 'B.yearly.2', { vintage: '2027' }],
    ['B.yearly.0', null, 'B.yearly', [{ vintage: '2026', be: '11', pe: '0', er: '11' }]],
    ['B.risks.fire.level', '9', 'B.risks.fire', { level: '9' }],
    ['B.risks.fire', null, 'B.risks', { flood: { level: '0', remark: 'dry land' } }],
    ['C.size', '5', 'C.size', '5'],
  ])('%s = %j', (path, json, at, expected) => {
    const result = saved(path, json)
    expect(result.saved).toBe(true)
    expect(
      at.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], result.document.values),
    ).toEqual(expected)
    expect(start).toEqual(whole())
  })

  test.each<[string, unknown, string]>([
    ['A.name', 5, 'form'],
    ['A.name', ['x'], 'form'],
    ['A.title', 'Mine', 'auto'],
    ['B.total', '1', 'auto'],
    ['B.yearly.0.er', '1', 'auto'],
    ['A.colour', 'red', 'unknown'],
    ['Z.name', 'x', 'unknown'],
    ['A', {}, 'unknown'],
    ['A.name.0', 'x', 'unknown'],
    ['B.yearly.3', { vintage: '2030' }, 'unknown'],
    ['B.yearly.-1', { vintage: '2030' }, 'unknown'],
    ['B.yearly.0.le', '1', 'unknown'],
    ['B.yearly.0', { le: '1' }, 'unknown'],
    ['B.yearly.0', 'row', 'form'],
    ['B.yearly.0.be.x', '1', 'unknown'],
    ['B.risks.storm', { level: '1' }, 'unknown'],
    ['A.__proto__', 'x', 'unknown'],
    ['__proto__.polluted', 'x', 'unknown'],
    ['A.note', 'x'.repeat(LIMITS.longtext + 1), 'limit'],
    ['A.papers', Array.from({ length: LIMITS.nodes + 1 }, () => 1), 'size'],
  ])('%s = %j cannot be kept', (path, json, code) => {
    const result = saved(path, json)
    expect(result.problems[0]?.code).toBe(code)
    expect(result).toMatchObject({ saved: false, document: start })
  })

  test('says what stands where the registry fills in', () => {
    const told = (path: string) => saved(path, 'x').problems.map((one) => sentence(one, 'en'))
    const title = (start: Document, sources = {}) => save(mini, start, 'A.title', 'x', sources).problems[0]?.params
    expect(title(whole())).toEqual({ expected: '—' })
    expect(title(withValue(whole(), 'A.title', 'Selu'))).toEqual({ expected: 'Selu' })
    expect(title(whole(), { facts: { 'project.title': 'Selu II' } })).toEqual({ expected: 'Selu II' })
    expect(told('B.total')).toEqual(['The registry fills this in; it would be 21.'])
    expect(told('B.yearly.0.er')).toEqual(['The registry fills this in; it would be 10.'])
    expect(told('B.yearly.2.er')).toEqual(['The registry fills this in; it would be —.'])
    const short = [{ start: '2026-01-01', end: '2026-12-31' }, { amount: '9.50', currency: 'USD' }, { name: 'Ada' }]
    expect(short.map(inShort)).toEqual(['2026-01-01 – 2026-12-31', '9.50 USD', 'Ada'])
  })

  test('says what is wrong with this value, and nothing of others', () => {
    expect(saved('A.name', 'x', withValue(whole(), 'A.scale', undefined)).problems.map(({ code }) => code)).toEqual([
      'too-short',
      'pattern',
    ])
    expect(saved('B.yearly.0', { vintage: '1', be: '1' }).problems).toMatchObject([
      { path: 'B.yearly.0.vintage', code: 'too-small' },
    ])
  })
})

test('a place is a field, a row or a cell that may be there', () => {
  for (const path of ['A.name', 'B.yearly', 'B.yearly.7', 'B.yearly.7.be', 'B.risks.fire', 'B.risks.fire.level'])
    expect(isPlace(mini, path), path).toBe(true)
  for (const path of [
    '',
    'A',
    'A.none',
    'A.name.0',
    'B.yearly.x',
    'B.yearly.-1',
    'B.yearly.1.none',
    'B.risks.0',
    '__proto__.x',
  ])
    expect(isPlace(mini, path), path).toBe(false)
})

describe('settling a document that is handed in', () => {
  test('takes away what is not asked for, and what that made necessary', () => {
    const draft = [
      ['A.sampled', true],
      ['A.plan', 'ten houses'],
      ['C.size', '10'],
      ['B.yearly.0.reason', 'none'],
    ].reduce((document, [path, json]) => withValue(document, String(path), json), whole())
    const changed = save(mini, draft, 'A.sampled', false).document
    const settled = settle(mini, changed)
    expect(settled.values).toEqual({ ...whole().values, C: {} })
    expect(validate(mini, settled, { final: true }).map(({ path }) => path)).toEqual([])
  })

  test('what is computed is there only where it is asked for', () => {
    const data = miniData()
    const fields = data.sections[2]?.fields as object[]
    fields.push({
      key: 'double',
      type: 'int',
      label: words('d'),
      auto: { compute: { mul: [{ field: 'C.size' }, { number: '2' }] } },
    })
    const other = readTemplate(data)
    const sampled = compute(other, withValue(withValue(whole(), 'A.sampled', true), 'C.size', '4'))
    expect(sampled.values.C).toEqual({ size: '4', double: '8' })
    expect(settle(other, withValue(sampled, 'A.sampled', false)).values.C).toEqual({})
  })

  test('takes away what is hidden though nothing stands there', () => {
    expect(settle(mini, withValue(whole(), 'A.plan', null)).values.A).not.toHaveProperty('plan')
    expect(settle(mini, withValue(whole(), 'B.yearly.0.reason', ' ')).values).toEqual(whole().values)
  })

  test('changes nothing where there is nothing to take away', () => {
    const document = whole()
    expect(settle(mini, document)).toBe(document)
  })
})

describe('sections of a project’s own', () => {
  const section = (more: object = {}) =>
    ({
      key: 'x-birds',
      number: 'X.1',
      title: { en: 'Birds' },
      fields: [
        { key: 'count', type: 'int', label: { en: 'Birds counted' }, required: true },
        {
          key: 'share',
          type: 'decimal',
          label: { en: 'Share' },
          auto: { compute: { div: [{ field: 'x-birds.count' }, { number: '4' }] } },
        },
      ],
      ...more,
    }) as unknown as Section
  const withOwn = (own: unknown, values: Document['values'] = {}): Document => ({
    ...whole(),
    own: own as Section[],
    values: { ...whole().values, ...values },
  })

  test('are checked, computed and saved as the core is', () => {
    const document = withOwn([section()])
    expect(validate(mini, document, { final: true }).map(({ code, path }) => `${code} ${path}`)).toEqual([
      'required x-birds.count',
    ])
    const saved = save(mini, document, 'x-birds.count', '10')
    expect(saved.document.values['x-birds']).toEqual({ count: '10', share: '2.5' })
    expect(validate(mini, saved.document, { final: true })).toEqual([])
  })

  test.each<[string, unknown, string]>([
    ['stand under x-', [section({ key: 'birds' })], 'begins with x-'],
    ['do not take the number of another', [section({ number: 'B' })], 'the number B is taken'],
    ['come once', [section(), section({ number: 'X.2' })], 'a section comes twice'],
    [
      'bring no pattern',
      [section({ fields: [{ key: 'a', type: 'text', label: { en: 'a' }, pattern: '(a+)+$' }] })],
      'a pattern is for the core only',
    ],
    [
      'are filled in by people',
      [section({ fields: [{ key: 'a', type: 'text', label: { en: 'a' }, from: { fact: 'project.title' } }] })],
      'only the core is filled in',
    ],
    ['speak a language', [section({ title: {} })], 'has no language'],
    ['use paths that exist', [section({ visibleIf: { filled: { field: 'A.nothing' } } })], 'section A has no field'],
    ['are a list', { 0: section() }, 'own is a list'],
    [
      'are few',
      Array.from({ length: LIMITS.ownSections + 1 }, (_, n) => section({ key: `x-${n}`, number: `X.${n}` })),
      'sections at most',
    ],
  ])('%s', (_, own, said) => {
    const [problem] = validate(mini, withOwn(own), { final: false })
    expect(problem?.code).toBe('own')
    expect(problem?.params.reason).toContain(said)
    expect(formOf(mini, own)).toContain(said)
  })

  test('cannot reach the core', () => {
    const grown = withOwn([{ ...mini.sections[0], title: { en: 'Mine' } }])
    expect(validate(mini, grown, { final: false })[0]?.code).toBe('own')
    expect(save(mini, grown, 'A.name', 'Other')).toMatchObject({ saved: false })
  })
})

test('a blank document has its template and nothing else', () => {
  expect(blank(mini)).toEqual({ template: 'MINI', version: 1, values: {} })
})
