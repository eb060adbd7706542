import { World } from '../../packages/rules/src/cases/world.fixture.ts'
import type { RuleName } from '../../packages/rules/src/declarations.ts'
import {
  admit,
  applyVerdict,
  type Command,
  currentVersion,
  decideBody,
  draft,
} from '../../packages/rules/src/engine.ts'
import {
  askedFor,
  type Entry,
  encodeEntry,
  isRefusal,
  leafOf,
  proposalHash,
  type Refusal,
  shippedDocuments,
} from '../../packages/rules/src/index.ts'
import { rules } from '../../packages/rules/src/rules.ts'

export type PresetName = 'simple' | 'article6' | 'two-ministries'
export type Request = Record<string, unknown>

/** What a country calls its organisations, and what the walk needs to know of each kind. */
export interface Names {
  /** Kinds of organisations, with the roles that their people have. */
  kinds: Readonly<Record<string, readonly string[]>>
  developer: string
  certifier: string
  /** Kinds that move units of their own. */
  holders: readonly string[]
  /** Kinds that use units towards the NDC. */
  users: readonly string[]
}

const ALL = ['Admin', 'Manager', 'ViewOnly']

const usual: Names = {
  kinds: { government: ALL, developer: ALL, certifier: ALL, ministry: ALL, holder: ALL, api: ALL },
  developer: 'developer',
  certifier: 'certifier',
  holders: ['government', 'developer', 'holder'],
  users: ['government'],
}

export const countries: Readonly<Record<PresetName, Names>> = {
  simple: usual,
  article6: usual,
  'two-ministries': {
    kinds: {
      government: ALL,
      environment: ALL,
      finance: ALL,
      proponent: ALL,
      auditor: ALL,
      investor: ALL,
      api: ['Admin', 'ViewOnly'],
    },
    developer: 'proponent',
    certifier: 'auditor',
    holders: ['finance', 'proponent', 'investor'],
    users: ['finance'],
  },
}

/** Where somebody stands to the project that the walk is about. */
export type Standing = 'own' | 'affiliate' | 'assigned' | 'other'

export interface Person {
  /** The name of the mandate. */
  name: string
  role: string
  organisation: string
  standing: Standing
}

/** A country under a preset, with everybody who tries. */
export interface Country {
  preset: PresetName
  names: Names
  people: readonly Person[]
}

function standings(kind: string, { certifier }: Names): Standing[] {
  return ['own', 'affiliate', 'other', ...(kind === certifier ? (['assigned'] as const) : [])]
}

/** The authority is the organisation of the government that has nothing to do with the project. */
export function organisationName(kind: string, standing: Standing): string {
  return kind === 'government' && standing === 'other' ? 'authority' : `${kind} ${standing}`
}

export function countryOf(preset: PresetName): Country {
  const names = countries[preset]
  const people = Object.entries(names.kinds).flatMap(([kind, levels]) =>
    standings(kind, names).flatMap((standing) =>
      levels.map((level): Person => {
        const organisation = organisationName(kind, standing)
        return { name: `${organisation} ${level}`, role: `${kind}/${level}`, organisation, standing }
      }),
    ),
  )
  const root: Person = { name: 'root', role: 'government/Root', organisation: 'authority', standing: 'other' }
  const system: Person = { name: 'system', role: 'system/system', organisation: 'authority', standing: 'other' }
  return { preset, names, people: [...people, root, system] }
}

/** Those who prepare what is tried: they are never among those who try. */
const clerk = (organisation: string) => `${organisation} clerk`
const colleague = (organisation: string) => `${organisation} colleague`

/** Somebody in this role who has nothing to do with the project; `second` is another one. */
export function approver(role: string, second = false): string {
  const [kind = ''] = role.split('/')
  const organisation = organisationName(kind, 'other')
  return second ? colleague(organisation) : clerk(organisation)
}

