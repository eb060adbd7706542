import type { Written } from '@tallystick/contract'
import type pg from 'pg'
import { type LogRow, logRowOf, placeOf } from './entries.ts'
import type { Sender } from './idempotency.ts'
import type { Actor, Services } from './services.ts'

/** Where statements run: the pool, or the one connection of a transaction. */
type Queries = Pick<pg.Pool | pg.PoolClient, 'query'>

export interface ProposalRow {
  id: string
  type: string
  /** Of the permission table. */
  action: string
  /** Organisations of which a further mandate must approve; mostly none. */
  holders: string[]
  by_mandate: string
  by_organisation: string
  /** The person who proposed. */
  created_by: string
  request: Record<string, unknown>
  /** Made for this proposal: forgotten if it is withdrawn. */
  commitments: string[]
  key_sender: string
  request_hash: string
  proposal_hash: string
  created_at: Date
  status: string
  /** Why it was refused. */
  reason: string | null
  /** Who approved it, and the entry that it became; null while it is open. The ledger says so, not the proposal. */
  approved_by: string[] | null
  entry: Written | null
}

export interface ApprovalRow {
  proposal: string
  user: string
  mandate: string
  role: string
  organisation: string
  /** On whose word the mandate is there. */
  hand: string
}

const PROPOSALS = `
  SELECT p.id, p.type, p.action, p.holders, p.by_mandate, p.by_organisation, p.created_by, p.request, p.commitments,
         p.key_sender, p.request_hash, p.proposal_hash, p.created_at, p.status, p.reason, e.index, e.leaf, e.bytes
    FROM content_proposal p
    LEFT JOIN ledger_key k ON k.id = p.logged_key
    LEFT JOIN ledger_entry e ON e.index = k.index`

type StoredRow = Omit<ProposalRow, 'approved_by' | 'entry'> & {
  index: string | null
  leaf: Buffer | null
  bytes: Buffer | null
}

function proposalRowOf({ index, leaf, bytes, ...row }: StoredRow): ProposalRow {
  if (index === null || leaf === null || bytes === null) return { ...row, approved_by: null, entry: null }
  const logged: LogRow = logRowOf({ index: Number(index), leaf: leaf.toString('hex'), bytes })
  return { ...row, approved_by: logged.entry.approvals.map(({ by }) => by), entry: placeOf(logged) }
}

export async function proposalById(queries: Queries, id: string): Promise<ProposalRow | undefined> {
  const { rows } = await queries.query<StoredRow>(`${PROPOSALS} WHERE p.id = $1`, [id])
  return rows[0] && proposalRowOf(rows[0])
}

export async function proposalByKey(
  { pool }: Services,
  { sender, idempotencyKey }: Pick<Sender, 'sender' | 'idempotencyKey'>,
): Promise<ProposalRow | undefined> {
  const { rows } = await pool.query<StoredRow>({
    name: 'proposal-by-key',
    text: `${PROPOSALS} WHERE p.key_sender = $1 AND p.key_id = $2`,
    values: [sender, idempotencyKey],
  })
  return rows[0] && proposalRowOf(rows[0])
}

/** Whose proposals: all, or those of an organisation and of these actions. */
export interface ProposalsAsked {
  status: string
  after: readonly [string, string] | undefined
  of: { organisation: string; actions: readonly string[] } | undefined
}

/** Oldest first. */
export async function proposalPage(
  { pool }: Services,
  { status, after, of }: ProposalsAsked,
  limit: number,
): Promise<ProposalRow[]> {
  const [createdAt = '-infinity', id = ''] = after ?? []
  const own = 'AND (p.by_organisation = $5 OR $5 = ANY(p.holders) OR p.action = ANY($6))'
  const { rows } = await pool.query<StoredRow>({
    name: of ? 'proposals-of' : 'proposals',
    text: `${PROPOSALS} WHERE p.status = $1 AND (p.created_at, p.id) > ($2, $3) ${of ? own : ''}
            ORDER BY p.created_at, p.id LIMIT $4`,
    values: [status, createdAt, id, limit, ...(of ? [of.organisation, of.actions] : [])],
  })
  return rows.map(proposalRowOf)
}

