import type { KeyRotation } from '@tallystick/rules'
import type { TestRegistry } from '../registry.ts'

/**
 * What a registry is, kept in the most naive way: every unit by itself, every reason by name. It shares nothing with the
 * engine, so that the two can only agree by both being right.
 */
export interface Model {
  root: string
  officers: string[]
  system: string
  authority: string
  mandates: Map<string, { organisation: string; role: string; limit: bigint | null; active: boolean }>
  organisations: Map<string, string>
  accounts: Map<string, { organisation: string; kind: string; active: boolean }>
  projects: Map<string, { state: string; owners: { account: string; share: string }[] }>
  authorisations: Map<string, { project: string; unitType: string; left: bigint }>
  batches: Map<string, { project: string; vintage: string; unitType: string; owners: Map<bigint, string> }>
  /** Next serial number, by unit type. */
  next: Map<string, bigint>
  holds: Map<string, Hold>
  lifted: Set<string>
  /** Ids under which something has a stream. */
  streams: Set<string>
  certificates: number
  registries: Map<string, Record<Fate, string>>
  /** Id of a project abroad, by registry and code. */
  foreign: Map<string, string>
  /** Units abroad, by space and number. */
  abroad: Map<string, Map<bigint, { class: string; isIssued: boolean; fate: Fate; registry: string }>>
  /** Units issued abroad without serial numbers, by class. */
  lots: Map<string, { registry: string; quantity: bigint }>
  /** Indexes of records that were taken back. */
  corrected: Set<number>
  /** The key that signs, and all that ever did. */
  key: string
  keysNamed: Set<string>
  /** What may be proposed to hand over from one key to another. */
  rotations: KeyRotation[]
  documents: Map<string, { kind: DocumentKind; version: number }>
  inForce: Record<DocumentKind, number>
}

export type Fate = 'active' | 'retired' | 'cancelled'
export type DocumentKind = 'permissions' | 'preset'

export interface Hold {
  account: string | null
  batch: string | null
  range: [string, string] | null
}

/** The model of a registry in which nothing has been issued yet. */
export function modelOf(registry: TestRegistry): Model {
  const { genesis, root, officer, secondOfficer, developers, project, authorisation } = registry
  const { authority, system } = genesis
  const government = (role: string) => ({ organisation: authority, role, limit: null, active: true })
  const model: Model = {
    root,
    officers: [officer, secondOfficer],
    system,
    authority,
    mandates: new Map([
      [system, government('system/system')],
      [root, government('government/Root')],
      [officer, government('government/Admin')],
      [secondOfficer, government('government/Admin')],
    ]),
    organisations: new Map([[authority, 'government']]),
    accounts: new Map([[genesis.issuance, { organisation: authority, kind: 'issuance', active: true }]]),
    projects: new Map(),
    authorisations: new Map([[authorisation, { project, unitType: 'ITMO', left: 100_000n }]]),
    batches: new Map(),
    next: new Map(),
    holds: new Map(),
    lifted: new Set(),
    streams: new Set([project]),
    certificates: 0,
    registries: new Map(),
    foreign: new Map(),
    abroad: new Map(),
    lots: new Map(),
    corrected: new Set(),
    key: genesis.key,
    keysNamed: new Set([genesis.key]),
    rotations: [],
    documents: new Map(),
    inForce: { permissions: 1, preset: 1 },
  }
  for (const { organisation, mandate, holding, retirement, cancellation } of developers) {
    model.organisations.set(organisation, 'developer')
    model.mandates.set(mandate, { organisation, role: 'developer/Admin', limit: null, active: true })
    for (const [kind, account] of Object.entries({ holding, retirement, cancellation })) {
      model.accounts.set(account, { organisation, kind, active: true })
      model.streams.add(account)
    }
  }
  const [a, b] = developers.map(({ holding }) => holding)
  const owners = [
    { account: a ?? '', share: '60' },
    { account: b ?? '', share: '40' },
  ]
  model.projects.set(project, { state: 'registered', owners })
  return model
}

/** Who may do it, and for which organisations: the permission table as a person would say it. */
export type May = Record<string, 'any' | 'own'>

