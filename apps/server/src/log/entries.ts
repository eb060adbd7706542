import {
  type EntryDetails,
  type EntryListed,
  isolating,
  type Language,
  listEntries,
  type Names,
  readEntryAt,
  readReceipt,
  type Speech,
  sentenceOf,
} from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { entryAt, type LogRow, logRowOf } from '../platform/entries.ts'
import { spokenTo } from '../platform/language.ts'
import { namesIn, speechOf } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import { receiptText } from '../platform/proof.ts'
import type { Services } from '../platform/services.ts'
import { takenBack } from '../platform/taken-back.ts'

/** The log, entry by entry. */
export function registerEntries(app: FastifyInstance, services: Services): void {
  handle(app, services, listEntries, async ({ query, request, reply }) => {
    const limit = limitOf(query)
    const [from = query.from ?? 0] = decodeCursor(NumberKey, query.cursor) ?? []
    const rows = (await services.ledger.entries(from, limit + 1)).map(logRowOf)
    const listed = await listedEntries(services, rows, asWritten, spokenTo(request, reply))
    return pageFrom(
      listed,
      limit,
      (entry) => entry,
      ({ index }) => [index + 1],
    )
  })

  handle(app, services, readEntryAt, async ({ params, request, reply }) => {
    const entry = await entryDetails(services, params.index, asWritten, spokenTo(request, reply))
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

/** The newest entries, in words, newest first. What people wrote is isolated, for pages. */
export async function newestListed(services: Services, count: number, language: Language): Promise<EntryListed[]> {
  const { size } = await services.ledger.head()
  const rows = await services.ledger.entries(Math.max(0, size - count), count)
  return listedEntries(services, rows.map(logRowOf).reverse(), isolating, language)
}

type Naming = (names: Names) => Names
const asWritten: Naming = (names) => names

/** Entries in words. */
async function listedEntries(
  services: Services,
  rows: readonly LogRow[],
  naming: Naming,
  language: Language,
): Promise<EntryListed[]> {
  const names = await namesIn(
    services,
    rows.map(({ entry }) => entry),
  )
  const speech = speechOf(services, language)
  return rows.map((row) => listedEntry(row, naming(names), speech))
}

function listedEntry({ index, leaf, entry }: LogRow, names: Names, speech: Speech): EntryListed {
  const { at, type, by } = entry
  return { index, leaf, at, type, by, sentence: sentenceOf(entry, names, speech) }
}

/** An entry with its exact bytes, for a page: in its sentence what people wrote is isolated. */
export function shownEntry(services: Services, index: number, language: Language): Promise<EntryDetails | undefined> {
  return entryDetails(services, index, isolating, language)
}

/** An entry with its exact bytes, or undefined where the log has none. */
async function entryDetails(
  services: Services,
  index: number,
  naming: Naming,
  language: Language,
): Promise<EntryDetails | undefined> {
  const row = await entryAt(services, index)
  if (!row) return undefined
  const [names, checkpoint, back] = await Promise.all([
    namesIn(services, row.entry),
    services.ledger.tree.checkpoint(),
    takenBack(services, [row]),
  ])
  return {
    index,
    leaf: row.leaf,
    sentence: sentenceOf(row.entry, naming(names), speechOf(services, language)),
    takenBack: back.get(index) ?? null,
    provable: (checkpoint?.size ?? 0) > index,
    bytes: Buffer.from(row.bytes).toString('base64'),
    entry: { ...row.entry, body: { ...row.entry.body } },
  }
}
