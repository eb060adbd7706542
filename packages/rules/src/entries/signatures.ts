import { z } from 'zod'
import { Code, Hash, Id } from '../ids.ts'
import { admitIndependence, handOf } from '../permissions.ts'
import type { Preset } from '../preset.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { capacityOf, levelsOf, SignatureLevel, type Slot, signingAction } from '../slot.ts'
import type { DocumentVersion, RowKey, Signature, State } from '../state.ts'
import { organisationsOf } from './accounts.ts'
import { partiesOf } from './parties.ts'
import { aboutSubject, kindOf, type Subject, subjectOf, subjectPuts, subjectReads, verifiersOf } from './subject.ts'

const signing = {
  project: Id,
  /** A kind of the preset that has places for signatures. */
  document: Code,
  /** The version in force, and its hash: what was signed. */
  version: z.number().int().min(1),
  sha256: Hash,
  slot: Code,
  level: SignatureLevel,
  /** SHA-256 of the record that the registry keeps of how it was signed. */
  evidence: Hash,
  /** Of an agreement on units of the project. */
  agreement: Id.optional(),
}
const INK = { path: ['organisation'], message: 'names who has signed in ink, and only then' }
const isOfInk = ({ level, organisation }: { level: SignatureLevel; organisation: string | null }) =>
  (level === 'WET') === (organisation !== null)

/** `organisation`: of ink on paper, for whom it was signed; else that is the signer's own. */
const Signing = z
  .strictObject({ ...signing, period: Id.nullable().default(null), organisation: Id.nullable().default(null) })
  .refine(isOfInk, INK)
type Signing = z.infer<typeof Signing>

/** `capacity`: of the slot; of an authority its kind of organisation. */
const Signed = z
  .strictObject({
    ...signing,
    period: Id.nullable(),
    organisation: Id.nullable(),
    allotted: z.strictObject({ capacity: Code }),
  })
  .refine(isOfInk, INK)
type Signed = z.infer<typeof Signed>

/** The places for signatures on a kind of document of a project, of its monitoring periods or of agreements on its units. */
export function slotsOf(
  preset: Preset,
  about: Pick<Signing, 'period' | 'document'> & { agreement?: unknown },
): readonly Slot[] {
  const kind = preset.documents.find((one) => one.kind === about.document && one.of === kindOf(about) && one.signatures)
  return kind?.signatures ?? []
}

function slotOf(preset: Preset, body: Signing): Slot | undefined {
  return slotsOf(preset, body).find(({ slot }) => slot === body.slot)
}

/** The slots of a version that nobody has signed yet. */
export function unsigned(slots: readonly Slot[], version: Pick<DocumentVersion, 'signatures'> | undefined): Slot[] {
  return slots.filter(({ slot }) => !Object.hasOwn(version?.signatures ?? {}, slot))
}

/** What it is of; of an agreement that is not there, or of another project, the project alone. */
function aboutOf(state: State, { project, period, agreement: id }: Signing): Subject {
  const row = id === undefined ? undefined : state.peek('agreement', id)
  if (id === undefined || row?.project !== project) return { project, period }
  return { project, period, agreement: { id, seller: row.seller, buyer: row.buyer } }
}

function versionOf(state: State, body: Signing): DocumentVersion | undefined {
  const { document } = body
  const row = subjectOf(state, aboutOf(state, body))
  return isRefusal(row) || !Object.hasOwn(row.documents, document) ? undefined : row.documents[document]
}

function organisationOf(state: State, { organisation }: Signing, by: string): string {
  return organisation ?? state.get('mandate', by)?.organisation ?? ''
}

/** The mandates of those who have signed, and for ink the organisation that it is of. */
function signersReads(state: State, { project, period, agreement, document, organisation }: Signing): RowKey[] {
  const ofPeriod = period === null ? state.peek('project', project) : state.peek('period', period)
  const row = agreement === undefined ? ofPeriod : state.peek('agreement', agreement)
  const version = row && Object.hasOwn(row.documents, document) ? row.documents[document] : undefined
  const mandates = Object.values(version?.signatures ?? {}).map(({ by }): RowKey => ({ kind: 'mandate', id: by }))
  return organisation === null ? mandates : [...mandates, { kind: 'organisation', id: organisation }]
}

/**
 * Signs a slot of the version in force. What is signed is its SHA-256, the same for everybody. An owner and a certifier are
 * never one organisation nor affiliates, and nobody signs one version twice for his organisation.
 */
