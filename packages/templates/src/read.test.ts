import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compute } from './compute.ts'
import { miniData, words } from './mini.fixture.ts'
import { OPERATORS } from './operators.ts'
import { sentence } from './problem.ts'
import { readTemplate, TemplateError } from './read.ts'
import { fromFolder, sourceFaults, template, templates } from './templates.ts'
import { TYPES } from './types.ts'
import { validate } from './validate.ts'

/** What is said of the small template after something in it was changed. */
function faults(change: (data: ReturnType<typeof miniData>) => void): string {
  const data = miniData()
  change(data)
  try {
    readTemplate(data)
    return ''
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return error.message
  }
}

const fieldsOf = (data: ReturnType<typeof miniData>, section: number) =>
  data.sections[section]?.fields as Record<string, unknown>[]
const add = (field: object) => (data: ReturnType<typeof miniData>) => {
  fieldsOf(data, 1).push({ key: 'extra', label: words('extra'), ...field })
}
const computed = (compute: object, type = 'decimal') => add({ type, auto: { compute } })
const check = (parts: object) => (data: ReturnType<typeof miniData>) => {
  data.checks.push({ key: 'extra', at: 'B.total', must: { value: true }, message: words('x'), ...parts })
}

test('the small template is sound', () => {
  expect(faults(() => {})).toBe('')
})

test.each([
  ['a language is missing', add({ type: 'text', label: { en: 'a', fr: 'b', es: 'c' } }), 'label.ar'],
  ['a word that no field has', add({ type: 'text', requird: true }), 'requird'],
  ['an unknown type', add({ type: 'string' }), 'sections.B.fields.extra.type'],
  [
    'an unknown fact',
    add({ type: 'text', auto: { fact: 'project.titel' } }),
    'sections.B.fields.extra.auto.fact: the registry knows document.number',
  ],
  [
    'another form of place',
    add({ type: 'text', from: { document: 'PDD' } }),
    'extra.from.document: takes a place such as',
  ],
  ['no form of auto', add({ type: 'text', auto: { field: 'A.name' } }), 'extra.auto: takes one of { "fact": … }'],
  [
    'neither true nor a condition',
    add({ type: 'text', required: 'yes' }),
    'extra.required: Invalid input: expected boolean',
  ],
  ['two fields of one key', add({ type: 'text', key: 'total' }), 'B: the key "total" comes twice'],
  ['a key of another form', add({ type: 'text', key: '__proto__' }), 'sections.B.fields.6.key'],
  [
    'a table in a table',
    add({ type: 'table', fields: [{ key: 'x', type: 'table', label: words('x'), fields: [] }] }),
    'fields.extra.fields.x.type',
  ],
  [
    'an unknown group',
    (data: ReturnType<typeof miniData>) => fieldsOf(data, 1).push({ use: 'nothing' }),
    'there is no group "nothing" in common.json; there are header',
  ],
  ['no choices', add({ type: 'enum' }), 'B.extra: needs either options or optionsOf'],
  [
    'an unknown list',
    add({ type: 'enum', optionsOf: 'colours' }),
    'there is no list "colours"; there are countries, currencies, scopes',
  ],
  ['a bad pattern', add({ type: 'text', pattern: '(' }), 'is not a regular expression'],
  [
    'bounds the wrong way round',
    add({ type: 'decimal', min: '9', max: '10.5', required: true, places: 2, unit: 'x' }),
    '',
  ],
  ['bounds the wrong way', add({ type: 'decimal', min: '11', max: '10.5' }), 'B.extra: min is more than max'],
  [
    'auto and from at once',
    add({ type: 'text', auto: { fact: 'project.title' }, from: { fact: 'project.title' } }),
    'both auto and from',
  ],
  ['an unknown operator', computed({ plus: [] }), 'there is no operator "plus"; there are field, row'],
  ['two operators', computed({ sum: 'B.yearly.er', count: 'B.yearly' }), 'exactly one operator'],
  ['a number without quotes', computed({ add: [{ number: 1 }] }), 'takes a decimal in quotes'],
  ['an unknown fact', computed({ fact: 'project.colour' }, 'text'), 'the registry knows document.number'],
  [
    'a path to no section',
    computed({ sum: 'Z.yearly.er' }),
    'B.extra auto: there is no section "Z"; there are A, B, C',
  ],
  ['a path to no field', computed({ sum: 'B.years.er' }), 'section B has no field "years"; it has calculation'],
  ['a path to no column', computed({ sum: 'B.yearly.le' }), 'B.yearly has no column "le"; it has vintage, be'],
  ['a sum of texts', computed({ sum: 'B.parameters.value' }), 'B.parameters.value is a text, not a number'],
  ['a column as one value', computed({ field: 'B.yearly.er' }), 'is a whole column'],
  ['a row outside of any', computed({ row: 'er' }), '{"row": "er"} stands outside of any row'],
  ['a date in a number', computed({ add: [{ field: 'A.start' }] }), 'is a date, not a number'],
  ['a number in a text field', computed({ sum: 'B.yearly.er' }, 'text'), 'is a number, not a text'],
  ['a computed file', computed({ field: 'A.papers' }, 'files'), 'a files cannot be computed'],
  ['a condition that is a number', add({ type: 'text', visibleIf: { sum: 'B.yearly.er' } }), 'is a number, not a bool'],
  [
    'a choice that is none',
    add({ type: 'text', required: { eq: [{ field: 'A.scale' }, { value: 'HUGE' }] } }),
    '"scale" has no choice "HUGE"',
  ],
  [
    'a list with a choice that is none',
    add({ type: 'text', required: { has: [{ field: 'A.gases' }, { value: 'H2O' }] } }),
    '"gases" has no choice "H2O"',
  ],
  [
    'things that cannot be compared',
    add({ type: 'text', required: { eq: [{ field: 'A.start' }, { field: 'B.total' }] } }),
    '{"field":"B.total"} is a number, not a date',
  ],
  [
    'an order of truths',
    add({ type: 'text', required: { lt: [{ field: 'A.sampled' }, { value: true }] } }),
    'is a bool, not a number or date',
  ],
  [
    'a part that is none',
    computed({ field: 'A.crediting.middle' }, 'date'),
    '"crediting" has no part "middle"; it has start, end',
  ],
  ['a check at no place', check({ at: 'B.yearly.er.x' }), 'check extra: at: "er" has no part "x"'],
  ['a check of each row of no table', check({ each: 'B.total', at: 'er' }), 'each: B.total is not a table'],
  ['a message with a place that is not shown', check({ message: words('{what}') }), 'nothing is shown for {what}'],
  [
    'a value that one language does not show',
    check({ shows: { what: { field: 'B.total' } }, message: { ...words('{what}'), ar: 'x' } }),
    'message in ar does not show {what}',
  ],
  [
    'a slot that is none',
    (data: ReturnType<typeof miniData>) =>
      data.signatures.push({
        key: 'b',
        title: words('b'),
        capacity: 'certifier',
        level: 'AES',
        order: 1,
        otherPerson: ['c'],
      }),
    'signature b: there is no other slot "c"',
  ],
  [
    'covers of no calculation',
    check({ must: { covers: { calculation: 'B.total', by: ['B.parameters.parameter'] } } }),
    'covers: B.total is not a calc field',
  ],
])('%s is named', (_, change, said) => {
  if (said === '') expect(faults(change as never)).toBe('')
  else expect(faults(change as never)).toContain(said)
})

