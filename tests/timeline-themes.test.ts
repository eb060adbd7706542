import { isRefusal } from '@tallystick/rules'
import { expect, test } from 'vitest'
import { themeOf } from '../apps/server/src/history/themes.ts'
import type { EntryType } from '../packages/contract/src/entry-bodies.ts'
import { cases } from '../packages/rules/src/cases/all.cases.ts'
import { country } from '../packages/rules/src/cases/country.fixture.ts'

test('every type of entry that stands in the stream of a project has a theme in its time line', () => {
  const found = new Set<string>()
  for (const { type, refused, act } of cases) {
    if (refused !== undefined) continue
    const outcome = act(country())
    if (!isRefusal(outcome) && outcome.streams.includes('project')) found.add(type)
  }
  expect(found.size).toBeGreaterThan(30)
  expect([...found].filter((type) => themeOf(type as EntryType) === 'other')).toEqual([])
})
