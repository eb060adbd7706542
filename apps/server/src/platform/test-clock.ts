import type { Clock, Ledger } from '@tallystick/ledger'
import type { Config } from './config.ts'
import { StartupError } from './startup-error.ts'

const DAY_MS = 86_400_000

/**
 * The clock of a rehearsal, so many days ahead of this computer's; undefined where the configuration asks for none: then
 * the ledger keeps to the computer's, and holds that to the database's.
 */
export function testClock({ TEST_CLOCK_DAYS: days }: Config): Clock | undefined {
  return days === 0 ? undefined : () => new Date(Date.now() + days * DAY_MS)
}

/**
 * Only a test ledger may be told a time that is not yet: instants of a real one stand for ever. Asked before a ledger is
 * founded. Throws StartupError.
 */
export async function refuseTestClock(config: Config, ledger: Ledger): Promise<void> {
  if (config.TEST_CLOCK_DAYS === 0) return
  const isTest = (await ledger.genesis())?.test ?? config.systemCountryCode === undefined
  if (isTest) return
  throw new StartupError(
    'TEST_CLOCK_DAYS is for rehearsals in a test ledger. This is the ledger of a country, whose times are true: unset it.',
  )
}