/** Founds the country: organisations with their people, accounts, and what stands between them. */
export function founded({ preset, names, people }: Country): World {
  const world = new World()
  const { permissions, preset: text } = shippedDocuments[preset]
  const documents = { permissions: world.lend(permissions), preset: world.lend(text) }
  const outcome = world.judge(world.genesis({ ...world.founding(), ...documents }))
  if (isRefusal(outcome)) throw new Error(JSON.stringify(outcome))
  grant(world, 'root', 'authority', 'government/Root', 'system')
  for (const [kind] of Object.entries(names.kinds)) {
    for (const standing of standings(kind, names)) {
      const organisation = organisationName(kind, standing)
      if (organisation !== 'authority') register(world, organisation, kind)
      for (const name of [clerk(organisation), colleague(organisation)])
        grant(world, name, organisation, `${kind}/Admin`)
    }
  }
  register(world, 'bystander', names.developer)
  grant(world, clerk('bystander'), 'bystander', `${names.developer}/Admin`)
  for (const { name, role, organisation } of people) {
    if (name !== 'system' && name !== 'root') grant(world, name, organisation, role)
  }
  open(world, names)
  for (const kind of Object.keys(names.kinds)) affiliate(world, `${kind} affiliate`, `${names.developer} own`)
  accredit(world, names)
  return world
}

function register(world: World, organisation: string, kind: string): void {
  const request = { organisation: world.id(organisation), kind, name: world.hash(organisation) }
  world.do('OrganisationRegistered', request, { by: world.id('root') })
}

function grant(world: World, name: string, organisation: string, role: string, by = 'root'): void {
  const request = { mandate: world.id(name), organisation: world.id(organisation), role, limit: null }
  world.do('MandateGranted', request, { by: world.id(by) })
}

/** Two organisations become affiliates. */
export function affiliate(world: World, a: string, b: string): void {
  const organisations = [world.id(a), world.id(b)].sort()
  must(world, 'AffiliationRecorded', { organisations, kind: 'ownership' })
}

const ends = { retirement: 'retirement', cancellation: 'cancellation', abroad: 'foreign', use: 'ndc-use' }

/** Kinds of organisations that have accounts: all but those that certify. */
export function accountHolders({ kinds, certifier }: Names): string[] {
  return Object.keys(kinds).filter((kind) => kind !== certifier)
}

function open(world: World, names: Names): void {
  const opened = (organisation: string, accounts: [string, string][]) =>
    must(world, 'AccountsOpened', {
      organisation: world.id(organisation),
      accounts: accounts.map(([name, kind]) => {
        return { account: world.id(name), kind, registry: kind === 'foreign' ? 'KEN01' : null }
      }),
    })
  for (const kind of accountHolders(names)) {
    const own = `${kind} own`
    const others = Object.entries(ends).map(([name, of]): [string, string] => [`${own} ${name}`, of])
    opened(own, [[own, 'holding'], [`${own} reserve`, 'holding'], ...others])
  }
  opened('bystander', [
    ['bystander', 'holding'],
    ['bystander retirement', 'retirement'],
  ])
  opened('authority', [
    ['buffer', 'buffer'],
    ['proceeds', 'share-of-proceeds'],
    ['omge', 'omge'],
    ['made good', 'cancellation'],
    ['treasury', 'holding'],
  ])
  must(world, 'PoolsNamed', {
    buffer: world.id('buffer'),
    shareOfProceeds: world.id('proceeds'),
    omge: world.id('omge'),
    host: world.id('treasury'),
  })
}

function accredit(world: World, { certifier }: Names): void {
  for (const standing of ['own', 'affiliate', 'assigned', 'other']) {
    must(world, 'CertifierAccredited', {
      organisation: world.id(`${certifier} ${standing}`),
      accreditation: world.id(`${certifier} ${standing} accreditation`),
      body: world.hash('accreditors'),
      scopes: ['1'],
      from: '2020-01-01',
      to: '2090-12-31',
    })
  }
}

/** What a request comes to in a ledger as it stands, before anybody's name is under it: the same, whoever asks. */
interface Unsigned {
  size: number
  type: string
  entry: Entry | Refusal
}

const unsigned = new WeakMap<World, WeakMap<Request, Unsigned>>()

