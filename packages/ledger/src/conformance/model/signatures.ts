import { DEAL } from './agreements.ts'
import { aHolder, anOfficer, mostly } from './choices.ts'
import { type Choose, defineCommand, hashFrom, idFrom, knownId, type Wish } from './command.ts'
import type { Model, Project } from './naive.ts'
import {
  areAffiliated,
  conflictReasons,
  holders,
  isTorn,
  type May,
  mandateReasons,
  officers,
  organisationOf,
  ownersOf,
  where,
} from './reasons.ts'

/** For whom a place was signed, by whom, and how. */
export interface Signature {
  organisation: string
  capacity: 'owner' | 'certifier' | 'government' | 'seller' | 'buyer'
  by: string
  level: 'SES' | 'AES' | 'QES' | 'WET'
  index: number
}

/** The places for signatures of the preset, each with its capacity, and those that are signed before it. */
const slots: Record<string, Record<string, { capacity: Signature['capacity']; after: string[] }>> = {
  'initial-notification': { owner: { capacity: 'owner', after: [] } },
  'engagement-agreement': { owner: { capacity: 'owner', after: [] }, certifier: { capacity: 'certifier', after: [] } },
  'authorisation-request': { owner: { capacity: 'owner', after: [] } },
  'issuance-form': {
    owner: { capacity: 'owner', after: [] },
    'first-officer': { capacity: 'government', after: ['owner'] },
    'second-officer': { capacity: 'government', after: ['owner', 'first-officer'] },
  },
  'project-design': { owner: { capacity: 'owner', after: [] } },
  'validation-report': {
    owner: { capacity: 'owner', after: [] },
    certifier: { capacity: 'certifier', after: ['owner'] },
    registry: { capacity: 'government', after: ['owner', 'certifier'] },
  },
  'verification-report': { certifier: { capacity: 'certifier', after: [] } },
  letter: { registry: { capacity: 'government', after: [] } },
}

const signers: Record<Signature['capacity'], May> = {
  seller: holders,
  buyer: holders,
  owner: { 'developer/Admin': 'own' },
  certifier: { 'certifier/Admin': 'assigned' },
  government: officers,
}

interface Signing extends Record<string, unknown> {
  project: string
  document: string
  version: number
  sha256: string
  slot: string
  level: Signature['level']
  evidence: string
  organisation?: string
  agreement?: string
}

/** A side of an agreement, mostly for its own organisation. */
function someSide(model: Model, choose: Choose): Wish<Signing> | undefined {
  const ids = [...model.agreements.keys()]
  if (ids.length === 0) return undefined
  const id = choose.rarely(24) ? idFrom('no deal') : choose.pick(ids)
  const deal = model.agreements.get(id)
  const slot = choose.rarely(24) ? 'witness' : choose.pick(['seller', 'buyer'] as const)
  const last = deal?.submitted.at(-1)
  const account = deal ? deal[slot === 'witness' || choose.rarely(12) ? 'seller' : slot] : ''
  const project = deal?.project ?? knownId(model.projects.keys(), choose)
  const sha256 = choose.rarely(16) || !last ? hashFrom('deal file 0') : last.sha256
  const version = Math.max(1, deal?.submitted.length ?? 1)
  const evidence = hashFrom(`evidence ${choose.below(4)}`)
  const about = { project, document: DEAL, agreement: id, version, sha256, slot, evidence }
  return {
    by: aHolder(model, choose, account),
    request: { ...about, level: choose.pick(['SES', 'AES', 'QES'] as const) },
  }
}

/** Why a side of an agreement is not signed. */
function sideReasons(model: Model, { by, request }: Wish<Signing>): string[] {
  const { project, agreement = '', slot, version, sha256 } = request
  const found = model.agreements.get(agreement)
  const deal = found?.project === project ? found : undefined
  const side = slot === 'seller' || slot === 'buyer' ? slot : undefined
  const own = model.mandates.get(by)?.organisation ?? ''
  const last = deal?.submitted.at(-1)
  const { signatures = {} } = last ?? {}
  const concerned = deal ? [deal.seller, deal.buyer].flatMap((account) => organisationOf(model, account)) : []
  const handOf = (mandate: string) => model.mandates.get(mandate)?.hand
  const isAgain = Object.values(signatures).some(
    (one) => one.by === by || (one.organisation === own && handOf(one.by) === handOf(by)),
  )
  return [
    ...mandateReasons(model, by, { may: side ? holders : {}, organisations: concerned }),
    ...(side && deal ? [] : ['perhaps not-permitted']),
    ...where(!model.projects.has(project), 'project-unknown'),
    ...where(!deal, 'agreement-unknown'),
    ...where(!side, 'code-unknown'),
    ...where(version !== deal?.submitted.length || sha256 !== last?.sha256, 'terms-changed'),
    ...where(signatures[slot] !== undefined, 'already-exists'),
    ...where(!(side && deal && organisationOf(model, deal[side]).includes(own)), 'signer-wrong'),
    ...where(isAgain, 'signed-before'),
  ]
}

/** Is a document of the project signed in all of its places? */
export function isSigned({ submitted }: Project, document: string): boolean {
  const last = submitted.findLast((one) => one.document === document)
  return Object.keys(slots[document] ?? {}).every((slot) => last?.signatures?.[slot] !== undefined)
}

/** Somebody for whom the slot is, mostly. */
function aSigner(model: Model, choose: Choose, project: string, capacity: Signature['capacity']): string {
  const { owners = [], certifiers = {} } = model.projects.get(project) ?? {}
  if (capacity === 'owner') return aHolder(model, choose, owners[0]?.account ?? '')
  const assigned = [...model.mandates].find(
    ([, one]) => one.role === 'certifier/Admin' && Object.values(certifiers).includes(one.organisation),
  )
  return capacity === 'certifier' && assigned ? mostly(model, choose, assigned[0]) : anOfficer(model, choose)
}

