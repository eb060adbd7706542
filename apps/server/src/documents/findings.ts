import type { Json } from '@tallystick/templates'
import { entryNaming, type ListedRow, newestEntries } from '../platform/entries.ts'
import type { Subject } from '../platform/filings.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'

/** Most findings, answers and assessments of a project that are looked at, the newest. */
const MOST_ENTRIES = 2_000

type Raised = ListedRow<'FindingRaised'>
type Step = ListedRow<'FindingAnswered'> | ListedRow<'FindingAssessed'>

/**
 * The register of findings as a report lists it, in the order in which they were raised: those about a project itself, or
 * those about a monitoring period and the forward action requests that were open when it began.
 */
export async function findingRows(services: Services, { project, period }: Subject): Promise<Json[]> {
  const newest = { stream: project }
  const [raised, answers, assessments, opened] = await Promise.all([
    newestEntries(services, 'FindingRaised', newest, MOST_ENTRIES),
    newestEntries(services, 'FindingAnswered', newest, MOST_ENTRIES),
    newestEntries(services, 'FindingAssessed', newest, MOST_ENTRIES),
    period === null ? undefined : entryNaming(services, 'MonitoringPeriodOpened', project, ['period', period]),
  ])
  const began = opened?.index ?? 0
  const assessed = lastOf(assessments)
  const listed = raised.filter(({ index, entry: { body } }) => {
    if (body.period === period) return true
    const last = assessed.get(body.finding)
    const isClosed = last?.entry.body.outcome === 'closed' && last.index < began
    return period !== null && body.kind === 'FAR' && index < began && !isClosed
  })
  const answered = lastOf(answers)
  const steps = listed.flatMap(({ entry: { body } }) =>
    [answered.get(body.finding), assessed.get(body.finding)].flatMap((one) => one ?? []),
  )
  const [names, states] = await Promise.all([
    namesIn(
      services,
      [...listed, ...steps].map(({ entry }) => entry.body.text),
    ),
    services.ledger.rows(
      'finding',
      listed.map(({ entry }) => entry.body.finding),
    ),
  ])
  return listed.toReversed().map((row) => {
    const { finding } = row.entry.body
    const rounds = { answer: answered.get(finding), assessment: assessed.get(finding) }
    return rowOf(names, row, rounds, states.get(finding)?.state ?? 'open')
  })
}

/** The newest step of each finding; they come newest first. */
function lastOf<Row extends Step>(steps: readonly Row[]): Map<string, Row> {
  return new Map(steps.toReversed().map((row) => [row.entry.body.finding, row]))
}

function rowOf(
  names: KnownNames,
  { entry: { at, body } }: Raised,
  { answer, assessment }: { answer: Step | undefined; assessment: Step | undefined },
  state: string,
): Json {
  const row: Record<string, Json | undefined> = {
    type: body.kind,
    number: String(body.allotted.number),
    date: dayOf(at),
    section: body.section ?? undefined,
    description: textOf(names, body.text) ?? '—',
    response: answer && textOf(names, answer.entry.body.text),
    responseDate: answer && dayOf(answer.entry.at),
    assessment: assessment && textOf(names, assessment.entry.body.text),
    assessmentDate: assessment && dayOf(assessment.entry.at),
    status: state.toUpperCase(),
  }
  return Object.fromEntries(Object.entries(row).flatMap(([key, one]) => (one === undefined ? [] : [[key, one]])))
}

function dayOf(instant: string): string {
  return instant.slice(0, 10)
}

/** What a text of a document cannot hold becomes a space. */
function textOf(names: KnownNames, commitment: string): string | undefined {
  return names.opened(commitment)?.replace(/[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu, ' ')
}