function unsignedEntry(world: World, type: string, request: Request): Entry | Refusal {
  const { state } = world
  const known = unsigned.get(world) ?? new WeakMap<Request, Unsigned>()
  unsigned.set(world, known)
  const found = known.get(request)
  if (found?.size === state.size && found.type === type) return found.entry
  const command: Command = { type, by: '', approvals: [], key: world.hash(`try ${state.size}`), request }
  const body = decideBody(state, command, world.law())
  const entry = isRefusal(body) ? body : draft(state, command, body, world.now)
  known.set(request, { size: state.size, type, entry })
  return entry
}

/** An entry as somebody would write it; why there is none. */
function drafted(world: World, type: string, request: Request, by: string, approvers: readonly string[]) {
  const entry = unsignedEntry(world, type, request)
  if (isRefusal(entry)) return entry
  const signed = { ...entry, at: world.now, by: world.id(by) }
  if (approvers.length === 0) return signed
  const { key, body } = signed
  const proposal = proposalHash({ v: currentVersion(type), type, by: signed.by, key, body })
  return { ...signed, approvals: approvers.map((name) => ({ by: world.id(name), proposal })) }
}

/** Only what takes place has a leaf. */
const NO_LEAF = '0'.repeat(64)

/** Why somebody is refused who tries; nothing takes place. */
export function attempt(
  world: World,
  type: string,
  request: Request,
  by: string,
  approvers: readonly string[] = [],
): Refusal | undefined {
  const entry = drafted(world, type, request, by, approvers)
  if (isRefusal(entry)) return entry
  // Whoever drafts an entry has found its form.
  const verdict = admit(world.state, entry, NO_LEAF, world.shelf, true)
  return isRefusal(verdict) ? verdict : undefined
}

/** What the permission table is asked about such a command; undefined where the command cannot even be written. */
export function actionOf(world: World, type: string, request: Request, by: string): string | undefined {
  const entry = drafted(world, type, request, by, [])
  const rule = rules.find((one) => one.type === type)
  if (isRefusal(entry) || !rule) return undefined
  const bound = rule.bindBody(entry.body)
  return isRefusal(bound) ? undefined : bound.act(world.state, entry, world.law()).action
}

/** What was written. */
export interface Written {
  entry: Entry
  index: number
  leaf: string
}

/** Makes a thing happen by this person, or says what is in the way. */
export function happens(
  world: World,
  type: RuleName,
  request: Request,
  by: string,
  approvers: readonly string[] = [],
): Written {
  const { state } = world
  const entry = drafted(world, type, request, by, approvers)
  if (isRefusal(entry)) throw new Error(`${type} by ${by}: ${JSON.stringify(entry)}`)
  const leaf = leafOf(encodeEntry(entry))
  const verdict = admit(state, entry, leaf, world.shelf)
  if (isRefusal(verdict)) throw new Error(`${type} by ${by}: ${JSON.stringify(verdict)}`)
  const index = state.size
  applyVerdict(state, entry, verdict)
  return { entry, index, leaf }
}

/** Makes a thing happen that somebody may do, whoever it is, with the approvals that the law asks for. */
export function must(world: World, type: RuleName, request: Request): Written {
  const { permissions } = world.law()
  const able = [...[...world.names.values()].filter((name) => name.endsWith(' clerk')), 'root', 'system']
  const heard = new Map<string, string>()
  for (const by of able) {
    const refusal = attempt(world, type, request, by)
    if (!refusal) return happens(world, type, request, by)
    heard.set(refusal.refused, JSON.stringify(refusal.detail))
    if (refusal.refused !== 'approval-missing') continue
    const approvers = askedFor(permissions, refusal.detail.action ?? '').map(([role = '']) =>
      approver(role, approver(role) === by),
    )
    if (!attempt(world, type, request, by, approvers)) return happens(world, type, request, by, approvers)
  }
  throw new Error(`nobody can ${type} ${JSON.stringify(request)}: ${JSON.stringify([...heard])}`)
}
