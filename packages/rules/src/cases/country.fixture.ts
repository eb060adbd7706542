import type { Entry } from '../envelope.ts'
import { World } from './world.fixture.ts'

/**
 * A country to test rules in. The government has a root, two officers, a treasury and the pools of issuances; the
 * companies Sun and Port have two people each, whom different officers have admitted, one account of each kind that they need, and a project each: Solar is
 * Sun's, Tide is Port's. Batch `solar 2024` (serials 1–300) is Sun's, `tide 2024` (301–400) is Port's. Elsewhere is
 * another registry on record, and Sun has an account in Kenya's.
 */
export function country(): World {
  base ??= built()
  return base.copy()
}

let base: World | undefined

function built(): World {
  const world = new World()
  world.found()
  people(world)
  accounts(world)
  for (const [project, owner] of [
    ['solar', 'sun'],
    ['tide', 'port'],
  ] as const) {
    world.do('ProjectRegistered', project_(world, project, owner))
    world.do('ProjectMoved', { project: world.id(project), move: 'register' })
    world.do('QuantityAuthorised', authorisation(world, project))
  }
  world.decree('BatchIssued', issuance(world, 'solar', '2024', '300'))
  world.decree('BatchIssued', issuance(world, 'tide', '2024', '100'))
  const [active, retired, cancelled] = ['active', 'retired', 'cancelled'].map((fate) => world.id(`elsewhere ${fate}`))
  world.do('MirrorOpened', { registry: 'elsewhere', active, retired, cancelled })
  return world
}

function people(world: World): void {
  const grant = (name: string, organisation: string, role: string, by = 'officer') =>
    world.do(
      'MandateGranted',
      { mandate: world.id(name), organisation: world.id(organisation), role, limit: null },
      { by: world.id(by) },
    )
  grant('root', 'authority', 'government/Root', 'system')
  grant('officer', 'authority', 'government/Admin', 'root')
  grant('second officer', 'authority', 'government/Admin', 'root')
  for (const company of ['sun', 'port']) {
    const organisation = `${company} ltd`
    world.do('OrganisationRegistered', {
      organisation: world.id(organisation),
      kind: 'developer',
      name: world.hash(company),
    })
    grant(`${company} admin`, organisation, 'developer/Admin', 'second officer')
    grant(`${company} second`, organisation, 'developer/Admin')
  }
}

function accounts(world: World): void {
  const open = (organisation: string, kinds: Record<string, string>) =>
    world.do('AccountsOpened', {
      organisation: world.id(organisation),
      accounts: Object.entries(kinds).map(([name, kind]) => {
        return { account: world.id(name), kind, registry: kind === 'foreign' ? 'KEN01' : null }
      }),
    })
  const pools = { buffer: 'buffer', proceeds: 'share-of-proceeds', omge: 'omge' }
  open('authority', {
    treasury: 'holding',
    ...pools,
    'other buffer': 'buffer',
    'ndc use': 'ndc-use',
    'made good': 'cancellation',
  })
  for (const company of ['sun', 'port']) {
    const ends = { [`${company} retirement`]: 'retirement', [`${company} cancellation`]: 'cancellation' }
    open(`${company} ltd`, {
      [company]: 'holding',
      ...ends,
      [`${company} abroad`]: 'foreign',
      [`${company} reserve`]: 'holding',
    })
  }
  world.decree('PoolsNamed', {
    buffer: world.id('buffer'),
    shareOfProceeds: world.id('proceeds'),
    omge: world.id('omge'),
    host: world.id('treasury'),
  })
}

export function project_(world: World, project: string, owner: string) {
  return {
    project: world.id(project),
    title: world.hash(project),
    scope: '1',
    methodology: 'AMS-I.D',
    owners: [{ account: world.id(owner), share: '100' }],
  }
}

export function authorisation(world: World, project: string, name = `${project} itmo`) {
  return {
    authorisation: world.id(name),
    project: world.id(project),
    unitType: 'ITMO',
    quantity: '100000',
    purposes: ['NDC'],
    firstTransfer: null as string | null,
    cooperativeApproach: 'CA0001' as string | null,
  }
}

export function issuance(world: World, project: string, vintage: string, quantity: string, name = `${project} itmo`) {
  return {
    batch: world.id(`${project} ${vintage}`),
    authorisation: world.id(name),
    vintage,
    quantity,
    monitoringPeriod: null,
  }
}

/** An issuance as a correction carries it. */
export function issuedAs({ type, at, by, body }: Entry, index: number) {
  return { index, type, at, by, body }
}
