import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { readConfig } from './config.ts'
import { refuseTestClock, testClock } from './test-clock.ts'

let rehearsal: TestRegistry
let real: TestRegistry
beforeAll(async () => {
  rehearsal = await testRegistry()
  real = await testRegistry({ country: { code: 'NA', name: 'Namibia' } })
})
afterAll(async () => {
  await rehearsal?.close()
  await real?.close()
})

const config = (given: Record<string, string>) => readConfig(given, '/nonexistent')

it('is so many days ahead, and none where nothing is said', () => {
  const ahead = testClock(config({ TEST_CLOCK_DAYS: '31' }))
  expect(Math.round(((ahead?.().getTime() ?? 0) - Date.now()) / 86_400_000)).toBe(31)
  expect(testClock(config({}))).toBeUndefined()
  expect(() => config({ TEST_CLOCK_DAYS: '-1' })).toThrow('TEST_CLOCK_DAYS is "-1": must be a whole number')
})

it('is refused by the ledger of a country, founded or to be', async () => {
  const ahead = config({ TEST_CLOCK_DAYS: '31' })
  await refuseTestClock(ahead, rehearsal.services.ledger)
  await refuseTestClock(config({}), real.services.ledger)
  await expect(refuseTestClock(ahead, real.services.ledger)).rejects.toThrow('TEST_CLOCK_DAYS is for rehearsals')
  const empty = { genesis: async () => undefined } as unknown as TestRegistry['services']['ledger']
  const founding = config({ TEST_CLOCK_DAYS: '31', systemCountryCode: 'NA' })
  await expect(refuseTestClock(founding, empty)).rejects.toThrow('TEST_CLOCK_DAYS is for rehearsals')
  await refuseTestClock(ahead, empty)
})
