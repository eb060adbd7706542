import { DEFAULT_PAGE, type Page } from '@tallystick/contract'
import { z } from 'zod'
import { problem } from './problem.ts'
import { refuseOddText } from './text.ts'

/** Where a list goes on: the values of its sort key in the last item given. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** The sort key in a cursor, or undefined without one. Throws a problem for what this list did not give out. */
export function decodeCursor<Key extends z.ZodType>(
  schema: Key,
  cursor: string | undefined,
): z.output<Key> | undefined {
  if (cursor === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    refuseOddText(value)
  } catch {
    throw badCursor()
  }
  const key = schema.safeParse(value)
  if (!key.success || encodeCursor(value as (string | number)[]) !== cursor) throw badCursor()
  return key.data
}

function badCursor() {
  return problem('cursor-invalid', {}, [{ field: 'cursor', message: 'is not a cursor of this list' }])
}

/** A text in a cursor. What the database cannot hold is refused in any cursor. */
export const TextPart = z.string().max(200)
/** An instant in a cursor, as PostgreSQL knows them: its years begin at 1. */
export const InstantPart = z.iso.datetime().refine((at) => at >= '0001')

/** A cursor over ids. */
export const IdKey = z.tuple([TextPart])
/** A cursor over what is sorted by the instant of its making, then by id. */
export const CreatedKey = z.tuple([InstantPart, TextPart])
/** A cursor over numbers that only grow: index or revision. */
export const NumberKey = z.tuple([z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)])

/**
 * Cuts a page out of rows that were read in order, one more than `limit` of them (`limitOf` + 1), and names its end.
 */
export function pageFrom<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  keyOf: (row: Row) => readonly (string | number)[],
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(itemOf),
    next: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  }
}

/** How many items a page has. */
export function limitOf(query: { limit?: number | undefined }): number {
  return query.limit ?? DEFAULT_PAGE
}
