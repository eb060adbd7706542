import { isAccredited, type Preset, type Rows } from '@tallystick/rules'
import type { Document, FactName, Facts, Json, Sources, Template } from '@tallystick/templates'
import { keptDocuments, templateOf } from '../platform/documents.ts'
import { entryAt, newestEntries } from '../platform/entries.ts'
import type { Subject } from '../platform/filings.ts'
import { lawInForce } from '../platform/law.ts'
import { registryName } from '../platform/layout.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { findingRows } from './findings.ts'
import { type IssuanceKnown, issuanceKnown } from './issuance-facts.ts'
import { type AboutTransfer, areFree, rangesHeld, type Sides } from './transfer-facts.ts'

/** Most moves of a project that are looked at, the newest. */
const MOST_MOVES = 1_000

/** The task in which certifiers verify monitoring periods. */
const VERIFICATION = 'verification'

/** What a template is filled in from: names of facts, and of templates whose last documents it takes from. */
interface Asked {
  facts: ReadonlySet<string>
  documents: ReadonlySet<string>
}

const asked = new WeakMap<Template, Asked>()

function askedBy(template: Template): Asked {
  const known = asked.get(template)
  if (known) return known
  const found = { facts: new Set<string>(), documents: new Set<string>() }
  const look = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value)) {
      if (typeof member !== 'string') look(member)
      else if (key === 'fact') found.facts.add(member)
      else if (key === 'document') found.documents.add(member.split(':')[0] ?? '')
    }
  }
  look(template.sections)
  look(template.checks)
  asked.set(template, found)
  return found
}

/** What is known where a document is written: rows of the ledger, as far as the document is about them. */
interface Standing {
  services: Services
  subject: Subject
  kind: string
  template: Template
  project: Rows['project']
  period: Rows['period'] | undefined
  /** How the project is referred to, such as `XT-001`. */
  reference: string
  names: KnownNames
  certifier: { id: string; row: Rows['organisation'] | undefined } | undefined
  /** Versions in force by the template that their kind has, each with the name by which it is referred to. */
  inForce: ReadonlyMap<string, { sha256: string; name: string }>
  preset: Preset
  /** Of an agreement: between whom. */
  sides: Sides | undefined
  /** What stands in the document so far. */
  document: Document | undefined
}

/** How a project is referred to in documents. */
export function referenceOf(
  { genesis }: Pick<Services, 'genesis'>,
  { number }: Pick<Rows['project'], 'number'>,
): string {
  return `${genesis.country.code}-${String(number).padStart(3, '0')}`
}

/** What the registry and the other documents know for a document. Throws a problem where there is no such subject. */
export async function sourcesFor(
  services: Services,
  subject: Subject,
  kind: string,
  template: Template,
  document?: Document,
): Promise<Required<Sources>> {
  const standing = { ...(await standingOf(services, subject, kind, template)), document }
  const { facts, documents } = askedBy(template)
  const others = [...standing.inForce].filter(([id]) => documents.has(id))
  const [kept, ...found] = await Promise.all([
    keptDocuments(
      services,
      subject.project,
      others.map(([, { sha256 }]) => sha256),
    ),
    ...[...facts].map(async (name) => [name, await factOf(standing, name as FactName)] as const),
  ])
  const known = others.flatMap(([id, { sha256 }]): [string, Document][] => {
    const document = kept.get(sha256)
    return document ? [[id, document]] : []
  })
  return {
    facts: Object.fromEntries(found.filter(([, json]) => json !== undefined)) as Facts,
    documents: Object.fromEntries(known),
  }
}

async function standingOf(
  services: Services,
  subject: Subject,
  kind: string,
  template: Template,
): Promise<Omit<Standing, 'document'>> {
  const { project: id, period: periodId, agreement } = subject
  const [{ preset }, project, period] = await Promise.all([
    lawInForce(services.ledger),
    services.ledger.row('project', id),
    periodId === null ? undefined : services.ledger.row('period', periodId),
  ])
  if (!project) throw problem('project-unknown', { project: id })
  if (periodId !== null && period?.project !== id) throw problem('period-unknown', { period: periodId })
  const { certifiers } = project
  const task = (name: string) => (Object.hasOwn(certifiers, name) ? certifiers[name] : undefined)
  const certifying = period ? task(VERIFICATION) : (task('validation') ?? Object.values(certifiers)[0])
  const [names, organisation] = await Promise.all([
    namesIn(services, id, certifying, agreement),
    certifying === undefined ? undefined : services.ledger.row('organisation', certifying),
  ])
  const reference = referenceOf(services, project)
  const inForce = new Map<string, { sha256: string; name: string }>()
  for (const one of preset.documents) {
    const { documents = {} } = (one.of === 'period' ? period : project) ?? {}
    const version = Object.hasOwn(documents, one.kind) ? documents[one.kind] : undefined
    const id = one.template === undefined ? undefined : templateOf(one.template)?.id
    if (!version || id === undefined || inForce.has(id)) continue
    const part = one.of === 'period' && period ? `${id}-${period.number}` : id
    inForce.set(id, { sha256: version.sha256, name: `${reference}-${part}-v${version.version}` })
  }
  return {
    ...{ services, subject, kind, template, project, period, reference, names, inForce, preset },
    sides: agreement ?? undefined,
    certifier: certifying === undefined ? undefined : { id: certifying, row: organisation },
  }
}

