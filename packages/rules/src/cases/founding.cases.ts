import { documentBytes } from '../documents.ts'
import type { PermissionTable } from '../permissions.ts'
import type { Preset } from '../preset.ts'
import { type Case, given, refuses, writes } from './case.fixture.ts'
import { country } from './country.fixture.ts'
import { byBoth, bySun } from './people.fixture.ts'
import { opened, step } from './periods.fixture.ts'
import { rotation, type TestKey, testKey } from './signing.fixture.ts'
import { World } from './world.fixture.ts'

/** A ledger that is founded with the simple documents, changed. */
function foundedWith(project: object, twoPersons: string[] = []) {
  const { preset } = country().law()
  const changed = { ...preset, project: { ...preset.project, ...project }, twoPersons }
  const world = new World()
  return world.judge(world.genesis({ ...world.founding(), preset: world.lend(documentBytes(changed)) }))
}

const genesisCases: Case[] = [
  refuses('Genesis', 'not-first', 'a second genesis', (world) => world.judge(world.genesis(world.founding()))),
  refuses('Genesis', 'document-unknown', 'a preset that nobody has', () => {
    const world = new World()
    return world.judge(world.genesis({ ...world.founding(), preset: world.hash('no preset') }))
  }),
  refuses('Genesis', 'preset-strands', 'a preset that projects do not leave', () =>
    foundedWith({ ends: ['rejected'] }),
  ),
  refuses('Genesis', 'law-closed', 'a table whose officers nobody appoints', () => {
    const world = new World()
    const { permissions } = country().law()
    const { 'mandates.government/Admin': _, ...actions } = permissions.actions
    const sha256 = world.lend(documentBytes({ ...permissions, actions }))
    return world.judge(world.genesis({ ...world.founding(), permissions: sha256 }))
  }),
  refuses('Genesis', 'nobody-may', 'a certification that is needed, where the table lets nobody certify', () => {
    const world = new World()
    const { permissions, preset } = country().law()
    const { 'projects.certify': _, ...actions } = permissions.actions
    const needing = { ...preset, certification: { states: ['registered'], neededToIssue: true } }
    const documents = { permissions: { ...permissions, actions }, preset: needing }
    const lent = Object.entries(documents).map(([kind, one]) => [kind, world.lend(documentBytes(one))])
    return world.judge(world.genesis({ ...world.founding(), ...Object.fromEntries(lent) }))
  }),
  refuses('Genesis', 'certifiers-hold', 'a government that certifies what it keeps the accounts of', () => {
    const world = new World()
    const { preset } = country().law()
    const changed = { ...preset, certifiers: { ...preset.certifiers, kinds: ['government'] } }
    return world.judge(world.genesis({ ...world.founding(), preset: world.lend(documentBytes(changed)) }))
  }),
  refuses('Genesis', 'one-person-decides', 'a table that does not ask for the second person of the preset', () =>
    foundedWith({}, ['projects.move.register']),
  ),
  writes(
    'Genesis',
    'the ledger, the government, the system and the source of all units',
    () => {
      const world = new World()
      return world.judge(world.genesis(world.founding()))
    },
    [
      'new ledger: ledger ledger, origin tallystick/test/xt/0123456789abcdef, country XT, timeZone UTC, system system, authority authority, issuance issuance, test true, permissions hash, preset hash, projects 0, states {}, periods {}, holders [government], certificates 0, pools {buffer:null,shareOfProceeds:null,omge:null,host:null}, key tallystick/test/xt/0123456789abcdef+key, kept 0',
      'new organisation authority: kind government, active true, affiliates [], accreditations {}',
      'new mandate system: organisation authority, role system/system, active true, hand system',
      'new account issuance: organisation authority, kind issuance, active true',
      'new document hash: index 0',
      'new document hash: index 0',
      'new signingKey hash: index 0',
    ],
  ),
]

const adopt = (world: World, change: object = {}) => {
  const preset = { ...world.law().preset, version: 2 }
  const request = { document: 'preset', version: 2, sha256: world.lend(documentBytes(preset)), ...change }
  return world.try('DocumentAdopted', request, { by: world.id('root'), approvers: [world.id('officer')] })
}

const next = (world: World) => ({ ...world.law().preset, version: 2 })
type Life = Preset['project']

const adoptLife = (world: World, change: (life: Life) => object, more: object = {}) => {
  const { project, ...others } = next(world)
  const preset = { ...others, ...more, project: { ...project, ...change(project) } }
  return adopt(world, { sha256: world.lend(documentBytes(preset)) })
}

const adoptTable = (world: World, change: (table: PermissionTable) => object) => {
  const { permissions } = world.law()
  const table = { ...permissions, version: 2, ...change(permissions) }
  return adopt(world, { document: 'permissions', sha256: world.lend(documentBytes(table)) })
}

