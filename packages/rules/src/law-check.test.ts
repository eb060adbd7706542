import { describe, expect, test } from 'vitest'
import { checkLaw, type RemarkCode } from './law-check.ts'
import { shippedPresets, shippedSources } from './simple.ts'

// biome-ignore lint/suspicious/noExplicitAny: documents are changed here in any way
type Parts = Record<string, any>

/** What is said of the simple documents, changed. */
function checked(change: (preset: Parts, permissions: Parts) => unknown) {
  const { preset, permissions } = structuredClone(shippedSources.simple) as { preset: Parts; permissions: Parts }
  change(preset, permissions)
  return checkLaw(preset, permissions)
}

const moveOf = (preset: Parts, name: string): Parts => preset.project.moves.find((one: Parts) => one.name === name)

const tax = ({ levies }: Parts, percentage: string) =>
  Object.assign(levies.unitTypes, { NCC: { shareOfProceeds: percentage, omge: percentage, host: '0' } })

test.each(shippedPresets)(
  '%s has no faults, and nothing that was perhaps not meant but what its country gives to nobody',
  (name) => {
    const { preset, permissions } = shippedSources[name]
    const { faults, notes } = checkLaw(preset, permissions)
    expect(faults).toEqual([])
    expect(notes.filter(({ code }) => code !== 'action-closed')).toEqual([])
  },
)

/** One change for each fault, and what is said of it. */
const faulty: readonly [RemarkCode, string, (preset: Parts, permissions: Parts) => unknown, object][] = [
  ['form', 'a field that is not there', (preset) => delete preset.pending, { at: 'pending' }],
  ['form', 'a number as a text', (preset) => Object.assign(preset.trust, { hours: 'a day' }), { at: 'trust.hours' }],
  ['form', 'nobody who adopts the next', (_, table) => delete table.actions['documents.adopt'], { at: '' }],
  ['form', 'a field too many', (preset) => Object.assign(preset, { colour: 'green' }), { at: '' }],
  [
    'state-unknown',
    'a move from a state that was written wrong',
    (preset) => Object.assign(moveOf(preset, 'register'), { from: ['submited'] }),
    { at: 'the move register', state: 'submited', list: 'project.states' },
  ],
  ['form', 'levies that take more than there is', (preset) => tax(preset, '60'), { at: '' }],
  ['form', 'an NDC period that ends first', (preset) => Object.assign(preset, { ndcPeriods: [['2030', '2021']] }), {}],
  [
    'form',
    'years of two NDC periods',
    (preset) =>
      Object.assign(preset, {
        ndcPeriods: [
          ['2021', '2030'],
          ['2030', '2035'],
        ],
      }),
    { at: '' },
  ],
  [
    'state-unknown',
    'comments in no state',
    (preset) => Object.assign(preset, { comments: { states: ['open'], days: 30 } }),
    { at: 'comments.states', state: 'open' },
  ],
  [
    'state-unknown',
    'a certification in no state',
    (preset) => Object.assign(preset.certification, { states: ['blessed'] }),
    { at: 'certification.states', state: 'blessed' },
  ],
  [
    'word-unknown',
    'a document that nobody knows',
    (preset) => Object.assign(moveOf(preset, 'register'), { needs: { documents: ['poem'] } }),
    { at: 'the move register', word: 'poem', list: 'documents' },
  ],
  [
    'word-unknown',
    'a task that nobody has',
    (preset) => Object.assign(moveOf(preset, 'register'), { needs: { certifier: 'blessing' } }),
    { word: 'blessing', list: 'certifiers.tasks' },
  ],
  [
    'word-twice',
    'two moves of one name',
    (preset) => preset.project.moves.push({ ...moveOf(preset, 'register') }),
    { at: 'project.moves', word: 'register' },
  ],
  [
    'role-unknown',
    'a role that is not in the list',
    (_, table) => Object.assign(table.actions, { 'accounts.open': { 'goverment/Admin': 'any' } }),
    { at: 'actions.accounts.open', role: 'goverment/Admin' },
  ],
  [
    'preset-strands',
    'a state that nobody reaches',
    (preset) => preset.project.states.push('limbo'),
    { state: 'limbo', why: 'not-reached' },
  ],
  [
    'preset-strands',
    'a state that leads nowhere',
    (preset) => {
      preset.project.states.push('limbo')
      preset.project.moves.push({ name: 'forget', from: ['submitted'], to: 'limbo' })
    },
    { state: 'limbo', why: 'not-reached' },
  ],
  [
    'preset-strands',
    'an appeal as the only way on',
    (preset, table) => {
      preset.project.states.push('limbo')
      preset.project.moves.push({ name: 'forget', from: ['submitted'], to: 'limbo' })
      preset.project.moves.push({ name: 'remember', from: ['limbo'], to: 'submitted', needs: { within: 30 } })
      for (const name of ['forget', 'remember']) table.actions[`projects.move.${name}`] = { 'government/Admin': 'any' }
    },
    { state: 'limbo', why: 'no-end' },
  ],
  [
    'preset-strands',
    'a move that only the system may take, and never does',
    (preset, table) => {
      preset.project.states.push('limbo')
      preset.project.moves.push({ name: 'forget', from: ['submitted'], to: 'limbo' })
      preset.project.moves.push({ name: 'fade', from: ['limbo'], to: 'withdrawn' })
      table.actions['projects.move.forget'] = { 'government/Admin': 'any' }
      table.actions['projects.move.fade'] = { 'system/system': 'any' }
    },
    { state: 'limbo', why: 'no-end' },
  ],
  [
    'one-person-decides',
    'two are to decide, and one does',
    (preset) => preset.twoPersons.push('projects.move.register'),
    { action: 'projects.move.register' },
  ],
  [
    'one-person-decides',
    'two are to decide, and one appoints the other',
    (_, table) => {
      table.appoints.push('developer/Admin')
      table.approvals['credits.transfer.abroad'] = [{ count: 2, by: ['developer/Manager', 'government/Manager'] }]
    },
    { action: 'credits.transfer.abroad' },
  ],
  [
    'one-person-decides',
    'one appoints somebody who appoints both',
    (_, table) => {
      table.roles.push('government/Registrar', 'government/Clerk')
      table.appoints.push('government/Registrar')
      table.actions['mandates.government/Clerk'] = { 'government/Registrar': 'own' }
      table.actions['mandates.government/Admin']['government/Clerk'] = 'own'
    },
    { action: 'keys.rotate' },
  ],
  [
    'root-missing',
    'a registry without its first user',
    (_, table) => Object.assign(table.actions, { 'mandates.government/Root': { 'government/Admin': 'any' } }),
    { role: 'government/Root' },
  ],
  [
    'law-closed',
    'approved by a role that nobody is appointed to',
    (_, table) => {
      table.roles.push('court/Judge')
      table.approvals['documents.adopt'] = [{ count: 1, by: ['court/Judge'] }]
    },
    { action: 'documents.adopt' },
  ],
  [
    'nobody-may',
    'a certification is needed, and nobody gives one',
    (preset, table) => {
      preset.certification.neededToIssue = true
      delete table.actions['projects.certify']
    },
    { action: 'projects.certify' },
  ],
]

