import { z } from 'zod'

/** ISO 4217 codes of currencies that are known here. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

/** A sum of money: a decimal string, never a JSON number, and a currency. */
export const Money = z
  .strictObject({
    amount: z
      .string()
      .regex(/^(0|[1-9]\d{0,14})(\.\d{1,4})?$/, 'must be a sum of money as a string such as "1250000.00"')
      .meta({ description: 'Decimal string, at most 4 decimals.' }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be a currency such as USD')
      .refine((code) => CURRENCIES.has(code), 'must be a currency such as USD')
      .meta({ description: 'ISO 4217.' }),
  })
  .meta({ id: 'Money' })
export type Money = z.infer<typeof Money>
