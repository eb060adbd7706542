import type pg from 'pg'
import { Gathered } from './gathered.ts'
import type { Services } from './services.ts'
import { inTransaction } from './transaction.ts'

/** Entries after which a project may concern other organisations than before. */
const CHANGING = ['ProjectRegistered', 'OwnershipChanged', 'CertifierAssigned', 'CertifierReleased']
/** Entries that one transaction takes in. */
const ENTRIES_A_WRITE = 1_000

/**
 * Takes what is new in the log into `content_concern`, so that it has every project that concerns an organisation by
 * what was written before the call. Any number of processes may do so at once.
 */
export function followConcerns({ pool }: Pick<Services, 'pool'>): Promise<void> {
  const follower = followers.get(pool) ?? new Gathered(() => follow(pool))
  followers.set(pool, follower)
  return follower.get(['log'])
}

/** Who asks at once is answered by one look at the log. */
const followers = new WeakMap<pg.Pool, Gathered<void>>()

async function follow(pool: pg.Pool): Promise<void> {
  while (await isBehind(pool)) await inTransaction(pool, takeIn)
}

/** The first entries of these types ($1) from an index on. The condition is one that only the index by type answers. */
const entriesFrom = (index: string, limit: number) => `
  SELECT e.* FROM unnest($1::text[]) k(type) CROSS JOIN LATERAL (
    SELECT index, bytes FROM ledger_entry
     WHERE (type, index) >= (k.type, ${index}::bigint) AND type <= k.type ORDER BY type, index LIMIT ${limit}) e`

async function isBehind(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ isBehind: boolean }>({
    name: 'concerns-behind',
    text: `SELECT EXISTS (${entriesFrom('c.next', 1)}) OR ${IS_ANOTHER} AS "isBehind"
             FROM content_concerned c LEFT JOIN ledger_entry l ON l.index = c.next - 1`,
    values: [CHANGING],
  })
  return rows[0]?.isBehind ?? false
}

/** The log is not the one from which the index was made: it begins anew. */
const IS_ANOTHER = `(c.next > 0 AND encode(l.leaf, 'hex') IS DISTINCT FROM c.leaf)`

async function takeIn(client: pg.ClientBase): Promise<void> {
  const next = await startingAt(client)
  // Asked before the entries are, so that none of those before it is missed.
  const head = await client.query<{ size: string }>('SELECT size FROM ledger_head')
  const { rows } = await client.query<{ index: string; project: string }>(
    `SELECT index, convert_from(bytes, 'UTF8')::jsonb #>> '{body,project}' AS project
       FROM (${entriesFrom('$2', ENTRIES_A_WRITE)}) found ORDER BY index LIMIT ${ENTRIES_A_WRITE}`,
    [CHANGING, next],
  )
  const projects = [...new Set(rows.map(({ project }) => project))]
  await client.query('DELETE FROM content_concern WHERE project = ANY($1)', [projects])
  await client.query(ADD, [projects])
  const isAll = rows.length < ENTRIES_A_WRITE
  const end = isAll ? Number(head.rows[0]?.size ?? next) : Number(rows.at(-1)?.index) + 1
  await client.query(
    `UPDATE content_concerned SET next = $1::bigint,
        leaf = coalesce((SELECT encode(leaf, 'hex') FROM ledger_entry WHERE index = $1::bigint - 1), '')`,
    [end],
  )
}

async function startingAt(client: pg.ClientBase): Promise<number> {
  await client.query('SELECT FROM content_concerned FOR UPDATE')
  const { rows } = await client.query<{ next: string; isAnother: boolean }>(
    `SELECT c.next, ${IS_ANOTHER} AS "isAnother"
       FROM content_concerned c LEFT JOIN ledger_entry l ON l.index = c.next - 1`,
  )
  if (!rows[0]?.isAnother) return Number(rows[0]?.next ?? 0)
  await client.query('DELETE FROM content_concern')
  return 0
}

/** Adds whom these projects ($1) concern by their state rows. */
const ADD = `
  INSERT INTO content_concern (organisation, owns, number, project)
  SELECT o.organisation, o.owns, (p.row ->> 'number')::bigint, p.id
    FROM unnest($1::text[]) k(id)
   CROSS JOIN LATERAL (SELECT id, row FROM ledger_row WHERE kind = 'project' AND ledger_row.id = k.id OFFSET 0) p
   CROSS JOIN LATERAL (
     SELECT a.row ->> 'organisation' AS organisation, true AS owns
       FROM jsonb_array_elements(p.row -> 'owners') owner
      CROSS JOIN LATERAL (SELECT row FROM ledger_row WHERE kind = 'account' AND id = owner ->> 'account' OFFSET 0) a
     UNION
     SELECT one.value, false FROM jsonb_each_text(p.row -> 'certifiers') one) o
      ON CONFLICT DO NOTHING`

/** Is the organisation (a parameter such as `$3`) among the owners of the project `p`, by its state row? */
export const owns = (organisation: string) => `
  EXISTS (SELECT FROM jsonb_array_elements(p.row -> 'owners') owner
           CROSS JOIN LATERAL (SELECT row FROM ledger_row WHERE kind = 'account' AND id = owner ->> 'account' OFFSET 0) a
           WHERE a.row ->> 'organisation' = ${organisation})`

/** Does the project `p` concern the organisation, as an owner or as a certifier, by its state row? */
export const concerns = (organisation: string) => `(${owns(organisation)}
  OR EXISTS (SELECT FROM jsonb_each_text(p.row -> 'certifiers') one WHERE one.value = ${organisation}))`

/** Projects that concern the organisation, as rows `c` with their ids: ask the state row of each whether they still do. */
export const concerning = (organisation: string) =>
  `(SELECT DISTINCT project FROM content_concern WHERE organisation = ${organisation}) c`
