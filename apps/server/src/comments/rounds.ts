import type { Preset, Rows } from '@tallystick/rules'
import type pg from 'pg'
import { lawInForce } from '../platform/law.ts'
import type { Services } from '../platform/services.ts'

const DAY_MS = 86_400_000

/** A time in which a project is open to comments. */
export interface Round {
  project: string
  /** Index of the entry by which the project came into its state. */
  round: number
  state: string
  beginsAt: Date
  endsAt: Date
}

/** A round of which something is kept. */
export interface KeptRound extends Round {
  /** How many comments count. */
  comments: number
  /** Of its bundle, once that is made. */
  sha256: string | null
}

interface Row {
  round: string
  state: string
  begins_at: Date
  ends_at: Date
  comments: number
  sha256: string | null
}

const COLUMNS = 'round, state, begins_at, ends_at, comments, sha256'

function keptRound(project: string, row: Row): KeptRound {
  const { round, state, begins_at: beginsAt, ends_at: endsAt, comments, sha256 } = row
  return { project, round: Number(round), state, beginsAt, endsAt, comments, sha256 }
}

/** The round that a project is in by the preset; undefined where its state is none that is commented on. */
function roundByLaw(project: string, row: Rows['project'], { comments }: Preset): Round | undefined {
  if (!comments?.states.includes(row.state)) return undefined
  const beginsAt = new Date(row.entered.at)
  const endsAt = new Date(beginsAt.getTime() + comments.days * DAY_MS)
  return { project, round: row.entered.index, state: row.state, beginsAt, endsAt }
}

/** The round that a project is in, whether or not it is over; undefined where there is none. */
export async function currentRound(services: Services, project: string): Promise<Round | undefined> {
  const [{ preset }, row] = await Promise.all([lawInForce(services.ledger), services.ledger.row('project', project)])
  const round = row && roundByLaw(project, row, preset)
  // What was told to those who commented stays so, whatever the preset says by now.
  return round && ((await roundKept(services.pool, project, round.round)) ?? round)
}

/** Is the round one of which the time is not over? */
export function isOpen({ clock }: Services, { endsAt }: Round): boolean {
  return clock() < endsAt
}

export async function roundKept(
  queries: Pick<pg.Pool | pg.PoolClient, 'query'>,
  project: string,
  round: number,
  lock: '' | 'FOR UPDATE' = '',
): Promise<KeptRound | undefined> {
  const { rows } = await queries.query<Row>(
    `SELECT ${COLUMNS} FROM content_comment_round WHERE project = $1 AND round = $2 ${lock}`,
    [project, round],
  )
  return rows[0] && keptRound(project, rows[0])
}

/** Keeps a round, if it is not kept yet. */
export async function keepRound(
  client: pg.PoolClient,
  { project, round, state, beginsAt, endsAt }: Round,
): Promise<void> {
  await client.query(
    `INSERT INTO content_comment_round (project, round, state, begins_at, ends_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [project, round, state, beginsAt, endsAt],
  )
}

/** The rounds of a project of which something is kept, newest first. */
export async function roundsOf({ pool }: Services, project: string, limit: number): Promise<KeptRound[]> {
  const { rows } = await pool.query<Row>(
    `SELECT ${COLUMNS} FROM content_comment_round WHERE project = $1 ORDER BY round DESC LIMIT $2`,
    [project, limit],
  )
  return rows.map((row) => keptRound(project, row))
}
