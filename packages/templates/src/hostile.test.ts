import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compare } from './compare.ts'
import { compute } from './compute.ts'
import { prefill, save, settle } from './document.ts'
import { mini, whole, withValue, worked } from './mini.fixture.ts'
import { OPERATORS } from './operators.ts'
import { isGrid } from './place.ts'
import { plain } from './plain.ts'
import { sentence } from './problem.ts'
import { type Document, type Json, TEMPLATE_LANGUAGES, type Template } from './template.ts'
import { templates } from './templates.ts'
import { validate } from './validate.ts'

/** More of them where one looks for what few find: HOSTILE_RUNS. */
const RUNS = Number(process.env.HOSTILE_RUNS ?? 200)

const sections = mini.sections.map(({ key }) => key)
const fields = mini.sections.flatMap((section) => section.fields.map(({ key }) => key))
const columns = ['vintage', 'be', 'pe', 'er', 'reason', 'parameter', 'value', 'fire', 'level', 'start', 'end', 'name']
const nasty = ['__proto__', 'constructor', 'toString', 'length', '0', '', 'x-own', 'valueOf']

/** Values that nearly fit: of the right form at a wrong place, with members of Object's own. */
const scalar = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    '',
    '5',
    '-0',
    '1e9',
    '2025-01-01',
    '2025-02-30',
    'SMALL',
    'CO2',
    'KE',
    'USD',
    7,
    -1.5,
    1e308,
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const key = fc.oneof(fc.constantFrom(...sections, ...fields, ...columns, ...nasty), fc.string({ maxLength: 6 }))
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    scalar,
    fc.array(tie('json'), { maxLength: 5 }),
    fc
      .array(fc.tuple(key, tie('json')), { maxLength: 5 })
      .map((pairs) =>
        JSON.parse(`{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`),
      ),
  ),
}))

const paths = mini.sections.flatMap((section) => section.fields.map((field) => `${section.key}.${field.key}`))
/** A whole document in which some values are anything. */
const broken = fc
  .array(fc.tuple(fc.constantFrom(...paths), json), { maxLength: 6 })
  .map((changes) => changes.reduce<Document>((document, [path, value]) => withValue(document, path, value), whole()))
const anything = fc.oneof(
  json,
  json.map((values) => ({ template: 'MINI', version: 1, values })),
  fc.tuple(json, broken).map(([own, document]) => ({ ...document, own })),
  broken,
)

const operand = fc.oneof(
  json,
  fc.constantFrom<Json>(
    'A.name',
    'B.yearly',
    'B.yearly.er',
    { field: 'A.name' },
    { row: 'er' },
    { number: '1' },
    { value: true },
  ),
)
const expression = fc
  .tuple(
    fc.constantFrom(...Object.keys(OPERATORS), '__proto__', 'toString'),
    fc.oneof(operand, fc.array(operand, { maxLength: 3 })),
  )
  .map(([operator, one]) => JSON.parse(`{${JSON.stringify(operator)}:${JSON.stringify(one)}}`))
const ownSection = fc.tuple(expression, expression, fc.constantFrom('x-a', 'x-b', 'A')).map(([one, two, key]) => ({
  key,
  number: 'X',
  title: { en: 'Own' },
  visibleIf: one,
  fields: [{ key: 'size', type: 'decimal', label: { en: 'Size' }, required: two, auto: { compute: one } }],
}))

const judge = () => ({ inputs: ['a'], agrees: false })

test('whatever is handed in, it is judged and never thrown at', () => {
  fc.assert(
    fc.property(anything, fc.boolean(), (document, final) => {
      const sources = { facts: { 'project.title': 'x' }, documents: { MINI: whole() } }
      for (const problem of validate(mini, document, { final, sources, calculation: judge }))
        for (const language of TEMPLATE_LANGUAGES) expect(sentence(problem, language)).not.toBe('')
    }),
    { numRuns: RUNS },
  )
})

test('sections of a project’s own are judged whatever they say', () => {
  fc.assert(
    fc.property(fc.array(ownSection, { minLength: 1, maxLength: 3 }), broken, (own, document) => {
      const given = { ...document, own, values: { ...document.values, 'x-a': { size: '1' } } } as unknown as Document
      for (const problem of validate(mini, given, { final: true, calculation: judge }))
        if (problem.code === 'own') expect(problem.params.reason?.length).toBeLessThanOrEqual(500)
      save(mini, given, 'A.name', 'Other')
      settle(mini, given)
    }),
    { numRuns: RUNS },
  )
})

test('the most that may be handed in is judged in a moment', () => {
  const most = (template: Template): Document => ({
    template: template.id,
    version: template.version,
    values: Object.fromEntries(
      template.sections.map((section) => [
        section.key,
        Object.fromEntries(
          section.fields
            .filter(isGrid)
            .map((field) => [
              field.key,
              Array.from({ length: 900 }, (_, n) =>
                Object.fromEntries(field.fields.slice(0, 4).map(({ key }) => [key, String(n)])),
              ),
            ]),
        ),
      ]),
    ),
  })
  for (const template of templates()) {
    const document = most(template)
    expect(worked(() => void validate(template, document, { final: true, sources: { facts: {} } }))).toBeLessThan(4_000)
  }
})

test('nothing that stands in a document reaches Object', () => {
  fc.assert(
    fc.property(anything, (document) => {
      validate(mini, document, { final: true })
      expect(Object.keys(Object.prototype)).toEqual([])
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    }),
  )
})

test('of any document, what is computed stays as it is when it is computed again', () => {
  fc.assert(
    fc.property(broken, (document) => {
      const once = compute(mini, document)
      expect(compute(mini, once)).toBe(once)
      const settled = settle(mini, document)
      expect(settle(mini, settled)).toEqual(settled)
    }),
    { numRuns: RUNS },
  )
})

test('any document can be shown, compared and begun from', () => {
  fc.assert(
    fc.property(broken, broken, (a, b) => {
      compare(mini, a, b)
      for (const language of TEMPLATE_LANGUAGES) plain(mini, a, language)
      prefill(mini, { facts: { 'project.country': 'KE' }, documents: { MINI: a } })
    }),
    { numRuns: RUNS },
  )
})

test('what was saved is of its form, and what was not changed nothing', () => {
  const tails = ['', '.0', '.1', '.0.be', '.fire', '.fire.level', '.__proto__', '.0.constructor']
  const path = fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...tails)).map(([start, end]) => start + end)
  fc.assert(
    fc.property(path, json, (at, value) => {
      const before = whole()
      const { document, saved, problems } = save(mini, before, at, value)
      expect(before).toEqual(whole())
      if (!saved) expect([document, problems.length > 0]).toEqual([before, true])
      const form = ['form', 'unknown', 'limit', 'geometry', 'template', 'size', 'own']
      expect(validate(mini, document, { final: true }).filter(({ code }) => form.includes(code))).toEqual([])
    }),
    { numRuns: RUNS },
  )
})

test.each(templates().map((one) => [one.id, one] as const))('%s judges anything', (_, template) => {
  const all = template.sections.flatMap((section) => section.fields.map((field) => `${section.key}.${field.key}`))
  const empty: Document = { template: template.id, version: template.version, values: {} }
  const changes = fc.array(fc.tuple(fc.constantFrom(...all), json), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(changes, (list) => {
      const document = list.reduce<Document>((one, [path, value]) => withValue(one, path, value), empty)
      validate(template, document, { final: true, sources: { facts: {}, documents: {} }, calculation: judge })
      plain(template, compute(template, document), 'ar')
    }),
    { numRuns: RUNS / 4 },
  )
})
