import type { Agreement, Finding, FindingRound, Page, PageQuery, SubmittedDocument } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { decodeCursor, limitOf, NumberKey, pageFrom } from './cursor.ts'
import { keptTemplates } from './documents.ts'
import { entryNaming, entryOf, type LogRow, type Newest, newestEntries, placeOf } from './entries.ts'
import { documentsNamed, explained } from './explain.ts'
import { execute, type Sender, writtenOf } from './idempotency.ts'
import { type KnownNames, namesIn } from './names.ts'
import { fieldProblem, problem } from './problem.ts'
import type { Services } from './services.ts'

/** Most answers and assessments of a finding that are shown. */
const MAX_ROUNDS = 1_000

/** What documents and findings are about: a project, one of its monitoring periods, or an agreement on its units. */
export interface Subject {
  project: string
  period: string | null
  agreement?: Agreement | null
}

/** By what the preset calls it. */
export function subjectKind({ period, agreement }: Pick<Subject, 'period' | 'agreement'>) {
  if (agreement) return 'transfer'
  return period === null ? 'project' : 'period'
}

/** Where entries about it stand: in the stream of the project, and of a period only those that name it. */
function aboutIt({ project, period }: Subject): Pick<Newest, 'stream' | 'naming'> {
  return { stream: project, naming: period === null ? undefined : ['period', period] }
}

/** Kinds of documents whose bytes are made and kept here. */
const ownOperations: ReadonlySet<string> = new Set(['description', 'public-comments'])

/** A document, as the next version of its kind. */
export async function submitTo(
  services: Services,
  call: Sender & { body: { kind: string; sha256: string; name: string | null } },
  subject: Subject,
): Promise<SubmittedDocument> {
  const { kind, sha256, name } = call.body
  if (ownOperations.has(kind)) throw fieldProblem('kind', 'has an operation of its own')
  const commitment = name === null ? null : await services.openings.commit(name)
  const { project, period, agreement } = subject
  const command = {
    type: 'DocumentSubmitted',
    request: { project, period, ...(agreement ? { agreement } : {}), document: kind, sha256, name: commitment },
    commitments: commitment === null ? [] : [commitment],
  } as const
  const named = documentsNamed(subjectKind(subject), kind)
  const receipt = await explained(services, named, () => execute(services, call, command))
  return submittedDocument(services, { ...receipt, entry: entryOf('DocumentSubmitted', receipt) })
}

/** A version of a document as it was submitted. */
export async function submittedDocument(
  services: Services,
  row: LogRow<'DocumentSubmitted'>,
): Promise<SubmittedDocument> {
  const { project, sha256 } = row.entry.body
  const [names, templates] = await Promise.all([
    namesIn(services, row.entry),
    keptTemplates(services, project, [sha256]),
  ])
  return { ...documentOf(names, templates, row.entry), entry: placeOf(row) }
}

/** Every version of every document, newest first; of a project with those of its monitoring periods. */
export async function documentsOf(
  services: Services,
  subject: Subject,
  query: PageQuery,
): Promise<Page<SubmittedDocument>> {
  const limit = limitOf(query)
  const [before] = decodeCursor(NumberKey, query.cursor) ?? []
  const rows = await newestEntries(services, 'DocumentSubmitted', { ...aboutIt(subject), before }, limit + 1)
  const [names, templates] = await Promise.all([
    namesIn(
      services,
      rows.map(({ entry }) => entry),
    ),
    keptTemplates(
      services,
      subject.project,
      rows.map(({ entry }) => entry.body.sha256),
    ),
  ])
  return pageFrom(
    rows,
    limit,
    (row) => ({ ...documentOf(names, templates, row.entry), entry: placeOf(row) }),
    ({ place }) => [place],
  )
}

function documentOf(
  names: KnownNames,
  templates: ReadonlyMap<string, string>,
  { by, body }: LogRow<'DocumentSubmitted'>['entry'],
): Omit<SubmittedDocument, 'entry'> {
  const { document, sha256, name, period, agreement = null, allotted } = body
  const opened = name === null ? null : (names.opened(name) ?? null)
  const template = templates.get(sha256) ?? null
  const of = { period, agreement }
  return { kind: document, version: allotted.version, sha256, template, name: opened, ...of, by: actorOf(names, by) }
}

function actorOf(names: KnownNames, mandate: string) {
  return names.organisationRef(names.mandate(mandate)?.organisation ?? '')
}

