import { problemOf } from '@tallystick/contract'
import { ProblemError, problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import type { HoldRow } from './parts.ts'

/** The holds that stand on these batches and accounts; one that keeps units for a movement or a pledge has the id of that. */
export async function holdsOn(services: Services, targets: readonly string[]): Promise<HoldRow[]> {
  const { rows } = await services.pool.query<Record<'id' | 'reason', string> & Record<string, string | null>>({
    name: 'holds-on',
    text: `SELECT split_part(id, '/', 1) AS id, reason, batch, account, first, last, expires_at
             FROM ledger_hold WHERE batch = ANY($1)
           UNION ALL
           SELECT id, reason, batch, account, first, last, expires_at FROM ledger_hold WHERE account = ANY($1)
           ORDER BY id`,
    values: [targets],
  })
  return rows.map(({ id, reason, batch = null, account = null, first, last, expires_at = null }) => ({
    id,
    reason,
    batch,
    account,
    first: first ? BigInt(first) : null,
    last: last ? BigInt(last) : null,
    expiresAt: expires_at,
  }))
}

/** Which of these holds stand. */
export async function standingHolds(services: Services, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await services.pool.query<{ id: string }>({
    name: 'holds-standing',
    text: 'SELECT id FROM ledger_hold WHERE id = ANY($1)',
    values: [ids],
  })
  return new Set(rows.map(({ id }) => id))
}

/** The account of one kind that belongs to the organisation of another account. */
export async function accountOfSameHolder(
  services: Services,
  account: string,
  kind: 'retirement' | 'cancellation' | 'ndc-use',
): Promise<string | undefined> {
  const { rows } = await services.pool.query<{ id: string }>({
    name: 'account-of-same-holder',
    text: `SELECT other.id FROM ledger_row one JOIN ledger_row other
               ON other.kind = 'account' AND other.row ? 'organisation'
              AND other.row ->> 'organisation' = one.row ->> 'organisation'
            WHERE one.kind = 'account' AND one.id = $1 AND other.row ->> 'kind' = $2
            ORDER BY other.id LIMIT 1`,
    values: [account, kind],
  })
  return rows[0]?.id
}

/** Where units of an account come to rest. Throws a problem where its holder has no account for that. */
export async function endAccount(
  services: Services,
  { organisation, role }: Pick<Actor, 'organisation' | 'role'>,
  from: string,
  kind: 'retirement' | 'cancellation' | 'ndc-use',
): Promise<string> {
  const account = await accountOfSameHolder(services, from, kind)
  if (account !== undefined) return account
  const known = await services.ledger.row('account', from)
  const ofFrom = (code: 'account-unknown' | 'not-permitted' | 'account-missing', facts: Record<string, string>) =>
    problem(code, facts, [{ field: 'from', message: problemOf(code, facts).detail }])
  if (!known) throw ofFrom('account-unknown', { account: from })
  if (known.organisation !== organisation) throw ofFrom('not-permitted', { role })
  throw ofFrom('account-missing', { kind })
}

/**
 * Nobody may do anything with what is not there, so the ledger says `not-permitted` of a movement or a pledge that is
 * over; people are told that it is.
 */
export async function sayUnknown(
  { ledger }: Services,
  error: unknown,
  kind: 'pending' | 'pledge',
  id: string,
): Promise<never> {
  if (!(error instanceof ProblemError) || error.problem.code !== 'not-permitted') throw error
  if (await ledger.row(kind, id)) throw error
  throw kind === 'pending' ? problem('movement-unknown', { movement: id }) : problem('pledge-unknown', { pledge: id })
}
