import { expect, test } from 'vitest'
import { compute } from '../compute.ts'
import { blank } from '../document.ts'
import type { Json } from '../template.ts'
import { validate } from '../validate.ts'
import { changed, DATA, documentsOf, type Project } from './read.fixture.ts'

/** The check that must fail, the place where it does, and what is changed in an example for it. */
type Broken = [check: string, at: string, change: Record<string, Json>, project?: Project]

const zero = { vintage: '2025', be: '0', pe: '0', le: '0', er: '0' }

const BROKEN: Record<string, Broken[]> = {
  inf: [
    ['scope-of-sector', 'project.scopes', { 'project.scopes': ['14'] }],
    ['one-place', 'location.locations', { 'location.geography': 'SINGLE' }, 'tamba'],
    ['several-places', 'location.locations', { 'location.geography': 'MULTIPLE' }],
    ['shares', 'participants.participants', { 'participants.participants.0.share': '90' }],
    ['declared', 'declaration.true', { 'declaration.true': false }],
  ],
  validation: [
    ['accredited', 'head.accreditedUntil', { 'head.accreditedUntil': '2024-09-19' }],
    ['scopes-accredited', 'head.accreditedScopes', { 'head.accreditedScopes': ['3', '14'] }],
    ['one-leader', 'team.team', { 'team.team.1.role': 'LEAD' }],
    ['reviewer-outside-team', 'team.technicalReviewers.0.name', { 'team.technicalReviewers.0.name': 'Paul Ndiaye' }],
    ['visit-before-report', 'means.siteVisit', { 'means.siteVisit.end': '2024-09-21' }],
    ['er', 'emissions.yearly.1.er', { 'emissions.yearly.1.er': '11475.000001' }],
    ['vintage-in-crediting', 'emissions.yearly.0.vintage', { 'emissions.yearly.0.vintage': '2024' }],
    ['open-findings', 'opinion.opinion', { 'findings.findings.1.status': 'ANSWERED' }],
    ['not-met-areas', 'opinion.opinion', { 'eligibility.areas.additionality.result': 'NOT_MET' }],
    ['not-met-requirements', 'opinion.opinion', { 'compliance.requirements.approval.result': 'NOT_MET' }],
    ['positive-reductions', 'emissions.total', { 'emissions.yearly': [zero] }],
    ['independent', 'independence.independent', { 'independence.independent': false }],
    ['conflict', 'independence.conflicts', { 'independence.conflicts.people': { confirmed: false } }],
  ],
  verification: [
    ['accredited', 'head.accreditedUntil', { 'head.accreditedUntil': '2026-04-23' }],
    ['scopes-accredited', 'head.accreditedScopes', { 'head.accreditedScopes': [] }],
    ['period-in-crediting', 'head.period', { 'head.period.start': '2024-12-31' }],
    ['period-over', 'head.completed', { 'head.completed': '2025-12-31' }],
    ['one-leader', 'team.team', { 'team.team.0.role': 'TRAINEE' }],
    ['reviewer-outside-team', 'team.technicalReviewers.0.name', { 'team.technicalReviewers.0.name': 'Kofi Mensah' }],
    ['visit-before-report', 'means.siteVisit', { 'means.siteVisit.end': '2026-04-25' }],
    ['er', 'emissions.yearly.0.er', { 'emissions.yearly.0.le': '1' }],
    ['vintage-in-period', 'emissions.yearly.0.vintage', { 'emissions.yearly.0.vintage': '2026' }],
    [
      'certified-within-reductions',
      'emissions.yearly.4.certified',
      { 'emissions.yearly.4.certified': '9376.06' },
      'marrow',
    ],
    ['material-error', 'materiality.aggregatedError', { 'materiality.aggregatedError': '2.001' }],
    ['open-findings', 'opinion.opinion', { 'findings.findings.0.status': 'OPEN' }],
    ['not-met-areas', 'opinion.opinion', { 'areas.areas.calibration.result': 'NOT_MET' }],
    ['negative-certifies-nothing', 'emissions.totalCertified', { 'opinion.opinion': 'NEGATIVE' }],
    ['rotation', 'independence.consecutive', { 'independence.consecutive': '6' }],
    ['independent', 'independence.independent', { 'independence.independent': false }],
    ['conflict', 'independence.conflicts', { 'independence.conflicts.fee': { confirmed: false } }],
  ],
  issuance: [
    [
      'requested-within-certified',
      'quantity.requested.0.requested',
      { 'quantity.requested.0.requested': '11077' },
      'tamba',
    ],
    ['vintage-certified', 'quantity.requested.0.vintage', { 'quantity.requested.0.vintage': '2024' }],
    ['vintage-in-period', 'quantity.requested.0.vintage', { 'quantity.requested.0.vintage': '2026' }],
    ['period-in-crediting', 'verification.period', { 'verification.period.end': '2030-01-01' }],
    ['within-authorisation', 'quantity.totalRequested', { 'quantity.left': '11474' }],
    ['something-requested', 'quantity.totalRequested', { 'quantity.requested.0.requested': '0' }],
    ['split-whole', 'split.split.0.gross', { 'split.split.0.sop': '553' }, 'tamba'],
    ['split-of-requested', 'split.split.2.gross', { 'split.split.2.gross': '9374' }, 'marrow'],
    ['split-complete', 'split.split', { 'quantity.requested.0.requested': '11474' }],
    ['owners-get-net', 'split.owners', { 'split.owners.1.units': '14997' }, 'marrow'],
    ['block-count', 'serials.blocks.0.count', { 'serials.blocks.0.end': '11476' }],
    ['blocks-of-split', 'serials.total', { 'serials.blocks.4.count': '9375' }, 'marrow'],
    ['declared-sole', 'declarations.sole', { 'declarations.sole': false }],
    ['declared-unclaimed', 'declarations.unclaimed', { 'declarations.unclaimed': false }],
  ],
  transfer: [
    ['seller-known', 'parties.seller', { 'parties.seller': { name: 'Selu Solar Ltd', country: 'XT' } }],
    ['buyer-known', 'parties.buyer', { 'parties.buyer': { name: 'Blue Wing Airways', registration: '1' } }],
    ['two-parties', 'parties.buyer', { 'parties.buyer.name': 'Selu Solar Ltd' }],
    ['two-accounts', 'payment.buyerAccount', { 'payment.buyerAccount': 'XT-100-000017' }],
    ['range-order', 'units.ranges.0.end', { 'units.ranges.0.start': '5001' }],
    ['ranges-of-quantity', 'units.ranges', { 'units.ranges.0.end': '4999' }],
    ['range-vintage', 'units.ranges.0.vintage', { 'units.ranges.0.vintage': '2024' }],
    ['schedule-of-quantity', 'units.schedule', { 'units.schedule.1.quantity': '5999' }, 'marrow'],
    ['schedule-vintage', 'units.schedule.0.vintage', { 'units.schedule.0.vintage': '2023' }, 'marrow'],
    ['credits-free', 'units.ranges', {}],
    ['authorisation-named', 'authorisation.authorisation', { 'authorisation.authorisation': null }],
    ['adjustment-needed', 'authorisation.adjustment', { 'authorisation.adjustment': 'NOT_NEEDED' }],
    ['title-at-completion', 'title.atCompletion', { 'title.atCompletion': false }],
    ['warranty-given', 'warranties.warranties.once.given', { 'warranties.warranties.once.given': false }],
    ['lock-after-signing', 'instruction.lockUntil', { 'instruction.lockUntil': '2026-06-15' }],
  ],
  engagement: [
    ['two-parties', 'parties.certifier', { 'parties.certifier.name': 'Selu Solar Ltd' }],
    ['accredited', 'scope.serviceDates', { 'parties.accreditedUntil': '2026-04-30' }],
    ['scopes-accredited', 'parties.accreditedScopes', { 'head.scopes': ['1', '13'] }],
    ['one-leader', 'team.team', { 'team.team.1.role': 'LEAD' }],
    ['milestone-in-work', 'team.milestones.1.due', { 'team.milestones.1.due': '2026-05-01' }],
    ['payments', 'fees.schedule', { 'fees.schedule.0.amount': '9000.01' }],
    ['no-contingency', 'fees.noContingency', { 'fees.noContingency': false }],
    ['rotation', 'independence.consecutive', { 'independence.consecutive': '6' }],
    ['independent', 'independence.independent', { 'independence.independent': false }],
    ['conflict', 'independence.conflicts', { 'independence.conflicts.ownership.confirmed': false }],
  ],
  'authorisation-request': [
    ['yearly-of-quantity', 'outcomes.quantity', { 'outcomes.quantity': '57374' }],
    ['within-validated', 'outcomes.quantity', { 'outcomes.quantity': '57376' }],
    ['years-in-order', 'use.lastYear', { 'use.lastYear': '2024' }],
    ['vintage-in-years', 'outcomes.yearly.0.vintage', { 'use.firstYear': '2026' }],
    ['new-is-first', 'request.version', { 'request.version': '2' }],
    ['change-is-later', 'request.version', { 'request.kind': 'CHANGE' }],
    ['declared-adjustment', 'consistency.adjustment', { 'consistency.adjustment': false }],
    ['declared-sole', 'consistency.sole', { 'consistency.sole': false }],
  ],
}

