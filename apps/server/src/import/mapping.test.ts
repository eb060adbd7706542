import { describe, expect, it } from 'vitest'
import { columnsOf, loadMapping, mappingNames, parseMapping } from './mapping.ts'

/** A mapping that is right, as plain JSON to spoil. */
function mapping(change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    name: 'sample-retirements',
    registry: 'sample',
    kind: 'retirement',
    serial: { column: 'Serial', formats: { 'gold-standard': {} } },
    quantity: { column: 'Units', number: '1234' },
    project: { column: 'Project' },
    vintage: { column: 'Vintage', date: 'yyyy' },
    unitType: { value: 'VER' },
    fate: { rule: 'always', fate: 'retired', on: { column: 'Day', date: 'mm/dd/yyyy' } },
    facts: { details: 'Note' },
    ...change,
  })
}

describe('a mapping', () => {
  it('that comes with the program is found by its name and has it', async () => {
    const names = await mappingNames()
    expect(names).toEqual([
      'art-trees-cancellations',
      'art-trees-issuances',
      'art-trees-retirements',
      'climate-action-reserve-cancellations',
      'climate-action-reserve-issuances',
      'climate-action-reserve-retirements',
      'gold-standard-issuances',
      'gold-standard-projects',
      'gold-standard-retirements',
      'verra-projects',
      'verra-transactions',
    ])
    for (const name of names) expect((await loadMapping(name)).name).toBe(name)
  })

  it('knows the columns that it speaks of', () => {
    const columns = columnsOf(parseMapping(mapping(), 'sample.json'))
    expect(columns.toSorted()).toEqual(['Day', 'Note', 'Project', 'Serial', 'Units', 'Vintage'])
  })

  it.each<[string, Record<string, unknown>]>([
    ['serial.column: is missing', { serial: { formats: { verra: {} } } }],
    ['quantity: must be an object in braces, such as {"column": "…"}', { quantity: 'Units' }],
    ['name: must be a text in quotation marks', { name: 7 }],
    ['inOrder: must be a list in brackets', { inOrder: 'Day' }],
    ['separator: must be one of ",", ";", "\\t", "|"', { separator: ':' }],
    ['serial.formats: must name', { serial: { column: 'S', formats: {} } }],
    ['serial.formats.verrra: is not a serial format', { serial: { column: 'S', formats: { verrra: {} } } }],
    ['serial.formats.national: is not', { serial: { column: 'S', formats: { national: {} } } }],
    [
      'serial.patterns.0: text: must have {first}',
      { serial: { column: 'S', patterns: [{ text: 'A-{b}', space: 'x' }] } },
    ],
    ['quantity.number: must show', { quantity: { column: 'Units', number: '1234.00' } }],
    ['vintage.date: must be made of', { vintage: { column: 'Vintage', date: 'year' } }],
    [
      'fate.on.date: must name the day',
      { fate: { rule: 'always', fate: 'retired', on: { column: 'D', date: 'yyyy' } } },
    ],
    ['fate: a file of the kind retirement has no active units', { fate: { rule: 'always', fate: 'active' } }],
    [
      'fate.words.Sold: must be one of "active", "retired", "cancelled"',
      { fate: { rule: 'by-word', column: 'C', words: { Sold: 'gone' } } },
    ],
    ['fate.rule: must be one of "always", "by-word", "by-date"', { fate: { rule: 'sometimes' } }],
    ['unitType: must be', { unitType: { colum: 'Type' } }],
    ['Unrecognized key: "vintge"', { vintge: {} }],
    ['registry: must be', { registry: 'My Registry' }],
    ['and not national', { registry: 'national' }],
    ['kind', { kind: 'purchase' }],
    ['facts.Project Name: must be a word such as projectName', { facts: { 'Project Name': 'Name' } }],
  ])('that is wrong is refused with the field: %s', (said, change) => {
    expect(() => parseMapping(mapping(change), 'sample.json')).toThrow(said)
  })

  it('that is no JSON, or not there, is refused with the reason', async () => {
    expect(() => parseMapping('{"name": ', 'sample.json')).toThrow(/sample\.json is not JSON/)
    await expect(loadMapping('./nowhere.json')).rejects.toThrow(
      /nowhere\.json cannot be read: there is no \/.*\/nowhere\.json \(ENOENT\)/,
    )
    await expect(loadMapping('nowhere')).rejects.toThrow(/There are: art-trees-cancellations/)
  })
})
