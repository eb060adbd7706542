import { expect, test } from 'vitest'
import { compute } from '../compute.ts'
import { blank, prefill } from '../document.ts'
import { withValue } from '../mini.fixture.ts'
import { isFilled } from '../place.ts'
import type { Document, Template } from '../template.ts'
import { validate } from '../validate.ts'
import { DATA, documentsOf, PROJECTS, type Project, sourcesOf } from './read.fixture.ts'

const templateOf = (name: string): Template => {
  const template = DATA.get(name)
  if (!template) throw new Error(`there is no data file ${name}.json`)
  return template
}
const documentOf = (name: string, project: Project): Document => {
  const document = documentsOf(project).get(name)
  if (!document) throw new Error(`there is no example of ${name} of ${project}`)
  return document
}
/** Stands for the calculators: every method takes the inputs that its calculation names, but for choices. */
const calculation = ({ inputs }: Record<string, unknown>) => ({
  inputs: Object.entries(inputs as object).flatMap(([name, one]) => (typeof one === 'string' ? [] : [name])),
  agrees: true,
})

/** The check that must fail, where, and what is changed in an example for it; as it stands, or computed anew. */
type Broken = [check: string, at: string, path: string, json: unknown, project?: Project, computed?: false]

const BROKEN: Record<'pdd' | 'monitoring', Broken[]> = {
  pdd: [
    ['er-of-row', 'B64.yearly.1.er', 'B64.yearly.1.er', '11475.000001', 'selu', false],
    ['total-be', 'B64.totalBe', 'B64.totalBe', '57376', 'selu', false],
    ['total-pe', 'B64.totalPe', 'B64.totalPe', '-1', 'marrow', false],
    ['total-le', 'B64.totalLe', 'B64.totalLe', '2914.854', 'tamba', false],
    ['total-er', 'B64.totalEr', 'B64.totalEr', '57376', 'selu', false],
    ['average', 'B64.averageEr', 'B64.averageEr', '11475.001', 'selu', false],
    ['vintage-in-crediting', 'B64.yearly.0.vintage', 'B64.yearly.0.vintage', '2024'],
    ['vintage-in-crediting', 'B64.yearly.14.vintage', 'C.crediting.end', '2034-12-31', 'marrow'],
    ['inputs-covered', 'B63.calculation', 'B71.monitored.0.parameter', 'power'],
    ['inputs-covered', 'B63.calculation', 'B62.fixed', [], 'tamba'],
    ['calculation-method', 'B63.calculation', 'B1.methodologies.0.id', 'AMS-I.A'],
    ['er-positive', 'B64.totalEr', 'B64.yearly', [{ vintage: '2025', be: '5', pe: '4', le: '1' }]],
    ['crediting-after-start', 'C.crediting', 'C.start', '2025-01-02'],
    ['crediting-in-lifetime', 'C.crediting', 'C.lifetime', '4.9'],
    ['host-participates', 'A4.participants', 'A4.participants.0.party', 'KE'],
    ['condition-met', 'B2.applicability.0.met', 'B2.applicability.0.met', false],
    ['consulted-before', 'E.consultations.0.dates', 'E.consultations.0.dates.end', '2024-08-31'],
    ['irr-below-benchmark', 'B5.irr', 'B5.irr', '11.5'],
  ],
  monitoring: [
    ['er-of-row', 'E.yearly.0.er', 'E.yearly.0.er', '11474', 'selu', false],
    ['total-be', 'E.totalBe', 'E.totalBe', '0', 'selu', false],
    ['total-pe', 'E.totalPe', 'E.totalPe', '0', 'marrow', false],
    ['total-le', 'E.totalLe', 'E.totalLe', '0', 'tamba', false],
    ['total-er', 'E.totalEr', 'E.totalEr', '1', 'selu', false],
    ['period-in-crediting', 'head.dates', 'head.dates.start', '2024-12-31'],
    ['vintage-in-period', 'E.yearly.0.vintage', 'E.yearly.0.vintage', '2026'],
    ['inputs-covered', 'E.calculation', 'D1.fixed.0.parameter', 'margin'],
    ['calculation-claimed', 'E.totalEr', 'E.yearly.0.be', '11475.001'],
    ['calculation-method', 'E.calculation', 'A.methodologies.0.id', 'AMS-I.A'],
    ['er-positive', 'E.totalEr', 'E.yearly.0.be', '0'],
    ['event-in-period', 'B.events.0.date', 'B.events.0.date', '2024-12-31'],
    ['reversal-in-period', 'F.reversals.0.date', 'F.reversals.0.date', '2026-01-01', 'marrow'],
    ['calibration-order', 'D2.monitored.0.validUntil', 'D2.monitored.0.calibrated', '2030-01-01'],
    ['calibration-valid', 'D2.monitored.0.validUntil', 'D2.monitored.0.validUntil', '2025-12-30'],
    ['interval-order', 'D3.samples.0.upper', 'D3.samples.0.upper', '0.9', 'tamba'],
    ['sample-size', 'D3.samples.0.achieved', 'D3.samples.0.achieved', '137', 'tamba'],
    ['period-over', 'head.completed', 'head.completed', '2025-12-30'],
  ],
}

