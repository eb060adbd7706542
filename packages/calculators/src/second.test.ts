import { expect, test } from 'vitest'
import { calculate, GWP_SETS, type Reduction, type Value } from './calculate.ts'
import { methodOf, methods } from './methods.ts'
import { isRefused } from './problem.ts'
import { draw, randomOf } from './random.fixture.ts'
import { over, type Second } from './second/common.fixture.ts'
import { energy } from './second/energy.fixture.ts'
import { land } from './second/land.fixture.ts'

const second = { ...energy, ...land }
const rounds = Number(process.env.TALLYSTICK_CALCULATIONS ?? 300)
const seed = process.env.TEST_SEED ?? String(Date.now())
console.log(`TEST_SEED=${seed}`)

const CLOSE = 1e-9
/** So many inputs are drawn at most for one that is calculated. */
const MOST_DRAWS = 60

function isClose(found: string | undefined, wanted: number, scale: number): boolean {
  return Math.abs(Number(found) - wanted) <= CLOSE * Math.max(Math.abs(wanted), scale) + Number.MIN_VALUE
}

/** What both say, where they do not say the same. */
function difference(result: Reduction | Value, other: Exclude<Second, string>): string | undefined {
  const scale = other.scale ?? 0
  if (result.of === 'value' && 'value' in other) {
    const isRounded =
      other.nearly !== undefined &&
      Math.abs(other.nearly - Math.round(other.nearly)) <= CLOSE * (scale + Math.abs(other.nearly))
    const isNear =
      isRounded && Math.abs(Number(result.value) - other.value) <= 1 + CLOSE * (scale + Math.abs(other.value))
    return isNear || isClose(result.value, other.value, other.nearly === undefined ? scale : 0)
      ? undefined
      : `${result.value} is not ${other.value}`
  }
  if (result.of !== 'reduction' || 'value' in other) return 'one gives a reduction, the other a value'
  const { be, pe, le, more = {} } = other
  const all = Math.max(scale, Math.abs(be), Math.abs(pe), Math.abs(le))
  const pairs: [string | undefined, number, number][] = [
    [result.be, be, scale],
    [result.pe, pe, scale],
    [result.le, le, scale],
    [result.er, be - pe - le, all],
    ...Object.entries(more).map(([key, value]): [string | undefined, number, number] => [
      result.outputs[key]?.value,
      value,
      scale,
    ]),
  ]
  const wrong = pairs.filter(([found, wanted, size]) => !isClose(found, wanted, size))
  return wrong.length === 0 ? undefined : wrong.map(([found, wanted]) => `${found} is not ${wanted}`).join('; ')
}

test('every method has a second formula', () => {
  expect(Object.keys(second).toSorted()).toEqual(
    methods()
      .map(({ id }) => id)
      .toSorted(),
  )
})

test.each(Object.keys(second))(`%s: ${rounds} random inputs agree with the second formula`, (id) => {
  const method = methodOf(id)
  const formula = second[id]
  if (!method || !formula) throw new Error(`no method ${id}`)
  const random = randomOf(`${seed} ${id}`)
  let calculated = 0
  // Inputs that both refuse agree, too, but only those that both calculate are counted.
  for (let round = 0; calculated < rounds; round += 1) {
    if (round > rounds * MOST_DRAWS) throw new Error(`TEST_SEED=${seed}: only ${calculated} of ${round} are calculated`)
    const gwpSet = GWP_SETS[Math.floor(random() * GWP_SETS.length)] ?? 'AR5'
    const drawn = draw(method.inputs, random, { gwpSet })
    const other = formula(over(drawn.plain), gwpSet)
    if (other === 'undecided') continue
    const result = calculate(id, drawn.inputs, { gwpSet })
    const said = isRefused(result) ? result.problems.map(({ code }) => code) : []
    const wrong = isRefused(result)
      ? other === 'refused' && said.every((code) => code === 'not-eligible' || code === 'not-computable')
        ? undefined
        : JSON.stringify(result.problems)
      : other === 'refused'
        ? 'should have been refused'
        : difference(result, other)
    if (wrong)
      throw new Error(`TEST_SEED=${seed}, round ${round}: ${wrong}\n${JSON.stringify({ gwpSet, ...drawn }, null, 1)}`)
    if (!isRefused(result)) calculated += 1
  }
  expect(calculated).toBe(rounds)
})
