import {
  type EntryDetails,
  type EntryListed,
  listEntries,
  readEntryAt,
  readReceipt,
  sentenceOf,
} from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { entryAt, type LogRow, logRowOf } from '../platform/entries.ts'
import { type KnownNames, namesIn, speechOf } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import { receiptText } from '../platform/proof.ts'
import type { Services } from '../platform/services.ts'

/** The log, entry by entry. */
export function registerEntries(app: FastifyInstance, services: Services): void {
  handle(app, services, listEntries, async ({ query }) => {
    const limit = limitOf(query)
    const [from = query.from ?? 0] = decodeCursor(NumberKey, query.cursor) ?? []
    const rows = (await services.ledger.entries(from, limit + 1)).map(logRowOf)
    const listed = await listedEntries(services, rows)
    return pageFrom(
      listed,
      limit,
      (entry) => entry,
      ({ index }) => [index + 1],
    )
  })

  handle(app, services, readEntryAt, async ({ params }) => {
    const entry = await entryDetails(services, params.index)
    if (!entry) throw problem('not-found')
    return entry
  })

  handle(app, services, readReceipt, async ({ params, query, reply }) => {
    const { index } = params
    if (index >= (await services.ledger.head()).size) throw problem('not-found')
    reply.header('content-disposition', `attachment; filename="entry-${index}.tlog-proof"`)
    return receiptText(services, index, query.wait === 'proof')
  })
}

/** The newest entries, in words, newest first. */
export async function newestListed(services: Services, count: number): Promise<EntryListed[]> {
  const { size } = await services.ledger.head()
  const rows = await services.ledger.entries(Math.max(0, size - count), count)
  return listedEntries(services, rows.map(logRowOf).reverse())
}

/** Entries in words. */
export async function listedEntries(services: Services, rows: readonly LogRow[]): Promise<EntryListed[]> {
  const names = await namesIn(
    services,
    rows.map(({ entry }) => entry),
  )
  return rows.map((row) => listedEntry(row, names, services))
}

function listedEntry({ index, leaf, entry }: LogRow, names: KnownNames, services: Services): EntryListed {
  const { at, type, by } = entry
  return { index, leaf, at, type, by, sentence: sentenceOf(entry, names, speechOf(services)) }
}

/** An entry with its exact bytes, or undefined where the log has none. */
export async function entryDetails(services: Services, index: number): Promise<EntryDetails | undefined> {
  const row = await entryAt(services, index)
  if (!row) return undefined
  const [names, checkpoint] = await Promise.all([namesIn(services, row.entry), services.ledger.tree.checkpoint()])
  return {
    index,
    leaf: row.leaf,
    sentence: sentenceOf(row.entry, names, speechOf(services)),
    provable: (checkpoint?.size ?? 0) > index,
    bytes: Buffer.from(row.bytes).toString('base64'),
    entry: { ...row.entry, body: { ...row.entry.body } },
  }
}
