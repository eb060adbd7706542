import { foreignRecord } from '../../packages/rules/src/cases/issuing.fixture.ts'
import { rotation, testKey } from '../../packages/rules/src/cases/signing.fixture.ts'
import { documentBytes } from '../../packages/rules/src/documents.ts'
import { happens, must, type Request } from './country.ts'
import type { Line } from './sheet.ts'
import { own, type Tried, unitCommands } from './unit-commands.ts'
import { waitingCommands } from './waiting-commands.ts'
import { answerTo, authorisation, finding, type Journey, lastYear, paper, periodOf } from './ways.ts'

const nextKey = testKey()

/** The next version of a document in force. */
function nextDocument({ world }: Journey, document: 'permissions' | 'preset'): Request {
  const next = structuredClone(world.law()[document])
  next.version += 1
  return { document, version: next.version, sha256: world.lend(documentBytes(next)) }
}

const bystander = ({ world }: Journey) => world.id('bystander')

const organisations: Record<string, Tried> = {
  OrganisationRegistered: {
    request: ({ world, country }) => {
      return { organisation: world.id('newcomer'), kind: country.names.developer, name: world.hash('newcomer') }
    },
  },
  OrganisationSuspended: {
    request: ({ world }, kind) => ({ organisation: world.id(`${kind} own`), reason: 'investigation' }),
  },
  OrganisationReactivated: {
    before: (journey) =>
      must(journey.world, 'OrganisationSuspended', { organisation: bystander(journey), reason: 'investigation' }),
    request: (journey) => ({ organisation: bystander(journey), reason: 'investigation' }),
    concerned: () => ['bystander'],
  },
  AffiliationRecorded: {
    request: ({ world }, kind) => pair(world, kind, 'ownership'),
    concerned: own,
    ofAll: true,
  },
  AffiliationEnded: {
    before: ({ world, country }) => {
      for (const kind of Object.keys(country.names.kinds))
        must(world, 'AffiliationRecorded', pair(world, kind, 'ownership'))
    },
    request: ({ world }, kind) => {
      const { organisations } = pair(world, kind, '')
      return { organisations, reason: 'ended' }
    },
    concerned: own,
    ofAll: true,
  },
}

function pair(world: Journey['world'], of: string, kind: string) {
  return { organisations: [world.id(`${of} own`), world.id('bystander')].sort(), kind }
}

/** The mandate that a line is about: of the own organisation of its kind. */
const mandates: Record<string, Tried> = {
  MandateGranted: {
    request: ({ world }, _kind, { detail }) => ({ ...granted(world, detail), mandate: world.id('tried') }),
    concerned: (_kind, { detail }) => [`${detail.split('/')[0]} own`],
  },
  MandateRevoked: {
    before: ({ world }, { detail }) => must(world, 'MandateGranted', granted(world, detail)),
    request: ({ world }) => ({ mandate: world.id('brought in') }),
    concerned: (_kind, { detail }) => [`${detail.split('/')[0]} own`],
  },
  MandateConfirmed: {
    before: ({ world }, { detail }) => must(world, 'MandateGranted', granted(world, detail)),
    request: ({ world }) => ({ mandate: world.id('brought in') }),
    concerned: (_kind, { detail }) => [`${detail.split('/')[0]} own`],
  },
}

function granted(world: Journey['world'], role: string) {
  const organisation = world.id(`${role.split('/')[0]} own`)
  return { mandate: world.id('brought in'), organisation, role, limit: null }
}

const certifier = ({ country }: Journey, standing: string) => `${country.names.certifier} ${standing}`

