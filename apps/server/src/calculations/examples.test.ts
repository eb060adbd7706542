import { readdirSync, readFileSync } from 'node:fs'
import { calculate, isRefused, type Options } from '@tallystick/calculators'
import { validate } from '@tallystick/templates'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { calculationJudge, snapshotOf } from '../platform/calculations.ts'
import { templateOf } from '../platform/documents.ts'
import { done, type TestRegistry, testRegistry } from '../registry.fixture.ts'

const EXAMPLES = new URL('../../../../packages/templates/src/examples/', import.meta.url)

interface Frozen {
  method: string
  version: string
  inputs: Record<string, unknown>
  result: { gwpSet: string; vintages: unknown; on: string | null }
}

const documents = readdirSync(EXAMPLES)
  .filter((name) => name.endsWith('.json') && !name.endsWith('.facts.json'))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, EXAMPLES), 'utf8'))] as const)

/** Every calculation in a document, wherever it stands. */
function calculationsIn(json: unknown): Frozen[] {
  if (typeof json !== 'object' || json === null) return []
  if ('method' in json && 'inputs' in json && 'result' in json) return [json as Frozen]
  return Object.values(json).flatMap(calculationsIn)
}

const frozen = documents.flatMap(([name, document]) =>
  calculationsIn(document.values).map((one) => [name, one] as const),
)

let registry: TestRegistry
beforeAll(async () => {
  registry = await testRegistry()
})
afterAll(() => registry.close())

it('there are some, of each project', () => {
  const projects = new Set(frozen.map(([name]) => name.split('.')[0]))
  expect([...projects].sort()).toEqual(['marrow', 'selu', 'tamba'])
})

it.each(frozen)('the calculation of %s is what its method gives, and what the server answers', async (name, one) => {
  const { method, inputs, result } = one
  const { gwpSet, vintages, on } = result
  const chosen = Object.entries({ gwpSet, vintages, on }).filter(([, value]) => value !== null)
  const answer = calculate(method, inputs, Object.fromEntries(chosen) as Options)
  if (isRefused(answer)) throw new Error(JSON.stringify(answer.problems))
  const again = `of ${name}: npx node scripts/check-template.ts <its template> packages/templates/src/examples/${name} --write`
  expect(snapshotOf(answer), again).toEqual(one)
  const body = { inputs, ...Object.fromEntries(chosen) }
  const { snapshot } = await done(registry.nobody.post(`/national/calculations/${method}`, body), 200)
  expect(snapshot).toEqual(one)
})

it.each(documents)('%s may be handed in unchanged: its calculations are found right', async (_name, document) => {
  const template = templateOf(`${document.template}@${document.version}`)
  if (!template) throw new Error(`there is no template ${document.template}`)
  const calculation = await calculationJudge(registry.services, document.values)
  expect(validate(template, document, { final: true, calculation })).toEqual([])
})
