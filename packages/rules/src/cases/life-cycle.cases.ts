import { type Case, given, refuses, writes } from './case.fixture.ts'
import { accredit, affiliate, assign, certifier, assess as certifierComes } from './certifier.fixture.ts'
import { byBoth, byPort, bySun, bySystem, officersMay } from './people.fixture.ts'
import { deregistered } from './settled.cases.ts'
import type { World } from './world.fixture.ts'

const HOURS_IN_DAY = 24

/** Solar leaves the state that it is in by a move that needs this. */
function needing(world: World, needs: object, more: object = {}): void {
  world.adopt('preset', ({ project }) => {
    const { moves } = project as { moves: { name: string }[] }
    for (const one of moves) if (one.name === 'suspend') Object.assign(one, { needs, ...more })
  })
}

const move = (world: World, name: string, change: object = {}) =>
  world.try('ProjectMoved', { project: world.id('solar'), move: name, ...change })

const suspendIt = (world: World, change: object = {}) => move(world, 'suspend', change)

const submit = (world: World, change: object = {}, by = bySun(world)) =>
  world.try(
    'DocumentSubmitted',
    {
      project: world.id('solar'),
      document: 'project-design',
      sha256: world.hash('design'),
      name: world.hash('design.pdf'),
      ...change,
    },
    by,
  )

const raise = (world: World, change: object = {}, options: object = {}) =>
  world.try(
    'FindingRaised',
    {
      finding: world.id('finding'),
      project: world.id('solar'),
      kind: 'CAR',
      section: 'B.4.2',
      text: world.hash('no baseline'),
      ...change,
    },
    options,
  )

const round = (world: World) => ({
  project: world.id('solar'),
  finding: world.id('finding'),
  text: world.hash('a word on it'),
})

const answer = (world: World, change: object = {}, by = bySun(world)) =>
  world.try('FindingAnswered', { ...round(world), ...change }, by)

const assess = (world: World, change: object = {}) =>
  world.try('FindingAssessed', { ...round(world), outcome: 'closed', ...change })

const treasury = (world: World) => [{ account: world.id('treasury'), share: '100' }]