/** A document that is there, mostly, and one of its places. */
function aPlace(model: Model, choose: Choose) {
  const project = knownId(model.projects.keys(), choose)
  const submitted = model.projects.get(project)?.submitted ?? []
  const there = submitted.map(({ document }) => document).filter((document) => document in slots)
  const document =
    there.length > 0 && !choose.rarely(8) ? choose.pick(there) : choose.pick([...Object.keys(slots), 'poem'])
  const slot = choose.rarely(24) ? 'witness' : choose.pick([...Object.keys(slots[document] ?? {}), 'owner'])
  return { project, document, slot }
}

export const documentSigned = defineCommand<Signing>({
  type: 'DocumentSigned',
  weight: 1.4,
  generate: (model, choose) => {
    const side = choose.rarely(3) ? someSide(model, choose) : undefined
    if (side) return side
    const { project, document, slot } = aPlace(model, choose)
    const versions = (model.projects.get(project)?.submitted ?? []).filter((one) => one.document === document)
    const { sha256 = hashFrom('file 0') } = versions.at(choose.rarely(12) ? 0 : -1) ?? {}
    const version = choose.rarely(24) ? versions.length + 1 : Math.max(1, versions.length)
    const capacity = slots[document]?.[slot]?.capacity ?? 'owner'
    const isInk = choose.rarely(4)
    const organisation = choose.rarely(12)
      ? idFrom('nobody')
      : choose.pick([...ownersOf(model, project), ...model.organisations.keys()])
    return {
      by: isInk ? anOfficer(model, choose) : aSigner(model, choose, project, capacity),
      request: {
        ...{ project, document, version, sha256, slot, evidence: hashFrom(`evidence ${choose.below(4)}`) },
        ...(isInk ? { level: 'WET', organisation } : { level: choose.pick(['SES', 'AES', 'QES'] as const) }),
      },
    }
  },
  reasons: (model, { by, request }) => {
    if (request.agreement !== undefined) return sideReasons(model, { by, request })
    const { project: id, document, slot, level } = request
    const project = model.projects.get(id)
    const place = slots[document]?.[slot]
    const { capacity = 'owner', after = [] } = place ?? {}
    const versions = (project?.submitted ?? []).filter((one) => one.document === document)
    const last = versions.at(-1)
    const { signatures = {} } = last ?? {}
    const may = level === 'WET' ? officers : signers[capacity]
    const isJudged = level === 'WET' || capacity === 'government'
    return [
      ...mandateReasons(model, by, { may, organisations: ownersOf(model, id), project: id }),
      ...(isJudged ? conflictReasons(model, [by], id) : []),
      ...where(!project, 'project-unknown'),
      ...where(!place, 'code-unknown'),
      ...where(!last, 'document-missing'),
      ...where(request.version !== versions.length || request.sha256 !== last?.sha256, 'terms-changed'),
      ...where(signatures[slot] !== undefined, 'already-exists'),
      ...where(
        after.some((one) => signatures[one] === undefined),
        'signature-order',
      ),
      ...signerReasons(model, { by, request }, capacity, Object.values(signatures)),
    ]
  },
  carryOut: (model, { by, request }) => {
    const { project, document, slot, level, agreement } = request
    const ofProject = model.projects.get(project)?.submitted.findLast((one) => one.document === document)
    const last = agreement === undefined ? ofProject : model.agreements.get(agreement)?.submitted.at(-1)
    const ofSlot = slots[document]?.[slot]?.capacity ?? 'owner'
    const capacity = agreement === undefined ? ofSlot : (slot as 'seller' | 'buyer')
    const organisation = signerOf(model, by, request)
    if (last) {
      last.signatures = { ...last.signatures, [slot]: { organisation, capacity, by, level, index: model.size } }
    }
    return {
      says: { period: null, organisation: request.organisation ?? null, allotted: { capacity } },
    }
  },
})

function signerOf(model: Model, by: string, { organisation }: Signing): string {
  return organisation ?? model.mandates.get(by)?.organisation ?? ''
}

/** Why it cannot be signed for that organisation, after those who have signed. */
function signerReasons(
  model: Model,
  { by, request }: { by: string; request: Signing },
  capacity: Signature['capacity'],
  before: Signature[],
): string[] {
  const id = signerOf(model, by, request)
  const known = model.organisations.get(id)
  const { certifiers = {} } = model.projects.get(request.project) ?? {}
  const isOfPart = {
    owner: ownersOf(model, request.project).includes(id),
    certifier: Object.values(certifiers).includes(id),
    government: known?.kind === 'government',
    seller: false,
    buyer: false,
  }[capacity]
  const handOf = (mandate: string) => model.mandates.get(mandate)?.hand
  const isAgain = before.some(
    (one) => one.level !== 'WET' && (one.by === by || (one.organisation === id && handOf(one.by) === handOf(by))),
  )
  const isClose = before.some(
    (one) =>
      [one.capacity, capacity].sort().join() === 'certifier,owner' &&
      (one.organisation === id || areAffiliated(model, one.organisation, id)),
  )
  return [
    ...where(!known, 'organisation-unknown'),
    ...where(known?.active === false, 'organisation-suspended'),
    ...where(!isOfPart, 'signer-wrong'),
    ...where(isAgain && request.level !== 'WET', 'signed-before'),
    ...where(isClose || (capacity === 'certifier' && isTorn(model, id, request.project)), 'conflict-of-interest'),
  ]
}
