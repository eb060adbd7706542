import { expect, test } from 'vitest'
import { mirrorRecorded } from './entries/mirrors.ts'
import { LegalDate } from './ids.ts'
import { isRefusal } from './refusal.ts'

test('a date that is none is refused, not thrown', () => {
  for (const text of ['2026-02-30', '2026-13-01', '26-1-1', '', 'yesterday', '99999-01-01']) {
    expect(LegalDate.safeParse(text).success, text).toBe(false)
  }
  expect(LegalDate.safeParse('2024-02-29').success).toBe(true)
})

test('a range of no numbers is refused, not thrown', () => {
  const record = (range: [unknown, unknown]) => ({
    registry: 'verra',
    space: 'verra:VCU',
    range,
    project: { id: '0'.repeat(32), code: '934' },
    vintage: '2020',
    unitType: 'VCU',
    issued: true,
    issuedOn: null,
    fate: 'active',
    fateOn: null,
    facts: '0'.repeat(64),
  })
  expect(isRefusal(mirrorRecorded.bindBody(record(['9', '10'])))).toBe(false)
  for (const range of [
    ['10', '9'],
    ['12n', '13'],
    ['', ''],
    ['0x1', '2'],
    [1, 2],
  ] as [unknown, unknown][]) {
    expect(mirrorRecorded.bindBody(record(range))).toMatchObject({ refused: 'malformed' })
  }
})
