import { expect, test } from 'vitest'
import { compute } from '../compute.ts'
import type { Json } from '../template.ts'
import { validate } from '../validate.ts'
import { changed, DATA, documentsOf, type Project } from './read.fixture.ts'

/** What is changed in an example, and what must be filled in because of it. */
type Asked = [change: Record<string, Json>, asked: string[], project?: Project]

const ASKED: Record<string, Asked[]> = {
  inf: [
    [{ 'project.sector': 'FORESTRY', 'project.scopes': ['14'] }, ['project.species']],
    [{ 'project.scopes': [] }, ['project.scopes']],
  ],
  validation: [
    [{ 'means.siteVisited': false, 'means.siteVisit': null, 'means.siteActivities': null }, ['means.noVisitReason']],
    [{ 'means.siteVisit': null, 'means.siteActivities': null }, ['means.siteActivities', 'means.siteVisit']],
    [{ 'opinion.opinion': 'QUALIFIED' }, ['opinion.qualification']],
    [
      { 'eligibility.areas.deviation': null },
      ['conclusion', 'means', 'result'].map((one) => `eligibility.areas.deviation.${one}`),
    ],
  ],
  verification: [
    [{ 'head.estimated': '11474.999' }, ['emissions.increase']],
    [{ 'opinion.opinion': 'QUALIFIED' }, ['opinion.qualification']],
  ],
  issuance: [
    [{ 'units.authorisation': null }, ['units.authorisation']],
    [{ 'units.authorisation': null, 'units.unitType': 'MCU' }, []],
    [{ 'declarations.migrated': true }, ['declarations.originProof', 'declarations.originRegistry']],
    [{ 'serials.blocks': null }, ['serials.blocks']],
    [{ 'serials.blocks': null, 'decision.certificate': null }, []],
  ],
  transfer: [
    [{ 'units.ranges': null }, ['units.ranges']],
    [{ 'units.mode': 'FORWARD', 'units.ranges': null, 'instruction.lockUntil': null }, ['units.schedule']],
    [{ 'price.kind': 'FORMULA', 'price.unitPrice': null }, ['price.formula']],
    [{ 'payment.escrowAgent': null }, ['payment.escrowAgent']],
    [{ 'authorisation.bearer': 'SHARED' }, ['authorisation.bearing']],
    [{ 'disputes.rules': 'OTHER' }, ['disputes.otherRules']],
    [{ 'disputes.mediationDays': null }, ['disputes.mediationDays']],
    [{ 'instruction.lockUntil': null }, ['instruction.lockUntil']],
  ],
  engagement: [
    [{ 'scope.periods': null }, ['scope.periods']],
    [{ 'scope.service': 'VALIDATION', 'scope.periods': null }, []],
    [{ 'fees.kind': 'DAY_RATE', 'fees.fixed': null }, ['fees.dayRate', 'fees.days']],
    [{ 'standards.standards': ['OTHER'] }, ['standards.otherStandards']],
  ],
  'authorisation-request': [
    [{ 'use.firstTransfer': null }, ['use.firstTransfer']],
    [{ 'use.firstTransfer': null, 'use.purposes': ['NDC'] }, []],
    [{ 'outcomes.gwp': null }, []],
    [{ 'outcomes.gwp': null }, ['outcomes.gwp'], 'tamba'],
    [{ 'outcomes.metric': 'NON_GHG' }, ['outcomes.nonGhgMetric']],
    [{ 'use.lastYear': null }, ['use.lastYear']],
    [{ 'request.kind': 'CHANGE', 'request.version': '2' }, ['request.authorisation', 'request.reason']],
  ],
}

const cases = Object.entries(ASKED).flatMap(([name, list]) =>
  list.map(([change, asked, project = 'selu']) => ({ name, change, asked, project, what: JSON.stringify(change) })),
)

test.each(cases)('$name with $what asks for $asked', ({ name, change, asked, project }) => {
  const template = DATA.get(name)
  const document = documentsOf(project).get(name)
  if (!template || !document) throw new Error(`there is no example of ${name} of ${project}`)
  const problems = validate(template, compute(template, changed(document, change)), { final: true })
  expect(problems.filter(({ code }) => code === 'hidden')).toEqual([])
  const missing = problems.filter(
    ({ code, path }) => code === 'required' || (code === 'too-few' && asked.includes(path)),
  )
  expect([...new Set(missing.map(({ path }) => path))].sort()).toEqual(asked)
})

test.each([
  ['ECU', []],
  ['ecu', ['units.unitType']],
  ['ECUADOR', ['units.unitType']],
] as const)('a type of units of a country’s own is taken where it can be one: %s', (unitType, wrong) => {
  const template = DATA.get('issuance')
  const issuance = documentsOf('selu').get('issuance')
  if (!template || !issuance) throw new Error('there is an issuance')
  const document = changed(issuance, { 'units.unitType': unitType, 'units.authorisation': null })
  expect(validate(template, document, { final: true }).map(({ path }) => path)).toEqual(wrong)
})
