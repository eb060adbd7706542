import { type BatchDetails, issueBatch, listBatches, type Run, readBatch } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { invariant } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { entryOf, firstOfStream } from '../platform/entries.ts'
import { execute } from '../platform/idempotency.ts'
import { wasCarriedOut } from '../platform/judged.ts'
import { namesIn } from '../platform/names.ts'
import { refuseNegative } from '../platform/negative-results.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { batchOf } from './answers.ts'
import { each, pageOfEntries } from './lists.ts'
import { cutByHolds, type Part } from './parts.ts'
import { holdsOn } from './queries.ts'

/** Most runs of a batch that are listed; sums are over all. */
const MAX_RUNS = 1_000
const RUNS_A_READ = 5_000

export function registerBatches(app: FastifyInstance, services: Services): void {
  handle(app, services, issueBatch, async (call) => {
    if (!(await wasCarriedOut(services, call))) await refuseNegative(services, 'BatchIssued', call.body)
    const receipt = await execute(services, call, { type: 'BatchIssued', request: { batch: randomId(), ...call.body } })
    const row = { ...receipt, entry: entryOf('BatchIssued', receipt) }
    return batchOf(row, await namesIn(services, row.entry))
  })

  handle(app, services, listBatches, ({ query }) => pageOfEntries(services, 'BatchIssued', query, each(batchOf)))

  handle(app, services, readBatch, async ({ params }) => {
    const batch = await batchDetails(services, params.id)
    if (!batch) throw problem('not-found')
    return batch
  })
}

/** A batch with everything that became of it, or undefined where there is none. */
export async function batchDetails(services: Services, id: string): Promise<BatchDetails | undefined> {
  const row =
    (await firstOfStream(services, 'BatchIssued', id)) ?? (await firstOfStream(services, 'UnitsConverted', id))
  if (!row) return undefined
  const sums = { held: 0n, 'on-hold': 0n, retired: 0n, cancelled: 0n, used: 0n, abroad: 0n, 'not-issued': 0n }
  const listed: Part[] = []
  let count = 0
  for await (const part of partsOfBatch(services, id)) {
    invariant(part.state in sums, 'units of a batch are somewhere')
    sums[part.state as keyof typeof sums] += part.last - part.first + 1n
    count += 1
    if (count <= MAX_RUNS) listed.push(part)
  }
  const names = await namesIn(
    services,
    row.entry,
    listed.map(({ account }) => account),
  )
  const runs = listed.map((part): Run => {
    const { state, holds, account } = part
    return { ...names.block(id, part), state, owner: names.party(account), holds }
  })
  return {
    ...batchOf(row, names),
    runs,
    sums: {
      held: `${sums.held}`,
      onHold: `${sums['on-hold']}`,
      retired: `${sums.retired}`,
      cancelled: `${sums.cancelled}`,
      used: `${sums.used}`,
      abroad: `${sums.abroad}`,
      takenBack: `${sums['not-issued']}`,
    },
    truncated: count > MAX_RUNS,
  }
}

/** The parts of a batch, ascending: runs, cut where holds begin and end. */
async function* partsOfBatch(services: Services, id: string): AsyncGenerator<Part> {
  const batch = await services.ledger.row('batch', id)
  invariant(batch, 'an issued batch has its row')
  for (let first = batch.first; first <= batch.last; ) {
    const runs = await services.ledger.runs(batch.space, { first, last: batch.last }, RUNS_A_READ)
    const accounts = [...new Set(runs.map(({ account }) => account))]
    const [names, holds] = await Promise.all([namesIn(services, accounts), holdsOn(services, [id, ...accounts])])
    for (const run of runs) yield* cutByHolds(run, names.party(run.account).kind, holds)
    const last = runs.at(-1)?.last
    invariant(last !== undefined && last >= first, 'runs cover their batch without a hole')
    first = last + 1n
  }
}
