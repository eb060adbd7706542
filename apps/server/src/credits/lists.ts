import type { EntryType, Page } from '@tallystick/contract'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { type LogRow, newestEntries } from '../platform/entries.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'

/** A page's query, and what the list is to be about. */
export interface AboutQuery {
  limit?: number | undefined
  cursor?: string | undefined
  project?: string | undefined
  batch?: string | undefined
  account?: string | undefined
}

/** A page of what entries of one type tell, newest first. */
export async function pageOfEntries<Type extends EntryType, Item>(
  services: Services,
  type: Type,
  query: AboutQuery,
  itemOf: (row: LogRow<Type>, names: KnownNames) => Item,
): Promise<Page<Item>> {
  const limit = limitOf(query)
  const [before] = decodeCursor(NumberKey, query.cursor) ?? []
  const stream = query.project ?? query.batch ?? query.account
  const rows = await newestEntries(services, type, { stream, before }, limit + 1)
  const names = await namesIn(
    services,
    rows.map(({ entry }) => entry),
  )
  return pageFrom(
    rows,
    limit,
    (row) => itemOf(row, names),
    ({ place }) => [place],
  )
}
