import {
  changeFinancing,
  decideFinancing,
  type Financing,
  FinancingContent,
  FinancingTerms,
  listFinancing,
  listFinancingVersions,
  readFinancing,
  recordFinancing,
  withdrawFinancing,
} from '@tallystick/contract'
import { canonicalJson, invariant } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import { executeOnce } from '../platform/idempotency.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { requirePermitted } from '../platform/permitted.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { millionths } from './decimals.ts'
import { decidedFields, ownersIn, refuseOrganisation } from './shown.ts'
import { partyRecord, type Seen, seenPage, seenRecord } from './sight.ts'
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

/** Money for projects and for the country: said by one side, agreed to by the other. It changes no ownership. */
export function registerFinancing(app: FastifyInstance, services: Services): void {
  handle(app, services, listFinancing, ({ query, actor }) =>
    seenPage(services, actor, 'financing', query, (rows) => shownIn(services, rows)),
  )
  handle(app, services, readFinancing, async ({ params, actor }) =>
    shown(services, await seenRecord(services, actor, 'financing', params.id)),
  )
  handle(app, services, listFinancingVersions, async ({ params, actor }) => {
    const { id } = await partyRecord(services, actor, 'financing', params.id)
    return stepsOf(services, id)
  })
  recording(app, services)
  deciding(app, services)
}

function recording(app: FastifyInstance, services: Services): void {
  handle(app, services, recordFinancing, async (call) => {
    const { actor, body } = call
    const { project, drawsOn, investor, ...content } = body
    const owners = await ownersOf(services, project)
    const organisations = [...owners, ...(investor === undefined ? [] : [investor])]
    await requirePermitted(services, actor, { action: 'financing.record', organisations, interests: [] })
    if (investor !== undefined) await refuseOrganisation(services, investor)
    const made = await executeOnce(services, call, async (client) => {
      if (drawsOn !== undefined) await refuseBeyond(client, drawsOn, content)
      const about = { kind: 'financing' as const, project, parent: drawsOn ?? null, investor: investor ?? null }
      const organisation = actor.organisation
      const made = await makeRecord(client, services, actor, { ...about, organisation, status: 'pending', content })
      invariant(made, 'a financing takes nobody’s place')
      return made
    })
    return shown(services, { ...(await versionOf(services, made)), party: true })
  })

  handle(app, services, changeFinancing, async (call) => {
    const { revision, reason, ...said } = call.body
    const { id, organisation } = await financing(services, call.params.id)
    await requirePermitted(services, call.actor, recordedBy(organisation))
    const made = await executeOnce(services, call, async (client) => {
      const row = await lockedWithParent(client, id)
      refuseStale(row, revision)
      refuseStatus(row, 'pending', 'approved', 'rejected')
      const { investorName } = FinancingContent.parse(row.content)
      const content = { ...said, ...(investorName === undefined ? {} : { investorName }) }
      if (canonicalJson(content) === canonicalJson(row.content)) throw problem('nothing-changes')
      if (row.parent !== null) await refuseBeyond(client, row.parent, content, id)
      return addVersion(client, services, call.actor, row, 'changed', { status: 'pending', content, reason })
    })
    return shown(services, { ...(await versionOf(services, made)), party: true })
  })

  handle(app, services, withdrawFinancing, async (call) => {
    const { revision, reason } = call.body
    const { id, organisation } = await financing(services, call.params.id)
    await requirePermitted(services, call.actor, recordedBy(organisation))
    const made = await executeOnce(services, call, async (client) => {
      const row = await lockedWithParent(client, id)
      refuseStale(row, revision)
      refuseStatus(row, 'pending', 'approved', 'rejected')
      if ((await drawnOn(client, id)) > 0n) throw problem('status-wrong')
      const said = { status: 'withdrawn', content: row.content, reason }
      return addVersion(client, services, call.actor, row, 'withdrawn', said)
    })
    return shown(services, { ...(await versionOf(services, made)), party: true })
  })
}

/** Only who recorded it says more of it. */
function recordedBy(organisation: string) {
  return { action: 'financing.record', organisations: [organisation], interests: [] }
}

function deciding(app: FastifyInstance, services: Services): void {
  handle(app, services, decideFinancing, async (call) => {
    const { revision, outcome, reason } = call.body
    const known = await financing(services, call.params.id)
    const { authority } = services.genesis
    await requirePermitted(services, call.actor, {
      action: 'financing.decide',
      organisations: otherSide(known, await ownersOf(services, known.project)),
      // The government answers for what it records, and may approve it; nobody else may approve the own word.
      interests: known.organisation === authority ? [] : [known.organisation],
    })
    const made = await executeOnce(services, call, async (client) => {
      const row = await lockedWithParent(client, known.id)
      refuseStale(row, revision)
      refuseStatus(row, 'pending')
      refuseOwnWord(call.actor, row)
      if (outcome === 'approved') await refuseTooSmall(client, row)
      return addVersion(client, services, call.actor, row, outcome, { status: outcome, content: row.content, reason })
    })
    return shown(services, { ...(await versionOf(services, made)), party: true })
  })
}

