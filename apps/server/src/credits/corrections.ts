import {
  type Correction,
  correctEntry,
  type Language,
  listCorrections,
  readCorrection,
  sentenceOf,
} from '@tallystick/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { entryAt, entryOf, isOf, type LogRow, placeOf } from '../platform/entries.ts'
import { execute } from '../platform/idempotency.ts'
import { spokenTo } from '../platform/language.ts'
import { type KnownNames, speechOf } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { pageOfEntries, type Show, shown } from './lists.ts'

/** Entries that are taken back. */
export function registerCorrections(app: FastifyInstance, services: Services): void {
  handle(app, services, correctEntry, async (call) => {
    const { index, reason } = call.body
    const original = await entryAt(services, index)
    if (!original) throw problem('not-found')
    const request = { original: carried(original), reason }
    const receipt = await execute(services, call, { type: 'EntryCorrected', request })
    return shown(services, { ...receipt, entry: entryOf('EntryCorrected', receipt) }, showCorrections(call.reply))
  })

  handle(app, services, readCorrection, async ({ params, reply }) => {
    const row = await entryAt(services, params.index)
    if (!row || !isOf(row, 'EntryCorrected')) throw problem('not-found')
    return shown(services, row, showCorrections(reply))
  })

  handle(app, services, listCorrections, ({ query, reply }) =>
    pageOfEntries(services, 'EntryCorrected', query, showCorrections(reply)),
  )
}

/** What a correction carries: the whole entry; of an issuance its index, and what it says. */
function carried({ entry, index }: LogRow): object {
  if (entry.type !== 'BatchIssued') return entry
  const { type, at, by, body } = entry
  return { index, type, at, by, body }
}

function showCorrections(reply: FastifyReply): Show<'EntryCorrected', Correction> {
  const language = spokenTo(reply.request, reply)
  return async (services, rows, names) => correctionsOf(services, rows, names, language)
}

async function correctionsOf(
  services: Services,
  rows: readonly LogRow<'EntryCorrected'>[],
  names: KnownNames,
  language: Language,
): Promise<(row: LogRow<'EntryCorrected'>) => Correction> {
  const { rows: keys } = await services.pool.query<{ id: string; index: string }>({
    name: 'entries-by-key',
    text: 'SELECT id, index FROM ledger_key WHERE id = ANY($1)',
    values: [rows.flatMap((row) => keyOf(row) ?? [])],
  })
  const byKey = new Map(keys.map(({ id, index }) => [id, Number(index)]))
  const speech = speechOf(services, language)
  return (row) => {
    const { original, reason } = row.entry.body
    return {
      id: row.index,
      corrected: { index: original.index ?? byKey.get(keyOf(row) ?? '') ?? null, type: original.type },
      reason,
      sentence: sentenceOf(row.entry, names, speech),
      entry: placeOf(row),
    }
  }
}

function keyOf({ entry }: LogRow<'EntryCorrected'>): string | null {
  return entry.body.original.key ?? null
}
