import { describe, expect, test } from 'vitest'
import { mini, miniData, whole, withValue, worked } from './mini.fixture.ts'
import { choiceName, isOption } from './options.ts'
import { type Plain, plain } from './plain.ts'
import { readTemplate } from './read.ts'
import { blocksOf } from './rich.ts'
import { numberText } from './speech.ts'
import { type Document, type Json, TEMPLATE_LANGUAGES, type TemplateLanguage } from './template.ts'

const shown = (document: Document, path: string, language: TemplateLanguage = 'en'): Plain | undefined =>
  plain(mini, document, language)
    .flatMap(({ fields }) => fields)
    .find((one) => one.path === path)?.value

test('a view walks the sections in order, with what is asked for only', () => {
  const paths = (document: Document) => plain(mini, document, 'en').map(({ number, fields }) => [number, fields.length])
  expect(paths(whole())).toEqual([
    ['A', 18],
    ['B', 6],
  ])
  expect(paths(withValue(whole(), 'A.sampled', true))).toEqual([
    ['A', 19],
    ['B', 6],
    ['C', 1],
  ])
})

test('the public sees what is public', () => {
  const open = plain(mini, whole(), 'en', { onlyPublic: true }).flatMap(({ fields }) => fields.map(({ path }) => path))
  expect(open).toContain('A.owner')
  expect(open).not.toContain('A.contact')
  expect(open).not.toContain('A.note')
  const data = miniData()
  const fields = data.sections[0]?.fields as { key: string; public?: boolean }[]
  for (const field of fields) if (field.key === 'contact') field.public = true
  const contactable = readTemplate(data)
  const shared = withValue(whole(), 'A.papers.0.public', false)
  const seen = (path: string, onlyPublic: boolean) =>
    plain(contactable, shared, 'en', { onlyPublic })
      .flatMap((section) => section.fields)
      .find((one) => one.path === path)?.value
  expect(seen('A.contact', true)).toEqual({ kind: 'text', text: 'Ada Otieno' })
  expect(seen('A.contact', false)).toEqual({ kind: 'text', text: 'Ada Otieno · ada@selu.example' })
  expect(seen('A.papers', true)).toEqual({ kind: 'files', files: [] })
})

describe('values are shown in the language', () => {
  test.each<[string, TemplateLanguage, string]>([
    ['A.start', 'en', '1 January 2025'],
    ['A.start', 'fr', '1 janvier 2025'],
    ['A.start', 'es', '1 de enero de 2025'],
    ['A.start', 'ar', '1 يناير 2025'],
    ['A.crediting', 'en', '1 January 2025 to 31 December 2026'],
    ['A.crediting', 'fr', 'du 1 janvier 2025 au 31 décembre 2026'],
    ['A.sampled', 'es', 'No'],
    ['A.sampled', 'ar', 'لا'],
    ['A.country', 'fr', 'Kenya'],
    ['A.country', 'ar', 'كينيا'],
    ['A.owner', 'es', 'Selu Solar Ltd · Kenia'],
    ['A.contact', 'en', 'Ada Otieno · ada@selu.example'],
    ['A.place', 'en', '-1.3, 36.8'],
    ['A.letter', 'en', 'NOL-1'],
    ['A.share', 'fr', '12,5'],
    ['A.share', 'ar', '12.5'],
  ])('%s in %s', (path, language, text) => {
    expect(shown(whole(), path, language)).toMatchObject({ text })
  })

  test('money, digits of every length, and what is no number', () => {
    expect(shown(whole(), 'A.cost', 'en')).toEqual({ kind: 'text', text: '1200.50 USD', number: true })
    expect(shown(whole(), 'A.cost', 'fr')).toEqual({ kind: 'text', text: '1200,50 USD', number: true })
    expect(numberText('-12345678901234567890.123456789', 'en')).toBe('-12,345,678,901,234,567,890.123456789')
    expect(numberText('-0.5', 'es')).toBe('-0,5')
    expect(numberText('46866.05', 'fr')).toBe('46\u202f866,05')
    expect(numberText('many', 'en')).toBe('many')
  })
})

test('each kind of value has its kind of view', () => {
  expect(shown(whole(), 'A.plan')).toBeUndefined()
  expect(shown(whole(), 'A.why')).toEqual({ kind: 'empty', text: 'Not filled in' })
  expect(shown(whole(), 'A.gases')).toEqual({ kind: 'list', items: ['CO2 (carbon dioxide)', 'CH4 (methane)'] })
  expect(shown(whole(), 'A.papers')).toEqual({
    kind: 'files',
    files: [{ name: 'map.pdf', sha256: 'a'.repeat(64), title: 'Map' }],
  })
  expect(shown(whole(), 'B.calculation')).toMatchObject({
    kind: 'facts',
    facts: [
      { value: 'Method ACM0002, version 1' },
      { label: 'eg', value: '10' },
      { label: 'ef', value: '0.5' },
      { value: '21' },
      {},
      {},
      { label: 'Emission reductions (tCO2e)', value: '21' },
    ],
  })
})

