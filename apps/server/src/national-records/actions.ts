import {
  changeNdcAction,
  decideNdcAction,
  listMitigationTypes,
  listNdcActions,
  listNdcActionVersions,
  MITIGATION_TYPES,
  type NdcAction,
  type NdcActionContent,
  type NdcActionKind,
  NdcActivity,
  readNdcAction,
  SECTORS,
  submitNdcAction,
  withdrawNdcAction,
  wrongParts,
} from '@tallystick/contract'
import { canonicalJson, invariant } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { executeOnce } from '../platform/idempotency.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { requirePermitted } from '../platform/permitted.ts'
import { problem, refusalProblem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { lockActivities, nextActivity, type ProjectFacts, projectFacts, refuseBeyondEstimate } from './estimates.ts'
import { decidedFields, ownersIn } from './shown.ts'
import { partyRecord, seenPage, seenRecord } from './sight.ts'
import {
  addVersion,
  lastVersion,
  lockedRecord,
  makeRecord,
  refuseOwnWord,
  refuseStale,
  refuseStatus,
  stepsOf,
  type Versioned,
  versionOf,
} from './store.ts'

/** Most activities that a project ever enters. */
const MOST_ACTIVITIES = 999

const letters: Readonly<Record<NdcActionKind, string>> = {
  mitigation: 'M',
  adaptation: 'A',
  'cross-cutting': 'C',
  enablement: 'E',
}

/** What projects do for the NDC: entered by their owners, decided on by the government. */
export function registerActions(app: FastifyInstance, services: Services): void {
  reads(app, services)
  submission(app, services)
  decisions(app, services)
}

function reads(app: FastifyInstance, services: Services): void {
  handle(app, services, listNdcActions, ({ query, actor }) =>
    seenPage(services, actor, 'activity', query, (rows) => shownIn(services, rows)),
  )
  handle(app, services, readNdcAction, async ({ params, actor }) =>
    shown(services, await seenRecord(services, actor, 'activity', params.id)),
  )
  handle(app, services, listNdcActionVersions, async ({ params, actor }) => {
    const { id } = await partyRecord(services, actor, 'activity', params.id)
    return stepsOf(services, id)
  })
  handle(app, services, listMitigationTypes, async () => ({
    items: [...MITIGATION_TYPES].map(([type, subTypes]) => ({
      type,
      subTypes: [...subTypes],
      sectors: [...SECTORS].flatMap(([sector, { types }]) => (types === null || types.includes(type) ? [sector] : [])),
    })),
  }))
}

function submission(app: FastifyInstance, services: Services): void {
  handle(app, services, submitNdcAction, async (call) => {
    const { actor, body } = call
    await requirePermitted(services, actor, { action: 'ndc.actions.submit', project: call.params.id })
    const facts = await projectFacts(services, call.params.id)
    refuseType(facts, body)
    const made = await executeOnce(services, call, async (client) => {
      const next = await nextActivity(client, facts.id)
      if (next.ofProject > MOST_ACTIVITIES) throw problem('too-many')
      await refuseBeyondEstimate(client, facts, body.estimatedCredits)
      const number = `${padded(facts.number)}-${letters[body.kind]}-${padded(next.number)}`
      const about = { kind: 'activity' as const, number, project: facts.id, organisation: actor.organisation }
      const made = await makeRecord(client, services, actor, { ...about, status: 'pending', content: body })
      invariant(made, 'a number is given once')
      return made
    })
    return shown(services, await versionOf(services, made))
  })

  handle(app, services, changeNdcAction, async (call) => {
    const { actor, body } = call
    const { revision, reason, ...content } = body
    const { id, project } = await activity(services, call.params.id)
    await requirePermitted(services, actor, { action: 'ndc.actions.submit', project })
    const facts = await projectFacts(services, project)
    refuseType(facts, content)
    const made = await executeOnce(services, call, async (client) => {
      await lockActivities(client, project)
      const row = await lockedRecord(client, 'activity', id)
      refuseStale(row, revision)
      refuseStatus(row, 'pending', 'approved', 'rejected')
      const { kind } = NdcActivity.parse(row.content)
      refuseParts(kind, content)
      const next: NdcActivity = { kind, ...content }
      if (canonicalJson(next) === canonicalJson(row.content)) throw problem('nothing-changes')
      await refuseBeyondEstimate(client, facts, content.estimatedCredits, id)
      return addVersion(client, services, actor, row, 'changed', { status: 'pending', content: next, reason })
    })
    return shown(services, await versionOf(services, made))
  })
}

function decisions(app: FastifyInstance, services: Services): void {
  handle(app, services, decideNdcAction, async (call) => {
    const { revision, outcome, reason } = call.body
    const { id, project } = await activity(services, call.params.id)
    await requirePermitted(services, call.actor, { action: 'ndc.actions.decide', project })
    const facts = await projectFacts(services, project)
    const made = await executeOnce(services, call, async (client) => {
      await lockActivities(client, project)
      const row = await lockedRecord(client, 'activity', id)
      refuseStale(row, revision)
      refuseStatus(row, 'pending')
      refuseOwnWord(call.actor, row)
      const { estimatedCredits } = NdcActivity.parse(row.content)
      if (outcome === 'approved') await refuseBeyondEstimate(client, facts, estimatedCredits, id)
      return addVersion(client, services, call.actor, row, outcome, { status: outcome, content: row.content, reason })
    })
    return shown(services, await versionOf(services, made))
  })

  handle(app, services, withdrawNdcAction, async (call) => {
    const { revision, reason } = call.body
    const { id, project } = await activity(services, call.params.id)
    await requirePermitted(services, call.actor, { action: 'ndc.actions.submit', project })
    const made = await executeOnce(services, call, async (client) => {
      await lockActivities(client, project)
      const row = await lockedRecord(client, 'activity', id)
      refuseStale(row, revision)
      refuseStatus(row, 'pending', 'approved', 'rejected')
      const said = { status: 'withdrawn', content: row.content, reason }
      return addVersion(client, services, call.actor, row, 'withdrawn', said)
    })
    return shown(services, await versionOf(services, made))
  })
}

/** An activity and the project that it is of. Throws a problem where there is none. */
async function activity(services: Services, id: string): Promise<Versioned & { project: string }> {
  const row = await lastVersion(services.pool, 'activity', id)
  if (!row) throw problem('not-found')
  const { project } = row
  invariant(project !== null, 'an activity is of a project')
  return { ...row, project }
}

function padded(number: number): string {
  return String(number).padStart(3, '0')
}

/** The type of mitigation must belong to what the project is. */
function refuseType({ types }: ProjectFacts, { mitigation }: NdcActionContent): void {
  if (!mitigation || types === null || types.includes(mitigation.type)) return
  throw refusalProblem({
    refused: 'code-unknown',
    detail: { field: 'mitigation.type', allowed: [...types].toSorted().join(', ') },
  })
}

function refuseParts(kind: NdcActionKind, content: NdcActionContent): void {
  const wrong = wrongParts(kind, content)
  if (wrong.length > 0) throw problem('invalid-request', {}, wrong)
}

async function shown(services: Services, row: Versioned): Promise<z.input<typeof readNdcAction.answer>> {
  return (await shownIn(services, [row]))(row)
}

async function shownIn(services: Services, rows: readonly Versioned[]): Promise<(row: Versioned) => NdcAction> {
  const ids = rows.map(({ project, organisation }) => [project, organisation])
  const names = await namesIn(services, ids)
  return (row) => {
    const { project: id, number } = row
    invariant(id !== null && number !== null, 'an activity has a number and a project')
    const project = names.project(id)
    invariant(project, 'the project of an activity is known')
    return {
      ...decidedFields(names, row),
      number,
      project: names.projectRef(id),
      sectoralScope: project.scope,
      owners: ownersIn(names, id).map((owner) => names.organisationRef(owner)),
      ...NdcActivity.parse(row.content),
    }
  }
}
