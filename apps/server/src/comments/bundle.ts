import type { CheckedRound } from '@tallystick/contract'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import { z } from 'zod'
import { type LogRow, placeOf } from '../platform/entries.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { submittedPage } from '../platform/submitted.ts'
import { inTransaction } from '../platform/transaction.ts'
import { currentRound, isOpen, type KeptRound, keepRound, type Round, roundKept, roundsOf } from './rounds.ts'
import {
  bundleBytes,
  type CommentInBundle,
  type CommentRow,
  commentCommitment,
  commentsOfRound,
  textsOfRound,
} from './store.ts'

/** The kind of document that a bundle of comments is. */
export const BUNDLE = 'public-comments'

/** Most rounds of a project that are checked. */
const MOST_ROUNDS = 100

/** What a bundle says. Texts are not in it, so one can be hidden or erased, but not dropped unseen. */
const Bundle = z.object({
  v: z.literal(1),
  project: z.string(),
  round: z.number(),
  comments: z.array(z.object({ number: z.number(), id: z.string(), confirmedAt: z.string(), commitment: z.string() })),
})

function bundleOf({ project, round, state, beginsAt, endsAt }: Round, comments: readonly CommentInBundle[]): Buffer {
  return Buffer.from(
    canonicalJson({
      v: 1,
      project,
      round,
      state,
      from: beginsAt.toISOString(),
      until: endsAt.toISOString(),
      comments: comments.map(({ number, id, confirmed_at, commitment }) => {
        return { number, id, confirmedAt: confirmed_at.toISOString(), commitment }
      }),
    }),
  )
}

/** The bundle of the round that a project is in, made once and for ever. Throws a problem before its time is over. */
export async function sealedRound(services: Services, project: string): Promise<{ round: number; sha256: string }> {
  const current = await currentRound(services, project)
  if (!current) throw problem('project-state')
  if (isOpen(services, current)) throw problem('too-early', { from: current.endsAt.toISOString() })
  return inTransaction(services.pool, async (client) => {
    await keepRound(client, current)
    const kept = await roundKept(client, project, current.round, 'FOR UPDATE')
    if (kept?.sha256) return { round: current.round, sha256: kept.sha256 }
    const bytes = bundleOf(current, await commentsOfRound(client, project, current.round))
    const sha256 = sha256Hex(bytes)
    await client.query('UPDATE content_comment_round SET sha256 = $3, bytes = $4 WHERE project = $1 AND round = $2', [
      project,
      current.round,
      sha256,
      bytes,
    ])
    return { round: current.round, sha256 }
  })
}

type Submitted = LogRow<'DocumentSubmitted'>

/** Compares what is kept with what the ledger has hashes of, newest first. */
export async function checkedRounds(services: Services, project: string): Promise<CheckedRound[]> {
  const [rounds, submitted, current] = await Promise.all([
    roundsOf(services, project, MOST_ROUNDS),
    submittedPage(services, project, BUNDLE, undefined, MOST_ROUNDS),
    currentRound(services, project),
  ])
  const isKept = rounds.some(({ round }) => round === current?.round)
  const all = current && !isKept ? [{ ...current, comments: 0, sha256: null }, ...rounds] : rounds
  const checked: CheckedRound[] = []
  for (const round of all) checked.push(await checkedRound(services, round, submitted, current))
  const known = new Set(all.map(({ sha256 }) => sha256))
  const strange = submitted.filter(({ entry }) => !known.has(entry.body.sha256))
  return [...checked, ...strange.map(unknownRound)]
}

async function checkedRound(
  services: Services,
  kept: KeptRound,
  submitted: readonly Submitted[],
  current: Round | undefined,
): Promise<CheckedRound> {
  const { round, state, beginsAt, endsAt, sha256 } = kept
  const entry = submitted.find(({ entry }) => entry.body.sha256 === sha256)
  const { wrong, ...counted } = await compared(services, kept, entry?.entry.body.sha256)
  const shown = { round, state, from: beginsAt.toISOString(), until: endsAt.toISOString(), ...counted }
  if (!entry) {
    const isRunning = current?.round === round && isOpen(services, kept) && sha256 === null
    return { ...shown, verdict: isRunning ? 'open' : 'closed', sha256: null, entry: null, ...NOTHING_WRONG }
  }
  const isWhole = wrong !== undefined && Object.values(wrong).every((numbers) => numbers.length === 0)
  return {
    ...shown,
    verdict: isWhole ? 'whole' : 'broken',
    sha256,
    entry: placeOf(entry),
    ...(wrong ?? NOTHING_WRONG),
  }
}

const NOTHING_WRONG = { missing: [], changed: [], added: [] }

/**
 * How many comments are kept and hidden, and the numbers of those that are missing, changed or added against the bundle of
 * a hash; undefined where that is not kept.
 */
async function compared(services: Services, { project, round }: KeptRound, sha256: string | undefined) {
  const bundle = sha256 === undefined ? undefined : await bundleOfHash(services, sha256)
  const missing = new Map(bundle?.comments.map((said) => [said.id, said]))
  const [changed, added]: [number[], number[]] = [[], []]
  let [comments, hidden] = [0, 0]
  for await (const comment of textsOfRound(services, project, round)) {
    const { id, number, hidden_reason } = comment
    comments += 1
    if (hidden_reason !== null) hidden += 1
    const said = missing.get(id)
    missing.delete(id)
    if (!said) added.push(number)
    else if (isChanged(said, comment)) changed.push(said.number)
  }
  const wrong = bundle && { missing: [...missing.values()].map(({ number }) => number), changed, added }
  return { comments, hidden, wrong }
}

/** The bundle of a hash, if it is kept as it was made. */
async function bundleOfHash(services: Services, sha256: string): Promise<z.infer<typeof Bundle> | undefined> {
  const bytes = await bundleBytes(services, sha256)
  if (!bytes || sha256Hex(bytes) !== sha256) return undefined
  return Bundle.parse(JSON.parse(bytes.toString('utf8')))
}

function isChanged(said: { number: number; confirmedAt: string; commitment: string }, kept: CommentRow): boolean {
  return (
    kept.number !== said.number ||
    kept.confirmed_at.toISOString() !== said.confirmedAt ||
    commentCommitment(kept.key, kept) !== said.commitment
  )
}

/** The ledger has a bundle of which nothing is kept here. */
function unknownRound(row: Submitted): CheckedRound {
  const unknown = { round: null, state: null, from: null, until: null, comments: 0, hidden: 0, ...NOTHING_WRONG }
  return { ...unknown, verdict: 'broken', sha256: row.entry.body.sha256, entry: placeOf(row) }
}
