import type { Written } from '@tallystick/contract'
import { type LogRow, logRowOf, placeOf } from '../platform/entries.ts'
import type { Sender } from '../platform/idempotency.ts'
import type { Actor, Services } from '../platform/services.ts'

export interface ProposalRow {
  id: string
  type: string
  by_mandate: string
  /** The person who proposed. */
  created_by: string
  request: Record<string, unknown>
  key_sender: string
  request_hash: string
  proposal_hash: string
  created_at: Date
  /** Who approved it, and the entry that it became; null while it is open. The ledger says so, not the proposal. */
  approved_by: string[] | null
  entry: Written | null
}

export interface ApprovalRow {
  proposal: string
  mandate: string
}

const PROPOSALS = `
  SELECT p.id, p.type, p.by_mandate, p.created_by, p.request, p.key_sender, p.request_hash, p.proposal_hash,
         p.created_at, e.index, e.leaf, e.bytes
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

export async function proposalById(services: Services, id: string): Promise<ProposalRow | undefined> {
  const { rows } = await services.pool.query<StoredRow>(`${PROPOSALS} WHERE p.id = $1`, [id])
  return rows[0] && proposalRowOf(rows[0])
}

export async function proposalByKey(
  services: Services,
  { sender, idempotencyKey }: Pick<Sender, 'sender' | 'idempotencyKey'>,
): Promise<ProposalRow | undefined> {
  const { rows } = await services.pool.query<StoredRow>(`${PROPOSALS} WHERE p.key_sender = $1 AND p.key_id = $2`, [
    sender,
    idempotencyKey,
  ])
  return rows[0] && proposalRowOf(rows[0])
}

/** Oldest first. */
export async function proposalPage(
  services: Services,
  { status, after }: { status: string; after: readonly [string, string] | undefined },
  limit: number,
): Promise<ProposalRow[]> {
  const [createdAt = '-infinity', id = ''] = after ?? []
  const { rows } = await services.pool.query<StoredRow>(
    `${PROPOSALS} WHERE p.status = $1 AND (p.created_at, p.id) > ($2, $3)
      ORDER BY p.created_at, p.id LIMIT $4`,
    [status, createdAt, id, limit],
  )
  return rows.map(proposalRowOf)
}

interface NewProposal {
  id: string
  type: string
  request: unknown
  loggedKey: string
  sha256: string
}

/** Keeps a proposal, unless the sender's key has made one already. */
export async function keepProposal(
  services: Services,
  { sender, idempotencyKey, requestHash, actor }: Sender & { actor: Actor },
  { id, type, request, loggedKey, sha256 }: NewProposal,
): Promise<void> {
  await services.pool.query(
    `INSERT INTO content_proposal (id, type, by_mandate, created_by, request, key_sender, key_id, request_hash,
                                   proposal_hash, logged_key, created_at, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open') ON CONFLICT (key_sender, key_id) DO NOTHING`,
    [
      id,
      type,
      actor.mandate,
      actor.user,
      JSON.stringify(request),
      sender,
      idempotencyKey,
      requestHash,
      sha256,
      loggedKey,
      services.clock(),
    ],
  )
}

/** For lists only: what a proposal became is asked of the ledger. */
export async function markAccepted(services: Services, id: string): Promise<void> {
  await services.pool.query(`UPDATE content_proposal SET status = 'accepted' WHERE id = $1`, [id])
}

/** Answers whether the approval is new. */
export async function keepApproval(services: Services, proposal: string, actor: Actor): Promise<boolean> {
  const { rows } = await services.pool.query<{ new: boolean }>(
    `INSERT INTO content_approval (proposal, user_id, mandate, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (proposal, user_id) DO UPDATE SET mandate = excluded.mandate RETURNING xmax = 0 AS new`,
    [proposal, actor.user, actor.mandate, services.clock()],
  )
  return rows[0]?.new ?? false
}

export async function withdrawApproval(services: Services, proposal: string, actor: Actor): Promise<void> {
  await services.pool.query('DELETE FROM content_approval WHERE proposal = $1 AND user_id = $2', [proposal, actor.user])
}

/** The approvals by mandates that are active and have one of these roles, in the order in which they were given. */
export async function approvalsOf(
  services: Services,
  proposals: readonly string[],
  roles: readonly string[],
): Promise<ApprovalRow[]> {
  const { rows } = await services.pool.query<ApprovalRow>(
    `SELECT a.proposal, a.mandate FROM content_approval a
       JOIN ledger_row m ON m.kind = 'mandate' AND m.id = a.mandate AND m.row -> 'active' = 'true'
      WHERE a.proposal = ANY($1) AND m.row ->> 'role' = ANY($2) ORDER BY a.created_at, a.mandate`,
    [proposals, roles],
  )
  return rows
}
