import { createHash } from 'node:crypto'
import { movesFrom, type Rows, windowOf } from '@tallystick/rules'
import { type LogRow, newestEntries } from '../entries.ts'
import { actOn, type NextStep, nextSteps, periodThing, projectThing, type Thing } from '../next-steps.ts'
import type { Services } from '../services.ts'
import { withUnsettled } from '../unsettled.ts'
import type { Audience } from './audience.ts'
import { holderOf, type Look, organisation, ownersOf, project, type Told, withSentence } from './told.ts'

/** Whoever takes the next step of a new project, and its owners. */
export async function projectRegistered(row: LogRow<'ProjectRegistered'>, look: Look): Promise<Told[]> {
  const { project: id } = row.entry.body
  const { names } = look
  const owners = ownersOf(id, names)
  const params = {
    project: project(names, id),
    owners: { organisations: owners.map((one) => organisation(names, one)) },
  }
  const to = { members: owners, without: [row.entry.by] }
  return [
    ...(await projectWaits(row, id, look)),
    { template: 'project-registered', to, params, path: `/projects/${id}` },
  ]
}

/** Whoever takes the next step of a project that moved; its owners and its certifiers hear of it. */
export async function projectMoved(row: LogRow<'ProjectMoved'>, look: Look): Promise<Told[]> {
  const { project: id, move } = row.entry.body
  const known = await look.services.ledger.row('project', id)
  if (!known) return []
  const reached = stateAfter(look.law.preset.project, move) ?? known.state
  const params = withSentence(row, look, { project: project(look.names, id), state: { code: reached, list: 'state' } })
  const to = { members: concernedBy(id, look.names), without: [row.entry.by] }
  return [
    ...(await projectWaits(row, id, look)),
    ...appealable(row, look, { ...look.law.preset.project, standing: known }, id),
    { template: 'project-moved', to, params, path: `/projects/${id}` },
  ]
}

/** The state to which a move leads. */
function stateAfter(machine: Pick<Thing['machine'], 'moves'> | undefined, move: string): string | undefined {
  return machine?.moves.find(({ name }) => name === move)?.to
}

type Ended = Thing['machine'] & Pick<Thing, 'standing' | 'ends'>

/** A project, or a period of it, has come to an end that its owners may appeal against: what they may do, and until when. */
function appealable(row: LogRow, look: Look, { standing, ends, ...machine }: Ended, id: string): Told[] {
  const { state, entered } = standing
  if (!ends.includes(state) || entered.index !== row.index) return []
  const appeals = movesFrom(machine, state).flatMap((move) => {
    const { until } = windowOf(move, standing)
    return until === null ? [] : [{ kind: 'move' as const, name: move.name, until }]
  })
  const [until] = appeals.map((one) => one.until).sort()
  if (until === undefined) return []
  const named = { project: project(look.names, id), state: { code: state, list: 'state' as const } }
  const params = withSentence(row, look, { ...named, steps: { steps: appeals }, until: { instant: until } })
  const to = { members: ownersOf(id, look.names), without: [row.entry.by] }
  return [{ template: 'project-rejected', to, params, path: `/projects/${id}` }]
}

/** The organisations that own a project, and its certifiers. */
function concernedBy(id: string, names: Look['names']): string[] {
  return [...new Set([...ownersOf(id, names), ...Object.values(names.project(id)?.certifiers ?? {})])]
}

async function projectWaits(row: LogRow, id: string, look: Look): Promise<Told[]> {
  const { ledger } = look.services
  const known = (await withUnsettled(ledger, look.law.preset, await ledger.rows('project', [id]))).get(id)
  if (!known) return []
  const thing = projectThing(known, ownersOf(id, look.names), look.law.preset)
  return waits(row, look, thing, [id, known])
}

/**
 * Whoever can bring a thing on from where it stands now; nobody where it waits for nobody, or where a later entry has brought it
 * there, of which people are told next.
 */
function waits(row: LogRow, look: Look, thing: Thing, [id, parent]: [string, Parent]): Told[] {
  if (thing.standing.entered.index > row.index) return []
  const steps = nextSteps(thing, look.services.clock().toISOString()).filter(({ isEnd }) => !isEnd)
  if (steps.length === 0) return []
  const { state } = thing.standing
  const places = { project: project(look.names, id), steps: { steps: steps.map(shown) } }
  const named = { ...places, state: { code: state, list: 'state' as const } }
  const able = steps.map(({ acts }) => acts)
  const to: Audience = { able, without: [row.entry.by] }
  const params = withSentence(row, look, named)
  return [{ template: 'project-waits', to, params, path: `/projects/${id}`, key: keyOf(row, thing, parent) }]
}