const asked = (by: string[]) => [{ count: 1, by }]

const renamed = ({ from, to }: Life['moves'][number]) => {
  const rename = (state: string) => (state === 'registered' ? 'entered' : state)
  return { from: from.map(rename), to: rename(to) }
}

const adoptionCases: Case[] = [
  refuses('DocumentAdopted', 'version-not-next', 'a version is left out', (world) => adopt(world, { version: 3 })),
  refuses('DocumentAdopted', 'version-not-next', 'the document says another version than the entry', (world) => {
    const preset = { ...world.law().preset, version: 3 }
    return adopt(world, { sha256: world.lend(documentBytes(preset)) })
  }),
  refuses('DocumentAdopted', 'document-unknown', 'bytes that nobody has', (world) =>
    adopt(world, { sha256: world.hash('') }),
  ),
  refuses('DocumentAdopted', 'document-unknown', 'a preset as the permission table', (world) =>
    adopt(world, { document: 'permissions' }),
  ),
  refuses('DocumentAdopted', 'preset-strands', 'no way out of a state', (world) =>
    adoptLife(world, ({ moves }) => ({ moves: moves.filter(({ name }) => name === 'register' || name === 'suspend') })),
  ),
  refuses('DocumentAdopted', 'preset-strands', 'states that lead only to one another', (world) =>
    adoptLife(world, () => ({ ends: ['rejected', 'withdrawn'] })),
  ),
  refuses('DocumentAdopted', 'preset-strands', 'no more of a state that projects are in', (world) =>
    adoptLife(
      world,
      ({ moves, states }) => ({
        states: [...states.filter((state) => state !== 'registered'), 'entered'],
        mayAuthorise: [],
        mayIssue: [],
        moves: moves.map((one) => ({ ...one, ...renamed(one) })),
      }),
      { documents: [], findings: { states: [] }, certification: { states: [], neededToIssue: false } },
    ),
  ),
  refuses('DocumentAdopted', 'preset-strands', 'a state that nothing leads to', (world) =>
    adoptLife(world, ({ states, ends }) => ({ states: [...states, 'limbo'], ends: [...ends, 'limbo'] })),
  ),
  refuses('DocumentAdopted', 'preset-strands', 'periods that are void, and would not be any more', (world) => {
    opened(world)
    given(step(world, 'withdraw-report', bySun(world)))
    const { period, ...others } = world.law().preset
    const version = others.version + 1
    const preset = { ...others, version, period: { ...period, void: ['refused'] } }
    return adopt(world, { version, sha256: world.lend(documentBytes(preset)) })
  }),
  refuses('DocumentAdopted', 'preset-strands', 'a way out that nobody may take', (world) =>
    adoptLife(world, ({ moves }) => ({
      moves: moves.map((one) => (one.name === 'deregister' ? { ...one, name: 'abolish' } : one)),
    })),
  ),
  refuses('DocumentAdopted', 'preset-strands', 'a way out that needs what is not submitted there', (world) =>
    adoptLife(
      world,
      ({ moves }) => ({
        moves: moves.map((one) =>
          one.name === 'deregister' ? { ...one, needs: { documents: ['project-design'], fresh: true } } : one,
        ),
        ...{ ends: ['rejected', 'withdrawn', 'deregistered'] },
      }),
      { documents: [{ kind: 'project-design', states: ['submitted'] }] },
    ),
  ),
  refuses('DocumentAdopted', 'nobody-may', 'a way out whose approval nobody can give', (world) =>
    adoptTable(world, ({ roles, approvals }) => ({
      roles: [...roles, 'court/Admin'],
      approvals: { ...approvals, 'projects.move.deregister': asked(['court/Admin']) },
    })),
  ),
  refuses('DocumentAdopted', 'one-person-decides', 'a preset that asks for two where the table asks for one', (world) =>
    adopt(world, { sha256: world.lend(documentBytes({ ...next(world), twoPersons: ['projects.move.reject'] })) }),
  ),
  refuses('DocumentAdopted', 'one-person-decides', 'a table that asks for one where the preset asks for two', (world) =>
    adoptTable(world, ({ approvals: { 'credits.issue': _, ...approvals } }) => ({ approvals })),
  ),
  refuses('DocumentAdopted', 'one-person-decides', 'two for what the table does not know', (world) =>
    adopt(world, { sha256: world.lend(documentBytes({ ...next(world), twoPersons: ['credits.isue'] })) }),
  ),
  refuses('DocumentAdopted', 'one-person-decides', 'approvals by people whom the one who acts appoints', (world) =>
    adoptTable(world, ({ appoints, approvals }) => ({
      appoints: [...appoints, 'developer/Admin'],
      approvals: { ...approvals, 'credits.transfer.abroad': asked(['developer/Manager']) },
    })),
  ),
  refuses('DocumentAdopted', 'certifiers-hold', 'a kind that is to certify, of which some have accounts', (world) => {
    const { certifiers, ...others } = next(world)
    const kinds = [...certifiers.kinds, 'developer']
    return adopt(world, { sha256: world.lend(documentBytes({ ...others, certifiers: { ...certifiers, kinds } })) })
  }),
  refuses('DocumentAdopted', 'law-closed', 'adoptions that nobody can be appointed to approve', (world) =>
    adoptTable(world, ({ roles, approvals }) => ({
      roles: [...roles, 'ministry/Chair'],
      approvals: { ...approvals, 'documents.adopt': asked(['ministry/Chair']) },
    })),
  ),
  refuses('DocumentAdopted', 'law-closed', 'adoptions that nobody is appointed to make', (world) =>
    adoptTable(world, ({ actions: { 'mandates.government/Root': _, ...actions } }) => ({ actions })),
  ),
  refuses('DocumentAdopted', 'nobody-may', 'a certification that is needed, and that nobody may give', (world) =>
    adopt(world, {
      sha256: world.lend(
        documentBytes({
          ...next(world),
          certification: { states: ['registered'], neededToIssue: true },
          certifiers: { ...next(world).certifiers, kinds: [] },
        }),
      ),
    }),
  ),
  refuses('DocumentAdopted', 'nobody-may', 'issuances where the preset has them, and nobody issues', (world) =>
    adoptTable(world, ({ actions: { 'credits.issue': _, ...actions }, independent }) => ({
      actions,
      independent: independent.filter((action) => action !== 'credits.issue'),
    })),
  ),
  refuses('DocumentAdopted', 'nobody-may', 'a retirement that waits for whom the table lets approve none', (world) =>
    adoptTable(world, ({ roles, actions, approvals }) => ({
      roles: [...roles, 'ministry/Chair'],
      actions: { ...actions, 'mandates.ministry/Chair': { 'government/Admin': 'any' } },
      approvals: { ...approvals, 'credits.retire': asked(['ministry/Chair']) },
    })),
  ),
  refuses('DocumentAdopted', 'nobody-may', 'a document that a move needs, and that nobody may submit', (world) =>
    adopt(world, {
      sha256: world.lend(
        documentBytes({
          ...next(world),
          project: {
            ...next(world).project,
            moves: next(world).project.moves.map((one) =>
              one.name === 'register' ? { ...one, needs: { documents: ['poem'] } } : one,
            ),
          },
          documents: [...next(world).documents, { kind: 'poem', states: next(world).project.states }],
        }),
      ),
    }),
  ),
  writes('DocumentAdopted', 'it is in force from the next entry on', (world) => adopt(world), [
    'ledger: as before',
    'new document hash: index 23',
  ]),
]