const moveCases: Case[] = [
  refuses('ProjectMoved', 'project-unknown', 'a project that nobody registered', (world) =>
    move(world, 'suspend', { project: world.id('nothing') }),
  ),
  refuses('ProjectMoved', 'move-unknown', 'a move that the table allows and the preset does not have', (world) => {
    officersMay(world, 'projects.move.bless')
    return move(world, 'bless')
  }),
  refuses('ProjectMoved', 'project-state', 'a move from another state', (world) => move(world, 'resume')),
  refuses('ProjectMoved', 'project-state', 'the same move twice', (world) => {
    given(move(world, 'suspend'))
    return move(world, 'suspend')
  }),
  refuses('ProjectMoved', 'reason-missing', 'a decision that the preset wants a reason for', (world) => {
    needing(world, {}, { reason: true })
    return suspendIt(world)
  }),
  refuses('ProjectMoved', 'malformed', 'a text without its reason', (world) =>
    suspendIt(world, { text: world.hash('we do not like it') }),
  ),
  refuses('ProjectMoved', 'code-unknown', 'a reason that the preset does not have', (world) =>
    suspendIt(world, { reason: 'spite' }),
  ),
  refuses('ProjectMoved', 'document-missing', 'a document that nobody submitted', (world) => {
    needing(world, { documents: ['project-design'] })
    return suspendIt(world)
  }),
  refuses('ProjectMoved', 'document-missing', 'a document that was submitted to another project', (world) => {
    needing(world, { documents: ['project-design'] })
    given(submit(world, { project: world.id('tide') }, byPort(world)))
    return suspendIt(world)
  }),
  refuses(
    'ProjectMoved',
    'document-missing',
    'a document of an earlier round, where a fresh one is needed',
    (world) => {
      given(submit(world), move(world, 'suspend'), move(world, 'resume'))
      needing(world, { documents: ['project-design'], fresh: true })
      return suspendIt(world)
    },
  ),
  refuses(
    'ProjectMoved',
    'terms-changed',
    'a document that was there when it was asked for, and was replaced',
    (world) => {
      needing(world, { documents: ['project-design'] })
      given(submit(world), submit(world, { sha256: world.hash('another design') }))
      return suspendIt(world, { documents: [{ document: 'project-design', sha256: world.hash('design') }] })
    },
  ),
  refuses('ProjectMoved', 'terms-changed', 'a document that the move does not need', (world) => {
    given(submit(world))
    return suspendIt(world, { documents: [{ document: 'project-design', sha256: world.hash('design') }] })
  }),
  refuses('ProjectMoved', 'findings-open', 'a finding that nobody answered', (world) => {
    needing(world, { findingsClosed: true })
    given(raise(world))
    return suspendIt(world)
  }),
  refuses('ProjectMoved', 'findings-open', 'a finding that was answered and not assessed', (world) => {
    needing(world, { findingsClosed: true })
    given(raise(world, { kind: 'CL' }), answer(world))
    return suspendIt(world)
  }),
  refuses('ProjectMoved', 'certifier-missing', 'nobody is assigned', (world) => {
    needing(world, { certifier: 'validation' })
    return suspendIt(world)
  }),
  refuses(
    'ProjectMoved',
    'conflict-of-interest',
    'whoever is assigned has become an affiliate of the owner',
    (world) => {
      needing(world, { certifier: 'validation' })
      certifierComes(world)
      given(assign(world, { task: 'validation' }), affiliate(world, 'sun ltd', 'assessor'))
      return suspendIt(world)
    },
  ),
  writes(
    'ProjectMoved',
    'whoever is assigned to another task is not asked',
    (world) => {
      needing(world, { certifier: 'validation' })
      certifierComes(world)
      world.do('OrganisationRegistered', certifier(world, 'second assessor'))
      given(accredit(world, { organisation: world.id('second assessor'), accreditation: world.id('another') }))
      given(assign(world, { task: 'validation', organisation: world.id('second assessor') }), assign(world))
      given(affiliate(world, 'sun ltd', 'assessor'))
      return suspendIt(world)
    },
    [
      'project solar: state registered → suspended, entered {index:15,at:2026-01-01T00:00:00.000Z} → {index:32,at:2026-01-01T00:00:00.000Z}',
      'ledger: states {registered:2} → {registered:1,suspended:1}',
    ],
  ),
  refuses('ProjectMoved', 'too-early', 'a millisecond before the days are over', (world) => {
    given(suspendIt(world), move(world, 'resume'))
    needing(world, { days: 30 })
    world.wait(30 * HOURS_IN_DAY)
    world.now = new Date(Date.parse(world.now) - 1).toISOString()
    return suspendIt(world)
  }),
  refuses('ProjectMoved', 'too-late', 'at the very instant when the days are over', (world) => {
    given(suspendIt(world), move(world, 'resume'))
    needing(world, { within: 30 })
    world.wait(30 * HOURS_IN_DAY)
    return suspendIt(world)
  }),
  refuses('ProjectMoved', 'too-late', 'what is missing does not matter any more', (world) => {
    needing(world, { documents: ['project-design'], within: 30 })
    world.wait(31 * HOURS_IN_DAY)
    return suspendIt(world)
  }),
  writes(
    'ProjectMoved',
    'a millisecond before the days are over',
    (world) => {
      given(suspendIt(world), move(world, 'resume'))
      needing(world, { within: 30 })
      world.wait(30 * HOURS_IN_DAY)
      world.now = new Date(Date.parse(world.now) - 1).toISOString()
      return suspendIt(world)
    },
    [
      'project solar: state registered → suspended, entered {index:24,at:2026-01-01T00:00:00.000Z} → {index:26,at:2026-01-30T23:59:59.999Z}',
      'ledger: states {registered:2} → {registered:1,suspended:1}',
    ],
  ),
  writes(
    'ProjectMoved',
    "by the system, where the table says so: the government's own project, too",
    (world) => {
      world.do('OwnershipChanged', { project: world.id('solar'), owners: treasury(world) }, byBoth(world))
      const by = { 'system/system': 'any', 'government/Admin': 'any' }
      world.adopt('permissions', (table) => Object.assign(table.actions, { 'projects.move.suspend': by }))
      return world.try('ProjectMoved', { project: world.id('solar'), move: 'suspend' }, bySystem(world))
    },
    [
      'project solar: state registered → suspended, entered {index:15,at:2026-01-01T00:00:00.000Z} → {index:25,at:2026-01-01T00:00:00.000Z}',
      'ledger: states {registered:2} → {registered:1,suspended:1}',
    ],
  ),
  writes('ProjectMoved', 'to the state of the move', (world) => move(world, 'suspend'), [
    'project solar: state registered → suspended, entered {index:15,at:2026-01-01T00:00:00.000Z} → {index:23,at:2026-01-01T00:00:00.000Z}',
    'ledger: states {registered:2} → {registered:1,suspended:1}',
  ]),
  writes(
    'ProjectMoved',
    'with all that it needs, at the instant when the days are over',
    (world) => {
      needing(world, { documents: ['project-design'], fresh: true, findingsClosed: true, days: 30 }, { reason: true })
      given(submit(world), raise(world), answer(world), assess(world))
      given(raise(world, { finding: world.id('for later'), kind: 'FAR' }))
      world.wait(30 * HOURS_IN_DAY)
      return suspendIt(world, { reason: 'integrity', text: world.hash('as the inspection of May showed') })
    },
    [
      'project solar: state registered → suspended, entered {index:15,at:2026-01-01T00:00:00.000Z} → {index:29,at:2026-01-31T00:00:00.000Z}',
      'ledger: states {registered:2} → {registered:1,suspended:1}',
    ],
  ),
]