type Known = (standing: Standing) => Json | undefined | Promise<Json | undefined>

/** What the registry tells of each fact. What a country does not keep, its people write: `by-hand.ts`. */
const TOLD: Record<FactName, Known> = {
  'document.number': ({ reference, template, period }) =>
    [reference, template.id, ...(period ? [period.number] : [])].join('-'),
  'document.date': ({ services }) => today(services),
  'registry.name': ({ services }) => registryName(services),
  'registry.country': ({ services }) => services.genesis.country.code,
  'project.reference': ({ reference }) => reference,
  'project.title': ({ names, subject }) => names.project(subject.project)?.title ?? undefined,
  'project.country': ({ services }) => services.genesis.country.code,
  'project.scopes': ({ project }) => [project.scope],
  'project.state': ({ project }) => project.state,
  'project.developer': developerOf,
  'project.certifier': ({ names, certifier }) => partyOf(names, certifier?.id),
  'project.registered': registeredOn,
  'project.crediting': creditingOf,
  'project.unitType': async (standing) => (await authorisationOf(standing))?.unitType,
  'project.noObjection': (standing) => letter(standing, 'no-objection-letter'),
  'project.authorisation': async (standing) => {
    const found = letter(standing, 'authorisation-letter')
    if (found) return found
    const authorisation = await authorisationOf(standing)
    return authorisation && { id: authorisation.id }
  },
  'project.findings': ({ services, subject }) => findingRows(services, { ...subject, period: null }),
  'project.pdd': ({ inForce }) => referenceTo(inForce.get('PDD')),
  'project.validation': ({ inForce }) => referenceTo(inForce.get('VALIDATION')),
  'project.consultation': consultationOf,
  'certifier.accreditation': (standing) => accreditationOf(standing)?.id,
  'certifier.scopes': (standing) => accreditationOf(standing)?.scopes,
  'certifier.accreditedUntil': (standing) => accreditationOf(standing)?.to,
  'certifier.consecutive': consecutive,
  'period.number': ({ period }) => period && String(period.number),
  'period.dates': ({ period }) => period && { start: period.from, end: period.to },
  'period.report': ({ inForce }) => referenceTo(inForce.get('MR')),
  'period.verification': ({ inForce }) => referenceTo(inForce.get('VERIFICATION')),
  'period.verified': verifiedOn,
  'period.certified': async (standing) => (await issuanceOf(standing)).certified,
  'period.findings': ({ services, subject }) => findingRows(services, subject),
  'issuance.request': issuanceRequest,
  'issuance.account': ({ project: { owners } }) => largest(owners)?.account,
  'issuance.left': async (standing) => (await issuanceOf(standing)).left,
  'issuance.split': async (standing) => (await issuanceOf(standing)).split,
  'issuance.owners': async (standing) => (await issuanceOf(standing)).owners,
  'issuance.blocks': async (standing) => (await issuanceOf(standing)).blocks,
  'issuance.certificate': async (standing) => (await issuanceOf(standing)).certificate,
  'transfer.seller': ({ names, sides }) => sides && partyOf(names, names.account(sides.seller)?.organisation),
  'transfer.buyer': ({ names, sides }) => sides && partyOf(names, names.account(sides.buyer)?.organisation),
  'transfer.sellerAccount': ({ sides }) => sides?.seller,
  'transfer.buyerAccount': ({ sides }) => sides?.buyer,
  'transfer.ranges': (standing) => ofTransfer(standing, rangesHeld),
  'transfer.free': (standing) => ofTransfer(standing, areFree),
}

/** The facts that the registry tells. */
export const FACTS_TOLD: ReadonlySet<string> = new Set(Object.keys(TOLD))

async function factOf(standing: Standing, name: FactName): Promise<Json | undefined> {
  return TOLD[name](standing)
}

function today({ clock }: Services): string {
  return clock().toISOString().slice(0, 10)
}

function partyOf(names: KnownNames, organisation: string | undefined): Json | undefined {
  const name = organisation === undefined ? null : names.organisationRef(organisation).name
  return organisation === undefined || name === null ? undefined : { name, id: organisation }
}

