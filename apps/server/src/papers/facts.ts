import { type Beneficiary, isolated, type LoggedEntry } from '@tallystick/contract'
import { listedName } from '@tallystick/templates'
import { firstOfStream, type LogRow } from '../platform/entries.ts'
import { legsOf } from '../platform/legs.ts'
import { namesIn, speechOf } from '../platform/names.ts'
import type { Ended, Issuance, Registration } from '../platform/paper/letters/certificates.ts'
import type { AuthorisationName, DocumentName, ProjectName } from '../platform/paper/letters/issued.ts'
import type { Authorised, NoObjection, Objection } from '../platform/paper/letters/letters.ts'
import { grantOf, lastBefore } from './before.ts'
import { dayIn } from './day.ts'
import { referenceOf } from './issued.ts'
import { moveTaken } from './kinds.ts'
import type { Asked } from './paper.ts'

/** Erased, or of another Party. */
const UNKNOWN = '—'
const DAY_MS = 86_400_000

export async function registrationFacts(asked: Asked, row: LogRow<'ProjectMoved'>): Promise<Registration> {
  const { issued, speech, evidence } = asked
  const { scope = '', methodology = UNKNOWN } = evidence.facts
  const [owners, grounds] = await Promise.all([ownersThen(asked), groundsOf(asked, row)])
  return {
    ...{ ...issued, project: nameOf(asked), owners, grounds, methodology, registered: issued.date },
    scope: listedName('scopes', scope, speech.language),
  }
}

/** What letters on a project say: that nothing speaks against it, or why something does. */
export async function decisionFacts(
  asked: Asked,
  row: LogRow<'ProjectMoved'>,
): Promise<{ noObjection: NoObjection; objection: Objection }> {
  const { issued, evidence, presetAt, services, project } = asked
  const { timeZone } = services.genesis
  const [owners, grounds, before, first] = await Promise.all([
    ownersThen(asked),
    groundsOf(asked, row),
    lastBefore(services, row, project, 'ProjectMoved', ['project', project]),
    firstOfStream(services, 'ProjectRegistered', project),
  ])
  const { moves, ends } = presetAt(row.index).project
  const next = moves.filter(({ from }) => from.includes(moveTaken(row, presetAt)?.to ?? ''))
  const after = (days: number | undefined) =>
    days && dayIn(timeZone, new Date(Date.parse(row.entry.at) + days * DAY_MS).toISOString())
  const until = after(next.find(({ to, needs }) => needs?.days && ends.includes(to))?.needs?.days)
  const appeal = after(next.find(({ needs }) => needs?.within)?.needs?.within)
  const submitted = dayIn(timeZone, (before ?? first ?? row).entry.at)
  const decided = { ...issued, project: nameOf(asked), owners, grounds, submitted }
  const { reason = '', text = '' } = evidence.facts
  const reasons = text.split(/\n+/).filter((line) => line.trim() !== '')
  return {
    noObjection: { ...decided, ...(until && { until }) },
    objection: { ...decided, reason, reasons, ...(appeal && { appeal }) },
  }
}

export async function authorisationFacts(
  asked: Asked,
  row: LogRow<'QuantityAuthorised' | 'AuthorisationChanged'>,
): Promise<Authorised> {
  const { issued, evidence, shown } = asked
  const { quantity, purposes, firstTransfer, cooperativeApproach } = row.entry.body
  const { reason, effectiveFrom: from, version, unitType = UNKNOWN } = evidence.facts
  return {
    ...{ ...issued, project: nameOf(asked), owners: await ownersThen(asked), purposes, unitType },
    quantity: BigInt(quantity),
    authorisation:
      shown.kind === 'revocation'
        ? await authorisationThen(asked, row.entry.body.authorisation)
        : { reference: shown.reference, version: Number(version) },
    ...(firstTransfer && { firstTransfer: firstTransfer as NonNullable<Authorised['firstTransfer']> }),
    ...(cooperativeApproach && { cooperativeApproach }),
    ...(reason && from && { change: { reason, from } }),
  }
}

