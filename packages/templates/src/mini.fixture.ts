import { readTemplate } from './read.ts'
import type { Document, Json, Template } from './template.ts'

/** A text that is the same in each language. */
export const words = (text: string) => ({ en: text, fr: text, es: text, ar: text })

const field = (key: string, type: string, more: object = {}) => ({ key, type, label: words(key), ...more })

const yearly = [
  field('vintage', 'int', { required: true, min: '1990', max: '2100' }),
  field('be', 'decimal', { unit: 'tCO2e', required: true }),
  field('pe', 'decimal', { unit: 'tCO2e', required: true }),
  field('er', 'decimal', { unit: 'tCO2e', auto: { compute: { sub: [{ row: 'be' }, { row: 'pe' }] } } }),
  field('reason', 'text', { visibleIf: { lt: [{ row: 'er' }, { number: '0' }] }, required: true }),
]

/** A small data file with a field of every type. */
export const miniData = () => ({
  id: 'MINI',
  version: 1,
  of: 'project',
  public: true,
  title: words('Mini'),
  purpose: words('To test the engine'),
  sections: [
    {
      key: 'A',
      number: 'A',
      title: words('Description'),
      fields: [
        field('title', 'text', { auto: { fact: 'project.title' } }),
        field('name', 'text', { required: true, minLength: 3, maxLength: 20, pattern: '^[A-Z]' }),
        field('story', 'richtext', { minLength: 5, maxLength: 1000 }),
        field('note', 'longtext', { public: false }),
        field('scale', 'enum', {
          required: true,
          options: ['SMALL', 'LARGE'].map((value) => ({ value, label: words(value) })),
        }),
        field('why', 'text', { required: { eq: [{ field: 'A.scale' }, { value: 'SMALL' }] } }),
        field('gases', 'multi', { optionsOf: 'gases', minItems: 1, maxItems: 3 }),
        field('country', 'enum', { optionsOf: 'countries', from: { fact: 'project.country' } }),
        field('start', 'date'),
        field('crediting', 'period', { from: { fact: 'project.crediting' } }),
        field('sampled', 'bool', { required: true }),
        field('plan', 'text', { visibleIf: { eq: [{ field: 'A.sampled' }, { value: true }] }, required: true }),
        field('owner', 'party'),
        field('contact', 'person', { public: false }),
        field('place', 'geo', { shapes: ['Point', 'Polygon'] }),
        field('letter', 'reference', { to: 'letter' }),
        field('papers', 'files', { maxItems: 2 }),
        field('cost', 'money', { min: '0' }),
        field('share', 'decimal', { min: '0', max: '100', places: 2, unit: '%' }),
      ],
    },
    {
      key: 'B',
      number: 'B',
      title: words('Numbers'),
      fields: [
        field('calculation', 'calc'),
        field('parameters', 'table', {
          fields: [field('parameter', 'text', { required: true }), field('value', 'text')],
        }),
        field('yearly', 'table', { required: true, minRows: 1, maxRows: 5, rowKey: ['vintage'], fields: yearly }),
        field('total', 'decimal', { auto: { compute: { sum: 'B.yearly.er' } } }),
        field('average', 'decimal', {
          places: 3,
          auto: { compute: { div: [{ field: 'B.total' }, { count: 'B.yearly' }] } },
        }),
        field('risks', 'matrix', {
          rows: ['fire', 'flood'].map((key) => ({ key, label: words(key) })),
          fields: [field('level', 'int', { required: true, min: '0', max: '9' }), field('remark', 'text')],
        }),
      ],
    },
    {
      key: 'C',
      number: 'C',
      title: words('Samples'),
      visibleIf: { eq: [{ field: 'A.sampled' }, { value: true }] },
      fields: [field('size', 'int', { required: true, min: '1' })],
    },
  ] as Record<string, unknown>[],
  checks: [
    {
      key: 'in-crediting',
      each: 'B.yearly',
      at: 'vintage',
      must: {
        and: [
          { gte: [{ row: 'vintage' }, { year: { field: 'A.crediting.start' } }] },
          { lte: [{ row: 'vintage' }, { year: { field: 'A.crediting.end' } }] },
        ],
      },
      shows: { vintage: { row: 'vintage' } },
      message: words('{vintage} lies outside'),
    },
    {
      key: 'covered',
      at: 'B.calculation',
      final: true,
      must: { covers: { calculation: 'B.calculation', by: ['B.parameters.parameter'] } },
      message: words('missing: {missing}'),
    },
    {
      key: 'positive',
      at: 'B.total',
      severity: 'warning',
      must: { gt: [{ field: 'B.total' }, { number: '0' }] },
      message: words('nothing reduced'),
    },
  ] as Record<string, unknown>[],
  signatures: [
    { key: 'developer', title: words('Developer'), capacity: 'developer', level: 'AES', order: 1 },
  ] as Record<string, unknown>[],
})

export const mini: Template = readTemplate(miniData())

export const calculation = (er: string): Json => ({
  method: 'ACM0002',
  version: '1',
  inputs: { eg: '10', ef: '0.5' },
  result: { be: er, pe: '0', le: '0', er },
})

/** A document of it that may be final. */
export const whole = (): Document => ({
  template: 'MINI',
  version: 1,
  values: {
    A: {
      name: 'Selu',
      story: 'A plant.\n\n- one\n- **two**',
      scale: 'LARGE',
      gases: ['CO2', 'CH4'],
      country: 'KE',
      start: '2025-01-01',
      crediting: { start: '2025-01-01', end: '2026-12-31' },
      sampled: false,
      owner: { name: 'Selu Solar Ltd', country: 'KE' },
      contact: { name: 'Ada Otieno', email: 'ada@selu.example' },
      place: { type: 'Point', coordinates: [36.8, -1.3] },
      letter: { id: 'NOL-1' },
      papers: [{ name: 'map.pdf', sha256: 'a'.repeat(64), title: 'Map' }],
      cost: { amount: '1200.50', currency: 'USD' },
      share: '12.5',
    },
    B: {
      calculation: calculation('21'),
      parameters: [{ parameter: 'EG', value: '10' }, { parameter: ' ef ' }],
      yearly: [
        { vintage: '2025', be: '10.5', pe: '0.5', er: '10' },
        { vintage: '2026', be: '11', pe: '0', er: '11' },
      ],
      total: '21',
      average: '10.5',
      risks: { fire: { level: '2' }, flood: { level: '0', remark: 'dry land' } },
    },
  },
})

/** A document with one value put in place of another; undefined takes it away. */
export function withValue(document: Document, path: string, json: unknown): Document {
  const copy = structuredClone(document)
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  let at = copy.values as Record<string, Json>
  for (const key of keys) {
    at[key] ??= {}
    at = at[key] as Record<string, Json>
  }
  if (json === undefined) delete at[last]
  else at[last] = json as Json
  return copy
}

/** Milliseconds of work of the processor; a machine that is busy with other things changes nothing. */
export function worked(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
