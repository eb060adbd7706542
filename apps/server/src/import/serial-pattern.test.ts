import { isSerialError, parse } from '@tallystick/serials'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patternFlaw, patternReader } from './serial-pattern.ts'

const example = { text: 'AB-{country}-{project}-{year}-{first} to {last}', space: '{project}/{year}' }
const read = patternReader('patterns.0', 'sample', example)

describe('a pattern of serial numbers', () => {
  it('gives space, range and facts', () => {
    expect(read('AB-XT-P12-2024-101 to 250')).toEqual({
      format: 'patterns.0',
      space: 'sample:P12/2024',
      range: { first: 101n, last: 250n },
      facts: { country: 'XT', project: 'P12', year: '2024' },
    })
  })

  it('may be about one unit, with zeros in front', () => {
    const one = patternReader('patterns.0', 'sample', { text: '{project}.{first}', space: 'all' })
    expect(one('P.00042')).toMatchObject({ space: 'sample:all', range: { first: 42n, last: 42n } })
  })

  it.each([
    ['AC-XT-P12-2024-1 to 2', 1, 'unexpected'],
    ['AB-XT-P12-2024', 14, 'missing'],
    ['AB-XT--2024-1 to 2', 6, 'unexpected'],
    ['AB-XT-P 12-2024-1 to 2', 7, 'unexpected'],
    ['AB-XT-P12-2024-1 to 2x', 21, 'trailing'],
    ['AB-XT-P12-2024-12 to 2', 21, 'end-before-start'],
    ['AB-XT-P12-2024-1 to 1234567890123456', 20, 'out-of-range'],
    ['', 0, 'missing'],
  ])('refuses %j at %i: %s', (text, position, reason) => {
    expect(read(text)).toMatchObject({ position, reason })
  })

  it('never throws for a text', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^AB-XT-P12-2024-\d{0,20}( to)? ?\d{0,20}$/))
    fc.assert(
      fc.property(text, (text) => {
        const serial = read(text)
        if (isSerialError(serial)) expect(serial.position).toBeLessThanOrEqual(text.length)
        else expect(serial.range.last).toBeGreaterThanOrEqual(serial.range.first)
      }),
    )
  })

  it('reads as the built-in format does where it is written like it', () => {
    const text = 'GS1-1-{country}-GS{project}-{projectType}-{vintage}-{issuance}-{first}-{last}'
    const space = 'GS1-1-{country}-GS{project}-{projectType}-{vintage}-{issuance}'
    const own = patternReader('gold-standard', 'gold-standard', { text, space })
    const serial = 'GS1-1-XT-GS8101-16-2023-40001-11-120'
    expect(own(serial)).toEqual(parse('gold-standard', serial))
  })

  it.each([
    [{ text: 'AB-{project}', space: '{project}' }, [], 'must have {first}'],
    [{ text: '{a}{first}', space: 'x' }, [], 'fixed characters between'],
    [{ text: '{a}-{a}-{first}', space: 'x' }, [], 'stands twice'],
    [{ text: '{a-{first}', space: 'x' }, [], 'braces'],
    [{ text: '{a}-{first}', space: '{b}' }, [], 'space: {b} is no element'],
    [{ text: '{a}-{first}', space: '{first}' }, [], 'number of the range'],
    [{ text: '{a}-{first}', space: 'all units' }, [], 'space: must be made of'],
    [{ text: '{a}-{first}', space: '' }, [], 'space: must be made of'],
    [{ text: '{a}-{first}', space: 'x' }, ['project'], 'agrees.project: is no element'],
  ])('that is wrong says so: %j', (pattern, facts, said) => {
    expect(patternFlaw(pattern, facts)).toContain(said)
  })

  it('that is right says nothing', () => expect(patternFlaw(example, ['project'])).toBeUndefined())
})