type Parent = Pick<Rows['project'], 'findings'>

/** Is the same for all entries after which a thing stands as it does now: its round, its papers, its findings, its certifiers. */
function keyOf({ entry: { body } }: LogRow, { standing }: Thing, { findings: { raised } }: Parent): string {
  const { project: whole = '', period = null } = body as { project?: string; period?: string | null }
  const { entered, documents, findings, certifiers = {}, crediting, certified } = standing
  const papers = Object.entries(documents).map(([kind, { index, signatures = {} }]) => {
    return `${kind} ${index} ${Object.keys(signatures).length}`
  })
  const assigned = Object.entries(certifiers).map((pair) => pair.join(' '))
  const questions = Object.entries(raised).map((pair) => pair.join(' '))
  const credited = [crediting?.periods.length ?? 0, crediting?.renewed ?? 0, certified?.index ?? 0, findings.open]
  const parts = [papers.sort(), assigned.sort(), questions.sort(), credited]
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return `entry:${entered.index}/${period ?? whole}/${hash.slice(0, 32)}`
}

function shown({ kind, name }: NextStep) {
  return { kind, name }
}

type PeriodEntry = 'MonitoringPeriodOpened' | 'MonitoringPeriodMoved' | 'OutcomeCertified'

/** A monitoring period with its project, as they are now. */
async function periodOf(services: Services, id: string) {
  const row = await services.ledger.row('period', id)
  const parent = row && (await services.ledger.row('project', row.project))
  return row && parent && { row, parent }
}

/** Whoever takes the next step of a monitoring period; the owners and the verifier hear of it. */
export async function periodChanged(row: LogRow<PeriodEntry>, look: Look): Promise<Told[]> {
  const { period: id } = row.entry.body
  const known = await periodOf(look.services, id)
  if (!known) return []
  const owners = ownersOf(known.row.project, look.names)
  const thing = periodThing(known.row, known.parent, owners, look.law.preset)
  const path = `/projects/${known.row.project}`
  const moved = row.entry.type === 'MonitoringPeriodMoved' ? row.entry.body.move : ''
  const reached = stateAfter(look.law.preset.period, moved) ?? known.row.state
  const places = { project: project(look.names, known.row.project) }
  const named = { ...places, state: { code: reached, list: 'state' as const } }
  const members = [...owners, ...(thing?.assigned ?? [])]
  return [
    ...(thing ? waits(row, look, thing, [known.row.project, known.parent]) : []),
    ...(thing ? appealable(row, look, { ...thing.machine, ...thing }, known.row.project) : []),
    {
      template: 'period-moved',
      to: { members, without: [row.entry.by] },
      params: withSentence(row, look, named),
      path,
    },
  ]
}

/** The verifier said what was achieved: whoever takes the next step, and the owners. */
export function outcomeCertified(row: LogRow<'OutcomeCertified'>, look: Look): Promise<Told[]> {
  return periodChanged(row, look)
}

/** The owners; and whoever waited for a crediting period can go on. */
export async function creditingSet(row: LogRow<'CreditingPeriodSet'>, look: Look): Promise<Told[]> {
  const { project: id } = row.entry.body
  const params = withSentence(row, look, { project: project(look.names, id) })
  const to = { members: ownersOf(id, look.names), without: [row.entry.by] }
  return [...(await projectWaits(row, id, look)), { template: 'crediting-set', to, params, path: `/projects/${id}` }]
}

/** Those who own the project now, and those who did before. */
export async function ownersChanged(row: LogRow<'OwnershipChanged'>, look: Look): Promise<Told[]> {
  const { project: id } = row.entry.body
  const before = await ownersBefore(look.services, id, row.index)
  const accounts = await look.services.ledger.rows('account', before)
  const members = [...new Set([...ownersOf(id, look.names), ...[...accounts.values()].map((one) => one.organisation)])]
  const params = withSentence(row, look, { project: project(look.names, id) })
  return [{ template: 'owners-changed', to: { members, without: [row.entry.by] }, params, path: `/projects/${id}` }]
}

/** The accounts of those who owned a project before an entry: so says the last change, or its registration. */
async function ownersBefore(services: Services, id: string, index: number): Promise<string[]> {
  const changes = await newestEntries(services, 'OwnershipChanged', { stream: id }, 20)
  const [registration] = await newestEntries(services, 'ProjectRegistered', { stream: id }, 1)
  const last = [...changes, ...(registration ? [registration] : [])].find((one) => one.index < index)
  return (last?.entry.body.owners ?? []).map(({ account }) => account)
}