const [second, third] = [testKey(), testKey()]
const hand = (world: World, keys: [TestKey, TestKey], change: object = {}, name?: string) => {
  const rotated = rotation(world.id('ledger'), world.origin, keys, name)
  return world.try('KeyRotated', { ...rotated, ...change }, byBoth(world))
}

const keyCases: Case[] = [
  refuses('KeyRotated', 'signing-key-name', 'keys of another log', (world) =>
    hand(world, [world.key, second], {}, 'elsewhere/log/0'),
  ),
  refuses('KeyRotated', 'signing-key-not-in-force', 'a key that does not sign', (world) =>
    hand(world, [second, third]),
  ),
  refuses('KeyRotated', 'signing-key-known', 'back to the key itself', (world) => hand(world, [world.key, world.key])),
  refuses('KeyRotated', 'signing-key-known', 'back to a key that signed before', (world) => {
    hand(world, [world.key, second])
    return hand(world, [second, world.key])
  }),
  refuses('KeyRotated', 'signature-wrong', 'the next key has not signed', (world) => {
    const { signatures } = rotation(world.id('ledger'), world.origin, [world.key, second])
    return hand(world, [world.key, second], { signatures: { ...signatures, next: signatures.previous } })
  }),
  refuses('KeyRotated', 'signature-wrong', 'a handover of another ledger', (world) => {
    const { signatures } = rotation(world.id('other ledger'), world.origin, [world.key, second])
    return hand(world, [world.key, second], { signatures })
  }),
  writes('KeyRotated', 'the next key signs from now on', (world) => hand(world, [world.key, second]), [
    'ledger: key tallystick/test/xt/0123456789abcdef+key → tallystick/test/xt/0123456789abcdef+key',
    'new signingKey hash: index 23',
  ]),
]

export const foundingCases: Case[] = [...genesisCases, ...adoptionCases, ...keyCases]