const documentCases: Case[] = [
  refuses('DocumentSubmitted', 'project-unknown', 'a project that nobody registered', (world) => {
    return submit(world, { project: world.id('nothing') }, { by: world.id('officer') })
  }),
  refuses('DocumentSubmitted', 'not-permitted', "a document of another's project", (world) =>
    submit(world, {}, byPort(world)),
  ),
  refuses('DocumentSubmitted', 'code-unknown', 'a kind that the table allows and the preset does not have', (world) => {
    officersMay(world, 'documents.submit.poem')
    return submit(world, { document: 'poem' }, { by: world.id('officer') })
  }),
  refuses('DocumentSubmitted', 'project-state', 'a kind that is not submitted in this state', (world) => {
    deregistered(world)
    return submit(world)
  }),
  refuses('DocumentSubmitted', 'allocation-wrong', 'a version is left out', (world) =>
    world.try(
      'DocumentSubmitted',
      { project: world.id('solar'), document: 'letter', sha256: world.hash('letter'), name: null },
      { forge: (body) => ({ ...body, allotted: { version: 2 } }) },
    ),
  ),
  refuses('DocumentSubmitted', 'nothing-changes', 'the same bytes twice in one round', (world) => {
    given(submit(world))
    return submit(world)
  }),
  writes(
    'DocumentSubmitted',
    'the next version of its kind',
    (world) => {
      given(submit(world))
      return submit(world, { sha256: world.hash('a better design'), name: null })
    },
    [
      'project solar: documents {project-design:{version:1,index:23,sha256:hash}} → {project-design:{version:2,index:24,sha256:hash}}',
    ],
  ),
  writes(
    'DocumentSubmitted',
    'the same bytes in another round',
    (world) => {
      given(submit(world), move(world, 'suspend'))
      return submit(world)
    },
    [
      'project solar: documents {project-design:{version:1,index:23,sha256:hash}} → {project-design:{version:2,index:25,sha256:hash}}',
    ],
  ),
]

