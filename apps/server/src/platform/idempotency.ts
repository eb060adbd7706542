import type { Written } from '@tallystick/contract'
import { isReceipt, type Receipt } from '@tallystick/ledger'
import { type Approval, isRefusal } from '@tallystick/rules'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type pg from 'pg'
import { problem, refusalProblem, waitingProblem } from './problem.ts'
import type { Services } from './services.ts'
import { inTransaction } from './transaction.ts'

export const REPLAYED = 'idempotency-replayed'

/** The key of a command's request. Throws a problem without one. */
export function idempotencyKeyOf(request: FastifyRequest): string {
  const key = request.headers['idempotency-key']
  if (key === undefined) throw problem('key-missing')
  if (typeof key !== 'string' || !/^[\x21-\x7e]{8,200}$/.test(key)) throw problem('key-invalid')
  return key
}

/** Who sends a command under which key; a handler's call is one. */
export interface Sender {
  actor: { mandate: string }
  sender: string
  idempotencyKey: string
  requestHash: string
  reply: FastifyReply
  /** May the command wait for approvals? Then what was stored for it is kept. */
  proposable?: boolean
}

export interface LedgerCommand {
  type: string
  request: unknown
  approvals?: Approval[]
  /** The mandate to act under, where it is not the sender's own. */
  by?: string
  /** Commitments made for this request: their texts are forgotten again if nothing was written with them. */
  commitments?: readonly string[]
  /** Takes back other content that was stored for this request and on which nothing stands that was written. */
  takeBack?: () => Promise<unknown>
}

/**
 * Carries out a command on the ledger. A repeated one gets the receipt of the first, and the header says so: build the
 * answer from `receipt.entry`, so that both are equal. Throws a problem where the ledger refuses.
 */
export async function execute(services: Services, from: Sender, command: LedgerCommand): Promise<Receipt> {
  const outcome = await services.ledger.execute({
    type: command.type,
    by: command.by ?? from.actor.mandate,
    approvals: command.approvals ?? [],
    key: { sender: from.sender, id: from.idempotencyKey },
    requestHash: from.requestHash,
    request: command.request,
  })
  if (from.proposable && isRefusal(outcome) && outcome.proposal) {
    const { type, commitments = [] } = command
    throw waitingProblem({ ...outcome, proposal: outcome.proposal }, { type, commitments })
  }
  if (!isReceipt(outcome) || outcome.repeated) {
    await forgetUnwritten(services, command.commitments ?? [], isReceipt(outcome) ? outcome : undefined)
    await command.takeBack?.()
  }
  if (isRefusal(outcome)) throw refusalProblem(outcome)
  if (!isReceipt(outcome)) throw problem('key-reused')
  if (outcome.repeated) from.reply.header(REPLAYED, 'true')
  return outcome
}

/**
 * Forgets the texts of commitments that were made for a request and that the entry found under its key does not hold.
 * Never after a failure that is no refusal: the entry may have been written, and only its answer was lost.
 */
export async function forgetUnwritten(
  services: Services,
  commitments: readonly string[],
  found: Receipt | undefined,
): Promise<void> {
  const body = found === undefined ? '' : JSON.stringify(found.entry.body)
  const unwritten = commitments.filter((commitment) => !body.includes(commitment))
  if (unwritten.length > 0) await services.openings.forget(unwritten)
}

/** Where a receipt stands in the ledger, for an answer. */
export function writtenOf({ index, leaf, entry }: Receipt): Written {
  return { index, leaf, at: entry.at }
}

/**
 * Carries out a command that leaves the ledger alone, once per key: a repetition gets the stored answer. `work` runs
 * in one transaction with the key, so its answer must hold nothing secret. Throws a problem for a key used otherwise.
 */
export async function executeOnce<Answer>(
  services: Services,
  from: Pick<Sender, 'sender' | 'idempotencyKey' | 'requestHash' | 'reply'>,
  work: (client: pg.PoolClient) => Promise<Answer>,
): Promise<Answer> {
  const { stored, answer } = await inTransaction(services.pool, async (client) => {
    const stored = await reserve<Answer>(client, from)
    return { stored, answer: stored ?? (await firstTime(client, from, work)) }
  })
  if (stored !== undefined) from.reply.header(REPLAYED, 'true')
  return answer
}

/** The stored answer, or undefined where the key is now ours. Waits for another transaction with the same key. */
async function reserve<Answer>(
  client: pg.PoolClient,
  { sender, idempotencyKey, requestHash }: Pick<Sender, 'sender' | 'idempotencyKey' | 'requestHash'>,
): Promise<Answer | undefined> {
  const key = [sender, idempotencyKey]
  const made = await client.query(
    'INSERT INTO content_command_key (sender, id, request_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [...key, requestHash],
  )
  if (made.rowCount === 1) return undefined
  const { rows } = await client.query<{ request_hash: string; answer: Answer }>(
    'SELECT request_hash, answer FROM content_command_key WHERE sender = $1 AND id = $2',
    key,
  )
  if (rows[0]?.request_hash !== requestHash) throw problem('key-reused')
  return rows[0].answer
}

async function firstTime<Answer>(
  client: pg.PoolClient,
  { sender, idempotencyKey }: Pick<Sender, 'sender' | 'idempotencyKey'>,
  work: (client: pg.PoolClient) => Promise<Answer>,
): Promise<Answer> {
  const answer = await work(client)
  await client.query('UPDATE content_command_key SET answer = $3 WHERE sender = $1 AND id = $2', [
    sender,
    idempotencyKey,
    JSON.stringify(answer),
  ])
  return answer
}