/** The owner with the largest share; of equal ones the first. */
function largest(owners: Rows['project']['owners']) {
  return owners.toSorted((a, b) => Number(b.share) - Number(a.share))[0]
}

function developerOf({ names, project: { owners } }: Standing): Json | undefined {
  const first = largest(owners)
  return first && partyOf(names, names.account(first.account)?.organisation)
}

/** The day on which it first came into a state in which units may be issued. */
async function registeredOn({ services, subject, preset }: Standing): Promise<Json | undefined> {
  const { moves, mayIssue } = preset.project
  const moved = await newestEntries(services, 'ProjectMoved', { stream: subject.project }, MOST_MOVES)
  const leads = (name: string) => moves.some((one) => one.name === name && mayIssue.includes(one.to))
  return moved.findLast(({ entry }) => leads(entry.body.move))?.entry.at.slice(0, 10)
}

/** The day on which the outcomes of the monitoring period were certified. */
async function verifiedOn({ services, period }: Standing): Promise<Json | undefined> {
  const row = period?.certified ? await entryAt(services, period.certified.index) : undefined
  return row?.entry.at.slice(0, 10)
}

/** A request is of a monitoring period, or else the next of the project. */
function issuanceRequest({ reference, project, period, kind }: Standing): Json {
  const version = Object.hasOwn(project.documents, kind) ? (project.documents[kind]?.version ?? 0) : 0
  return `${reference}-REQUEST-${period ? period.number : version + 1}`
}

function ofTransfer(
  { services, subject: { project }, sides, document }: Standing,
  ask: (about: AboutTransfer) => Promise<Json | undefined>,
): Promise<Json | undefined> | undefined {
  return sides && ask({ services, project, sides, document })
}

const issuances = new WeakMap<Standing, Promise<IssuanceKnown>>()

/** Asked once for all facts of one document. */
function issuanceOf(standing: Standing): Promise<IssuanceKnown> {
  const known = issuances.get(standing) ?? issuanceKnown(standing)
  issuances.set(standing, known)
  return known
}

/** The crediting period in which a monitoring period lies, or else the last one. */
function creditingOf({ project: { crediting }, period }: Standing): Json | undefined {
  const periods = crediting?.periods ?? []
  const around = period && periods.find(({ from, to }) => from <= period.from && period.to <= to)
  const found = around ?? periods.at(-1)
  return found && { start: found.from, end: found.to }
}

function letter({ project: { documents }, reference }: Standing, kind: string): Json | undefined {
  const version = Object.hasOwn(documents, kind) ? documents[kind] : undefined
  return version && { id: `${reference}-${kind}-v${version.version}` }
}

function referenceTo(found: { name: string } | undefined): Json | undefined {
  return found && { id: found.name }
}

/** The authorisation that was granted first, of those in force. */
async function authorisationOf({ services, subject }: Standing): Promise<{ id: string; unitType: string } | undefined> {
  const { rows } = await services.pool.query<{ id: string; unitType: string }>(
    `SELECT id, row ->> 'unitType' AS "unitType" FROM ledger_row
      WHERE kind = 'authorisation' AND row ? 'project' AND row ->> 'project' = $1 AND row -> 'active' = 'true'
      ORDER BY (row #>> '{granted,0,index}')::bigint, id LIMIT 1`,
    [subject.project],
  )
  return rows[0]
}

/** The days on which the public could comment, the last time. */
async function consultationOf({ services, subject }: Standing): Promise<Json | undefined> {
  const { rows } = await services.pool.query<{ begins_at: Date; ends_at: Date }>(
    'SELECT begins_at, ends_at FROM content_comment_round WHERE project = $1 ORDER BY round DESC LIMIT 1',
    [subject.project],
  )
  const day = (at: Date, before = 0) => new Date(at.getTime() - before).toISOString().slice(0, 10)
  return rows[0] && { start: day(rows[0].begins_at), end: day(rows[0].ends_at, 1) }
}

/** The accreditation by which its certifier may certify it today, or else the first that it has. */
function accreditationOf({ certifier, project, services }: Standing) {
  const row = certifier?.row
  if (!row) return undefined
  const all = Object.entries(row.accreditations).map(([id, one]) => ({ id, ...one }))
  const holds = ({ id, ...one }: (typeof all)[number]) =>
    isAccredited({ ...row, accreditations: { [id]: one } }, project.scope, today(services))
  return all.find(holds) ?? all[0]
}

/** How many monitoring periods in a row its certifier has verified, with this one. */
function consecutive({ certifier, project: { verified }, period }: Standing): Json | undefined {
  if (!certifier) return undefined
  const before = verified?.organisation === certifier.id ? verified.periods : 0
  const isCounted = period?.turn === certifier.id
  return String(before + (isCounted ? 0 : 1))
}
