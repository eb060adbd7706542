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

/** From now on nobody may. */
function withdraw(table: Parts, action: string): void {
  delete table.actions[action]
  table.independent = table.independent.filter((one: string) => one !== action)
}

test('words for what neither document has are noted, and words for what there is are not', () => {
  const words = { en: { 'state.registerd': 'listed', 'state.registered': 'listed', 'role.developer/Admin': 'owner' } }
  const { faults, notes } = checked((preset) => Object.assign(preset, { name: 'mine', words }))
  expect(faults).toEqual([])
  expect(notes.filter(({ code }) => code === 'word-of-nothing')).toEqual([
    { of: 'preset', code: 'word-of-nothing', facts: { word: 'state.registerd' } },
  ])
})

test('a project is not settled for ever where a loss is reported that nobody may decide on, or make good', () => {
  const strands = (...actions: string[]) =>
    checked((preset, table) => {
      for (const action of actions) withdraw(table, action)
      preset.twoPersons = preset.twoPersons.filter((one: string) => !actions.includes(one))
    }).faults.map(({ code, facts }) => [code, facts.state])
  const stranded = [
    ['preset-strands', 'registered'],
    ['preset-strands', 'suspended'],
  ]
  expect(strands('reversals.decide')).toEqual(stranded)
  expect(strands('reversals.compensate', 'buffer.cancel')).toEqual(stranded)
  expect(strands('reversals.compensate')).toEqual([])
  expect(strands('reversals.decide', 'reversals.report')).toEqual([])
})

test('outcomes are certified by certifiers: a law by which only others may is none', () => {
  const { preset, permissions } = structuredClone(shippedSources.article6) as { preset: Parts; permissions: Parts }
  permissions.actions['periods.certify'] = { 'government/Admin': 'any' }
  const { faults } = checkLaw(preset, permissions)
  expect(faults).toContainEqual({ of: 'law', code: 'nobody-may', facts: { action: 'periods.certify' } })
})

