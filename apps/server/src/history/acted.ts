import { type LoggedEntry, withoutDirections } from '@tallystick/contract'
import type pg from 'pg'
import { followConcerns } from '../platform/concerns.ts'
import { type LogRow, logRowOf } from '../platform/entries.ts'
import type { Services } from '../platform/services.ts'
import { inTransaction } from '../platform/transaction.ts'

const ENTRIES_A_READ = 1_000
/** Most entries that one call takes into the index: the next one goes on from there. */
const MOST_A_CALL = 20_000

/**
 * Takes what is new in the log into the index of who acted and what was stated, `most` entries at most. Answers how many
 * are left: 0 where the index has all of them.
 */
export async function followLog({ pool, ledger }: Services, most = MOST_A_CALL): Promise<number> {
  const { size } = await ledger.head()
  const { rows } = await pool.query<{ next: string }>('SELECT next FROM content_audited')
  if (Number(rows[0]?.next) === size) return 0
  return inTransaction(pool, async (client) => {
    let { next, leaf } = await startingAt(client, ledger)
    let left = 1
    for (let taken = 0; taken < most && left > 0; ) {
      const read = (await ledger.entries(next, ENTRIES_A_READ)).map(logRowOf)
      await add(client, read)
      next += read.length
      taken += read.length
      leaf = read.at(-1)?.leaf ?? leaf
      left = Math.max(0, (await ledger.head()).size - next)
      if (read.length === 0) break
    }
    await client.query('UPDATE content_audited SET next = $1, leaf = $2', [next, leaf])
    return left
  })
}

interface AuditedTo {
  next: number
  leaf: string
}

/** Where the index ends; it begins anew where the log is not the one from which it was made. */
async function startingAt(client: pg.ClientBase, ledger: Services['ledger']): Promise<AuditedTo> {
  const { rows } = await client.query<{ next: string; leaf: string }>(
    'SELECT next, leaf FROM content_audited FOR UPDATE',
  )
  const known = { next: Number(rows[0]?.next ?? 0), leaf: rows[0]?.leaf ?? '' }
  if (known.next === 0) return known
  const [last] = await ledger.entries(known.next - 1, 1)
  if (last?.leaf === known.leaf) return known
  await client.query('DELETE FROM content_acted')
  await client.query('DELETE FROM content_stated')
  return { next: 0, leaf: '' }
}

async function add(client: pg.ClientBase, rows: readonly LogRow[]): Promise<void> {
  const acts = rows.flatMap(({ index, entry }) => actorsOf(entry).map((mandate) => ({ mandate, index })))
  await client.query(
    `INSERT INTO content_acted (mandate, index, organisation)
     SELECT k.mandate, k.index, m.row ->> 'organisation'
       FROM unnest($1::text[], $2::bigint[]) k(mandate, index)
       JOIN ledger_row m ON m.kind = 'mandate' AND m.id = k.mandate
         ON CONFLICT DO NOTHING`,
    [acts.map(({ mandate }) => mandate), acts.map(({ index }) => index)],
  )
  await addStated(
    client,
    rows.flatMap(({ index, entry }) => commitmentsOf(entry).map((commitment) => ({ commitment, index }))),
  )
}

/** Whoever erases a text meanwhile waits, and then takes its words with it. */
async function addStated(
  client: pg.ClientBase,
  stated: readonly { commitment: string; index: number }[],
): Promise<void> {
  if (stated.length === 0) return
  const { rows } = await client.query<{ commitment: string; value: unknown }>(
    'SELECT commitment, value FROM content_opening WHERE commitment = ANY($1) FOR KEY SHARE',
    [stated.map(({ commitment }) => commitment)],
  )
  const values = new Map(rows.map(({ commitment, value }) => [commitment, wordsIn(value)]))
  const known = stated.flatMap((one) => {
    const words = values.get(one.commitment)
    return words === undefined ? [] : [{ ...one, words }]
  })
  await client.query(
    `INSERT INTO content_stated (commitment, index, words)
     SELECT k.commitment, k.index, array_to_tsvector(ARRAY(SELECT jsonb_array_elements_text(k.words)))
       FROM unnest($1::text[], $2::bigint[], $3::jsonb[]) k(commitment, index, words)
         ON CONFLICT DO NOTHING`,
    [
      known.map(({ commitment }) => commitment),
      known.map(({ index }) => index),
      known.map(({ words }) => JSON.stringify(words)),
    ],
  )
}

/** Everybody who acted in an entry: the one who wrote it, and those who approved it. */
export function actorsOf({ by, approvals }: Pick<LoggedEntry, 'by' | 'approvals'>): string[] {
  return [...new Set([by, ...approvals.map((approval) => approval.by)])]
}

/** What another registry says of its own units is no doing of anybody here. */
const MIRRORED = /^Mirror/

/** Commitments to names and texts that stand in a body. */
export function commitmentsOf({ type, body }: Pick<LoggedEntry, 'type' | 'body'>): string[] {
  if (MIRRORED.test(type)) return []
  return [...new Set(hexIn(body))]
}

function hexIn(value: unknown): string[] {
  if (typeof value === 'string') return /^[0-9a-f]{64}$/.test(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(hexIn)
}

/** A longer word is known by its beginning. */
const MAX_WORD = 100

/** The words of whatever was written: letters and digits, in lower case, each once. */
function wordsIn(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return [...new Set(Object.values(value).flatMap(wordsIn))]
  if (typeof value !== 'string') return []
  const words =
    withoutDirections(value)
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return [...new Set(words.map((word) => word.slice(0, MAX_WORD)))]
}

/** A question to an index of words, as a `tsquery`: all words of a text, each as a word or the beginning of one. */
export function wordsAsked(text: string): string {
  return wordsIn(text)
    .map((word) => `'${word}':*`)
    .join(' & ')
}

/**
 * Follows the log as far as nobody waits for it: by small steps while others write, and wholly when they do not; and whom
 * projects concern, so that nobody who asks waits for it long. Answers whether to go on at once.
 */
export function follower(services: Services): () => Promise<boolean> {
  let size = -1
  return async () => {
    const head = await services.ledger.head()
    const isQuiet = head.size === size
    size = head.size
    await followConcerns(services)
    const left = await followLog(services, isQuiet ? MOST_A_CALL : ENTRIES_A_READ)
    return isQuiet && left > 0
  }
}

/** The first entry at an instant or after; the size of the log where there is none. Instants of the log never go back. */
export async function firstAt({ ledger }: Pick<Services, 'ledger'>, instant: string): Promise<number> {
  let low = 0
  let high = (await ledger.head()).size
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [stored] = await ledger.entries(middle, 1)
    if (stored !== undefined && logRowOf(stored).entry.at < instant) low = middle + 1
    else high = middle
  }
  return low
}
