import { z } from 'zod'

export const tag = 'Documents'

export const Json = z.record(z.string(), z.unknown())

export const TemplateCode = z.string().meta({ description: 'A template and its version, such as `PDD@1`.' })

export const Path = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9-]{0,39}(\.[A-Za-z0-9][A-Za-z0-9-]{0,39}){1,3}$/,
    'must be a place such as A2.locations.0.name',
  )
  .meta({ description: 'A field `A2.locations`, a row of a table `A2.locations.0`, or a cell `A2.locations.0.name`.' })

/** Languages in which documents are shown. */
const PaperQuery = z.strictObject({
  language: z
    .enum(['en', 'fr', 'es', 'ar'])
    .optional()
    .meta({ description: 'Of labels, numbers and dates; that of the request where it is left out.' }),
})

export const page = { media: 'text/html; charset=utf-8', query: PaperQuery, answer: z.string() } as const
export const pdf = { media: 'application/pdf', query: PaperQuery, answer: z.string() } as const
