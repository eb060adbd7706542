import { describe, expect, test } from 'vitest'
import { cases } from './cases/all.cases.ts'
import { country } from './cases/country.fixture.ts'
import { declarations, type RuleName, summaries } from './declarations.ts'
import { commonRefusals, isRefusal, refusalCodes } from './refusal.ts'
import { rules } from './rules.ts'

/** What the cases of each type have written, all together, and what they were to the permission table. */
const written = new Map<string, Set<string>>()
const acted = new Map<string, Set<string>>()

describe.each([...Map.groupBy(cases, ({ type }) => type)])('%s', (type, ofType) => {
  test.each(ofType.map((one) => [one.refused ?? 'writes', one.title, one] as const))('%s: %s', (_, __, one) => {
    const world = country()
    world.checksParts = true
    const outcome = one.act(world)
    if (one.refused !== undefined) return expect(outcome).toMatchObject({ refused: one.refused })
    if (isRefusal(outcome)) throw new Error(JSON.stringify(outcome))
    expect(outcome.entry.type).toBe(type)
    expect(outcome.lines).toEqual(one.written)
    written.set(type, new Set([...(written.get(type) ?? []), ...outcome.kinds]))
    acted.set(type, new Set([...(acted.get(type) ?? []), outcome.action]))
  })
})

describe('what every rule says of itself', () => {
  const types = Object.keys(declarations) as RuleName[]

  test('is said of every rule, in words, and of nothing else', () => {
    expect([...new Set(rules.map(({ type }) => type))].sort()).toEqual([...types].sort())
    expect(Object.keys(summaries).sort()).toEqual([...types].sort())
  })

  test('each refusal that it declares has a case, and each case a refusal that it or every entry has', () => {
    const shown = new Set(cases.map(({ type, refused }) => `${type}: ${refused}`))
    const missing = types.flatMap((type) => {
      return declarations[type].refuses.map((refused) => `${type}: ${refused}`).filter((pair) => !shown.has(pair))
    })
    expect(missing).toEqual([])
    const other = cases.filter(({ type, refused }) => {
      return refused && ![...commonRefusals, ...declarations[type].refuses].includes(refused)
    })
    expect(other).toEqual([])
  })

  test('it has a case that succeeds; together they write all that it declares', () => {
    for (const type of types) {
      const kinds = [...(written.get(type) ?? [])].sort()
      expect(kinds, type).toEqual([...declarations[type].writes].sort())
    }
  })

  test('together they are all the actions that it declares', () => {
    for (const type of types) {
      const actions = [...(acted.get(type) ?? [])]
      for (const declared of declarations[type].actions) {
        expect(
          actions.some((action) => action.startsWith(declared.replace('*', ''))),
          `${type}: ${declared}`,
        ).toBe(true)
      }
    }
  })

  test('each refusal is of every entry or of some rule', () => {
    const declared = new Set([...commonRefusals, ...types.flatMap((type) => declarations[type].refuses)])
    expect(refusalCodes.filter((code) => !declared.has(code))).toEqual([])
  })

  test('no refusal is declared twice', () => {
    for (const type of types) {
      const { refuses } = declarations[type]
      expect(refuses.length, type).toBe(new Set(refuses).size)
    }
  })
})
