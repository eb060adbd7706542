import { expect, test } from 'vitest'
import { country } from './cases/country.fixture.ts'
import { transfer } from './cases/movements.cases.ts'
import { bySun, suspendCompany } from './cases/people.fixture.ts'
import { type Outcome, World } from './cases/world.fixture.ts'
import { reads } from './engine.ts'
import { decodeEntry, type Entry, encodeEntry, proposalHash } from './envelope.ts'
import { commonRefusals, isRefusal, type Refusal } from './refusal.ts'

/** A lawful transfer that was not written yet, for a forger to change. */
function drafted(world: World): Entry {
  const { entry } = world.copy().do('CreditsTransferred', transfer(world), bySun(world))
  return entry
}

/** The entry as somebody else would have it. */
function judged(
  change: (entry: Entry, world: World) => object,
  before: (world: World) => void = () => undefined,
): Outcome {
  const world = country()
  before(world)
  const entry = drafted(world)
  return world.judge({ ...entry, ...change(entry, world) })
}

function hold(world: World, by: string, approvers: string[] = []): Outcome {
  const about = { hold: world.id('hold'), account: world.id('sun'), batch: null, range: null, reason: 'court-order' }
  return world.try('HoldPlaced', about, { by: world.id(by), approvers: approvers.map((name) => world.id(name)) })
}
const issuance = (world: World) => ({
  batch: world.id('new'),
  authorisation: world.id('solar itmo'),
  vintage: '2025',
  quantity: '10',
  monitoringPeriod: null,
})

function issue(approvers: string[], change: (entry: Entry, world: World) => object = () => ({})): Outcome {
  const world = country()
  const draft = world.copy().decree('BatchIssued', issuance(world)).entry
  const proposal = proposalHash(draft)
  const entry = { ...draft, approvals: approvers.map((name) => ({ by: world.id(name), proposal })) }
  return world.judge({ ...entry, ...change(entry, world) })
}

/** One example, or more, of each refusal that every entry may meet. */
const examples: Record<(typeof commonRefusals)[number], (() => Outcome | Refusal | Entry)[]> = {
  malformed: [
    () => decodeEntry(new TextEncoder().encode('{}')),
    () => judged(({ body }) => ({ body: { ...body, more: true } })),
    () => judged(() => ({ key: null })),
  ],
  'too-large': [() => decodeEntry(encodeEntry({ ...drafted(country()), body: { text: 'x'.repeat(16_384) } }))],
  'unknown-type': [
    () => judged(() => ({ type: 'CreditsConjured' })),
    () => judged(() => ({ v: 2 })),
    () => {
      const world = country()
      const command = { type: 'CreditsConjured', by: world.id('officer'), approvals: [], key: null, request: {} }
      return reads(world.state, command, world.law()) as Refusal
    },
  ],
  'time-goes-back': [() => judged(() => ({ at: '2025-12-31T23:59:59.999Z' }))],
  'key-used': [() => judged((_, world) => ({ key: (hold(world, 'officer') as { entry: Entry }).entry.key }))],
  'stream-broken': [
    () => judged(({ streams }) => ({ streams: streams.slice(1) })),
    () => judged(({ streams }) => ({ streams: [...streams, streams[0]] })),
    () => judged(({ streams }) => ({ streams: streams.map(([id, revision]) => [id, revision, null]) })),
    () => judged(({ streams }) => ({ streams: streams.map(([id, revision, leaf]) => [id, revision + 1, leaf]) })),
  ],
  'not-first': [
    () => new World().judge(drafted(country())),
    () => country().judge(new World().genesis(country().founding())),
  ],
  'document-unknown': [() => new World().judge(new World().genesis(new World().founding()))],
  'mandate-unknown': [() => judged(() => ({ by: '0'.repeat(32) })), () => issue(['nobody'])],
  'mandate-revoked': [
    () => {
      const world = country()
      world.do('MandateRevoked', { mandate: world.id('sun admin') })
      return world.try('CreditsTransferred', transfer(world), bySun(world))
    },
  ],
  'mandate-limit': [
    () => {
      const world = country()
      const small = {
        mandate: world.id('small'),
        organisation: world.id('sun ltd'),
        role: 'developer/Admin',
        limit: '9',
      }
      world.do('MandateGranted', small)
      return world.try('CreditsTransferred', transfer(world), { by: world.id('small') })
    },
  ],
  'organisation-suspended': [
    () => {
      const world = country()
      suspendCompany(world, 'sun ltd')
      const grant = {
        mandate: world.id('new'),
        organisation: world.id('sun ltd'),
        role: 'developer/Admin',
        limit: null,
      }
      return world.try('MandateGranted', grant, bySun(world))
    },
  ],
  'not-permitted': [() => hold(country(), 'sun admin'), () => hold(country(), 'root'), () => issue(['root'])],
  'conflict-of-interest': [
    () => {
      const world = country()
      const owners = [{ account: world.id('treasury'), share: '100' }]
      const about = { title: world.hash('wind'), scope: '1', methodology: 'AMS-I.D', owners }
      world.do('ProjectRegistered', { project: world.id('wind'), ...about })
      return world.try('ProjectMoved', { project: world.id('wind'), move: 'register' })
    },
    () => {
      const world = country()
      const by = { 'government/Admin': 'any', 'developer/Admin': 'any' }
      world.adopt('permissions', (table) => Object.assign(table.actions, { 'credits.issue': by }))
      return world.try('BatchIssued', issuance(world), { by: world.id('sun admin'), approvers: [world.id('officer')] })
    },
    () => {
      const world = country()
      const policy = { 'credits.issue': [{ count: 1, by: ['developer/Admin'] }] }
      world.adopt('permissions', (table) => Object.assign(table.approvals, policy))
      return world.try('BatchIssued', issuance(world), { approvers: [world.id('sun admin')] })
    },
  ],
  'accreditation-missing': [
    () => {
      const world = country()
      const by = { 'government/Admin': 'any', 'developer/Admin': 'assigned' }
      world.adopt('permissions', (table) => Object.assign(table.actions, { 'projects.move.suspend': by }))
      const [id, row] = [world.id('solar'), world.state.get('project', world.id('solar'))]
      if (!row) throw new Error('the project is there')
      const put = { kind: 'project' as const, id, row: { ...row, certifiers: { validation: world.id('port ltd') } } }
      world.state.apply({ puts: [put], postings: [], runs: [] })
      return world.try('ProjectMoved', { project: id, move: 'suspend' }, { by: world.id('port admin') })
    },
  ],
  'approval-missing': [() => issue([])],
  'approval-not-distinct': [() => issue(['officer']), () => issue(['second officer', 'second officer'])],
  'approval-mismatch': [
    () => issue(['second officer'], ({ body }) => ({ body: { ...body, vintage: '2024' } })),
    () =>
      issue(['second officer'], ({ approvals }) => ({
        approvals: approvals.map((one) => ({ ...one, signature: '' })),
      })),
  ],
}

test.each(commonRefusals)('every entry may be refused as %s', (code) => {
  expect(examples[code].length).toBeGreaterThan(0)
  for (const example of examples[code]) {
    const outcome = example()
    expect(isRefusal(outcome) && outcome.refused, JSON.stringify(outcome)).toBe(code)
  }
})