/** Whoever can take a step now that the document is there; owners and certifiers are told. */
export async function documentSubmitted(row: LogRow<'DocumentSubmitted'>, look: Look): Promise<Told[]> {
  const { project: id, period, document, agreement } = row.entry.body
  if (agreement) return agreementSubmitted(row, look, [agreement.seller, agreement.buyer])
  const known = period === null ? undefined : await periodOf(look.services, period)
  const parent = known?.parent ?? (await look.services.ledger.row('project', id))
  if (!parent) return []
  const owners = ownersOf(id, look.names)
  const thing = known
    ? periodThing(known.row, parent, owners, look.law.preset)
    : projectThing(parent, owners, look.law.preset)
  const path = `/projects/${id}`
  const params = withSentence(row, look, {
    project: project(look.names, id),
    document: { code: document, list: 'document' },
  })
  const to = { members: [...owners, ...(thing?.assigned ?? [])], without: [row.entry.by] }
  // Another report on outcomes leaves them to be certified anew.
  const isReport = known !== undefined && look.law.preset.period?.reports.includes(document) === true
  const freed = thing && (isReport || isAwaited(thing, document)) ? waits(row, look, thing, [id, parent]) : []
  return [...freed, { template: 'document-submitted', to, params, path }]
}

/** An agreement is its two sides' own, which hear of it. */
function agreementSubmitted(row: LogRow<'DocumentSubmitted'>, look: Look, accounts: readonly string[]): Told[] {
  const { project: id, document } = row.entry.body
  const named = { project: project(look.names, id), document: { code: document, list: 'document' as const } }
  const members = accounts.map((account) => holderOf(look.names, account))
  const to = { members, without: [row.entry.by] }
  return [{ template: 'document-submitted', to, params: withSentence(row, look, named), path: `/projects/${id}` }]
}

/** Whoever can take a step now that a document is signed in all places. */
export async function documentSigns(row: LogRow<'DocumentSigned'>, look: Look): Promise<Told[]> {
  const { project: id, period, document } = row.entry.body
  const known = period === null ? undefined : await periodOf(look.services, period)
  const parent = known?.parent ?? (await look.services.ledger.row('project', id))
  if (!parent) return []
  const owners = ownersOf(id, look.names)
  const { preset } = look.law
  const thing = known ? periodThing(known.row, parent, owners, preset) : projectThing(parent, owners, preset)
  const isNeeded = thing?.machine.moves.some(
    ({ from, needs }) => from.includes(thing.standing.state) && needs?.signed?.includes(document) === true,
  )
  return thing && isNeeded ? waits(row, look, thing, [id, parent]) : []
}

/** Does a move that leads on ask for such a document? Then somebody waits for it. */
function isAwaited({ machine, standing }: Thing, document: string): boolean {
  return machine.moves.some(
    ({ from, needs }) => from.includes(standing.state) && needs?.documents?.includes(document) === true,
  )
}

type FindingEntry = 'FindingRaised' | 'FindingAnswered' | 'FindingAssessed'

/** Whoever answers a finding that was raised, as long as it is open. */
export function findingRaised(row: LogRow<'FindingRaised'>, look: Look): Promise<Told[]> {
  return aboutFinding(row, look)
}

/** Whoever assesses the answer. */
export function findingAnswered(row: LogRow<'FindingAnswered'>, look: Look): Promise<Told[]> {
  return aboutFinding(row, look)
}

/** Whoever answers it once more; where it is closed its owners hear, and whoever can take the next step. */
export function findingAssessed(row: LogRow<'FindingAssessed'>, look: Look): Promise<Told[]> {
  return aboutFinding(row, look)
}

const ROUNDS = {
  open: { template: 'finding-answer', action: 'findings.answer' },
  answered: { template: 'finding-assess', action: 'findings.assess' },
} as const

async function aboutFinding(row: LogRow<FindingEntry>, look: Look): Promise<Told[]> {
  const { services, names } = look
  const { finding: id, project: projectId, period } = row.entry.body
  const [finding, parent] = await Promise.all([
    services.ledger.row('finding', id),
    services.ledger.row('project', projectId),
  ])
  if (!finding || !parent) return []
  const owners = ownersOf(projectId, names)
  const named = { project: project(names, projectId), finding: `${finding.kind} ${finding.number}` }
  const params = withSentence(row, look, named)
  const path = `/projects/${projectId}`
  if (finding.state !== 'closed') {
    const { template, action } = ROUNDS[finding.state]
    const act = actOn({ owners, assigned: assignedTo(parent, period), scope: parent.scope }, action)
    return [{ template, to: { able: [[act]], without: [row.entry.by] }, params, path }]
  }
  const members = { members: owners, without: [row.entry.by] }
  return [...(await afterClosing(row, look)), { template: 'finding-closed', to: members, params, path }]
}