const certifiers: Record<string, Tried> = {
  CertifierAccredited: {
    request: (journey) => ({
      organisation: journey.world.id(certifier(journey, 'own')),
      accreditation: journey.world.id('tried accreditation'),
      body: journey.world.hash('accreditors'),
      scopes: ['2'],
      from: '2026-01-01',
      to: '2028-12-31',
    }),
  },
  AccreditationWithdrawn: {
    request: (journey) => ({
      organisation: journey.world.id(certifier(journey, 'own')),
      accreditation: journey.world.id(`${certifier(journey, 'own')} accreditation`),
      reason: 'ended',
    }),
  },
  CertifierAssigned: {
    before: ({ world, project }) =>
      must(world, 'CertifierReleased', { project: world.id(project), task: 'validation', reason: 'ended' }),
    request: (journey) => {
      const { world, project } = journey
      return { project: world.id(project), task: 'validation', organisation: world.id(certifier(journey, 'other')) }
    },
  },
  CertifierReleased: {
    request: ({ world, project }) => ({ project: world.id(project), task: 'validation', reason: 'ended' }),
  },
  ProjectCertified: { request: ({ world, project }) => ({ project: world.id(project) }) },
  CertificationRevoked: {
    request: (journey) => {
      const { world, project } = journey
      return { project: world.id(project), organisation: world.id(certifier(journey, 'assigned')), reason: 'request' }
    },
    concerned: (_kind, _line, journey) => [certifier(journey, 'assigned')],
  },
}

const reason = ({ needs }: Line) => (needs.includes('reason') ? { reason: 'other' } : {})

/** `<kind of document>/<slot>`: on the version in force, or on what is not there. Ink is an owner's. */
function signature({ world, country, project }: Journey, _kind: string, { of, detail, action }: Line) {
  const [document = '', slot = ''] = detail.split('/')
  const period = of === 'period' ? periodOf(world, project) : null
  const row = period === null ? world.state.get('project', world.id(project)) : world.state.get('period', period)
  const { version = 1, sha256 = world.hash('nothing') } = row?.documents[document] ?? {}
  const ink = { level: 'WET', organisation: world.id(`${country.names.developer} own`) }
  return {
    ...{ project: world.id(project), period, document, version, sha256, slot, evidence: world.hash('how') },
    ...(action === 'documents.sign.ink' ? ink : { level: 'AES' }),
  }
}

/** An agreement on units of the project, between the accounts of two. */
function agreement({ world, project }: Journey, seller: string, buyer: string) {
  const sides = { id: world.id(`deal of ${seller} and ${buyer}`), seller: world.id(seller), buyer: world.id(buyer) }
  const sha256 = world.hash(`deal ${world.state.size}`)
  return { project: world.id(project), document: 'transfer-agreement', sha256, name: null, agreement: sides }
}

/** A side of an agreement that the own organisation has with somebody; where it may not be submitted there is none. */
function sideOf(slot: 'seller' | 'buyer'): Tried {
  const between = (kind: string) => (slot === 'seller' ? [`${kind} own`, 'bystander'] : ['bystander', `${kind} own`])
  return {
    before: (journey) => {
      const { world, country, project } = journey
      const { states = [] } = world.law().preset.documents.find((one) => one.of === 'transfer') ?? {}
      if (!states.includes(world.state.get('project', world.id(project))?.state ?? '')) return
      for (const kind of country.names.holders) {
        const [seller = '', buyer = ''] = between(kind)
        happens(world, 'DocumentSubmitted', agreement(journey, seller, buyer), `${seller} clerk`)
      }
    },
    request: ({ world, project }, kind) => {
      const [seller = '', buyer = ''] = between(kind)
      const id = world.id(`deal of ${seller} and ${buyer}`)
      const document = 'transfer-agreement'
      const { version = 1, sha256 = world.hash('nothing') } =
        world.state.get('agreement', id)?.documents[document] ?? {}
      const how = { slot, level: 'AES', evidence: world.hash('how') }
      return { project: world.id(project), document, agreement: id, version, sha256, ...how }
    },
    concerned: own,
    ofHolders: true,
  }
}

