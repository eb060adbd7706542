import { type Case, given, refuses, writes } from './case.fixture.ts'
import { affiliate, assess, assign } from './certifier.fixture.ts'
import { byPort, bySun, colleague, officersMay } from './people.fixture.ts'
import { byVerifier, credit, keepPeriods, open, paper } from './periods.fixture.ts'
import type { Options, World } from './world.fixture.ts'

type Change = Record<string, unknown>

const submit = (world: World, document = 'validation-report', text = 'a report') =>
  world.try(
    'DocumentSubmitted',
    { project: world.id('solar'), document, sha256: world.hash(text), name: null },
    bySun(world),
  )

const signing = (world: World) => ({
  ...{ project: world.id('solar'), document: 'validation-report', version: 1, sha256: world.hash('a report') },
  ...{ slot: 'owner', level: 'SES', evidence: world.hash('how it was signed') },
})

const sign = (world: World, change: Change = {}, by: Options = bySun(world)) =>
  world.try('DocumentSigned', { ...signing(world), ...change }, by)

const byOfficer = (world: World) => ({ by: world.id('officer') })
const bySecond = (world: World) => ({ by: world.id('sun second') })

const certify = (world: World, change: Change = {}) => sign(world, { slot: 'certifier', ...change }, byVerifier(world))
const seal = (world: World, change: Change = {}) => sign(world, { slot: 'registry', ...change }, byOfficer(world))
const inInk = (world: World, organisation: string, change: Change = {}) =>
  sign(world, { level: 'WET', organisation: world.id(organisation), ...change }, byOfficer(world))

/** A certifier comes, is assigned to Solar, and there is a report to be signed. */
function reported(world: World): void {
  assess(world)
  given(assign(world), submit(world))
}

/** The places for signatures on validation reports are these. */
function slots(world: World, ...signatures: object[]): void {
  world.adopt('preset', (preset) => {
    const { documents } = preset as unknown as { documents: { kind: string }[] }
    for (const one of documents) if (one.kind === 'validation-report') Object.assign(one, { signatures })
  })
}

const owner = { slot: 'owner', capacity: 'owner', minLevel: 'SES' }
const certifier = { slot: 'certifier', capacity: 'certifier', minLevel: 'SES' }

/** Solar is suspended only once its validation report is signed. */
function signedBefore(world: World, needs: object = {}): void {
  world.adopt('preset', ({ project }) => {
    const { moves } = project as { moves: { name: string }[] }
    for (const one of moves)
      if (one.name === 'suspend') Object.assign(one, { needs: { signed: ['validation-report'], ...needs } })
  })
}

const suspendIt = (world: World, change: Change = {}) =>
  world.try('ProjectMoved', { project: world.id('solar'), move: 'suspend', ...change })

/** A monitoring period of Solar with a report on it. */
function monitored(world: World, needs: object = {}): void {
  keepPeriods(world, ({ period }) => {
    for (const move of period.moves) if (move.name === 'submit-report') Object.assign(move, { needs })
  })
  assess(world)
  given(assign(world), credit(world), open(world), paper(world, 'monitoring-report', bySun(world), report(world)))
}

const report = (world: World) => ({ sha256: world.hash('a report') })
const ofPeriod = (world: World) => ({ period: world.id('period'), document: 'monitoring-report' })

