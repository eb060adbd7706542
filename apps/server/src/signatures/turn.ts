import { setTimeout as sleep } from 'node:timers/promises'
import type { SigningTarget } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'

/** Nobody keeps a turn for longer without saying that he still has it; whoever was killed had it for so long at most. */
export const TURN_MS = 30_000
/** So long a request waits for those before it. */
const PATIENCE_MS = 15_000
const PAUSE_MS = 150
const RETRY_S = '2'

/** Throws a problem for whoever has not the turn any more; else it is his for the full time again. */
export type StillOurs = () => Promise<void>

/**
 * Nobody else puts a signature into the PDF of this version meanwhile: of two at once, one would lose the other's. Whoever
 * cannot have the turn soon is told to come again. `work` asks whether the turn is still its own before it writes.
 */
export async function inTurn<T>(
  services: Services,
  { project, period, agreement, document, version }: SigningTarget,
  work: (stillOurs: StillOurs) => Promise<T>,
): Promise<T> {
  const about = sha256Hex(canonicalJson([project, period, agreement ?? null, document, version]))
  const holder = randomId()
  await waitForTurn(services, about, holder)
  try {
    return await work(async () => {
      const { rowCount } = await services.pool.query(
        'UPDATE content_signing_turn SET ends_at = $3 WHERE about = $1 AND holder = $2',
        [about, holder, endFrom(services)],
      )
      if (rowCount !== 1) throw problem('too-many-requests', { seconds: RETRY_S })
    })
  } finally {
    await services.pool.query('DELETE FROM content_signing_turn WHERE about = $1 AND holder = $2', [about, holder])
  }
}

async function waitForTurn(services: Services, about: string, holder: string): Promise<void> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    const { rowCount } = await services.pool.query(
      `INSERT INTO content_signing_turn AS t (about, holder, ends_at) VALUES ($1, $2, $3)
       ON CONFLICT (about) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at WHERE t.ends_at <= $4`,
      [about, holder, endFrom(services), services.clock()],
    )
    if (rowCount === 1) return
    if (waited >= PATIENCE_MS) throw problem('too-many-requests', { seconds: RETRY_S })
    await sleep(PAUSE_MS)
  }
}

function endFrom({ clock }: Services): Date {
  return new Date(clock().getTime() + TURN_MS)
}
