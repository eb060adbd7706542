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

/** Reads at once what the items of a page need besides their names, and answers how each is shown. */
export type Show<Type extends EntryType, Item> = (
  services: Services,
  rows: readonly LogRow<Type>[],
  names: KnownNames,
) => Promise<(row: LogRow<Type>) => Item>

/** Items that need nothing besides their names. */
export function each<Type extends EntryType, Item>(
  itemOf: (row: LogRow<Type>, names: KnownNames) => Item,
): Show<Type, Item> {
  return async (_services, _rows, names) => (row) => itemOf(row, names)
}

/** A page of what entries of one type tell, newest first. */
export async function pageOfEntries<Type extends EntryType, Item>(
  services: Services,
  type: Type,
  query: AboutQuery,
  show: Show<Type, Item>,
): Promise<Page<Item>> {
  const limit = limitOf(query)
  const [before] = decodeCursor(NumberKey, query.cursor) ?? []
  const stream = query.project ?? query.batch ?? query.account
  const rows = await newestEntries(services, type, { stream, before }, limit + 1)
  const names = await namesIn(
    services,
    rows.map(({ entry }) => entry),
  )
  const itemOf = await show(services, rows, names)
  return pageFrom(rows, limit, itemOf, ({ place }) => [place])
}

/** What one entry tells. */
export async function shown<Type extends EntryType, Item>(
  services: Services,
  row: LogRow<Type>,
  show: Show<Type, Item>,
): Promise<Item> {
  const names = await namesIn(services, row.entry)
  return (await show(services, [row], names))(row)
}