const cases = Object.entries(BROKEN).flatMap(([name, list]) =>
  list.map(([check, at, change, project = 'selu']) => ({ name, check, at, change, project })),
)

test.each(cases)('$name: $check fails at $at', ({ name, check, at, change, project }) => {
  const template = DATA.get(name)
  const document = documentsOf(project).get(name)
  if (!template || !document) throw new Error(`there is no example of ${name} of ${project}`)
  const broken = compute(template, changed(document, change))
  const problems = validate(template, broken, { final: true, sources: { facts: { 'transfer.free': false } } })
  expect(problems.filter((one) => one.check !== undefined).map((one) => `${one.check} at ${one.path}`)).toContain(
    `${check} at ${at}`,
  )
})

test.each(Object.entries(BROKEN))('every check of %s is shown to fail', (name, list) => {
  const shown = new Set(list.map(([check]) => check))
  expect(
    DATA.get(name)
      ?.checks.map(({ key }) => key)
      .filter((key) => !shown.has(key)),
  ).toEqual([])
})

test.each(Object.keys(BROKEN))('a draft of %s with nothing in it has no problem', (name) => {
  const template = DATA.get(name)
  if (!template) throw new Error(name)
  const document = compute(template, blank(template))
  expect(validate(template, document, { final: false })).toEqual([])
})
