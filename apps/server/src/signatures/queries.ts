import type { DocumentSignatures } from '@tallystick/contract'
import { capacityOf, levelsOf, type Rows, type Slot, slotsOf, unsigned } from '@tallystick/rules'
import { entryAt, placeOf } from '../platform/entries.ts'
import { lawInForce } from '../platform/law.ts'
import { namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'

/** A kind of document of a project, or of one of its monitoring periods. */
export interface About {
  project: string
  period: string | null
  document: string
}

type Version = Rows['project']['documents'][string]

/** The version in force with its places for signatures; undefined where there is none, or it has no places. */
export async function signable(
  services: Services,
  { project, period, document }: About,
): Promise<{ version: Version; slots: readonly Slot[] } | undefined> {
  const { ledger } = services
  const [{ preset }, ofProject, ofPeriod] = await Promise.all([
    lawInForce(ledger),
    ledger.row('project', project),
    period === null ? undefined : ledger.row('period', period),
  ])
  if (!ofProject || (period !== null && ofPeriod?.project !== project)) return undefined
  const { documents } = ofPeriod ?? ofProject
  const version = Object.hasOwn(documents, document) ? documents[document] : undefined
  const slots = slotsOf(preset, { period, document })
  return version && slots.length > 0 ? { version, slots } : undefined
}

/** Who has signed a document, and who is still to sign; undefined where nobody is to. */
export async function documentSignatures(services: Services, about: About): Promise<DocumentSignatures | undefined> {
  const found = await signable(services, about)
  if (!found) return undefined
  const { version, slots } = found
  const open = unsigned(slots, version)
  const { signatures = {} } = version
  const entries = await Promise.all(Object.values(signatures).map(({ index }) => entryAt(services, index)))
  const names = await namesIn(
    services,
    Object.values(signatures).map(({ organisation }) => organisation),
  )
  const signedIn = (slot: string) => {
    const signature = Object.hasOwn(signatures, slot) ? signatures[slot] : undefined
    const row = entries.find((one) => one?.index === signature?.index)
    if (!signature || row?.entry.type !== 'DocumentSigned') return null
    const { organisation, level } = signature
    const { evidence } = row.entry.body
    return { organisation: names.organisationRef(organisation), level, evidence, entry: placeOf(row) }
  }
  return {
    ...about,
    version: version.version,
    sha256: version.sha256,
    complete: open.length === 0,
    places: slots.map((one) => ({
      slot: one.slot,
      capacity: capacityOf(one),
      levels: [...levelsOf(one)],
      before: open.filter((other) => isBefore(other, one)).map(({ slot }) => slot),
      signed: signedIn(one.slot),
    })),
  }
}

function isBefore(other: Slot, { order }: Slot): boolean {
  return order !== undefined && other.order !== undefined && other.order < order
}
