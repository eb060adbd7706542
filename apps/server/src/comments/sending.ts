import { randomBytes } from 'node:crypto'
import { LANGUAGES, type NewComment } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import type { z } from 'zod'
import { newToken, tokenHash } from '../platform/auth.ts'
import { namesIn } from '../platform/names.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { networkOf, throttle, tried } from '../platform/throttle.ts'
import { inTransaction } from '../platform/transaction.ts'
import { currentRound, isOpen, keepRound, roundKept } from './rounds.ts'
import { commentCommitment } from './store.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A comment is forgotten after this time if it is not confirmed. */
export const CONFIRM_MS = DAY_MS
/** Most comments of a round. */
const MOST_COMMENTS = 10_000
const FORGOTTEN_AT_ONCE = 100

/** Comments that one network, and all together, may send; links that go to one address; links that are tried, and bundles that are compared. */
export const LIMITS = {
  network: { most: 20, windowMs: HOUR_MS },
  everybody: { most: 1_000, windowMs: HOUR_MS },
  address: { most: 5, windowMs: DAY_MS },
  confirmations: { most: 60, windowMs: HOUR_MS },
  checks: { most: 300, windowMs: HOUR_MS },
} as const

type Wanted = z.output<typeof NewComment>
type From = Pick<FastifyRequest, 'ip'>

/**
 * Keeps a comment and sends its link. An address that was sent enough links is sent no more, and that is not told: nobody
 * floods the box of somebody else, or learns whom others have written for.
 */
export async function sendIn(services: Services, project: string, wanted: Wanted & { language: string }, { ip }: From) {
  await throttle(services, `comments from ${networkOf(ip)}`, LIMITS.network)
  await throttle(services, 'comments', LIMITS.everybody)
  const names = await namesIn(services, project)
  const known = names.project(project)
  if (!known) throw problem('not-found')
  const round = await currentRound(services, project)
  if (!round || !isOpen(services, round)) throw problem('comments-closed')
  const now = services.clock()
  await forgetUnconfirmed(services, new Date(now.getTime() - CONFIRM_MS))
  const { email } = wanted
  const expiresAt = new Date(Math.min(now.getTime() + CONFIRM_MS, round.endsAt.getTime()))
  const answer = { email, expiresAt: expiresAt.toISOString() }
  if ((await tried(services, `comments of ${email.toLowerCase()}`, LIMITS.address)) > 0) return answer
  const token = newToken()
  const url = `${services.publicUrl}/comments/confirm?token=${token}`
  await inTransaction(services.pool, async (client) => {
    await keepRound(client, round)
    await keepComment(client, project, round.round, wanted, { token, now })
    // The mail is in the language of the comment, if we speak it.
    const language = LANGUAGES.find((one) => one === wanted.language) ?? null
    const to = { email, name: wanted.name, language }
    const about = { number: known.number, title: known.title }
    await services.notify.confirmComment(to, { url, expiresAt }, about, { queries: client })
  })
  return answer
}

async function keepComment(
  client: pg.PoolClient,
  project: string,
  round: number,
  { name, publicName, email, language, text }: Wanted & { language: string },
  { token, now }: { token: string; now: Date },
): Promise<void> {
  const key = randomBytes(32).toString('hex')
  const commitment = commentCommitment(key, { language, name: publicName ? name : null, text })
  await client.query(
    `INSERT INTO content_comment (id, project, round, name, public_name, email, language, text, commitment, key,
                                  token_hash, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[randomId(), project, round, name, publicName, email, language, text, commitment, key],
      ...[tokenHash(token), now],
    ],
  )
}

async function forgetUnconfirmed({ pool }: Services, before: Date): Promise<void> {
  await pool.query(
    `DELETE FROM content_comment WHERE id IN (
       SELECT id FROM content_comment WHERE number IS NULL AND created_at <= $1
        ORDER BY created_at LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    [before],
  )
}

/**
 * From now on a comment counts, by the token of its link. The address is forgotten, and so is a name that is not to be
 * shown. The round is locked, so that none comes in once its bundle is made.
 */
export async function confirm(services: Services, token: string, { ip }: From) {
  await throttle(services, `comments confirmed from ${networkOf(ip)}`, LIMITS.confirmations)
  const now = services.clock()
  return inTransaction(services.pool, async (client) => {
    const { rows } = await client.query<{ id: string; project: string; round: string }>(
      `SELECT id, project, round FROM content_comment
        WHERE token_hash = $1 AND number IS NULL AND created_at > $2 FOR UPDATE`,
      [tokenHash(token), new Date(now.getTime() - CONFIRM_MS)],
    )
    const [comment] = rows
    if (!comment) throw problem('link-unknown')
    const { id, project } = comment
    const round = await roundKept(client, project, Number(comment.round), 'FOR UPDATE')
    const entered = (await services.ledger.row('project', project))?.entered.index
    if (!round || round.sha256 !== null || entered !== round.round || !isOpen(services, round)) {
      throw problem('comments-closed')
    }
    if (round.comments >= MOST_COMMENTS) throw problem('too-many')
    const number = round.comments + 1
    await client.query('UPDATE content_comment_round SET comments = $3 WHERE project = $1 AND round = $2', [
      project,
      round.round,
      number,
    ])
    await client.query(
      `UPDATE content_comment SET number = $2, confirmed_at = $3, email = NULL, token_hash = NULL,
              name = CASE WHEN public_name THEN name END
        WHERE id = $1`,
      [id, number, services.clock()],
    )
    return { project, id, number }
  })
}
