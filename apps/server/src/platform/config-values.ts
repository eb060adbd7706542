import { isIP } from 'node:net'
import { z } from 'zod'
import { endpointOf } from './mail/endpoint.ts'
import { StartupError } from './startup-error.ts'
import { witnessList } from './witnesses.ts'

// What values of environment variables may be.

export const text = z.string()
export const wholeNumber = (least: number, most: number) =>
  text
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((number) => number >= least && number <= most, `must be a whole number from ${least} to ${most}`)
export const webAddress = (message: string) =>
  z.url({ protocol: /^https?$/, error: message }).transform((url) => url.replace(/\/+$/, ''))

export const ledgerType = text.transform((type, context): 'PGSQL' => {
  if (type === 'PGSQL' || type === 'OQDB') return 'PGSQL'
  const reasons: Record<string, string> = {
    QLDB: 'Amazon ended the QLDB service on 2025-07-31; use PGSQL',
    MEMORY: 'a ledger in memory is for tests and would be lost with the process; use PGSQL',
  }
  context.addIssue(reasons[type] ?? 'must be PGSQL (OQDB means the same)')
  return z.NEVER
})

export const witnesses = text.transform((list, context) => {
  try {
    return witnessList(list)
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    context.addIssue(error.message)
    return z.NEVER
  }
})

export const smtpEndpoint = text.transform((endpoint, context) => {
  const read = endpointOf(endpoint)
  if (typeof read !== 'string') return read
  context.addIssue(read)
  return z.NEVER
})

export const proxies = text.transform((list, context): string[] => {
  const named = list.split(',').map((one) => one.trim())
  if (named.every(isNetwork)) return named
  context.addIssue('must be addresses or networks such as 10.0.0.0/8, separated by commas')
  return z.NEVER
})

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const most = isIP(address) === 4 ? 32 : 128
  return (
    isIP(address) > 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  )
}

export const trueOrFalse = text
  .refine((value) => value === 'true' || value === 'false', 'must be true or false')
  .transform((value) => value === 'true')

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