/** Whose agreement is asked for: the investor's to what an owner says, the owners' to what the investor says. */
export function otherSide({ organisation, investor }: Versioned, owners: readonly string[]): string[] {
  const investors = investor === null ? [] : [investor]
  if (owners.includes(organisation)) return investors
  return organisation === investor ? [...owners] : [...owners, ...investors]
}

async function ownersOf(services: Services, project: string | null): Promise<string[]> {
  return project === null ? [] : ownersIn(await namesIn(services, project), project)
}

async function financing(services: Services, id: string): Promise<Versioned> {
  const row = await lastVersion(services.pool, 'financing', id)
  if (!row) throw problem('not-found')
  return row
}

/** Locks a financing; before it what it draws on, so that everybody locks in one order. */
async function lockedWithParent(client: pg.PoolClient, id: string): Promise<Versioned> {
  const row = await lastVersion(client, 'financing', id)
  if (row && row.parent !== null) await lockedRecord(client, 'financing', row.parent)
  return lockedRecord(client, 'financing', id)
}

type Drawing = Pick<FinancingContent, 'amount' | 'currency'>

/** Refuses to draw more on national financing than is left of it, or in another currency. Locks it. */
async function refuseBeyond(client: pg.PoolClient, parent: string, wanted: Drawing, except = ''): Promise<void> {
  const national = await lockedRecord(client, 'financing', parent)
  const { rows } = await client.query<{ content: unknown }>(
    'SELECT content FROM content_record_version WHERE record = $1 AND version = $2',
    [national.id, national.approved],
  )
  const isStanding = national.project === null && national.status !== 'withdrawn'
  if (!isStanding || rows[0] === undefined) {
    throw problem('status-wrong', { status: national.status, allowed: 'approved' })
  }
  const { amount, currency } = FinancingContent.parse(rows[0].content)
  const drawn = await drawnOn(client, national.id, except)
  const isMore = drawn + millionths(wanted.amount) > millionths(amount)
  if (isMore || wanted.currency !== currency) throw problem('too-much')
}

/** Refuses to approve less national financing than is drawn on it, and what draws more than is there by now. */
async function refuseTooSmall(client: pg.PoolClient, row: Versioned): Promise<void> {
  const content = FinancingContent.parse(row.content)
  if (row.parent !== null) return refuseBeyond(client, row.parent, content, row.id)
  const drawn = await drawnOn(client, row.id)
  if (drawn > millionths(content.amount)) throw problem('too-much')
  if (drawn > 0n && (await currencyDrawn(client, row.id)) !== content.currency) throw problem('too-much')
}

/** What is drawn on national financing: of each part what was approved, or what waits where that is more. */
async function drawnOn(client: pg.PoolClient, parent: string, except = ''): Promise<bigint> {
  const { rows } = await client.query<{ sum: string }>(
    `SELECT coalesce(sum(greatest(
              (a.content ->> 'amount')::numeric,
              CASE WHEN r.status = 'pending' THEN (v.content ->> 'amount')::numeric END, 0)), 0)::text AS sum
       FROM content_record r
       JOIN content_record_version v ON v.record = r.id AND v.version = r.version
       LEFT JOIN content_record_version a ON a.record = r.id AND a.version = r.approved
      WHERE r.parent = $1 AND r.status <> 'withdrawn' AND r.id <> $2`,
    [parent, except],
  )
  return millionths(rows[0]?.sum ?? '0')
}

async function currencyDrawn(client: pg.PoolClient, parent: string): Promise<string | undefined> {
  const { rows } = await client.query<{ currency: string }>(
    `SELECT v.content ->> 'currency' AS currency FROM content_record r
       JOIN content_record_version v ON v.record = r.id AND v.version = r.version
      WHERE r.parent = $1 AND (r.status = 'pending' OR (r.status <> 'withdrawn' AND r.approved IS NOT NULL)) LIMIT 1`,
    [parent],
  )
  return rows[0]?.currency
}

async function shown(services: Services, row: Seen): Promise<Financing> {
  return (await shownIn(services, [row]))(row)
}

async function shownIn(services: Services, rows: readonly Seen[]): Promise<(row: Seen) => Financing> {
  const ids = rows.map(({ project, organisation, investor }) => [project, organisation, investor])
  const names = await namesIn(services, ids)
  return (row) => {
    const { investorName = null, ...content } = FinancingContent.parse(row.content)
    const { instruments, type, level, stream, esgClassification, from, to, ...terms } = content
    const rating = esgClassification === undefined ? {} : { esgClassification }
    return {
      ...decidedFields(names, row),
      project: row.project === null ? null : names.projectRef(row.project),
      drawsOn: row.parent,
      investor: row.investor === null ? { id: null, name: investorName } : names.organisationRef(row.investor),
      ...{ instruments, type, level, stream, ...rating, from, to },
      terms: row.party ? FinancingTerms.parse(terms) : null,
    }
  }
}
