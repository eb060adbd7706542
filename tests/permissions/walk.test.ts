import { describe, expect, it } from 'vitest'
import { shippedDocuments } from '../../packages/rules/src/index.ts'
import { rules } from '../../packages/rules/src/rules.ts'
import { countryOf, founded, type PresetName } from './country.ts'
import { BESIDE, type Line, linesOf, waysOf } from './sheet.ts'
import { walked } from './walk.ts'

const presets = Object.keys(shippedDocuments) as PresetName[]
const SYSTEM = ['system/system', 'government/Root']

function lawOf(preset: PresetName) {
  return founded(countryOf(preset)).law()
}

/** What the sheet names of something, each once. */
function named(lines: readonly Line[], of: (line: Line) => string | undefined): string[] {
  return [...new Set(lines.flatMap((line) => of(line) ?? []))].sort()
}

const moves = (command: string) => (line: Line) => (line.command === command ? line.detail : undefined)

describe.each(presets)('the sheet of %s', (preset) => {
  const lines = linesOf(preset)
  const ways = waysOf(preset)
  const { permissions, preset: text } = lawOf(preset)

  it('knows every state, and a way to each', () => {
    const states = (of: string) => ways.filter((way) => way.of === of).map(({ state }) => state)
    expect(states('project').sort()).toEqual([...text.project.states].sort())
    expect(states('period').sort()).toEqual([...(text.period?.states ?? [])].sort())
    for (const { of, states: some } of lines) {
      if (some !== 'any') for (const state of some) expect(states(of)).toContain(state)
    }
  })

  it('knows every role', () => {
    const { kinds } = countryOf(preset).names
    const roles = Object.entries(kinds).flatMap(([kind, levels]) => levels.map((level) => `${kind}/${level}`))
    expect([...roles, ...SYSTEM].sort()).toEqual([...permissions.roles].sort())
    for (const { who, approvals } of lines) {
      for (const role of [...who.keys(), ...approvals]) expect(permissions.roles).toContain(role)
    }
  })

  it('has a line for every type of entry, and for every action of the table', () => {
    const types = rules.map(({ type }) => type)
    expect(named(lines, ({ command }) => command)).toEqual([...new Set(types), BESIDE].sort())
    expect(named(lines, ({ action }) => action)).toEqual([...Object.keys(permissions.actions), 'genesis'].sort())
  })

  it('has a line for every move and for every kind of document', () => {
    const names = (all: readonly { name: string }[]) => all.map(({ name }) => name).sort()
    expect(named(lines, moves('ProjectMoved'))).toEqual(names(text.project.moves))
    if (text.period) expect(named(lines, moves('MonitoringPeriodMoved'))).toEqual(names(text.period.moves))
    expect(named(lines, moves('DocumentSubmitted'))).toEqual(text.documents.map(({ kind }) => kind).sort())
  })

  it('says what everybody is answered, in every state', { timeout: 300_000 }, () => {
    const started = performance.now()
    const { tries, done, differences, unmet } = walked(preset)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`${preset}: ${lines.length} lines, ${tries} tries, ${done} of them by somebody who may, ${seconds} s`)
    expect(differences.slice(0, 40)).toEqual([])
    expect(unmet).toEqual([])
    expect(tries).toBeGreaterThan(50_000)
  })
})