const cases = Object.entries(BROKEN).flatMap(([name, list]) =>
  list.map(([check, at, path, json, project = 'selu', computed = true]) => ({
    name,
    check,
    at,
    path,
    json,
    project,
    computed,
  })),
)

test.each(cases)('$name: $check fails at $at', ({ name, check, at, path, json, project, computed }) => {
  const template = templateOf(name)
  const changed = withValue(documentOf(name, project), path, json)
  const problems = validate(template, computed ? compute(template, changed) : changed, { final: true, calculation })
  const told = problems.filter((one) => one.path === at)
  expect(told.map((one) => one.check)).toContain(check)
  if (!computed) expect(told).toHaveLength(1)
})

test.each(Object.entries(BROKEN))('every check of %s is shown to fail', (name, list) => {
  const shown = new Set(list.map(([check]) => check))
  expect(
    templateOf(name)
      .checks.filter(({ key }) => !shown.has(key))
      .map(({ key }) => key),
  ).toEqual([])
})

/** What is asked for only in cases that these projects are not. */
const OTHER_CASES = {
  pdd: [
    'B5.files',
    'B63.files',
    'H.calculation',
    'I.benefitFiles',
    'App.funding',
    'App.baseline',
    'App.monitoring',
    'App.changes',
    'App.attachments',
  ],
  monitoring: ['E.exAnteShare', 'E.increase', 'App.attachments'],
}

test.each(['pdd', 'monitoring'] as const)(
  'of %s, what is required in any case is filled in by one of the projects',
  (name) => {
    const all = PROJECTS.map((project) => documentOf(name, project).values)
    const empty = templateOf(name).sections.flatMap((section) =>
      section.fields
        .map((field) => `${section.key}.${field.key}`)
        .filter((path) => !all.some((values) => isFilled(values[section.key]?.[path.split('.')[1] ?? '']))),
    )
    expect(empty).toEqual(OTHER_CASES[name])
  },
)

test.each(['pdd', 'monitoring'])('a draft of %s with nothing in it has no problem', (name) => {
  const template = templateOf(name)
  expect(validate(template, compute(template, blank(template)), { final: false })).toEqual([])
})

test.each(PROJECTS)('the monitoring report of %s begins with what the design says', (project) => {
  const { values } = prefill(templateOf('monitoring'), sourcesOf(project, 'MR'))
  const design = documentOf('pdd', project).values
  expect(values.A?.description).toEqual(design.A1?.description)
  expect(values.A?.crediting).toEqual(design.C?.crediting)
  expect(values.D1?.fixed).toEqual(design.B62?.fixed)
  const years = design.B64?.yearly
  expect(values.E?.exAnte).toHaveLength(Array.isArray(years) ? years.length : 0)
  expect(values.head?.dates).toEqual(documentOf('monitoring', project).values.head?.dates)
  const parameters = (json: unknown) => (json as { parameter: string }[]).map(({ parameter }) => parameter)
  expect(parameters(values.D2?.monitored)).toEqual(parameters(design.B71?.monitored))
})

test('an increase over the estimate must be explained', () => {
  const template = templateOf('monitoring')
  const more = withValue(documentOf('monitoring', 'selu'), 'E.exAnteShare', '50')
  const problems = validate(template, compute(template, more), { final: true })
  expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual(['required E.increase'])
})
