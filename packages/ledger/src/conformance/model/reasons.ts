import type { Model } from './naive.ts'

/** Who may do it, and for which organisations: the permission table as a person would say it. */
export type May = Record<string, 'any' | 'own' | 'assigned'>

export const officers: May = { 'government/Admin': 'any' }
export const holders: May = { 'government/Admin': 'own', 'developer/Admin': 'own' }
export const theSystem: May = { 'system/system': 'any' }

/** What is asked of whoever acts. */
export interface Asked {
  may: May
  /** The organisations that it concerns. */
  organisations?: string[]
  /** The project that a certifier must be assigned to, independent of and accredited for, where it may only so. */
  project?: string
  /** The task that it must be assigned to; none: any of the project's. */
  task?: string
  /** Units, for the limit of the mandate. */
  quantity?: bigint
}

/** Why a mandate may not do it. */
export function mandateReasons(
  model: Model,
  by: string,
  { may, organisations = [], project = '', task, quantity = 0n }: Asked,
): string[] {
  const mandate = model.mandates.get(by)
  if (!mandate) return ['mandate-unknown']
  const scope = may[mandate.role]
  const reasons = mandate.active ? [] : ['mandate-revoked']
  if (!model.organisations.get(mandate.organisation)?.active) reasons.push('organisation-suspended')
  const { certifiers = {}, scope: sector = '' } = model.projects.get(project) ?? {}
  const assigned = task === undefined ? Object.values(certifiers) : [certifiers[task]]
  const isAssigned = scope === 'assigned' && assigned.includes(mandate.organisation)
  if (scope !== 'any' && !isAssigned && !(scope === 'own' && organisations.includes(mandate.organisation))) {
    reasons.push('not-permitted')
  }
  if (isAssigned) {
    reasons.push(...conflictReasons(model, [by], project))
    reasons.push(...where(!isAccredited(model, mandate.organisation, sector), 'accreditation-missing'))
  }
  if (mandate.limit !== null && quantity > mandate.limit) reasons.push('mandate-limit')
  return reasons
}

/** Is it accredited for the scope of the project today? */
export function isAccredited(model: Model, organisation: string, scope: string): boolean {
  const today = model.now.slice(0, 10)
  return Object.values(model.organisations.get(organisation)?.accreditations ?? {}).some(
    ({ scopes, from, to }) => scopes.includes(scope) && from <= today && to >= today,
  )
}

/** Who decides for an organisation that owns the project, or for an affiliate of one? */
export function conflictReasons(model: Model, deciding: string[], project: string): string[] {
  const organisations = deciding.map((id) => model.mandates.get(id)?.organisation ?? '')
  return where(
    organisations.some((one) => isTorn(model, one, project)),
    'conflict-of-interest',
  )
}

/** Does the organisation, or an affiliate of it, own the project? */
export function isTorn(model: Model, organisation: string, project: string): boolean {
  return ownersOf(model, project).some((owner) => owner === organisation || areAffiliated(model, owner, organisation))
}

/** The organisations that own a project. */
export function ownersOf(model: Model, project: string): string[] {
  return (model.projects.get(project)?.owners ?? []).flatMap(({ account }) => organisationOf(model, account))
}

export function areAffiliated({ affiliations }: Model, a: string, b: string): boolean {
  return affiliations.some((pair) => pair.includes(a) && pair.includes(b))
}

/** Whose approvals an act needs: of how many officers, and of a second mandate that might have done the same. */
export interface Needed {
  officers: number
  second?: Asked | undefined
  quantity?: bigint
}

