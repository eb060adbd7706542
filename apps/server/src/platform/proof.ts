import { setTimeout as delay } from 'node:timers/promises'
import type { Checkpoint } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { formatTlogProof, inclusionProof } from '@tallystick/tlog'
import { ProblemError, problem } from './problem.ts'
import type { Services } from './services.ts'

/** Longest wait for a checkpoint that covers an entry, and how often it is looked for. */
const WAIT_MS = 10_000
const LOOK_MS = 100

/** The receipt of an entry that is in the log: a `.tlog-proof` file. Throws a problem while no checkpoint covers it. */
export async function receiptText(services: Services, index: number, wait: boolean): Promise<string> {
  const checkpoint = await checkpointOver(services, index, wait)
  const { size, note } = checkpoint
  const hashes = await inclusionProof(sha256Bytes, index, size, (runs) => services.ledger.tree.read(runs))
  return formatTlogProof({ index, hashes, checkpoint: note })
}

async function checkpointOver(services: Services, index: number, wait: boolean): Promise<Checkpoint> {
  for (const until = Date.now() + (wait ? WAIT_MS : 0); ; await delay(LOOK_MS)) {
    const checkpoint = await services.ledger.tree.checkpoint()
    if (checkpoint && checkpoint.size > index) return checkpoint
    if (Date.now() >= until) {
      const { problem: document } = problem('not-yet-provable', { index: `${index}`, size: `${checkpoint?.size ?? 0}` })
      throw new ProblemError(document, { 'retry-after': '1' })
    }
  }
}
