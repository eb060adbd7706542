import type { DocumentSignatures } from '@tallystick/contract'
import { capacityOf, levelsOf, type Rows, type Slot, slotsOf } from '@tallystick/rules'
import { newestEntries, placeOf } from '../platform/entries.ts'
import { lawInForce } from '../platform/law.ts'
import { namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'

/** Most signatures on one version, and versions of one kind of document, that are looked through. */
const MOST_SIGNATURES = 200
const MOST_VERSIONS = 1_000

/** A kind of document of a project, of one of its monitoring periods, or of an agreement on its units. */
export interface About {
  project: string
  period: string | null
  agreement: string | null
  document: string
}

type Version = Rows['project']['documents'][string]

/** The version in force with its places for signatures; undefined where there is none, or it has no places. */
async function signable(
  services: Services,
  { project, period, agreement, document }: About,
): Promise<{ version: Version; slots: readonly Slot[] } | undefined> {
  const { ledger } = services
  const [{ preset }, ofProject, ofPeriod, ofAgreement] = await Promise.all([
    lawInForce(ledger),
    ledger.row('project', project),
    period === null ? undefined : ledger.row('period', period),
    agreement === null ? undefined : ledger.row('agreement', agreement),
  ])
  if (!ofProject || (period !== null && ofPeriod?.project !== project)) return undefined
  if (agreement !== null && ofAgreement?.project !== project) return undefined
  const { documents } = ofAgreement ?? ofPeriod ?? ofProject
  const version = Object.hasOwn(documents, document) ? documents[document] : undefined
  const slots = slotsOf(preset, { period, document, ...(agreement === null ? {} : { agreement }) })
  return version && slots.length > 0 ? { version, slots } : undefined
}

/**
 * Who has signed a document, and who is still to sign: the version in force, or an earlier one, whose signatures are void.
 * Undefined where nobody is to, or there is no such version.
 */
export async function documentSignatures(
  services: Services,
  about: About,
  version?: number,
): Promise<DocumentSignatures | undefined> {
  const found = await signable(services, about)
  if (!found) return undefined
  const isInForce = version === undefined || version === found.version.version
  const sha256 = isInForce ? found.version.sha256 : await hashOf(services, about, version)
  if (sha256 === undefined) return undefined
  const of = { ...about, version: version ?? found.version.version, sha256 }
  const { slots } = found
  const signed = await signaturesOn(services, of)
  const open = slots.filter(({ slot }) => !signed.has(slot))
  return {
    ...of,
    inForce: isInForce,
    complete: open.length === 0,
    places: [
      ...slots.map((one) => ({
        slot: one.slot,
        capacity: capacityOf(one),
        levels: [...levelsOf(one)],
        before: open.filter((other) => isBefore(other, one)).map(({ slot }) => slot),
        signed: signed.get(one.slot)?.signed ?? null,
      })),
      // Signed when another law had such a place.
      ...[...signed].flatMap(([slot, { capacity, signed: one }]) => {
        const isKnown = slots.some((other) => other.slot === slot)
        return isKnown ? [] : [{ slot, capacity, levels: [one.level], before: [], signed: one }]
      }),
    ],
  }
}

type Signed = NonNullable<DocumentSignatures['places'][number]['signed']>

/** The signatures of one version, by their places, as the log has them. */
async function signaturesOn(
  services: Services,
  { project, period, agreement, document, version, sha256 }: About & { version: number; sha256: string },
): Promise<Map<string, { capacity: string; signed: Signed }>> {
  const naming = ['sha256', sha256] as const
  const rows = await newestEntries(services, 'DocumentSigned', { stream: project, naming }, MOST_SIGNATURES)
  const own = rows.filter(({ entry: { body } }) => {
    const isOfIt = body.period === period && (body.agreement ?? null) === agreement
    return isOfIt && body.document === document && body.version === version
  })
  const names = await namesIn(
    services,
    own.map(({ entry }) => entry),
  )
  return new Map(
    own.map((row) => {
      const { by, body } = row.entry
      const organisation = body.organisation ?? names.mandate(by)?.organisation ?? ''
      const { slot, level, evidence, allotted } = body
      const signed = { organisation: names.organisationRef(organisation), level, evidence, entry: placeOf(row) }
      return [slot, { capacity: allotted.capacity, signed }]
    }),
  )
}

/** The hash of an earlier version. */
async function hashOf(
  services: Services,
  { project, period, agreement, document }: About,
  version: number,
): Promise<string | undefined> {
  const naming = ['document', document] as const
  const rows = await newestEntries(services, 'DocumentSubmitted', { stream: project, naming }, MOST_VERSIONS)
  const row = rows.find(({ entry: { body } }) => {
    const isOfIt = body.period === period && (body.agreement?.id ?? null) === agreement
    return isOfIt && body.allotted.version === version
  })
  return row?.entry.body.sha256
}

function isBefore(other: Slot, { order }: Slot): boolean {
  return order !== undefined && other.order !== undefined && other.order < order
}