test('values that are computed from one another in a circle are named', () => {
  const said = faults((data) => {
    fieldsOf(data, 1).push(
      { key: 'one', type: 'decimal', label: words('one'), auto: { compute: { add: [{ field: 'B.two' }] } } },
      { key: 'two', type: 'decimal', label: words('two'), auto: { compute: { add: [{ field: 'B.one' }] } } },
    )
  })
  expect(said).toContain('in a circle: B.one → B.two → B.one')
})

test.each([null, 1, 'text', [], {}, { id: 7 }, { id: 'X', sections: [{}] }])(
  '%j is no template and is told so',
  (json) => {
    expect(() => readTemplate(json)).toThrow(TemplateError)
  },
)

test('every data file of the registry is a template, and is filled in from what exists', () => {
  expect(templates().map(({ id }) => id)).toContain('PDD')
  expect(template('PDD')?.version).toBe(1)
  expect(template('PDD', 2)).toBeUndefined()
  expect(template('NOTHING')).toBeUndefined()
})

test('a folder with a file that takes from nowhere, or of an id that is taken, is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'))
  const write = (name: string, change: (data: ReturnType<typeof miniData>) => void) => {
    const data = miniData()
    change(data)
    writeFileSync(join(folder, name), JSON.stringify(data))
  }
  try {
    write('a.json', add({ type: 'text', from: { document: 'OTHER:A.name' } }))
    expect(() => fromFolder(folder)).toThrow('MINI B.extra: there is no template "OTHER"; there are MINI')
    write('a.json', add({ type: 'text', from: { document: 'MINI:A.start' } }))
    expect(() => fromFolder(folder)).toThrow('MINI:A.start is a date, the field a text')
    write('a.json', add({ type: 'date', from: { fact: 'project.title' } }))
    expect(() => fromFolder(folder)).toThrow('the fact project.title is a text, the field a date')
    write('a.json', () => {})
    write('b.json', () => {})
    expect(() => fromFolder(folder)).toThrow('b.json: there is another MINI of version 1')
    write('b.json', (data) => Object.assign(data, { version: 2 }))
    expect(fromFolder(folder).map(({ id, version }) => `${id} ${version}`)).toEqual(['MINI 1', 'MINI 2'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const page = readFileSync(join(import.meta.dirname, '../../../docs/templates.md'), 'utf8')

test('the template of docs/templates.md is one, and its document is of it', () => {
  const example = /It is a whole template\.\n\n(.*?)\n\n2\. /s.exec(page)?.[1] ?? ''
  const one = readTemplate(JSON.parse(example))
  expect(sourceFaults(one, templates())).toEqual([])
  const written = /Leave out what the registry fills in\.\n\n(.*?)\n\n4\. /s.exec(page)?.[1] ?? ''
  const document = compute(one, JSON.parse(written))
  expect(document.values.A?.hours).toBe('62.5')
  const [problem, ...others] = validate(one, document, { final: true })
  expect(others).toEqual([])
  expect(page).toContain(`\`${problem?.path}: ${problem && sentence(problem, 'en')}\``)
  expect(problem && sentence(problem, 'fr')).toBe('50 heures dépassent la durée de la visite.')
})

test('every operator and type can be found by who reads that page', () => {
  for (const name of Object.keys(OPERATORS)) expect(page).toMatch(new RegExp(`[\`"]${name}[\`"]`))
  for (const type of Object.keys(TYPES)) expect(page).toContain(`\`${type}\``)
})