/** A finding about it. */
export async function raiseAbout(
  services: Services,
  call: Sender & { body: { kind: Finding['kind']; section: string | null; text: string } },
  subject: Subject,
): Promise<Finding> {
  const { kind, section, text } = call.body
  const commitment = await services.openings.commit(text)
  const receipt = await execute(services, call, {
    type: 'FindingRaised',
    request: { finding: randomId(), ...subject, kind, section, text: commitment },
    commitments: [commitment],
  })
  const entry = entryOf('FindingRaised', receipt)
  return { ...findingOf(await namesIn(services, entry), entry), state: 'open', entry: writtenOf(receipt) }
}

/** The findings, newest first; those about a project with those about its monitoring periods. */
export async function findingsAbout(services: Services, subject: Subject, query: PageQuery): Promise<Page<Finding>> {
  const limit = limitOf(query)
  const [before] = decodeCursor(NumberKey, query.cursor) ?? []
  const rows = await newestEntries(services, 'FindingRaised', { ...aboutIt(subject), before }, limit + 1)
  const [names, states] = await Promise.all([
    namesIn(
      services,
      rows.map(({ entry }) => entry),
    ),
    services.ledger.rows(
      'finding',
      rows.map(({ entry }) => entry.body.finding),
    ),
  ])
  return pageFrom(
    rows,
    limit,
    (row) => {
      const state = states.get(row.entry.body.finding)?.state ?? 'open'
      return { ...findingOf(names, row.entry), state, entry: placeOf(row) }
    },
    ({ place }) => [place],
  )
}

/** A finding with its answers and assessments, the oldest first. Throws a problem where it is about something else. */
export async function findingAbout(
  services: Services,
  subject: Subject,
  id: string,
): Promise<Finding & { rounds: FindingRound[] }> {
  const [row, raised] = await Promise.all([
    services.ledger.row('finding', id),
    entryNaming(services, 'FindingRaised', subject.project, ['finding', id]),
  ])
  if (!row || !raised) throw problem('not-found')
  if (subject.period !== null && row.period !== subject.period) throw problem('not-found')
  const steps = await stepsOf(services, raised.entry.body)
  const names = await namesIn(
    services,
    raised.entry,
    steps.map(({ entry }) => entry),
  )
  return {
    ...findingOf(names, raised.entry),
    state: row.state,
    entry: placeOf(raised),
    rounds: steps.map((step) => roundOf(names, step)),
  }
}

type StepRow = LogRow<'FindingAnswered'> | LogRow<'FindingAssessed'>

/** Answers and assessments of a finding, the oldest first. */
async function stepsOf(
  services: Services,
  { project, finding }: { project: string; finding: string },
): Promise<StepRow[]> {
  const naming = ['finding', finding] as const
  const [answers, assessments] = await Promise.all([
    newestEntries(services, 'FindingAnswered', { stream: project, naming }, MAX_ROUNDS),
    newestEntries(services, 'FindingAssessed', { stream: project, naming }, MAX_ROUNDS),
  ])
  return [...answers, ...assessments].sort((a, b) => a.index - b.index)
}

function findingOf(
  names: KnownNames,
  { by, body }: LogRow<'FindingRaised'>['entry'],
): Omit<Finding, 'entry' | 'state'> {
  const { finding: id, project, period, kind, section, text, allotted } = body
  const number = allotted.number
  return { id, project, period, kind, number, section, text: names.opened(text) ?? null, by: actorOf(names, by) }
}

function roundOf(names: KnownNames, step: StepRow): FindingRound {
  const { by, body } = step.entry
  const outcome = 'outcome' in body ? body.outcome : null
  return {
    step: outcome === null ? 'answer' : 'assessment',
    ...{ outcome, text: names.opened(body.text) ?? null, by: actorOf(names, by), entry: placeOf(step) },
  }
}

/** An answer to a finding. */
export async function answerIn(
  services: Services,
  call: Sender & { body: { text: string } },
  about: Subject,
  finding: string,
) {
  const text = await services.openings.commit(call.body.text)
  const request = { ...about, finding, text }
  const receipt = await execute(services, call, { type: 'FindingAnswered', request, commitments: [text] })
  return { id: finding, project: about.project, state: 'answered' as const, entry: writtenOf(receipt) }
}

/** What is said of an answer: the finding is closed, or open once more. */
export async function assessIn(
  services: Services,
  call: Sender & { body: { text: string; outcome: 'open' | 'closed' } },
  about: Subject,
  finding: string,
) {
  const { outcome } = call.body
  const text = await services.openings.commit(call.body.text)
  const request = { ...about, finding, text, outcome }
  const receipt = await execute(services, call, { type: 'FindingAssessed', request, commitments: [text] })
  return { id: finding, project: about.project, state: outcome, entry: writtenOf(receipt) }
}