export interface NewProposal {
  id: string
  type: string
  action: string
  holders: readonly string[]
  request: unknown
  commitments: readonly string[]
  loggedKey: string
  sha256: string
}

/** Keeps a proposal, unless the sender's key has made one already: then it answers false. */
export async function keepProposal(
  services: Services,
  { sender, idempotencyKey, requestHash, actor }: Sender & { actor: Actor },
  proposal: NewProposal,
): Promise<boolean> {
  const { id, type, action, holders, request, commitments, loggedKey, sha256 } = proposal
  const { rowCount } = await services.pool.query(
    `INSERT INTO content_proposal (id, type, by_mandate, created_by, request, key_sender, key_id, request_hash,
                                   proposal_hash, logged_key, created_at, action, holders, commitments,
                                   by_organisation, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open')
     ON CONFLICT (key_sender, key_id) DO NOTHING`,
    [
      ...[id, type, actor.mandate, actor.user, JSON.stringify(request), sender, idempotencyKey, requestHash],
      ...[sha256, loggedKey, services.clock(), action, holders, commitments, actor.organisation],
    ],
  )
  return rowCount === 1
}

/** Until the transaction ends nobody else decides on this proposal. */
export async function lockProposal(client: pg.PoolClient, id: string): Promise<void> {
  await client.query('SELECT 1 FROM content_proposal WHERE id = $1 FOR UPDATE', [id])
}

/** For lists, and so that nothing is withdrawn twice; what a proposal became is asked of the ledger. */
export async function markProposal(queries: Queries, id: string, status: 'accepted' | 'withdrawn'): Promise<void> {
  await queries.query('UPDATE content_proposal SET status = $2 WHERE id = $1', [id, status])
}

/** It is refused by somebody who might have approved it, and why. */
export async function refuseProposalRow(queries: Queries, id: string, reason: string): Promise<void> {
  await queries.query(`UPDATE content_proposal SET status = 'refused', reason = $2 WHERE id = $1`, [id, reason])
}

export async function keepApproval(queries: Queries, proposal: string, actor: Actor, at: Date): Promise<void> {
  await queries.query(
    `INSERT INTO content_approval (proposal, user_id, mandate, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (proposal, user_id) DO UPDATE SET mandate = excluded.mandate`,
    [proposal, actor.user, actor.mandate, at],
  )
}

/** The approvals by mandates that are in force, in the order in which they were given. */
export async function approvalsOf(queries: Queries, proposals: readonly string[]): Promise<ApprovalRow[]> {
  const { rows } = await queries.query<ApprovalRow>(
    `SELECT a.proposal, a.user_id AS user, a.mandate, m.row ->> 'role' AS role,
            m.row ->> 'organisation' AS organisation, m.row ->> 'hand' AS hand
       FROM content_approval a
       JOIN ledger_row m ON m.kind = 'mandate' AND m.id = a.mandate AND m.row -> 'active' = 'true'
       JOIN ledger_row o ON o.kind = 'organisation' AND o.id = m.row ->> 'organisation' AND o.row -> 'active' = 'true'
      WHERE a.proposal = ANY($1) ORDER BY a.created_at, a.mandate`,
    [proposals],
  )
  return rows
}

/**
 * Ends so many proposals that were made at an instant or before and that the ledger knows nothing of, the oldest first;
 * answers how many, with the commitments that were made for them. What was carried out, but not marked, is marked.
 */
export async function endProposals(
  queries: Queries,
  before: Date,
  most: number,
): Promise<{ ended: number; commitments: string[] }> {
  const { rows } = await queries.query<{ status: string; commitments: string[] }>({
    name: 'end-proposals',
    text: `UPDATE content_proposal p
              SET status = CASE WHEN EXISTS (SELECT FROM ledger_key k WHERE k.id = p.logged_key)
                                THEN 'accepted' ELSE 'expired' END
            WHERE p.id IN (SELECT id FROM content_proposal WHERE status = 'open' AND created_at <= $1
                            ORDER BY created_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING p.status, p.commitments`,
    values: [before, most],
  })
  const expired = rows.filter(({ status }) => status === 'expired')
  return { ended: expired.length, commitments: expired.flatMap(({ commitments }) => commitments) }
}
