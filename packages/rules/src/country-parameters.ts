import { z } from 'zod'
import { DocumentName, LegalDate } from './ids.ts'

/** What a country calls a version of its parameters. */
export const ParameterVersion = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'must be letters, digits and . _ -, at most 40')

const Words = z
  .string()
  .max(500)
  .refine((text) => text.trim() !== '' && text.isWellFormed())

const Parameter = z
  .strictObject({
    key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
    /** A decimal: up to 18 digits, a point, up to 20 more. */
    value: z.string().regex(/^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,20})?$/),
    unit: Words,
    source: Words,
    sourceVersion: Words,
    /** First and last day on which it holds; null where it has always held, or holds on. */
    validFrom: LegalDate.nullable(),
    validTo: LegalDate.nullable(),
    /** Who has compared it with its source, and when. */
    verifiedBy: Words.nullable(),
    verifiedAt: LegalDate.nullable(),
  })
  .refine(({ validFrom, validTo }) => validFrom === null || validTo === null || validFrom <= validTo)
  .refine(({ verifiedBy, verifiedAt }) => (verifiedBy === null) === (verifiedAt === null))

/**
 * The form of a country's parameters for calculations. Which keys there are, and between which limits their values lie, is
 * no matter of the ledger: those who calculate judge it, and a later program may know more of it.
 */
export const CountryParameters = z
  .strictObject({ id: DocumentName, version: ParameterVersion, entries: z.array(Parameter).max(5000) })
  .refine(({ entries }) => areApart(entries), 'of one key a single entry holds on a day')
export type CountryParameters = z.infer<typeof CountryParameters>

/** Does of each key one entry hold on a day, and no second one? */
function areApart(entries: readonly z.infer<typeof Parameter>[]): boolean {
  const last = new Map<string, string>()
  const from = ({ validFrom }: z.infer<typeof Parameter>) => validFrom ?? ''
  return entries
    .toSorted((a, b) => (from(a) < from(b) ? -1 : from(a) > from(b) ? 1 : 0))
    .every((entry) => {
      const until = last.get(entry.key)
      last.set(entry.key, entry.validTo ?? '9999-12-31')
      return until === undefined || from(entry) > until
    })
}
