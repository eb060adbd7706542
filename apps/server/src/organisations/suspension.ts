import type { Services } from '../platform/services.ts'

const MOST_A_ROUND = 100

/**
 * Does, once for each suspension, what follows from it outside the ledger: sessions and sign-in links of its people end,
 * its open proposals are withdrawn. However the suspension was written, and whenever: at once by whoever asked for it, else by
 * the next round. Answers how many organisations it found.
 */
export async function followSuspensions(services: Services): Promise<number> {
  const { rows } = await services.pool.query<{ organisation: string; active: boolean }>({
    name: 'suspensions-to-follow',
    text: `SELECT c.organisation, (o.row ->> 'active')::boolean AS active
             FROM content_organisation c JOIN ledger_row o ON o.kind = 'organisation' AND o.id = c.organisation
            WHERE c.halted = (o.row ->> 'active')::boolean LIMIT ${MOST_A_ROUND}`,
  })
  for (const { organisation, active } of rows) {
    if (active) await mark(services, organisation, false)
    else await halt(services, organisation)
  }
  return rows.length
}

async function mark({ pool }: Pick<Services, 'pool'>, organisation: string, halted: boolean): Promise<void> {
  await pool.query('UPDATE content_organisation SET halted = $2 WHERE organisation = $1', [organisation, halted])
}

/** What of an organisation ends while it is suspended. Each step may be taken again; the mark is set after the last. */
async function halt(services: Services, organisation: string): Promise<void> {
  const { pool, openings } = services
  const ofIt = `SELECT m.user_id FROM content_mandate m JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate
                 WHERE r.row ? 'organisation' AND r.row ->> 'organisation' = $1`
  await pool.query(`DELETE FROM content_session WHERE user_id IN (${ofIt})`, [organisation])
  await pool.query(`DELETE FROM content_sign_in_link WHERE user_id IN (${ofIt})`, [organisation])
  const { rows } = await pool.query<{ commitments: string[] }>(
    `UPDATE content_proposal p SET status = 'withdrawn'
      WHERE p.by_organisation = $1 AND p.status = 'open'
        AND NOT EXISTS (SELECT FROM ledger_key k WHERE k.id = p.logged_key)
     RETURNING p.commitments`,
    [organisation],
  )
  const commitments = rows.flatMap((row) => row.commitments)
  if (commitments.length > 0) await openings.forget(commitments)
  await mark(services, organisation, true)
}
