import { z } from 'zod'

export const DEFAULT_PAGE = 50
export const MAX_PAGE = 200

/** Query of a list. Extend it with what the list can be filtered by. */
export const PageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, `must be a whole number from 1 to ${MAX_PAGE}`)
    .transform(Number)
    .optional()
    .meta({ description: `How many items, 1 to ${MAX_PAGE}; ${DEFAULT_PAGE} if not given.` }),
  cursor: z
    .string()
    .max(500, 'must be the `next` of an earlier page')
    .optional()
    .meta({ description: 'The `next` of the page before. Without it the first page.' }),
})
export type PageQuery = z.infer<typeof PageQuery>

/** A page of a list: `next` is the cursor of the following page, null on the last. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}

export interface Page<Item> {
  items: Item[]
  next: string | null
}