const projects: Record<string, Tried> = {
  ProjectRegistered: {
    request: ({ world }, kind) => {
      const about = { title: world.hash('tried'), scope: '1', methodology: 'AMS-I.D' }
      return { project: world.id('tried'), ...about, owners: [{ account: world.id(`${kind} own`), share: '100' }] }
    },
  },
  ProjectMoved: {
    request: ({ world, project }, _kind, line) => ({ project: world.id(project), move: line.detail, ...reason(line) }),
  },
  OwnershipChanged: {
    request: ({ world, project }) => {
      return { project: world.id(project), owners: [{ account: world.id('bystander'), share: '100' }] }
    },
  },
  IssuanceTermsSet: {
    request: ({ world, project }) => {
      return { project: world.id(project), buffer: '10', exempt: [], reason: 'risk-assessment' }
    },
  },
  DocumentSubmitted: { request: (journey, _kind, { of, detail }) => paper(journey, of, detail) },
  'DocumentSubmitted transfer-agreement': {
    request: (journey, kind) => agreement(journey, `${kind} own`, 'bystander'),
    concerned: own,
    ofHolders: true,
  },
  'DocumentSigned transfer-agreement/seller': sideOf('seller'),
  'DocumentSigned transfer-agreement/buyer': sideOf('buyer'),
  DocumentSigned: { request: signature },
  FindingRaised: { request: (journey, _kind, { of }) => finding(journey, of) },
  FindingAnswered: { request: (journey, _kind, { of }) => answerTo(journey, of) },
  FindingAssessed: { request: (journey, _kind, { of }) => ({ ...answerTo(journey, of), outcome: 'closed' }) },
  CreditingPeriodSet: {
    request: ({ world, project, country }) => {
      const kind = country.preset === 'two-ministries' ? 'fixed' : 'renewable'
      const to = country.preset === 'two-ministries' ? '2033-12-31' : '2028-12-31'
      return { project: world.id(project), kind, from: '2024-01-01', to }
    },
  },
  MonitoringPeriodOpened: {
    request: ({ world, project }) => {
      return { period: periodOf(world, project), project: world.id(project), ...lastYear }
    },
  },
  MonitoringPeriodMoved: {
    request: ({ world, project }, _kind, line) => {
      return { period: periodOf(world, project), move: line.detail, ...reason(line) }
    },
  },
  OutcomeCertified: {
    request: ({ world, project }) => {
      return { period: periodOf(world, project), outcomes: [{ vintage: '2025', certified: '10' }] }
    },
  },
  QuantityAuthorised: { request: authorisation },
}

const law: Record<string, Tried> = {
  Genesis: { request: ({ world }) => world.founding() },
  DocumentAdopted: {
    request: (journey, _kind, { detail }) => nextDocument(journey, detail === 'preset' ? 'preset' : 'permissions'),
  },
  ParametersAdopted: {
    request: ({ world }) => {
      const set = { id: 'tried', version: '1', entries: [] }
      return { number: 1, name: set.id, version: set.version, sha256: world.lend(documentBytes(set)) }
    },
  },
  KeyRotated: {
    request: ({ world }) => ({ ...rotation(world.id('ledger'), world.origin, [world.key, nextKey]) }),
  },
}

const mirrors: Record<string, Tried> = {
  MirrorOpened: {
    request: ({ world }) => {
      return { registry: 'nowhere', active: world.id('a'), retired: world.id('b'), cancelled: world.id('c') }
    },
  },
  MirrorRecorded: { request: ({ world }) => foreignRecord(world, { range: ['501', '600'] }) },
  MirrorProjectRecorded: { request: ({ world }) => listed(world) },
  MirrorLotRecorded: {
    request: ({ world }) => ({ ...listed(world), vintage: '2020', unitType: 'VCU', quantity: '5', issuedOn: null }),
  },
}

function listed(world: Journey['world']) {
  return { registry: 'elsewhere', project: { id: world.id('grove'), code: 'P7' }, facts: world.hash('facts') }
}

const all: Record<string, Tried> = {
  ...law,
  ...organisations,
  ...mandates,
  ...certifiers,
  ...projects,
  ...mirrors,
  ...unitCommands,
  ...waitingCommands,
}

/** How the command of a line is tried. */
export function triedOf({ command, detail }: Line): Tried {
  const tried = all[`${command} ${detail}`] ?? all[command]
  if (!tried) throw new Error(`no way to try ${command} ${detail}`)
  return tried
}