const refusals: Case[] = [
  refuses('DocumentSigned', 'project-unknown', 'a project that nobody registered', (world) =>
    seal(world, { project: world.id('nothing') }),
  ),
  refuses('DocumentSigned', 'period-unknown', 'a monitoring period of another project', (world) => {
    monitored(world)
    officersMay(world, 'documents.sign.owner')
    return sign(world, { ...ofPeriod(world), project: world.id('tide') }, byOfficer(world))
  }),
  refuses('DocumentSigned', 'code-unknown', 'a document that has no places for signatures', (world) =>
    sign(world, { document: 'letter' }),
  ),
  refuses('DocumentSigned', 'code-unknown', 'a place that the document does not have', (world) => {
    reported(world)
    return sign(world, { slot: 'witness' })
  }),
  refuses('DocumentSigned', 'not-permitted', 'the place of the owner, by the owner of another project', (world) => {
    reported(world)
    return sign(world, {}, byPort(world))
  }),
  refuses('DocumentSigned', 'not-permitted', 'the place of the certifier, by the owner', (world) => {
    reported(world)
    return certifierBySun(world)
  }),
  refuses('DocumentSigned', 'document-missing', 'a document that nobody submitted', (world) => sign(world)),
  refuses('DocumentSigned', 'terms-changed', 'a version that was replaced', (world) => {
    reported(world)
    given(submit(world, 'validation-report', 'another report'))
    return sign(world)
  }),
  refuses('DocumentSigned', 'terms-changed', 'a version to come', (world) => {
    reported(world)
    return sign(world, { version: 2 })
  }),
  refuses('DocumentSigned', 'terms-changed', 'other bytes than those that were submitted', (world) => {
    reported(world)
    return sign(world, { sha256: world.hash('another report') })
  }),
  refuses('DocumentSigned', 'already-exists', 'a place that is signed', (world) => {
    reported(world)
    given(sign(world))
    return sign(world, {}, bySecond(world))
  }),
  refuses('DocumentSigned', 'allocation-wrong', 'the place of the certifier, by an owner as an owner', (world) => {
    reported(world)
    const { entry } = world.copy().do('DocumentSigned', signing(world), bySun(world))
    return world.judge({ ...entry, body: { ...entry.body, slot: 'certifier' } })
  }),
  refuses('DocumentSigned', 'signature-level', 'at a lower level than the preset asks for', (world) => {
    reported(world)
    slots(world, { ...owner, minLevel: 'AES' })
    return sign(world)
  }),
  refuses('DocumentSigned', 'signature-level', 'in ink where the preset does not name it', (world) => {
    reported(world)
    slots(world, owner)
    return inInk(world, 'sun ltd')
  }),
  refuses('DocumentSigned', 'malformed', 'ink without whose it is', (world) => {
    reported(world)
    return sign(world, { level: 'WET' })
  }),
  refuses('DocumentSigned', 'not-permitted', 'ink that the signer himself says is his', (world) => {
    reported(world)
    return sign(world, { level: 'WET', organisation: world.id('sun ltd') })
  }),
  refuses('DocumentSigned', 'signature-order', 'before those who sign first', (world) => {
    reported(world)
    given(sign(world))
    return seal(world)
  }),
  refuses('DocumentSigned', 'organisation-unknown', 'ink of an organisation that nobody registered', (world) => {
    reported(world)
    return inInk(world, 'nobody')
  }),
  refuses('DocumentSigned', 'organisation-suspended', 'ink of an organisation that is suspended', (world) => {
    reported(world)
    world.do('OrganisationSuspended', { organisation: world.id('sun ltd'), reason: 'investigation' })
    return inInk(world, 'sun ltd')
  }),
  refuses('DocumentSigned', 'signer-wrong', 'ink of the owner of another project', (world) => {
    reported(world)
    return inInk(world, 'port ltd')
  }),
  refuses('DocumentSigned', 'signer-wrong', 'by an officer who may sign for owners, and is none', (world) => {
    reported(world)
    officersMay(world, 'documents.sign.owner')
    return sign(world, {}, byOfficer(world))
  }),
  refuses('DocumentSigned', 'signer-wrong', 'in the place of an authority of another kind', (world) => {
    reported(world)
    slots(world, { slot: 'registry', capacity: 'government', kind: 'ministry', minLevel: 'WET' }, owner)
    return inInk(world, 'authority', { slot: 'registry' })
  }),
  refuses('DocumentSigned', 'signed-before', 'a second place by the same person', (world) => {
    reported(world)
    slots(world, owner, { ...owner, slot: 'director' })
    given(sign(world))
    return sign(world, { slot: 'director' })
  }),
  refuses(
    'DocumentSigned',
    'signed-before',
    'a second place by a colleague whom the first has let in alone',
    (world) => {
      reported(world)
      colleague(world)
      slots(world, owner, { ...owner, slot: 'director' })
      given(sign(world))
      return sign(world, { slot: 'director' }, { by: world.id('sun colleague') })
    },
  ),
  refuses(
    'DocumentSigned',
    'conflict-of-interest',
    'by a certifier that has become an affiliate of the owner',
    (world) => {
      reported(world)
      given(sign(world), affiliate(world, 'sun ltd', 'assessor'))
      return certify(world)
    },
  ),
  refuses('DocumentSigned', 'conflict-of-interest', 'ink of a certifier that is an affiliate of the owner', (world) => {
    reported(world)
    given(sign(world), affiliate(world, 'sun ltd', 'assessor'))
    return inInk(world, 'assessor', { slot: 'certifier' })
  }),
  refuses('DocumentSigned', 'conflict-of-interest', 'by an owner, where its affiliate has certified', (world) => {
    reported(world)
    slots(world, owner, certifier)
    given(certify(world), affiliate(world, 'sun ltd', 'assessor'))
    return sign(world)
  }),
]

const certifierBySun = (world: World) => sign(world, { slot: 'certifier' })