describe('of documents that cannot be the law', () => {
  test.each(faulty)('%s: %s', (code, _, change, facts) => {
    const { faults } = checked(change)
    expect(faults.find((one) => one.code === code)).toMatchObject({ code, facts })
  })

  test('everything is said at once', () => {
    const { faults } = checked((preset, table) => {
      preset.project.states.push('limbo', 'nowhere')
      preset.twoPersons.push('projects.move.register')
      table.independent.push('accounts.open')
    })
    expect(faults).toHaveLength(3)
  })

  test('whatever somebody takes for a document is judged, and nothing is thrown', () => {
    for (const value of [
      null,
      undefined,
      3,
      'preset',
      [],
      {},
      { project: null },
      { kind: 'preset', project: { moves: [{}] } },
    ]) {
      expect(checkLaw(value, value).faults.length).toBeGreaterThan(0)
    }
  })
})

/** One change for each note. */
const doubtful: readonly [RemarkCode, (preset: Parts, permissions: Parts) => unknown, object][] = [
  [
    'move-closed',
    (_, table) => {
      delete table.actions['projects.move.resume']
      table.independent = table.independent.filter((action: string) => action !== 'projects.move.resume')
    },
    { word: 'resume' },
  ],
  [
    'move-missing',
    (_, table) => Object.assign(table.actions, { 'projects.move.bless': { 'government/Admin': 'any' } }),
    { word: 'bless' },
  ],
  ['document-closed', (_, table) => delete table.actions['documents.submit.letter'], { word: 'letter' }],
  [
    'document-missing',
    (_, table) => Object.assign(table.actions, { 'documents.submit.poem': { 'government/Admin': 'any' } }),
    { word: 'poem' },
  ],
  ['kind-missing', (_, table) => table.roles.push('court/Judge'), { role: 'court/Judge', kind: 'court' }],
  [
    'action-unknown',
    (_, table) => Object.assign(table.actions, { 'credits.isue': { 'government/Admin': 'any' } }),
    { action: 'credits.isue' },
  ],
  ['root-alone', (_, table) => Object.assign(table, { appoints: ['system/system'] }), { role: 'government/Root' }],
  ['action-closed', (_, table) => delete table.actions['credits.pledge'], { action: 'credits.pledge' }],
  [
    'never-by-itself',
    (_, table) => Object.assign(table.actions['projects.move.suspend'], { 'system/system': 'any' }),
    { action: 'projects.move.suspend' },
  ],
]

test.each(doubtful)('what is lawful and perhaps not meant is told: %s', (code, change, facts) => {
  const { faults, notes } = checked(change)
  expect(faults).toEqual([])
  expect(notes.filter((one) => one.code === code)).toContainEqual(
    expect.objectContaining({ facts: expect.objectContaining(facts) }),
  )
})
