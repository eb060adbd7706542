import { expect, test } from 'vitest'
import { rulePages, writtenPages } from '../scripts/rule-pages.ts'

test('the pages of docs/rules say what the code does: `npm run docs:rules` writes them anew', () => {
  const [made, written] = [rulePages(), writtenPages()]
  expect([...written.keys()].sort()).toEqual([...made.keys()].sort())
  for (const [name, text] of made) expect(written.get(name), name).toBe(text)
})

test('no page has an empty cell but where nothing can be said', () => {
  for (const [name, text] of rulePages()) {
    expect(text, name).not.toMatch(/undefined|\[object|NaN/)
    expect(text, name).not.toMatch(/^\| *\|/m)
  }
})