const successes: Case[] = [
  writes(
    'DocumentSigned',
    'the owner signs',
    (world) => {
      reported(world)
      return sign(world)
    },
    [
      'project solar: documents {validation-report:{version:1,index:27,sha256:hash}} → {validation-report:{version:1,index:27,sha256:hash,signatures:{owner:{organisation:sun ltd,capacity:owner,by:sun admin,level:SES,index:28}}}}',
    ],
  ),
  writes(
    'DocumentSigned',
    'the certifier that is assigned signs after the owner',
    (world) => {
      reported(world)
      given(sign(world))
      return certify(world, { level: 'AES' })
    },
    [
      'project solar: documents {validation-report:{version:1,index:27,sha256:hash,signatures:{owner:{organisation:sun ltd,capacity:owner,by:sun admin,level:SES,index:28}}}} → {validation-report:{version:1,index:27,sha256:hash,signatures:{owner:{organisation:sun ltd,capacity:owner,by:sun admin,level:SES,index:28},certifier:{organisation:assessor,capacity:certifier,by:lead assessor,level:AES,index:29}}}}',
    ],
  ),
  writes(
    'DocumentSigned',
    'an officer finds the ink of the owner on the paper',
    (world) => {
      reported(world)
      return inInk(world, 'sun ltd')
    },
    [
      'project solar: documents {validation-report:{version:1,index:27,sha256:hash}} → {validation-report:{version:1,index:27,sha256:hash,signatures:{owner:{organisation:sun ltd,capacity:owner,by:officer,level:WET,index:28}}}}',
    ],
  ),
  writes(
    'DocumentSigned',
    'the authority signs last, by the officer who found the ink of the owner',
    (world) => {
      reported(world)
      given(inInk(world, 'sun ltd'), certify(world))
      return seal(world)
    },
    [
      'project solar: documents {validation-report:{version:1,index:27,sha256:hash,signatures:{owner:{organisation:sun ltd,capacity:owner,by:officer,level:WET,index:28},certifier:{organisation:assessor,capacity:certifier,by:lead assessor,level:SES,index:29}}}} → {validation-report:{version:1,index:27,sha256:hash,signatures:{owner:{organisation:sun ltd,capacity:owner,by:officer,level:WET,index:28},certifier:{organisation:assessor,capacity:certifier,by:lead assessor,level:SES,index:29},registry:{organisation:authority,capacity:government,by:officer,level:SES,index:30}}}}',
    ],
  ),
  writes(
    'DocumentSigned',
    'the owner signs a report on a monitoring period',
    (world) => {
      monitored(world)
      return sign(world, ofPeriod(world))
    },
    [
      'period period: documents {monitoring-report:{version:1,index:30,sha256:hash}} → {monitoring-report:{version:1,index:30,sha256:hash,signatures:{owner:{organisation:sun ltd,capacity:owner,by:sun admin,level:SES,index:31}}}}',
    ],
  ),
  writes(
    'DocumentSubmitted',
    'a new version has no signatures',
    (world) => {
      reported(world)
      given(sign(world))
      return submit(world, 'validation-report', 'another report')
    },
    [
      'project solar: documents {validation-report:{version:1,index:27,sha256:hash,signatures:{owner:{organisation:sun ltd,capacity:owner,by:sun admin,level:SES,index:28}}}} → {validation-report:{version:2,index:29,sha256:hash}}',
    ],
  ),
]

const moves: Case[] = [
  refuses('ProjectMoved', 'document-missing', 'a document that is to be signed and that nobody submitted', (world) => {
    signedBefore(world)
    return suspendIt(world)
  }),
  refuses('ProjectMoved', 'signatures-missing', 'a document that not everybody has signed', (world) => {
    reported(world)
    signedBefore(world)
    given(sign(world), certify(world))
    return suspendIt(world)
  }),
  refuses('ProjectMoved', 'signatures-missing', 'a document that was signed in an earlier version', (world) => {
    reported(world)
    signedBefore(world)
    given(sign(world), certify(world), seal(world), submit(world, 'validation-report', 'another report'))
    return suspendIt(world)
  }),
  refuses('ProjectMoved', 'terms-changed', 'on a version that was signed and is replaced', (world) => {
    reported(world)
    slots(world, owner)
    signedBefore(world)
    given(sign(world), submit(world, 'validation-report', 'another report'))
    given(sign(world, { version: 2, sha256: world.hash('another report') }))
    return suspendIt(world, { documents: [{ document: 'validation-report', sha256: world.hash('a report') }] })
  }),
  refuses('MonitoringPeriodMoved', 'signatures-missing', 'a report that nobody has signed', (world) => {
    monitored(world, { documents: ['monitoring-report'], signed: ['monitoring-report'] })
    return world.try('MonitoringPeriodMoved', { period: world.id('period'), move: 'submit-report' }, bySun(world))
  }),
  writes(
    'ProjectMoved',
    'once everybody has signed',
    (world) => {
      reported(world)
      signedBefore(world)
      given(sign(world), certify(world), seal(world))
      return suspendIt(world)
    },
    [
      'project solar: state registered → suspended, entered {index:15,at:2026-01-01T00:00:00.000Z} → {index:32,at:2026-01-01T00:00:00.000Z}',
      'ledger: states {registered:2} → {registered:1,suspended:1}',
    ],
  ),
]

/** Signatures on documents, and the moves that need them. */
export const signatureCases: readonly Case[] = [...refusals, ...successes, ...moves]