/** Of a monitoring period, who verifies is assigned, and nobody else. */
function assignedTo({ certifiers }: Rows['project'], period: string | null): string[] {
  const { verification } = certifiers
  if (period === null) return Object.values(certifiers)
  return verification === undefined ? [] : [verification]
}

/** The last finding is closed: whoever waited for that can go on. */
async function afterClosing(row: LogRow<FindingEntry>, look: Look): Promise<Told[]> {
  const { project: id, period } = row.entry.body
  const known = period === null ? undefined : await periodOf(look.services, period)
  if (!known) return projectWaits(row, id, look)
  const thing = periodThing(known.row, known.parent, ownersOf(id, look.names), look.law.preset)
  return thing ? waits(row, look, thing, [id, known.parent]) : []
}

/** The certifier has work; the owners hear who it is; and where a move waited for the assignment, whoever can go on. */
export async function certifierAssigned(row: LogRow<'CertifierAssigned'>, look: Look): Promise<Told[]> {
  const { project: id, task, organisation: certifier } = row.entry.body
  const named = { project: project(look.names, id), task: { code: task, list: 'task' as const } }
  const path = `/projects/${id}`
  const without = [row.entry.by]
  const state = (await look.services.ledger.row('project', id))?.state ?? ''
  const { moves } = look.law.preset.project
  const isAwaited = moves.some(({ from, needs }) => from.includes(state) && needs?.certifier === task)
  return [
    { template: 'certifier-assigned', to: { members: [certifier], without }, params: named, path },
    ...(isAwaited ? await projectWaits(row, id, look) : []),
    ...(await periodsWait(row, look)),
    {
      template: 'certifier-named',
      to: { members: ownersOf(id, look.names), without },
      params: { ...named, certifier: organisation(look.names, certifier) },
      path,
    },
  ]
}

/** Monitoring periods of a project in these states: there are few. */
const PERIODS_IN = `
  SELECT row FROM ledger_row
   WHERE kind = 'period' AND row ? 'project' AND row ->> 'project' = $1 AND row ->> 'state' = ANY($2::text[])`

/** Where a monitoring period waited for the assignment, whoever can go on with it. */
async function periodsWait(row: LogRow<'CertifierAssigned'>, look: Look): Promise<Told[]> {
  const { project: id, task } = row.entry.body
  const { preset } = look.law
  const moves = (preset.period?.moves ?? []).filter(({ needs }) => needs?.certifier === task)
  const parent = moves.length === 0 ? undefined : await look.services.ledger.row('project', id)
  if (!parent) return []
  const states = moves.flatMap(({ from }) => from)
  const asked = { name: 'periods-in', text: PERIODS_IN, values: [id, states] }
  const { rows } = await look.services.pool.query<{ row: Rows['period'] }>(asked)
  return rows.flatMap(({ row: period }) => {
    const thing = periodThing(period, parent, ownersOf(id, look.names), preset)
    return thing ? waits(row, look, thing, [id, parent]) : []
  })
}

export async function certifierReleased(row: LogRow<'CertifierReleased'>, look: Look): Promise<Told[]> {
  const { project: id, task } = row.entry.body
  const assigned = await newestEntries(look.services, 'CertifierAssigned', { stream: id }, 20)
  const last = assigned.find(({ index, entry }) => index < row.index && entry.body.task === task)
  const certifier = last ? [last.entry.body.organisation] : []
  const to = { members: [...ownersOf(id, look.names), ...certifier], without: [row.entry.by] }
  const params = withSentence(row, look, { project: project(look.names, id), task: { code: task, list: 'task' } })
  return [{ template: 'certifier-released', to, params, path: `/projects/${id}` }]
}

/** The owners, and whose certification it was. */
export function certificationChanged(
  row: LogRow<'ProjectCertified' | 'CertificationRevoked'>,
  look: Look,
  template: 'certification-given' | 'certification-revoked',
): Told[] {
  const { body } = row.entry
  const certifier = 'organisation' in body ? [body.organisation] : []
  const to = { members: [...ownersOf(body.project, look.names), ...certifier], without: [row.entry.by] }
  const params = withSentence(row, look, { project: project(look.names, body.project) })
  return [{ template, to, params, path: `/projects/${body.project}` }]
}
