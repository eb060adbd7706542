import { z } from 'zod'
import { AccountKind } from './account-kind.ts'
import { Amount, choiceOf, Id, Quantity } from './common.ts'

/** One serial number in a request. */
export const SerialNumber = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/, 'must be a whole number of at most 15 digits, as a string such as "1201"')
  .meta({ id: 'SerialNumber', description: 'One serial number, as a decimal string.' })

/** Consecutive serial numbers in a request, both ends included. */
export const SerialRange = z
  .strictObject({ first: SerialNumber, last: SerialNumber })
  .refine(({ first, last }) => (first.length === last.length ? first <= last : first.length < last.length), {
    path: ['last'],
    message: 'must not be before first',
  })
  .meta({ id: 'SerialRange', description: 'Consecutive serial numbers, both ends included.' })
export type SerialRange = z.infer<typeof SerialRange>

/** Consecutive serial numbers in an answer. */
export const Block = z
  .object({
    first: z.string(),
    last: z.string(),
    quantity: Amount,
    serial: z.string().meta({ description: 'The range as it is printed.' }),
  })
  .meta({ id: 'Block', description: 'Consecutive serial numbers, both ends included.' })
export type Block = z.infer<typeof Block>

export const OrganisationRef = z
  .object({ id: Id, name: z.string().nullable().meta({ description: 'Null where the name was erased.' }) })
  .meta({ id: 'OrganisationRef' })
export type OrganisationRef = z.infer<typeof OrganisationRef>

export const Party = z
  .object({ account: Id, kind: AccountKind, organisation: OrganisationRef })
  .meta({ id: 'Party', description: 'An account and whose it is.' })
export type Party = z.infer<typeof Party>

export const ProjectRef = z
  .object({
    id: Id,
    number: z.number().int(),
    title: z.string().nullable().meta({ description: 'Null where the title was erased.' }),
  })
  .meta({ id: 'ProjectRef' })
export type ProjectRef = z.infer<typeof ProjectRef>

export const UnitType = z
  .string()
  .regex(/^[A-Z0-9]{3,4}$/, 'must be a type of unit such as ITMO')
  .meta({ description: 'A type of unit that the preset of the country names, such as `ITMO`.' })

export const Vintage = z
  .string()
  .regex(/^20\d\d$/, 'must be a year such as 2024')
  .meta({ description: 'Calendar year in which the mitigation happened.' })

export const LegalDate = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'must be a date such as 2026-01-31')
  .refine((text) => isDay(text), 'must be a day of the calendar')
  .meta({ description: 'A day, as the document says it; compared with the time of an entry, a day in UTC.' })

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

export const MonitoringPeriod = z.strictObject({ from: LegalDate, to: LegalDate }).meta({ id: 'MonitoringPeriod' })

/** How many units, in one of three ways. */
export const chosenUnits = {
  quantity: Quantity.optional().meta({ description: 'So many units, lowest free serial numbers first.' }),
  ranges: z
    .array(SerialRange)
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'Exactly these, ascending, at most 100 ranges.' }),
  serial: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .meta({ description: 'Exactly these, as printed: one serial number or range of one batch.' }),
}

/** Exactly one of `quantity`, `ranges` and `serial`. */
export const oneChoice = choiceOf(['quantity', 'ranges', 'serial'], 'give one of quantity, ranges and serial')