test('a shape is known by its points, a calculation by its warnings and what it was reckoned with', () => {
  const place = (type: string, coordinates: Json) =>
    shown(withValue(whole(), 'A.place', { type, coordinates }), 'A.place')
  expect(place('Point', [17.5, -22.25])).toEqual({ kind: 'place', text: '-22.25, 17.5' })
  const ring = [
    [1, 2],
    [3, 4],
    [-5, 6],
    [1, 2],
  ] // prettier-ignore
  const text = 'Polygon: 4 points: 2, 1; 4, 3; 6, -5; 2, 1'
  expect(place('Polygon', [ring])).toEqual({ kind: 'place', text })
  const many = Array.from({ length: 61 }, (_, index) => [index - 30, 9 - index])
  expect(place('LineString', many)).toEqual({ kind: 'place', text: 'Line: 61 points: -51, -30 – 9, 30' })
  const inArabic = shown(withValue(whole(), 'A.place', { type: 'Polygon', coordinates: [ring] }), 'A.place', 'ar')
  expect(inArabic).toMatchObject({ text: expect.stringMatching(/^مضلّع: عدد النقاط: 4: /) })
  const result = {
    ...{ be: '1', pe: '0', le: '0', er: '1', gwpSet: 'AR5', parameterSet: { reference: null, country: set } },
    warnings: [
      { code: 'assumed', facts: { input: 'fire', value: '0' } },
      { code: 'cap-not-checked', facts: {} },
    ],
  }
  const calculation = { method: 'M', version: '1', inputs: {}, result }
  const calc = shown(withValue(whole(), 'B.calculation', calculation), 'B.calculation')
  expect(calc?.kind === 'facts' && calc.facts.slice(5)).toEqual([
    { label: 'Global warming potentials', value: 'AR5' },
    { label: 'Parameters, start of SHA-256', value: 'xt 2, bbbbbbbbbbbbbbbb' },
    { label: 'Warning', value: 'assumed, input fire, value 0' },
    { label: 'Warning', value: 'cap-not-checked' },
  ])
})
const set = { id: 'xt', version: '2', hash: 'b'.repeat(64) }

test('a table has labels with units, and a matrix the words of its rows', () => {
  expect(shown(whole(), 'B.yearly')).toMatchObject({
    kind: 'table',
    columns: [{ label: 'vintage', number: true }, { label: 'be (tCO2e)' }, {}, {}, { label: 'reason', number: false }],
    rows: [{ key: '0', cells: [{ text: '2025' }, { text: '10.5' }, {}, {}, { kind: 'text', text: '' }] }, { key: '1' }],
  })
  expect(shown(whole(), 'B.risks')).toMatchObject({
    rows: [
      { key: 'fire', head: 'fire' },
      { key: 'flood', head: 'flood' },
    ],
  })
  expect(shown(withValue(whole(), 'B.parameters', []), 'B.parameters')).toEqual({ kind: 'empty', text: 'None' })
})

describe('richtext', () => {
  test('is paragraphs, points, bold and italic', () => {
    expect(blocksOf('One **two** *three*\nfour\n\n- a\n- b\n1. c\n2) d\ne')).toEqual([
      {
        kind: 'paragraph',
        lines: [
          [{ text: 'One ' }, { text: 'two', bold: true }, { text: ' ' }, { text: 'three', italic: true }],
          [{ text: 'four' }],
        ],
      },
      { kind: 'bullets', lines: [[{ text: 'a' }], [{ text: 'b' }]] },
      { kind: 'numbers', lines: [[{ text: 'c' }], [{ text: 'd' }]] },
      { kind: 'paragraph', lines: [[{ text: 'e' }]] },
    ])
  })

  test.each([
    ['2 * 3 = 6', [{ text: '2 * 3 = 6' }]],
    ['a ** b', [{ text: 'a ** b' }]],
    ['\\*not\\* \\\\', [{ text: '*not* \\' }]],
    ['<b onclick="x">&amp;</b>', [{ text: '<b onclick="x">&amp;</b>' }]],
    ['[a](javascript:x)', [{ text: '[a](javascript:x)' }]],
    ['***both***', [{ text: 'both', bold: true, italic: true }]],
  ])('%s', (text, runs) => {
    expect(blocksOf(text)).toEqual([{ kind: 'paragraph', lines: [runs] }])
  })

  test('of any length is read in a moment', () => {
    const pieces = ['*', '**', '\\', '- ', '1. ', '\n', '*a**'].map((piece) => piece.repeat(50_000 / piece.length))
    expect(worked(() => pieces.forEach(blocksOf))).toBeLessThan(1_000)
  })
})

test('the choices of a field are told in each language', () => {
  const field = (key: string) => mini.sections[0]?.fields.find((one) => one.key === key)
  const [country, scale] = [field('country'), field('scale')]
  if (!country || !scale) throw new Error('mini has both')
  for (const language of TEMPLATE_LANGUAGES) {
    expect(['DE', 'SE', 'XT'].map((code) => isOption(country, code))).toEqual([true, true, true])
    expect(choiceName(country, 'SE', language)).not.toBe('SE')
  }
  expect(isOption(scale, 'HUGE')).toBe(false)
})
