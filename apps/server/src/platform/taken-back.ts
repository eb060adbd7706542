import type { Written } from '@tallystick/contract'
import { endedIdOf } from '@tallystick/rules'
import { entryAt, type LogRow, placeOf } from './entries.ts'
import type { Services } from './services.ts'

/** Those of these entries that were taken back, by their index, each with the entry that did. */
export async function takenBack(services: Services, rows: readonly LogRow[]): Promise<Map<number, Written>> {
  const ids = rows.map(({ entry, leaf }) => endedIdOf({ ...entry, body: { ...entry.body } }, leaf))
  const ended = await services.ledger.rows('ended', ids)
  const places = await Promise.all(
    rows.map(async ({ index }, at) => {
      const by = ended.get(ids[at] ?? '')
      const row = by && (await entryAt(services, by.index))
      return row ? [[index, placeOf(row)] as const] : []
    }),
  )
  return new Map(places.flat())
}
