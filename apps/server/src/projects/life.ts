import {
  answerFinding,
  assessFinding,
  type Finding,
  type FindingRound,
  listDocuments,
  listFindings,
  type ProjectDetails,
  raiseFinding,
  readFinding,
  type SubmittedDocument,
  submitDocument,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { missingFor, movesFrom, type Preset, type Rows } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { entryNaming, entryOf, type LogRow, newestEntries, placeOf } from '../platform/entries.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'

/** Most answers and assessments of a finding that are shown. */
const MAX_ROUNDS = 1_000

/** Where a project stands, and what may follow on it. */
export function lifeOf(
  row: Rows['project'],
  { project }: Preset,
  at: string,
): Pick<ProjectDetails, 'since' | 'moves' | 'documents' | 'findings'> {
  return {
    since: row.entered,
    moves: movesFrom(project, row.state).map((move) => {
      const missing = missingFor(move, row, at)
      const { documents, findings, certifier, from } = missing
      const ready = documents.length === 0 && findings === 0 && certifier === null && from === null
      return { move: move.name, to: move.to, reason: move.reason === true, ready, missing }
    }),
    documents: Object.entries(row.documents)
      .map(([kind, { version, index, sha256 }]) => ({ kind, version, sha256, index }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    findings: { open: row.findings.open, forward: row.findings.forward },
  }
}

/** Documents of projects by kind and version, and findings about them. */
export function registerLife(app: FastifyInstance, services: Services): void {
  documents(app, services)
  findings(app, services)
  rounds(app, services)
}

function documents(app: FastifyInstance, services: Services): void {
  handle(app, services, submitDocument, async (call) => {
    const { kind, sha256, name } = call.body
    const commitment = name === null ? null : await services.openings.commit(name)
    const receipt = await execute(services, call, {
      type: 'DocumentSubmitted',
      request: { project: call.params.id, document: kind, sha256, name: commitment },
      commitments: commitment === null ? [] : [commitment],
    })
    const entry = entryOf('DocumentSubmitted', receipt)
    return { ...documentOf(await namesIn(services, entry), entry), entry: writtenOf(receipt) }
  })

  handle(app, services, listDocuments, async ({ params, query }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    const limit = limitOf(query)
    const [before] = decodeCursor(NumberKey, query.cursor) ?? []
    const rows = await newestEntries(services, 'DocumentSubmitted', { stream: params.id, before }, limit + 1)
    const names = await namesIn(
      services,
      rows.map(({ entry }) => entry),
    )
    return pageFrom(
      rows,
      limit,
      (row) => ({ ...documentOf(names, row.entry), entry: placeOf(row) }),
      ({ place }) => [place],
    )
  })
}

function documentOf(
  names: KnownNames,
  { by, body }: LogRow<'DocumentSubmitted'>['entry'],
): Omit<SubmittedDocument, 'entry'> {
  const { document, sha256, name, allotted } = body
  const opened = name === null ? null : (names.opened(name) ?? null)
  return { kind: document, version: allotted.version, sha256, name: opened, by: actorOf(names, by) }
}

function actorOf(names: KnownNames, mandate: string) {
  return names.organisationRef(names.mandate(mandate)?.organisation ?? '')
}

function findings(app: FastifyInstance, services: Services): void {
  handle(app, services, raiseFinding, async (call) => {
    const { kind, section, text } = call.body
    const commitment = await services.openings.commit(text)
    const receipt = await execute(services, call, {
      type: 'FindingRaised',
      request: { finding: randomId(), project: call.params.id, kind, section, text: commitment },
      commitments: [commitment],
    })
    const entry = entryOf('FindingRaised', receipt)
    return { ...findingOf(await namesIn(services, entry), entry), state: 'open' as const, entry: writtenOf(receipt) }
  })

  handle(app, services, listFindings, async ({ params, query }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    const limit = limitOf(query)
    const [before] = decodeCursor(NumberKey, query.cursor) ?? []
    const rows = await newestEntries(services, 'FindingRaised', { stream: params.id, before }, limit + 1)
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
  })

  handle(app, services, readFinding, async ({ params }) => {
    const row = await services.ledger.row('finding', params.finding)
    const raised = await entryNaming(services, 'FindingRaised', params.id, ['finding', params.finding])
    if (!row || !raised) throw problem('not-found')
    const steps = await stepsOf(services, params.id, params.finding)
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
  })
}

type StepRow = LogRow<'FindingAnswered'> | LogRow<'FindingAssessed'>

/** Answers and assessments of a finding, the oldest first. */
async function stepsOf(services: Services, stream: string, finding: string): Promise<StepRow[]> {
  const [answers, assessments] = await Promise.all([
    newestEntries(services, 'FindingAnswered', { stream }, MAX_ROUNDS),
    newestEntries(services, 'FindingAssessed', { stream }, MAX_ROUNDS),
  ])
  const steps: StepRow[] = [...answers, ...assessments]
  return steps.filter(({ entry }) => entry.body.finding === finding).sort((a, b) => a.index - b.index)
}

function findingOf(
  names: KnownNames,
  { by, body }: LogRow<'FindingRaised'>['entry'],
): Omit<Finding, 'entry' | 'state'> {
  const { finding: id, project, kind, section, text, allotted } = body
  return {
    id,
    project,
    kind,
    number: allotted.number,
    section,
    text: names.opened(text) ?? null,
    by: actorOf(names, by),
  }
}

function roundOf(names: KnownNames, step: StepRow): FindingRound {
  const { by, body } = step.entry
  const outcome = 'outcome' in body ? body.outcome : null
  return {
    step: outcome === null ? 'answer' : 'assessment',
    ...{ outcome, text: names.opened(body.text) ?? null, by: actorOf(names, by), entry: placeOf(step) },
  }
}

function rounds(app: FastifyInstance, services: Services): void {
  handle(app, services, answerFinding, async (call) => {
    const { id: project, finding } = call.params
    const text = await services.openings.commit(call.body.text)
    const request = { project, finding, text }
    const receipt = await execute(services, call, { type: 'FindingAnswered', request, commitments: [text] })
    return { id: finding, project, state: 'answered' as const, entry: writtenOf(receipt) }
  })

  handle(app, services, assessFinding, async (call) => {
    const { id: project, finding } = call.params
    const { outcome } = call.body
    const text = await services.openings.commit(call.body.text)
    const request = { project, finding, text, outcome }
    const receipt = await execute(services, call, { type: 'FindingAssessed', request, commitments: [text] })
    return { id: finding, project, state: outcome, entry: writtenOf(receipt) }
  })
}