/** Why a mandate may not do it. */
export function mandateReasons(
  { mandates }: Model,
  by: string,
  { may, organisations = [], quantity = 0n }: { may: May; organisations?: string[]; quantity?: bigint },
): string[] {
  const mandate = mandates.get(by)
  if (!mandate) return ['mandate-unknown']
  const scope = may[mandate.role]
  const reasons = mandate.active ? [] : ['mandate-revoked']
  if (scope !== 'any' && !(scope === 'own' && organisations.includes(mandate.organisation))) {
    reasons.push('not-permitted')
  }
  if (mandate.limit !== null && quantity > mandate.limit) reasons.push('mandate-limit')
  return reasons
}

/** Why approvals are not enough where one officer's is needed. */
export function approvalReasons({ mandates }: Model, by: string, approvers: string[], quantity = 0n): string[] {
  const reasons = approvers.length === 0 ? ['approval-missing'] : []
  if (new Set([by, ...approvers]).size <= approvers.length) reasons.push('approval-not-distinct')
  for (const approver of approvers) {
    const mandate = mandates.get(approver)
    if (!mandate) reasons.push('mandate-unknown')
    else if (!mandate.active) reasons.push('mandate-revoked')
    else if (mandate.limit !== null && quantity > mandate.limit) reasons.push('mandate-limit')
    else if (mandate.role !== 'government/Admin') reasons.push('not-permitted')
  }
  return reasons
}

/** Why an account cannot take part. */
export function accountReasons({ accounts }: Model, id: string, kind: string): string[] {
  const account = accounts.get(id)
  if (!account) return ['account-unknown']
  if (account.kind !== kind) return ['account-kind']
  return account.active ? [] : ['account-not-active']
}

export function organisationOf({ accounts }: Model, account: string): string[] {
  return accounts.get(account)?.organisation === undefined ? [] : [accounts.get(account)?.organisation ?? '']
}

/** Does a hold of its own stand on the whole target? */
export function isHeld({ holds }: Model, target: string): boolean {
  return [...holds.values()].some(
    ({ account, batch, range }) => range === null && (account === target || batch === target),
  )
}

/** Does a hold stand on a range of the batch that has this serial? */
export function isHeldSerial({ holds }: Model, id: string, serial: bigint): boolean {
  return [...holds.values()].some(
    ({ batch, range }) => batch === id && range !== null && BigInt(range[0]) <= serial && serial <= BigInt(range[1]),
  )
}

/** Serials as ranges on the wire. */
export function rangesOf(serials: readonly bigint[]): [string, string][] {
  const ranges: [bigint, bigint][] = []
  for (const serial of serials) {
    const last = ranges.at(-1)
    if (last && last[1] + 1n === serial) last[1] = serial
    else ranges.push([serial, serial])
  }
  return ranges.map(([first, last]) => [`${first}`, `${last}`])
}

export function classAt({ batches }: Model, batch: string): string {
  const { project = '', vintage = '', unitType = '' } = batches.get(batch) ?? {}
  return `${project}/${vintage}/${unitType}`
}

/** Units of an account by class, counted one by one. */
export function balancesOf(model: Model, account: string): Map<string, bigint> {
  const counts = new Map<string, bigint>()
  const count = (unitClass: string) => counts.set(unitClass, (counts.get(unitClass) ?? 0n) + 1n)
  for (const [batch, { owners }] of model.batches) {
    for (const owner of owners.values()) if (owner === account) count(classAt(model, batch))
  }
  for (const units of model.abroad.values()) {
    for (const unit of units.values()) {
      if (model.registries.get(unit.registry)?.[unit.fate] === account) count(unit.class)
    }
  }
  for (const [unitClass, { registry, quantity }] of model.lots) {
    if (model.registries.get(registry)?.active !== account) continue
    const rest = quantity - numberedOf(model, unitClass)
    if (rest > 0n) counts.set(unitClass, (counts.get(unitClass) ?? 0n) + rest)
  }
  return counts
}

/** How many serial numbers of a class abroad are known. */
function numberedOf({ abroad }: Model, unitClass: string): bigint {
  let numbered = 0n
  for (const units of abroad.values()) for (const unit of units.values()) if (unit.class === unitClass) numbered += 1n
  return numbered
}
