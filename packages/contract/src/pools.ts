import { z } from 'zod'
import { Code, Id, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { Party } from './units.ts'

const named = {
  buffer: Id.nullable().meta({ description: 'A buffer account; once named, it stays.' }),
  shareOfProceeds: Id.nullable().meta({ description: 'A share-of-proceeds account.' }),
  omge: Id.nullable().meta({ description: 'An OMGE account, which nothing leaves.' }),
  host: Id.nullable().meta({ description: 'A holding account.' }),
}

const shown = {
  buffer: Party.nullable(),
  shareOfProceeds: Party.nullable(),
  omge: Party.nullable(),
  host: Party.nullable(),
}

export const readPools = defineOperation({
  id: 'readPools',
  method: 'GET',
  path: '/national/pools',
  summary: 'Read the accounts to which parts of issuances go',
  tag: 'Pools',
  access: 'public',
  answer: z.object(shown).meta({ id: 'Pools', description: 'Null where none is named.' }),
})

export const namePools = defineOperation({
  id: 'namePools',
  method: 'POST',
  path: '/national/pools',
  summary: 'Name the accounts to which parts of issuances go',
  description: 'All four are said: the whole takes the place of what was named before.',
  tag: 'Pools',
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z.strictObject(named),
  status: 201,
  answer: z.object({ ...shown, entry: Written }).meta({ id: 'PoolsNamed' }),
  problems: ['account-unknown', 'account-kind', 'account-not-active', 'pool-in-use', 'nothing-changes'],
})

/** A percentage with at most four decimals. */
export const Percentage = z
  .string()
  .regex(/^(100|[1-9]?\d)(\.\d{1,4})?$/, 'must be a percentage as a string such as "12.5"')
  .meta({ id: 'Percentage', description: 'Per cent, at most four decimals, as a string.' })

export const Levy = z.enum(['shareOfProceeds', 'omge', 'host']).meta({ id: 'Levy' })

export const issuanceTerms = {
  buffer: Percentage.meta({ description: 'Part of each issuance that goes to the buffer, from the reversal risk.' }),
  exempt: z
    .array(Levy)
    .max(3)
    .refine((exempt) => new Set(exempt).size === exempt.length, 'each levy stands once')
    .default([])
    .meta({ description: 'Levies that are not taken from this project.' }),
  reason: Code.meta({ description: 'A word of the preset, such as `risk-assessment`.' }),
}
