import type { EntryType } from '@tallystick/contract'
import { entryAt, isOf, type LogRow, newestEntries } from '../platform/entries.ts'
import type { Services } from '../platform/services.ts'

/**
 * The latest entry of a type about a project before this one, whose body has an id in a field. The entry says where it stands in the
 * project's stream, so nothing that came after it is looked at.
 */
export async function lastBefore<Type extends EntryType>(
  services: Services,
  { entry }: LogRow,
  project: string,
  type: Type,
  naming: readonly [field: string, id: string],
): Promise<LogRow<Type> | undefined> {
  const place = entry.streams.find(([stream]) => stream === project)?.[1]
  const [found] = place ? await newestEntries(services, type, { stream: project, before: place, naming }, 1) : []
  return found
}

/** The entry by which an authorisation was granted: its row knows the index. */
export async function grantOf(services: Services, id: string): Promise<LogRow<'QuantityAuthorised'> | undefined> {
  const from = (await services.ledger.row('authorisation', id))?.granted[0]?.from
  const row = from === undefined ? undefined : await entryAt(services, from)
  return row && isOf(row, 'QuantityAuthorised') ? row : undefined
}
