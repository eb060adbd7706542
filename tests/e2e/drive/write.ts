import { type ShippedPreset, shippedSources } from '@tallystick/rules'
import type { Json, Template } from '@tallystick/templates'
import { attachFiles } from './attach.ts'
import type { Holder } from './cast.ts'
import { differing, type FieldForm, fieldsOf, wantedValues } from './fill.ts'
import { signEverywhere } from './sign.ts'
import type { Person, Stage, Told } from './stage.ts'
import { changedLater, contentOf, type Values } from './stories/story.ts'
import type { Play } from './walk.ts'

/** What a document is about: the project, or a monitoring period of it. */
export interface Subject {
  path: string
  project: string
  period: string | null
  /** Of an agreement on units: who sells to whom. */
  sides?: { seller: Holder; buyer: Holder }
}

/** A version of a document that was submitted. */
export interface Written extends Subject {
  kind: string
  /** Such as `PDD@1`; null where it is a file. */
  template: string | null
  version: number
  sha256: string
  /** The agreement on units that it is. */
  agreement: string | null
}

interface Kind {
  kind: string
  of?: string
  template?: string
}

/** Whether documents of a kind are data under a preset. */
export function isData(preset: ShippedPreset, kind: string): boolean {
  const { documents } = shippedSources[preset].preset as { documents: Kind[] }
  return documents.some((one) => one.kind === kind && one.template !== undefined)
}

const forms = new Map<string, Template>()

async function formOf(stage: Stage, code: string): Promise<Template> {
  const known = forms.get(code)
  if (known) return known
  const form: Template = await stage.read(`/national/templates/${code.replace('@', '/')}`)
  forms.set(code, form)
  return form
}

interface Writing {
  play: Play
  who: Person
  kind: string
  subject: Subject
  form: Template
  /** Values as they are to be in the end. */
  wanted: Record<string, Json>
  fields: ReadonlyMap<string, FieldForm>
}

/**
 * Writes a document from its beginning to its submission, as somebody does at a screen: what the registry has filled in is
 * kept, the rest filled in; what it still asks for is read, calculated and attached; then it is submitted and signed.
 */
export async function writeDocument(
  play: Play,
  who: Person,
  kind: string,
  subject: Subject,
  more: (known: Values) => Record<string, Json> = () => ({}),
): Promise<Written> {
  const { stage, story, written } = play
  const { project, period, sides } = subject
  const agreement = sides && { seller: sides.seller.accounts.holding, buyer: sides.buyer.accounts.holding }
  const body = { project, period, kind, ...(agreement && { agreement }) }
  const begun = await stage.act(who, `begins the document ${kind}`, '/national/drafts', body)
  const form = await formOf(stage, begun.template)
  const before = sides ? undefined : written.findLast((one) => one.kind === kind && one.path === subject.path)
  const { values, over } = contentOf(story, form.id, stage.day)
  const fields = fieldsOf(form)
  const known: Values = begun.document.values
  const later = before ? changedLater(form.id, before.version + 1, known, stage.day) : {}
  const wanted = wantedValues(fields, { known, content: values, over: { ...over, ...later, ...more(known) } })
  const writing: Writing = { play, who, kind, subject, form, wanted, fields }
  // What a country does not keep, its people write.
  const isOpen = ({ auto }: FieldForm, path: string) => !auto || begun.byHand.includes(path)
  const isPlain = (field: FieldForm, path: string) => !['files', 'calc'].includes(field.type) && isOpen(field, path)
  const plain = await save(writing, begun, isPlain)
  const missing = errorsIn(plain)
  if (missing.length > 0) stage.say(`       still asked for: ${missing.map(({ path }: Told) => path).join(', ')}`)
  await attachFiles(play, who, { project, kind, values: wanted, fields, known: plain.document.values })
  await calculate(writing, plain.document.values)
  const draft = await save(writing, plain, ({ auto }) => !auto)
  const wrong = errorsIn(draft)
  if (wrong.length > 0) throw new Error(`${play.title}, ${kind}: ${JSON.stringify(wrong)}`)
  const one = await submit(writing, draft, before)
  written.push(one)
  await signEverywhere(play, one)
  return one
}

