import type { Page } from '@tallystick/contract'
import { isGovernment } from '../platform/auth.ts'
import { CreatedKey, decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import { lawInForce } from '../platform/law.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { type RecordKind, VERSIONED, type Versioned } from './store.ts'

/** A record as somebody may see it. */
export interface Seen extends Versioned {
  /** Is it the own side's, or the government's to see? */
  party: boolean
}

/**
 * `content_record r` with the version that may be seen, `v`, and whether it is seen as a party: whoever sees all ($1), whoever
 * entered it, an investor, and the owners of its project ($2). The others see what was approved last, or that this was
 * withdrawn.
 */
// The inner selects with OFFSET 0 keep to one look into the index for each record, however many there are.
const SEEN = `
  SELECT ${VERSIONED}, p.party FROM content_record r
   CROSS JOIN LATERAL (SELECT $1 OR r.organisation = $2 OR coalesce(r.investor = $2, false) OR EXISTS (
     SELECT FROM (SELECT row FROM ledger_row WHERE kind = 'project' AND id = r.project OFFSET 0) p
      CROSS JOIN LATERAL jsonb_array_elements(p.row -> 'owners') o
      CROSS JOIN LATERAL (SELECT row FROM ledger_row WHERE kind = 'account' AND id = o ->> 'account' OFFSET 0) a
      WHERE a.row ->> 'organisation' = $2) AS party OFFSET 0) p
   CROSS JOIN LATERAL (SELECT * FROM content_record_version WHERE record = r.id
     AND version = CASE WHEN p.party OR (r.status = 'withdrawn' AND r.approved IS NOT NULL) THEN r.version
                        ELSE r.approved END OFFSET 0) v`

/** The action of the permission table that decides on records of each kind. */
const deciding: Readonly<Record<RecordKind, string>> = {
  activity: 'ndc.actions.decide',
  'ndc-period': 'ndc.register.decide',
  'ndc-action': 'ndc.register.decide',
  financing: 'financing.decide',
  inventory: 'inventory.finalise',
  projection: 'inventory.finalise',
}

/** Does somebody see every record of a kind: in the government, or in a role that decides on all of them? */
export async function seesAll({ ledger }: Services, actor: Actor | undefined, kind: RecordKind): Promise<boolean> {
  if (!actor || isGovernment(actor)) return actor !== undefined
  const { permissions } = await lawInForce(ledger)
  return permissions.actions[deciding[kind]]?.[actor.role] === 'any'
}

async function viewer(
  services: Services,
  actor: Actor | undefined,
  kind: RecordKind,
): Promise<[all: boolean, organisation: string]> {
  return [await seesAll(services, actor, kind), actor?.organisation ?? '']
}

/** The record in the version that this person may see. Throws a problem where there is none. */
export async function seenRecord(
  services: Services,
  actor: Actor | undefined,
  kind: RecordKind,
  id: string,
): Promise<Seen> {
  const { rows } = await services.pool.query<Seen>({
    name: 'record-seen',
    text: `${SEEN} WHERE r.kind = $3 AND r.id = $4`,
    values: [...(await viewer(services, actor, kind)), kind, id],
  })
  const [row] = rows
  if (!row) throw problem('not-found')
  return row
}

/** The record, for a party only: what was done to it and why. */
export async function partyRecord(services: Services, actor: Actor, kind: RecordKind, id: string): Promise<Seen> {
  const row = await seenRecord(services, actor, kind, id)
  if (!row.party) throw problem('not-found')
  return row
}

/** The records of a period that this person may see, in the order in which they were entered. */
export async function seenOfPeriod(services: Services, actor: Actor | undefined, period: string): Promise<Seen[]> {
  const { rows } = await services.pool.query<Seen>({
    name: 'records-of-period',
    text: `${SEEN} WHERE r.period = $3 ORDER BY r.created_at, r.id`,
    values: [...(await viewer(services, actor, 'ndc-action')), period],
  })
  return rows
}

export interface ListAsked {
  limit?: number | undefined
  cursor?: string | undefined
  project?: string | undefined
  status?: string | undefined
  number?: string | undefined
}

/** A page of the records of a kind that this person may see, newest first. */
export async function seenPage<Item>(
  services: Services,
  actor: Actor | undefined,
  kind: RecordKind,
  query: ListAsked,
  shown: (rows: Seen[]) => Promise<(row: Seen) => Item>,
): Promise<Page<Item>> {
  const limit = limitOf(query)
  const [at = 'infinity', id = ''] = decodeCursor(CreatedKey, query.cursor) ?? []
  const asked = [...[kind, at, id, limit + 1], ...[query.project ?? null, query.status ?? null, query.number ?? null]]
  const { rows } = await services.pool.query<Seen>({
    name: 'records-seen',
    text: `${SEEN} WHERE r.kind = $3 AND (r.created_at, r.id) < ($4, $5)
             AND ($7::text IS NULL OR r.project = $7) AND ($8::text IS NULL OR v.status = $8)
             AND ($9::text IS NULL OR r.number = $9)
           ORDER BY r.created_at DESC, r.id DESC LIMIT $6`,
    values: [...(await viewer(services, actor, kind)), ...asked],
  })
  return pageFrom(rows, limit, await shown(rows), ({ created_at, id }) => [created_at.toISOString(), id])
}
