import { expect, test } from 'vitest'
import { calculate } from './calculate.ts'
import { describe, summaries } from './describe.ts'
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }
import { methods } from './methods.ts'
import { isRefused } from './problem.ts'
import { draw, randomOf } from './random.fixture.ts'
import type { TraceStep } from './reading.ts'
import { LANGUAGES, problemText, warningText } from './texts.ts'

const inputs = methods().flatMap((method) =>
  Object.entries(method.inputs).flatMap(([key, input]) => [
    { id: method.id, key, input },
    ...(input.type === 'table'
      ? Object.entries(input.columns).map(([column, cell]) => ({ id: method.id, key: column, input: cell }))
      : []),
  ]),
)

test.each(Object.entries({ en, es, fr }))(
  'every method, input and choice has its words in %s, and no words are left over',
  (_, texts) => {
    const words = (family: string) => Object.keys(Object.entries(texts).find(([name]) => name === family)?.[1] ?? {})
    const keys = new Set(inputs.flatMap(({ id, key }) => (`${id} ${key}` in en.inputs ? [`${id} ${key}`] : [key])))
    const options = new Set<string>(inputs.flatMap(({ input }) => (input.type === 'choice' ? input.options : [])))
    const gates = new Set(methods().flatMap((method) => method.gates ?? []))
    const wanted = {
      methods: new Set(methods().map(({ id }) => id)),
      inputs: keys,
      choices: options,
      gates,
      rules: gates,
    }
    const found = Object.entries(wanted).map(([family, needed]) => {
      const there = words(family)
      const all = new Set<string>(needed)
      return {
        family,
        missing: [...all].filter((one) => !there.includes(one)),
        leftOver: there.filter((one) => !all.has(one)),
      }
    })
    expect(found).toEqual(Object.keys(wanted).map((family) => ({ family, missing: [], leftOver: [] })))
  },
)

test.each(LANGUAGES)('descriptions in %s are whole, and plain JSON', (language) => {
  for (const { id, title } of summaries(language)) {
    const description = describe(id, { language })
    expect(description?.title).toBe(title)
    expect(JSON.parse(JSON.stringify(description))).toEqual(description)
    expect(JSON.stringify(description)).not.toMatch(/undefined|"label":""/)
  }
  expect(describe('ACM9999', { language })).toBeUndefined()
})

test('a description tells what a form asks for', () => {
  const { inputs: fields = [] } = describe('AMS-II.G', { language: 'fr' }) ?? {}
  const field = (key: string) => fields.find((one) => one.key === key)
  expect(field('stoves')).toEqual({
    key: 'stoves',
    label: 'Nombre de foyers',
    type: 'number',
    required: true,
    kind: 'count',
    unit: '1',
    units: ['1'],
    limits: { min: '0', max: '1000000000', whole: true },
  })
  expect(field('nonRenewable')).toMatchObject({ required: true, default: { parameter: 'fnrb' } })
  expect(field('netToGross')).toMatchObject({ required: false, default: { value: '0.95', unit: '1' } })
  expect(field('fuelAfter')).toMatchObject({ when: { input: 'savingsRoute', is: ['measured', 'after'] } })
  expect(describe('AMS-I.D')?.gates.map(({ code }) => code)).toEqual([
    'capacity',
    'added-capacity',
    'gross-electricity',
    'power-density',
  ])
})

/** A formula of a trace by the language itself, with plain numbers. */
function recomputed({ formula, inputs: values }: TraceStep): number {
  const functions = {
    exp: Math.exp,
    ln: Math.log,
    sqrt: Math.sqrt,
    min: Math.min,
    max: Math.max,
    floor: Math.floor,
    ceil: Math.ceil,
  }
  const numbers = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]))
  const scope = { ...functions, ...numbers }
  const body = `return ${formula.replaceAll('^', '**').replace(/^-/, '0 -')}`
  return new Function(...Object.keys(scope), body)(...Object.values(scope))
}

test('every step of a trace gives its value from what is written beside it', () => {
  let steps = 0
  for (const method of methods()) {
    const random = randomOf(`trace of ${method.id}`)
    for (let round = 0; round < 10; round += 1) {
      const result = calculate(method.id, draw(method.inputs, random, { gwpSet: 'AR5' }).inputs)
      if (isRefused(result)) continue
      const parameters = new Map(result.parameters.map(({ key, value }) => [key, value]))
      for (const step of result.trace) {
        const { formula, value, inputs: values } = step
        // A discount near zero is beyond plain numbers.
        if (parameters.has(formula) || formula.includes('→') || formula.includes('^ -')) continue
        const isSum = formula.startsWith('sum(')
        const again = isSum ? Object.values(values).reduce((sum, part) => sum + Number(part), 0) : recomputed(step)
        const size = Math.max(
          1e-12,
          ...Object.values(values).map((one) => Math.abs(Number(one))),
          Math.abs(Number(value)),
        )
        const isRounded = /floor|ceil/.test(formula)
        expect(Math.abs(again - Number(value)), `${method.id} ${formula}`).toBeLessThanOrEqual(
          isRounded ? 1 : 1e-9 * size,
        )
        steps += 1
      }
    }
  }
  expect(steps).toBeGreaterThan(1000)
})

test('everything that can be said is said in words, with all places filled', () => {
  for (const method of methods()) {
    const random = randomOf(`words of ${method.id}`)
    for (const language of LANGUAGES) {
      const good = calculate(method.id, draw(method.inputs, random, { gwpSet: 'AR5' }).inputs)
      const bad = calculate(method.id, Object.fromEntries(Object.keys(method.inputs).map((key) => [key, 0])))
      const said = [good, bad].flatMap((one) =>
        isRefused(one)
          ? one.problems.map((problem) => problemText(problem, language))
          : one.warnings.map((warning) => warningText(warning, language)),
      )
      for (const sentence of said) expect(sentence).not.toMatch(/\{\w*\}|undefined/)
    }
  }
})