const errorsIn = ({ problems }: Told): Told[] => problems.filter(({ severity }: Told) => severity === 'error')

/** Saves what stands otherwise now, of some fields, and answers the draft as it is then. */
async function save(
  { play, who, kind, wanted, fields }: Writing,
  { id, revision, document }: Told,
  isMeant: (field: FieldForm, path: string) => boolean,
): Promise<Told> {
  const changes = differing(fields, wanted, document.values).filter(({ path }) => {
    const field = fields.get(path)
    return field !== undefined && isMeant(field, path)
  })
  const plural = changes.length === 1 ? 'place' : 'places'
  const what = `fills in ${changes.length} ${plural} of ${kind}`
  if (changes.length > 0) {
    const sent = { method: 'PUT' as const, status: 200 }
    await play.stage.act(who, what, `/national/drafts/${id}/values`, { revision, changes }, sent)
  }
  return play.stage.read(`/national/drafts/${id}`, who)
}

/** What is to be calculated is calculated by the registry; the snapshot that it answers goes into the document. */
async function calculate({ play, who, wanted, fields }: Writing, known: Told): Promise<void> {
  for (const [path, { type }] of fields) {
    const [section = '', key = ''] = path.split('.')
    const asked: Told = wanted[path]
    if (type !== 'calc' || asked === undefined) continue
    if (known[section]?.[key] !== undefined) {
      wanted[path] = known[section][key]
      continue
    }
    const { method, inputs, vintages } = asked
    // What every year has of its own is not said of all of them, too.
    const ofYears = new Set((vintages?.years ?? []).flatMap((year: Told) => Object.keys(year.inputs ?? {})))
    const shared = Object.fromEntries(Object.entries(inputs).filter(([name]) => !ofYears.has(name)))
    const body = { inputs: shared, ...(vintages && { vintages }) }
    const ok = { status: 200 }
    const { snapshot } = await play.stage.act(
      who,
      `calculates by ${method}`,
      `/national/calculations/${method}`,
      body,
      ok,
    )
    wanted[path] = snapshot
  }
}

async function submit(
  { play, who, kind, subject, form }: Writing,
  { id, revision }: Told,
  before: Written | undefined,
): Promise<Written> {
  const { stage, title } = play
  const name = `${form.title.en}: ${title}`
  const version = (before?.version ?? 0) + 1
  const what = `submits the document ${kind}, version ${version}`
  const answer = await stage.decide(who, what, `/national/drafts/${id}/submission`, { revision, name })
  const one = await newest(stage, subject, kind, answer.agreement?.id ?? null)
  if (one.version !== version) throw new Error(`${kind} has version ${one.version}, not ${version}`)
  if (before) await compare(stage, who, before, one)
  return one
}

/** The version of a kind that was submitted last. */
export async function newest(
  stage: Stage,
  subject: Subject,
  kind: string,
  agreement: string | null = null,
): Promise<Written> {
  const { items } = await stage.read(`${subject.path}/documents?limit=200`)
  const isIt = (item: Told) => item.kind === kind && (item.agreement?.id ?? null) === agreement
  const found = items.find((item: Told) => isIt(item) && item.period === subject.period)
  if (!found) throw new Error(`there is no document ${kind}`)
  const { version, sha256, template } = found
  return { ...subject, kind, template, version, sha256, agreement }
}

/** Reads what a new version says otherwise. */
async function compare(stage: Stage, who: Person, before: Written, after: Written): Promise<void> {
  const { changes } = await stage.read(`/national/documents/${after.sha256}/comparison?from=${before.sha256}`, who)
  if (changes.length === 0) throw new Error(`version ${after.version} of ${after.kind} says nothing otherwise`)
  const places = changes.map(({ path }: Told) => path)
  const shown = places.slice(0, SHOWN).join(', ') + (places.length > SHOWN ? ', …' : '')
  stage.say(`       compared with version ${before.version}: ${places.length} changes: ${shown}`)
}

const SHOWN = 6