export const documentSigned = defineRule<Signed, Signing>({
  type: 'DocumentSigned',
  v: 1,
  body: Signed,
  request: Signing,
  attested: ['that the person behind the mandate has signed in the way that the evidence tells'],
  reads: (state, request) => {
    const keys = subjectReads(state, aboutOf(state, request))
    const { agreement } = request
    const ofAgreement: RowKey[] = agreement === undefined ? [] : [{ kind: 'agreement', id: agreement }]
    return { ...keys, rows: [...keys.rows, ...ofAgreement, ...signersReads(state, request)] }
  },
  decide: (_state, request, { preset }) => {
    const slot = slotOf(preset, request)
    return { ...request, allotted: { capacity: slot ? capacityOf(slot) : 'owner' } }
  },
  act: (state, body) => aboutSubject(state, aboutOf(state, body), signingAction(body.allotted.capacity, body.level)),
  admit: (state, body, { preset }, { by }) => {
    const about = aboutOf(state, body)
    const row = subjectOf(state, about)
    if (isRefusal(row)) return row
    if (body.agreement !== undefined && !about.agreement) {
      return refuse('agreement-unknown', { agreement: body.agreement })
    }
    const slots = slotsOf(preset, body)
    const slot = slotOf(preset, body)
    if (!slot) return refuse('code-unknown', fieldsUnknown(preset, body, slots))
    const version = versionOf(state, body)
    if (!version) return refuse('document-missing', { kinds: body.document })
    return firstOf(
      body.allotted.capacity !== capacityOf(slot) && refuse('allocation-wrong', { field: 'capacity' }),
      admitVersion(body, version),
      Object.hasOwn(version.signatures ?? {}, slot.slot) && refuse('already-exists', { field: 'slot' }),
      admitLevel(slot, body),
      admitOrder(slots, slot, version),
      admitSigner(state, slot, body, by),
      admitAlone(state, body, by, version),
      admitApart(state, slot, body, by, version),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, body, { preset }, { by }) => {
    const version = versionOf(state, body)
    const slot = slotOf(preset, body)
    if (!version || !slot) return noEffects()
    const { document, level } = body
    const organisation = organisationOf(state, body, by)
    const signature: Signature = { organisation, capacity: slot.capacity, by, level, index: state.size }
    const signed = { ...version, signatures: { ...version.signatures, [slot.slot]: signature } }
    const change = ({ documents }: { documents: Record<string, DocumentVersion> }) => ({
      documents: { ...documents, [document]: signed },
    })
    return { ...noEffects(), puts: subjectPuts(state, aboutOf(state, body), change) }
  },
})

/** Which of the two is none of the preset: the kind of document, or its slot. */
function fieldsUnknown(preset: Preset, body: Signing, slots: readonly Slot[]): Record<string, string> {
  if (slots.length > 0) return { field: 'slot', allowed: slots.map(({ slot }) => slot).join(', ') }
  const kinds = preset.documents.filter((one) => one.of === kindOf(body) && one.signatures)
  return { field: 'document', allowed: kinds.map(({ kind }) => kind).join(', ') }
}

/** It is the version in force that was signed. */
function admitVersion({ version, sha256 }: Signing, inForce: DocumentVersion): Refusal | undefined {
  return firstOf(
    version !== inForce.version && refuse('terms-changed', { field: 'version' }),
    sha256 !== inForce.sha256 && refuse('terms-changed', { field: 'sha256' }),
  )
}

function admitLevel(slot: Slot, { level }: Signing): Refusal | undefined {
  const allowed = levelsOf(slot)
  return allowed.includes(level)
    ? undefined
    : refuse('signature-level', { field: 'level', level, allowed: allowed.join(', ') })
}

function admitOrder(slots: readonly Slot[], { order }: Slot, version: DocumentVersion): Refusal | undefined {
  if (order === undefined) return undefined
  const before = unsigned(slots, version).filter((one) => one.order !== undefined && one.order < order)
  return before.length === 0
    ? undefined
    : refuse('signature-order', { before: before.map(({ slot }) => slot).join(', ') })
}

/** It is signed for an organisation that has this part in the project, or in the agreement. */
function admitSigner(state: State, { capacity, kind }: Slot, body: Signing, by: string): Refusal | undefined {
  const id = organisationOf(state, body, by)
  const organisation = state.get('organisation', id)
  if (!organisation) return refuse('organisation-unknown', { organisation: id })
  const { interests, assigned } = partiesOf(state, body.project)
  const certifiers = body.period === null ? assigned : verifiersOf(state, body.project)
  const { agreement } = aboutOf(state, body)
  const isOfSide = (side: 'seller' | 'buyer') =>
    agreement !== undefined && organisationsOf(state, [agreement[side]]).includes(id)
  const isOfPart = {
    seller: isOfSide('seller'),
    buyer: isOfSide('buyer'),
    owner: interests.includes(id),
    certifier: certifiers.includes(id),
    government: organisation.kind === (kind ?? 'government'),
  }[capacity]
  return firstOf(
    !organisation.active && refuse('organisation-suspended', { organisation: id }),
    !isOfPart && refuse('signer-wrong', { organisation: id, capacity }),
  )
}

/** The same person signs one version once: known by the mandate, and within an organisation by whose word it is there on. */
function admitAlone(
  state: State,
  body: Signing,
  by: string,
  { signatures = {} }: DocumentVersion,
): Refusal | undefined {
  if (body.level === 'WET') return undefined
  const own = organisationOf(state, body, by)
  const twice = Object.values(signatures).find(
    (one) =>
      one.level !== 'WET' &&
      (one.by === by || (one.organisation === own && handOf(state, one.by) === handOf(state, by))),
  )
  return twice && refuse('signed-before', { mandate: twice.by })
}

const opposite = { owner: 'certifier', certifier: 'owner' } as const

/** Owners and certifiers are apart: not one organisation, and no affiliates. */
function admitApart(
  state: State,
  { capacity }: Slot,
  body: Signing,
  by: string,
  { signatures = {} }: DocumentVersion,
): Refusal | undefined {
  if (capacity !== 'owner' && capacity !== 'certifier') return undefined
  const own = organisationOf(state, body, by)
  const others = Object.values(signatures).filter((one) => one.capacity === opposite[capacity])
  const owners = capacity === 'certifier' ? partiesOf(state, body.project).interests : []
  return admitIndependence(state, own, [...owners, ...others.map(({ organisation }) => organisation)], { signer: own })
}
