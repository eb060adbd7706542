import { aHolder, anAccount } from './choices.ts'
import { type Choose, hashFrom, idFrom, knownId, type Wish } from './command.ts'
import type { Model, Project } from './naive.ts'
import { accountReasons, holders, isOneHolder, mandateReasons, organisationOf, where } from './reasons.ts'

/** An agreement on units of a project, between two accounts, with its versions. */
export interface Agreement extends Pick<Project, 'submitted'> {
  project: string
  seller: string
  buyer: string
}

/** The kind of document that an agreement on units is, and the states of its project in which a version is submitted. */
export const DEAL = 'transfer-agreement'
const dealt = ['registered', 'suspended']

export interface Sale extends Record<string, unknown> {
  project: string
  document: string
  sha256: string
  name: string | null
  agreement: { id: string; seller: string; buyer: string }
}

const aDeal = (choose: Choose) => idFrom(`deal ${choose.below(5)}`)

/** A version of an agreement: of one that is there, mostly between the same two. */
export function someSale(model: Model, choose: Choose): Wish<Sale> {
  const id = aDeal(choose)
  const known = choose.rarely(16) ? undefined : model.agreements.get(id)
  const seller = known?.seller ?? anAccount(model, choose, 'holding')
  const buyer = known?.buyer ?? anAccount(model, choose, 'holding', undefined, seller)
  const project = known?.project ?? knownId(model.projects.keys(), choose)
  const sha256 = hashFrom(`deal file ${choose.below(4)}`)
  const agreement = { id, seller, buyer }
  const by = aHolder(model, choose, choose.rarely(16) ? buyer : seller)
  return { by, request: { project, document: choose.rarely(24) ? 'letter' : DEAL, sha256, name: null, agreement } }
}

export function saleReasons(model: Model, { by, request }: Wish<Sale>): string[] {
  const { project: id, document, sha256, agreement } = request
  const { seller, buyer } = agreement
  const known = model.agreements.get(agreement.id)
  const project = model.projects.get(id)
  const isOther = known && (known.project !== id || known.seller !== seller || known.buyer !== buyer)
  const isDeal = document === DEAL
  return [
    ...mandateReasons(model, by, { may: isDeal ? holders : {}, organisations: organisationOf(model, seller) }),
    ...(isDeal ? [] : ['perhaps not-permitted']),
    ...where(!project, 'project-unknown'),
    ...where(!isDeal, 'code-unknown'),
    ...where(project !== undefined && !dealt.includes(project.state), 'project-state'),
    ...where(isOther === true, 'agreement-unknown'),
    ...accountReasons(model, seller, 'holding'),
    ...accountReasons(model, buyer, 'holding'),
    ...where(isOneHolder(model, seller, buyer), 'same-account'),
    ...where(known?.submitted.at(-1)?.sha256 === sha256, 'nothing-changes'),
  ]
}

export function sell(model: Model, { project, sha256, agreement }: Sale): object {
  const { id, seller, buyer } = agreement
  const known: Agreement = model.agreements.get(id) ?? { project, seller, buyer, submitted: [] }
  model.agreements.set(id, known)
  known.submitted.push({ document: DEAL, sha256, index: model.size })
  return { period: null, allotted: { version: known.submitted.length } }
}

/** What a transfer names: now and then an agreement, mostly one between these two, in the version in force. */
export function someAgreement(
  model: Model,
  choose: Choose,
  { from, to }: { from: string; to: string },
): { agreement?: { id: string; sha256?: string } } {
  const found = [...model.agreements].filter(([, one]) => one.seller === from && one.buyer === to).map(([id]) => id)
  if (found.length === 0 ? !choose.rarely(24) : choose.rarely(2)) return {}
  const id = found.length > 0 && !choose.rarely(8) ? choose.pick(found) : aDeal(choose)
  return { agreement: { id, ...(choose.rarely(6) ? { sha256: hashFrom(`deal file ${choose.below(4)}`) } : {}) } }
}

interface Named extends Record<string, unknown> {
  batch: string
  from: string
  to: string
  agreement?: { id: string; sha256?: string }
}

/** Why units are not transferred by the agreement that is named. */
export function agreementReasons(model: Model, { batch, from, to, agreement }: Named): string[] {
  if (!agreement) return []
  const known = model.agreements.get(agreement.id)
  const last = known?.submitted.at(-1)
  if (!known || !last) return ['agreement-unknown']
  const isOfIt = known.project === model.batches.get(batch)?.project && known.seller === from && known.buyer === to
  const isLast = (agreement.sha256 ?? last.sha256) === last.sha256
  const isSigned = ['seller', 'buyer'].every((side) => last.signatures?.[side] !== undefined)
  return [
    ...where(!isOfIt, 'agreement-unknown'),
    ...where(!isLast, 'terms-changed'),
    ...where(!isSigned, 'signatures-missing'),
  ]
}

/** The agreement as an entry says it. */
export function agreementOf(
  model: Model,
  { agreement }: Pick<Named, 'agreement'>,
): { id: string; sha256: string } | undefined {
  if (!agreement) return undefined
  const last = model.agreements.get(agreement.id)?.submitted.at(-1)
  return { id: agreement.id, sha256: agreement.sha256 ?? last?.sha256 ?? '' }
}
