import { type Act, type DocumentVersion, type Preset, type Rows, type Slot, slotsOf, unsigned } from '@tallystick/rules'
import { entryAt, type LogRow } from '../entries.ts'
import { namesIn } from '../names.ts'
import { actOn, periodThing, projectThing, signedBy, slotsInTurn } from '../next-steps.ts'
import { documentSigns } from './project-events.ts'
import { type Look, ownersOf, project, type Told, withSentence } from './told.ts'

/** A document that people sign: as the ledger has it now. */
interface Signable {
  version: DocumentVersion
  slots: readonly Slot[]
  /** Whose it is. */
  members: string[]
  /** What the permission table is asked of whoever signs in a place. */
  act(slot: Slot): Act
}

/** Whoever signs next; where it is signed in all places, whose it is, and whoever takes the next step now. */
export async function documentSigned(row: LogRow<'DocumentSigned'>, look: Look): Promise<Told[]> {
  const { body, by } = row.entry
  const { document } = body
  const found = await signableOf(body, look)
  // Of a version that was replaced meanwhile nobody need sign any more.
  if (found?.version.version !== body.version) return []
  const { slots, version } = found
  const open = unsigned(slots, version)
  const whole = slots.length > 0 && open.length === 0
  const last = Math.max(...Object.values(version.signatures ?? {}).map(({ index }) => index))
  if (!whole) return signersNext(row, look, found, openAt(slots, version, row.index))
  // The one that filled the last place tells of it.
  if (last !== row.index) return []
  const params = withSentence(row, look, {
    project: project(look.names, body.project),
    document: { code: document, list: 'document' },
  })
  const submitter = await submitterOf(version, look)
  const to = { members: [...new Set([...found.members, ...submitter])], without: [by] }
  return [
    ...(await documentSigns(row, look)),
    { template: 'document-signed', to, params, path: `/projects/${body.project}` },
  ]
}

/** Whoever signs first, once a document that is signed was submitted. */
export async function signersFirst(row: LogRow<'DocumentSubmitted'>, look: Look): Promise<Told[]> {
  const { body } = row.entry
  const found = await signableOf({ ...body, agreement: body.agreement?.id }, look)
  if (found?.version.index !== row.index) return []
  return signersNext(row, look, found, [])
}

/** The places that were open before an entry, itself not counted. */
function openAt(slots: readonly Slot[], { signatures = {} }: DocumentVersion, index: number): Slot[] {
  return slots.filter(({ slot }) => !Object.hasOwn(signatures, slot) || (signatures[slot]?.index ?? 0) >= index)
}

/** Whoever may sign in a place whose turn it is now and was not before. */
function signersNext(
  row: LogRow<'DocumentSigned' | 'DocumentSubmitted'>,
  look: Look,
  { slots, version, act }: Signable,
  before: readonly Slot[],
): Told[] {
  const known = slotsInTurn(before)
  const waiting = slotsInTurn(unsigned(slots, version)).filter((slot) => !known.includes(slot))
  if (waiting.length === 0) return []
  const { project: id, document } = row.entry.body
  const signed = Object.values(version.signatures ?? {}).flatMap(({ by, level }) => (level === 'WET' ? [] : [by]))
  return [
    {
      template: 'signature-waits',
      to: { able: waiting.map((slot) => [act(slot)]), without: [...signed, row.entry.by] },
      params: withSentence(row, look, {
        project: project(look.names, id),
        document: { code: document, list: 'document' },
      }),
      path: `/projects/${id}`,
    },
  ]
}

async function submitterOf({ index }: DocumentVersion, { services }: Look): Promise<string[]> {
  const submitted = await entryAt(services, index)
  if (!submitted) return []
  const { by } = submitted.entry
  const organisation = (await namesIn(services, by)).mandate(by)?.organisation
  return organisation === undefined ? [] : [organisation]
}

interface About {
  project: string
  period: string | null
  agreement?: string | undefined
  document: string
}

async function signableOf(about: About, look: Look): Promise<Signable | undefined> {
  const { services, law, names } = look
  const { project: id, period, agreement, document } = about
  const slots = slotsOf(law.preset, { period, document, ...(agreement === undefined ? {} : { agreement }) })
  if (slots.length === 0) return undefined
  const parent = await services.ledger.row('project', id)
  const ofPeriod = period === null ? undefined : await services.ledger.row('period', period)
  if (!parent) return undefined
  if (agreement !== undefined) return agreementOf(look, agreement, { slots, document })
  const owners = ownersOf(id, names)
  const thing = thingOf(law.preset, parent, ofPeriod, owners)
  const { documents } = ofPeriod ?? parent
  const version = Object.hasOwn(documents, document) ? documents[document] : undefined
  if (!thing || !version) return undefined
  return { version, slots, members: owners, act: (slot) => actOn(thing, signedBy(slot)) }
}

function thingOf(
  preset: Preset,
  parent: Rows['project'],
  period: Rows['period'] | undefined,
  owners: readonly string[],
) {
  return period ? periodThing(period, parent, owners, preset) : projectThing(parent, owners, preset)
}

async function agreementOf(
  { services }: Look,
  id: string,
  { slots, document }: { slots: readonly Slot[]; document: string },
): Promise<Signable | undefined> {
  const row = await services.ledger.row('agreement', id)
  const version = row && Object.hasOwn(row.documents, document) ? row.documents[document] : undefined
  if (!row || !version) return undefined
  const accounts = await services.ledger.rows('account', [row.seller, row.buyer])
  const holder = (account: string) => accounts.get(account)?.organisation ?? ''
  const [seller, buyer] = [holder(row.seller), holder(row.buyer)]
  const side = ({ capacity }: Slot) =>
    capacity === 'seller' ? [seller] : capacity === 'buyer' ? [buyer] : [seller, buyer]
  return {
    ...{ version, slots, members: [seller, buyer] },
    act: (slot) => ({ action: signedBy(slot), organisations: side(slot), interests: [seller, buyer] }),
  }
}