const findingCases: Case[] = [
  refuses('FindingRaised', 'project-unknown', 'a project that nobody registered', (world) =>
    raise(world, { project: world.id('nothing') }),
  ),
  refuses('FindingRaised', 'already-exists', 'a finding of this id', (world) => {
    given(raise(world))
    return raise(world, { project: world.id('tide') })
  }),
  refuses('FindingRaised', 'project-state', 'a project that is over', (world) => {
    deregistered(world)
    return raise(world)
  }),
  refuses('FindingRaised', 'allocation-wrong', 'a number that is not the next one of its kind', (world) => {
    given(raise(world))
    const request = { finding: world.id('another'), kind: 'CL' }
    return raise(world, request, { forge: (body: object) => ({ ...body, allotted: { number: 2 } }) })
  }),
  refuses('FindingRaised', 'not-permitted', 'a finding of the owner about its own project', (world) =>
    raise(world, {}, bySun(world)),
  ),
  writes('FindingRaised', 'a corrective action request', (world) => raise(world), [
    'new finding finding: project solar, kind CAR, number 1, state open',
    'project solar: findings {open:0,forward:0,raised:{}} → {open:1,forward:0,raised:{CAR:1}}',
  ]),
  writes(
    'FindingRaised',
    'a forward action request, which is counted by itself',
    (world) => {
      given(raise(world))
      return raise(world, { finding: world.id('later'), kind: 'FAR', section: null })
    },
    [
      'new finding later: project solar, kind FAR, number 1, state open',
      'project solar: findings {open:1,forward:0,raised:{CAR:1}} → {open:1,forward:1,raised:{CAR:1,FAR:1}}',
    ],
  ),
  refuses('FindingAnswered', 'project-unknown', 'a project that nobody registered', (world) => {
    world.adopt('permissions', (table) =>
      Object.assign(table.actions, { 'findings.answer': { 'government/Admin': 'any' } }),
    )
    return answer(world, { project: world.id('nothing') }, { by: world.id('officer') })
  }),
  refuses('FindingAnswered', 'finding-unknown', 'a finding that nobody raised', (world) => answer(world)),
  refuses('FindingAnswered', 'finding-unknown', 'a finding about another project', (world) => {
    given(raise(world, { project: world.id('tide') }))
    return answer(world)
  }),
  refuses('FindingAnswered', 'finding-state', 'a finding that was answered', (world) => {
    given(raise(world), answer(world))
    return answer(world)
  }),
  refuses('FindingAnswered', 'not-permitted', 'an answer of whoever raised it', (world) => {
    given(raise(world))
    return answer(world, {}, { by: world.id('officer') })
  }),
  refuses('FindingAnswered', 'not-permitted', "an answer for another's project", (world) => {
    given(raise(world))
    return answer(world, {}, byPort(world))
  }),
  writes(
    'FindingAnswered',
    'it waits for an assessment',
    (world) => {
      given(raise(world))
      return answer(world)
    },
    ['finding finding: state open → answered'],
  ),
  refuses('FindingAssessed', 'project-unknown', 'a project that nobody registered', (world) =>
    assess(world, { project: world.id('nothing') }),
  ),
  refuses('FindingAssessed', 'finding-unknown', 'a finding about another project', (world) => {
    given(raise(world), answer(world))
    return assess(world, { project: world.id('tide') })
  }),
  refuses('FindingAssessed', 'finding-state', 'a finding that nobody answered', (world) => {
    given(raise(world))
    return assess(world)
  }),
  refuses('FindingAssessed', 'not-permitted', 'an assessment of the own answer', (world) => {
    given(raise(world), answer(world))
    return world.try('FindingAssessed', { ...round(world), outcome: 'closed' }, bySun(world))
  }),
  writes(
    'FindingAssessed',
    'the answer is enough',
    (world) => {
      given(raise(world), answer(world))
      return assess(world)
    },
    [
      'finding finding: state answered → closed',
      'project solar: findings {open:1,forward:0,raised:{CAR:1}} → {open:0,forward:0,raised:{CAR:1}}',
    ],
  ),
  writes(
    'FindingAssessed',
    'the answer is not enough, and another is asked for',
    (world) => {
      given(raise(world), answer(world))
      return assess(world, { outcome: 'open' })
    },
    ['finding finding: state answered → open'],
  ),
]

export const lifeCycleCases: Case[] = [...moveCases, ...documentCases, ...findingCases]