/** Why approvals are not enough. */
export function approvalReasons(
  model: Model,
  by: string,
  approvers: string[],
  { officers: needed, second, quantity = second?.quantity ?? 0n }: Needed = { officers: 1 },
): string[] {
  const reasons: string[] = []
  const isOfficer = (id: string) => needed > 0 && model.mandates.get(id)?.role === 'government/Admin'
  const isSecond = (id: string) => second !== undefined && mayAlso(model, id, second)
  const areOfficers = (ids: string[]) => ids.filter(isOfficer).length >= needed
  // Whoever is the second of the holder is not one of the officers, too.
  const isEnough = second
    ? approvers.some((id) => isSecond(id) && areOfficers(approvers.filter((other) => other !== id)))
    : areOfficers(approvers)
  if (!isEnough) reasons.push('approval-missing')
  if (!areDistinct(model, [by, ...approvers])) reasons.push('approval-not-distinct')
  for (const approver of approvers) {
    const mandate = model.mandates.get(approver)
    if (!mandate) reasons.push('mandate-unknown')
    else if (!mandate.active) reasons.push('mandate-revoked')
    else if (mandate.limit !== null && quantity > mandate.limit) reasons.push('mandate-limit')
    else if (!model.organisations.get(mandate.organisation)?.active) reasons.push('organisation-suspended')
    else if (!isOfficer(approver) && !isSecond(approver)) reasons.push('not-permitted')
  }
  return reasons
}

/** Are these so many people? What one might have made up alone counts once. */
export function areDistinct(model: Model, ids: string[]): boolean {
  return new Set(ids.map((id) => model.mandates.get(id)?.hand ?? id)).size === ids.length
}

/** Is the mandate in force, and its organisation active? */
export function mayAct(model: Model, id: string): boolean {
  const mandate = model.mandates.get(id)
  return mandate?.active === true && model.organisations.get(mandate.organisation)?.active === true
}

/** A mandate of the organisation itself that might do it. */
export function mayAlso(model: Model, id: string, { may, organisations = [] }: Asked): boolean {
  const mandate = model.mandates.get(id)
  return mandate !== undefined && organisations.includes(mandate.organisation) && mandate.role in may
}

/** Why an account cannot take part. */
export function accountReasons(model: Model, id: string, ...kinds: string[]): string[] {
  const account = model.accounts.get(id)
  if (!account) return ['account-unknown']
  if (!kinds.includes(account.kind)) return ['account-kind']
  return [
    ...(account.active ? [] : ['account-not-active']),
    ...(model.organisations.get(account.organisation)?.active ? [] : ['organisation-suspended']),
  ]
}

export function organisationOf({ accounts }: Model, account: string): string[] {
  return accounts.get(account)?.organisation === undefined ? [] : [accounts.get(account)?.organisation ?? '']
}

/** Have both accounts one holder? */
export function isOneHolder({ accounts }: Model, a: string, b: string): boolean {
  return accounts.get(a)?.organisation === accounts.get(b)?.organisation
}

/** Words of the presets, that a person may know by heart. */
export const codes = {
  authorisation: ['NDC', 'OIMP_IMP', 'OIMP_OP'],
  retirement: ['voluntary', 'compliance', 'OIMP_IMP', 'OIMP_OP', 'other'],
  cancellation: ['voluntary', 'administrative', 'environmental-integrity', 'OIMP_OP', 'other'],
  hold: ['court-order', 'investigation', 'holder-request', 'administrative', 'other'],
  suspension: ['investigation', 'due-diligence', 'holder-request', 'administrative', 'other'],
  pledge: ['collateral', 'delivery', 'other'],
  correction: ['clerical-error', 'wrong-receiver', 'court-order', 'other'],
  reversal: ['fire', 'storm', 'pest', 'flood', 'harvest', 'land-use-change', 'other'],
  decision: ['incomplete', 'not-eligible', 'not-additional', 'integrity', 'request', 'legal', 'other'],
  affiliation: ['ownership', 'control', 'people', 'contract', 'other'],
  release: ['ended', 'request', 'conflict-of-interest', 'misconduct', 'clerical-error', 'other'],
  change: ['request', 'risk-assessment', 'legal', 'integrity', 'registry-transition', 'other'],
} as const

export function codeReasons(kind: keyof typeof codes, code: string): string[] {
  return (codes[kind] as readonly string[]).includes(code) ? [] : ['code-unknown']
}

/** A reason where something is so. */
export function where(isSo: boolean, ...reasons: string[]): string[] {
  return isSo ? reasons : []
}