export async function issuanceFacts(asked: Asked, row: LogRow<'BatchIssued' | 'UnitsConverted'>): Promise<Issuance> {
  const { issued, names, evidence, services, speech } = asked
  const { unitType = UNKNOWN, registry, numbersAbroad: numbers, monitoredFrom: from, monitoredTo: to } = evidence.facts
  const parts = legsOf(row.entry).flatMap(({ to: account = '', ranges }) => {
    const { kind, organisation } = names.party(account ?? '')
    const whose = { to: organisationName(asked, organisation.id), account: kind }
    return ranges.map(([first, last]) => ({ ...whose, first: BigInt(first), last: BigInt(last) }))
  })
  const authorisation = await authorisationThen(asked, row.entry.body.authorisation)
  const other = registry && speechOf(services, speech.language).code('registry', registry)
  return {
    ...{ ...issued, ...unitFacts(asked), parts, authorisation, unitType },
    ...(from && to && { period: { from, to } }),
    ...(other && numbers && { instead: { registry: other, numbers } }),
  }
}

export function endFacts(asked: Asked, { entry }: LogRow<'CreditsRetired' | 'CreditsCancelled'>): Ended {
  const { issued, names, evidence } = asked
  const { from, purpose, beneficiary, batch } = entry.body
  const known = beneficiary === null ? undefined : (names.opening(beneficiary)?.value as Beneficiary | undefined)
  const { unitType = UNKNOWN, vintage = '' } = names.batch(batch) ?? {}
  return {
    ...{ ...issued, ...unitFacts(asked), unitType, vintage, purpose },
    certificate: evidence.facts.certificate ?? UNKNOWN,
    holder: organisationName(asked, names.party(from).organisation.id),
    ...(known?.name && { beneficiary: known.name }),
  }
}

/** What follows from the entry of the units that it names. */
function unitFacts(asked: Asked) {
  const { quantity = '0', vintage = '', serials = '', itmos = '' } = asked.evidence.facts
  const lines = (text: string) => (text === '' ? [] : text.split(', '))
  return {
    ...{ project: nameOf(asked), quantity: BigInt(quantity), vintage, on: asked.issued.date },
    ...{ serials: lines(serials), itmos: lines(itmos) },
  }
}

function nameOf({ names, project }: Asked): ProjectName {
  const { title, number } = names.project(project) ?? {}
  return { title: title ?? UNKNOWN, number: `${number ?? UNKNOWN}` }
}

/** The government has the name of its country, in the language of the paper. */
function organisationName({ names, services, speech }: Asked, id: string): string {
  const known = names.organisation(id)
  if (known?.authority) return speech.say('authority', { country: isolated(services.genesis.country.name) })
  return known?.name ?? UNKNOWN
}

/** Who owned the project when the entry was written. */
async function ownersThen(asked: Asked): Promise<string[]> {
  const { services, project, row } = asked
  const [changed, first] = await Promise.all([
    lastBefore(services, row, project, 'OwnershipChanged', ['project', project]),
    firstOfStream(services, 'ProjectRegistered', project),
  ])
  const { owners = [] } = changed?.entry.body ?? first?.entry.body ?? {}
  const names = await namesIn(services, owners)
  const ids = owners.map(({ account }) => names.party(account).organisation.id)
  return [...new Set(ids.map((id) => organisationName({ ...asked, names }, id)))]
}

/** The version of an authorisation under which units were issued, by the letter that says it. */
async function authorisationThen({ services, project, row, names }: Asked, id: string): Promise<AuthorisationName> {
  const known = names.authorisation(id)
  const changed =
    known?.version === 1
      ? undefined
      : await lastBefore(services, row, project, 'AuthorisationChanged', ['authorisation', id])
  const version = changed ?? (await grantOf(services, id)) ?? row
  return { reference: referenceOf('authorisation', version), version: changed?.entry.body.version ?? 1 }
}

/** The documents that a move was taken on, in the versions that it names. */
async function groundsOf({ services, project, speech }: Asked, row: LogRow<'ProjectMoved'>): Promise<DocumentName[]> {
  const words = speechOf(services, speech.language)
  const grounds: NonNullable<LoggedEntry<'ProjectMoved'>['body']['documents']> = row.entry.body.documents ?? []
  return Promise.all(
    grounds.map(async ({ document, sha256 }) => {
      const version = await lastBefore(services, row, project, 'DocumentSubmitted', ['sha256', sha256])
      const commitment = version?.entry.body.name
      const name = commitment && (await namesIn(services, commitment)).opened(commitment)
      const kind = words.code('document', document)
      return {
        name: name ? `${kind}: ${name}` : kind,
        version: `${version?.entry.body.allotted.version ?? UNKNOWN}`,
        sha256,
      }
    }),
  )
}
