import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { calculate } from './calculate.ts'
import { methods } from './methods.ts'
import { isRefused } from './problem.ts'
import { problemText } from './texts.ts'
import { elsewhere, vectors } from './vectors.fixture.ts'

test.each(vectors)('$id', ({ method, inputs, gwpSet, output, expect: wanted, tolerance = 1e-3 }) => {
  const result = calculate(method, inputs, gwpSet ? { gwpSet } : {})
  if (isRefused(result)) throw new Error(result.problems.map((one) => problemText(one)).join('\n'))
  const main = result.of === 'value' ? result.value : result.er
  const step = result.trace.findLast((one) => one.step === output)
  const value = Number(output === undefined ? main : (result.outputs[output]?.value ?? step?.value))
  expect(Math.abs(value - wanted)).toBeLessThanOrEqual(tolerance)
})

test.each(elsewhere)('$id is tested where it belongs: $file', ({ file, contains }) => {
  expect(readFileSync(resolve(import.meta.dirname, '../../..', file), 'utf8')).toContain(contains)
})

test('every method has a worked number, but for those whose source gives none', () => {
  const worked = new Set(vectors.map(({ method }) => method))
  const without = methods().flatMap(({ id }) => (worked.has(id) ? [] : [id]))
  expect(without).toEqual(['AMS-I.D', 'TOOL07-BM', 'TOOL03', 'TOOL05', 'TOOL06', 'SAMPLING'])
})
