import {
  changeNdcRegisterAction,
  decideNdcRegisterAction,
  enterNdcRegisterAction,
  listNdcRegisterVersions,
  MOST_REGISTER_ACTIONS,
  type NdcRegisterAction,
  NdcTarget,
} from '@tallystick/contract'
import { canonicalJson, invariant } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import { executeOnce } from '../platform/idempotency.ts'
import { lawInForce } from '../platform/law.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { requirePermitted } from '../platform/permitted.ts'
import { fieldProblem, problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { decidedFields, refuseOrganisation } from './shown.ts'
import { partyRecord } from './sight.ts'
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

/** Actions of the NDC register: entered by ministries, decided on by the government. */
export function registerTargets(app: FastifyInstance, services: Services): void {
  entering(app, services)
  deciding(app, services)

  handle(app, services, listNdcRegisterVersions, async ({ params, actor }) => {
    const { id } = await partyRecord(services, actor, 'ndc-action', params.id)
    return stepsOf(services, id)
  })
}

function entering(app: FastifyInstance, services: Services): void {
  handle(app, services, enterNdcRegisterAction, async (call) => {
    const { actor, body } = call
    const { parent, ministry = actor.organisation, ...content } = body
    await requirePermitted(services, actor, { action: 'ndc.register.write', organisations: [ministry] })
    await refuseOrganisation(services, ministry, await writingKinds(services))
    const made = await executeOnce(services, call, async (client) => {
      const period = await lockedPeriod(client, call.params.id)
      if (parent !== undefined) await refuseParent(client, period, parent)
      const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM content_record WHERE period = $1', [
        period,
      ])
      if (Number(rows[0]?.count) >= MOST_REGISTER_ACTIONS) throw problem('too-many')
      const about = { kind: 'ndc-action' as const, period, parent: parent ?? null, organisation: ministry }
      const made = await makeRecord(client, services, actor, { ...about, status: 'pending', content })
      invariant(made, 'an action takes nobody’s place')
      return made
    })
    return shown(services, await versionOf(services, made))
  })

  handle(app, services, changeNdcRegisterAction, async (call) => {
    const { revision, reason, ...content } = call.body
    const { id, period, organisation } = await target(services, call.params.id)
    await requirePermitted(services, call.actor, { action: 'ndc.register.write', organisations: [organisation] })
    const made = await executeOnce(services, call, async (client) => {
      await lockedPeriod(client, period)
      const row = await lockedRecord(client, 'ndc-action', id)
      refuseStale(row, revision)
      if (canonicalJson(content) === canonicalJson(row.content)) throw problem('nothing-changes')
      return addVersion(client, services, call.actor, row, 'changed', { status: 'pending', content, reason })
    })
    return shown(services, await versionOf(services, made))
  })
}

function deciding(app: FastifyInstance, services: Services): void {
  handle(app, services, decideNdcRegisterAction, async (call) => {
    const { revision, outcome, reason } = call.body
    const { id, period, organisation } = await target(services, call.params.id)
    await requirePermitted(services, call.actor, {
      action: 'ndc.register.decide',
      organisations: [organisation],
      interests: [],
    })
    const made = await executeOnce(services, call, async (client) => {
      await lockedPeriod(client, period)
      const row = await lockedRecord(client, 'ndc-action', id)
      refuseStale(row, revision)
      refuseStatus(row, 'pending')
      refuseOwnWord(call.actor, row)
      if (outcome === 'approved' && row.parent !== null) await refuseUndecided(client, row.parent)
      return addVersion(client, services, call.actor, row, outcome, { status: outcome, content: row.content, reason })
    })
    return shown(services, await versionOf(services, made))
  })
}

/** Kinds of organisations whose people may enter actions: which those are is the permission table's. */
async function writingKinds({ ledger }: Services): Promise<string[]> {
  const { permissions } = await lawInForce(ledger)
  const roles = Object.keys(permissions.actions['ndc.register.write'] ?? {})
  return [...new Set(roles.map((role) => role.slice(0, role.indexOf('/'))))]
}

/** Locks a period that is open, for whoever adds to it, decides in it, or ends it. */
export async function lockedPeriod(client: pg.PoolClient, id: string): Promise<string> {
  const period = await lockedRecord(client, 'ndc-period', id)
  if (period.status === 'finalised') throw problem('already-final')
  refuseStatus(period, 'open')
  return period.id
}

/** A sub-action is below a main action of the same period. */
async function refuseParent(client: pg.PoolClient, period: string, parent: string): Promise<void> {
  const row = await lastVersion(client, 'ndc-action', parent)
  if (row?.period !== period || row.parent !== null) throw fieldProblem('parent', 'is no main action of this period')
}

/** A sub-action is approved after its main action. */
async function refuseUndecided(client: pg.PoolClient, parent: string): Promise<void> {
  const row = await lastVersion(client, 'ndc-action', parent)
  if (row?.approved === null) throw problem('status-wrong', { status: row.status, allowed: 'approved' })
}

async function target(services: Services, id: string): Promise<Versioned & { period: string }> {
  const row = await lastVersion(services.pool, 'ndc-action', id)
  if (!row) throw problem('not-found')
  const { period } = row
  invariant(period !== null, 'an action of the register is of a period')
  return { ...row, period }
}

async function shown(services: Services, row: Versioned): Promise<NdcRegisterAction> {
  return (await shownTargets(services, [row]))(row)
}

/** Actions of the register, for answers. */
export async function shownTargets(
  services: Services,
  rows: readonly Versioned[],
): Promise<(row: Versioned) => NdcRegisterAction> {
  const names = await namesIn(
    services,
    rows.map(({ organisation }) => organisation),
  )
  return (row) => {
    const { period, parent } = row
    invariant(period !== null, 'an action of the register is of a period')
    const fields = decidedFields(names, row)
    return { ...fields, period, parent, ministry: fields.organisation, ...NdcTarget.parse(row.content) }
  }
}