test('approvals of a description are never heard: its bytes have no place to wait', () => {
  const { faults } = checked((_, { approvals }) =>
    Object.assign(approvals, { 'documents.submit.description': [{ count: 1, by: ['government/Admin'] }] }),
  )
  expect(faults).toEqual([
    { of: 'permissions', code: 'approval-not-heard', facts: { action: 'documents.submit.description' } },
  ])
})

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
    'moves-closed',
    'a state that leads nowhere',
    (preset) => {
      preset.project.states.push('limbo')
      preset.project.moves.push({ name: 'forget', from: ['submitted'], to: 'limbo' })
    },
    { actions: 'projects.move.forget', states: 'limbo' },
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
    'a document that a move needs, and nobody submits',
    (preset, table) => {
      preset.documents.push({ kind: 'opinion', states: ['submitted'] })
      Object.assign(moveOf(preset, 'register'), { needs: { documents: ['opinion'], fresh: true } })
      delete table.actions['documents.submit.opinion']
    },
    { action: 'documents.submit.opinion' },
  ],
  ['nobody-may', 'nobody issues', (_, table) => withdraw(table, 'credits.issue'), { action: 'credits.issue' }],
  ['nobody-may', 'nobody opens accounts', (_, table) => withdraw(table, 'accounts.open'), { action: 'accounts.open' }],
  [
    'roles-closed',
    'what two decide is approved by a role that nobody is appointed to',
    (_, table) => {
      table.roles.push('court/Judge')
      for (const action of ['credits.issue', 'keys.rotate'])
        table.approvals[action] = [{ count: 1, by: ['court/Judge'] }]
    },
    { roles: 'court/Judge', actions: 'credits.issue, keys.rotate' },
  ],
  [
    'approver-unable',
    'a retirement that waits for those who may approve none',
    (_, table) => {
      table.approvals['credits.retire'] = [{ count: 1, by: ['government/ViewOnly'] }]
    },
    { action: 'credits.retire', cannotApprove: 'government/ViewOnly' },
  ],
  [
    'moves-closed',
    'a move that nobody may take, with the states that only it leads to',
    (preset, table) => {
      withdraw(table, 'projects.move.register')
      preset.twoPersons = preset.twoPersons.filter((one: string) => one !== 'projects.move.register')
    },
    { actions: 'projects.move.register', states: 'registered, suspended, deregistered' },
  ],
  [
    'approval-not-heard',
    'approvals of what never waits',
    (_, table) => {
      table.approvals['organisations.register'] = [{ count: 1, by: ['government/Admin'] }]
    },
    { action: 'organisations.register' },
  ],
  [
    'approval-not-heard',
    'approvals of what is kept beside the ledger',
    (_, table) => {
      table.approvals['audit.search'] = [{ count: 1, by: ['government/Admin'] }]
    },
    { action: 'audit.search' },
  ],
  [
    'not-a-certifier',
    'a ministry that is assigned',
    (_, table) => {
      table.actions['projects.move.register'] = { 'ministry/Admin': 'assigned' }
    },
    { action: 'projects.move.register', role: 'ministry/Admin', kind: 'ministry' },
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

  test('a cause is told, and not what follows from it', () => {
    const { faults, notes } = checked((_, table) => withdraw(table, 'projects.move.register'))
    expect(faults.map(({ code }) => code)).toEqual(['moves-closed'])
    expect(notes.map(({ facts }) => facts.action)).not.toContain('projects.move.register')
  })

  test('an approval that brings in nobody is the one fault that is told', () => {
    const { faults } = checked((_, table) => {
      table.approvals['organisations.register'] = [{ count: 1, by: ['developer/Admin'] }]
    })
    expect(faults.map(({ code }) => code)).toEqual(['approval-not-heard'])
  })

  test('what is no action is told together with all else', () => {
    const { faults } = checked((_, table) => delete table.actions['credits.issue'])
    expect(faults.map(({ code, facts }) => [code, facts.word ?? facts.action])).toEqual([
      ['word-unknown', 'credits.issue'],
      ['nobody-may', 'credits.issue'],
    ])
  })

  test('a move that is not of the form is told by its name', () => {
    const { faults } = checked((preset) => Object.assign(moveOf(preset, 'register'), { need: {}, name: 'reg_ister' }))
    expect(faults.map(({ facts }) => facts.at)).toEqual(['the move reg_ister, name', 'the move reg_ister'])
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
  ['version-later', (preset) => Object.assign(preset, { version: 2 }), { version: '2' }],
  ['name-shipped', (preset) => preset.scopes.pop(), { name: 'simple' }],
  [
    'not-a-certifier',
    (_, table) => Object.assign(table.actions['projects.move.register'], { 'ministry/Admin': 'assigned' }),
    { role: 'ministry/Admin' },
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

test('templates that are not there, or of something else, are faults, where it is known which there are', () => {
  const templates = new Map([
    ['PDD@1', 'project'],
    ['MR@1', 'period'],
    ['ENGAGEMENT@1', 'agreement'],
    ['ISSUANCE@1', 'issuance'],
    ['TRANSFER@1', 'transfer'],
  ])
  const faultsOf = (kind: string, template: string, law: 'article6' | 'simple' = 'article6', known = templates) => {
    const { preset, permissions } = structuredClone(shippedSources[law]) as { preset: Parts; permissions: Parts }
    for (const one of preset.documents) delete one.template
    preset.documents.find((one: Parts) => one.kind === kind).template = template
    return checkLaw(preset, permissions, undefined, known).faults
  }
  expect(faultsOf('project-design', 'PDD@1')).toEqual([])
  expect(faultsOf('engagement-agreement', 'ENGAGEMENT@1')).toEqual([])
  expect(faultsOf('monitoring-report', 'MR@1')).toEqual([])
  expect(faultsOf('issuance-form', 'ISSUANCE@1')).toEqual([])
  expect(faultsOf('transfer-agreement', 'TRANSFER@1')).toEqual([])
  // Where a country keeps no monitoring periods, what is of them elsewhere is of the project.
  expect(faultsOf('monitoring-report', 'MR@1', 'simple')).toEqual([])
  expect(faultsOf('issuance-form', 'ISSUANCE@1', 'simple')).toEqual([])
  for (const [kind, template] of [
    ['project-design', 'MR@1'],
    ['project-design', 'ISSUANCE@1'],
    ['issuance-form', 'TRANSFER@1'],
    ['transfer-agreement', 'PDD@1'],
  ] as const)
    expect(faultsOf(kind, template)).toMatchObject([
      { code: 'template-subject', facts: { at: `the document ${kind}` } },
    ])
  const at = (kind: string) => `the document ${kind}`
  expect(faultsOf('project-design', 'PDD@2')).toEqual([
    {
      of: 'preset',
      code: 'template-unknown',
      facts: { at: at('project-design'), template: 'PDD@2', allowed: [...templates.keys()].join(', ') },
    },
  ])
  expect(faultsOf('monitoring-report', 'PDD@1')).toEqual([
    {
      of: 'preset',
      code: 'template-subject',
      facts: { at: at('monitoring-report'), template: 'PDD@1', subject: 'project', of: 'period' },
    },
  ])
  const { preset, permissions } = shippedSources.article6
  expect(checkLaw(preset, permissions, undefined, new Map()).faults.map(({ code }) => code)).toContain(
    'template-unknown',
  )
  expect(checkLaw(preset, permissions).faults).toEqual([])
})
