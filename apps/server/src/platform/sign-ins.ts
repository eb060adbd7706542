import { randomId } from '@tallystick/ledger'
import { derivedId } from './derived-id.ts'
import type { Services } from './services.ts'
import { networkOf } from './throttle.ts'

export interface SignInTry {
  /** Who signs in; undefined where nobody knows. */
  user: string | undefined
  /** The address of the network that the request came from. */
  address: string
  outcome: 'sign-in' | 'sign-in-refused'
}

const HOUR_MS = 3_600_000

/**
 * Keeps that somebody signed in, or was refused: when, who, and a keyed hash of the network. Refusals that are alike
 * are counted in one row an hour, so that whoever tries for ever fills nothing.
 */
export async function noteSignIn(services: Services, { user, address, outcome }: SignInTry): Promise<void> {
  const now = services.clock()
  const network = await services.ledger.loggedKey({ sender: 'network', id: networkOf(address) })
  const hour = Math.floor(now.getTime() / HOUR_MS)
  const id =
    outcome === 'sign-in'
      ? randomId()
      : await derivedId(services, 'sign-in refused', `${network} ${user ?? ''} ${hour}`)
  await services.pool.query(
    `INSERT INTO content_sign_in AS s (id, at, outcome, user_id, mandate, organisation, network)
     SELECT $1, $2, $3, u.id, m.mandate, r.row ->> 'organisation', $5
       FROM (SELECT $4::text AS id) k
       LEFT JOIN content_user u ON u.id = k.id
       LEFT JOIN content_mandate m ON m.user_id = u.id
       LEFT JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate
      LIMIT 1
     ON CONFLICT (id) DO UPDATE SET times = least(s.times + 1, 1000000)`,
    [id, now, outcome, user ?? null, network],
  )
}

const DAY_MS = 86_400_000
const SWEPT = 1_000

/** Forgets sign-ins that are older than so many days. Answers how many. */
export async function forgetSignIns({ pool, clock }: Services, days: number): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM content_sign_in WHERE id IN (
       SELECT id FROM content_sign_in WHERE at < $1 ORDER BY at LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED)`,
    [new Date(clock().getTime() - days * DAY_MS)],
  )
  return rowCount ?? 0
}
